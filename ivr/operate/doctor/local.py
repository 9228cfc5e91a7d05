"""Checks of this machine, without a network: settings, proofs, languages, limits, ages, fallback document, usage."""

from ivr.check import waiting
from ivr.check.report import check_all
from ivr.check.sources import FAIL_AFTER, WARN_AFTER, age_faults
from ivr.content.facts import PINNED_HOTLINE
from ivr.content.files import read_bytes
from ivr.content.load import Content
from ivr.errors import Fault
from ivr.line.twiml import with_new_numbers
from ivr.operate.doctor.check import Checks, Finding, Target, fails, passes, unknown
from ivr.operate.number import TOLL_FREE
from ivr.readiness import FALLBACK_FILE, MAX_FALLBACK_BYTES
from ivr.settings import CHECKOUT
from ivr.usage.store import store_of


def settings_complete(target: Target) -> Finding:
    """Every required setting is present. Its form was checked when it was read."""
    have = target.settings
    needed = {
        "TWILIO_ACCOUNT_SID": have.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": have.tokens and not have.uses_test_token,
        "LINE_NUMBER": have.line_number,
        "PUBLIC_URL": have.public_url.startswith("https://"),
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        return fails(f"not set, or only to try the line out: {', '.join(missing)}.", "See .env.example.")
    return passes(" ".join(["complete.", *have.notes]))


def caller_id_fits(target: Target) -> Finding:
    """The number that the hotline sees is not toll-free.

    https://support.twilio.com/hc/en-us/articles/360005772753
    """
    if not target.settings.line_number:
        return unknown("LINE_NUMBER is not set.")
    if TOLL_FREE.match(target.settings.line_number):
        return fails(
            "LINE_NUMBER is toll-free: calls that show it may not reach a toll-free hotline.",
            "Use a number with an area code.",
        )
    return passes("LINE_NUMBER is not toll-free.")


def line_is_proved(target: Target) -> Finding:
    """Every proof passes, and the line accepts a request that it signed itself."""
    if not target.readiness.serving:
        return _first(target.readiness.faults, "the line does not serve", "`ivr check` lists all.")
    return passes(f"{target.readiness.line and target.readiness.line.stats}.")


def languages_are_spoken(target: Target) -> Finding:
    """Every published language is offered, and no text of it is spoken in the source language because of a fault."""
    if not target.readiness.languages:
        return unknown("the texts cannot be read.")
    if faults := target.readiness.language_faults:
        tags = ", ".join(language.tag for language in target.readiness.languages if language.faults)
        return _first(faults, f"the line is not ready: not all of {tags} is spoken", "`ivr check` lists all.")
    return passes(
        f"{', '.join(language.tag for language in target.readiness.languages)}, all texts that are translated."
    )


def limits_hold(target: Target) -> Finding:
    """Every text is within its limits and has its sources."""
    report = check_all(target.settings.ivr_content, target.settings.options)
    if report.faults:
        return _first(report.faults, "texts are over their limits", "`ivr check` lists all.")
    return passes("every text is within them.")


def sources_are_fresh(target: Target) -> Finding:
    """Every number and fact was compared with its source recently."""
    if target.readiness.line is None:
        return unknown("the texts cannot be read.")
    today = target.external.now().date()
    content = target.readiness.line.content
    if stale := list(age_faults(content, today, FAIL_AFTER)):
        return _first(stale, "numbers or sources are stale", "`ivr check --today` lists all.")
    if aging := list(age_faults(content, today, WARN_AFTER)):
        old = f"{len(aging)} were last compared with their sources over {WARN_AFTER} days ago: do it soon"
        return passes(f"{old}; {_opened(content)}.")
    return passes(f"all were compared with their sources within {WARN_AFTER} days; {_opened(content)}.")


def translations_are_recent(target: Target) -> Finding:
    """No text of a published language has waited long for its translator."""
    if target.readiness.line is None:
        return unknown("the texts cannot be read.")
    content, today = target.readiness.line.content, target.external.now().date()
    if overdue := list(waiting.overdue_faults(content, today)):
        return _first(overdue, "translations are overdue", "`ivr check --today` lists all.")
    if late := list(waiting.overdue_faults(content, today, waiting.WARN_AFTER)):
        return passes(f"{late[0].locale}: {late[0].found}: translate them soon.")
    return passes(f"no text has waited for its translator for over {waiting.WARN_AFTER} days.")


def _opened(content: Content) -> str:
    """Check of how many facts and numbers a person has opened the live page, not only a stored copy."""
    facts = [fact for fact in content.facts.facts.values() if fact.spoken and fact.confidence != "own"]
    rows = [*facts, *content.facts.numbers.values()]
    return f"a person has opened the live page of {sum(row.opened is not None for row in rows)} of {len(rows)}"


def fallback_document_is_kept(target: Target) -> Finding:
    """The file that is sent when the texts cannot be used is the fallback document of this release."""
    try:
        kept = read_bytes(FALLBACK_FILE, MAX_FALLBACK_BYTES).strip()
    except OSError as error:
        return fails(f"{FALLBACK_FILE.name} cannot be read ({error.strerror}).", "Make it with `make fallback`.")
    settings = target.settings
    if settings.ivr_content == CHECKOUT and settings.hotline == PINNED_HOTLINE:
        own = with_new_numbers(kept, PINNED_HOTLINE, PINNED_HOTLINE, settings.line_number or None)
        if own.strip() != target.readiness.fallback_document.strip():
            return fails(f"{FALLBACK_FILE.name} is not what `ivr fallback` prints.", "Run `make fallback`.")
    return passes(f"{FALLBACK_FILE.name} is there.")


def usage_is_counted(target: Target) -> Finding:
    """The file or database of usage can be written, or usage is switched off."""
    store = store_of(target.settings)
    if store is None:
        return passes("switched off.")
    store.try_out()
    return passes(f"counted in {store}.")


def _first(faults: "tuple[Fault, ...] | list[Fault]", what: str, remedy: str) -> Finding:
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return fails(f"{what}: {faults[0]}{more}", remedy)


CHECKS: Checks = {
    "settings": settings_complete,
    "caller ID": caller_id_fits,
    "proofs": line_is_proved,
    "languages": languages_are_spoken,
    "limits": limits_hold,
    "numbers and sources": sources_are_fresh,
    "translations": translations_are_recent,
    "kept fallback document": fallback_document_is_kept,
    "usage": usage_is_counted,
}
