"""The book: one reading of the whole line, in key order, with nothing left out, and what each text rests on."""

from itertools import pairwise

import pytest

from ivr.call.flow import Languages, Menu, Opening
from ivr.call.playlist import SHARED_PROMPTS
from ivr.call.state import Place
from ivr.errors import BadText
from ivr.line.line import Line
from ivr.script.labels import HEARD, press, title_of, way_to
from ivr.script.model import Script, read
from ivr.script.sources import errands, rest, sources_of
from ivr.script.timeline import NAMES, hear


@pytest.fixture(params=["line", "real"])
def any_line(request: pytest.FixtureRequest) -> Line:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Line)
    return found


def books(line: Line) -> list[Script]:
    return [read(line, locale) for locale in line.content.locales]


def sources(line: Line, *names: str, live: bool = False) -> list[str]:
    return list(
        sources_of(read(line, "en"), line.flow, line.content.facts, line.content.prompts.templates, names, live)
    )


def test_every_text_stands_in_every_book_once(any_line: Line) -> None:
    for book in books(any_line):
        assert sorted(entry.node for entry in book.all()) == sorted(any_line.content.prompts.templates)


def test_every_node_that_speaks_stands_in_the_book(any_line: Line) -> None:
    speaking = {name for name, node in any_line.flow.nodes.items() if not isinstance(node, Opening | Languages)}
    for book in books(any_line):
        assert speaking | set(SHARED_PROMPTS) == {entry.node for entry in book.all()}


def test_the_keys_of_an_entry_are_those_of_the_map(any_line: Line) -> None:
    for entry in read(any_line, "en").entries:
        at = any_line.flow.main_menu
        for key in entry.keys.split():
            menu = any_line.flow.nodes[at]
            assert isinstance(menu, Menu)
            at = menu.choices[int(key) - 1]
        assert at == entry.node


def test_entries_are_in_key_order(any_line: Line) -> None:
    paths = [[int(key) for key in entry.keys.split()] for entry in read(any_line, "en").entries]
    assert paths == sorted(paths)


def test_a_choice_says_the_key_it_has(any_line: Line) -> None:
    for book in books(any_line):
        for entry in book.entries:
            spoken = any_line.content.locales[entry.locale]
            assert all(spoken.key(choice.key) in choice.offer for choice in entry.choices)


def test_what_lies_below_a_menu_is_what_it_offers(line: Line) -> None:
    book = read(line, "en")
    assert [entry.node for entry in book.below(book.entry("fruit"))] == ["apples", "pears"]
    assert book.below(book.entry("apples")) == ()


def test_an_entry_of_no_such_name_is_refused(line: Line) -> None:
    with pytest.raises(KeyError, match="nowhere"):
        read(line, "en").entry("nowhere")


def test_a_line_with_the_name_of_a_node_is_a_line(line: Line) -> None:
    book = read(line, "en")
    assert "languages" in line.flow.nodes
    assert book.entry("languages").kind == "line"


def test_every_entry_has_a_heading_and_a_way_in_words(any_line: Line) -> None:
    for entry in read(any_line, "en").all():
        assert title_of(any_line.flow, entry).strip()
        assert way_to(any_line.flow, entry).strip()


def test_a_way_is_said_as_a_person_says_it() -> None:
    assert press("1 2 3") == "press 1, then 2, then 3"


def test_it_is_known_when_each_shared_line_is_heard() -> None:
    assert set(HEARD) == set(SHARED_PROMPTS)


@pytest.mark.parametrize("node", ["opening", "main", "tea", "reminder", "connect", "farewell", "not_connected"])
def test_silence_is_told_to_its_end(line: Line, node: str) -> None:
    heard = hear(line, Place(node, "es"))
    assert [step.wait is None for step in heard] == [False] * (len(heard) - 1) + [True]
    assert heard[-1].then
    for before, after in pairwise(heard):
        assert after.at == pytest.approx(before.at + before.seconds + (before.wait or 0))


def test_silence_speaks_what_the_line_speaks(line: Line) -> None:
    place = Place("opening", "en")
    heard = [spoken for step in hear(line, place) for _, spoken in step.texts]
    assert heard == [spoken for step in line.steps(place) for spoken in line.schedule.spoken(step)]


def test_every_reading_has_a_name(line: Line) -> None:
    asked = {step.reading for place in line.paths for step in line.steps(place) if hasattr(step, "reading")}
    assert asked <= set(NAMES)


def test_the_clock_counts_minutes(line: Line) -> None:
    first, *_ = hear(line, Place("main", "en"))
    assert first.clock == "0:00"
    assert first._replace(at=61.9).clock == "1:01"


def test_a_fact_is_read_with_its_numbers_written_out(real: Line) -> None:
    facts = real.content.facts
    for name in facts.facts:
        assert "{" not in rest(facts, name).says


def test_a_fact_that_is_not_there_is_a_sentence(line: Line) -> None:
    with pytest.raises(BadText, match=r"no fact ZZ-1"):
        rest(line.content.facts, "ZZ-1")


def test_sources_name_every_text_every_fact_and_every_address(real: Line) -> None:
    told = sources(real)
    text = "\n".join(told)
    assert all(any(line.startswith(f"{name}: ") for line in told) for name in real.content.prompts.templates)
    spoken = {fact for entry in read(real, "en").all() for fact in entry.facts}
    for name in spoken:
        assert f"  {name}  " in text
        assert all(source.address in text for source in real.content.facts.facts[name].sources)


def test_sources_of_one_text_are_of_that_text_only(line: Line) -> None:
    told = "\n".join(sources(line, "reminder"))
    assert "https://example.org/danger" in told
    assert "TOY-01" not in told


def test_live_tells_only_what_is_still_to_be_opened(real: Line) -> None:
    found = errands(real.content.facts, real.content.facts.facts)
    told = sources(real, live=True)
    assert told[0] == f"What a person must still open or call: {len(found)}"
    waiting = {fact.id for errand in found for fact in errand.rests}
    assert waiting == {name for name, fact in real.content.facts.facts.items() if fact.to_open and not fact.opened}
    assert all(f"    {name}: " in "\n".join(told) for name in waiting)


def test_where_nothing_is_left_to_open_it_says_so(line: Line) -> None:
    assert sources(line, live=True) == ["What a person must still open or call: nothing"]


def test_a_text_of_no_such_name_is_a_sentence(line: Line) -> None:
    with pytest.raises(BadText, match="no text has this name"):
        sources(line, "nowhere")


def test_plain_lines_fit_a_terminal(real: Line) -> None:
    assert all(len(line) <= 100 for line in sources(real) if "http" not in line)
