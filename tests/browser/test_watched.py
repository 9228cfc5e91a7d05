"""A visitor who is watched: leaves with one action, cannot come back by accident, and leaves no data in the browser."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from support.browser_phone import PhonePage

ELSEWHERE = "https://www.weather.gov/"
NEUTRAL_PAGES = {"en": ELSEWHERE, "es": "https://es.wikipedia.org/"}
"""The neutral page of each language of the real line."""


@pytest.fixture
def weather(context: BrowserContext) -> list[dict[str, str]]:
    """The neutral pages, answered by this test; returns the headers of their requests."""
    received: list[dict[str, str]] = []

    def answer(route: Route) -> None:
        received.append(route.request.all_headers())
        route.fulfill(body="<title>Weather</title>Sunny.", content_type="text/html")

    for address in NEUTRAL_PAGES.values():
        context.route(f"{address}**", answer)
    return received


@pytest.fixture
def late_weather(context: BrowserContext) -> list[str]:
    """The neutral page does not come until the test adds its text: with status 204 a browser stays where it is."""
    texts: list[str] = []
    context.route(f"{ELSEWHERE}**", lambda route: route.fulfill(body=texts[0]) if texts else route.fulfill(status=204))
    return texts


def press_button(page: Page) -> None:
    page.locator("#leave-page").click()


def press_escape_twice(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")


WAYS = [press_button, press_escape_twice]


def visit_pages(page: Page, site: str) -> None:
    """From another page to the site, and through several of its pages."""
    page.goto(f"{site}/health/live")
    page.goto(f"{site}/phone/en")
    page.locator("header nav a[hreflang='es']").click()
    page.wait_for_url("**/phone/es")
    page.locator("a[href*='/read/']").first.click()
    page.wait_for_url("**/read/es")
    page.locator(".choices a").first.click()
    page.wait_for_url("**/read/es#*")


@pytest.mark.parametrize("way", ["button", "keyboard", "escape"])
def test_leave_link_and_escape_leave_and_back_does_not_return(
    page: Page, site: str, weather: list[dict[str, str]], way: str
) -> None:
    visit_pages(page, site)
    if way == "button":
        page.locator("#leave-page").click()
    elif way == "keyboard":
        page.locator("#leave-page").focus()
        page.keyboard.press("Enter")
    else:
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.wait_for_url(ELSEWHERE)
    assert "referer" not in weather[0]
    page.go_back()
    assert urlsplit(page.url).path == "/health/live"


def test_first_escape_shows_a_hint_and_a_second_one_leaves_only_while_it_is_shown(page: Page, site: str) -> None:
    page.clock.install()
    page.goto(f"{site}/read/en")
    hint = page.locator("[role=status]#leave-hint")
    for _ in range(2):
        expect(hint).to_be_empty()
        page.keyboard.press("Escape")
        expect(hint).to_be_in_viewport(ratio=1)
        expect(hint).to_contain_text("Esc")
        page.clock.run_for(5000)
    expect(hint).to_be_empty()
    expect(page.locator("h1")).to_be_visible()


def assert_covered(page: Page) -> None:
    """Nothing of the page is to be seen but the name of the neutral page and the sentence before it."""
    expect(page.locator("[role=alert]#cover")).to_be_in_viewport(ratio=1)
    assert page.title() == "weather.gov"
    assert page.locator("body").inner_text().split("\n") == [page.locator("#cover").inner_text()]
    assert not page.locator("main").is_visible()


@pytest.mark.parametrize("leave", WAYS)
@pytest.mark.parametrize("path", ["/en", "/phone/en", "/read/en", "/nowhere", "the line cannot be used"])
def test_cover_hides_every_page_until_the_neutral_page_has_come(
    page: Page,
    real_site: str,
    unavailable_site: str,
    late_weather: list[str],
    path: str,
    leave: Callable[[Page], None],
) -> None:
    page.goto(real_site + "/health/live")
    page.goto(real_site + path if path.startswith("/") else unavailable_site)
    leave(page)
    assert_covered(page)
    late_weather.append("Sunny.")
    page.keyboard.press("Escape")
    page.wait_for_url(ELSEWHERE)
    page.go_back()
    assert urlsplit(page.url).path == "/health/live"


@pytest.mark.parametrize("path", ["/phone/en", "the line cannot be used"])
def test_loading_again_does_not_bring_the_page_back_before_the_neutral_page_has_come(
    page: Page, real_site: str, unavailable_site: str, late_weather: list[str], path: str
) -> None:
    page.goto(real_site + path if path.startswith("/") else unavailable_site)
    page.locator("#leave-page").click()
    assert_covered(page)
    page.reload()
    expect(page.locator("body")).to_have_text("weather.gov", use_inner_text=True)
    assert page.title() == "weather.gov"
    late_weather.append("Sunny.")
    page.reload()
    page.wait_for_url(ELSEWHERE)


def test_neutral_page_that_cannot_be_reached_brings_nothing_back(
    page: Page, context: BrowserContext, site: str
) -> None:
    page.goto(f"{site}/health/live")
    page.goto(f"{site}/phone/en")
    context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.locator("#leave-page").click()
    expect(page.locator("#phone")).to_have_count(0)
    context.set_offline(False)
    page.go_back()
    page.wait_for_url("**/health/live")


@pytest.mark.parametrize("tag", NEUTRAL_PAGES)
@pytest.mark.parametrize("leave", WAYS)
def test_neutral_page_is_in_the_language_of_the_page(
    page: Page, real_site: str, weather: list[dict[str, str]], tag: str, leave: Callable[[Page], None]
) -> None:
    for path in (f"/{tag}", f"/phone/{tag}", f"/read/{tag}"):
        page.goto(real_site + path)
        leave(page)
        page.wait_for_url(NEUTRAL_PAGES[tag])
    assert not any("referer" in headers for headers in weather)


def test_leaving_ends_the_call(phone: PhonePage, weather: list[dict[str, str]]) -> None:
    phone.start_call()
    phone.page.locator("#leave-page").click()
    phone.page.wait_for_url(ELSEWHERE)
    assert len(weather) == 1


SIZES = [(1280, 800), (390, 844), (844, 390), (320, 568), (640, 400), (320, 200)]
"""Windows in CSS pixels: a computer, phones upright and sideways, and 1280 × 800 at 200 % and 400 %."""


@pytest.mark.parametrize("path", ["/es", "/read/en", "/phone/en"])
def test_leave_link_stays_in_reach_at_every_size_and_covers_no_language_link(
    page: Page, real_site: str, path: str
) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(real_site + path)
        link, languages = page.locator("#leave-page").bounding_box(), page.locator("header nav").bounding_box()
        assert link
        assert languages
        assert min(link["width"], link["height"]) >= 44
        assert languages["x"] + languages["width"] <= link["x"]
        page.mouse.move(width / 2, height - 20)
        page.mouse.wheel(0, 5000)
        expect(page.locator("#leave-page")).to_be_in_viewport(ratio=1)


def test_promises_that_need_javascript_are_made_only_with_it(browser: Browser, site: str) -> None:
    for has_scripts in (True, False):
        context = browser.new_context(java_script_enabled=has_scripts)
        page = context.new_page()
        for path in ("/en", "/read/en", "/phone/en"):
            page.goto(site + path)
            expect(page.locator("[data-needs-script]")).to_be_visible(visible=has_scripts)
            promised = "Esc" in page.locator("body").inner_text()
            assert promised == has_scripts
        context.close()


def test_no_data_is_stored_and_no_other_site_is_requested(
    phone: PhonePage, site: str, context: BrowserContext, requests: list[str]
) -> None:
    phone.start_call()
    phone.key("2").click()
    phone.wait_for_state("dialling")
    assert context.cookies() == []
    kept = phone.page.evaluate("[localStorage.length, sessionStorage.length, navigator.serviceWorker ? 1 : 0]")
    assert kept[:2] == [0, 0]
    assert all(address.startswith(site) for address in requests)


def test_title_does_not_name_the_subject(page: Page, site: str) -> None:
    for path in ("/en", "/es", "/read/en"):
        page.goto(site + path)
        assert page.title() == "Information line"


def test_without_javascript_the_text_can_be_read(browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/phone/en")
    assert not page.locator("#phone").is_visible()
    page.locator("noscript a").click()
    expect(page.locator("#tea")).to_contain_text("It comes in cups.")
    page.locator(".choices a").first.click()
    assert page.url.endswith("#tea")
    context.close()
