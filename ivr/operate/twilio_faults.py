"""Turns every fault of a request to Twilio's REST API into a sentence without a secret."""

from collections.abc import Iterator
from contextlib import contextmanager

from twilio.base.exceptions import TwilioException

from ivr.errors import NoAnswer, OperationFailed, TokenRejected
from ivr.operate.cause import Cause

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
    "server.\n"
    "Restart the line.",
    "perhaps fallback",
)
_TRY_AGAIN = "See https://status.twilio.com, then try again."
_NOT_TWILIO = "The answer to a request for {} is not Twilio's. Does a proxy answer in place of Twilio?"


@contextmanager
def requesting(resource: str, verb: str = "does not give") -> Iterator[None]:
    """Raise OperationFailed for every fault of a request for `resource`; a refusal reads "Twilio `verb` `resource`"."""
    try:
        yield
    except TwilioException as error:
        raise _failure(resource, verb, error) from None
    except OSError as error:
        timed_out = "Timeout" in type(error).__name__
        why = f"did not answer within {TWILIO_TIMEOUT:.0f} seconds" if timed_out else "cannot be reached from here"
        raise NoAnswer(f"Twilio {why}: the request for {resource} failed. {_TRY_AGAIN}") from None
    except (ValueError, KeyError, AttributeError, TypeError):
        raise NoAnswer(_NOT_TWILIO.format(resource)) from None


def _failure(resource: str, verb: str, error: Exception) -> OperationFailed:
    reply = error.args[1] if len(error.args) > 1 else None
    status, code = getattr(error, "status", None) or getattr(reply, "status_code", None), getattr(error, "code", None)
    match status:
        case None:
            return NoAnswer(_NOT_TWILIO.format(resource))
        case 401:
            return TokenRejected(str(UNKNOWN_TOKEN))
        case 429:
            return NoAnswer("Twilio gets too many requests at once: wait a minute, then try again.")
        case int() if status >= 500:
            return NoAnswer(
                f"Twilio does not answer: the request for {resource} met a fault (status {status}). {_TRY_AGAIN}"
            )
        case 403:
            why = "the token has no permission for it"
        case 404:
            why = "the account does not have it"
        case _:
            has_page = isinstance(code, int) and code >= MIN_ERROR_CODE
            why = f"status {status}" + (f", https://www.twilio.com/docs/api/errors/{code}" if has_page else "")
    return OperationFailed(f"Twilio {verb} {resource}: {why}.")
