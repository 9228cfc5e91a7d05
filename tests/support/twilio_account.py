"""Twilio's REST interface in this process, with the state of one account. The real client talks to it.

It has the resources that an operator's commands use, with the field names of https://www.twilio.com/docs/iam/api and
of each resource's page. Another token gets 401; `fails` makes a part of it fail; with `frozen` it accepts a change and
keeps the old value.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from twilio.http import HttpClient
from twilio.http.response import Response

SID = "AC" + "5" * 32
TOKEN = "c0ffee" + "0" * 25 + "1"
"""The canary: if it is ever printed, a test fails."""
LINE_NUMBER = "+12025550123"
BUSINESS = "Primary Customer Profile of type Business"
SHAKEN_STIR = "RN7a97559effdf62d00f4298208492a5ea"
WIRING = (
    "voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method", "status_callback",
    "status_callback_method",
)  # fmt: skip
Params = Mapping[str, Any]


def a_number(number: str = LINE_NUMBER, sid: str = "PN" + "1" * 32, **more: Any) -> dict[str, Any]:
    """A number as a new one is: it asks Twilio's demonstration."""
    return {
        "sid": sid, "phone_number": number, "account_sid": SID, "friendly_name": number,
        "voice_url": "https://demo.twilio.com/welcome/voice/", "voice_method": "GET",
        "voice_fallback_url": "", "voice_fallback_method": "POST",
        "status_callback": "https://old.example.org/told", "status_callback_method": "POST",
        "voice_application_sid": "", "trunk_sid": None, "voice_receive_mode": "voice", "voice_caller_id_lookup": False,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False}, "status": "in-use",
    } | more  # fmt: skip


class Exchange(NamedTuple):
    """A request, by its method, its address without https:// and its parameters, and the JSON of the answer."""

    method: str
    address: str
    parameters: Params
    answer: Any


class TwilioApi(HttpClient):
    """The far end of the client. Every request is kept in `asked`; `exchanges` has the answers too."""

    def __init__(self) -> None:
        super().__init__(logging.getLogger("twilio"), False, None)
        self.asked: list[tuple[str, str]] = []
        self.exchanges: list[Exchange] = []
        self.fails: dict[str, int | Exception | str] = {}
        self.frozen = False
        self.sent: Params = {}
        """The fields of the last change of a number."""
        self.account: dict[str, Any] = {"sid": SID, "owner_account_sid": SID, "status": "active", "type": "Full"}
        self.numbers = [a_number()]
        self.recording: dict[str, Any] | None = None
        self.countries = [self.country("US"), self.country("CA"), self.country("FR", low=False)]
        self.profiles: list[dict[str, Any]] = [{"sid": "BU1", "status": "twilio-approved", "policy_sid": "RN1"}]
        self.policies = {"RN1": BUSINESS}
        self.trust_products: list[dict[str, Any]] = [
            {"sid": "BU2", "status": "twilio-approved", "policy_sid": SHAKEN_STIR}
        ]
        self.attested = ["PN" + "1" * 32]
        """The numbers that are assigned to each trust product."""
        self.alerts: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []

    @staticmethod
    def country(code: str, low: bool = True, risky: bool = False) -> dict[str, Any]:
        return {
            "iso_code": code, "low_risk_numbers_enabled": low, "high_risk_special_numbers_enabled": risky,
            "high_risk_tollfraud_numbers_enabled": False,
        }  # fmt: skip

    @property
    def changes(self) -> int:
        return sum(method == "POST" for method, _ in self.asked)

    def request(
        self,
        method: str,
        uri: str,
        params: Params | None = None,
        data: Params | None = None,
        headers: Any = None,
        auth: Any = None,
        timeout: Any = None,
        allow_redirects: bool = False,
    ) -> Response:
        self.asked.append((method, uri))
        parts = urlsplit(uri)
        for part, fault in self.fails.items():
            if part in uri:
                return _fails(fault)
        if auth != (SID, TOKEN):
            return _answer(401, {"code": 20003, "message": "Authenticate", "status": 401})
        asked = dict(parse_qsl(parts.query)) | dict(params or {})
        for pattern, handle in self._routes().items():
            if found := re.fullmatch(pattern, f"{method} {parts.netloc}{parts.path}"):
                sent = asked if method == "GET" else dict(data or {})
                answer = handle(*found.groups(), sent)
                self.exchanges.append(Exchange(method, parts.netloc + parts.path, sent, json.loads(answer.content)))
                return answer
        return _missing()

    def _routes(self) -> dict[str, Callable[..., Response]]:
        api = rf"api\.twilio\.com/2010-04-01/Accounts/{SID}"
        return {
            rf"GET {api}\.json": lambda _: _answer(200, self.account),
            rf"GET {api}/IncomingPhoneNumbers\.json": self._list_numbers,
            rf"GET {api}/IncomingPhoneNumbers/(PN\w+)\.json": self._fetch_number,
            rf"POST {api}/IncomingPhoneNumbers/(PN\w+)\.json": self._update_number,
            rf"GET {api}/Calls\.json": self._list_calls,
            r"GET voice\.twilio\.com/v2/AccountDefaultConfiguration/Recording": self._fetch_recording,
            r"GET voice\.twilio\.com/v1/DialingPermissions/Countries": lambda _: _page("content", self.countries),
            r"GET trusthub\.twilio\.com/v1/CustomerProfiles": lambda _: _page("results", self.profiles),
            r"GET trusthub\.twilio\.com/v1/Policies/(\w+)": self._fetch_policy,
            r"GET trusthub\.twilio\.com/v1/TrustProducts": self._list_trust_products,
            r"GET trusthub\.twilio\.com/v1/TrustProducts/(\w+)/ChannelEndpointAssignments": self._list_assignments,
            r"GET monitor\.twilio\.com/v1/Alerts": lambda _: _page("alerts", self.alerts),
        }

    def _list_numbers(self, asked: Params) -> Response:
        wanted = asked.get("PhoneNumber", "")
        found = [one for one in self.numbers if wanted in one["phone_number"]]
        return _answer(200, {"incoming_phone_numbers": found, "page": 0, "next_page_uri": None})

    def _fetch_number(self, sid: str, _: Params) -> Response:
        return next((_answer(200, one) for one in self.numbers if one["sid"] == sid), None) or _missing()

    def _update_number(self, sid: str, sent: Params) -> Response:
        self.sent = sent
        one = next(one for one in self.numbers if one["sid"] == sid)
        fields = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower(): value for name, value in sent.items()}
        assert set(fields) <= set(WIRING), f"a number has no {set(fields) - set(WIRING)}"
        if not self.frozen:
            one.update(fields)
        return _answer(200, one)

    def _list_calls(self, asked: Params) -> Response:
        """Calls by number and by day, as Twilio filters them, in pages of two."""
        first, after = int(asked.get("Page", 0)) * 2, parsedate_to_datetime
        days = (asked["StartTime>"][:10], asked["StartTime<"][:10])
        found = [
            one for one in self.calls
            if asked.get("To", one["to"]) == one["to"] and asked.get("From", one["from"]) == one["from"]
            and days[0] <= f"{after(one['start_time']):%Y-%m-%d}" < days[1]
        ]  # fmt: skip
        query = urlencode({**asked, "Page": first // 2 + 1})
        more = f"/2010-04-01/Accounts/{SID}/Calls.json?{query}" if found[first + 2 :] else None
        return _answer(200, {"calls": found[first : first + 2], "page": first // 2, "next_page_uri": more})

    def _fetch_recording(self, _: Params) -> Response:
        return _answer(200, self.recording) if self.recording else _missing()

    def _list_trust_products(self, asked: Params) -> Response:
        return _page("results", [row for row in self.trust_products if row["policy_sid"] == asked["PolicySid"]])

    def _list_assignments(self, sid: str, asked: Params) -> Response:
        assert any(row["sid"] == sid for row in self.trust_products)
        found = [number for number in self.attested if number == asked["ChannelEndpointSid"]]
        rows = [{"sid": "RA1", "channel_endpoint_sid": one, "channel_endpoint_type": "phone-number"} for one in found]
        return _page("results", rows)

    def _fetch_policy(self, sid: str, _: Params) -> Response:
        return _answer(200, {"sid": sid, "friendly_name": self.policies[sid]})


def _answer(status: int, told: Any) -> Response:
    return Response(status, json.dumps(told))


def _page(key: str, rows: list[dict[str, Any]]) -> Response:
    return _answer(200, {key: rows, "meta": {"key": key, "next_page_url": None, "page": 0, "page_size": 50}})


def _missing() -> Response:
    return _answer(404, {"code": 20404, "message": "not found", "status": 404})


def _fails(fault: int | Exception | str) -> Response:
    if isinstance(fault, Exception):
        raise fault
    if isinstance(fault, str):
        return Response(200, fault)
    return _answer(fault, {"code": 20000 + fault, "message": f"no {TOKEN}", "status": fault})
