"""Rules for the environment: names that are not settings (old, unknown, misspelled), the token, the public address.

An old name is refused: otherwise its value would silently have no effect. An unknown name is only reported, because the
environment may hold names for other programs (Kubernetes sets IVR_SERVICE_HOST for a service `ivr`).
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from urllib.parse import urlsplit

from ivr.call.urls import RING

PREFIX = "IVR_"
RENAMED: Mapping[str, str] = {
    "SILENCE": "IVR_SILENCE",
    "READ": "IVR_READABLE",
    "WEB_PHONE": "IVR_WEB_PHONE",
    "USAGE": "IVR_USAGE",
    "USAGE_URL": "IVR_USAGE_URL",
    "METRICS_ADDRESS": "IVR_METRICS_ADDRESS",
}
"""Settings of release 0.1.0 and their present names."""
REMOVED: Mapping[str, str] = {
    "CALLER_ID": "every transfer shows LINE_NUMBER to the hotline",
    "METRICS_NODES": "nodes and languages are counted by month alone, see IVR_USAGE",
}
"""Settings of release 0.1.0 that were removed, and the rule that replaces each."""
SIMILARITY = 0.82
"""The least similarity, from 0 to 1, at which a name counts as a misspelling of a setting."""
MIN_LENGTH = 6
"""Shorter names are not compared by their similarity: READY is not a misspelling of READ."""

TEST_TOKEN_PREFIX = "try-"
"""`make setup` makes a test token, which begins with this. Twilio's tokens are 32 hexadecimal digits."""
_TOKEN = re.compile(r"[0-9a-fA-F]{32}|try-[!-~]+", re.ASCII)
_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}", re.ASCII)
_PLACEHOLDER = re.compile(r"your|token|secret|change|example|placeholder|xxx|\*\*\*|[<>{}\[\]…$]", re.IGNORECASE)
_LINE_URL = re.compile(r"https?://[A-Za-z0-9._~:/%\[\]-]+")
"""A scheme, a host, perhaps a port and a path: no user, query or fragment, and no character that must be escaped."""


def old_name_faults(given: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each name of release 0.1.0 in `given` that has a value.

    An old name beside its new one is accepted, so that one environment can serve both releases during a rollback.
    """
    for old, new in RENAMED.items():
        if given.get(old) and not given.get(new):
            yield f"{old} is now called {new}: rename it."
    for old, reason in REMOVED.items():
        if given.get(old):
            yield f"{old} is no longer a setting: {reason}. Remove it."


def unknown_name_notes(given: Mapping[str, str], known: Collection[str]) -> Iterator[str]:
    """A sentence for each name in `given` that begins with IVR_ and is not in `known`, or is close to a known name.

    `unknown_name_notes({"TWILIO_AUTHTOKEN": "…"}, {"TWILIO_AUTH_TOKEN"})` yields
    "TWILIO_AUTHTOKEN is not a setting. Is TWILIO_AUTH_TOKEN meant?"
    """
    for name in sorted(given):
        if name in known or name in RENAMED or name in REMOVED:
            continue
        meant = _closest(name, [*known, *RENAMED, *REMOVED])
        if meant in REMOVED:
            yield f"{name} is not a setting, and {meant} is no longer a setting: {REMOVED[meant]}."
        elif meant:
            yield f"{name} is not a setting. Is {RENAMED.get(meant, meant)} meant?"
        elif name.startswith(PREFIX):
            yield f"{name} is not a setting. .env.example lists all settings."


def _closest(name: str, candidates: Collection[str]) -> str:
    """The candidate that `name` is probably meant to be, with or without our prefix; "" if no candidate is alike."""
    bare, by_bare = _bare(name), {_bare(candidate): candidate for candidate in candidates}
    alike = get_close_matches(bare, by_bare, n=1, cutoff=SIMILARITY if len(bare) >= MIN_LENGTH else 1.0)
    return by_bare[alike[0]] if alike else ""


def _bare(name: str) -> str:
    return name.upper().removeprefix(PREFIX).replace("_", "").replace("-", "")


def token_fault(token: str) -> str:
    """The reason why `token` cannot be a token of Twilio's or of `make setup`; "" if it can. The token is not shown."""
    if not token or _TOKEN.fullmatch(token):
        return ""
    copy = "copy the auth token again from the first page of Twilio's console"
    if re.search(r"\s", token):
        return f"it contains a blank or a line break; {copy}"
    for position, character in enumerate(token, start=1):
        if unicodedata.category(character)[0] == "C":
            return f"it contains an invisible character (U+{ord(character):04X}, position {position}); {copy}"
    if re.search(r"[\"'“”‘’`]", token):
        return f"it contains a quote; {copy}"
    if _SID.fullmatch(token):
        return f"it is a SID ({token[:2]}…), not a token; {copy}"
    if _PLACEHOLDER.search(token):
        return f"it is a placeholder; {copy}"
    if not re.fullmatch("[0-9a-fA-F]*", token):
        return f"it contains a character that is not a hexadecimal digit (0 to 9, a to f); {copy}"
    return f"it has {len(token)} characters, and Twilio's tokens have 32; {copy}"


def line_url(value: str) -> str:
    """`value` without slashes at its end. Raises ValueError, in a sentence, where it cannot be the address of a line.

    `line_url("https://line.example.org/ivr/")` is "https://line.example.org/ivr".
    """
    try:
        parts = urlsplit(value)
        is_accepted = _LINE_URL.fullmatch(value) and parts.hostname and parts.port != 0
    except ValueError:  # the port or a bracket is not valid
        is_accepted = False
    if not is_accepted:
        raise ValueError("expected the address that Twilio reaches the line at, such as https://line.example.org")
    if parts.netloc.endswith(":"):
        raise ValueError("there is no port behind the colon; remove the colon, or write the port")
    bare = value.rstrip("/")
    if bare.endswith(RING):
        raise ValueError(f"{RING} is added by the line itself; write {bare.removesuffix(RING)}")
    return bare
