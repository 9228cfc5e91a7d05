"""For everybody: axe finds nothing, nothing runs out of sight, every target is large enough for a thumb."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from support.browser_phone import Handset

WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
"""The rules of axe that stand for WCAG 2.2, level AA."""
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active", "color_scheme": "dark"},
    "small": {"viewport": {"width": 320, "height": 640}, "color_scheme": "light"},
}
SMALLEST = 44
"""Pixels of a target: WCAG 2.5.5."""


def found_by_axe(page: Page, rules: dict[str, Any] = WCAG) -> list[str]:
    """What axe finds: rule, and the element in question."""
    result = Axe().run(page, options={"runOnly": rules}).response
    assert result["passes"]
    return [f"{one['id']}: {node['html'][:120]}" for one in result["violations"] for node in one["nodes"]]


def talking(handset: Handset) -> None:
    handset.calls()
    handset.seconds(30)


def dialling(handset: Handset) -> None:
    handset.calls()
    handset.key("0").click()
    handset.shows("dialling")


def missed(handset: Handset) -> None:
    handset.calls()
    handset.key("2").click()
    handset.key("6").click()
    handset.shows("listening")


def ended(handset: Handset) -> None:
    talking(handset)
    handset.page.locator("#hangup").click()


def unreachable(handset: Handset) -> None:
    handset.page.route("**/phone/call", lambda route: route.abort())
    handset.page.locator("#call").click()
    handset.log.get_by_text("cannot reach").wait_for()


STATES: list[Callable[[Handset], None]] = [lambda _: None, talking, missed, dialling, ended, unreachable]


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_on_any_state_of_the_telephone(browser: Browser, site: str, look: str) -> None:
    for state in STATES:
        context = browser.new_context(**LOOKS[look])
        handset = Handset(context.new_page(), f"{site}/phone/en")
        state(handset)
        assert found_by_axe(handset.page) == []
        context.close()


@pytest.mark.parametrize("path", ["/read/en", "/read/es"])
def test_axe_finds_nothing_on_the_readable_line(page: Page, real_site: str, path: str) -> None:
    page.goto(real_site + path)
    assert found_by_axe(page) == []
    for colours in ({"color_scheme": "dark"}, {"color_scheme": "dark", "forced_colors": "active"}):
        page.emulate_media(**colours)
        assert found_by_axe(page, {"type": "rule", "values": ["color-contrast"]}) == []


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_where_there_is_nothing(browser: Browser, site: str, look: str) -> None:
    context = browser.new_context(**LOOKS[look])
    page = context.new_page()
    page.goto(f"{site}/read/nowhere")
    assert found_by_axe(page) == []
    context.close()


def sideways(page: Page) -> int:
    """Pixels that the page is wider than what can be seen of it."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("tag", ["en", "es"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize(("width", "scale"), [(320, 1), (640, 2)])
def test_nothing_runs_out_of_sight(
    browser: Browser, real_site: str, tag: str, direction: str, width: int, scale: int
) -> None:
    """WCAG 1.4.10 and 1.4.4: a screen of 320 pixels, and one of 1280 at twice the size."""
    context = browser.new_context(viewport={"width": width, "height": 400}, device_scale_factor=scale)
    handset = Handset(context.new_page(), f"{real_site}/phone/{tag}")
    page, turn = handset.page, f"document.documentElement.dir = '{direction}'"
    page.evaluate(turn)
    assert sideways(page) == 0
    dialling(handset)
    assert sideways(page) == 0
    page.goto(f"{real_site}/read/{tag}")
    page.evaluate(turn)
    assert sideways(page) == 0
    context.close()


def test_the_keys_stand_as_on_a_telephone_in_every_direction(handset: Handset) -> None:
    handset.page.evaluate("document.documentElement.dir = 'rtl'")
    boxes = [handset.key(key).bounding_box() for key in "123"]
    assert [box["x"] for box in boxes if box] == sorted(box["x"] for box in boxes if box)


@pytest.mark.parametrize("width", [320, 1200])
def test_every_target_is_large_enough(browser: Browser, real_site: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    for path in ("/phone/en", "/read/en"):
        page.goto(real_site + path)
        small = page.evaluate(
            """(least) => [...document.querySelectorAll("button, a")].filter((one) => {
                const box = one.getBoundingClientRect();
                const sentence = getComputedStyle(one).display === "inline";
                return box.width && !sentence && !one.matches(".skip") && (box.width < least || box.height < least);
            }).map((one) => one.outerHTML.slice(0, 120))""",
            SMALLEST,
        )
        assert small == []
    context.close()


def test_nothing_moves_for_those_whom_it_troubles(browser: Browser, site: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{site}/phone/en")
    moving = """() => [...document.querySelectorAll("*")].filter((one) => {
        const style = getComputedStyle(one);
        return style.transitionDuration !== "0s" || style.animationName !== "none" || style.scrollBehavior === "smooth";
    }).length"""
    assert page.evaluate(moving) == 0
    context.close()


def test_what_has_the_focus_is_marked(handset: Handset) -> None:
    for _ in range(25):
        handset.page.keyboard.press("Tab")
        outline = handset.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid" or handset.focused == ""


def test_the_page_prints_without_what_belongs_to_the_screen(page: Page, real_site: str) -> None:
    page.goto(f"{real_site}/read/en")
    page.emulate_media(media="print")
    assert not page.locator("header").is_visible()
    assert page.locator("#reach").is_visible()
    assert page.locator(".numbers").is_visible()
