"""A Twilio account, through Twilio's REST API. Every failure is a sentence without a secret.

https://www.twilio.com/docs/iam/api, https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.errors import BadSettings, OperationFailed, TokenRejected, TwilioUnavailable
from ivr.operate.cause import Cause
from ivr.settings import Settings

TWILIO_TIMEOUT = 10.0
"""Seconds to wait for each response of Twilio."""
MIN_ERROR_CODE = 10_000
"""The lowest code that has a page among Twilio's errors; a lower code repeats the status of HTTP."""
UNKNOWN_TOKEN = Cause(
    "Twilio does not know this pair of TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: one of them was copied wrongly, or "
    "the token was replaced in Twilio's console.",
    "Open https://console.twilio.com, in the account (or subaccount) that has the line's number: its first page "
    "shows Account SID (AC…) and Auth Token.\n"
    "Copy them into TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN of the settings on this machine, and of those on the "
    "server.\nRestart the line.",
    "perhaps fallback",
)
_TRY_AGAIN = "See https://status.twilio.com, then try again."
_NOT_TWILIO = "The answer to a request for {} is not Twilio's. Does a proxy answer in place of Twilio?"
SHAKEN_STIR_POLICY = "RN7a97559effdf62d00f4298208492a5ea"
"""The SID of the policy of a trust product for SHAKEN/STIR, the same in every account:
https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir/shakenstir-onboarding"""


class Webhooks(NamedTuple):
    """The addresses that Twilio requests: for a call to a number, if this request fails, and when a call has ended."""

    voice_url: str = ""
    voice_method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_url: str = ""
    status_method: str = "POST"


class TwilioNumber(NamedTuple):
    """A telephone number of the account: `sid` is like "PN…", `number` like "+12025550123".

    `overridden_by` is the setting because of which Twilio ignores `webhooks`: "TwiML app" or "SIP trunk", or "".
    `takes_calls`: the number can receive voice calls, and not only text messages or fax. `looks_up_names`: Twilio buys
    the name of each caller and sends the name with the request.
    """

    sid: str
    number: str
    webhooks: Webhooks
    overridden_by: str
    takes_calls: bool
    looks_up_names: bool


class AccountStatus(NamedTuple):
    """`kind` is "Trial" or "Full"; `status` is "active", "suspended" or "closed"."""

    kind: str
    status: str
    is_subaccount: bool


class Alert(NamedTuple):
    """An error or a warning of Twilio's debugger, without its text, which may name a caller.

    `mentions` are the searched words, such as names of voices, that its text contains.
    """

    code: int
    address: str
    when: datetime | None
    mentions: Collection[str]


class Account:
    """The account of the settings. Its methods raise OperationFailed if Twilio does not answer or refuses."""

    def __init__(self, settings: Settings, transport: HttpClient | None = None) -> None:
        """Raises BadSettings if the SID or the token is missing. `transport` replaces the HTTP client of Twilio."""
        if not settings.twilio_account_sid or not settings.tokens:
            raise BadSettings("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN must both be set to use Twilio's API.")
        if settings.is_test_line:
            raise BadSettings("TWILIO_AUTH_TOKEN is one that `make setup` made up: Twilio does not know it.")
        http_client = transport or TwilioHttpClient(timeout=TWILIO_TIMEOUT)
        self.client = Client(settings.twilio_account_sid, settings.tokens[0], http_client=http_client)

    def status(self) -> AccountStatus:
        """The kind and the status of the account."""
        with _requesting("the account"):
            account = self.client.api.account.fetch()
        is_subaccount = account.owner_account_sid not in (None, "", self.client.account_sid)
        return AccountStatus(str(account.type), str(account.status), is_subaccount)

    def numbers(self, number_or_sid: str) -> list[TwilioNumber]:
        """The numbers of the account that match +1 and ten digits, or a SID."""
        with _requesting("the account's telephone numbers"):
            if number_or_sid.startswith("PN"):
                return [_number(self.client.incoming_phone_numbers(number_or_sid).fetch())]
            return [
                _number(row) for row in self.client.incoming_phone_numbers.list(phone_number=number_or_sid, limit=50)
            ]

    def set_webhooks(self, number: TwilioNumber, webhooks: Webhooks) -> None:
        """Set the `webhooks` of `number` that differ from its present ones, in one request: all of them or none."""
        rows = zip(_WEBHOOK_FIELDS, number.webhooks, webhooks, strict=True)
        changed: dict[str, Any] = {field: new for field, old, new in rows if new != old}
        with _requesting("the change", verb="refuses"):
            self.client.incoming_phone_numbers(number.sid).update(**changed)

    def records_by_default(self) -> bool:
        """Whether a default of the account records every call, regardless of the TwiML."""
        with _requesting("the account's recording default"):
            try:
                return bool(self.client.voice.v2.recording_account_default_configuration().fetch())
            except TwilioRestException as error:
                if error.status == 404:
                    return False
                raise

    def countries(self) -> dict[str, bool]:
        """The countries that the account may dial, such as "US", and whether it may dial high-risk numbers there."""
        with _requesting("the voice geographic permissions"):
            rows = self.client.voice.v1.dialing_permissions.countries.list()
        return {str(row.iso_code): _risky(row) for row in rows if row.low_risk_numbers_enabled or _risky(row)}

    def approved_profiles(self) -> list[str]:
        """The kinds of the approved customer profiles, such as "Primary Customer Profile of type Business"."""
        with _requesting("the account's customer profiles"):
            trusthub = self.client.trusthub.v1
            profiles = trusthub.customer_profiles.list(limit=20)
            policies = [str(row.policy_sid) for row in profiles if str(row.status) == "twilio-approved"]
            return [trusthub.policies(policy).fetch().friendly_name or "" for policy in policies]

    def is_attested(self, number: TwilioNumber) -> bool:
        """Whether `number` is assigned to an approved trust product for SHAKEN/STIR."""
        with _requesting("the account's trust products"):
            for row in self.client.trusthub.v1.trust_products.list(policy_sid=SHAKEN_STIR_POLICY, limit=20):
                assigned = row.trust_products_channel_endpoint_assignment
                if str(row.status) == "twilio-approved" and assigned.list(channel_endpoint_sid=number.sid, limit=1):
                    return True
        return False

    def alerts(self, since: datetime, words: Collection[str]) -> list[Alert]:
        """The errors and warnings from `since` on, the newest first; `words` are searched for in their texts."""
        with _requesting("the debugger's alerts"):
            rows = self.client.monitor.v1.alerts.list(start_date=since, limit=200)
        return [_alert(row, words) for row in rows if str(row.log_level) in ("error", "warning")]

    def call_statuses(self, begin: datetime, end: datetime, to: str, sender: str = "") -> Counter[str]:
        """How many calls from `begin` until `end` to the number `to` had each status ("completed", "busy", …).

        With `sender`, only calls from this number. Both are in E.164. Only sums are kept: a record names a caller.
        https://www.twilio.com/docs/voice/api/call-resource
        """
        first, last = begin - timedelta(days=1), end + timedelta(days=1)  # Twilio compares days
        with _requesting("the records of calls"):
            rows = self.client.calls.stream(
                to=to, from_=sender or values.unset, start_time_after=first, start_time_before=last, page_size=1000
            )
            return Counter(str(row.status) for row in rows if row.start_time and begin <= row.start_time < end)


_WEBHOOK_FIELDS = (
    "voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method", "status_callback",
    "status_callback_method",
)  # fmt: skip
"""The names that Twilio gives to the fields of Webhooks, in the same order."""


def _number(row: Any) -> TwilioNumber:
    """A number from Twilio's row: https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource"""
    fields = ((field, getattr(row, field)) for field in _WEBHOOK_FIELDS)
    webhooks = Webhooks(*(value or ("POST" if field.endswith("method") else "") for field, value in fields))
    return TwilioNumber(
        row.sid,
        row.phone_number,
        webhooks,
        "TwiML app" if row.voice_application_sid else "SIP trunk" if row.trunk_sid else "",
        bool((row.capabilities or {}).get("voice", True)) and str(row.voice_receive_mode or "voice") != "fax",
        bool(row.voice_caller_id_lookup),
    )


def _alert(row: Any, words: Collection[str]) -> Alert:
    code, text = str(row.error_code), str(row.alert_text or "")
    mentions = {word for word in words if word in text}
    return Alert(int(code) if code.isdecimal() else 0, str(row.request_url or ""), row.date_generated, mentions)


def _risky(country: Any) -> bool:
    return bool(country.high_risk_special_numbers_enabled or country.high_risk_tollfraud_numbers_enabled)


@contextmanager
def _requesting(resource: str, verb: str = "does not give") -> Iterator[None]:
    """Raise OperationFailed for every fault of a request for `resource`; a refusal reads "Twilio `verb` `resource`"."""
    try:
        yield
    except TwilioException as error:
        raise _failure(resource, verb, error) from None
    except OSError as error:
        timed_out = "Timeout" in type(error).__name__
        why = f"did not answer within {TWILIO_TIMEOUT:.0f} seconds" if timed_out else "cannot be reached from here"
        raise TwilioUnavailable(f"Twilio {why}: the request for {resource} failed. {_TRY_AGAIN}") from None
    except (ValueError, KeyError, AttributeError, TypeError):
        raise TwilioUnavailable(_NOT_TWILIO.format(resource)) from None


def _failure(resource: str, verb: str, error: Exception) -> OperationFailed:
    # For a list, twilio raises TwilioException(message, response).
    reply = error.args[1] if len(error.args) > 1 else None
    status = getattr(error, "status", None) or getattr(reply, "status_code", None)
    match status:
        case None:
            return TwilioUnavailable(_NOT_TWILIO.format(resource))
        case 401:
            return TokenRejected(str(UNKNOWN_TOKEN))
        case 429:
            return TwilioUnavailable("Twilio gets too many requests at once: wait a minute, then try again.")
        case int() if status >= 500:
            return TwilioUnavailable(
                f"Twilio does not answer: the request for {resource} met a fault (status {status}). {_TRY_AGAIN}"
            )
        case 403:
            why = "the token has no permission for it"
        case 404:
            why = "the account does not have it"
        case _:
            code = getattr(error, "code", None)
            has_page = isinstance(code, int) and code >= MIN_ERROR_CODE
            why = f"status {status}" + (f", https://www.twilio.com/docs/api/errors/{code}" if has_page else "")
    return OperationFailed(f"Twilio {verb} {resource}: {why}.")
