"""One journey through the whole site, at each size of a window, in each language, by mouse, keyboard and touch.

journeys.json has the sizes, in CSS pixels, and the steps; firefox/journeys.mjs takes the same steps in Firefox:

- open: load an address. arrive: the browser is at an address, and the page needs no horizontal scrolling.
- see: an element is in view. reach: it can be scrolled into view, and nothing covers it.
- press: activate an element. dial: press a key of the telephone. leave: press the link, or Esc twice.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

TABLE: dict[str, Any] = json.loads((Path(__file__).parent / "journeys.json").read_text("utf-8"))
SIZES: dict[str, tuple[int, int]] = TABLE["sizes"]
MAX_TABS = 120
"""Presses of Tab after which an element counts as one that the keyboard cannot reach."""
KEYS_TOWARDS = """element => {
    const focused = document.activeElement;
    if (focused === element) return "";
    return element.compareDocumentPosition(focused) & Node.DOCUMENT_POSITION_FOLLOWING ? "Shift+Tab" : "Tab";
}"""
"""The keys that move the focus towards an element; "" if it has the focus."""
BEST_PRACTICE = {
    "type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}  # fmt: skip
"""The tags of axe's rules for WCAG 2.2, level AA, and of its best practices."""


class Visitor:
    """Takes the steps of a journey in `page`, by one way: mouse, keyboard or touch."""

    def __init__(self, page: Page, way: str) -> None:
        self._page, self._way = page, way

    def open(self, address: str) -> None:
        self._page.goto(address)

    def arrive(self, address: str) -> None:
        self._page.wait_for_url(address)
        assert self._page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    def see(self, selector: str) -> None:
        expect(self._page.locator(selector).first).to_be_in_viewport()

    def reach(self, selector: str) -> None:
        self._page.locator(selector).first.click(trial=True)

    def press(self, selector: str) -> None:
        element = self._page.locator(selector).first
        if self._way == "keyboard":
            self._tab_to(element)
            self._page.keyboard.press("Enter")
        elif self._way == "touch":
            element.tap()
        else:
            element.click()

    def dial(self, key: str) -> None:
        if self._way == "keyboard":
            self._page.keyboard.press(key)
        else:
            self.press(f"[data-key='{key}']")

    def leave(self, selector: str) -> None:
        if self._way == "keyboard":
            self._page.keyboard.press("Escape")
            self._page.keyboard.press("Escape")
        else:
            self.press(selector)

    def _tab_to(self, element: Locator) -> None:
        element.wait_for()
        for _ in range(MAX_TABS):
            if not (keys := element.evaluate(KEYS_TOWARDS)):
                return
            self._page.keyboard.press(keys)
        raise AssertionError(f"the keyboard does not reach {element}")


@pytest.mark.parametrize("way", TABLE["ways"])
@pytest.mark.parametrize("size", SIZES)
def test_visitor_finds_the_hotline_calls_reads_and_leaves(
    browser: Browser, real_site: str, size: str, way: str
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=way == "touch")
    for tag, neutral in TABLE["neutral"].items():
        page = context.new_page()
        page.route(f"{neutral}**", lambda route: route.fulfill(body="Sunny."))
        visitor = Visitor(page, way)
        for step, text in TABLE["steps"]:
            value = text.format(tag=tag, neutral=neutral)
            getattr(visitor, step)(real_site + value if value.startswith("/") else value)
        page.close()
    context.close()


@pytest.mark.parametrize("path", ["/en", "/phone/en", "/read/en", "/nowhere", "the line cannot be used"])
def test_axe_has_no_violation_at_any_size(page: Page, real_site: str, unavailable_site: str, path: str) -> None:
    page.goto(real_site + path if path.startswith("/") else unavailable_site)
    page.keyboard.press("Escape")  # with the hint of the first Esc
    for width, height in list(SIZES.values())[:: 5 if "read" in path else 1]:  # axe reads the long page slowly
        page.set_viewport_size({"width": width, "height": height})
        result = Axe().run(page, options={"runOnly": BEST_PRACTICE, "resultTypes": ["violations"]}).response
        assert [rule["id"] for rule in result["violations"]] == []


def test_axe_has_no_violation_on_the_cover_and_on_the_blank_page(page: Page, real_site: str) -> None:
    page.route(f"{TABLE['neutral']['es']}**", lambda route: route.fulfill(status=204))
    page.goto(f"{real_site}/es")
    page.locator("#leave-page").click()
    for _ in range(2):
        result = Axe().run(page, options={"runOnly": BEST_PRACTICE, "resultTypes": ["violations"]}).response
        assert [rule["id"] for rule in result["violations"]] == []
        page.reload()
