"""Checks of this machine, without a network: settings, texts, sources, reviews, the fallback document, usage."""

from collections.abc import Sequence
from itertools import chain

from ivr.check import catalogues
from ivr.check.report import check_all
from ivr.check.sources import FAIL_AFTER, WARN_AFTER, age_faults
from ivr.content.facts import PINNED_HOTLINE
from ivr.content.files import CHECKOUT, read_bytes
from ivr.errors import Fault, OperationFailed
from ivr.line.twiml import with_new_numbers
from ivr.operate.cause import Effect
from ivr.operate.doctor.check import Finding, Need, Target, fails, passes, to_do
from ivr.operate.number_webhooks import TOLL_FREE
from ivr.readiness import FALLBACK_FILE, MAX_FALLBACK_BYTES
from ivr.script.sources import pages_to_open
from ivr.usage.store import store_of


def settings_complete(target: Target) -> Finding:
    """Every required setting is present. The forms of the settings were checked when they were read."""
    settings = target.settings
    # A test token is not known to Twilio, but it signs requests, which is enough for "token".
    lacks_without_token: tuple[Need, ...] = ("account",) if settings.tokens else ("account", "token")
    rows: list[tuple[str, object, tuple[Need, ...]]] = [
        ("TWILIO_ACCOUNT_SID", settings.twilio_account_sid, ("account",)),
        ("TWILIO_AUTH_TOKEN", settings.tokens and not settings.is_test_line, lacks_without_token),
        ("LINE_NUMBER", settings.line_number, ("number",)),
        ("PUBLIC_URL", settings.public_url.startswith("https://"), ("address",)),
    ]
    missing = {name: needs for name, value, needs in rows if not value}
    if missing:
        lacks = tuple(chain.from_iterable(missing.values()))
        found = f"not set, or only to try the line out: {', '.join(missing)}."
        remedy = "Set them in the settings on this machine, as .env.example explains.\nRestart the line."
        return fails(found, remedy, lacks=lacks)
    return passes(" ".join(["complete.", *settings.notes]))


def caller_id_fits(target: Target) -> Finding:
    """The number that the hotline sees is not toll-free.

    https://support.twilio.com/hc/en-us/articles/360005772753
    """
    if TOLL_FREE.match(target.settings.line_number):
        found = "LINE_NUMBER is toll-free: calls that show it may not reach a toll-free hotline."
        remedy = (
            "Buy a number with an area code in Twilio's console, and write it as LINE_NUMBER into the settings.\n"
            "Restart the line.\n"
            "Run `ivr number set --fallback-url ADDRESS`, with the address of the TwiML Bin."
        )
        return fails(found, remedy, "no transfer")
    return passes("LINE_NUMBER is not toll-free.")


def line_is_proved(target: Target) -> Finding:
    """Every proof passes, and the line accepts a request that it signed itself."""
    line, faults = target.readiness.line, target.readiness.faults
    # Without a token, the fault of a line that can be used is the missing token, which the check `settings` reports.
    if line is None or (faults and target.settings.tokens):
        found = "callers get the fallback document instead of the line"
        return _finding_for_faults(faults, found, "fallback", () if line else ("texts",))
    return passes(f"all {line.stats.places} places of a call are proved.")


def languages_are_spoken(target: Target) -> Finding:
    """Every published language is offered, and no text of it is spoken in the source language because of a fault."""
    readiness = target.readiness
    if faults := readiness.layer_faults:
        return _finding_for_faults(
            faults, "callers get the release's own content: your layer cannot be used", "some texts"
        )
    if faults := readiness.language_faults:
        tags = ", ".join(language.tag for language in readiness.languages if language.faults)
        return _finding_for_faults(faults, f"the line is not ready: not all of {tags} is spoken", "some texts")
    return passes(f"{', '.join(language.tag for language in readiness.languages)}, all texts that are translated.")


def ivr_check_passes(target: Target) -> Finding:
    """`ivr check` reports no fault: of the limits, the sources, the catalogues, the settings of languages."""
    if faults := check_all(target.settings.ivr_content, target.settings.options).faults:
        return _finding_for_faults(faults, "`ivr check` reports faults", "none")
    return passes("`ivr check` reports no fault.")


def sources_are_fresh(target: Target) -> Finding:
    """Every number and fact was compared with its source recently."""
    today, content = target.external.now().date(), target.require_line().content
    if stale := list(age_faults(content, today, FAIL_AFTER)):
        return _finding_for_faults(stale, "numbers or sources are stale", "none", command="ivr check --today")
    if aging := list(age_faults(content, today, WARN_AFTER)):
        return passes(f"{len(aging)} were last compared with their sources over {WARN_AFTER} days ago: do it soon.")
    return passes(f"all were compared with their sources within {WARN_AFTER} days.")


def sources_are_opened(target: Target) -> Finding:
    """A person has opened the live page of each fact that must be confirmed before the line goes live."""
    facts = target.require_line().content.facts
    if unopened := pages_to_open(facts, facts.facts):
        found = f"{len(unopened)} pages of sources must be opened by a person."
        return to_do(found, "`ivr sources --live` lists them; docs/operate.md says how.")
    return passes("a person has opened every page that must be opened.")


def languages_are_reviewed(target: Target) -> Finding:
    """A native speaker has read each published language aloud."""
    line = target.require_line()
    if tags := [tag for tag in line.flow.offered[1:] if not line.content.locales[tag].review]:
        remedy = f"`ivr script {tags[0]} --out review` writes the pages to read; TRANSLATING.md says how."
        return to_do(f"no native speaker has reviewed {', '.join(tags)}.", remedy)
    return passes("native speakers have reviewed all languages.")


def translations_are_recent(target: Target) -> Finding:
    """No text of a published language has waited long for its translator."""
    content, today = target.require_line().content, target.external.now().date()
    if overdue := list(catalogues.overdue_faults(content, today)):
        return _finding_for_faults(overdue, "translations are overdue", "some texts", command="ivr check --today")
    if late := list(catalogues.overdue_faults(content, today, catalogues.WARN_AFTER)):
        return passes(f"{late[0].locale}: {late[0].found}: translate them soon.")
    return passes(f"no text has waited for its translator for over {catalogues.WARN_AFTER} days.")


def fallback_file_is_current(target: Target) -> Finding:
    """The file that is sent when the texts cannot be used has the fallback document that `ivr fallback` prints."""
    try:
        kept_document = read_bytes(FALLBACK_FILE, MAX_FALLBACK_BYTES).strip()
    except OSError as error:
        found = f"{FALLBACK_FILE.name} cannot be read ({error.strerror})."
        return fails(found, "Make it with `make fallback`.", "none")
    settings = target.settings
    # The file is made from the project's own texts and hotline: with others it differs, and is still of use.
    if settings.ivr_content == CHECKOUT and settings.hotline == PINNED_HOTLINE:
        own_document = with_new_numbers(kept_document, PINNED_HOTLINE, PINNED_HOTLINE, settings.line_number or None)
        if own_document.strip() != target.readiness.fallback_document.strip():
            return fails(f"{FALLBACK_FILE.name} is not what `ivr fallback` prints.", "Run `make fallback`.", "none")
    return passes(f"{FALLBACK_FILE.name} is there.")


_NO_RESTART = (
    "Do not restart the line before this check passes: it keeps the counts in memory, and a restart loses them."
)
_USAGE_DATABASE = (
    f"{_NO_RESTART}\n"
    "See whether the database runs, on the machine that IVR_USAGE_URL names: `systemctl status postgresql` there, or "
    "the page of the company that runs it. Start it if it does not run.\n"
    "If it runs, compare host, port, user and password in IVR_USAGE_URL with those of the database. If you must "
    "correct them, restart the line afterwards; the counts of this time are lost.\n"
    "Once it answers, the line writes the counts within a minute."
)
_USAGE_FILE = (
    f"{_NO_RESTART}\n"
    "See on the server whether the disk is full (`df -h`), and whether the user of the line may write the folder of "
    "IVR_USAGE (`ls -ld`)."
)


def usage_is_counted(target: Target) -> Finding:
    """The file or database of usage can be written, or usage is switched off."""
    store = store_of(target.settings)
    if store is None:
        return passes("switched off.")
    try:
        store.check_writable()
    except OperationFailed as error:
        return fails(str(error), _USAGE_DATABASE if target.settings.ivr_usage_url else _USAGE_FILE, "none")
    return passes(f"counted in {store}.")


def _finding_for_faults(
    faults: Sequence[Fault], found: str, effect: Effect, lacks: tuple[Need, ...] = (), command: str = "ivr check"
) -> Finding:
    """The finding for `faults`, of which it shows the first; `command` lists all."""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    remedy = f"Mend each fault that `{command}` lists.\nRestart the line."
    return fails(f"{found}: {faults[0]}{more}", remedy, effect, lacks)
