"""Calls and transfers of a month, from Twilio's records: sums alone, and no small number."""

from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.external import World
from support.twilio_account import LINE_NUMBER, SID, TOKEN

from ivr.cli.main import main

CALLER, HOTLINE = "+12025550147", "+18883737888"
MONTH = "2026-11"


def record(to: str, sender: str, status: str, day: int = 12, month: int = 11, hour: int = 9) -> dict[str, Any]:
    start = datetime(2026, month, day, hour, tzinfo=UTC)
    return {"sid": "CA" + "7" * 32, "to": to, "from": sender, "status": status, "start_time": format_datetime(start)}


def calls(number: int, status: str = "completed", **when: int) -> list[dict[str, Any]]:
    return [record(LINE_NUMBER, CALLER, status, **when) for _ in range(number)]


def transfers(number: int, status: str, **when: int) -> list[dict[str, Any]]:
    return [record(HOTLINE, LINE_NUMBER, status, **when) for _ in range(number)]


@pytest.fixture
def world(unset: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", SID)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("LINE_NUMBER", LINE_NUMBER)
    return World(tiny)


def usage(world: World, *words: str) -> Result:
    return CliRunner().invoke(main, ["usage", "--twilio", *words], obj=world.outside())


def numbers(output: str) -> dict[str, str]:
    rows = (line.rsplit(maxsplit=1) for line in output.splitlines() if line.startswith("  "))
    return {label.strip(): number for label, number in rows}


def test_calls_and_transfers_of_the_month_are_summed(world: World) -> None:
    world.twilio.calls = [
        *calls(40), *calls(2, "busy"), *calls(30, month=10, day=31, hour=23), *calls(50, month=12, day=1, hour=0),
        *calls(1, day=1, hour=0), *calls(1, day=30, hour=23),
        *transfers(20, "completed"), *transfers(9, "busy"), *transfers(8, "no-answer"), *transfers(15, "failed"),
        record(CALLER, LINE_NUMBER, "completed"), record("+12025550199", CALLER, "completed"),
    ]  # fmt: skip
    result = usage(world)
    assert result.exit_code == 0, result.output
    assert numbers(result.output) == {
        "All calls": "44",
        "Connected to the hotline": "20",
        "Not connected: the hotline was busy or did not answer": "17",
        "Not connected: another reason": "<16",
    }
    assert CALLER not in result.output
    assert TOKEN not in result.output


def test_small_numbers_and_zero_read_alike(world: World) -> None:
    world.twilio.calls = [*calls(15), *transfers(1, "completed")]
    assert set(numbers(usage(world, "--month", MONTH).output).values()) == {"<16"}


def test_month_that_still_grows_is_refused(world: World) -> None:
    result = usage(world, "--month", "2026-12")
    assert result.exit_code == 1
    assert "can be shown from" in result.stderr
    assert world.twilio.asked == []


@pytest.mark.parametrize("option", [["--html"], ["--csv"], ["--periods", "2"], ["--agency", "Shelter"]])
def test_options_of_the_other_reports_are_refused(world: World, option: list[str]) -> None:
    assert usage(world, *option).exit_code == 2


def test_fault_of_twilio_is_a_sentence(world: World) -> None:
    world.twilio.fails = {"Calls": 503}
    result = usage(world)
    assert result.exit_code == 3
    assert result.stderr.startswith("Error: Twilio does not answer: ")
