"""Twenty states of a line, each with one thing wrong, for `ivr doctor`: the cause as data, planted in a World.

`tests/operate/write_doctor_output.py` writes the doctor's output for each of them, for a reader who shall mend the
line with that output alone; `mended_by` is the answer.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.external import PUBLIC, Host, World, app, app_host, operator, reply

from ivr.errors import Unreachable
from ivr.operate.http_client import Reply
from ivr.signature import Form

HOST = "line.example.org"
Plant = Callable[[World], object]


@dataclass(frozen=True)
class State:
    """One thing that is wrong: `check` finds it, and `mended_by` is what an operator has to do.

    `settings` are those of this machine and of the line; `plant` changes the world around them.
    """

    name: str
    check: str
    mended_by: str
    plant: Plant = lambda world: None
    settings: Mapping[str, Any] | None = None

    def world(self, root: Path) -> World:
        """A world in this state, with the content below `root`."""
        world = World(root, **(self.settings or {}))
        self.plant(world)
        return world


def serves(host: Host) -> Plant:
    """The public address is answered by `host`."""
    return lambda world: world.hosts.update({HOST: host})


def server_has(**settings: Any) -> Plant:
    """The line runs with other settings than the ones of this machine."""
    return lambda world: world.hosts.update({HOST: app_host(app(operator(world.settings.ivr_content, **settings)))})


def proxy(change: Callable[[Form | None, dict[str, str]], tuple[Form | None, dict[str, str]]]) -> Plant:
    """A proxy in front of the line changes the fields and the headers of each request."""

    def plant(world: World) -> None:
        inner = world.hosts[HOST]
        world.hosts[HOST] = lambda url, form, headers: inner(url, *change(form, dict(headers)))

    return plant


def number_has(**fields: Any) -> Plant:
    """The number at Twilio has other `fields`."""
    return lambda world: world.twilio.numbers[0].update(fields)


def alerts(code: str, level: str, times: int = 1, url: str = f"{PUBLIC}/call") -> Plant:
    """Twilio's debugger has an entry, so many times."""
    entry = {"error_code": code, "log_level": level, "request_url": url, "date_generated": "2026-12-05T08:00:00Z"}
    return lambda world: world.twilio.alerts.extend([entry | {"alert_text": "+12025550100"}] * times)


def certificate_is(fault: Unreachable) -> Plant:
    return lambda world: setattr(world, "certificate", fault)


def spanish_is_broken_there(world: World) -> None:
    """The line runs with a copy of the content whose Spanish catalogue cannot be read."""
    there = world.settings.ivr_content.parent / "there"
    if not there.exists():
        for folder in ("prompts", "locales"):
            shutil.copytree(world.settings.ivr_content / folder, there / folder)
        (there / "locales/es/LC_MESSAGES/messages.po").write_text("<<<<<<< HEAD\n", "utf-8")
    world.hosts[HOST] = app_host(app(operator(there)))


def closes(*_: object) -> Reply:
    raise Unreachable(f"{PUBLIC}/call accepts the connection and closes it without an answer", "closed")


def wall(*_: object) -> Reply:
    return reply(403, b"<h1>Checking your browser</h1>", **{"content-type": "text/html"})


def welcome(*_: object) -> Reply:
    return reply(200, b"<!DOCTYPE html><title>Welcome to nginx!</title>", **{"content-type": "text/html"})


STATES = (
    State(
        "token_replaced", "account", "copy the SID and the token from Twilio's console into the settings, restart",
        lambda world: world.twilio.fails.update({"twilio.com": 401}),
    ),
    State(
        "account_suspended", "account", "see Twilio's console, Billing",
        lambda world: world.twilio.account.update(status="suspended"),
    ),
    State(
        "united_states_not_allowed", "countries", "allow the United States under Voice > Geo permissions",
        lambda world: world.twilio.countries.pop(0),
    ),
    State("name_not_in_dns", "address", "add the name to DNS, or correct PUBLIC_URL", certificate_is(
        Unreachable(f"{HOST}:443 has no address: the name does not exist in DNS", "name"))),
    State("certificate_expired", "address", "renew the certificate", certificate_is(
        Unreachable(f"{HOST}:443 offers a certificate that has expired", "expired"))),
    State("proxy_closes_connection", "signed call", "let the proxy or firewall pass requests on", serves(closes)),
    State("protection_against_bots", "signed call", "exempt /call from the protection against bots", serves(wall)),
    State("another_server_answers", "signed call", "let the proxy pass requests on to the line", serves(welcome)),
    State(
        "another_public_url", "signed call", "set PUBLIC_URL of the line to what Twilio calls, restart",
        server_has(public_url="https://www.example.org/help"),
    ),
    State(
        "another_token_there", "signed call", "copy the token from Twilio's console into the line's settings, restart",
        server_has(twilio_auth_token="f" * 32),
    ),
    State("signature_removed", "signed call", "let the proxy pass X-Twilio-Signature on", proxy(
        lambda form, headers: (form, {k: v for k, v in headers.items() if k != "X-Twilio-Signature"}))),
    State("body_dropped", "signed call", "let the proxy pass the body on", proxy(
        lambda form, headers: (None if form is None else (), headers))),
    State(
        "another_setting_there", "signed call", "bring IVR_SILENCE there and here together, restart",
        server_has(ivr_silence="goodbye"),
    ),
    State(
        "spanish_broken_there", "signed call", "correct the Spanish catalogue on the server, restart",
        spanish_is_broken_there,
    ),
    State("sip_trunk", "number", "take the SIP trunk off the number in the console", number_has(trunk_sid="TK1")),
    State(
        "callers_told_to_a_stranger", "number", "run `ivr number set`",
        number_has(status_callback="https://tracker.example.com/calls"),
    ),
    State(
        "twiml_bin_of_another_account", "fallback", "make the TwiML Bin in this account, and set its address",
        lambda world: world.hosts.update({"handler.twilio.com": lambda *_: reply(403)}),
    ),
    State(
        "voice_withdrawn", "debugger", "find the language whose voice it is, set another voice in its locale.toml, "
        "restart, wait two days", alerts("13511", "warning", 50),
    ),
    State(
        "transfers_refused", "debugger", "make a test call: the settings are right, so it may be over; else ask "
        "Twilio, with the newest entry of the log",
        alerts("13214", "warning", 12),
    ),
    State(
        "database_not_running", "usage", "start the database, or correct the address in IVR_USAGE_URL; no restart of "
        "the line before that",
        settings={"ivr_usage": "", "ivr_usage_url": "postgresql://line:secret@127.0.0.1:9/usage"},
    ),
)  # fmt: skip
"""The states. Everything else is well in each of them, but for tasks of a person (TO DO)."""
