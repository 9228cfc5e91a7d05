"""Drafts: heard on the telephone page where the line is tried out, marked as such, and nowhere else."""

import os
import re
from pathlib import Path

import pytest
from support.page_client import act, app_of, ask, page_of

from ivr.line.line import Line, Options
from ivr.server.webhook import Webhook
from ivr.translate.new_locale import create_locale
from ivr.translate.update import po_path

OPTIONS = Options(public_url="https://line.example.org", line_number="+12025550123")
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
"""What must be translated before a language is heard at all."""


@pytest.fixture
def drafted(copied: Path) -> Path:
    """The toy line with a French that nobody has translated yet."""
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


def tried(root: Path) -> Webhook:
    return app_of(Line(root, OPTIONS), **TRYING)


def called(app: Webhook) -> str:
    """All that is said to a visitor who calls the draft and asks for French."""
    step = ask(app, "/draft/fr/phone/call", "POST", json={}).json()["steps"][0]
    steps = ask(app, "/draft/fr/phone/call", "POST", json={"at": step["at"], "key": "8"}).json()["steps"]
    return " ".join(caption["text"] for one in steps for caption in one["captions"])


def test_a_draft_is_offered_on_the_page_and_named_as_one(drafted: Path) -> None:
    front = page_of(ask(tried(drafted), "/phone/en"))
    (link,) = front.xpath("//nav//a[@href='/draft/fr/phone/fr']")
    assert link.text_content() == "fr (draft)"


def test_a_draft_that_has_no_offers_yet_says_what_comes_first(drafted: Path) -> None:
    answer = ask(tried(drafted), "/draft/fr/phone/fr")
    assert answer.status_code == 503
    assert "person, danger, language, connect" in answer.text


def test_a_draft_is_heard_and_marked_and_what_is_not_translated_is_english(drafted: Path) -> None:
    translate(drafted, OFFERS)
    app = tried(drafted)
    page = page_of(ask(app, "/draft/fr/phone/fr"))
    (note,) = [note.text_content() for note in page.xpath("//main/p[@class='note']")]
    assert note.startswith("This is a draft.")
    said = called(app)
    assert "Pour parler avec une personne" in said
    assert "For tea" in said


def test_what_is_saved_is_heard_without_a_restart(drafted: Path) -> None:
    translate(drafted, OFFERS)
    app = tried(drafted)
    assert "Pour les pommes" not in called(app)
    menu = {"For tea … press %(key)s.": "Pour le thé … appuyez sur %(key)s.",
            "For fruit … press %(key)s.": "Pour les fruits … appuyez sur %(key)s.",
            "To learn the keys … press %(key)s.": "Pour connaître les touches … appuyez sur %(key)s."}  # fmt: skip
    translate(drafted, menu)
    assert "Pour le thé" in called(app)


def test_a_draft_that_is_spoilt_costs_the_line_nothing(drafted: Path) -> None:
    po_path(drafted, "fr").write_bytes(b"\xff\xfe")
    app = tried(drafted)
    assert ask(app, "/draft/fr/phone/fr").status_code == 503
    assert "it is not UTF-8" in ask(app, "/draft/fr/").text
    assert act(app)


def test_no_call_and_no_page_of_the_line_knows_a_draft(drafted: Path) -> None:
    translate(drafted, OFFERS)
    line = Line(drafted, OPTIONS)
    assert line.flow.published == ("en", "es")
    assert all(place.locale != "fr" for place in line.paths)
    app = tried(drafted)
    assert ask(app, "/phone/fr").status_code == 404
    assert ask(app, "/read/fr").status_code == 404
    assert not re.search(r"appuyez", ask(app, "/read/en").text)


def test_with_twilio_s_token_there_are_no_drafts(drafted: Path) -> None:
    translate(drafted, OFFERS)
    app = app_of(Line(drafted, OPTIONS))
    assert "draft" not in ask(app, "/phone/en").text
    assert ask(app, "/draft/fr/phone/fr").status_code == 404
    assert ask(app_of(Line(drafted, OPTIONS), **TRYING, web_phone="off"), "/draft/fr/phone/fr").status_code == 404


def test_word_lists_that_cannot_be_read_cost_no_page(copied: Path) -> None:
    (copied / "locales" / "es" / "words.toml").write_bytes(b"\xff")
    app = app_of(Line(copied, OPTIONS))
    assert ask(app, "/read/es").status_code == 200
