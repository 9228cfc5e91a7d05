"""Limits: a text of the toy line over each limit is reported, and a text just within it is not.

Limits in words are tried at the exact word; limits in seconds or points a little below and above the measured value.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import polib
import pytest

from ivr.check import call_limits, limits
from ivr.check.limits import MIN_GRADED_WORDS, LimitChecker
from ivr.check.rendered_texts import LIMITS, Limit, RenderedText, limit_fault
from ivr.check.report import check_all
from ivr.errors import Fault
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.translate.update import po_path

MEASURED = r"-?\d+(?:\.\d)?"
LONG = " ".join(["very"] * 60)
EASY = "We sit and we drink our hot red tea all day."
HARD = "International organizations investigate extraordinary circumstances."
MIDDLING = "Una persona toma el té caliente y después prepara manzanas."
"""Ten words, twenty-one syllables: INFLESZ 66, enough for a topic, too little where somebody may be in danger."""
DIFÍCIL = "Organizaciones internacionales investigan circunstancias extraordinarias."


def english(root: Path, name: str, *paragraphs: str, parts: int = 1) -> None:
    """Replace a text: its paragraphs are distributed over `parts` parts."""
    path = next((root / "prompts").rglob(f"{name}.txt"))
    blocks = [f'{{% trans "{name}" %}}{words}{{% endtrans %}}' for words in paragraphs]
    dealt = [blocks[number::parts] for number in range(parts)]
    path.write_text("{# facts: TOY-01 #}\n" + "\n---\n".join("\n\n".join(part) for part in dealt) + "\n", "utf-8")


def choices(root: Path, *counts: int, menu: str = "main") -> None:
    """Replace a menu: its choices have so many words each."""
    choice = '{{% trans "{}" key=press.{} %}}For {} {} press {{{{ key }}}}.{{% endtrans %}}'
    nouns = (
        {"tea": "tea", "fruit": "fruit", "how": "keys"} if menu == "main" else {"apples": "apples", "pears": "pears"}
    )
    heading = "" if menu == "main" else '{% trans "fruit" %}Fruit.{% endtrans %}\n---\n'
    blocks = [
        choice.format(menu, name, noun, " ".join(["so"] * (count - 4)))
        for (name, noun), count in zip(nouns.items(), counts, strict=True)
    ]
    path = root / "prompts" / f"{menu}.txt"
    path.write_text("{# facts: TOY-01 #}\n" + heading + "\n\n".join(blocks) + "\n", "utf-8")


def longer(root: Path, name: str, words: str) -> None:
    """Put more words in front of those of an English text; its Spanish is then missing."""
    path = next((root / "prompts").rglob(f"{name}.txt"))
    begins = re.compile(r"(\{% trans [^%]*%\})")
    path.write_text(begins.sub(rf"\g<1>{words} ", path.read_text("utf-8"), count=1), "utf-8")


def spanish(root: Path, name: str, words: str) -> None:
    """Put more words in front of those of a Spanish text."""
    catalogue = polib.pofile(str(po_path(root, "es")))
    entry = next(entry for entry in catalogue if entry.msgctxt == name)
    entry.msgstr = f"{words} {entry.msgstr}"
    catalogue.save()


def translated(root: Path, name: str, sentence: str, count: int) -> None:
    """Replace a text in both languages: `count` paragraphs in two parts, each `sentence` in Spanish."""
    plain = [f"We {'really ' * number}like hot tea." for number in range(count)]
    english(root, name, *plain, parts=2)
    catalogue = polib.pofile(str(po_path(root, "es")))
    catalogue.extend(polib.POEntry(msgctxt=name, msgid=one, msgstr=sentence) for one in plain)
    catalogue.save()


def said(root: Path) -> Iterator[Fault]:
    yield from LimitChecker(compile_line(root, Options())).faults()


class Case(NamedTuple):
    """How a limit is broken, and how the sentence about it begins."""

    break_it: Callable[[Path], None]
    begins: str
    where: str


def number_of(fault: Fault) -> float:
    """The measured value."""
    measured = re.search(f"({MEASURED})(, the limit is|, at least)", fault.found)
    assert measured, fault.found
    return float(measured[1])


def a_safety_text(root: Path) -> None:
    """The reminder, which is a text for somebody in danger, in words that are a little too hard for one."""
    key = '\n\n{% trans "reminder" key=press.reminder_again %}To hear this again … press {{ key }}.{% endtrans %}\n'
    translated(root, "reminder", MIDDLING, 10)
    path = root / "prompts" / "reminder.txt"
    path.write_text(path.read_text("utf-8").rstrip("\n") + key, "utf-8")


def a_connecting_sentence(root: Path) -> None:
    """The connecting sentence, too long in both languages together."""
    english(root, "connect", f"{EASY} {EASY}")
    catalogue = polib.pofile(str(po_path(root, "es")))
    tea = "Nos sentamos y tomamos nuestro té rojo todo el día."
    catalogue.append(polib.POEntry(msgctxt="connect", msgid=f"{EASY} {EASY}", msgstr=f"{tea} {tea}"))
    catalogue.save()


CASES = {
    "opening": Case(lambda root: longer(root, "danger", LONG), "opening: ", "opening (en)"),
    "opening: another language offered within": Case(
        lambda root: spanish(root, "language", "Muy buenos días, muchas gracias."),
        "opening: another language offered within: ",
        "opening (en)",
    ),
    "opening: a person offered within": Case(
        lambda root: longer(root, "greeting", LONG), "opening: a person offered within: ", "opening (en)"
    ),
    "opening: 911 within": Case(lambda root: longer(root, "danger", LONG), "opening: 911 within: ", "opening (en)"),
    "after the language key: a person offered within": Case(
        lambda root: spanish(root, "person", "Muy buenos días, muchas gracias."),
        "after the language key: a person offered within: ",
        "person (es)",
    ),
    "after the language key: 911 within": Case(
        lambda root: spanish(root, "danger", "Muy buenos días, muchas gracias, muy buenas noches."),
        "after the language key: 911 within: ",
        "danger (es)",
    ),
    "words of a menu": Case(lambda root: choices(root, 23, 23, menu="fruit"), "words of a menu: ", "fruit (en)"),
    "seconds of a menu": Case(lambda root: choices(root, 33, 33, menu="fruit"), "seconds of a menu: ", "fruit (en)"),
    "words of the main menu": Case(lambda root: choices(root, 17, 17, 17), "words of the main menu: ", "main (en)"),
    "seconds of the main menu": Case(lambda root: choices(root, 22, 22, 22), "seconds of the main menu: ", "main (en)"),
    "words of a heading": Case(
        lambda root: longer(root, "fruit", "Here is some"), "words of a heading: ", "fruit (en)"
    ),
    "words of a choice": Case(lambda root: choices(root, 11, 8, 8), "the choice “For tea so", "main (en)"),
    "words of a part": Case(lambda root: english(root, "tea", *[EASY] * 6), "part 1, words: ", "tea (en)"),
    "seconds of a part": Case(lambda root: english(root, "tea", *[EASY] * 8), "part 1, seconds: ", "tea (en)"),
    "connecting sentence": Case(lambda root: longer(root, "connect", EASY), "connecting sentence: ", "connect (en)"),
    "connecting sentence in two languages": Case(
        a_connecting_sentence, "connecting sentence in two languages: ", "connect (en)"
    ),
    "seconds of a part in two languages": Case(
        lambda root: longer(root, "not_reached", f"{LONG} {LONG}"),
        "seconds of a part in two languages: ",
        "not_connected (en)",
    ),
    "speech that no key stops": Case(
        lambda root: longer(root, "goodbye", f"{EASY} {EASY} {EASY}"), "speech that no key stops: ", "goodbye (en)"
    ),
    "words of a sentence": Case(
        lambda root: english(root, "tea", " ".join(["tea"] * 21) + "."), "the sentence “tea tea", "tea (en)"
    ),
    "mean words of a sentence": Case(
        lambda root: english(root, "tea", " ".join(["tea"] * 13) + "."), "mean words of a sentence: ", "tea (en)"
    ),
    "Flesch-Kincaid": Case(
        lambda root: english(root, "tea", *[HARD] * 20, parts=2), "reading level, Flesch-Kincaid: ", "tea (en)"
    ),
    "INFLESZ": Case(lambda root: translated(root, "tea", DIFÍCIL, 20), "reading level, INFLESZ: ", "tea (es)"),
    "INFLESZ of a safety text": Case(a_safety_text, "reading level, INFLESZ: ", "reminder (es)"),
}
WAITS = {"wait for a choice": "CHOICE_WAIT", "wait before the line acts": "WARNING_WAIT"}
AT_LEAST = {"INFLESZ", "INFLESZ of a safety text"}
"""Limits that a text must reach; all others it must not pass."""


def told_of(root: Path, case: Case) -> list[Fault]:
    """The faults of this limit, in this place."""
    begins = re.compile(re.escape(case.begins) + (f"{MEASURED}," if case.begins.endswith(": ") else ""))
    return [fault for fault in said(root) if fault.where == case.where and begins.match(fault.found)]


def test_every_limit_has_a_planted_text_over_it() -> None:
    assert CASES.keys() | WAITS.keys() == LIMITS.keys()


@pytest.mark.parametrize("name", CASES)
def test_text_over_a_limit_is_reported(copied: Path, name: str) -> None:
    case = CASES[name]
    assert told_of(copied, case) == []
    case.break_it(copied)
    told = told_of(copied, case)
    assert told, f"nothing is said of: {name}"
    figure = f"{LIMITS[name].of(case.where[-3:-1]):g}"
    assert all(re.search(rf"(the limit is|at least) {figure}\b", fault.found) for fault in told)


@pytest.mark.parametrize("name", CASES)
def test_limit_holds_at_the_measured_value(copied: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[name]
    case.break_it(copied)
    measured = number_of(told_of(copied, case)[0])
    kept, broken = (-0.06, 0.06) if name in AT_LEAST else (0.06, -0.06)
    for shift, silent in ((kept, True), (broken, False)):
        monkeypatch.setitem(LIMITS, name, Limit(measured + shift, measured + shift, LIMITS[name].unit))
        assert (not told_of(copied, case)) is silent


# Limits at the exact word


def over(root: Path, begins: str) -> bool:
    return any(fault.found.startswith(begins) for fault in said(root))


def test_sentence_of_20_words_passes_and_of_21_does_not(copied: Path) -> None:
    for count, too_long in ((20, False), (21, True)):
        english(copied, "tea", " ".join(["tea"] * count) + ".", "Tea.")
        assert over(copied, "the sentence “tea tea") is too_long


def test_mean_of_12_words_a_sentence_passes_and_more_does_not(copied: Path) -> None:
    for count, too_long in ((14, False), (15, True)):
        english(copied, "tea", " ".join(["tea"] * count) + ".", " ".join(["tea"] * 10) + ".")
        assert over(copied, "mean words of a sentence") is too_long


def test_part_of_60_words_passes_and_of_61_does_not(copied: Path) -> None:
    for last, too_long in ((10, False), (11, True)):
        english(copied, "tea", *[" ".join(["tea"] * 10) + "."] * 5, " ".join(["tea"] * last) + ".")
        assert over(copied, "part 1, words") is too_long


def test_choice_of_10_words_passes_and_of_11_does_not(copied: Path) -> None:
    for count, too_long in ((10, False), (11, True)):
        choices(copied, count, 8, 8)
        assert over(copied, "the choice “For tea") is too_long


def test_menu_of_45_words_passes_and_of_46_does_not(copied: Path) -> None:
    for last, too_long in ((45 - 20, False), (46 - 20, True)):
        choices(copied, 20, last, menu="fruit")
        assert over(copied, "words of a menu") is too_long


def test_main_menu_of_50_words_passes_and_of_51_does_not(copied: Path) -> None:
    for last, too_long in ((50 - 32, False), (51 - 32, True)):
        choices(copied, 16, 16, last)
        assert over(copied, "words of the main menu") is too_long


def test_limits_in_words_apply_only_with_word_limits(copied: Path) -> None:
    path = copied / "locales" / "es" / "locale.toml"
    for count, limited in ((14, "words"), (28, "seconds")):
        translated(copied, "tea", "El té es rojo y muy bueno por la tarde y la noche.", count)
        assert over(copied, f"part 1, {limited}")
        path.write_text(path.read_text("utf-8").replace("word_limits = true", "word_limits = false"), "utf-8")
        assert not [fault for fault in said(copied) if fault.where == "tea (es)" and "part 1, words" in fault.found]


def test_greeting_of_an_agency_may_take_2_seconds_more(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "opening", Limit(0, 0, "s"))
    seconds = [number_of(next(fault for fault in said(copied) if fault.found.startswith("opening: ")))]
    for words in ("Tea Town speaks here.", LONG):
        longer(copied, "greeting", words)
        seconds.append(number_of(next(fault for fault in said(copied) if fault.found.startswith("opening: "))))
    shipped, agency, far_too_long = seconds
    assert shipped == agency
    assert far_too_long > shipped + 10


# Limits without a number


def test_choices_with_the_same_first_noun_are_reported(copied: Path) -> None:
    path = copied / "prompts" / "main.txt"
    path.write_text(path.read_text("utf-8").replace("For fruit", "To the tea"), "utf-8")
    (told,) = [fault.found for fault in said(copied) if fault.found.startswith("two choices begin with “tea”")]
    assert "“To the tea … " in told


def test_menu_without_a_heading_is_reported(copied: Path) -> None:
    path = copied / "prompts" / "fruit.txt"
    path.write_text(re.sub(r"(?s)\{% trans \"fruit\" %\}.*---\n", "", path.read_text("utf-8")), "utf-8")
    assert "the menu has no heading" in [fault.found for fault in said(copied)]


def test_topic_of_more_than_6_parts_must_name_the_key_for_the_next(copied: Path) -> None:
    more = '{% trans "tea" key=press.next %}To go on … press {{ key }}.{% endtrans %}'
    for parts, told in ((6, False), (7, True)):
        english(copied, "tea", *[f"Tea {'very ' * number}hot." for number in range(parts)], parts=parts)
        assert over(copied, f"it has {parts} parts and does not say how to go on") is told
    path = copied / "prompts" / "tea.txt"
    path.write_text(path.read_text("utf-8").replace("\n---\n", f"\n{more}\n---\n", 1), "utf-8")
    assert not over(copied, "it has 7 parts")


def test_telephone_number_said_once_is_reported(copied: Path) -> None:
    number = '{% trans "tea" hotline=numbers.hotline %}It is … {{ hotline }}.{% endtrans %}'
    again = '{% trans "tea" key=press.again %}To hear it again … press {{ key }}.{% endtrans %}'
    path = copied / "prompts" / "tea.txt"
    for text, told in ((number, True), (f"{number}\n\n{again}", False), (f"{number}\n\n{number}", False)):
        path.write_text("{# facts: TOY-01 #}\n" + text + "\n", "utf-8")
        assert over(copied, "part 1 says 1-888-373-7888 once") is told


def test_never_word_is_reported_with_the_keys_to_hear_it(copied: Path) -> None:
    english(copied, "apples", "Apples go with coffee.")
    told = [fault for fault in said(copied) if "coffee" in fault.found]
    assert [(fault.where, fault.found, fault.path) for fault in told] == [
        ("apples (en)", "it says “coffee”", "ring 2 1")
    ]


def test_never_words_apply_to_their_own_language(copied: Path) -> None:
    spanish(copied, "apples", "Café, coffee.")
    told = [fault for fault in check_all(copied, Options()).faults if fault.found.startswith("it says")]
    assert ["café" in fault.found.split(":")[0] for fault in told] == [True], "and no word of the English list"
    assert [fault.path for fault in told] == ["ring 2 1 8"]


def test_short_topic_has_no_reading_level(copied: Path) -> None:
    assert len(HARD.split()) * 19 < MIN_GRADED_WORDS <= len(HARD.split()) * 20
    english(copied, "tea", *[HARD] * 19, parts=2)
    assert not over(copied, "reading level")


def test_menu_has_no_reading_level(copied: Path) -> None:
    measure = LimitChecker(compile_line(copied, Options()))
    menus = [told for told in measure.texts if told.name == "main"]
    assert [measure.grade(told) for told in menus] == [None, None]


def test_official_names_do_not_change_the_reading_level(copied: Path) -> None:
    name = "International Association for Extraordinary Refreshments"
    english(copied, "tea", *[f"The {name} drinks hot tea all day long."] * 10, parts=2)
    assert over(copied, "reading level")
    words = copied / "locales" / "en" / "words.toml"
    words.write_text(words.read_text("utf-8").replace("Royal Society of Tea Drinkers", name), "utf-8")
    assert not over(copied, "reading level")


def test_topic_of_a_safety_menu_must_reach_the_higher_level(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    translated(copied, "tea", MIDDLING, 10)
    assert not over(copied, "reading level, INFLESZ")
    monkeypatch.setattr(limits, "SAFETY_MENUS", ("main",))
    assert over(copied, "reading level, INFLESZ")


@pytest.mark.parametrize("name", WAITS)
def test_wait_that_is_too_short_is_reported(tiny: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(call_limits, WAITS[name], LIMITS[name].english - 1)
    assert [fault.found for fault in said(tiny)] == ["a wait is too short"]
    monkeypatch.setattr(call_limits, WAITS[name], LIMITS[name].english)
    assert list(said(tiny)) == []


def test_text_that_is_not_whole_is_not_measured(copied: Path) -> None:
    longer(copied, "apples", "Red")
    texts = LimitChecker(compile_line(copied, Options())).texts
    assert ("apples", "es") not in {(text.name, text.locale) for text in texts}


def test_fault_of_a_limit_has_the_keys_to_hear_it(copied: Path) -> None:
    english(copied, "apples", " ".join(["tea"] * 21) + ".")
    fault = next(fault for fault in said(copied) if fault.found.startswith("the sentence"))
    assert str(fault).startswith("apples (en): the sentence “tea tea")
    assert str(fault).endswith(
        "21, the limit is 20 words. Shorten it, or part it in two. (to hear it: call, press 2 1)"
    )


@pytest.mark.parametrize("measured", ["31", "30.3", "30.04", "30.0004"])
def test_measured_value_has_as_many_decimals_as_show_that_it_exceeds_the_limit(line: Line, measured: str) -> None:
    text = RenderedText("tea", "en", "")
    fault = limit_fault(line, text, "seconds of a part", float(measured))
    assert fault
    assert fault.found == f"seconds of a part: {measured}, the limit is 30 s"
