"""`ivr cost`, and that docs/operate.md shows about the same costs."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.options import OPTIONS
from support.third_language import add_lulu

from ivr.cli.main import main
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.operate.cost import (
    CALLS,
    CONVERSATION_SECONDS,
    INBOUND_MINUTE,
    OUTBOUND_MINUTE,
    SPEECH_100_CHARACTERS,
    Cost,
    as_text,
    costs,
    keys_to_language,
)
from ivr.settings import CHECKOUT
from ivr.simulator import new_caller

ROW = re.compile(
    r"^ *(?P<call>[a-z ,]+?) +(?P<locale>[a-z]{2}) +(?P<characters>\d+) +\d+ +\d+ +(?P<dollars>\d\.\d\d)$", re.M
)


def test_cost_is_characters_and_minutes_of_both_legs(line: Line) -> None:
    rows = {(cost.call, cost.locale): cost for cost in costs(line)}
    assert {call for call, _ in rows} == set(CALLS)
    assert {locale for _, locale in rows} == {"en", "es"}
    cost = rows["a person at once", "en"]
    assert cost.minutes_out == CONVERSATION_SECONDS / 60
    assert cost.minutes_in == cost.minutes_out + 1
    speech = cost.characters / 100 * SPEECH_100_CHARACTERS["Neural"]
    minutes = cost.minutes_in * INBOUND_MINUTE + cost.minutes_out * OUTBOUND_MINUTE
    assert minutes + speech <= cost.dollars < minutes + 3 * speech
    assert rows["a person at once", "es"].characters > cost.characters


@pytest.mark.parametrize("third_language", [False, True])
def test_keys_of_the_second_language_lead_to_it(copied: Path, third_language: bool) -> None:
    if third_language:
        add_lulu(copied)
    line = compile_line(copied, OPTIONS)
    for locale in line.flow.offered[:2]:
        caller = new_caller(line)
        caller.rings()
        for key in keys_to_language(line.flow, locale):
            caller.presses(key)
        assert caller.gather
        assert f"/call/{locale}/" in caller.gather.action


def test_silent_call_is_heard_to_its_end_and_connected(line: Line) -> None:
    silent = next(cost for cost in costs(line) if cost.call == "silent to the end")
    assert silent.minutes_in >= 12
    assert silent.minutes_out == 10


def test_table_states_its_assumptions() -> None:
    text = as_text([Cost("a call", "en", 100, 1, 1, 0.126)])
    assert "0.13" in text
    assert "not confirmed by Twilio" in text


@pytest.mark.usefixtures("unset")
def test_costs_in_operate_md_are_about_those_of_the_command() -> None:
    """The texts may change by a sentence or two before docs/operate.md must follow."""
    printed = CliRunner().invoke(main, ["cost"])
    assert printed.exit_code == 0, printed.output
    now, then = (
        {(row["call"], row["locale"]): row for row in ROW.finditer(text)}
        for text in (printed.output, (CHECKOUT / "docs" / "operate.md").read_text("utf-8"))
    )
    assert {key for key in now if key[1] == "en"} == {key for key in then if key[1] == "en"}
    for key in now.keys() & then.keys():
        assert float(now[key]["dollars"]) == pytest.approx(float(then[key]["dollars"]), rel=0.2)
        assert int(now[key]["characters"]) == pytest.approx(int(then[key]["characters"]), rel=0.4)


@pytest.mark.parametrize("page", ["operate.md", "own.md", "privacy.md"])
def test_docs_name_only_existing_commands_files_and_settings(page: str) -> None:
    from ivr.settings import Settings

    text = (CHECKOUT / "docs" / page).read_text("utf-8")
    commands = {command.split()[0] for command in re.findall(r"`(?:\.venv/bin/)?ivr ([a-z]+[^`]*)`", text)}
    assert commands <= set(main.commands), commands - set(main.commands)
    settings = set(re.findall(r"`([A-Z][A-Z_]+[A-Z])(?:=[^`]*)?`", text)) - {"LINE_HOST", "OWN", "AUTH_TOKEN"}
    assert settings <= {name.upper() for name in Settings.model_fields}
    for file in re.findall(r"`((?:deploy|prompts)/[\w./]*)`", text):
        example = CHECKOUT / "deploy/example-agency" / file
        assert (CHECKOUT / file).exists() or example.exists() or Path(file).stem == "NAME", file
    for link in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (CHECKOUT / "docs" / link).exists() or Path(link).name == "TRANSLATING.md", link
