"""Calls on the phone page by mouse, keyboard and touch, in both languages."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from support.browser_phone import PhonePage

HERE = Path(__file__).parent
LANGUAGES = {"en": ("en-US", []), "es": ("es-US", ["8"])}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_call_by_mouse_reaches_the_hotline(phone: PhonePage, tag: str) -> None:
    language, first = LANGUAGES[tag]
    phone.start_call()
    for key in [*first, "2", "0"]:
        phone.key(key).click()
        expect(phone.log.locator(".caption").last).to_have_attribute("lang", language)
    phone.wait_for_state("dialling")
    dialling = phone.page.locator("#dialling")
    expect(dialling.get_by_role("link")).to_have_attribute("href", "tel:+18883737888")
    expect(phone.log).to_contain_text("you would now be connected to the hotline, 1-888-373-7888")


@pytest.mark.parametrize("tag", LANGUAGES)
def test_call_by_keyboard_keeps_the_focus(phone: PhonePage, tag: str) -> None:
    language, first = LANGUAGES[tag]
    keyboard = phone.page.keyboard
    for _ in range(20):
        keyboard.press("Tab")
        if phone.focused == "call":
            break
    keyboard.press("Enter")
    expect(phone.log.locator(".caption").first).to_be_visible()
    for key in [*first, "2", "7", "*", "#", "0"]:
        keyboard.press(key)
        expect(phone.log.locator(".own").last).to_contain_text("You pressed")
        assert phone.focused == "call"
    phone.wait_for_state("dialling")
    expect(phone.log.locator(".caption").last).to_have_attribute("lang", language)
    for _ in range(8):
        keyboard.press("Tab")
        if phone.focused == "completed":
            break
    keyboard.press("Enter")
    phone.wait_for_state("listening")
    assert phone.focused == "log"


@pytest.mark.parametrize("tag", LANGUAGES)
def test_call_by_touch_reaches_the_hotline(browser: Browser, site: str, tag: str) -> None:
    language, first = LANGUAGES[tag]
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 640})
    phone = PhonePage(context.new_page(), f"{site}/phone/{tag}")
    phone.page.locator("#call").tap()
    for key in [*first, "2", "0"]:
        expect(phone.log.locator(".caption").first).to_be_visible()
        phone.key(key).tap()
    phone.wait_for_state("dialling")
    expect(phone.log.locator(".caption").last).to_have_attribute("lang", language)
    expect(phone.page.locator("#dialling")).to_be_in_viewport()
    context.close()


def test_every_caption_names_its_language_and_voice(phone: PhonePage) -> None:
    phone.start_call()
    phone.let_time_pass(30)
    spoken = [(caption.get_attribute("lang"), caption.inner_text()) for caption in phone.log.locator(".caption").all()]
    assert {language for language, _ in spoken} == {"en-US", "es-US"}
    for language, text in spoken:
        if "oprima" in text:
            assert language == "es-US"
            assert text.startswith("español · Lupe")
    assert phone.log.locator(".caption[dir]").count() == len(spoken)


def test_silent_call_reaches_the_hotline_without_a_further_request(phone: PhonePage, requests: list[str]) -> None:
    phone.start_call()
    asked = len([address for address in requests if address.endswith("/phone/call")])
    phone.wait_for_state("dialling")
    assert len([address for address in requests if address.endswith("/phone/call")]) == asked
    assert "oprima" in phone.log.inner_text()


def test_stay_silent_button_skips_the_waits(phone: PhonePage) -> None:
    phone.start_call()
    for _ in range(6):
        if phone.state == "dialling":
            break
        phone.page.locator("#silent").click()
        phone.page.wait_for_timeout(20)
    assert phone.state == "dialling"
    assert phone.log.inner_text().count("You stayed silent.") == 5


def test_key_stops_the_speech(phone: PhonePage) -> None:
    phone.start_call()
    phone.key("2").click()
    expect(phone.log.locator(".own").last).to_have_text("You pressed 2")
    expect(phone.log.locator(".caption")).to_have_count(2)


def test_key_pressed_before_the_answer_arrives_is_used(phone: PhonePage) -> None:
    phone.page.locator("#call").click()
    phone.page.keyboard.press("2")
    phone.page.keyboard.press("1")
    expect(phone.log.locator(".own")).to_have_count(3)
    phone.wait_for_state("listening")


def test_outcome_of_the_dial_can_be_chosen(phone: PhonePage) -> None:
    phone.start_call()
    phone.key("0").click()
    phone.wait_for_state("dialling")
    phone.page.get_by_role("button", name="Busy").click()
    expect(phone.log).to_contain_text("Nobody answered.")
    expect(phone.log.locator(".caption .number").last).to_have_attribute("href", "tel:+18883737888")
    assert phone.focused == "log"


def test_hang_up_ends_the_call_and_a_new_call_works(phone: PhonePage) -> None:
    phone.start_call()
    phone.page.locator("#hangup").click()
    expect(phone.log).to_contain_text("You hung up.")
    said = phone.log.inner_text()
    phone.let_time_pass(60)
    assert phone.log.inner_text() == said
    assert phone.focused == "hangup"
    phone.start_call()
    assert "You hung up." not in phone.log.inner_text()


def test_call_ends_after_the_last_dial(phone: PhonePage) -> None:
    phone.start_call()
    for _ in range(3):  # by itself the line dials three times in a row at most
        phone.wait_for_state("dialling")
        phone.page.get_by_role("button", name="No answer").click()
        phone.page.wait_for_timeout(30)
    phone.wait_for_state("idle")
    expect(phone.log).to_contain_text("The line has ended the call.")


def test_keyboard_keys_work_only_while_the_telephone_has_the_focus(phone: PhonePage) -> None:
    """WCAG 2.1.4."""
    phone.start_call()
    phone.page.locator("header nav a").first.focus()
    phone.page.keyboard.press("2")
    expect(phone.log.locator(".own")).to_have_count(1)


def answer_with(page: Page, *answers: Any) -> None:
    """Answer the next requests of the phone page with these statuses; None aborts the request."""
    remaining = list(answers)

    def answer(route: Route) -> None:
        status = remaining.pop(0) if remaining else 200
        if status is None:
            route.abort()
        elif status == 200:
            route.continue_()
        else:
            route.fulfill(status=status, json={"steps": []})

    page.route(re.compile("/phone/call$"), answer)


@pytest.mark.parametrize("answer", [None, 500, 404])
def test_unreachable_line_leaves_the_numbers_on_the_page(phone: PhonePage, answer: int | None) -> None:
    answer_with(phone.page, answer)
    phone.page.locator("#call").click()
    expect(phone.log).to_contain_text("This page cannot reach the line now.")
    assert phone.state == "idle"
    assert phone.page.locator(".numbers a[href^='tel:']").count() == 2


def test_busy_answer_is_retried(phone: PhonePage) -> None:
    answer_with(phone.page, 429, 429)
    phone.page.locator("#call").click()
    expect(phone.log).to_contain_text("One moment.")
    for _ in range(40):
        phone.let_time_pass(1)
        phone.page.wait_for_timeout(10)
        if phone.log.locator(".caption").count():
            break
    expect(phone.log.locator(".caption").first).to_be_visible()


def test_accessibility_tree_of_a_call_equals_call_yaml(phone: PhonePage) -> None:
    phone.start_call()
    phone.let_time_pass(40)
    phone.key("2").click()
    phone.let_time_pass(8)
    phone.key("0").click()
    phone.wait_for_state("dialling")
    stored = HERE / "call.yaml"
    tree = phone.phone.aria_snapshot() + "\n"
    if not stored.exists():
        stored.write_text(tree, "utf-8")
    assert tree == stored.read_text("utf-8"), f"If the change is intended, delete {stored.name} and run the test again."
