"""`ivr usage --twilio`: calls and transfers of a period, from Twilio's own records, for a line that counts nothing."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from ivr.errors import BadSettings
from ivr.line.request import DIAL_STATUSES
from ivr.operate.account import Account
from ivr.settings import Settings
from ivr.usage.layout import EVENT_LABELS
from ivr.usage.periods import period_begin, period_end, period_name
from ivr.usage.report import DIAL_CELLS, HIDDEN, SMALLEST_SHOWN, check_final

EVENTS = ("ring", "connected", "no answer", "failed")
"""The events that Twilio's records show, by their names in `EVENT_LABELS`."""
NOTES = (
    f"Numbers under {SMALLEST_SHOWN}, zero included, read {HIDDEN}. Test calls are among the calls. Days begin and end",
    "at midnight UTC. Twilio's records do not say which keys were pressed: topics and languages are not counted.",
)


def count_calls(account: Account, settings: Settings, period: str) -> Mapping[str, int]:
    """How often each of EVENTS happened in `period`. A transfer is a call of the line's number to the hotline.

    Raises BadSettings without LINE_NUMBER, OperationFailed if Twilio does not answer.
    """
    if not settings.line_number:
        raise BadSettings("LINE_NUMBER is not set: Twilio is asked for the calls to and from this number.")
    begin, end = period_begin(period), period_end(period)
    counts = Counter(ring=account.call_statuses(begin, end, to=settings.line_number).total())
    transfers = account.call_statuses(begin, end, to=settings.hotline, sender=settings.line_number)
    for status, number in transfers.items():
        counts[DIAL_CELLS[DIAL_STATUSES.get(status, "unknown")]] += number
    return counts


def report(account: Account, settings: Settings, period: str, now: datetime) -> list[str]:
    """The lines to print. Raises OperationFailed while the period may not be shown, and as `count_calls` does."""
    check_final(period, now)
    counts = count_calls(account, settings, period)
    shown = {event: str(counts[event]) if counts[event] >= SMALLEST_SHOWN else HIDDEN for event in EVENTS}
    rows = (f"  {EVENT_LABELS[event]:<56}{number:>18}" for event, number in shown.items())
    return [f"The information line, {period_name(period, period)}, by Twilio's records", "", *rows, "", *NOTES]
