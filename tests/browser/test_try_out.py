"""The panel for trying a change out: a tester's journey."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect
from support.browser_phone import PhonePage

from ivr.line.line import Line
from ivr.line.twiml import document


@pytest.fixture
def panel(phone: PhonePage) -> PhonePage:
    """The phone page of the toy line with its panel open, not in a call."""
    phone.page.locator("#try-out > summary").click()
    expect(phone.page.locator("#try-node option").first).to_be_attached()
    return phone


def value(phone: PhonePage, name: str) -> str:
    return phone.page.locator(f"#try-{name}").inner_text()


def test_tester_sees_each_step_with_its_keys_twiml_and_sources(panel: PhonePage, line: Line) -> None:
    panel.start_call()
    for key in ("8", "2", "1"):
        panel.key(key).click()
    expect(panel.page.locator("#try-path")).to_have_text("8 2 1")
    assert (value(panel, "name").split()[-1], value(panel, "language")) == ("(apples)", "español")
    assert (value(panel, "part"), value(panel, "place")) == ("1", "/call/es/apples")
    assert float(value(panel, "seconds")) > 0
    assert float(value(panel, "before")) > float(value(panel, "seconds"))
    place = next(
        place for place in line.documents if (place.node, place.locale, place.pace) == ("apples", "es", "normal")
    )
    panel.page.locator("#try-step > details > summary").click()
    shown = panel.page.locator("#try-twiml").inner_text()
    written = document(line.documents[place]).decode()
    assert "".join(row.strip() for row in shown.splitlines()) == "".join(row.strip() for row in written.splitlines())
    assert shown.count("\n") > 5
    first = panel.page.locator("#try-words > li").first
    expect(first.locator("code").nth(0)).to_have_text("prompts/apples.txt:2")
    assert first.locator("code").nth(1).inner_text().startswith("locales/es/LC_MESSAGES/messages.po:")
    first.locator("summary").click()
    expect(first.locator("details")).to_contain_text("TOY-")


def test_link_to_a_step_repeats_its_keys_and_sends_none_of_them(
    panel: PhonePage, page: Page, requests: list[str]
) -> None:
    panel.start_call()
    panel.key("2").click()
    panel.page.locator("#silent").click()
    panel.key("0").click()
    expect(page.locator("#try-path")).to_have_text("2 wait 0")
    link = str(page.locator("#try-link").evaluate("link => link.href"))
    asked = len(requests)
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("#try-path")).to_have_text("2 wait 0")
    panel.wait_for_state("dialling")
    page.locator("[data-outcome=busy]").click()
    expect(page.locator("#try-path")).to_have_text("2 wait 0 busy")
    paths = {urlsplit(address).path for address in requests[asked:]}
    assert {"/telephone.json", "/try-out.json"} < paths
    assert all("wait" not in path and not urlsplit(path).query for path in paths)


def test_tester_goes_to_a_node_and_back_to_a_step(panel: PhonePage) -> None:
    page = panel.page
    page.locator("#try-node").select_option("/call/en/apples")
    page.locator("#try-go").click()
    expect(panel.log.locator(".caption").last).to_contain_text("Apples")
    expect(page.locator("#try-path")).to_have_text("/call/en/apples")
    assert panel.focused == "log"
    panel.key("*").click()
    panel.key("2").click()
    expect(page.locator("#try-steps li")).to_have_count(3)
    page.locator("#try-steps button").nth(1).click()
    expect(page.locator("#try-steps li")).to_have_count(2)
    expect(page.locator("#try-path")).to_have_text("/call/en/apples *")
    assert value(panel, "place") == "/call/en/fruit"
    assert panel.focused == "log"
    panel.let_time_pass(20)
    assert panel.state in ("talking", "listening")


def test_panel_marks_and_lists_the_sentences_that_wait_for_their_translator(page: Page, site: str) -> None:
    def let_one_wait(route: Route) -> None:
        data = route.fetch().json()
        data["paragraphs"]["es/apples/1"][0]["waits"] = True
        data["waiting"]["es"] = [{"message_at": "messages.po:7", "text": "apples", "english": "Apples. They are red."}]
        route.fulfill(json=data)

    phone = PhonePage(page, f"{site}/phone/es")
    expect(page.locator("#try-waiting")).to_be_hidden()
    page.route("**/try-out.json", let_one_wait)
    page.locator("#try-out > summary").click()
    page.locator("#try-waiting > summary").click()
    expect(page.locator("#try-waiting > summary")).to_contain_text("1")
    expect(page.locator("#try-waiting li")).to_have_text(["messages.po:7 Apples. They are red."])
    page.locator("#try-node").select_option("/call/es/apples")
    page.locator("#try-go").click()
    expect(page.locator("#try-words > li").first).to_contain_text("Waits for its translator.")
    expect(page.locator("#try-words > li strong")).to_have_count(1)
    phone.key("*").click()
    expect(page.locator("#try-words > li").first).to_be_visible()
    expect(page.locator("#try-words > li strong")).to_have_count(0)


def test_panel_says_so_if_its_data_are_not_those_of_the_line(phone: PhonePage) -> None:
    phone.page.route("**/try-out.json", lambda route: route.fulfill(json={"digest": "another"}))
    phone.page.locator("#try-out > summary").click()
    expect(phone.page.locator("#try-failed")).to_be_visible()
    phone.start_call()
