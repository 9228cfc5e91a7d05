"""The pages, without a browser: their addresses, headers and size."""

import re

import pytest
from support.page_client import BASE, app_of, ask, page_of, settings_for, telephone_of

from ivr.errors import Fault
from ivr.line.line import Line
from ivr.readiness import Readiness
from ivr.server.app import make_app
from ivr.server.webhook import Webhook
from ivr.web.templates import StaticFiles

HEADERS = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
MAX_PAGE_BYTES = 60_000


@pytest.mark.parametrize(
    "path",
    ["/", "/phone/es", "/read/en", "/read/nowhere", "/read/en/tea", "/static/nothing", "/telephone.json"],
)
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


def test_page_with_its_files_is_under_60_kilobytes(real_app: Webhook) -> None:
    files = sum(len(body.plain) for body in StaticFiles().bodies.values())
    phone = len(ask(real_app, "/", headers={"accept-encoding": "identity"}).content)
    assert phone + files < MAX_PAGE_BYTES
    packed = sum(len(body.gzipped) for body in StaticFiles().bodies.values())
    for tag in ("en", "es"):
        answer = ask(real_app, f"/read/{tag}", headers={"accept-encoding": "gzip"})
        assert int(answer.headers["content-length"]) + packed < MAX_PAGE_BYTES


def test_files_that_a_page_names_are_served_with_a_long_cache_time(app: Webhook) -> None:
    page = page_of(ask(app, "/phone/en"))
    for address in [*page.xpath("//@src"), *page.xpath("//link/@href")]:
        answer = ask(app, address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        for imported in re.findall(r'from "\./([^"]+)"', answer.text):
            assert ask(app, f"/static/{imported}").status_code == 200


def test_head_gets_200(app: Webhook) -> None:
    assert ask(app, "/", "HEAD").status_code == 200


@pytest.mark.parametrize("path", ["/read/xx", "/read/en/nothing", "/read/xx/tea", "/phone/xx", "/read/EN"])
def test_unknown_address_gets_404_with_the_readable_text_and_the_number(app: Webhook, path: str) -> None:
    answer = ask(app, path)
    page = page_of(answer)
    assert answer.status_code == 404
    assert page.get("lang") == "en"
    assert page.get_element_by_id("tea") is not None
    assert page.xpath("//a[@href='tel:+18883737888']")
    assert page.find_class("note")


def test_address_of_a_node_redirects_to_its_section(app: Webhook) -> None:
    answer = ask(app, "/read/es/tea")
    assert (answer.status_code, answer.headers["location"]) == (308, "/read/es#tea")


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("", "en"), ("es", "es"), ("es-MX,en;q=0.8", "es"), ("fr,es;q=0.5,en;q=0.9", "en"), ("fr", "en"),
        ("en;q=0.1, es;q=0.2", "es"), (";;;q=,", "en"), ("es" * 5000, "en"),
    ],
)  # fmt: skip
def test_front_page_is_in_the_language_of_accept_language(app: Webhook, header: str, tag: str) -> None:
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
    assert front.get_element_by_id("tea") is not None
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


def test_phone_page_and_readable_text_can_both_be_turned_off(line: Line) -> None:
    answer = ask(app_of(line, ivr_readable="off", ivr_web_phone="off"), "/")
    assert answer.status_code == 404
    assert "tel:+18883737888" in answer.text


@pytest.mark.parametrize("path", ["/", "/phone/es", "/read", "/read/en", "/read/en/tea"])
def test_pages_of_an_unusable_line_get_503_with_the_number(line: Line, path: str) -> None:
    broken = Readiness(None, line.fallback_document, (Fault("here", "something", "Mend it."),))
    answer = ask(make_app(settings_for(line.content.root), broken), path)
    assert answer.status_code == 503
    assert "tel:+18883737888" in answer.text
    assert 'lang="es-US"' in answer.text


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


def test_nothing_that_a_visitor_presses_can_be_sent(app: Webhook) -> None:
    assert ask(app, "/phone/call", "POST", json={"at": "/call/en/main", "key": "0"}).status_code in (404, 405)


def test_outcomes_can_be_chosen_only_where_the_line_is_tried_out(line: Line) -> None:
    def offered(token: str) -> list[str]:
        page = page_of(ask(app_of(line, twilio_auth_token=token), "/"))
        return list(page.xpath("//@data-outcome"))

    assert offered("0123456789abcdef" * 2) == ["completed"]
    assert offered("try-" + "0" * 32) == ["completed", "busy", "no-answer", "failed"]
    assert set(offered("try-" + "0" * 32)) <= set(telephone_of(app_of(line))["dial_statuses"])
