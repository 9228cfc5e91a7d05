"""The voices of the page: those of the server, those of the device itself, or none; the captions go on in any case."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from support.browser_phone import Handset

COUNTED = """
window.started = 0;
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (...given) { window.started += 1; return start.apply(this, given); };
"""
DEVICE = """
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
  speak: (one) => { window.uttered.push([one.voice.name, one.text]); setTimeout(() => one.onend(), 100); },
} });
"""


def test_the_server_speaks_where_it_has_a_voice(page: Page, heard: str, trail: list[str]) -> None:
    if not (shutil.which("espeak-ng") and shutil.which("sox")):
        pytest.skip("espeak-ng or sox is not installed, so the server has no voice.")
    page.add_init_script(COUNTED)
    page.goto(f"{heard}/phone/en")
    expect(page.locator("[data-voices=server]")).to_be_visible()
    page.locator("#call").click()
    for _ in range(100):
        if page.evaluate("window.started"):
            break
        page.wait_for_timeout(50)
    assert page.evaluate("window.started") >= 1
    assert any("/sound/" in one for one in trail)
    page.locator("#sound").click()
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "false")


def test_captions_go_on_where_the_sound_fails(page: Page, heard: str) -> None:
    page.route("**/sound/**", lambda route: route.fulfill(status=503))
    handset = Handset(page, f"{heard}/phone/en")
    handset.calls()
    handset.seconds(60)
    expect(page.locator(".caption").nth(3)).to_be_visible()


def test_the_voices_of_the_device_are_used_if_they_stay_on_it(page: Page, site: str) -> None:
    page.add_init_script(DEVICE % "true")
    handset = Handset(page, f"{site}/phone/en")
    expect(page.locator("[data-voices=browser]")).to_be_visible()
    handset.calls()
    handset.seconds(40)
    uttered = page.evaluate("window.uttered")
    assert {name for name, _ in uttered} == {"Near"}
    assert any("zero" in text for _, text in uttered)
    assert not any("oprima" in text for _, text in uttered)


def test_a_voice_that_would_send_the_words_elsewhere_is_not_used(page: Page, site: str) -> None:
    page.add_init_script(DEVICE % "false")
    handset = Handset(page, f"{site}/phone/en")
    expect(page.locator("[data-voices=none]")).to_be_visible()
    handset.calls()
    handset.seconds(40)
    assert page.evaluate("window.uttered") == []


PICTURE = Path(__file__).parents[2] / "docs" / "phone.png"


def test_the_picture_of_the_telephone_is_made_from_it(page: Page, real_site: str) -> None:
    page.set_viewport_size({"width": 1200, "height": 880})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    handset = Handset(page, f"{real_site}/phone/en")
    handset.calls()
    handset.seconds(18)
    handset.key("2").click()
    handset.seconds(1)
    page.wait_for_timeout(50)
    handset.seconds(6)
    page.mouse.move(0, 0)
    page.evaluate("scrollTo(0, 0)")
    PICTURE.parent.mkdir(exist_ok=True)
    page.screenshot(path=PICTURE)
    assert PICTURE.stat().st_size < 200_000
