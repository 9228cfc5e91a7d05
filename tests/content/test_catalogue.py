"""Catalogues: what can be spoken of a PO file, and that translators are given what the running line asks for."""

from collections.abc import Mapping
from pathlib import Path

import polib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.call.playlist import named_keys
from ivr.content.catalogue import MessageId, load_catalogue, message_fault
from ivr.content.load import Content, load_content
from ivr.content.messages import all_messages, messages_of
from ivr.content.prompts import Prompts
from ivr.errors import BadLocale
from ivr.line.line import Line

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
    messages, faults = load_catalogue(catalogue(folder, text))
    assert not faults
    return messages


# What the line asks for is what translators are given


class Echo(dict[MessageId, str]):
    """A catalogue that has each message as translators are given it, and no other; it keeps what it is asked for."""

    def __init__(self, content: Content) -> None:
        super().__init__({one.id: f"§ {one.id[1]}" for one in all_messages(content.prompts.templates)})
        self.asked: set[MessageId] = set()

    def __getitem__(self, name: MessageId) -> str:
        self.asked.add(name)
        return super().__getitem__(name)


def spoken_by(content: Content, echo: Echo) -> Prompts:
    """The texts of `content`, with `echo` as the catalogue of a second language."""
    first = content.locales[content.flow.published[0]]
    locales = {first.tag: first, "echo": first._replace(tag="echo", messages=echo)}
    return Prompts(content.prompts.templates, locales, content.facts, first.tag)


@pytest.fixture(params=["line", "real"])
def content(request: pytest.FixtureRequest) -> Content:
    """The toy line and the line itself, loaded."""
    line: Line = request.getfixturevalue(request.param)
    return line.content


def test_every_message_that_the_line_asks_for_is_given_to_translators_and_no_other(content: Content) -> None:
    echo = Echo(content)
    prompts = spoken_by(content, echo)
    for name in prompts.templates:
        press = named_keys(content.flow, name)
        for part, ours in zip(prompts.parts(name, "echo", press), prompts.parts(name, "en", press), strict=True):
            assert part.locale == "echo", f"{name} asks for a message that translators are not given"
            assert part.text.replace("§ ", "") == ours.text
            assert (part.keys, part.numbers) == (ours.keys, ours.numbers)
    assert echo.asked == echo.keys()


def test_a_message_is_named_with_its_line_and_its_notes(copied: Path) -> None:
    path = copied / "prompts" / "tea.txt"
    path.write_text(
        '{# facts: TOY-01 #}\n\n{# TRANSLATORS: very short #}\n{% trans "tea" %}Tea.{% endtrans %}\n', "utf-8"
    )
    found = list(messages_of(load_content(copied).prompts.templates["tea"]))
    assert [(one.id, one.path, one.line, one.notes) for one in found] == [(("tea", "Tea."), path, 4, ("very short",))]


def test_the_same_words_in_two_texts_are_two_messages_and_in_one_text_one(copied: Path) -> None:
    block = '{{% trans "{}" %}}Hot.{{% endtrans %}}\n\n'
    (copied / "prompts" / "tea.txt").write_text(block.format("tea") * 2, "utf-8")
    (copied / "prompts" / "pears.txt").write_text(block.format("pears"), "utf-8")
    found = [one.id for one in all_messages(load_content(copied).prompts.templates)]
    assert found.count(("tea", "Hot.")) == found.count(("pears", "Hot.")) == 1


# What can be spoken of a PO file


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
def test_whatever_keeps_the_placeholders_can_be_spoken(translated: str) -> None:
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
def test_a_translation_that_would_break_a_call_is_named_by_its_fault(translated: str, found: str) -> None:
    fault = message_fault(ENGLISH, translated)
    assert fault is not None
    assert fault[0] == found


@pytest.mark.parametrize("translated", [" ", "…", "¿?", " … - … ", "\u200b"])
def test_a_translation_without_a_word_is_none(translated: str) -> None:
    assert message_fault("Tea.", translated) == (
        "it has no words",
        "Write the translation, or leave it empty until there is one.",
    )


def test_what_is_not_translated_yet_is_no_fault_of_the_file(tmp_path: Path) -> None:
    assert usable(tmp_path, HEAD + APPLES.replace("Manzanas.", "")) == {}


def test_a_long_message_may_stand_in_several_lines(tmp_path: Path) -> None:
    text = HEAD + 'msgctxt ""\n"apples"\nmsgid ""\n"Apples. "\n"Red."\nmsgstr ""\n"Manzanas. "\n"Rojas."\n'
    assert usable(tmp_path, text) == {("apples", "Apples. Red."): "Manzanas. Rojas."}


def test_quotes_inside_a_message_are_kept(tmp_path: Path) -> None:
    text = HEAD + 'msgctxt "apples"\nmsgid "The \\"red\\" one."\nmsgstr "La \\"roja\\"."\n'
    assert usable(tmp_path, text) == {("apples", 'The "red" one.'): 'La "roja".'}


def test_comments_and_messages_put_away_are_passed_over(tmp_path: Path) -> None:
    away = '#~ msgctxt "apples"\n#~ msgid "Apples."\n#~ msgstr "Pomas."\n'
    text = HEAD + '# por mí\n#. de ellos\n#: prompts/apples.txt\n#| msgid "Apple."\n' + APPLES + "\n" + away
    assert usable(tmp_path, text) == {("apples", "Apples."): "Manzanas."}


def test_windows_line_ends_make_no_difference(tmp_path: Path) -> None:
    text = HEAD + APPLES
    assert usable(tmp_path, text.replace("\n", "\r\n")) == usable(tmp_path, text)


def test_the_same_words_in_two_texts_do_not_stand_twice(tmp_path: Path) -> None:
    assert len(usable(tmp_path, HEAD + APPLES + "\n" + APPLES.replace('"apples"', '"pears"'))) == 2


def test_of_a_message_that_stands_twice_neither_translation_is_spoken(tmp_path: Path) -> None:
    path = catalogue(tmp_path, HEAD + APPLES + "\n" + APPLES.replace("Manzanas", "Pomas"))
    messages, faults = load_catalogue(path)
    assert messages == {}
    assert [str(fault) for fault in faults.values()] == [
        f"{path}:9: line 5 has the same message. Keep the better translation and remove the other message."
    ]


def test_a_faulty_message_costs_no_other(tmp_path: Path) -> None:
    messages, faults = load_catalogue(
        catalogue(tmp_path, HEAD + APPLES + '\nmsgctxt "tea"\nmsgid "Tea."\nmsgstr "Té 2."\n')
    )
    assert messages == {("apples", "Apples."): "Manzanas."}
    assert list(faults) == [("tea", "Tea.")]


def test_polib_reads_the_same_messages(content: Content) -> None:
    for tag in content.configured[1:]:
        path = content.root / "locales" / tag / "LC_MESSAGES" / "messages.po"
        messages, faults = load_catalogue(path)
        others = {
            (one.msgctxt, one.msgid): one.msgstr for one in polib.pofile(str(path)) if one.msgstr and not one.fuzzy
        }
        assert {name: one for name, one in others.items() if name not in faults} == messages


@given(st.binary())
@WORST
def test_no_bytes_in_the_place_of_a_catalogue_do_more_than_withhold_it(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "messages.po"
    path.write_bytes(whole)
    with pytest.raises(BadLocale):
        load_catalogue(path)


@given(st.lists(st.sampled_from((HEAD + APPLES * 2).splitlines()) | st.text(), max_size=12))
@WORST
def test_no_lines_in_the_place_of_a_catalogue_do_more_than_withhold_it(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "messages.po"
    path.write_text("\n".join(lines), "utf-8", errors="ignore")
    try:
        messages, _ = load_catalogue(path)
    except BadLocale:
        return
    assert all(message_fault(english, translated) is None for (_, english), translated in messages.items())


def test_a_catalogue_cut_anywhere_is_refused_or_says_no_half_sentence(tiny: Path, tmp_path: Path) -> None:
    whole = (tiny / "locales" / "es" / "LC_MESSAGES" / "messages.po").read_bytes()
    right, _ = load_catalogue(tiny / "locales" / "es" / "LC_MESSAGES" / "messages.po")
    path = tmp_path / "messages.po"
    for end in range(0, len(whole), 31):
        path.write_bytes(whole[:end])
        try:
            messages, _ = load_catalogue(path)
        except BadLocale:
            continue
        assert messages.items() <= right.items()
