"""The messages of the pages: translated like the texts, one by one."""

import re
from dataclasses import replace
from pathlib import Path

from support.page_client import app_of, ask, page_of

from ivr.check.catalogues import catalogue_faults, page_notes
from ivr.content.catalogue import message_fault
from ivr.content.load import load_content
from ivr.content.messages import page_messages
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.server.webhook import Webhook
from ivr.translate.update import po_path, source_messages, update
from ivr.web.templates import STATIC, TEMPLATES


def test_missing_page_messages_are_english_and_marked_as_english(app: Webhook) -> None:
    page = page_of(ask(app, "/phone/es"))
    assert page.get("lang") == "es"
    listen = page.get_element_by_id("listen")
    assert listen.text_content() == "Listen with sound"
    assert listen.find("span").get("lang") == "en"
    assert page.findtext("head/title") == "Information line"


def test_catalogue_translates_the_page(copied: Path) -> None:
    update(copied, ["es"])
    path = po_path(copied, "es")
    empty = 'msgctxt "web.phone"\nmsgid "Hang up"\nmsgstr ""'
    assert empty in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(empty, empty[:-1] + 'Colgar & "ya"'.replace('"', '\\"') + '"'))
    page = page_of(ask(app_of(compile_line(copied)), "/phone/es"))
    hang_up = page.get_element_by_id("hangup")
    assert hang_up.text_content() == 'Colgar & "ya"'
    assert hang_up.find("span") is None
    assert any(message.context == "web.phone" for message in source_messages(copied))


def test_obsolete_page_message_is_reported(copied: Path) -> None:
    path = po_path(copied, "es")
    path.write_text(path.read_text("utf-8") + '\nmsgctxt "web.phone"\nmsgid "Gone"\nmsgstr "Ya no"\n')
    assert any("is not in the texts any more" in fault.found for fault in catalogue_faults(load_content(copied)))


def test_missing_page_messages_are_a_note_and_no_fault(line: Line) -> None:
    assert any("messages of the web pages are not translated" in note for note in page_notes(line.content))
    assert not [fault for fault in catalogue_faults(line.content) if "web." in fault.found]


def test_page_messages_of_published_languages_are_complete(real: Line) -> None:
    assert list(page_notes(replace(real.content, configured=real.flow.offered))) == []


def test_page_messages_are_valid_messages() -> None:
    for message in page_messages():
        context, english = message.id
        assert context.startswith("web.")
        assert message_fault(english, english) is None, english


def test_templates_have_no_words_outside_trans() -> None:
    """Outside {% trans %}, a template has markup and no words."""
    for path in TEMPLATES.glob("*.html"):
        if path.name != "unavailable.html":
            text = re.sub(r"\{% trans.*?endtrans %\}|\{[#%{].*?[#%}]\}", "", path.read_text("utf-8"), flags=re.DOTALL)
            bare = re.sub(r"<[^>]*>|\w+=\"\"", "", text)
            assert not re.search(r"[A-Za-z]", bare), bare


def test_phone_js_uses_only_words_of_the_page() -> None:
    script = (STATIC / "phone.js").read_text("utf-8")
    words = set(re.findall(r'(?:addMessage|endCall)\("(\w+)"', script))
    given = set(re.findall(r'data-word="(\w+)"', (TEMPLATES / "phone.html").read_text("utf-8")))
    assert words == given
