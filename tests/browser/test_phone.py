"""Calls made on the page as people make them: by mouse, by keyboard alone, by touch, in both languages."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from support.browser_phone import Handset

HERE = Path(__file__).parent
LANGUAGES = {"en": ("en-US", []), "es": ("es-US", ["8"])}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_call_by_mouse_reaches_the_hotline(handset: Handset, tag: str) -> None:
    language, first = LANGUAGES[tag]
    handset.calls()
    for key in [*first, "2", "0"]:
        handset.key(key).click()
        expect(handset.log.locator(".caption").last).to_have_attribute("lang", language)
    handset.shows("dialling")
    dialling = handset.page.locator("#dialling")
    expect(dialling.get_by_role("link")).to_have_attribute("href", "tel:+18883737888")
    expect(handset.log).to_contain_text("you would now be connected to the hotline, 1-888-373-7888")


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_call_by_keyboard_alone_never_loses_the_focus(handset: Handset, tag: str) -> None:
    language, first = LANGUAGES[tag]
    keyboard = handset.page.keyboard
    for _ in range(20):
        keyboard.press("Tab")
        if handset.focused == "call":
            break
    keyboard.press("Enter")
    expect(handset.log.locator(".caption").first).to_be_visible()
    for key in [*first, "2", "7", "*", "#", "0"]:
        keyboard.press(key)
        expect(handset.log.locator(".own").last).to_contain_text("You pressed")
        assert handset.focused == "call"
    handset.shows("dialling")
    expect(handset.log.locator(".caption").last).to_have_attribute("lang", language)
    for _ in range(8):
        keyboard.press("Tab")
        if handset.focused == "completed":
            break
    keyboard.press("Enter")
    handset.shows("listening")
    assert handset.focused == "log"


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_call_by_touch_reaches_the_hotline(browser: Browser, site: str, tag: str) -> None:
    language, first = LANGUAGES[tag]
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 640})
    handset = Handset(context.new_page(), f"{site}/phone/{tag}")
    handset.page.locator("#call").tap()
    for key in [*first, "2", "0"]:
        expect(handset.log.locator(".caption").first).to_be_visible()
        handset.key(key).tap()
    handset.shows("dialling")
    expect(handset.log.locator(".caption").last).to_have_attribute("lang", language)
    expect(handset.page.locator("#dialling")).to_be_in_viewport()
    context.close()


def test_every_caption_says_its_language_and_voice(handset: Handset) -> None:
    handset.calls()
    handset.seconds(30)
    spoken = [(one.get_attribute("lang"), one.inner_text()) for one in handset.log.locator(".caption").all()]
    assert {language for language, _ in spoken} == {"en-US", "es-US"}
    for language, text in spoken:
        if "oprima" in text:
            assert language == "es-US"
            assert text.startswith("español · Lupe")
    assert handset.log.locator(".caption[dir]").count() == len(spoken)


def test_silence_reaches_the_hotline_without_a_request(handset: Handset, trail: list[str]) -> None:
    handset.calls()
    asked = len([one for one in trail if one.endswith("/phone/call")])
    handset.shows("dialling")
    assert len([one for one in trail if one.endswith("/phone/call")]) == asked
    assert "oprima" in handset.log.inner_text()


def test_whoever_stays_silent_need_not_wait(handset: Handset) -> None:
    handset.calls()
    for _ in range(6):
        if handset.state == "dialling":
            break
        handset.page.locator("#silent").click()
        handset.page.wait_for_timeout(20)
    assert handset.state == "dialling"
    assert handset.log.inner_text().count("You stayed silent.") == 5


def test_key_stops_the_speech(handset: Handset) -> None:
    handset.calls()
    handset.key("2").click()
    expect(handset.log.locator(".own").last).to_have_text("You pressed 2")
    expect(handset.log.locator(".caption")).to_have_count(2)


def test_a_key_pressed_while_the_answer_is_on_its_way_counts(handset: Handset) -> None:
    handset.page.locator("#call").click()
    handset.page.keyboard.press("2")
    handset.page.keyboard.press("1")
    expect(handset.log.locator(".own")).to_have_count(3)
    handset.shows("listening")


def test_the_way_a_call_ends_can_be_tried_out(handset: Handset) -> None:
    handset.calls()
    handset.key("0").click()
    handset.shows("dialling")
    handset.page.get_by_role("button", name="Busy").click()
    expect(handset.log).to_contain_text("Nobody answered.")
    expect(handset.log.locator(".caption .number").last).to_have_attribute("href", "tel:+18883737888")
    assert handset.focused == "log"


def test_hanging_up_ends_the_call_and_another_can_be_made(handset: Handset) -> None:
    handset.calls()
    handset.page.locator("#hangup").click()
    expect(handset.log).to_contain_text("You hung up.")
    said = handset.log.inner_text()
    handset.seconds(60)
    assert handset.log.inner_text() == said
    assert handset.focused == "hangup"
    handset.calls()
    assert "You hung up." not in handset.log.inner_text()


def test_a_call_ends_by_itself(handset: Handset) -> None:
    handset.calls()
    for _ in range(3):  # the line dials by itself three times in a row, and never a fourth time
        handset.shows("dialling")
        handset.page.get_by_role("button", name="No answer").click()
        handset.page.wait_for_timeout(30)
    handset.shows("idle")
    expect(handset.log).to_contain_text("The line has ended the call.")


def test_keys_are_keys_of_the_telephone_alone(handset: Handset) -> None:
    """WCAG 2.1.4: a single key does something only while the telephone has the focus."""
    handset.calls()
    handset.page.locator("header nav a").first.focus()
    handset.page.keyboard.press("2")
    expect(handset.log.locator(".own")).to_have_count(1)


def answer_with(page: Page, *answers: Any) -> None:
    """Let the next requests of the telephone be answered so: a status, or None for no answer at all."""
    left = list(answers)

    def answer(route: Route) -> None:
        status = left.pop(0) if left else 200
        if status is None:
            route.abort()
        elif status == 200:
            route.continue_()
        else:
            route.fulfill(status=status, json={"steps": []})

    page.route(re.compile("/phone/call$"), answer)


@pytest.mark.parametrize("answer", [None, 500, 404])
def test_a_line_out_of_reach_leaves_the_numbers(handset: Handset, answer: int | None) -> None:
    answer_with(handset.page, answer)
    handset.page.locator("#call").click()
    expect(handset.log).to_contain_text("This page cannot reach the line now.")
    assert handset.state == "idle"
    assert handset.page.locator(".numbers a[href^='tel:']").count() == 2


def test_a_full_line_is_asked_again(handset: Handset) -> None:
    answer_with(handset.page, 429, 429)
    handset.page.locator("#call").click()
    expect(handset.log).to_contain_text("One moment.")
    for _ in range(40):
        handset.seconds(1)
        handset.page.wait_for_timeout(10)
        if handset.log.locator(".caption").count():
            break
    expect(handset.log.locator(".caption").first).to_be_visible()


def test_the_tree_that_a_screen_reader_meets_is_kept(handset: Handset) -> None:
    handset.calls()
    handset.seconds(40)
    handset.key("2").click()
    handset.seconds(8)
    handset.key("0").click()
    handset.shows("dialling")
    kept = HERE / "call.yaml"
    found = handset.phone.aria_snapshot() + "\n"
    if not kept.exists():
        kept.write_text(found, "utf-8")
    assert found == kept.read_text("utf-8"), f"If this is meant, delete {kept.name} and run the test once more."
