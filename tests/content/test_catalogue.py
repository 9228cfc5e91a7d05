"""Catalogues: which messages of a PO file are usable, and that no file does more than withhold a language."""

from collections.abc import Mapping
from pathlib import Path

import polib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.content.catalogue import load_messages, message_fault
from ivr.content.load import Content
from ivr.errors import BadLocale

ENGLISH = "For fruit … press %(key)s, or %(other)s."
HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
APPLES = 'msgctxt "apples"\nmsgid "Apples."\nmsgstr "Manzanas."\n'
ONE_FOLDER = [HealthCheck.function_scoped_fixture]
WORST = settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=ONE_FOLDER)


def catalogue(folder: Path, text: str) -> Path:
    path = folder / "messages.po"
    path.write_bytes(text.encode("utf-8"))
    return path


def usable(folder: Path, text: str) -> Mapping[tuple[str, str], str]:
    messages, faults = load_messages([catalogue(folder, text)])
    assert not faults
    return messages


@pytest.mark.parametrize(
    "translated",
    [
        "Para la fruta … oprima %(key)s, o %(other)s.",
        "%(other)s o %(key)s: ¿la fruta?",
        "%(key)s%(other)s",
        "ለፍራፍሬ … %(key)s ወይም %(other)s ይጫኑ።",
        "برای میوه‌ها … %(key)s یا %(other)s",
        "水果 … %(key)s %(other)s",
    ],
)
def test_translation_with_its_placeholders_and_words_is_usable(translated: str) -> None:
    assert message_fault(ENGLISH, translated) is None


@pytest.mark.parametrize(
    ("translated", "found"),
    [
        ("oprima %(key)s.", "%(other)s is missing"),
        ("oprima.", "%(key)s, %(other)s is missing"),
        ("%(key)s %(other)s %(other)s", "%(other)s is too much"),
        ("%(Key)s %(other)s", "%(key)s is missing; %(Key)s is too much"),
        ("%(key)d %(other)s", "%(key)s is missing"),
        ("% (key)s %(other)s", "%(key)s is missing"),
        ("%(key)s %(other)s %", "a % that is not part of a placeholder"),
        ("%(key)s %(other)s %s", "a % that is not part of a placeholder"),
        ("%(key)s %(other)s %%", "a % that is not part of a placeholder"),
        ("%(key)s\t%(other)s", "a control character or a line break"),
        ("%(key)s\n%(other)s", "a control character or a line break"),
        ("%(key)s\x85%(other)s", "a control character or a line break"),
        ("%(key)s\x00%(other)s", "a control character or a line break"),
        ("%(key)s\ue000%(other)s", "a control character or a line break"),
        ("%(key)s\uffff%(other)s", "a control character or a line break"),
        ("<b>%(key)s</b> %(other)s", "a tag or an entity"),
        ("%(key)s < %(other)s", "a tag or an entity"),
        ("%(key)s &nbsp; %(other)s", "a tag or an entity"),
        ("%(key)s &#xA0; %(other)s", "a tag or an entity"),
        ("%(key)s 8 %(other)s", "a digit"),
        ("%(key)s ٨ %(other)s", "a digit"),
    ],
)
def test_translation_that_would_break_a_call_is_refused_with_its_fault(translated: str, found: str) -> None:
    fault = message_fault(ENGLISH, translated)
    assert fault is not None
    assert fault[0] == found


SPELLED = "Go to %(site)s tea dot org %(end)s, or press %(key)s."


@pytest.mark.parametrize(
    "translated",
    [
        "Oprima %(key)s, o vaya a %(end)s té punto org %(site)s.",
        "Vaya a %(site)s té punto org, u oprima %(key)s %(end)s.",
    ],
)
def test_translation_must_close_the_words_that_have_a_written_form(translated: str) -> None:
    fault = message_fault(SPELLED, translated)
    assert fault is not None
    assert fault[0] == "%(end)s does not follow %(site)s"


def test_translation_may_move_the_words_that_have_a_written_form() -> None:
    assert message_fault(SPELLED, "Oprima %(key)s, o vaya a %(site)s té punto org %(end)s.") is None


@pytest.mark.parametrize("translated", [" ", "…", "¿?", " … - … ", "\u200b"])
def test_translation_without_words_is_refused(translated: str) -> None:
    assert message_fault("Tea.", translated) == (
        "it has no words",
        "Write the translation, or leave it empty until there is one.",
    )


def test_empty_translation_is_no_fault(tmp_path: Path) -> None:
    assert usable(tmp_path, HEAD + APPLES.replace("Manzanas.", "")) == {}


def test_message_over_several_lines_is_joined(tmp_path: Path) -> None:
    text = HEAD + 'msgctxt ""\n"apples"\nmsgid ""\n"Apples. "\n"Red."\nmsgstr ""\n"Manzanas. "\n"Rojas."\n'
    assert usable(tmp_path, text) == {("apples", "Apples. Red."): "Manzanas. Rojas."}


def test_escaped_quotes_in_a_message_are_kept(tmp_path: Path) -> None:
    text = HEAD + 'msgctxt "apples"\nmsgid "The \\"red\\" one."\nmsgstr "La \\"roja\\"."\n'
    assert usable(tmp_path, text) == {("apples", 'The "red" one.'): 'La "roja".'}


def test_comments_and_obsolete_messages_are_ignored(tmp_path: Path) -> None:
    away = '#~ msgctxt "apples"\n#~ msgid "Apples."\n#~ msgstr "Pomas."\n'
    text = HEAD + '# por mí\n#. de ellos\n#: prompts/apples.txt\n#| msgid "Apple."\n' + APPLES + "\n" + away
    assert usable(tmp_path, text) == {("apples", "Apples."): "Manzanas."}


def test_windows_line_ends_change_no_message(tmp_path: Path) -> None:
    text = HEAD + APPLES
    assert usable(tmp_path, text.replace("\n", "\r\n")) == usable(tmp_path, text)


def test_same_words_in_two_contexts_are_no_duplicate(tmp_path: Path) -> None:
    assert len(usable(tmp_path, HEAD + APPLES + "\n" + APPLES.replace('"apples"', '"pears"'))) == 2


def test_duplicate_message_is_left_out_with_both_translations(tmp_path: Path) -> None:
    path = catalogue(tmp_path, HEAD + APPLES + "\n" + APPLES.replace("Manzanas", "Pomas"))
    messages, faults = load_messages([path])
    assert messages == {}
    assert [str(fault) for fault in faults.values()] == [
        f"{path}:9: line 5 has the same message. Keep the better translation and remove the other message."
    ]


def test_faulty_message_leaves_the_others_usable(tmp_path: Path) -> None:
    messages, faults = load_messages(
        [catalogue(tmp_path, HEAD + APPLES + '\nmsgctxt "tea"\nmsgid "Tea."\nmsgstr "Té 2."\n')]
    )
    assert messages == {("apples", "Apples."): "Manzanas."}
    assert list(faults) == [("tea", "Tea.")]


def test_polib_reads_the_same_messages(content: Content) -> None:
    for tag in content.configured[1:]:
        path = content.root / "locales" / tag / "LC_MESSAGES" / "messages.po"
        messages, faults = load_messages([path])
        translated = polib.pofile(str(path)).translated_entries()
        others = {(one.msgctxt, one.msgid): one.msgstr for one in translated}
        assert {name: one for name, one in others.items() if name not in faults} == messages


@given(st.binary())
@WORST
def test_random_bytes_as_a_catalogue_only_withhold_the_language(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "messages.po"
    path.write_bytes(whole)
    with pytest.raises(BadLocale):
        load_messages([path])


def test_cut_catalogue_with_old_mac_line_ends_is_refused_at_its_line(tmp_path: Path) -> None:
    path = catalogue(tmp_path, (HEAD + APPLES + 'msgid "Pears').replace("\n", "\r"))
    with pytest.raises(BadLocale, match=r"messages\.po:7: .*a quote is not closed: 'msgid \"Pears'"):
        load_messages([path])


@given(st.lists(st.sampled_from((HEAD + APPLES * 2).splitlines()) | st.text(), max_size=12))
@WORST
def test_random_lines_as_a_catalogue_only_withhold_the_language(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "messages.po"
    path.write_text("\n".join(lines), "utf-8", errors="ignore")
    try:
        messages, _ = load_messages([path])
    except BadLocale:
        return
    assert all(message_fault(english, translated) is None for (_, english), translated in messages.items())


def test_cut_catalogue_is_refused_or_has_whole_sentences_only(tiny: Path, tmp_path: Path) -> None:
    whole = (tiny / "locales" / "es" / "LC_MESSAGES" / "messages.po").read_bytes()
    right, _ = load_messages([tiny / "locales" / "es" / "LC_MESSAGES" / "messages.po"])
    path = tmp_path / "messages.po"
    for end in range(0, len(whole), 31):
        path.write_bytes(whole[:end])
        try:
            messages, _ = load_messages([path])
        except BadLocale:
            continue
        assert messages.items() <= right.items()
