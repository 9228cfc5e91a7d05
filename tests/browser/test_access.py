"""Accessibility: no violation of axe's WCAG rules, no horizontal scrolling, large targets, visible focus."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from support.browser_phone import PhonePage

WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
"""The tags of axe's rules for WCAG 2.2, level AA."""
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active", "color_scheme": "dark"},
    "small": {"viewport": {"width": 320, "height": 640}, "color_scheme": "light"},
}
MIN_TARGET = 44
"""Pixels of a button or link: WCAG 2.5.5."""


def axe_violations(page: Page, rules: dict[str, Any] = WCAG) -> list[str]:
    """The violations that axe reports: rule and element."""
    result = Axe().run(page, options={"runOnly": rules}).response
    assert result["passes"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in result["violations"] for node in rule["nodes"]]


def unfold(page: Page) -> None:
    """Open everything that is folded."""
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true;")


def talking(phone: PhonePage) -> None:
    phone.start_call()
    phone.let_time_pass(30)


def dialling(phone: PhonePage) -> None:
    phone.start_call()
    phone.key("0").click()
    phone.wait_for_state("dialling")


def ended(phone: PhonePage) -> None:
    talking(phone)
    phone.page.locator("#hangup").click()


def unreachable(phone: PhonePage) -> None:
    phone.page.route("**/telephone.json", lambda route: route.abort())
    phone.page.locator("#read-silently").click()
    phone.log.get_by_text("cannot reach").wait_for()


def scrolled_back(phone: PhonePage) -> None:
    phone.fill_the_log()
    phone.scroll_back()
    phone.key("2").click()
    expect(phone.page.locator("#newest")).to_be_visible()
    phone.page.locator("#pause").click()


STATES: list[Callable[[PhonePage], None]] = [lambda _: None, dialling, scrolled_back, ended, unreachable]


@pytest.mark.parametrize("look", LOOKS)
def test_axe_has_no_violation_in_any_state_of_the_phone_page(browser: Browser, site_with_voice: str, look: str) -> None:
    for state in STATES:
        context = browser.new_context(**LOOKS[look])
        phone = PhonePage(context.new_page(), f"{site_with_voice}/phone/en")
        state(phone)
        assert axe_violations(phone.page) == []
        context.close()


@pytest.mark.parametrize("path", ["/read/en", "/read/es"])
def test_axe_has_no_violation_on_the_read_page(page: Page, real_site: str, path: str) -> None:
    page.goto(real_site + path)
    assert axe_violations(page, BEST_PRACTICE) == []
    unfold(page)
    assert axe_violations(page, BEST_PRACTICE) == []
    for colours in ({"color_scheme": "dark"}, {"color_scheme": "dark", "forced_colors": "active"}):
        page.emulate_media(**colours)
        assert axe_violations(page, {"type": "rule", "values": ["color-contrast"]}) == []


@pytest.mark.parametrize("look", LOOKS)
def test_axe_has_no_violation_on_the_not_found_page(browser: Browser, site: str, look: str) -> None:
    context = browser.new_context(**LOOKS[look])
    page = context.new_page()
    page.goto(f"{site}/read/nowhere")
    assert axe_violations(page) == []
    context.close()


BEST_PRACTICE = {"type": "tag", "values": [*WCAG["values"], "best-practice"]}
CONTRAST_AAA = {"type": "rule", "values": ["color-contrast-enhanced"]}


@pytest.mark.parametrize("tag", ["en", "es"])
def test_axe_has_no_violation_on_the_front_page(page: Page, real_site: str, tag: str) -> None:
    page.goto(f"{real_site}/{tag}")
    assert axe_violations(page, BEST_PRACTICE) == []
    page.set_viewport_size({"width": 320, "height": 568})
    page.emulate_media(color_scheme="dark", forced_colors="active")
    assert axe_violations(page, BEST_PRACTICE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_that_of_level_aaa(page: Page, real_site: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    for path in ("/en", "/read/en", "/phone/en", "/nowhere"):
        page.goto(real_site + path)
        unfold(page)
        assert axe_violations(page, CONTRAST_AAA) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marked_sentence_has_the_contrast_of_level_aaa_and_is_underlined(
    page: Page, real_site: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    phone = PhonePage(page, f"{real_site}/phone/en")
    phone.start_call()
    spoken = page.locator(".spoken")
    expect(spoken).to_have_count(1)
    assert axe_violations(page, CONTRAST_AAA) == []
    for colours in ("none", "active"):
        page.emulate_media(color_scheme=scheme, forced_colors=colours)
        expect(spoken).to_have_css("text-decoration-line", "underline")
    expect(spoken).to_have_css("outline-style", "solid")


@pytest.mark.parametrize("look", LOOKS)
def test_axe_has_no_violation_on_the_panel_for_trying_a_change_out(browser: Browser, site: str, look: str) -> None:
    context = browser.new_context(**LOOKS[look])
    phone = PhonePage(context.new_page(), f"{site}/phone/es")
    page = phone.page
    talking(phone)
    page.locator("#try-out > summary").click()
    page.locator("#try-words summary").first.click()
    page.locator("#try-step > details > summary").click()
    assert axe_violations(page, BEST_PRACTICE) == []
    assert axe_violations(page, CONTRAST_AAA) == [] or look == "forced"
    assert overflow(page) == 0
    context.close()


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("tag", ["en", "es"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize(("width", "scale"), [(320, 1), (640, 2)])
def test_pages_need_no_horizontal_scrolling(
    browser: Browser, real_site: str, tag: str, direction: str, width: int, scale: int
) -> None:
    """WCAG 1.4.10 and 1.4.4: a screen of 320 pixels, and one of 1280 at twice the size."""
    context = browser.new_context(viewport={"width": width, "height": 400}, device_scale_factor=scale)
    phone = PhonePage(context.new_page(), f"{real_site}/phone/{tag}")
    page, set_direction = phone.page, f"document.documentElement.dir = '{direction}'"
    page.evaluate(set_direction)
    assert overflow(page) == 0
    dialling(phone)
    assert overflow(page) == 0
    for path in (f"/read/{tag}", f"/{tag}"):
        page.goto(real_site + path)
        unfold(page)
        page.evaluate(set_direction)
        assert overflow(page) == 0
    context.close()


def test_key_order_is_left_to_right_in_a_right_to_left_language(phone: PhonePage) -> None:
    phone.page.evaluate("document.documentElement.dir = 'rtl'")
    boxes = [phone.key(key).bounding_box() for key in "123"]
    assert [box["x"] for box in boxes if box] == sorted(box["x"] for box in boxes if box)


@pytest.mark.parametrize("width", [320, 1200])
def test_buttons_and_links_are_at_least_44_pixels(browser: Browser, real_site: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    for path in ("/en", "/phone/en", "/read/en"):
        page.goto(real_site + path)
        unfold(page)
        if path == "/phone/en":
            page.locator("#read-silently").click()
            page.locator(".choice").first.wait_for()
        small = page.evaluate(
            """(minimum) => [...document.querySelectorAll("button, a")].filter((target) => {
                const box = target.getBoundingClientRect();
                const isInText = getComputedStyle(target).display === "inline";
                const isSmall = box.width < minimum || box.height < minimum;
                return box.width && !isInText && !target.matches(".skip") && isSmall;
            }).map((target) => target.outerHTML.slice(0, 120))""",
            MIN_TARGET,
        )
        assert small == []
    context.close()


def test_no_animation_if_the_visitor_prefers_reduced_motion(browser: Browser, site: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{site}/phone/en")
    moving = """() => [...document.querySelectorAll("*")].filter((element) => {
        const style = getComputedStyle(element);
        return style.transitionDuration !== "0s" || style.animationName !== "none" || style.scrollBehavior === "smooth";
    }).length"""
    assert page.evaluate(moving) == 0
    context.close()


def test_focused_element_has_an_outline(phone: PhonePage) -> None:
    phone.start_call()
    for _ in range(25):
        phone.page.keyboard.press("Tab")
        outline = phone.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid" or phone.focused == ""


def test_printed_page_has_no_header(page: Page, real_site: str) -> None:
    page.goto(f"{real_site}/read/en")
    page.emulate_media(media="print")
    assert not page.locator("header").is_visible()
    assert page.locator("#reach").is_visible()
    assert page.locator(".numbers").is_visible()
