"""Catalogues brought up to date: no translation is lost, and a second run changes no file."""

import shutil
from datetime import date
from pathlib import Path

import polib
import pytest
from support.content_faults import fault_named
from support.options import NEW_HOTLINE

from ivr.call.playlist import SHARED_TEXTS
from ivr.content.catalogue import load_messages
from ivr.content.flow_file import load_flow
from ivr.content.load import needed_texts
from ivr.content.messages import page_messages
from ivr.errors import BadContent, OperationFailed
from ivr.line.compiler import compile_line
from ivr.translate import update as updating
from ivr.translate.update import languages_to_update, po_path, source_messages, update

GREEN = "Apples. They are green."


@pytest.fixture(autouse=True)
def _only_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the words of the web pages: they are the same for every line."""
    monkeypatch.setattr(updating, "page_messages", list)


def english(root: Path, old: str, new: str, name: str = "apples") -> None:
    path = root / "prompts" / (name if "." in name else f"{name}.txt")
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def entries(root: Path, tag: str = "es") -> dict[tuple[str, str], polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(po_path(root, tag)))}


def test_catalogue_of_the_toy_line_is_up_to_date(copied: Path) -> None:
    assert update(copied, ["es"]).written == ()


def test_catalogues_are_updated_with_the_new_number_of_the_hotline(renumbered: Path) -> None:
    assert update(renumbered, ["es"], options=NEW_HOTLINE).faults == ()


def test_languages_are_folders_with_a_catalogue(copied: Path) -> None:
    assert languages_to_update(copied) == ["es"]


def test_template_has_messages_with_locations_and_comments(copied: Path) -> None:
    english(copied, '{% trans "apples" %}', '{# TRANSLATORS: a red fruit #}\n{% trans "apples" %}')
    update(copied, [])
    entry = entries_of_template(copied)[("apples", "Apples. They are red.")]
    assert (entry.msgstr, entry.occurrences) == ("", [("prompts/apples.txt", "")])
    assert entry.comment.splitlines()[0] == "a red fruit"
    assert len(source_messages(copied)) == len(entries_of_template(copied))


def test_catalogue_begins_with_the_needed_texts_and_goes_on_as_the_flow_does(copied: Path) -> None:
    flow = load_flow(copied / "prompts" / "flow.toml")
    texts = list(dict.fromkeys(one.context for one in source_messages(copied)))
    needed = needed_texts(flow)
    assert texts[: len(needed)] == list(needed)
    own = [name for name in flow.nodes if name in texts and name not in (*needed, *SHARED_TEXTS)]
    assert texts[-len(own) :] == own


def test_other_keys_of_a_menu_change_no_comment(copied: Path) -> None:
    before = {one.id: one.notes for one in source_messages(copied)}
    english(copied, '"tea", "fruit", "how"', '"how", "tea", "fruit"', "flow.toml")
    path = copied / "prompts" / "main.txt"
    *choices, last = path.read_text("utf-8").strip().split("\n\n")
    path.write_text("\n\n".join([last, *choices]) + "\n", "utf-8")
    after = {one.id: one.notes for one in source_messages(copied)}
    assert after == before
    assert compile_line(copied).flow.choices("main") == ("how", "tea", "fruit")


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
    assert update(copied, ["es"]).written == (copied / "locales" / "messages.pot", po_path(copied, "es"))
    whole = po_path(copied, "es").read_bytes()
    assert update(copied, ["es"]).written == ()
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
    english(copied, long, long.replace("wall", "webhook"))
    update(copied, ["es"])
    entry = entries(copied)["apples", long.replace("wall", "webhook")]
    assert (entry.fuzzy, entry.previous_msgid, entry.msgstr) == (True, long, "Manzanas. Son rojas.")
    assert update(copied, ["es"]).written == ()


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


def obsolete(root: Path) -> dict[tuple[str, str], str]:
    return {
        (entry.msgctxt, entry.msgid): entry.msgstr for entry in polib.pofile(str(po_path(root, "es"))) if entry.obsolete
    }


CUPS = '---\n{% trans "tea" %}It comes in cups.{% endtrans %}\n'


def test_translation_of_a_message_that_left_the_texts_is_kept_and_revived(copied: Path) -> None:
    before = po_path(copied, "es").read_bytes()
    english(copied, CUPS, "", "tea")
    update(copied, ["es"])
    assert obsolete(copied) == {("tea", "It comes in cups."): "Viene en tazas."}
    text = copied / "prompts" / "tea.txt"
    text.write_text(text.read_text("utf-8") + CUPS, "utf-8")
    assert [change.kind for change in update(copied, ["es"]).changes["es"]] == ["revived"]
    assert entries(copied)["tea", "It comes in cups."].msgstr == "Viene en tazas."
    assert b"#~" not in po_path(copied, "es").read_bytes()
    assert len(po_path(copied, "es").read_bytes()) == len(before)


def test_translation_of_the_same_english_in_a_new_context_is_kept(copied: Path) -> None:
    english(copied, CUPS, "", "tea")
    english(copied, "{% endtrans %}", '{% endtrans %}\n{% trans "apples" %}It comes in cups.{% endtrans %}')
    assert [change.kind for change in update(copied, ["es"]).changes["es"]] == ["moved"]
    entry = entries(copied)["apples", "It comes in cups."]
    assert (entry.msgstr, entry.fuzzy) == ("Viene en tazas.", False)


def test_similar_english_of_another_context_is_no_proposal(copied: Path) -> None:
    english(copied, CUPS, "", "tea")
    english(copied, "{% endtrans %}", '{% endtrans %}\n{% trans "apples" %}It comes in cup.{% endtrans %}')
    update(copied, ["es"])
    entry = entries(copied)["apples", "It comes in cup."]
    assert (entry.msgstr, entry.fuzzy) == ("", False)


def test_change_without_another_meaning_keeps_the_translation(copied: Path) -> None:
    english(copied, "They are red", "They're red")
    english(copied, "They are green", "They're green", "pears")
    update(copied, ["es"], same_meaning=["apples"])
    after = entries(copied)
    assert (after["apples", "Apples. They're red."].msgstr, after["apples", "Apples. They're red."].fuzzy) == (
        "Manzanas. Son rojas.",
        False,
    )
    assert after["pears", "Pears. They're green."].fuzzy


def test_fuzzy_mark_of_a_change_can_be_taken_off_later(copied: Path) -> None:
    english(copied, "They are red", "They're red")
    update(copied, ["es"])
    assert [change.kind for change in update(copied, ["es"], ["apples"]).changes["es"]] == ["same meaning"]
    assert not entries(copied)["apples", "Apples. They're red."].fuzzy


def test_context_without_a_text_changes_no_file(copied: Path) -> None:
    english(copied, "They are red", "They're red")
    before = po_path(copied, "es").read_bytes()
    with pytest.raises(OperationFailed, match="no text `aples`"):
        update(copied, ["es"], same_meaning=["aples"])
    assert po_path(copied, "es").read_bytes() == before


def test_waiting_message_of_a_published_language_gets_its_day_once(copied: Path) -> None:
    english(copied, "They are red", "They are green")
    update(copied, ["es"], today=date(2026, 1, 31))
    update(copied, ["es"], today=date(2026, 2, 28))
    assert entries(copied)["apples", GREEN].comment.splitlines()[-1] == "Waits since 2026-01-31"
    path = po_path(copied, "es")
    path.write_text(path.read_text("utf-8").replace("#, fuzzy\n", ""), "utf-8")
    update(copied, ["es"], today=date(2026, 2, 28))
    assert "Waits" not in path.read_text("utf-8")


def test_draft_gets_no_day(copied: Path) -> None:
    update(copied, ["fr"], today=date(2026, 1, 31))
    assert "Waits" not in po_path(copied, "fr").read_text("utf-8")


def test_broken_catalogue_does_not_stop_the_others(copied: Path) -> None:
    update(copied, ["fr"])
    po_path(copied, "fr").write_text('msgid "half', "utf-8")
    english(copied, "They are red", "They are green")
    result = update(copied, ["fr", "es"])
    assert [fault.where for fault in result.faults] == [f"{po_path(copied, 'fr')}:1"]
    assert po_path(copied, "fr").read_text("utf-8") == 'msgid "half'
    assert entries(copied)["apples", GREEN].fuzzy


@pytest.mark.parametrize("content", ["no message\n", "# only a comment\n", "\n\n"])
def test_file_without_a_message_is_not_overwritten(copied: Path, content: str) -> None:
    po_path(copied, "es").write_text(content, "utf-8")
    assert update(copied, ["es"]).faults
    assert po_path(copied, "es").read_text("utf-8") == content


def test_catalogue_of_obsolete_messages_alone_is_revived_whole(copied: Path) -> None:
    before = po_path(copied, "es").read_bytes()
    catalogue = polib.pofile(str(po_path(copied, "es")))
    for entry in catalogue:
        entry.obsolete = True
    catalogue.save()
    update(copied, ["es"])
    assert po_path(copied, "es").read_bytes() == before


def test_catalogue_that_lost_its_contexts_gets_them_back(copied: Path) -> None:
    path = po_path(copied, "es")
    before = path.read_text("utf-8")
    path.write_text(before.replace('msgctxt "apples"\n', "").replace('msgctxt "pears"\n', ""), "utf-8")
    update(copied, ["es"])
    assert path.read_text("utf-8") == before


def test_folder_that_cannot_be_written_is_a_sentence(copied: Path) -> None:
    shutil.rmtree(copied / "locales" / "es")
    (copied / "locales" / "es").write_text("not a folder", "utf-8")
    with pytest.raises(OperationFailed, match="cannot be written"):
        update(copied, ["es"])


def test_new_message_is_untranslated(copied: Path) -> None:
    english(copied, "They are red", "Quite unlike whatever stood here before")
    update(copied, ["es"])
    entry = entries(copied)["apples", "Apples. Quite unlike whatever stood here before."]
    assert (entry.msgstr, entry.fuzzy) == ("", False)


def test_new_language_has_every_message_untranslated(copied: Path) -> None:
    changed = update(copied, ["fr"]).written
    assert changed == (po_path(copied, "fr"),)
    assert entries(copied, "fr").keys() == entries(copied).keys()
    assert not any(entry.msgstr or entry.fuzzy for entry in entries(copied, "fr").values())
    assert update(copied, ["fr"]).written == ()


def test_updated_catalogue_can_be_loaded(copied: Path) -> None:
    english(copied, "They are green", "They are yellow", "pears")
    update(copied, ["es"])
    messages, faults = load_messages([po_path(copied, "es")])
    assert list(faults) == [("pears", "Pears. They are yellow.")]
    assert len(messages) == len(entries(copied)) - 1


@pytest.mark.parametrize(
    "fault", ["conflict_markers", "cut", "cut_before_the_translation", "duplicate", "windows_1252"]
)
def test_catalogue_that_would_lose_translations_is_not_written(copied: Path, fault: str) -> None:
    path = fault_named("catalogue", fault).plant(copied)
    before = path.read_bytes()
    (found,) = update(copied, ["es"]).faults
    assert found.locale in ("", "es")
    assert "messages.po" in found.where
    assert path.read_bytes() == before


def test_faulty_text_changes_no_file(copied: Path) -> None:
    before = po_path(copied, "es").read_bytes()
    english(copied, "{% endtrans %}", "")
    with pytest.raises(BadContent):
        update(copied, ["es"])
    assert po_path(copied, "es").read_bytes() == before
