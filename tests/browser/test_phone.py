"""Calls on the phone page by mouse, keyboard and touch, in both languages."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
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
        if phone.focused == "read-silently":
            break
    keyboard.press("Enter")
    expect(phone.log.locator(".caption").first).to_be_visible()
    for key in [*first, "2", "7", "*", "#", "0"]:
        keyboard.press(key)
        expect(phone.log.locator(".own").last).to_contain_text("You pressed")
        assert phone.focused == "log"
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
    language, _ = LANGUAGES[tag]
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 640})
    phone = PhonePage(context.new_page(), f"{site}/phone/{tag}")
    phone.page.locator("#read-silently").tap()
    for key in ["2", "0"]:
        expect(phone.log.locator(".caption").first).to_be_visible()
        phone.key(key).tap()
    phone.wait_for_state("dialling")
    expect(phone.log.locator(".caption").last).to_have_attribute("lang", language)
    expect(phone.page.locator("#dialling")).to_be_in_viewport()
    context.close()


def test_reader_of_the_spanish_page_hears_spanish_from_the_first_word(page: Page, real_site: str) -> None:
    phone = PhonePage(page, f"{real_site}/phone/es")
    phone.start_call()
    phone.wait_for_state("listening")
    languages = {caption.get_attribute("lang") for caption in phone.log.locator(".caption").all()}
    assert languages == {"es-US"}


def test_every_caption_names_its_language(phone: PhonePage) -> None:
    phone.start_call()
    phone.let_time_pass(30)
    spoken = [(caption.get_attribute("lang"), caption.inner_text()) for caption in phone.log.locator(".caption").all()]
    assert {language for language, _ in spoken} == {"en-US", "es-US"}
    for language, text in spoken:
        if "oprima" in text:
            assert language == "es-US"
            assert text.startswith("español")
    assert phone.log.locator(".caption[dir]").count() == len(spoken)


def test_no_request_follows_the_data_of_the_line(phone: PhonePage, requests: list[str]) -> None:
    phone.start_call()
    assert requests[-1].endswith("/telephone.json")
    asked = len(requests)
    for key in ("2", "8", "7", "#", "*", "6", "9"):
        phone.key(key).click()
        phone.let_time_pass(3)
    phone.wait_for_state("dialling")
    phone.page.locator("[data-outcome=completed]").click()
    phone.page.locator("#hangup").click()
    phone.start_call()
    assert len(requests) == asked


def test_telephone_needs_six_requests_and_the_data_of_the_line(page: Page, real_site: str, requests: list[str]) -> None:
    phone = PhonePage(page, f"{real_site}/phone/en")
    phone.start_call()
    assert requests[-1].endswith("/telephone.json")
    assert len(requests) <= 7


def test_sentence_that_is_spoken_is_marked_and_a_screen_reader_does_not_read_it_again(
    page: Page, real_site: str
) -> None:
    """A log announces what is added to it: while sentences are marked, nothing changes but their class."""
    phone = PhonePage(page, f"{real_site}/phone/en")
    phone.start_call()
    for key in ("4", "1"):
        phone.key(key).click()
    expect(phone.log.locator(".caption").last).to_contain_text("Signs")
    page.evaluate(
        "changes = []; new MutationObserver(records => changes.push(...records.map(record =>"
        " record.type + ' ' + record.attributeName))).observe(document.getElementById('log'),"
        " { subtree: true, childList: true, characterData: true, attributes: true })"
    )
    caption = phone.log.locator(".caption").last
    sentences, marked = caption.locator("p:not(.voice) span").all_inner_texts(), []
    for _ in range(90):
        if phone.state != "talking":
            break
        (spoken,) = phone.log.locator(".spoken").all_inner_texts()
        if [spoken] != marked[-1:]:
            marked.append(spoken)
        phone.let_time_pass(1)
        if phone.log.locator(".caption").last.inner_text() != caption.inner_text():
            break
    assert marked == sentences
    assert len(marked) > 2
    assert set(page.evaluate("changes")) == {"attributes class"}


def test_skip_ahead_skips_the_waits(phone: PhonePage) -> None:
    phone.start_call()
    for _ in range(6):
        if phone.state == "dialling":
            break
        phone.page.locator("#silent").click()
        phone.page.wait_for_timeout(20)
    assert phone.state == "dialling"
    assert phone.log.inner_text().count("You pressed no key.") == 5


def test_key_stops_the_speech(phone: PhonePage) -> None:
    phone.start_call()
    phone.key("2").click()
    expect(phone.log.locator(".own").last).to_have_text("You pressed 2")
    expect(phone.log.locator(".caption")).to_have_count(2)


def test_choice_in_a_caption_is_a_button_until_it_is_over(phone: PhonePage) -> None:
    phone.start_call()
    phone.let_time_pass(30)
    said = phone.log.locator(".caption").last.inner_text()
    phone.log.get_by_role("button", name="For fruit … press two.").click()
    expect(phone.log.locator(".own").last).to_have_text("You pressed 2")
    assert phone.log.get_by_role("button", name="For fruit … press two.").count() == 0
    assert "For fruit … press two." in phone.log.inner_text()
    assert "For fruit … press two." in said
    phone.let_time_pass(5)
    phone.log.get_by_role("button", name="For a person … press zero.").press("Enter")
    phone.wait_for_state("dialling")
    assert phone.focused == "log"


def test_number_in_a_caption_is_a_link(phone: PhonePage) -> None:
    phone.start_call()
    phone.key("0").click()
    phone.wait_for_state("dialling")
    phone.page.get_by_role("button", name="Busy").click()
    phone.let_time_pass(20)
    expect(phone.log.locator(".caption .number").last).to_have_attribute("href", "tel:+18883737888")
    assert phone.focused == "log"


def test_hang_up_ends_the_call_and_a_new_call_works(phone: PhonePage) -> None:
    phone.start_call()
    phone.page.locator("#hangup").click()
    expect(phone.log.get_by_text("You hung up.")).to_be_in_viewport()
    said = phone.log.inner_text()
    phone.let_time_pass(60)
    assert phone.log.inner_text() == said
    assert phone.focused == "log"
    phone.start_call()
    assert "You hung up." not in phone.log.inner_text()


def test_text_of_a_call_can_be_cleared_after_it(phone: PhonePage) -> None:
    phone.start_call()
    assert not phone.page.locator("#clear").is_visible()
    phone.page.locator("#hangup").click()
    phone.page.locator("#clear").click()
    assert phone.log.locator(".caption, .own").count() == 0
    assert phone.focused == "read-silently"


def test_call_ends_after_the_last_dial(phone: PhonePage) -> None:
    phone.start_call()
    for _ in range(3):  # by itself the line dials three times in a row at most
        phone.wait_for_state("dialling")
        phone.page.get_by_role("button", name="No answer").click()
        phone.page.wait_for_timeout(30)
    phone.wait_for_state("idle")
    expect(phone.log).to_contain_text("The line has ended the call.")


# -- time -------------------------------------------------------------------------------------------------------------


def test_nothing_happens_while_the_line_is_paused(phone: PhonePage) -> None:
    phone.start_call()
    phone.page.locator("#pause").click()
    expect(phone.page.locator("#state > [data-state=paused]")).to_be_visible()
    said = phone.log.inner_text()
    phone.let_time_pass(60)
    assert phone.log.inner_text() == said
    phone.page.locator("#pause").click()
    phone.let_time_pass(10)
    assert phone.log.inner_text() != said


def test_key_ends_a_pause(phone: PhonePage) -> None:
    phone.start_call()
    phone.page.locator("#pause").click()
    phone.key("2").click()
    phone.let_time_pass(10)
    expect(phone.log).to_contain_text("For apples")
    expect(phone.page.locator("#pause")).to_have_attribute("aria-pressed", "false")


def test_line_pauses_while_the_page_is_hidden(phone: PhonePage) -> None:
    phone.start_call()
    phone.hide()
    phone.let_time_pass(60)
    phone.hide(hidden=False)
    expect(phone.log.locator(".caption")).to_have_count(1)
    expect(phone.page.locator("#pause")).to_have_attribute("aria-pressed", "true")


# -- the keyboard -----------------------------------------------------------------------------------------------------


def test_keys_work_after_a_click_beside_the_telephone(phone: PhonePage) -> None:
    phone.start_call()
    phone.page.locator("h1").click()
    phone.page.keyboard.press("2")
    expect(phone.log.locator(".own").last).to_have_text("You pressed 2")
    phone.page.evaluate("document.activeElement.blur()")  # Safari gives a clicked button no focus
    phone.page.keyboard.press("1")
    expect(phone.log.locator(".own").last).to_have_text("You pressed 1")


def test_keys_do_not_work_while_another_control_has_the_focus(phone: PhonePage) -> None:
    """WCAG 2.1.4."""
    phone.start_call()
    phone.page.locator("header nav a").first.focus()
    phone.page.keyboard.press("2")
    expect(phone.log.locator(".own")).to_have_count(1)


def test_keys_of_the_keyboard_can_be_switched_off(phone: PhonePage) -> None:
    """WCAG 2.1.4."""
    phone.start_call()
    phone.page.locator("#keyboard").click()
    phone.page.keyboard.press("2")
    expect(phone.log.locator(".own")).to_have_count(1)
    phone.page.locator("#keyboard").click()
    phone.page.keyboard.press("2")
    expect(phone.log.locator(".own")).to_have_count(2)


def test_key_that_is_held_down_is_one_press(phone: PhonePage) -> None:
    phone.start_call()
    for _ in range(8):
        phone.page.keyboard.down("8")
    expect(phone.log.locator(".own")).to_have_count(2)


# -- what is in view --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844), (1280, 600)])
def test_new_caption_is_shown_from_its_beginning_and_then_the_sentence_that_is_spoken(
    browser: Browser, real_site: str, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height})
    phone = PhonePage(context.new_page(), f"{real_site}/phone/en")
    phone.start_call()
    phone.key("4").click()
    phone.let_time_pass(2)
    phone.key("1").click()
    beginnings = 0
    for _ in range(60):
        spoken = phone.log.locator(".spoken")
        if spoken.count():
            assert phone.shows(spoken)
            sentences = phone.log.locator(".caption").last.locator("p:not(.voice) span")
            if spoken.inner_text() == sentences.first.inner_text():
                assert phone.shows(phone.log.locator(".caption").last.locator("p").first)
                beginnings += 1
        phone.let_time_pass(1)
    assert beginnings >= 3
    scrolled = phone.log.evaluate("log => log.scrollTop")
    phone.page.locator("#pause").click()
    assert phone.log.evaluate("log => log.scrollTop") == scrolled
    context.close()


def test_visitor_who_reads_again_is_not_moved_and_finds_the_newest_text(phone: PhonePage) -> None:
    phone.fill_the_log()
    phone.scroll_back()
    phone.key("2").click()
    phone.let_time_pass(10)
    assert phone.log.evaluate("log => log.scrollTop") == 0
    phone.page.locator("#newest").click()
    expect(phone.log.locator(".caption").last).to_be_in_viewport()
    expect(phone.page.locator("#newest")).to_be_hidden()


@pytest.mark.parametrize("status", [None, 500, 404])
def test_line_that_cannot_be_loaded_leaves_the_numbers_on_the_page(phone: PhonePage, status: int | None) -> None:
    data = "**/telephone.json"
    phone.page.route(data, lambda route: route.fulfill(status=status) if status else route.abort())
    phone.page.locator("#read-silently").click()
    expect(phone.log).to_contain_text("This page cannot reach the line now.")
    assert phone.state == "idle"
    assert phone.page.locator(".numbers a[href^='tel:']").count() == 2
    phone.page.unroute(data)
    phone.start_call()


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
