"""The voices of the phone page: the site's, the device's, or no voice; captions are always shown."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from support.browser_phone import PhonePage

COUNT_STARTED_SOUNDS = """
window.started = 0;
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (...options) {
  window.started += 1;
  return start.apply(this, options);
};
"""
DEVICE_VOICES = """
window.uttered = [];
const voices = [
  { name: "Far", lang: "en-US", localService: false },
  { name: "Near", lang: "en_US", localService: %s },
];
class Utterance { constructor(text) { this.text = text; } }
Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Utterance });
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => voices,
  addEventListener: () => {},
  cancel: () => {},
  speak: (utterance) => {
    if (!utterance.text) return;
    window.uttered.push([utterance.voice.name, utterance.text]);
    setTimeout(() => utterance.onend(), 100);
  },
} });
"""


def test_sounds_of_the_site_are_played_where_they_are_switched_on(
    page: Page, site_with_voice: str, requests: list[str]
) -> None:
    if not (shutil.which("espeak-ng") and shutil.which("sox")):
        pytest.skip("espeak-ng or sox is not installed, so the server has no voice.")
    page.add_init_script(COUNT_STARTED_SOUNDS)
    page.goto(f"{site_with_voice}/phone/en")
    page.locator("#site-sounds").check()
    expect(page.locator("[data-voices=site]")).to_be_visible()
    expect(page.locator("#listen")).to_have_attribute("aria-disabled", "false")
    page.locator("#listen").click()
    for _ in range(100):
        if page.evaluate("window.started"):
            break
        page.wait_for_timeout(50)
    assert page.evaluate("window.started") >= 1
    assert any("/sound/" in address for address in requests)
    page.locator("#sound").click()
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "false")


def test_visitor_without_a_voice_is_not_offered_to_listen(page: Page, site: str) -> None:
    page.goto(f"{site}/phone/en")
    expect(page.locator("[data-voices=none]")).to_be_visible()
    expect(page.locator("#listen")).to_have_attribute("aria-disabled", "true")


def test_no_sound_is_played_or_loaded_before_the_visitor_chooses_it(
    page: Page, site_with_voice: str, requests: list[str]
) -> None:
    page.add_init_script(COUNT_STARTED_SOUNDS)
    page.add_init_script(DEVICE_VOICES % "true")
    phone = PhonePage(page, f"{site_with_voice}/phone/en")
    phone.start_call()
    phone.let_time_pass(30)
    assert page.evaluate("[window.started, window.uttered.length]") == [0, 0]
    assert not [address for address in requests if "/sound/" in address or "/audio/" in address]
    page.locator("#sound").click()
    phone.let_time_pass(30)
    assert page.evaluate("window.uttered.length") > 0
    assert not [address for address in requests if "/sound/" in address or "/audio/" in address]


def test_sound_stops_when_the_page_is_hidden(page: Page, site: str) -> None:
    page.add_init_script(DEVICE_VOICES % "true")
    phone = PhonePage(page, f"{site}/phone/en")
    phone.start_call(aloud=True)
    phone.let_time_pass(2)
    phone.hide()
    uttered = page.evaluate("window.uttered.length")
    phone.let_time_pass(60)
    assert page.evaluate("window.uttered.length") == uttered


def test_captions_continue_if_the_sound_fails(page: Page, site_with_voice: str) -> None:
    page.route("**/sound/**", lambda route: route.fulfill(status=503))
    phone = PhonePage(page, f"{site_with_voice}/phone/en")
    page.locator("#site-sounds").check()
    phone.start_call(aloud=True)
    phone.let_time_pass(60)
    expect(page.locator(".caption").nth(3)).to_be_visible()


def test_local_voice_of_the_device_is_used(page: Page, site: str) -> None:
    page.add_init_script(DEVICE_VOICES % "true")
    phone = PhonePage(page, f"{site}/phone/en")
    expect(page.locator("[data-voices=device]")).to_be_visible()
    phone.start_call(aloud=True)
    phone.let_time_pass(40)
    uttered = page.evaluate("window.uttered")
    assert {name for name, _ in uttered} == {"Near"}
    assert any("zero" in text for _, text in uttered)
    assert not any("oprima" in text for _, text in uttered)


def test_remote_voice_of_the_device_is_not_used(page: Page, site: str) -> None:
    page.add_init_script(DEVICE_VOICES % "false")
    phone = PhonePage(page, f"{site}/phone/en")
    expect(page.locator("[data-voices=none]")).to_be_visible()
    phone.start_call()
    page.locator("#sound").click()
    phone.let_time_pass(40)
    assert page.evaluate("window.uttered") == []


PICTURE = Path(__file__).parents[2] / "build" / "pictures" / "phone.png"
"""Not tracked: other fonts make another picture. Copy it to docs/ when the page has changed."""


def test_picture_of_the_phone_page_is_small(page: Page, real_site: str) -> None:
    page.set_viewport_size({"width": 1200, "height": 880})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    phone = PhonePage(page, f"{real_site}/phone/en")
    phone.start_call()
    phone.let_time_pass(18)
    phone.key("2").click()
    phone.let_time_pass(1)
    page.wait_for_timeout(50)
    phone.let_time_pass(6)
    page.mouse.move(0, 0)
    page.evaluate("scrollTo(0, 0)")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURE)
    assert PICTURE.stat().st_size < 200_000
