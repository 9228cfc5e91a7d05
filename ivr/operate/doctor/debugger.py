"""The check of Twilio's debugger: the errors and warnings about calls, what they mean, and whether they may be over.

A row of `_MEANINGS` is the meaning of a range of codes. If all checks of its `over_if` pass now, the cause of the
errors has probably ended, and a test call decides.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ivr.content.layer import stack_of
from ivr.content.locale import Locale
from ivr.content.voices import NO_VOICE, load_voices
from ivr.operate.account import Alert
from ivr.operate.cause import EFFECTS, Effect
from ivr.operate.doctor.check import Finding, Target, fails, passes
from ivr.operate.number_webhooks import host_and_path

ALERT_PERIOD, RECENT = timedelta(days=7), timedelta(days=2)
"""How far back the debugger is read, and how recent an entry fails the check."""
_LOG = "open Monitor > Logs > Errors in Twilio's console, and the newest entry of {code}"


class _Meaning(NamedTuple):
    """The meaning of error codes from `first` to `last` for the line, and the steps, one a line.

    `line_steps` are for an error in a document of the line, `fallback_steps` for one in the fallback document.
    `over_if` are the checks that pass once the cause is mended; () if no check can know. `is_voice`: the
    steps depend on the languages.
    """

    first: int
    last: int
    sentence: str
    effect: Effect
    line_steps: str
    fallback_steps: str = ""
    over_if: tuple[str, ...] = ()
    is_voice: bool = False


_PASTE = (
    "Run `ivr fallback` on this machine, and paste all that it prints into the TwiML Bin, in place of the old text."
)
_CALLER_ID = (
    "Write the line's number as LINE_NUMBER into the settings on the server: a number that Twilio's console lists "
    "under Phone Numbers > Manage > Active numbers.\nRestart the line."
)
_GEO = "In Twilio's console, open Voice > Settings > Geo permissions, tick the United States, and save."
_NOT_CONNECTED = "A caller who pressed 0 then was not connected, and heard the hotline's number instead"
_VOICE = "Twilio no longer offers a voice of the line"
_MEANINGS = (
    _Meaning(
        10001, 10003,
        "the account did not take calls: these callers heard neither the line nor the fallback document", "no service",
        "Look in Twilio's console under Billing, and mend what it says.", over_if=("account",),
    ),
    _Meaning(
        10004, 10004,
        "there were more calls at once than the account may have: the others did not get through", "no service",
        "Have a Business profile approved, in Twilio's console under Trust Hub.", over_if=("calls at once",),
    ),
    _Meaning(
        11000, 11999,
        "Twilio got no document: these callers heard the fallback document in place of the menu", "fallback",
        "Mend the other failed checks first.\nIf there are none, look at the log of the proxy for that hour.",
        "Mend the check `fallback` first.", ("number", "address", "signed call", "answer time"),
    ),
    _Meaning(
        13214, 13214,
        "Twilio refused a transfer to the hotline: it did not accept the number that the hotline sees. "
        f"{_NOT_CONNECTED}",
        "no transfer", _CALLER_ID, _PASTE, ("number", "signed call"),
    ),
    _Meaning(
        13227, 13227,
        f"Twilio refused a transfer to the hotline: the account might not dial the United States. {_NOT_CONNECTED}",
        "no transfer", _GEO, _GEO, ("countries",),
    ),
    _Meaning(
        13200, 13299, f"Twilio refused a transfer to the hotline, or warned about it. {_NOT_CONNECTED}", "no transfer",
        f"{_CALLER_ID}\n{_GEO}", _PASTE, ("number", "signed call", "countries"),
    ),
    _Meaning(13321, 13321, _VOICE, "perhaps fallback", "", is_voice=True),
    _Meaning(13510, 13512, _VOICE, "perhaps fallback", "", is_voice=True),
    _Meaning(
        12000, 13999, "Twilio could not read a document as it was meant", "perhaps fallback",
        "This is a fault of the program: please report it, with the number of the error.", _PASTE,
    ),
)  # fmt: skip
"""Codes of https://www.twilio.com/docs/api/errors; the first row whose range has a code is its meaning."""


class _Event(NamedTuple):
    """All alerts of one code. `from_line`: the newest is about a document of the line, not the fallback document."""

    code: int
    times: int
    last: datetime | None
    from_line: bool
    mentions: Collection[str]

    @property
    def meaning(self) -> _Meaning:
        other = f"See https://www.twilio.com/docs/api/errors/{self.code}"
        row = next((row for row in _MEANINGS if row.first <= self.code <= row.last), None)
        return row or _Meaning(self.code, self.code, "another event", "", other, other)

    def __str__(self) -> str:
        last = f"; the last was on {self.last:%Y-%m-%d at %H:%M} UTC" if self.last else ""
        source = "in the documents of the line" if self.from_line else "in the fallback document"
        return f"error {self.code} came {self.times} times, {source}{last}. {self.meaning.sentence}."


def debugger_is_quiet(target: Target) -> Finding:
    """Twilio's debugger has no recent error or warning of this line. Its texts, which may name a caller, are not shown.

    Warnings count: Twilio reports a refused transfer (13214) and a withdrawn voice (13511) as a warning.
    """
    events = list(_events(target))
    days = ALERT_PERIOD.days
    if not events:
        return passes(f"no error and no warning about calls in {days} days.")
    found = f"in the last {days} days, {' '.join(map(str, events))}"
    last = max((event.last for event in events if event.last), default=target.external.now())
    if last < target.external.now() - RECENT:
        return passes(f"quiet for {RECENT.days} days; {found}")
    steps = [step for event in events for step in _steps(event, target)]
    end = f"{last + RECENT:%Y-%m-%d at %H:%M}"
    wait = f"This check says FAIL until {end} UTC, two days after the last error: wait until then."
    return fails(found, "\n".join(dict.fromkeys([*steps, wait])), _worst_effect(events, target))


def _worst_effect(events: Sequence[_Event], target: Target) -> Effect:
    """The worst effect of the recent events whose cause may last; "perhaps over" if none may."""
    since = target.external.now() - RECENT
    recent = [event for event in events if not event.last or event.last >= since]
    effects = [event.meaning.effect for event in recent if not _is_over(event, target)]
    return min(effects, key=list(EFFECTS).index, default="perhaps over")


def _is_over(event: _Event, target: Target) -> bool:
    """Whether every check that would see the cause passes now."""
    checks = event.meaning.over_if + (() if event.from_line else ("fallback",))
    return bool(event.meaning.over_if) and target.passed.issuperset(checks)


def _steps(event: _Event, target: Target) -> Iterator[str]:
    """The steps for one event, in order."""
    row = event.meaning
    steps_of_row = row.line_steps if event.from_line else row.fallback_steps
    mending = _voice_steps(event, target) if row.is_voice else steps_of_row
    if not _is_over(event, target):
        yield from mending.splitlines()
        return
    checks = " and ".join(f"`{name}`" for name in row.over_if)
    test = "press 0, and hang up when the hotline greets you" if row.effect == "no transfer" else "listen to the menu"
    yield f"Make a test call, because the settings are right now ({checks} pass): call the line's number, {test}."
    yield "If the test call goes well, the fault is over, and you have no more to do."
    yield (
        f"If it does not, {_LOG.format(code=event.code)} in that minute: the entry says what was refused. Write to "
        "https://help.twilio.com, with the number of the error and the time of the test call."
    )


def _voice_steps(event: _Event, target: Target) -> str:
    """The steps that set another voice: for the languages whose voice Twilio names, else for each offered language."""
    voices = _voices(event, target)
    named = {voice: locale for voice, locale in voices.items() if voice in event.mentions}
    search = [] if named else [_search_for_voice(event, voices)]
    choices = [_other_voice(event, voice, locale, target, not named) for voice, locale in (named or voices).items()]
    proof = "Run `ivr check` on the server: it says whether the voice will do."
    finish = "Restart the line, call it, and listen in that language." if event.from_line else _PASTE
    return "\n".join([*search, *choices, proof, finish])


def _voices(event: _Event, target: Target) -> Mapping[str, Locale]:
    """The offered languages by their voice: in the line or, if the event is about it, in the fallback document."""
    line = target.readiness.line
    locales = [line.content.locales[tag] for tag in line.flow.offered] if line else []
    voices = {locale.voice if event.from_line else locale.fallback.name: locale for locale in locales}
    return {voice: locale for voice, locale in voices.items() if voice != NO_VOICE}


def _search_for_voice(event: _Event, voices: Mapping[str, Locale]) -> str:
    names = ", ".join(f"{voice} ({locale.name})" for voice, locale in voices.items())
    return (
        f"To find the voice, {_LOG.format(code=event.code)}. The voices are {names}. If the entry names none of "
        "them, call the line: in one of the languages a text is missing, or its voice has changed. Change the voice "
        "of that language only."
    )


def _other_voice(event: _Event, voice: str, locale: Locale, target: Target, is_guess: bool) -> str:
    """The step that replaces `voice`, with a voice of the same vendor if there is one.

    The vendor stays because the voice in the other field is of another vendor.
    """
    field = "voice" if event.from_line else "fallback_voice"
    path = stack_of(target.settings.ivr_content).path("locales/voices.toml")
    table = load_voices(path).languages.get(locale.language, ())
    others = (row.name for row in table if row.name != voice and row.vendor == voice.partition(".")[0])
    other = next(others, "")
    new_line = f'`{field} = "{other}"`' if other else f"`{field} =` with another voice of locales/voices.toml"
    when = f"If it is {voice} ({locale.name}):" if is_guess else f"It is {voice} ({locale.name}):"
    return (
        f"{when} in the file locales/{locale.tag}/locale.toml on the server, write {new_line} in place of the line "
        f'`{field} = "{voice}"`.'
    )


def _events(target: Target) -> Iterator[_Event]:
    """The alerts about calls of this line by code, the most frequent first; at most five."""
    fallbacks = _fallback_addresses(target)
    addresses = [host_and_path(target.settings.public_url), *fallbacks]
    alerts = [alert for alert in _alerts(target) if _concerns_calls(alert, addresses)]
    for code, times in Counter(alert.code for alert in alerts).most_common(5):
        alerts_of_code = [alert for alert in alerts if alert.code == code]
        mentions = {word for alert in alerts_of_code for word in alert.mentions}
        last = max((alert.when for alert in alerts_of_code if alert.when), default=None)
        yield _Event(code, times, last, not _leads_to(alerts_of_code[0], fallbacks), mentions)


def _alerts(target: Target) -> Sequence[Alert]:
    line = target.readiness.line
    locales = line.content.locales.values() if line else ()
    voices = {name for locale in locales for name in (locale.voice, locale.fallback.name)}
    return target.account.alerts(target.external.now() - ALERT_PERIOD, voices)


def _fallback_addresses(target: Target) -> Sequence[str]:
    """Host and path of the fallback document."""
    line_number = target.settings.line_number
    urls = [number.webhooks.fallback_url for number in target.account.numbers(line_number)] if line_number else []
    return [host_and_path(url) for url in urls if url]


def _leads_to(alert: Alert, addresses: Sequence[str]) -> bool:
    return bool(alert.address) and host_and_path(alert.address).startswith(tuple(addresses))


def _concerns_calls(alert: Alert, addresses: Sequence[str]) -> bool:
    """Whether an alert is about a voice call of this line, or of this account if it names no address."""
    about_voice = any(row.first <= alert.code <= row.last for row in _MEANINGS)
    return _leads_to(alert, addresses) or (about_voice and not alert.address)
