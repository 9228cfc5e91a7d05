"""Drafts: on the phone page where the line is tried out, marked as drafts, and on no other page."""

import os
import re
from pathlib import Path

import pytest
from support.options import OPTIONS
from support.page_client import app_of, ask, page_of, telephone_of

from ivr.line.compiler import compile_line
from ivr.server.webhook import Webhook
from ivr.translate.new_locale import create_locale
from ivr.translate.update import po_path

TRYING = {"twilio_auth_token": "try-0123456789abcdef"}
OFFERS = {
    "To talk with a person now … press %(key)s.": "Pour parler avec une personne … appuyez sur %(key)s.",
    "In danger? Hang up and dial %(emergency)s.": "En danger ? Raccrochez et composez le %(emergency)s.",
    "For English … press %(key)s.": "Pour le français … appuyez sur %(key)s.",
    "Connecting you now.": "Je vous mets en relation.",
    "Nobody answered. To try again … press %(key)s.": "Personne ne répond. Pour réessayer … appuyez sur %(key)s.",
    "The number is … %(hotline)s. Again … %(hotline)s.": "Le numéro est … %(hotline)s. Encore … %(hotline)s.",
    "Hang up and dial %(emergency)s on this phone.": "Raccrochez et composez le %(emergency)s sur ce téléphone.",
    "To hear this again … press %(key)s.": "Pour réentendre … appuyez sur %(key)s.",
}
"""The messages that must be translated before a draft can be called."""


@pytest.fixture
def drafted(copied: Path) -> Path:
    """The toy line with French, without a translation."""
    create_locale(copied, "fr")
    return copied


def translate(root: Path, translations: dict[str, str]) -> None:
    path = po_path(root, "fr")
    text = path.read_text("utf-8")
    for english, french in translations.items():
        assert f'msgid "{english}"\nmsgstr ""' in text
        text = text.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{french}"')
    path.write_text(text, "utf-8")
    later = path.stat().st_mtime + 5
    os.utime(path, (later, later))


def trial_app(root: Path) -> Webhook:
    return app_of(compile_line(root, OPTIONS), **TRYING)


def words_of(app: Webhook, below: str) -> str:
    """All that a visitor can hear on the phone page below a path, such as "/draft/fr"."""
    prompts = telephone_of(app, below)["prompts"].values()
    return " ".join(paragraph for prompt in prompts for paragraph in prompt["paragraphs"])


def test_page_links_to_a_draft_and_names_it_as_one(drafted: Path) -> None:
    front = page_of(ask(trial_app(drafted), "/phone/en"))
    (link,) = front.xpath("//nav//a[@href='/draft/fr/phone/fr']")
    assert link.text_content() == "fr (draft)"


def test_draft_without_the_first_messages_lists_them(drafted: Path) -> None:
    answer = ask(trial_app(drafted), "/draft/fr/phone/fr")
    assert answer.status_code == 503
    assert "person, danger, language, connect" in answer.text


def test_draft_is_marked_and_its_untranslated_texts_are_english(drafted: Path) -> None:
    translate(drafted, OFFERS)
    app = trial_app(drafted)
    page = page_of(ask(app, "/draft/fr/phone/fr"))
    (note,) = [note.text_content() for note in page.xpath("//main/p[@class='note']")]
    assert note.startswith("This is a draft.")
    said = words_of(app, "/draft/fr")
    assert "Pour parler avec une personne" in said
    assert "For tea" in said


def test_each_paragraph_of_a_draft_links_to_its_message(drafted: Path) -> None:
    translate(drafted, OFFERS)
    app = trial_app(drafted)
    page = page_of(ask(app, "/draft/fr/read/fr"))
    links = {str(link).partition("#")[2] for link in page.xpath("//a[starts-with(@href, '/draft/fr/script#')]/@href")}
    script = page_of(ask(app, "/draft/fr/script"))
    rows = {str(row.get("id")): row.text_content() for row in script.xpath("//div[@class='row']")}
    assert links == rows.keys()
    assert all("messages.po:" in text for text in rows.values())
    assert not page_of(ask(app, "/read/en")).xpath("//a[contains(@href, '/script')]")


def test_saved_translation_is_heard_without_a_restart(drafted: Path) -> None:
    translate(drafted, OFFERS)
    app = trial_app(drafted)
    assert "Pour le thé" not in words_of(app, "/draft/fr")
    menu = {"For tea … press %(key)s.": "Pour le thé … appuyez sur %(key)s.",
            "For fruit … press %(key)s.": "Pour les fruits … appuyez sur %(key)s.",
            "To learn the keys … press %(key)s.": "Pour connaître les touches … appuyez sur %(key)s."}  # fmt: skip
    translate(drafted, menu)
    assert "Pour le thé" in words_of(app, "/draft/fr")


def test_removed_file_is_noticed_without_a_restart_although_another_file_is_newer(drafted: Path) -> None:
    translate(drafted, OFFERS)
    app = trial_app(drafted)
    assert ask(app, "/draft/fr/phone/fr").status_code == 200
    (drafted / "prompts" / "apples.txt").unlink()
    assert ask(app, "/draft/fr/phone/fr").status_code == 503


def test_saved_text_of_a_published_language_is_heard_on_its_draft_page_only(drafted: Path) -> None:
    app, path = trial_app(drafted), po_path(drafted, "es")
    path.write_text(path.read_text("utf-8").replace("Para manzanas", "Para las manzanas"), "utf-8")
    assert "Para las manzanas" in words_of(app, "/draft/es")
    assert "Para manzanas" in words_of(app, "")
    assert page_of(ask(app, "/draft/es/phone/es")).xpath("//main/p[@class='note']")


def test_unreadable_draft_shows_its_fault_and_the_line_works(drafted: Path) -> None:
    po_path(drafted, "fr").write_bytes(b"\xff\xfe")
    app = trial_app(drafted)
    assert ask(app, "/draft/fr/phone/fr").status_code == 503
    assert "it is not UTF-8" in ask(app, "/draft/fr/").text
    assert telephone_of(app)["ring"]


def test_calls_and_pages_of_the_line_do_not_use_a_draft(drafted: Path) -> None:
    translate(drafted, OFFERS)
    line = compile_line(drafted, OPTIONS)
    assert line.flow.offered == ("en", "es")
    assert all(place.locale != "fr" for place in line.paths)
    app = trial_app(drafted)
    assert ask(app, "/phone/fr").status_code == 404
    assert ask(app, "/read/fr").status_code == 404
    assert not re.search(r"appuyez", ask(app, "/read/en").text)


def test_there_are_no_drafts_with_a_real_twilio_token(drafted: Path) -> None:
    translate(drafted, OFFERS)
    app = app_of(compile_line(drafted, OPTIONS))
    assert "draft" not in ask(app, "/phone/en").text
    assert ask(app, "/draft/fr/phone/fr").status_code == 404
    assert (
        ask(app_of(compile_line(drafted, OPTIONS), **TRYING, ivr_web_phone="off"), "/draft/fr/phone/fr").status_code
        == 404
    )


def test_read_page_works_without_word_lists(copied: Path) -> None:
    (copied / "locales" / "es" / "words.toml").write_bytes(b"\xff")
    app = app_of(compile_line(copied, OPTIONS))
    assert ask(app, "/read/es").status_code == 200
