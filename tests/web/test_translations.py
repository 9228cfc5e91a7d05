"""The words of the pages: translated like the texts, word by word."""

import re
from dataclasses import replace
from pathlib import Path

from support.page_client import app_of, ask, page_of

from ivr.check.coverage import catalogue_faults, page_messages, page_notes
from ivr.content.catalogue import message_fault
from ivr.content.load import load_content
from ivr.line.line import Line
from ivr.server.webhook import Webhook
from ivr.translate.update import po_path, template_of, update
from ivr.web.templates import STATIC, TEMPLATES


def test_missing_words_are_english_and_say_so(app: Webhook) -> None:
    page = page_of(ask(app, "/phone/es"))
    assert page.get("lang") == "es"
    call = page.get_element_by_id("call")
    assert call.text_content() == "Call"
    assert call.find("span").get("lang") == "en"
    assert page.findtext("head/title") == "Information line"


def test_a_new_language_translates_the_page_too(copied: Path) -> None:
    update(copied, ["es"])
    path = po_path(copied, "es")
    empty = 'msgctxt "web.phone"\nmsgid "Hang up"\nmsgstr ""'
    assert empty in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(empty, empty[:-1] + 'Colgar & "ya"'.replace('"', '\\"') + '"'))
    page = page_of(ask(app_of(Line(copied)), "/phone/es"))
    hang_up = page.get_element_by_id("hangup")
    assert hang_up.text_content() == 'Colgar & "ya"'
    assert hang_up.find("span") is None
    template = template_of(copied)
    assert any((message.context or "") == "web.phone" for message in template)


def test_a_page_word_that_is_gone_is_told(copied: Path) -> None:
    path = po_path(copied, "es")
    path.write_text(path.read_text("utf-8") + '\nmsgctxt "web.phone"\nmsgid "Gone"\nmsgstr "Ya no"\n')
    assert any("is not in the texts any more" in fault.found for fault in catalogue_faults(load_content(copied)))


def test_missing_page_words_are_told_but_are_no_fault(line: Line) -> None:
    assert any("messages of the web pages are not translated" in note for note in page_notes(line.content))
    assert not [fault for fault in catalogue_faults(line.content) if "web." in fault.found]


def test_the_pages_of_the_line_are_translated_whole(real: Line) -> None:
    assert list(page_notes(replace(real.content, configured=real.flow.published))) == []


def test_no_word_of_a_page_would_break_a_catalogue() -> None:
    for message in page_messages():
        context, english = message.id
        assert context.startswith("web.")
        assert message_fault(english, english) is None, english


def test_every_word_of_a_template_can_be_translated() -> None:
    """What stands in a template outside {% trans %} is markup alone."""
    for path in TEMPLATES.glob("*.html"):
        if path.name != "closed.html":
            text = re.sub(r"\{% trans.*?endtrans %\}|\{[#%{].*?[#%}]\}", "", path.read_text("utf-8"), flags=re.DOTALL)
            bare = re.sub(r"<[^>]*>|\w+=\"\"", "", text)
            assert not re.search(r"[A-Za-z]", bare), bare


def test_the_script_has_no_words_of_its_own() -> None:
    words = set(re.findall(r'say\("(\w+)"', (STATIC / "phone.js").read_text("utf-8")))
    words |= set(re.findall(r'ends\("(\w+)"', (STATIC / "phone.js").read_text("utf-8")))
    given = set(re.findall(r'data-word="(\w+)"', (TEMPLATES / "phone.html").read_text("utf-8")))
    assert words == given
