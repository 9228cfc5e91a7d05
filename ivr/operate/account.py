"""A Twilio account, through Twilio's REST API. Every failure is a sentence without a secret.

Twilio's client is imported when a command first needs it, because the import is slow.
https://www.twilio.com/docs/iam/api, https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from ivr.errors import BadSettings, OperationFailed
from ivr.settings import Settings

if TYPE_CHECKING:
    from twilio.http import HttpClient
    from twilio.rest import Client

TWILIO_TIMEOUT = 10.0
"""Seconds to wait for each response of Twilio."""
_NOT_TWILIO = "The answer is not Twilio's: asked for {}. Does a proxy answer in its place?"


class Webhooks(NamedTuple):
    """The addresses that Twilio requests for a number: for a call, if that fails, and when a call has ended."""

    voice_url: str = ""
    voice_method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_url: str = ""
    status_method: str = "POST"


class Number(NamedTuple):
    """A telephone number of the account. While `application` or `trunk` is set, Twilio ignores `webhooks`.

    `sid` is such as "PN…", `number` such as "+12025550123".
    """

    sid: str
    number: str
    webhooks: Webhooks
    application: str
    trunk: str


class AccountStatus(NamedTuple):
    """`kind` is "Trial" or "Full"; `status` is "active", "suspended" or "closed"."""

    kind: str
    status: str
    is_subaccount: bool


class Profile(NamedTuple):
    """A customer profile. `policy` is Twilio's name for its kind: "Primary Customer Profile of type Business"."""

    approved: bool
    policy: str


class Country(NamedTuple):
    """A country that may be dialled, such as "US". `risky`: premium-rate or fraud-prone numbers are allowed too."""

    code: str
    risky: bool


class Alert(NamedTuple):
    """An entry of Twilio's debugger, without its text, which may name a caller."""

    code: str
    level: str
    address: str
    when: datetime | None


@dataclass(frozen=True)
class Account:
    """The account of the settings. Its methods raise OperationFailed if Twilio does not answer or refuses."""

    client: "Client"
    sid: str

    @classmethod
    def of(cls, settings: Settings, transport: "Callable[[], HttpClient] | None" = None) -> Self:
        """The account of `settings`. Raises BadSettings if its SID or token is missing."""
        if not settings.twilio_account_sid or not settings.tokens:
            raise BadSettings("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN must both be set to use Twilio's API.")
        if settings.uses_test_token:
            raise BadSettings("TWILIO_AUTH_TOKEN is one that `make setup` made up: Twilio does not know it.")
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        http_client = transport() if transport else TwilioHttpClient(timeout=TWILIO_TIMEOUT)
        client = Client(settings.twilio_account_sid, settings.tokens[0], http_client=http_client)
        return cls(client, settings.twilio_account_sid)

    def status(self) -> AccountStatus:
        """The kind and the status of the account."""
        with _requesting("the account"):
            account = self.client.api.v2010.accounts(self.sid).fetch()
        is_subaccount = account.owner_account_sid not in (None, "", self.sid)
        return AccountStatus(str(account.type), str(account.status), is_subaccount)

    def numbers(self, name: str) -> list[Number]:
        """The numbers of the account that match `name`: +1 and ten digits, or a SID."""
        with _requesting("the account's telephone numbers"):
            if name.startswith("PN"):
                return [_number(self.client.incoming_phone_numbers(name).fetch())]
            return [_number(row) for row in self.client.incoming_phone_numbers.list(phone_number=name, limit=50)]

    def set_webhooks(self, number: Number, webhooks: Webhooks) -> None:
        """Set the `webhooks` of `number`, in one request: all of them or none."""
        with _requesting("the change"):
            self.client.incoming_phone_numbers(number.sid).update(
                voice_url=webhooks.voice_url,
                voice_method=webhooks.voice_method,
                voice_fallback_url=webhooks.fallback_url,
                voice_fallback_method=webhooks.fallback_method,
                status_callback=webhooks.status_url,
                status_callback_method=webhooks.status_method,
            )

    def records_by_default(self) -> bool:
        """Whether a default of the account records every call, regardless of the TwiML."""
        from twilio.base.exceptions import TwilioException

        with _requesting("the account's recording default"):
            try:
                return bool(self.client.voice.v2.recording_account_default_configuration().fetch())
            except TwilioException as error:
                if getattr(error, "status", None) == 404:
                    return False
                raise

    def countries(self) -> list[Country]:
        """The countries that the account may dial."""
        with _requesting("the voice geographic permissions"):
            rows = self.client.voice.v1.dialing_permissions.countries.list()
        return [Country(str(row.iso_code), _risky(row)) for row in rows if row.low_risk_numbers_enabled or _risky(row)]

    def profiles(self) -> list[Profile]:
        """The account's customer profiles."""
        with _requesting("the account's customer profiles"):
            rows = self.client.trusthub.v1.customer_profiles.list(limit=20)
            return [Profile(str(row.status) == "twilio-approved", self._policy(str(row.policy_sid))) for row in rows]

    def _policy(self, sid: str) -> str:
        return str(self.client.trusthub.v1.policies(sid).fetch().friendly_name or "")

    def alerts(self, since: datetime) -> list[Alert]:
        """The entries of the debugger from `since` on, the newest first."""
        with _requesting("the debugger's alerts"):
            rows = self.client.monitor.v1.alerts.list(start_date=since, limit=200)
        return [
            Alert(str(row.error_code), str(row.log_level), str(row.request_url or ""), row.date_generated)
            for row in rows
        ]

    def call_statuses(self, begin: datetime, end: datetime, to: str, sender: str = "") -> Counter[str]:
        """How many calls from `begin` until `end` to the number `to` had each status ("completed", "busy", …).

        Of those from the number `sender`, if it is given; both in E.164. Only sums are kept: a record names a caller.
        https://www.twilio.com/docs/voice/api/call-resource
        """
        from twilio.base import values

        day = timedelta(days=1)  # Twilio compares days
        with _requesting("the records of calls"):
            rows = self.client.calls.stream(
                to=to,
                from_=sender or values.unset,
                start_time_after=begin - day,
                start_time_before=end + day,
                page_size=1000,
            )
            return Counter(str(row.status) for row in rows if row.start_time and begin <= row.start_time < end)


def _number(row: Any) -> Number:
    webhooks = Webhooks(
        row.voice_url or "",
        row.voice_method or "POST",
        row.voice_fallback_url or "",
        row.voice_fallback_method or "POST",
        row.status_callback or "",
        row.status_callback_method or "POST",
    )
    return Number(row.sid, row.phone_number, webhooks, row.voice_application_sid or "", row.trunk_sid or "")


def _risky(country: Any) -> bool:
    return bool(country.high_risk_special_numbers_enabled or country.high_risk_tollfraud_numbers_enabled)


@contextmanager
def _requesting(resource: str) -> Iterator[None]:
    """Turns every fault of a request for `resource`, such as "the account", into a sentence. Raises OperationFailed."""
    from twilio.base.exceptions import TwilioException

    try:
        yield
    except TwilioException as error:
        raise OperationFailed(_sentence(resource, error)) from None
    except OSError as error:
        timed_out = "Timeout" in type(error).__name__
        why = f"did not answer within {TWILIO_TIMEOUT:.0f} seconds" if timed_out else "cannot be reached from here"
        raise OperationFailed(
            f"Twilio {why}: asked for {resource}. See https://status.twilio.com, then try again."
        ) from None
    except (ValueError, KeyError, AttributeError, TypeError):
        raise OperationFailed(_NOT_TWILIO.format(resource)) from None


def _sentence(resource: str, error: Exception) -> str:
    reply = error.args[1] if len(error.args) > 1 else None
    status = getattr(error, "status", None) or getattr(reply, "status_code", None)
    match status:
        case None:
            return _NOT_TWILIO.format(resource)
        case 401:
            why = "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN do not belong together, or the token was replaced"
        case 403:
            why = "the token has no permission for it"
        case 404:
            why = "the account has no such thing"
        case 429:
            why = "too many requests at once: wait a minute, then try again"
        case int() if status >= 500:
            why = f"a fault on Twilio's side (status {status}): see https://status.twilio.com, then try again"
        case _:
            code = getattr(error, "code", None)
            why = f"status {status}" + (f", https://www.twilio.com/docs/api/errors/{code}" if code else "")
    return f"Twilio does not give {resource}: {why}."
