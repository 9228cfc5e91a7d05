"""Catalogues brought up to date: no translation is lost, and a second run changes no file."""

from pathlib import Path

import polib
import pytest
from support.content_faults import fault_named

from ivr.content.catalogue import load_catalogue
from ivr.content.messages import page_messages
from ivr.errors import BadLocale, BadText
from ivr.translate import update as updating
from ivr.translate.update import languages, po_path, template_of, update

GREEN = "Apples. They are green."


@pytest.fixture(autouse=True)
def _only_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the words of the web pages: they are the same for every line."""
    monkeypatch.setattr(updating, "page_messages", list)


def english(root: Path, old: str, new: str, name: str = "apples") -> None:
    path = root / "prompts" / f"{name}.txt"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def entries(root: Path, tag: str = "es") -> dict[tuple[str, str], polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(po_path(root, tag)))}


def test_catalogue_of_the_toy_line_is_up_to_date(copied: Path) -> None:
    assert update(copied, ["es"]) == []


def test_languages_are_folders_with_a_catalogue(copied: Path) -> None:
    assert languages(copied) == ["es"]


def test_template_has_messages_with_locations_and_comments(copied: Path) -> None:
    english(copied, '{% trans "apples" %}', '{# TRANSLATORS: a red fruit #}\n{% trans "apples" %}')
    update(copied, [])
    entry = entries_of_template(copied)[("apples", "Apples. They are red.")]
    assert (entry.msgstr, entry.occurrences) == ("", [("prompts/apples.txt", "")])
    assert entry.comment.splitlines()[0] == "a red fruit"
    assert len(template_of(copied)) == len(entries_of_template(copied))


def entries_of_template(root: Path) -> dict[tuple[str, str], polib.POEntry]:
    return {(one.msgctxt, one.msgid): one for one in polib.pofile(str(root / "locales" / "messages.pot"))}


def test_template_has_the_messages_of_the_web_pages(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updating, "page_messages", page_messages)
    texts = entries_of_template(copied).keys()
    update(copied, [])
    pages = {message.id for message in page_messages()}
    assert entries_of_template(copied).keys() == texts | pages
    assert all(context.startswith("web.") for context, _ in pages)


def test_translation_of_an_unchanged_message_is_kept(copied: Path) -> None:
    before = entries(copied)
    english(copied, "They are red", "They are green")
    update(copied, ["es"])
    after = entries(copied)
    for name in before.keys() & after.keys():
        assert (after[name].msgstr, after[name].fuzzy) == (before[name].msgstr, False)
    assert before.keys() - after.keys() == {("apples", "Apples. They are red.")}


def test_translation_of_a_changed_message_becomes_fuzzy_with_previous_english(copied: Path) -> None:
    english(copied, "They are red", "They are green")
    update(copied, ["es"])
    entry = entries(copied)["apples", GREEN]
    assert (entry.msgstr, entry.fuzzy, entry.previous_msgid) == ("Manzanas. Son rojas.", True, "Apples. They are red.")


def test_second_update_changes_no_file(copied: Path) -> None:
    english(copied, "They are red", "They are green")
    assert update(copied, ["es"]) == [copied / "locales" / "messages.pot", po_path(copied, "es")]
    whole = po_path(copied, "es").read_bytes()
    assert update(copied, ["es"]) == []
    assert po_path(copied, "es").read_bytes() == whole


def test_message_changed_twice_keeps_the_first_previous_english(copied: Path) -> None:
    for old, new in (("red", "green"), ("green", "yellow")):
        english(copied, f"They are {old}", f"They are {new}")
        update(copied, ["es"])
    entry = entries(copied)["apples", "Apples. They are yellow."]
    assert (entry.fuzzy, entry.previous_msgid) == (True, "Apples. They are red.")


def test_previous_english_of_several_lines_is_kept(copied: Path) -> None:
    english(copied, "They are red", "They are green")
    update(copied, ["es"])
    path = po_path(copied, "es")
    one, several = (
        '#| msgid "Apples. They are red."',
        '#| msgctxt "apples"\n#| msgid ""\n#| "Apples. "\n#| "They are red."',
    )
    text = path.read_text("utf-8")
    path.write_text(text.replace(one, several), "utf-8")
    update(copied, ["es"])
    assert path.read_text("utf-8") == text


def test_long_previous_english_stays_on_one_line(copied: Path) -> None:
    long = (
        "Apples. " + "The emergency number is on the wall, beside the telephone in the hall. " * 5 + 'It says "apples".'
    )
    english(copied, "Apples. They are red.", long)
    path = po_path(copied, "es")
    text = path.read_text("utf-8")
    path.write_text(text.replace("Apples. They are red.", long.replace('"', r"\"")), "utf-8")
    english(copied, long, long.replace("wall", "door"))
    update(copied, ["es"])
    entry = entries(copied)["apples", long.replace("wall", "door")]
    assert (entry.fuzzy, entry.previous_msgid, entry.msgstr) == (True, long, "Manzanas. Son rojas.")
    assert update(copied, ["es"]) == []


def test_previous_english_is_removed_with_the_fuzzy_mark(copied: Path) -> None:
    english(copied, "They are red", "They are green")
    update(copied, ["es"])
    path = po_path(copied, "es")
    path.write_text(path.read_text("utf-8").replace("#, fuzzy\n", ""), "utf-8")
    update(copied, ["es"])
    entry = entries(copied)["apples", GREEN]
    assert (entry.fuzzy, entry.previous_msgid, entry.tcomment) == (False, None, "")
    assert "msgid" not in [line[2:7] for line in path.read_text("utf-8").splitlines() if line.startswith("#")]


def test_comment_of_a_translator_is_kept(copied: Path) -> None:
    path = po_path(copied, "es")
    noted = path.read_text("utf-8").replace("#: prompts/apples.txt", "# así lo dice mi abuela\n#: prompts/apples.txt")
    path.write_text(noted, "utf-8")
    english(copied, "They are green", "They are yellow", "pears")
    update(copied, ["es"])
    assert entries(copied)["apples", "Apples. They are red."].tcomment == "así lo dice mi abuela"


def test_message_that_left_the_texts_is_removed(copied: Path) -> None:
    english(copied, '---\n{% trans "tea" %}It comes in cups.{% endtrans %}\n', "", "tea")
    update(copied, ["es"])
    assert ("tea", "It comes in cups.") not in entries(copied)
    assert "It comes in cups" not in po_path(copied, "es").read_text("utf-8")


def test_new_message_is_untranslated(copied: Path) -> None:
    english(copied, "They are red", "Quite unlike whatever stood here before")
    update(copied, ["es"])
    entry = entries(copied)["apples", "Apples. Quite unlike whatever stood here before."]
    assert (entry.msgstr, entry.fuzzy) == ("", False)


def test_new_language_has_every_message_untranslated(copied: Path) -> None:
    changed = update(copied, ["fr"])
    assert changed == [po_path(copied, "fr")]
    assert entries(copied, "fr").keys() == entries(copied).keys()
    assert not any(entry.msgstr or entry.fuzzy for entry in entries(copied, "fr").values())
    assert update(copied, ["fr"]) == []


def test_updated_catalogue_can_be_loaded(copied: Path) -> None:
    english(copied, "They are green", "They are yellow", "pears")
    update(copied, ["es"])
    messages, faults = load_catalogue(po_path(copied, "es"))
    assert list(faults) == [("pears", "Pears. They are yellow.")]
    assert len(messages) == len(entries(copied)) - 1


@pytest.mark.parametrize(
    "fault", ["conflict_markers", "cut", "cut_before_the_translation", "duplicate", "windows_1252"]
)
def test_catalogue_that_would_lose_translations_is_not_written(copied: Path, fault: str) -> None:
    path = fault_named("catalogue", fault).plant(copied)
    before = path.read_bytes()
    with pytest.raises(BadLocale, match=r"messages\.po"):
        update(copied, ["es"])
    assert path.read_bytes() == before


def test_faulty_text_changes_no_file(copied: Path) -> None:
    before = po_path(copied, "es").read_bytes()
    english(copied, "{% endtrans %}", "")
    with pytest.raises(BadText):
        update(copied, ["es"])
    assert po_path(copied, "es").read_bytes() == before
