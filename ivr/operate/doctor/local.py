"""The doctor's checks that need no network: settings, proofs, limits, ages, the kept last resort, the file of usage."""

from ivr.check.report import check_all
from ivr.check.sources import FAIL_AFTER, WARN_AFTER, ages
from ivr.content.files import read_bytes
from ivr.content.load import Content
from ivr.errors import Fault
from ivr.operate.doctor.check import Checks, Finding, Target, fails, passes, unknown
from ivr.operate.number import TOLL_FREE
from ivr.readiness import FALLBACK, MAX_FALLBACK_BYTES
from ivr.settings import CHECKOUT
from ivr.usage.store import store_of


def settings_complete(one: Target) -> Finding:
    """What must be set is set. That it is well-formed, the settings have seen to already."""
    have = one.settings
    needed = {
        "TWILIO_ACCOUNT_SID": have.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": have.tokens and not have.trying_out,
        "LINE_NUMBER": have.line_number,
        "PUBLIC_URL": have.public_url.startswith("https://"),
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        return fails(f"not set, or only to try the line out: {', '.join(missing)}.", "See .env.example.")
    return passes(" ".join(["complete.", *have.notes]))


def caller_id_fits(one: Target) -> Finding:
    """The number that the hotline sees is not a toll-free one.

    https://support.twilio.com/hc/en-us/articles/360005772753
    """
    if not one.settings.line_number:
        return unknown("LINE_NUMBER is not set.")
    if TOLL_FREE.match(one.settings.line_number):
        return fails(
            "LINE_NUMBER is toll-free: calls that show it may not reach a toll-free hotline.",
            "Use a number with an area code.",
        )
    return passes("LINE_NUMBER is no toll-free number.")


def line_is_proved(one: Target) -> Finding:
    """Every proof holds, and the line accepts a request that it signed itself."""
    if not one.readiness.serving:
        return _first(one.readiness.faults, "the line does not serve", "`ivr check` lists all.")
    return passes(f"{one.readiness.line and one.readiness.line.stats}.")


def languages_are_spoken(one: Target) -> Finding:
    """Every published language is offered, and no text of it is spoken in the first language for a fault."""
    if not one.readiness.languages:
        return unknown("the texts cannot be read.")
    if faults := one.readiness.language_faults:
        tags = ", ".join(language.tag for language in one.readiness.languages if language.faults)
        return _first(faults, f"the line is not ready: not all of {tags} is spoken", "`ivr check` lists all.")
    return passes(f"{', '.join(language.tag for language in one.readiness.languages)}, all texts that are translated.")


def limits_hold(one: Target) -> Finding:
    """Every text keeps its limits and has its sources."""
    report = check_all(one.settings.ivr_content, one.settings.options)
    if report.faults:
        return _first(report.faults, "the texts leave their limits", "`ivr check` lists all.")
    return passes("every text keeps them.")


def sources_are_fresh(one: Target) -> Finding:
    """A person has lately compared every number and fact with its source."""
    if one.readiness.line is None:
        return unknown("the texts cannot be read.")
    today = one.outside.now().date()
    content = one.readiness.line.content
    if stale := list(ages(content, today, FAIL_AFTER)):
        return _first(stale, "numbers or sources are stale", "`ivr check --today` lists all.")
    if aging := list(ages(content, today, WARN_AFTER)):
        old = f"{len(aging)} were last compared with their sources over {WARN_AFTER} days ago: do it soon"
        return passes(f"{old}; {_opened(content)}.")
    return passes(f"all were compared with their sources within {WARN_AFTER} days; {_opened(content)}.")


def _opened(content: Content) -> str:
    """Of how many facts and numbers a person has opened the live page, and not a stored copy of it alone."""
    facts = [fact for fact in content.facts.facts.values() if fact.spoken and fact.confidence != "own"]
    rows = [*facts, *content.facts.numbers.values()]
    return f"a person has opened the live page of {sum(row.opened is not None for row in rows)} of {len(rows)}"


def last_resort_is_kept(one: Target) -> Finding:
    """The file that speaks when the texts cannot be used says what this release says."""
    try:
        kept = read_bytes(FALLBACK, MAX_FALLBACK_BYTES).strip()
    except OSError as error:
        return fails(f"{FALLBACK.name} cannot be read ({error.strerror}).", "Make it with `make fallback`.")
    own = one.settings.ivr_content != CHECKOUT or one.settings.line_number
    if not own and kept != one.readiness.fallback_document.strip():
        return fails(f"{FALLBACK.name} says something else than `ivr fallback`.", "Run `make fallback`.")
    return passes(f"{FALLBACK.name} is there.")


def usage_is_counted(one: Target) -> Finding:
    """The file or database of usage can be written, or is switched off on purpose."""
    store = store_of(one.settings)
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
    "kept last resort": last_resort_is_kept,
    "usage": usage_is_counted,
}
