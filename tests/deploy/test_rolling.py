"""A rolling update: two releases behind one router that sends requests to either at random, and back. No call is lost.

Release N is the toy line. Release N+1 is a copy in which a topic has another name and a third language is spoken. Fifty
calls are under way at any time, so most calls begin on one release and end on the other.
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import polib
import pytest
from support.options import OPTIONS
from support.signed_calls import BASE, TOKEN, settings_for
from support.third_language import add_lulu

from ivr.call.urls import OUTCOME, address_in
from ivr.check.proofs import prove
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.phone.caller import Caller
from ivr.phone.webhook_form import OUTCOMES
from ivr.readiness import readiness_of
from ivr.server.app import make_app
from ivr.server.webhook import Webhook
from ivr.signature import Form, sign
from ivr.translate.update import po_path

CALLS, AT_ONCE = 500, 50
KEYS = "111222378889*#-"
"""Keys that callers press before they ask for a person; - is silence."""


class Release(NamedTuple):
    """One release: its name, its line, its application."""

    name: str
    line: Line
    app: Webhook


class Answered(NamedTuple):
    """One request of one call: which release answered, in which language the address was, in which the answer is."""

    release: str
    asked: str
    key: str
    language: str
    lost: bool


def renamed(root: Path) -> None:
    """Rename the topic "tea" as an editor does: in the flow, the text and the catalogue."""
    for path in [root / "prompts" / "flow.toml", *root.glob("prompts/*.txt")]:
        text = path.read_text("utf-8")
        path.write_text(re.sub(r'"tea"|\[tea\]|press\.tea', lambda one: one[0].replace("tea", "brew"), text), "utf-8")
    (root / "prompts" / "tea.txt").rename(root / "prompts" / "brew.txt")
    catalogue = polib.pofile(str(po_path(root, "es")))
    for entry in catalogue:
        entry.msgctxt = "brew" if entry.msgctxt == "tea" else entry.msgctxt
    catalogue.save()


def release(name: str, root: Path) -> Release:
    settings = settings_for(root)
    ready = readiness_of(settings)
    assert ready.ready, ready.faults
    assert ready.line
    assert not ready.line.content.faults
    return Release(name, ready.line, make_app(settings, ready))


@pytest.fixture
def releases(tiny: Path, copied: Path) -> tuple[Release, Release]:
    renamed(copied)
    add_lulu(copied)
    old, new = release("N", tiny), release("N+1", copied)
    assert "brew" in new.line.flow.nodes
    assert "tea" not in new.line.flow.nodes
    assert prove(compile_line(copied, OPTIONS)) == ()
    return old, new


class Router:
    """A router in front of both releases: `share` of the requests go to the new one, at random."""

    def __init__(self, old: Release, new: Release, chance: random.Random) -> None:
        self.old, self.new, self.share = old, new, 0.0
        self.answers: list[Answered] = []
        self._chance = chance
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        self._loop.close()

    def post(self, address: str, form: Form) -> bytes:
        """One request, signed as Twilio signs it, to one of the releases. An answer other than 200 fails the test."""
        asked = self.new if self._chance.random() < self.share else self.old
        path = address_in(BASE, address)
        status, body = self._loop.run_until_complete(_ask(asked.app, path, address, form))
        assert status == 200
        answer = asked.line.respond(path, form)
        assert answer.body == body
        key = next((value for name, value in form if name == "Digits"), "")
        self.answers.append(
            Answered(asked.name, _language(path), key, answer.place.locale, type(answer.event).__name__ == "Outdated")
        )
        return body


def _language(path: str) -> str:
    return [*path.split("/"), "", ""][2]


async def _ask(app: Webhook, path: str, address: str, form: Form) -> tuple[int, bytes]:
    body, sent = urlencode(list(form)).encode(), list[dict[str, Any]]()
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"x-twilio-signature", sign(TOKEN, address, form).encode())],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return int(sent[0]["status"]), bytes(sent[1]["body"])


def one_call(caller: Caller, router: Router, chance: random.Random) -> Iterator[None]:
    """A call, act by act: keys and silence, then a person, who is reached or not; then once more, and the end."""
    caller.rings()
    yield
    for _ in range(2):
        for key in chance.choices(KEYS, k=chance.randint(1, 8)):
            if caller.state == "ended":
                return
            if caller.state == "dialling":
                caller.dial_ends(chance.choice(list(OUTCOMES)))
            elif key == "-":
                caller.waits()
            else:
                before = len(caller.heard)
                caller.presses(key)
                yield
                if caller.state == "listening":
                    caller.hears_out()
                    _is_heard(caller, router, before)
            yield
        if caller.state == "listening":
            dialled = len(caller.dialled)
            caller.presses("0")
            assert (caller.state, len(caller.dialled)) == ("dialling", dialled + 1), "key 0 reaches a person, always"
            yield
            caller.dial_ends(chance.choice(list(OUTCOMES)))
            yield
    if caller.state == "listening":
        caller.hangs_up()


def _is_heard(caller: Caller, router: Router, before: int) -> None:
    """A document speaks the language of its place."""
    gather = caller.gather
    assert gather
    place = _language(gather.action.removeprefix(BASE))
    spoken = {router.new.line.content.locales[place].language}
    assert spoken & {one.language for one in caller.heard[before:]}


def test_rolling_update_loses_no_call(releases: tuple[Release, Release]) -> None:
    chance = random.Random(20261124)
    router = Router(*releases, chance)
    callers = [Caller(router.post, f"{BASE}/call") for _ in range(CALLS)]
    waiting = [(one, one_call(one, router, chance)) for one in callers]
    under_way: list[tuple[Caller, Iterator[None]]] = []
    ended: list[Caller] = []
    while waiting or under_way:
        while waiting and len(under_way) < AT_ONCE:
            under_way.append(waiting.pop())
        done = len(ended) / CALLS
        router.share = min(1.0, max(0.0, 1.5 - abs(done - 0.5) * 4))  # from 0 to all and back
        place = chance.randrange(len(under_way))
        try:
            next(under_way[place][1])
        except StopIteration:
            ended.append(under_way.pop(place)[0])
    router.close()

    assert len(ended) == CALLS
    assert {one.state for one in callers} == {"ended"}
    hotline = releases[0].line.content.facts.numbers["hotline"].dial
    assert {number for one in callers for number in one.dialled} == {hotline}
    assert all(one.dialled for one in callers)
    _each_in_its_language(router.answers, releases)


def _each_in_its_language(answers: list[Answered], releases: tuple[Release, Release]) -> None:
    published = {one.name: one.line.flow.offered for one in releases}
    met = Counter[str]()
    for one in answers:
        met[one.release] += 1
        met[f"lost on {one.release}"] += one.lost
        if one.asked and one.asked not in published[one.release]:
            met["unknown language"] += 1
            assert one.language in ("en", "es"), "a language that the old release does not speak is answered in English"
        elif one.asked and one.key not in ("8", "1", "2"):  # 8, and the choices of the language menu, change it
            assert one.language == one.asked
        met[one.language] += 1
    assert min(met["N"], met["N+1"]) > 1000
    assert min(met["lost on N"], met["lost on N+1"]) > 10, "the renamed topic was met on both ways"
    assert min(met["en"], met["es"], met["art-lulu"], met["unknown language"]) > 10, met


def test_choice_keeps_the_language_on_either_release(releases: tuple[Release, Release]) -> None:
    """In the language menu, and only there, a number chooses a language."""
    for one in releases:
        for place in one.line.paths:
            if place.node != "languages":
                for key in "12345":
                    address = f"/call/{place.locale}/{place.node}"
                    assert one.line.respond(address, [("Digits", key)]).place.locale == place.locale


def test_each_release_answers_the_addresses_of_the_other(releases: tuple[Release, Release]) -> None:
    from ivr.call.urls import address_of

    for mine, other in (releases, releases[::-1]):
        for place in mine.line.paths:
            for key in "0189*#":
                answer = other.line.respond(address_of(place), [("Digits", key)])
                spoken = place.locale if place.locale in other.line.flow.offered else "en"
                assert key == "8" or place.node == "languages" or answer.place.locale == spoken
                assert key != "0" or answer.place.node == "connect"
                assert key != "9" or answer.place.node == "reminder"
            outcome = other.line.respond(address_of(place) + OUTCOME, [("DialCallStatus", "busy")])
            assert outcome.place.node == "not_connected"
