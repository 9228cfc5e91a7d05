"""The simulated Twilio, and our requests to it, agree with Twilio's own description of its API (twilio_api.toml)."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.external import World
from support.twilio_account import Exchange

from ivr.operate.account import Account, Webhooks
from ivr.operate.doctor.check import Target
from ivr.operate.doctor.run import ALL_CHECKS, run_checks
from ivr.operate.number_webhooks import set_webhooks

API: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "twilio_api.toml").read_text("utf-8"))["request"]
TYPES = {"strings": str, "booleans": bool, "integers": int, "objects": dict, "arrays": list}
NOT_DESCRIBED = "voice.twilio.com/v2/AccountDefaultConfiguration/Recording"


@pytest.fixture(scope="module")
def exchanges(tiny: Path) -> list[Exchange]:
    """Every request of the doctor and of a change of the number, with its answer."""
    world = World(tiny)
    world.twilio.alerts.append(
        {"error_code": "11200", "log_level": "error", "request_url": "", "date_generated": "2026-12-04T13:00:00Z"}
    )
    account = Account(world.settings, world.twilio)
    at_twilio = {name: check for name, check in ALL_CHECKS.items() if "account" in check.needs}
    list(run_checks(Target(world.settings, world.outside(), world.ready), at_twilio))
    number = account.numbers(world.settings.line_number)[0]
    urls = [f"https://{host}.example.org" for host in ("voice", "fallback", "status")]
    set_webhooks(account, number, Webhooks(urls[0], "GET", urls[1], "GET", urls[2], "GET"))
    return [exchange for exchange in world.twilio.exchanges if exchange.address != NOT_DESCRIBED]


def described(exchange: Exchange) -> Mapping[str, Any]:
    """The description of the request."""
    for request in API:
        pattern = re.sub(r"\\{\w+\\}", "[A-Za-z0-9]+", re.escape(request["address"]))
        if request["method"] == exchange.method and re.fullmatch(pattern, exchange.address):
            return request
    raise AssertionError(f"Twilio describes no {exchange.method} {exchange.address}")


def test_every_request_has_an_address_and_parameters_that_twilio_describes(exchanges: list[Exchange]) -> None:
    for exchange in exchanges:
        assert set(exchange.parameters) <= set(described(exchange).get("parameters", ())), exchange.address
    assert {id(described(exchange)) for exchange in exchanges} == set(map(id, API)), "a description that nothing uses"


def test_every_answer_has_fields_of_the_types_that_twilio_describes(exchanges: list[Exchange]) -> None:
    for exchange in exchanges:
        request = described(exchange)
        types = {field: TYPES[name] for name in TYPES for field in request.get(name, ())}
        for row in exchange.answer[request["rows"]] if "rows" in request else [exchange.answer]:
            for field, value in row.items():
                assert field in types, f"{exchange.address}: {field}"
                assert value is None or isinstance(value, types[field]), f"{exchange.address}: {field}"
