"""The front page in a browser: what a visitor sees first, and what the visitor can do with it."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

FIRST_ANSWERS = {
    "what is this": ".lead",
    "how do I reach a person": ".ways .main a",
    "is it free, and in my language": ".promises",
    "what if I am in danger": ".ways .danger",
    "what if someone sees this": ".front .note",
}
"""Questions of a visitor, and the elements that answer them."""


@pytest.mark.parametrize("tag", ["en", "es"])
def test_five_questions_are_answered_without_scrolling_on_a_phone(page: Page, real_site: str, tag: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{real_site}/{tag}")
    for question, element in FIRST_ANSWERS.items():
        expect(page.locator(element), question).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("tag", ["en", "es"])
def test_every_way_to_reach_a_person_is_in_view_on_a_small_phone(page: Page, real_site: str, tag: str) -> None:
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto(f"{real_site}/{tag}")
    for way in page.locator(".ways a").all():
        expect(way).to_be_in_viewport()


def test_visitor_goes_by_keyboard_from_the_front_page_to_a_topic(page: Page, real_site: str) -> None:
    page.goto(f"{real_site}/es")
    topic = page.locator(".topics a").first
    for _ in range(30):
        page.keyboard.press("Tab")
        if topic.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/read/es#my_safety")
    expect(page.locator("#my_safety").get_by_role("heading").first).to_be_in_viewport()


def test_visitor_goes_by_touch_from_one_language_to_the_other_and_to_the_telephone(
    browser: Browser, real_site: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{real_site}/en")
    page.locator("header nav a[hreflang=es]").tap()
    page.wait_for_url("**/es")
    page.locator("main a[href*='/phone/']").tap()
    page.wait_for_url("**/phone/es")
    context.close()


def test_number_is_copied_with_one_press(page: Page, context: BrowserContext, real_site: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{real_site}/en")
    page.locator("#copy-number").click()
    expect(page.locator(".copy").get_by_role("status")).not_to_be_empty()
    assert page.evaluate("navigator.clipboard.readText()") == "1-888-373-7888"


def test_number_is_not_offered_to_copy_without_a_clipboard(page: Page, real_site: str) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined });")
    page.goto(f"{real_site}/en")
    expect(page.locator("[data-needs-script]")).to_be_visible()
    expect(page.locator("#copy-number")).to_be_hidden()


def test_reader_who_changes_the_language_stays_at_the_same_topic(page: Page, real_site: str) -> None:
    page.goto(f"{real_site}/read/en")
    page.locator("#work summary").first.click()
    spanish = page.locator("header nav a[hreflang=es]").bounding_box()
    assert spanish
    page.mouse.click(spanish["x"] + 5, spanish["y"] + 5)  # the locator's own click would scroll first
    page.wait_for_url("**/read/es#work")
    expect(page.locator("#work").get_by_role("heading").first).to_be_in_viewport()
    expect(page.locator("#work .said")).to_be_visible()
