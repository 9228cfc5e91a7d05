"""The exported site on a host of plain files: a call with the network cut, in a folder of the host."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from support.browser_phone import PhonePage
from support.page_client import settings_for
from support.static_hosts import plain_host

from ivr.line.line import Line
from ivr.web.static_site import write_site


@pytest.fixture(scope="module")
def published(chromium: str, real: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site of the real line, in a folder of a host."""
    assert chromium
    folder = tmp_path_factory.mktemp("host")
    write_site(real, settings_for(real.content.root), {}, folder / "some" / "folder")
    with plain_host(folder) as address:
        yield f"{address}/some/folder/public"


@pytest.mark.parametrize("path", ["/phone/en.html", "/phone/es.html"])
def test_call_reaches_the_hotline_with_the_network_cut_after_loading(
    page: Page, context: BrowserContext, published: str, path: str, requests: list[str]
) -> None:
    phone = PhonePage(page, published + path)
    phone.start_call()
    context.set_offline(True)
    asked = len(requests)
    for key in ("4", "2", "7", "8", "0"):
        phone.key(key).click()
        phone.let_time_pass(2)
    phone.wait_for_state("dialling")
    expect(page.locator("#dialling").get_by_role("link")).to_have_attribute("href", "tel:+18883737888")
    page.locator("[data-outcome=completed]").click()
    phone.wait_for_state("listening")
    assert len(requests) == asked
    assert all(address.startswith(published) for address in requests)


def test_visitor_of_the_exported_site_reads_and_changes_the_language(page: Page, published: str) -> None:
    failed: list[str] = []
    page.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)
    page.goto(f"{published}/")
    page.locator("header nav a[hreflang='es']").click()
    page.wait_for_url("**/public/es.html")
    page.locator("main a[href*='read/']").first.click()
    page.wait_for_url("**/read/es.html#*")
    page.locator(".choices a").first.click()
    page.locator("header nav a[hreflang='en']").click()
    page.wait_for_url("**/read/en.html#*")
    assert failed == []


@pytest.mark.parametrize(("path", "neutral"), [("/phone/es.html", "es.wikipedia.org"), ("/en.html", "www.weather.gov")])
def test_visitor_leaves_the_exported_site_for_the_neutral_page_of_the_language(
    page: Page, context: BrowserContext, published: str, path: str, neutral: str
) -> None:
    texts: list[str] = []
    context.route(
        f"https://{neutral}/", lambda route: route.fulfill(body=texts[0]) if texts else route.fulfill(status=204)
    )
    page.goto(published + path)
    page.locator("#leave-page").click()
    page.wait_for_url(f"{published}/blank/*.html")
    page.reload()
    expect(page.locator("body")).to_have_text(neutral.removeprefix("www."), use_inner_text=True)
    texts.append("Sunny.")
    page.reload()
    page.wait_for_url(f"https://{neutral}/")


def test_exported_site_works_under_the_security_headers(page: Page, published: str) -> None:
    """On a host that sends the headers of vercel.json the browser refuses nothing."""
    rules = json.loads(page.request.get(f"{published}/vercel.json").text())["headers"]
    headers = {header["key"]: header["value"] for header in rules[0]["headers"]}

    def add_headers(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers=response.headers | headers)

    page.route(f"{published}/**", add_headers)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    phone = PhonePage(page, f"{published}/phone/en.html")
    phone.start_call()
    phone.key("0").click()
    phone.wait_for_state("dialling")
    assert problems == []
