"""A visitor who is watched: away in one act, no way back, and nothing left behind."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from support.browser_phone import Handset

ELSEWHERE = "https://www.weather.gov/"


@pytest.fixture
def weather(context: BrowserContext) -> list[dict[str, str]]:
    """The neutral site, played by this test: the headers of the requests that it got."""
    got: list[dict[str, str]] = []

    def answer(route: Route) -> None:
        got.append(route.request.all_headers())
        route.fulfill(body="<title>Weather</title>Sunny.", content_type="text/html")

    context.route(f"{ELSEWHERE}**", answer)
    return got


def wanders(page: Page, site: str) -> None:
    """From a page of before to the line, and about in it."""
    page.goto(f"{site}/health/live")
    page.goto(f"{site}/phone/en")
    page.locator("header nav a").last.click()
    page.wait_for_url("**/phone/es")
    page.locator("a[href*='/read/']").first.click()
    page.wait_for_url("**/read/es")
    page.locator(".choices a").first.click()
    page.wait_for_url("**/read/es#*")


@pytest.mark.parametrize("way", ["button", "keyboard", "escape"])
def test_whoever_leaves_is_away_and_back_does_not_return(
    page: Page, site: str, weather: list[dict[str, str]], way: str
) -> None:
    wanders(page, site)
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


def test_one_escape_is_not_enough(page: Page, site: str) -> None:
    page.clock.install()
    page.goto(f"{site}/read/en")
    page.keyboard.press("Escape")
    page.wait_for_timeout(1700)
    page.keyboard.press("Escape")
    expect(page.locator("h1")).to_be_visible()


def test_leaving_ends_the_call(handset: Handset, weather: list[dict[str, str]]) -> None:
    handset.calls()
    handset.page.locator("#leave-page").click()
    handset.page.wait_for_url(ELSEWHERE)
    assert len(weather) == 1


def test_the_way_out_is_in_sight_wherever_one_reads(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{site}/read/en")
    page.mouse.wheel(0, 5000)
    expect(page.locator("#leave-page")).to_be_in_viewport(ratio=1)


def test_nothing_is_kept_and_nobody_else_is_asked(
    handset: Handset, site: str, context: BrowserContext, trail: list[str]
) -> None:
    handset.calls()
    handset.key("2").click()
    handset.shows("dialling")
    assert context.cookies() == []
    kept = handset.page.evaluate("[localStorage.length, sessionStorage.length, navigator.serviceWorker ? 1 : 0]")
    assert kept[:2] == [0, 0]
    assert all(one.startswith(site) for one in trail)
    assert not [one for one in trail if "2" in urlsplit(one).path.rpartition("/")[2]]


def test_the_title_and_the_icon_tell_nothing(page: Page, site: str) -> None:
    for path in ("/", "/read/en", "/read/es"):
        page.goto(site + path)
        assert page.title() == "Information line"


def test_without_javascript_everything_can_still_be_read(browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/phone/en")
    page.locator("noscript a").click()
    expect(page.locator("#tea")).to_contain_text("It comes in cups.")
    page.locator(".choices a").first.click()
    assert page.url.endswith("#tea")
    context.close()
