"""`ivr check --against URL`: what callers would lose if a running line were replaced by this one."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from ivr.errors import OperationFailed
from ivr.export import diff
from ivr.export.export import export_line
from ivr.export.files import TELEPHONE_FILE, from_bytes
from ivr.line.line import Line
from ivr.operate.health import Health, LanguageHealth, health_at, health_of
from ivr.operate.http_client import Fetch
from ivr.readiness import readiness_of
from ivr.settings import Settings

_IF_INTENDED = "If you want this change, restart without this comparison."
MAX_NAMES = 8
"""Names of texts that a sentence lists."""


class Difference(NamedTuple):
    """One difference, as a sentence. `worse`: callers would lose something by it."""

    worse: bool
    sentence: str


_worse, _note = partial(Difference, True), partial(Difference, False)


def compare_lines(settings: Settings, url: str, fetch: Fetch) -> list[Difference]:
    """Compare the line that `settings` describe with that at `url`. Raises OperationFailed without a report from there.

    Without Twilio's token the settings are not those of a line that runs: then the content alone is compared.
    """
    running = health_at(url, fetch)
    settings = settings.with_some_token()
    readiness = readiness_of(settings)
    found = health_differences(running, health_of(readiness), not settings.is_test_line)
    return [*found, *map(_note, _exported_changes(url, fetch, readiness.line))]


def _exported_changes(url: str, fetch: Fetch, line: Line | None) -> Iterator[str]:
    """Each node, key and text that would change, if the line at `url` serves its data for the telephone of the page."""
    if line is None:
        return
    try:
        running = from_bytes(fetch(f"{url}/{TELEPHONE_FILE}", None, {}).body, url)
    except OperationFailed:
        return  # an earlier release, or a line whose telephone is switched off
    yield from diff.differences(running, export_line(line, with_twiml=False))


def health_differences(running: Health, new: Health, settings_too: bool) -> Iterator[Difference]:
    """The changes if `new` replaced `running`. Without `settings_too` only the content is compared."""
    yield from _releases(running, new)
    if not new.sends_menu:
        yield _worse(f"This line would not serve: {_first_reason(new.faults)}")
        return
    if not running.sends_menu:
        yield _note("The running line sends the fallback document to every call: nothing can get worse.")
        return
    yield from _languages(running, new)
    yield from _hotlines(running, new)
    if settings_too:
        yield from _settings(running.settings, new.settings)
    else:
        yield _note("The settings here are for trying the line out: they are not compared.")


def _releases(running: Health, new: Health) -> Iterator[Difference]:
    if running.release != new.release:
        yield _note(f"Release {running.release} runs, and this is {new.release}.")
    if running.serving is None:
        unseen = "which texts it speaks, which number it dials and how it is set: these are not compared."
        yield _note(f"Release {running.release} does not say {unseen}")


def _languages(running: Health, new: Health) -> Iterator[Difference]:
    for tag in running.published:
        if tag not in new.published:
            language = new.languages.get(tag)
            reason = _first_reason(language.faults) if language else "`published` does not name it."
            yield _worse(f"{tag}: callers would not be offered this language any more: {reason}")
        elif tag in running.languages and tag in new.languages:
            yield from _texts(tag, running.languages[tag], new.languages[tag])
    for tag in new.published:
        if tag not in running.published:
            yield _note(f"{tag}: callers would be offered this language too.")
    if running.published and new.published[0] != running.published[0]:
        yield _note(f"Calls would begin in {new.published[0]} instead of {running.published[0]}.")


def _texts(tag: str, running: LanguageHealth, new: LanguageHealth) -> Iterator[Difference]:
    new_names = {*new.spoken, *new.not_spoken}
    in_source_language = [name for name in running.spoken if name in new.not_spoken]
    removed = [name for name in running.spoken if name not in new_names]
    added = [name for name in new.spoken if name not in {*running.spoken, *running.not_spoken}]
    if in_source_language:
        yield _worse(f"{tag}: spoken in the source language would be {_named(in_source_language)}.")
    if removed:
        yield _note(f"{tag}: not part of this line any more: {_named(removed)}.")
    if added:
        yield _note(f"{tag}: new: {_named(added)}.")
    if running.digest != new.digest and not (in_source_language or removed or added):
        yield _note(f"{tag}: words have changed.")


def _hotlines(running: Health, new: Health) -> Iterator[Difference]:
    if running.hotline and running.hotline != new.hotline:
        sentence = f"Key 0 would dial {new.hotline}; the running line dials {running.hotline}."
        yield _worse(f"{sentence} {_IF_INTENDED}")


def _settings(running: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    names = {"public_url": "PUBLIC_URL", "line_number": "LINE_NUMBER", "silence": "IVR_SILENCE"}
    for field, name in names.items():
        if field in running and running[field] != new.get(field):
            worse = field == "public_url" or new.get(field) == "not set"
            sentence = f"{name} is {running[field]} in the running line, and {new.get(field)} here."
            yield Difference(worse, f"{sentence} {_IF_INTENDED}" if worse else sentence)


def _first_reason(faults: tuple[str, ...]) -> str:
    return faults[0] if faults else "no reason is given"


def _named(names: list[str]) -> str:
    """How many texts, and which: "2 texts (reach, work)"."""
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return f"{len(names)} text{'s' * (len(names) != 1)} ({', '.join(names[:MAX_NAMES])}{more})"
