"""The attributes of each element: Twilio's tables, reduced to what the line needs.

Twilio replaces some unusable values by a default and only warns. Here they raise InvalidTwiml. So do attributes that
would record, cut off or delay a caller (`record`, `hangupOnStar`, `timeLimit`, `input="speech"`), a <Gather> that waits
for more than one key, and GET, which would write a key to a server's log.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from ivr.phone.xml import InvalidTwiml

E164 = r"\+[1-9][0-9]{6,14}"
"""A telephone number as `+`, country and number: https://www.twilio.com/docs/glossary/what-e164."""

MAX_BREAK_SECONDS = 10.0
"""https://docs.aws.amazon.com/polly/latest/dg/break-tag.html."""


class AttributeRule(NamedTuple):
    """The values that an attribute may have: a test, the same in words, and Twilio's error number for other values."""

    accepts: Callable[[str], bool]
    expected: str
    code: int


def is_url(value: str) -> bool:
    """Whether `value` is an absolute http(s) URL or a relative one, with every unusual character escaped."""
    if not re.fullmatch(r"[!-~]+", value) or re.search(r'[<>"{}|\\^`]', value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) if parts.scheme else not parts.netloc


@lru_cache(maxsize=100)
def break_seconds(value: str) -> float:
    """Seconds of a pause: 0.4 for "400ms", 1.2 for "1.2s", -1.0 for a value in another form."""
    if not re.fullmatch(r"[0-9]{1,5}(ms|(\.[0-9]{1,3})?s)", value):
        return -1.0
    return float(value[:-2]) / 1000 if value.endswith("ms") else float(value[:-1])


def _matches(pattern: str) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(pattern, value) is not None


def _whole_number(least: int, most: int) -> Callable[[str], bool]:
    return lambda value: re.fullmatch("[0-9]{1,6}", value) is not None and least <= int(value) <= most


_URL = AttributeRule(is_url, "an absolute http(s) or relative URL", 11100)
_POST = _matches("POST"), "POST, so that no key is written to a server's log"

# https://www.twilio.com/docs/voice/twiml/gather#gather-attributes
_GATHER = {
    "input": AttributeRule(_matches("dtmf"), 'only "dtmf": a caller may not be able to speak', 13326),
    "action": _URL,
    "method": AttributeRule(*_POST, 13312),
    "timeout": AttributeRule(_whole_number(1, 999_999), "whole seconds, at least 1", 13313),
    "numDigits": AttributeRule(_matches("1"), "1: every key acts at once", 13314),
    "finishOnKey": AttributeRule(_matches(""), "nothing: # is an ordinary key", 13310),
}

# https://www.twilio.com/docs/voice/twiml/dial#dial-attributes
_DIAL = {
    "action": _URL,
    "method": AttributeRule(*_POST, 13210),
    "timeout": AttributeRule(_whole_number(5, 600), "whole seconds from 5 to 600", 13212),
    "callerId": AttributeRule(_matches(E164), "a number like +12025550100", 13214),
    "record": AttributeRule(_matches("do-not-record"), 'only "do-not-record": no call is recorded', 13217),
    "hangupOnStar": AttributeRule(_matches("false"), 'only "false": a key must not cut a conversation', 13213),
}

# https://www.twilio.com/docs/voice/twiml/say#say-attributes. Twilio's list of voices changes: only the form is checked.
_SAY = {
    "language": AttributeRule(_matches("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"), "a language tag like es-US", 13512),
    "voice": AttributeRule(_matches(r"man|woman|alice|\w+\.\w+(-\w+)*"), "a voice like Polly.Joanna-Neural", 13511),
}

ATTRIBUTE_RULES: dict[str, dict[str, AttributeRule]] = {
    "Response": {},
    "Gather": _GATHER,
    "Dial": _DIAL,
    "Number": {},
    "Say": _SAY,
    "Play": {},  # https://www.twilio.com/docs/voice/twiml/play#play-attributes
    "Hangup": {},  # https://www.twilio.com/docs/voice/twiml/hangup
    "break": {
        "time": AttributeRule(
            lambda value: 0 <= break_seconds(value) <= MAX_BREAK_SECONDS, "400ms or 1.2s, at most 10s", 13520
        )
    },
    # https://docs.aws.amazon.com/polly/latest/dg/prosody-tag.html
    "prosody": {"rate": AttributeRule(_matches("([2-9][0-9]|1[0-9][0-9]|200)%"), "20% to 200%", 13520)},
}

REQUIRED = {"Gather": ("action", "numDigits", "finishOnKey"), "break": ("time",), "prosody": ("rate",)}
"""The attributes that an element must have. Twilio does not require those of a Gather, but without `action` it asks for
the current document again and again: https://www.twilio.com/docs/voice/twiml/gather#action."""


@lru_cache(maxsize=1000)  # a line has few voices and pauses, in ten thousand fragments
def _check(tag: str, name: str, value: str) -> None:
    rule = ATTRIBUTE_RULES[tag].get(name)
    if rule is None:
        raise InvalidTwiml(f"<{tag}> has no attribute {name} that is supported", 12200)
    if not rule.accepts(value):
        raise InvalidTwiml(f'{name}="{value}" on <{tag}>: expected {rule.expected}', rule.code)


def checked_attributes(element: Element) -> dict[str, str]:
    """The attributes of `element`. Raises InvalidTwiml for an unknown attribute, a wrong value or a missing one."""
    for name, value in element.attrib.items():
        _check(element.tag, name, value)
    for name in REQUIRED.get(element.tag, ()):
        if name not in element.attrib:
            raise InvalidTwiml(f"<{element.tag}> must have the attribute {name}", 12200)
    return element.attrib
