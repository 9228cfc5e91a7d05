"""Writes the site as static files, which any host of static files can serve.

    public/index.html, en.html, es.html   the front page: in the source language, and in each language
    public/phone/en.html, read/en.html …  the telephone page and the readable text of each language
    public/blank/en.html, …               the page that a visitor who leaves sees while the neutral page loads
    public/404.html                       the answer to an unknown address
    public/telephone.json                 the data of the telephone
    public/static/, audio/, sound/        style sheets and scripts; recordings; synthetic sounds, if they are asked for
    public/_headers, vercel.json          the security headers for hosts that read them there
    Caddyfile, nginx.conf, README.md      the same headers for these servers; how to publish `public`
    files.txt                             the list of these files: the next export removes those that it does not write

Addresses in the pages are relative, so the site works in any folder of a host.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ivr.export.files import TELEPHONE_FILE, write_files
from ivr.line.line import Line
from ivr.settings import Settings
from ivr.web.security_headers import PAGE_HEADERS, SECURITY_HEADERS, STATIC_HEADERS
from ivr.web.site import Site, Telephone
from ivr.web.templates import PageTemplates, StaticFiles

HOSTS = Path(__file__).resolve().parent / "hosts"
PUBLIC = "public"
FILES = "files.txt"
"""The list of the files that an export has written, one path a line."""
_CACHE = "Cache-Control"


def write_site(
    line: Line, settings: Settings, recordings: Mapping[str, Path], folder: Path, sounds_folder: Path | None = None
) -> Sequence[str]:
    """Write the pages that `settings` do not turn off into `folder`, and remove the files of an earlier site there.

    `recordings` has the file of each recording by its name ("0f3c….wav"); `sounds_folder` has synthetic sounds.
    Returns sentences about sounds that are missing.
    """
    root = urlsplit(settings.public_url).path.rstrip("/")
    telephone = Telephone(line, sounds_folder) if settings.ivr_web_phone == "on" else None
    templates = PageTemplates(root, settings.ivr_neutral_page, are_files=True)
    site = Site(line, telephone, templates, has_text=settings.ivr_readable == "on")
    contents: dict[str, bytes | Path] = {
        **_public_files(site, templates.static),
        **_host_files(root, line.flow.offered),
    }
    if telephone:
        contents[f"{PUBLIC}/{TELEPHONE_FILE}"] = telephone.body.plain
        contents |= {f"{PUBLIC}/audio/{name}": file for name, file in recordings.items()}
        contents |= {f"{PUBLIC}/sound/{name}.wav": file for name, file in telephone.sounds.files.items()}
    write_files(folder, contents)
    _remove_earlier_files(folder, contents)
    return telephone.notes if telephone else []


def _remove_earlier_files(folder: Path, written: Collection[str]) -> None:
    """Remove the files that FILES lists and this export has not `written`; then list those that it has written."""
    listed = (folder / FILES).read_text("utf-8").splitlines() if (folder / FILES).exists() else ()
    for path in {*listed} - {*written}:
        file = folder / path
        if file.resolve().is_relative_to(folder.resolve()):  # the list may have been changed by hand
            file.unlink(missing_ok=True)
            _remove_empty_folders(file.parent, folder)
    (folder / FILES).write_text("".join(f"{path}\n" for path in sorted(written)), "utf-8")


def _remove_empty_folders(lowest: Path, top: Path) -> None:
    with suppress(OSError):  # a folder has other files
        while lowest != top:
            lowest.rmdir()
            lowest = lowest.parent


def _public_files(site: Site, static: StaticFiles) -> Mapping[str, bytes]:
    """The pages and the files that they name."""
    bodies = {
        "index.html": site.pages[site.source_tag],
        "404.html": site.not_found,
        **{f"{path}.html": page for path, page in site.pages.items()},
        **{f"static/{name}": body for name, body in static.bodies.items()},
    }
    return {f"{PUBLIC}/{path}": body.plain for path, body in bodies.items()}


def _host_files(root: str, tags: Sequence[str]) -> Mapping[str, bytes]:
    """The files for hosts, with the headers of `security_headers`. `tags` are the languages that have a front page."""
    environment = Environment(
        loader=FileSystemLoader(HOSTS), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    values = {
        "headers": SECURITY_HEADERS, "no_store": PAGE_HEADERS[_CACHE], "immutable": STATIC_HEADERS[_CACHE],
        "root": root, "tags": tags,
    }  # fmt: skip
    paths = ("Caddyfile", "nginx.conf", "README.md", f"{PUBLIC}/_headers")
    files = {path: environment.get_template(Path(path).name).render(values).encode() for path in paths}
    return {**files, f"{PUBLIC}/vercel.json": json.dumps(_vercel(), indent=2).encode() + b"\n"}


def _vercel() -> Mapping[str, object]:
    """The headers in the form of https://vercel.com/docs/project-configuration#headers."""
    rules = {
        "/(.*)": SECURITY_HEADERS,
        "/static/(.*)": {_CACHE: STATIC_HEADERS[_CACHE]},
        "/((?!static/).*)": {_CACHE: PAGE_HEADERS[_CACHE]},
    }
    return {
        "headers": [
            {"source": source, "headers": [{"key": name, "value": value} for name, value in headers.items()]}
            for source, headers in rules.items()
        ]
    }
