"""The telephone of the page, whose calls run in the browser, does what the line does."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import pytest
from support.export_cases import STATUSES
from support.languages import add_languages
from support.options import OPTIONS

from ivr import simulator
from ivr.call.flow import Transfer
from ivr.call.state import KEYS, Place
from ivr.call.urls import OUTCOME, RING, address_in, address_of, key_address_of
from ivr.export.captions import without_pauses
from ivr.export.export import export_line
from ivr.export.files import to_bytes
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.phone.verbs import Heard
from ivr.phone.webhook_form import FORM, answered
from ivr.signature import Form

TELEPHONE = Path(__file__).parent / "telephone"
Step = dict[str, object]

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")


def events_at(line: Line, place: Place) -> Iterator[tuple[object, str, Form]]:
    """Each event at `place` as the telephone names it, and the request that reports it."""
    for key in (*KEYS, "x", "12"):
        yield {"key": key}, key_address_of(line.flow, place), [("Digits", key)]
    yield "silence", key_address_of(line.flow, place), []
    yield "ring", RING, []
    if isinstance(line.flow.nodes[place.node], Transfer):
        for status in STATUSES:
            for bridged in (True, False):
                form = [("DialCallStatus", status), ("DialBridged", str(bridged).lower())]
                yield {"dialStatus": status, "bridged": bridged}, address_of(place) + OUTCOME, form


def heard_at(line: Line, place: Place) -> Iterator[Step]:
    """What a caller hears at `place` who presses no key, by the virtual telephone from the TwiML."""
    caller = simulator.new_caller(line, line.options.public_url + address_of(place), form=answered(FORM))
    caller.rings()
    start = 0
    while gather := caller.gather:
        caller.hears_out()
        at = address_in(line.options.public_url, gather.action).partition("/choices-")[0]
        yield {"kind": "ask", "at": at, "wait": gather.timeout, "said": words_of(caller.heard[start:])}
        start = len(caller.heard)
        caller.waits()
    dial = caller.dial
    at = address_in(line.options.public_url, dial.action or "").removesuffix(OUTCOME) if dial else ""
    yield {"kind": "dial" if dial else "end", "at": at, "wait": 0, "said": words_of(caller.heard[start:])}


def words_of(heard: Iterable[Heard]) -> list[list[str]]:
    """The words of each voice, joined where one language goes on: [["en-US", "Tea."], ["es-US", "Té."]]."""
    voices = groupby(heard, key=lambda part: part.language)
    return [[language, " ".join(without_pauses(part.text) for part in parts)] for language, parts in voices]


def compared(line: Line, folder: Path, every: int = 1) -> dict[str, object]:
    """The comparison of all places and events, and of the words of each `every`th place that follows an event."""
    events = [
        [address_of(place), event, address_of(line.respond(address, form).place)]
        for place in line.documents
        for event, address, form in events_at(line, place)
    ]
    followed = [place for place in line.documents if line.respond(address_of(place), []).place == place][::every]
    heard = {address_of(place): list(heard_at(line, place)) for place in followed}
    (folder / "line.json").write_bytes(to_bytes(export_line(line, with_twiml=False)))
    (folder / "cases.json").write_text(json.dumps({"events": events, "heard": heard}), "utf-8")
    command = ["node", str(TELEPHONE / "compare.mjs"), str(folder / "line.json"), str(folder / "cases.json")]
    return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=120).stdout)


def test_telephone_does_what_this_line_does(real: Line, tmp_path: Path) -> None:
    result = compared(real, tmp_path, every=20)
    assert (result["events"], result["places"], result["unequal"]) == ([], [], [])
    assert int(str(result["compared"])) > 40_000
    assert int(str(result["heard"])) > 50


@pytest.mark.parametrize("which", ["line", "line_goodbye"])
def test_telephone_does_what_a_line_with_two_languages_does(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    result = compared(request.getfixturevalue(which), tmp_path)
    assert (result["events"], result["places"], result["unequal"]) == ([], [], [])


def test_telephone_does_what_a_line_with_four_languages_does(copied: Path, tmp_path: Path) -> None:
    add_languages(copied, ["pt-BR"])
    line = compile_line(copied, OPTIONS)
    assert len(line.flow.offered) == 4
    result = compared(line, tmp_path, every=10)
    assert (result["events"], result["places"], result["unequal"]) == ([], [], [])


def test_modules_of_the_telephone_pass_their_own_tests() -> None:
    command = ["node", "--test", *map(str, sorted(TELEPHONE.glob("*.test.mjs")))]
    result = subprocess.run(command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
