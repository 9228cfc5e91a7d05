"""The read page in a browser: topics that unfold, without an entry in the history, without scripts, and on paper."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect


def test_topic_unfolds_by_a_press_and_by_a_link_and_back_leaves_the_site(page: Page, real_site: str) -> None:
    page.goto(f"{real_site}/health/live")
    page.goto(f"{real_site}/es")
    entries = page.evaluate("history.length")
    page.locator(".topics a[href$='#young']").click()
    page.wait_for_url("**/read/es#young")
    expect(page.locator("#young .said")).to_be_visible()
    expect(page.locator("#young").get_by_role("heading")).to_be_in_viewport()
    page.locator("#young > details > summary").click()
    expect(page.locator("#young .said")).to_be_hidden()
    page.locator("#work > details > summary").click()
    expect(page.locator("#work .said")).to_be_visible()
    assert page.evaluate("history.length") == entries
    page.go_back()
    assert urlsplit(page.url).path == "/health/live"


def test_address_of_a_shared_text_shows_it(page: Page, real_site: str) -> None:
    page.goto(f"{real_site}/read/en#reminder")
    expect(page.locator("#reminder")).to_be_in_viewport()


def test_one_button_opens_and_closes_all_topics(page: Page, real_site: str) -> None:
    page.goto(f"{real_site}/read/en")
    closed = page.locator(".topic > details:not([open])")
    topics = closed.count()
    assert topics
    page.locator("#open-all").click()
    expect(closed).to_have_count(0)
    page.locator("#open-all").click()
    expect(closed).to_have_count(topics)


def test_topics_can_be_read_without_javascript(browser: Browser, real_site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{real_site}/read/en#work")
    expect(page.locator("#work .part").first).to_be_visible()
    expect(page.locator("#young .said")).to_be_hidden()
    page.locator("#young > details > summary").click()
    expect(page.locator("#young .said")).to_be_visible()
    expect(page.locator("#open-all")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_printed_page_has_every_topic(browser: Browser, real_site: str, has_scripts: bool) -> None:
    context = browser.new_context(java_script_enabled=has_scripts)
    page = context.new_page()
    page.goto(f"{real_site}/read/en")
    page.emulate_media(media="print")
    for said in page.locator(".topic .said").all():
        expect(said).to_be_visible()
    context.close()
