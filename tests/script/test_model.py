"""The script as a value: the whole line in key order, its labels, sources and timeline."""

from itertools import pairwise

import pytest

from ivr.call.flow import LanguageMenu, Menu, Opening
from ivr.call.playlist import SHARED_TEXTS, prompts_for
from ivr.call.state import Place
from ivr.call.transitions import MAX_MISSES, Ask
from ivr.errors import BadContent
from ivr.line.line import Line
from ivr.script.labels import SHARED_TEXTS_HEARD, heard_when, title_of
from ivr.script.model import STEP_NAMES, Script, script_of, timeline
from ivr.script.sources import pages_to_open, sources_of


@pytest.fixture(params=["line", "real"])
def any_line(request: pytest.FixtureRequest) -> Line:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Line)
    return found


def scripts(line: Line) -> list[Script]:
    return [script_of(line, locale) for locale in line.content.locales]


def sources(line: Line, *names: str, live: bool = False) -> list[str]:
    script = script_of(line, "en")
    return list(sources_of(line, script, names, live))


def test_script_has_every_text_once(any_line: Line) -> None:
    for script in scripts(any_line):
        assert sorted(entry.name for entry in script.all()) == sorted(any_line.content.prompts.templates)


def test_script_has_every_node_that_speaks(any_line: Line) -> None:
    speaking = {name for name, node in any_line.flow.nodes.items() if not isinstance(node, Opening | LanguageMenu)}
    for script in scripts(any_line):
        assert speaking | set(SHARED_TEXTS) == {entry.name for entry in script.all()}


@pytest.mark.parametrize("policy", ["line", "line_goodbye"])
def test_label_of_a_shared_text_names_two_rare_situations(policy: str, request: pytest.FixtureRequest) -> None:
    line = request.getfixturevalue(policy)
    for step in {step for place in line.paths for step in line.steps(place)}:
        place, texts = step.place, {prompt.text for prompt in prompts_for(line.flow, step)} - {"language"}
        labels = [SHARED_TEXTS_HEARD[text] for text in texts if text in SHARED_TEXTS_HEARD]
        if place.node == line.flow.transfer.not_connected and not place.language_chosen:
            if not place.misses:
                assert all("not answered" in label for label in labels), labels
        elif place.misses == MAX_MISSES and isinstance(step, Ask):
            assert all("second" in label for label in labels), labels


def test_keys_of_an_entry_lead_to_its_node(any_line: Line) -> None:
    for entry in script_of(any_line, "en").entries:
        at = any_line.flow.main_menu
        for key in entry.keys.split():
            menu = any_line.flow.nodes[at]
            assert isinstance(menu, Menu)
            at = menu.choices[int(key) - 1]
        assert at == entry.name


def test_entries_are_in_key_order(any_line: Line) -> None:
    paths = [[int(key) for key in entry.keys.split()] for entry in script_of(any_line, "en").entries]
    assert paths == sorted(paths)


def test_choice_speaks_its_own_key(any_line: Line) -> None:
    for script in scripts(any_line):
        for entry in script.entries:
            spoken = any_line.content.locales[entry.locale]
            assert all(spoken.key_word(choice.key) in choice.offer for choice in entry.choices)


def test_entries_below_a_menu_are_its_choices(line: Line) -> None:
    script = script_of(line, "en")
    assert [entry.name for entry in script.below(script.entry("fruit"))] == ["apples", "pears"]
    assert script.below(script.entry("apples")) == ()


def test_unknown_entry_raises(line: Line) -> None:
    with pytest.raises(KeyError, match="nowhere"):
        script_of(line, "en").entry("nowhere")


def test_shared_text_with_the_name_of_a_node_is_shared(line: Line) -> None:
    script = script_of(line, "en")
    assert "languages" in line.flow.nodes
    assert script.entry("languages").kind == "shared"


def test_every_entry_has_a_title_and_a_way(any_line: Line) -> None:
    for entry in script_of(any_line, "en").all():
        assert title_of(any_line.flow, entry).strip()
        assert heard_when(any_line.flow, entry).strip()


def test_keys_are_written_in_words(line: Line) -> None:
    entry = script_of(line, "en").entry("tea")
    assert heard_when(line.flow, entry._replace(keys="1 2 3")) == "press 1, then 2, then 3"


def test_every_shared_text_says_when_it_is_heard() -> None:
    assert set(SHARED_TEXTS_HEARD) == set(SHARED_TEXTS)


@pytest.mark.parametrize("node", ["opening", "main", "tea", "reminder", "connect", "farewell", "not_connected"])
def test_timeline_ends_with_an_action_of_the_line(line: Line, node: str) -> None:
    steps = timeline(line, Place(node, "es"))
    assert [step.wait is None for step in steps] == [False] * (len(steps) - 1) + [True]
    assert steps[-1].action
    for before, after in pairwise(steps):
        assert after.at == pytest.approx(before.at + before.seconds + (before.wait or 0))


def test_timeline_has_the_words_of_the_line(line: Line) -> None:
    place = Place("opening", "en")
    heard = [spoken for step in timeline(line, place) for _, spoken in step.texts]
    assert heard == [spoken for step in line.steps(place) for spoken in line.schedule.prompts(step)]


def test_every_reading_has_a_name(line: Line) -> None:
    asked = {step.reading for place in line.paths for step in line.steps(place) if hasattr(step, "reading")}
    assert asked <= set(STEP_NAMES)


def test_clock_shows_minutes_and_seconds(line: Line) -> None:
    first, *_ = timeline(line, Place("main", "en"))
    assert first.clock == "0:00"
    assert first._replace(at=61.9).clock == "1:01"


def test_cited_fact_has_numbers_in_place_of_names(real: Line) -> None:
    facts = real.content.facts
    for name in facts.facts:
        assert "{" not in facts.facts[name].says


def test_unknown_fact_raises_a_sentence(line: Line) -> None:
    with pytest.raises(BadContent, match=r"no fact ZZ-1"):
        line.content.facts.fact("ZZ-1")


def test_sources_list_every_text_fact_and_address(real: Line) -> None:
    told = sources(real)
    text = "\n".join(told)
    assert all(any(line.startswith(f"{name}: ") for line in told) for name in real.content.prompts.templates)
    spoken = {fact for entry in script_of(real, "en").all() for fact in entry.facts}
    for name in spoken:
        assert f"  {name}  " in text
        assert all(source.address in text for source in real.content.facts.facts[name].sources)


def test_sources_of_one_text_list_only_its_facts(line: Line) -> None:
    told = "\n".join(sources(line, "reminder"))
    assert "https://example.org/danger" in told
    assert "TOY-01" not in told


def test_live_lists_only_pages_to_open(real: Line) -> None:
    found = pages_to_open(real.content.facts, real.content.facts.facts)
    told = sources(real, live=True)
    assert told[0] == f"Pages that a person must still open, or calls to make: {len(found)}"
    waiting = {fact.id for page in found for fact in page.facts}
    assert waiting == {name for name, fact in real.content.facts.facts.items() if fact.to_open and not fact.live_day}
    assert all(f"    {name}: " in "\n".join(told) for name in waiting)


def test_live_without_pages_to_open_says_zero(line: Line) -> None:
    assert sources(line, live=True) == ["Pages that a person must still open, or calls to make: 0"]


def test_sources_of_an_unknown_text_raise_a_sentence(line: Line) -> None:
    with pytest.raises(BadContent, match="no text has this name"):
        sources(line, "nowhere")


def test_lines_of_sources_fit_a_terminal(real: Line) -> None:
    assert all(len(line) <= 100 for line in sources(real) if "http" not in line)


def test_sources_show_spelled_words_as_they_are_spoken(real: Line) -> None:
    told = " ".join(" ".join(sources(real)).split())
    parts = [part for entry in script_of(real, "en").all() for part in entry.parts if part.spelled_words]
    in_words_alone = [part for part in parts if not part.keys and not part.numbers]
    assert in_words_alone
    assert all(f"“{paragraph}”" in told for part in in_words_alone for paragraph in part.paragraphs)
