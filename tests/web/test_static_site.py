"""The exported site: plain files with relative addresses, and the headers for their hosts."""

import gzip
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import lxml.html
import pytest
from click.testing import CliRunner
from support.page_client import settings_for
from support.sound_folders import made_sounds
from support.static_hosts import caddy, free_port, nginx, running

from ivr.cli.main import main
from ivr.line.line import Line
from ivr.web.security_headers import SECURITY_HEADERS
from ivr.web.static_site import write_site

FOLDER = "https://host.example/some/folder/"
FRONT_PAGES = ("index.html", "en.html", "es.html")
NO_STORE, IMMUTABLE = "no-store", "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def site(line: Line, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported site of the toy line."""
    folder = tmp_path_factory.mktemp("site")
    write_site(line, settings_for(line.content.root), {"aa.wav": line.content.root / "prompts" / "tea.txt"}, folder)
    return folder


def pages(public: Path) -> Iterator[tuple[str, lxml.html.HtmlElement]]:
    """Each page by its path, such as "phone/en.html"; not the answer to unknown addresses."""
    for path in sorted(public.rglob("*.html")):
        if path.name != "404.html":
            yield path.relative_to(public).as_posix(), lxml.html.fromstring(path.read_bytes())


def test_every_address_in_a_page_is_a_file_below_the_site(site: Path) -> None:
    public = site / "public"
    found = set()
    for name, page in pages(public):
        for address in [*page.xpath("//@href"), *page.xpath("//@src")]:
            target = urldefrag(urljoin(FOLDER + name, address))
            if address.startswith(("tel:", "sms:", "https:")):
                continue
            assert target.url.startswith(FOLDER), (name, address)
            path = public / target.url.removeprefix(FOLDER)
            assert path.is_file(), (name, address)
            if target.fragment and path.suffix == ".html":
                assert lxml.html.fromstring(path.read_bytes()).get_element_by_id(target.fragment) is not None
            found.add(path.relative_to(public).as_posix())
    assert {"es.html", "phone/es.html", "read/en.html"} <= found


def test_data_is_found_from_every_page(site: Path) -> None:
    public = site / "public"
    for name, page in pages(public):
        for telephone in page.xpath("//section[@id='phone']"):
            data = urljoin(FOLDER + name, f"{telephone.get('data-base')}/telephone.json")
            assert data == f"{FOLDER}telephone.json"
            assert telephone.get("data-sound-languages") == ""


def test_site_has_the_data_of_the_line_and_no_token(site: Path) -> None:
    public = site / "public"
    assert json.loads((public / "telephone.json").read_bytes())["ring"] == "/call/en/opening/both-languages"
    assert len(gzip.compress((public / "telephone.json").read_bytes())) < 250_000
    assert (public / "audio" / "aa.wav").is_file()
    for path in site.rglob("*.*"):
        content = path.read_bytes()
        assert b"0123456789abcdef0123456789abcdef" not in content
        assert b"2025550123" not in content


def test_site_has_the_sounds_of_a_folder_where_the_page_asks_for_them(line: Line, tmp_path: Path) -> None:
    contents = made_sounds(line, tmp_path / "sounds")
    lost = "en/greeting/1"
    (tmp_path / "sounds" / contents.pop(lost).decode()).unlink()
    notes = write_site(line, settings_for(line.content.root), {}, tmp_path / "site", tmp_path / "sounds")
    public = tmp_path / "site" / "public"
    written = {path.relative_to(public / "sound").as_posix(): path.read_bytes() for path in public.rglob("*.wav")}
    assert written == {f"{name}.wav": content for name, content in contents.items()}
    (telephone,) = lxml.html.fromstring((public / "phone" / "es.html").read_bytes()).xpath("//section[@id='phone']")
    assert telephone.get("data-sound-languages") == "en es"
    assert urljoin(f"{FOLDER}phone/es.html", f"{telephone.get('data-base')}/sound/") == f"{FOLDER}sound/"
    assert any("1 of " in note for note in notes)


def test_visitors_of_an_exported_site_choose_no_outcome(line: Line, tmp_path: Path) -> None:
    write_site(line, settings_for(line.content.root, twilio_auth_token="try-" + "0" * 32), {}, tmp_path)
    outcomes = [outcome for _, page in pages(tmp_path / "public") for outcome in page.xpath("//@data-outcome")]
    assert set(outcomes) == {"completed"}


def test_unknown_addresses_are_answered_below_the_path_of_public_url(line: Line, tmp_path: Path) -> None:
    write_site(line, settings_for(line.content.root, public_url="https://host.example/help"), {}, tmp_path)
    page = lxml.html.fromstring((tmp_path / "public" / "404.html").read_bytes())
    assert page.xpath("//link[@rel='stylesheet']/@href")[0].startswith("/help/static/")


@pytest.mark.parametrize(
    ("turned_off", "folders"),
    [("ivr_web_phone", {"blank", "read", "static"}), ("ivr_readable", {"blank", "phone", "static"})],
)
def test_page_that_is_turned_off_is_not_exported(
    line: Line, tmp_path: Path, turned_off: str, folders: set[str]
) -> None:
    write_site(line, settings_for(line.content.root, **{turned_off: "off"}), {}, tmp_path)
    public = tmp_path / "public"
    assert {path.name for path in public.iterdir() if path.is_dir()} == folders
    assert (public / "telephone.json").exists() == ("phone" in folders)


def test_front_page_is_exported_in_each_language(site: Path) -> None:
    front = {name: lxml.html.fromstring((site / "public" / name).read_bytes()) for name in FRONT_PAGES}
    assert [page.get("lang") for page in front.values()] == ["en", "en", "es"]
    for page in front.values():
        assert "tel:+18883737888" in page.xpath("//a/@href")
        assert {"./en.html", "./es.html"} <= set(page.xpath("//nav//a/@href"))


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_second_export_leaves_no_file_of_the_first_and_every_other_file(line: Line, tmp_path: Path) -> None:
    whole, small = settings_for(line.content.root), settings_for(line.content.root, ivr_web_phone="off")
    write_site(line, whole, {"aa.wav": line.content.root / "prompts" / "tea.txt"}, tmp_path / "twice")
    own = {"public/CNAME", "public/phone/agency.html", "notes.txt"}
    for name in own:
        (tmp_path / "twice" / name).write_text("of the agency")
    write_site(line, small, {}, tmp_path / "twice")
    write_site(line, small, {}, tmp_path / "once")
    assert files_of(tmp_path / "twice") == files_of(tmp_path / "once") | own
    assert not (tmp_path / "twice/public/audio").exists()


def test_list_of_an_earlier_export_removes_no_file_outside_the_folder(line: Line, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("keep")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "files.txt").write_text(f"../outside.txt\n{outside}\n")
    write_site(line, settings_for(line.content.root), {}, tmp_path / "site")
    assert outside.exists()


# -- the command ------------------------------------------------------------------------------------------------------


def test_command_writes_the_site(tiny: Path, tmp_path: Path, unset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_CONTENT", str(tiny))
    result = CliRunner().invoke(main, ["export", "--site", str(tmp_path / "out")])
    assert (result.exit_code, "README.md says how to publish" in result.output) == (0, True)
    assert (tmp_path / "out" / "public" / "index.html").is_file()


def test_sounds_without_a_site_are_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["export", str(tmp_path / "data"), "--sounds", str(tmp_path)])
    assert (result.exit_code, "--sounds needs --site" in result.stderr) == (2, True)


def test_line_that_is_not_whole_is_not_exported(copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (copied / "locales" / "es" / "locale.toml").write_text("")
    monkeypatch.setenv("IVR_CONTENT", str(copied))
    result = CliRunner().invoke(main, ["export", "--site", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "not whole" in result.output
    assert not (tmp_path / "out").exists()


# -- the headers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("program", "command"), [("nginx", nginx), ("caddy", caddy)])
def test_server_with_the_exported_file_sends_the_headers(
    site: Path, tmp_path: Path, program: str, command: Callable[[Path, int, Path], list[str]]
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not on this machine")
    script = next((site / "public" / "static").glob("phone.*.js")).name
    port = free_port()
    with running(command(site, port, tmp_path), port, tmp_path) as connection:
        for path, status, cache in (
            ("/", 200, NO_STORE), ("/phone/es.html", 200, NO_STORE), ("/read/en", 200, NO_STORE),
            ("/telephone.json", 200, NO_STORE), (f"/static/{script}", 200, IMMUTABLE), ("/unknown", 404, NO_STORE),
        ):  # fmt: skip
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            assert (path, answer.status) == (path, status)
            assert answer.headers["Cache-Control"] == cache
            assert {name: answer.headers[name] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)
            if path != "/unknown":
                assert answer.headers["Content-Encoding"] == "gzip"


def test_headers_of_static_hosts_are_the_same_ones(site: Path) -> None:
    rules = parsed_headers((site / "public" / "_headers").read_text("utf-8"))
    assert rules["/*"] == dict(SECURITY_HEADERS)
    served = {f"/{path.relative_to(site / 'public').as_posix()}" for path in (site / "public").rglob("*.*")}
    for path in {"/", *served} - {"/_headers", "/vercel.json"}:
        values = [rule["Cache-Control"] for pattern, rule in rules.items() if matches(pattern, path) and len(rule) == 1]
        assert values == [IMMUTABLE if path.startswith("/static/") else NO_STORE], path
    vercel = json.loads((site / "public" / "vercel.json").read_text("utf-8"))["headers"]
    assert {header["key"]: header["value"] for header in vercel[0]["headers"]} == dict(SECURITY_HEADERS)
    for path in ("/", "/phone/en.html", "/static/page.css"):
        values = [rule["headers"][0]["value"] for rule in vercel[1:] if re.fullmatch(rule["source"], path)]
        assert values == [IMMUTABLE if path.startswith("/static/") else NO_STORE]


def parsed_headers(text: str) -> dict[str, dict[str, str]]:
    """The rules of a file `_headers`: by path, the value of each header."""
    rules: dict[str, dict[str, str]] = {}
    for row in text.splitlines():
        if row.startswith("/"):
            path = row
            rules[path] = {}
        elif row.strip() and not row.startswith("#"):
            name, _, value = row.strip().partition(": ")
            rules[path][name] = value
    return rules


def matches(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern
