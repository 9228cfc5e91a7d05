"""`ivr call`: a telephone in the terminal, connected to the line in this process or, over HTTP, to a running line."""

from collections.abc import Sequence
from functools import partial

import click

from ivr import simulator
from ivr.call.urls import RING
from ivr.errors import OperationFailed, Unreachable
from ivr.line.compiler import compile_line
from ivr.operate.http_client import fetch, post_to_line
from ivr.operate.unanswered import why_not_answered
from ivr.phone import terminal
from ivr.phone.caller import Caller, ImpossibleAct
from ivr.phone.xml import InvalidTwiml
from ivr.setting_rules import line_url
from ivr.settings import Settings
from ivr.signature import Form


def call(settings: Settings, url: str | None, keys: Sequence[str] | None, outcomes: Sequence[str]) -> str:
    """Make one call and print what is heard; returns the call as a story, which tests can replay.

    `url` is a running line, None this process. `keys` are pressed in order; None asks the person at the keyboard.
    `outcomes` are how the dialled calls end, one after the other, such as ["busy", "completed"]; the last one holds
    for all that follow. Raises OperationFailed where the call cannot continue.
    """
    caller = new_caller(settings, url)
    try:
        if keys is None:
            terminal.call_by_hand(caller, input, click.echo)
        else:
            for sentence in terminal.call_with_keys(caller, keys, outcomes):
                click.echo(sentence)
    except (ImpossibleAct, InvalidTwiml) as error:
        raise OperationFailed(str(error)) from None
    return story_of(caller)


def story_of(caller: Caller) -> str:
    """The call that `caller` has made, as a story: each act ("presses 8"), then its result ("at /call/es/main")."""
    return "".join(f"{act.text}\n    {act.leads_to}\n" for act in caller.acts)


def new_caller(settings: Settings, url: str | None) -> Caller:
    """A telephone that has not rung yet: for the line in this process or, with `url`, for a running line."""
    line = compile_line(settings.ivr_content, settings.options)
    if url is None:
        return simulator.new_caller(line)
    try:
        url = line_url(url)
    except ValueError:
        raise OperationFailed(f"{url}: expected an address such as http://127.0.0.1:8000.") from None
    return simulator.new_caller(line, url + RING, partial(_post, settings, url))


def _post(settings: Settings, base_url: str, action: str, form: Form) -> bytes:
    try:
        reply = post_to_line(settings, base_url, fetch, action, form)
    except Unreachable as error:
        raise OperationFailed(f"{error}. Is the line running? Start it with `make run`.") from None
    if reply.status != 200:
        raise OperationFailed(f"{base_url}: {why_not_answered(settings, base_url, fetch, reply)}")
    return reply.body
