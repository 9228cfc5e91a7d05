"""An account at Twilio, asked over its REST interface. Every failure is a sentence; no secret is in one.

twilio's client is imported only when it is needed: nothing that answers calls waits for it.
https://www.twilio.com/docs/iam/api, https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from ivr.errors import BadSettings, OperationFailed
from ivr.settings import Settings

if TYPE_CHECKING:
    from twilio.http import HttpClient
    from twilio.rest import Client

PATIENCE = 10.0
"""Seconds to wait for each answer of Twilio's."""


class Webhooks(NamedTuple):
    """What a number does with a call: whom it asks, whom it asks when that fails, whom it tells afterwards."""

    voice_url: str = ""
    voice_method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_url: str = ""
    status_method: str = "POST"


class Number(NamedTuple):
    """A telephone number of the account. While it has an `application` or a `trunk`, Twilio ignores its wiring."""

    sid: str
    number: str
    wiring: Webhooks
    application: str
    trunk: str


class AccountStatus(NamedTuple):
    """What kind of account it is: "Trial" or "Full"; active, suspended or closed; somebody's subaccount or not."""

    kind: str
    status: str
    sub: bool


class Profile(NamedTuple):
    """A customer profile and what Twilio calls its policy, such as "Primary Customer Profile of type Business"."""

    approved: bool
    policy: str


class Country(NamedTuple):
    """A country that may be dialled; `risky` where dear numbers or ones known for fraud may be too."""

    code: str
    risky: bool


class Alert(NamedTuple):
    """A line of the debugger: error code, level, address asked, when. Its text may hold a caller: left out."""

    code: str
    level: str
    address: str
    when: datetime | None


@dataclass(frozen=True)
class Account:
    """The account whose SID and token are in the settings. Methods raise OperationFailed if Twilio does not answer."""

    client: "Client"
    sid: str

    @classmethod
    def of(cls, settings: Settings, transport: "Callable[[], HttpClient] | None" = None) -> Self:
        """The account that `settings` name. Raises BadSettings where they name none."""
        if not settings.twilio_account_sid or not settings.tokens:
            raise BadSettings("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN must both be set to ask Twilio for anything.")
        if settings.trying_out:
            raise BadSettings("TWILIO_AUTH_TOKEN is one that `make setup` made up: Twilio does not know it.")
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        carrier = transport() if transport else TwilioHttpClient(timeout=PATIENCE)
        return cls(
            Client(settings.twilio_account_sid, settings.tokens[0], http_client=carrier), settings.twilio_account_sid
        )

    def standing(self) -> AccountStatus:
        """What kind of account it is."""
        with _asking("the account"):
            found = self.client.api.v2010.accounts(self.sid).fetch()
        return AccountStatus(str(found.type), str(found.status), found.owner_account_sid not in (None, "", self.sid))

    def numbers(self, wanted: str) -> list[Number]:
        """The numbers of the account that match `wanted`: +1 and digits, or a SID."""
        with _asking("the account's telephone numbers"):
            if wanted.startswith("PN"):
                return [_number(self.client.incoming_phone_numbers(wanted).fetch())]
            return [_number(one) for one in self.client.incoming_phone_numbers.list(phone_number=wanted, limit=50)]

    def rewire(self, number: Number, wiring: Webhooks) -> None:
        """Give `number` its `wiring`: one request, so all of it or nothing."""
        with _asking("the change"):
            self.client.incoming_phone_numbers(number.sid).update(
                voice_url=wiring.voice_url,
                voice_method=wiring.voice_method,
                voice_fallback_url=wiring.fallback_url,
                voice_fallback_method=wiring.fallback_method,
                status_callback=wiring.status_url,
                status_callback_method=wiring.status_method,
            )

    def records_by_default(self) -> bool:
        """Whether a default of the account records every call, whatever the documents say."""
        from twilio.base.exceptions import TwilioException

        with _asking("the account's recording default"):
            try:
                return bool(self.client.voice.v2.recording_account_default_configuration().fetch())
            except TwilioException as error:
                if getattr(error, "status", None) == 404:
                    return False
                raise

    def countries(self) -> list[Country]:
        """The countries that the account may dial."""
        with _asking("the voice geographic permissions"):
            found = self.client.voice.v1.dialing_permissions.countries.list()
        return [Country(str(one.iso_code), _risky(one)) for one in found if one.low_risk_numbers_enabled or _risky(one)]

    def profiles(self) -> list[Profile]:
        """The account's customer profiles."""
        with _asking("the account's customer profiles"):
            found = self.client.trusthub.v1.customer_profiles.list(limit=20)
            return [Profile(str(one.status) == "twilio-approved", self._policy(str(one.policy_sid))) for one in found]

    def _policy(self, sid: str) -> str:
        return str(self.client.trusthub.v1.policies(sid).fetch().friendly_name or "")

    def alerts(self, since: datetime) -> list[Alert]:
        """The lines of the debugger since then, the newest first."""
        with _asking("the debugger's alerts"):
            found = self.client.monitor.v1.alerts.list(start_date=since, limit=200)
        return [
            Alert(str(one.error_code), str(one.log_level), str(one.request_url or ""), one.date_generated)
            for one in found
        ]


def _number(found: Any) -> Number:
    wiring = Webhooks(
        found.voice_url or "",
        found.voice_method or "POST",
        found.voice_fallback_url or "",
        found.voice_fallback_method or "POST",
        found.status_callback or "",
        found.status_callback_method or "POST",
    )
    return Number(found.sid, found.phone_number, wiring, found.voice_application_sid or "", found.trunk_sid or "")


def _risky(country: Any) -> bool:
    return bool(country.high_risk_special_numbers_enabled or country.high_risk_tollfraud_numbers_enabled)


@contextmanager
def _asking(what: str) -> Iterator[None]:
    """Turns whatever can go wrong between here and Twilio into a sentence about `what`."""
    from twilio.base.exceptions import TwilioException

    try:
        yield
    except TwilioException as error:
        raise OperationFailed(_sentence(what, error)) from None
    except OSError as error:
        slow = "Timeout" in type(error).__name__
        why = f"Twilio did not answer within {PATIENCE:.0f} seconds" if slow else "Twilio cannot be reached from here"
        raise OperationFailed(f"{why}: asked for {what}. See https://status.twilio.com, then try again.") from None
    except (ValueError, KeyError, AttributeError, TypeError):
        raise OperationFailed(f"The answer is not Twilio's: asked for {what}. Does a proxy stand in between?") from None


def _sentence(what: str, error: Exception) -> str:
    reply = error.args[1] if len(error.args) > 1 else None
    status = getattr(error, "status", None) or getattr(reply, "status_code", None)
    match status:
        case None:
            return f"The answer is not Twilio's: asked for {what}. Does a proxy stand in between?"
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
    return f"Twilio does not give {what}: {why}."
