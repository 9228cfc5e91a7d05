"""The pages, without a browser: their addresses, headers and size."""

import re
from dataclasses import replace

import pytest
from support.page_client import BASE, Answer, app_of, ask, page_of, settings_for, telephone_of

from ivr.errors import Fault
from ivr.line.line import Line
from ivr.readiness import Readiness
from ivr.server.app import make_app
from ivr.server.webhook import Webhook
from ivr.web.templates import TEMPLATES

HEADERS = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
MAX_PAGE_BYTES = 60_000
MAX_BYTES, MAX_REQUESTS = 20_000, 6


@pytest.mark.parametrize(
    "path",
    [
        "/", "/es", "/phone/es", "/read/en", "/read/nowhere", "/read/en/tea", "/static/nothing", "/telephone.json",
        "/robots.txt", "/phone", "/fr",
    ],
)  # fmt: skip
def test_every_page_has_the_security_headers_and_sets_no_cookie(app: Webhook, path: str) -> None:
    answer = ask(app, path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "microphone=()" in answer.headers["permissions-policy"]
    assert HEADERS.items() <= answer.headers.items()
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/read/es", "/read/nowhere"])
def test_pages_have_no_inline_code_and_load_only_our_files(app: Webhook, path: str) -> None:
    page = page_of(ask(app, path))
    for element in page.iter():
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
        assert element.tag != "style"
        assert element.tag != "script" or (element.get("src") and not element.text)
    loaded = [*page.xpath("//@src"), *page.xpath("//link/@href")]
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)


def files_of(answer: Answer) -> list[str]:
    """The address of each file that a page loads."""
    page = page_of(answer)
    return [*page.xpath("//script/@src"), *page.xpath("//link/@href")]


def sent_bytes(app: Webhook, path: str, encoding: str = "gzip") -> int:
    """The bytes of a page and of the files that it loads."""
    answer = ask(app, path, headers={"accept-encoding": encoding})
    files = [ask(app, file, headers={"accept-encoding": encoding}) for file in files_of(answer)]
    return sum(int(sent.headers["content-length"]) for sent in (answer, *files))


def test_page_with_its_files_is_under_60_kilobytes(real_app: Webhook) -> None:
    assert sent_bytes(real_app, "/phone/en", "identity") < MAX_PAGE_BYTES
    for tag in ("en", "es"):
        assert sent_bytes(real_app, f"/read/{tag}") < MAX_PAGE_BYTES


@pytest.mark.parametrize("tag", ["en", "es"])
@pytest.mark.parametrize("path", ["/", "/phone/"])
def test_front_page_and_telephone_are_under_20_kilobytes_and_6_requests(real_app: Webhook, path: str, tag: str) -> None:
    """Without the data of the line and its sounds. No file loads another one."""
    answer = ask(real_app, path + tag)
    files = files_of(answer)
    assert len(files) + 1 <= MAX_REQUESTS
    assert sent_bytes(real_app, path + tag) < MAX_BYTES
    for file in files:
        assert not re.search(r"^(import|export)\b|@import|url\(", ask(real_app, file).text, re.MULTILINE)


def test_files_that_a_page_names_are_served_with_a_long_cache_time(app: Webhook) -> None:
    page = page_of(ask(app, "/phone/en"))
    for address in [*page.xpath("//@src"), *page.xpath("//link/@href")]:
        answer = ask(app, address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


def test_head_gets_200(app: Webhook) -> None:
    assert ask(app, "/", "HEAD").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/read/xx", "/read/en/nothing", "/read/xx/tea", "/phone/xx", "/read/EN", "/phone", "/fr", "/robots.txt", "/a/b"],
)
def test_unknown_address_gets_404_with_the_numbers_and_a_way_on(app: Webhook, path: str) -> None:
    answer = ask(app, path)
    page = page_of(answer)
    assert answer.status_code == 404
    assert page.get("lang") == "en"
    assert page.find_class("note")
    links = page.xpath("//a/@href")
    assert {"tel:911", "tel:+18883737888", "/en", "/es", "/read/en"} <= set(links)


def test_address_of_a_node_redirects_to_its_section(app: Webhook) -> None:
    answer = ask(app, "/read/es/tea")
    assert (answer.status_code, answer.headers["location"]) == (308, "/read/es#tea")


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("", "en"), ("es", "es"), ("es-MX,en;q=0.8", "es"), ("fr,es;q=0.5,en;q=0.9", "en"), ("fr", "en"),
        ("en;q=0.1, es;q=0.2", "es"), ("es;q=0, fr", "en"), (";;;q=,", "en"), ("es" * 5000, "en"),
    ],
)  # fmt: skip
def test_front_page_is_in_the_language_that_the_browser_prefers(app: Webhook, header: str, tag: str) -> None:
    answer = ask(app, "/", headers={"accept-language": header})
    assert page_of(answer).get("lang") == tag
    assert "Accept-Language" in answer.headers["vary"]


def test_every_address_of_a_page_has_the_path_of_public_url(line: Line) -> None:
    app = app_of(line, public_url=BASE + "/help")
    for path in ("/help/read/en", "/read/en"):  # a proxy takes the prefix off, or does not
        answer = ask(app, path)
        assert answer.status_code == 200
        paths = [path for path in page_of(answer).xpath("//@href|//@src") if path.startswith("/")]
        assert all(path.startswith("/help/") for path in paths)
    assert ask(app, "/read/en/tea").headers["location"] == "/help/read/en#tea"


def test_phone_page_can_be_turned_off(line: Line) -> None:
    app = app_of(line, ivr_web_phone="off")
    front = page_of(ask(app, "/"))
    assert front.xpath("//a[@href='/read/en#tea']")
    assert not front.xpath("//a[contains(@href, '/phone/')]")
    assert ask(app, "/phone/en").status_code == 404
    assert ask(app, "/telephone.json").status_code == 404
    assert ask(app, "/sound/0.wav").status_code == 404


def test_readable_text_can_be_turned_off(line: Line) -> None:
    app = app_of(line, ivr_readable="off")
    assert not page_of(ask(app, "/")).xpath("//a[contains(@href, '/read/')]")
    assert ask(app, "/read/en").status_code == 404
    unknown = ask(app, "/phone/xx")
    assert unknown.status_code == 404
    assert "tel:+18883737888" in unknown.text


def test_front_page_stays_if_the_other_pages_are_turned_off(line: Line) -> None:
    answer = ask(app_of(line, ivr_readable="off", ivr_web_phone="off"), "/")
    assert answer.status_code == 200
    assert {"tel:911", "tel:+18883737888"} <= set(page_of(answer).xpath("//a/@href"))


@pytest.mark.parametrize("path", ["/", "/es", "/phone/es", "/read", "/read/en/tea", "/robots.txt"])
def test_pages_of_an_unusable_line_get_503_with_the_numbers_and_the_way_out(line: Line, path: str) -> None:
    broken = Readiness(None, line.fallback_document, (Fault("here", "something", "Mend it."),))
    app = make_app(settings_for(line.content.root), broken)
    answer = ask(app, path)
    page = page_of(answer)
    assert answer.status_code == 503
    cover = "https://www.weather.gov/"
    assert page.xpath("//a/@href") == ["https://www.weather.gov/", "tel:911", "tel:+18883737888", cover]
    assert "1-888-373-7888" in page.xpath("//a[@href='tel:+18883737888']")[0].text_content()
    assert page.xpath("//p[@lang='es']")
    assert HEADERS.items() <= answer.headers.items()
    for address in [*page.xpath("//@src"), *page.xpath("//link/@href")]:
        assert ask(app, address).status_code == 200


def neutral_pages(app: Webhook, path: str) -> set[str]:
    """The addresses of other sites to which the page at `path`, or its blank page, leads who leaves it."""
    page = page_of(ask(app, path))
    (link,) = page.xpath("//a[@id='leave-page']")
    blank = page_of(ask(app, link.get("data-blank-page")))
    cover = page.xpath("//template[@id='cover-words']//a/@href")
    refresh = [content.removeprefix("0; url=") for content in blank.xpath("//meta[@http-equiv='refresh']/@content")]
    assert link.get("data-site") in page.text_content()
    return {link.get("href"), *cover, *refresh, *blank.xpath("//main//a/@href")}


@pytest.mark.parametrize(("tag", "own"), [("en", {"https://www.weather.gov/"}), ("es", {"https://es.wikipedia.org/"})])
def test_every_page_leads_to_the_neutral_page_of_its_language_or_of_the_setting(
    real: Line, real_app: Webhook, tag: str, own: set[str]
) -> None:
    set_to = "https://news.example.org/today?edition=us"
    with_setting = app_of(real, ivr_neutral_page=set_to)
    for path in (f"/{tag}", f"/phone/{tag}", f"/read/{tag}"):
        assert neutral_pages(real_app, path) == own
        assert neutral_pages(with_setting, path) == {set_to}


def test_neutral_page_of_the_unknown_address_and_of_an_unusable_line_is_that_of_the_setting(line: Line) -> None:
    broken = Readiness(None, line.fallback_document, (Fault("here", "something", "Mend it."),))
    for setting, expected in (
        ("", "https://www.weather.gov/"),
        ("https://es.wikipedia.org/", "https://es.wikipedia.org/"),
    ):
        assert neutral_pages(app_of(line, ivr_neutral_page=setting), "/nowhere") == {expected}
        settings = settings_for(line.content.root, ivr_neutral_page=setting)
        assert neutral_pages(make_app(settings, broken), "/") == {expected}


def test_neutral_page_that_cannot_be_used_is_replaced_by_that_of_the_source_language(line: Line) -> None:
    spanish = line.content.locales["es"]._replace(neutral_page="http://es.wikipedia.org/")
    english = line.content.locales["en"]._replace(neutral_page="https://weather.example.org/")
    content = replace(line.content, locales={"en": english, "es": spanish})
    assert neutral_pages(app_of(replace(line, content=content)), "/es") == {"https://weather.example.org/"}


@pytest.mark.parametrize("tag", ["en", "es"])
def test_front_page_offers_call_text_chat_and_911_before_all_else(real_app: Webhook, tag: str) -> None:
    page = page_of(ask(real_app, f"/{tag}"))
    ways = page.find_class("ways")[0].xpath(".//a/@href")
    assert ways == ["tel:911", "tel:+18883737888", "sms:233733?body=HELP", "https://humantraffickinghotline.org/"]
    assert page.xpath("//main//a/@href")[: len(ways)] == ways
    assert page.xpath("//main//a[@href='https://humantraffickinghotline.org/']/@rel") == ["noreferrer"]


@pytest.mark.parametrize("tag", ["en", "es"])
def test_front_page_lists_the_topics_in_the_order_of_the_keys(real: Line, real_app: Webhook, tag: str) -> None:
    page = page_of(ask(real_app, f"/{tag}"))
    linked = [address.partition("#")[2] for address in page.find_class("topics")[0].xpath("./li/a/@href")]
    assert linked == list(real.flow.nodes["main"].choices)
    sections = page_of(ask(real_app, f"/read/{tag}"))
    for address in page.find_class("topics")[0].xpath(".//a/@href"):
        assert sections.get_element_by_id(address.partition("#")[2]) is not None


def test_front_page_answers_only_from_facts_that_may_be_told(real: Line) -> None:
    """Each answer names its facts; with any one of them withheld, fewer are given."""
    template = (TEMPLATES / "front.html").read_text("utf-8")
    names = {name for names in re.findall(r"may_say\(([^)]*)\)", template) for name in re.findall(r'"([^"]+)"', names)}
    facts = real.content.facts
    whole = len(ask(app_of(real), "/en").content)
    assert names
    for name in names:
        assert facts.facts[name].spoken
        for other in facts.facts[name].beside:
            assert other in names
    withheld = {name: fact for name, fact in facts.facts.items() if name != "HL-12"}
    content = replace(real.content, facts=facts._replace(facts=withheld))
    assert len(ask(app_of(replace(real, content=content)), "/en").content) < whole


def test_sound_is_not_given_to_another_site(app: Webhook) -> None:
    answer = ask(app, "/sound/en/tea/0.wav", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_without_javascript_there_is_no_telephone_and_a_link_to_the_readable_text(app: Webhook) -> None:
    page = page_of(ask(app, "/phone/es"))
    assert "loading" in page.get_element_by_id("phone").classes
    assert page.xpath("//noscript//a/@href") == ["/read/es"]
    assert page.xpath("//a[@id='leave-page']/@href") == ["https://www.weather.gov/"]


def test_telephone_is_data_without_twiml_an_address_or_a_token(real_app: Webhook) -> None:
    answer = ask(real_app, "/telephone.json", headers={"accept-encoding": "gzip"})
    assert int(answer.headers["content-length"]) <= 250_000
    assert answer.headers["content-type"] == "application/json"
    for word in ("<Say", "line.example.org", "2025550123", "0123456789abcdef"):
        assert word not in answer.text


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip", "gzip"), ("br, gzip;q=0.5", "gzip"), ("gzip;q=0", None), ("br, gzip; q=0.000, identity", None)],
)
def test_page_is_compressed_only_for_a_browser_that_accepts_gzip(
    app: Webhook, accepted: str, encoding: str | None
) -> None:
    assert ask(app, "/en", headers={"accept-encoding": accepted}).headers.get("content-encoding") == encoding


def test_nothing_that_a_visitor_presses_can_be_sent(app: Webhook) -> None:
    assert ask(app, "/phone/call", "POST", json={"at": "/call/en/main", "key": "0"}).status_code in (404, 405)


def test_outcomes_can_be_chosen_only_on_a_test_line(line: Line) -> None:
    def offered(token: str) -> list[str]:
        page = page_of(ask(app_of(line, twilio_auth_token=token), "/phone/en"))
        return list(page.xpath("//@data-outcome"))

    assert offered("0123456789abcdef" * 2) == ["completed"]
    assert offered("try-" + "0" * 32) == ["completed", "busy", "no-answer", "failed"]
    assert set(offered("try-" + "0" * 32)) <= set(telephone_of(app_of(line))["dial_statuses"])
