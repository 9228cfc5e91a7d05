"""The commands of an operator: `ivr number`, `doctor` and `probe`."""

import re
import sys
from typing import TYPE_CHECKING

import click

from ivr.errors import BadSettings, OperationFailed
from ivr.operate.http_client import ExternalServices
from ivr.setting_rules import line_url
from ivr.settings import Settings, read_settings

if TYPE_CHECKING:
    from ivr.operate.account import Account, TwilioNumber

_NUMBER = re.compile(r"\+1[0-9]{10}|PN[0-9a-f]{32}")
_METHOD = click.Choice(["POST", "GET"])


def add_to(main: click.Group) -> None:
    """Add the commands of an operator to `main`."""
    for command in (number_, doctor, probe_):
        main.add_command(command)


def external_services(ctx: click.Context) -> ExternalServices:
    """The network, the clock and Twilio; a test passes its own."""
    return ctx.obj if isinstance(ctx.obj, ExternalServices) else ExternalServices()


def _number_or_sid(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value and not _NUMBER.fullmatch(value):
        raise click.BadParameter("expected +1 and ten digits, or the SID of a number (PN…)")
    return value


def http_url(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """The address of a line, without a slash at its end; None where the option is not given."""
    try:
        return value and line_url(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _document_url(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """The address of a document that Twilio plays; "" for none, None where the option is not given."""
    from ivr.operate.number_webhooks import document_url_fault

    if value and (fault := document_url_fault(value)):
        raise click.BadParameter(fault)
    return value


def print_differences(url: str, services: ExternalServices) -> int:
    """Print what callers would lose if this line took the place of the one at `url`. The exit code: 1 if anything."""
    from ivr.operate.compare import compare_lines

    found = compare_lines(read_settings(), url, services.fetch)
    for difference in found:
        click.echo(f"{'WORSE' if difference.worse else 'note '}  {difference.sentence}")
    worse = sum(difference.worse for difference in found)
    for_the_worse = f"{worse} difference{'s' * (worse != 1)} for the worse."
    click.echo(for_the_worse if worse else f"Nothing would get worse than at {url}.")
    return 1 if worse else 0


@click.group("number")
def number_() -> None:
    """Show or set the webhooks of the number at Twilio."""


@number_.command("show")
@click.argument("number_or_sid", metavar="[+1…]", required=False, callback=_number_or_sid)
@click.pass_context
def number_show(ctx: click.Context, number_or_sid: str | None) -> None:
    """Show the webhooks of the number, and what is wrong with them.

    The default is LINE_NUMBER. Exit 1 if something is wrong.
    """
    from ivr.operate import number_webhooks

    settings = read_settings()
    _, number = _account_and_number(ctx, settings, number_or_sid)
    faults = list(map(str, number_webhooks.setup_faults(number, settings, number.webhooks)))
    click.echo("\n".join([*number_webhooks.number_rows(number), *faults]))
    sys.exit(1 if faults else 0)


@number_.command("set")
@click.argument("number_or_sid", metavar="[+1…]", required=False, callback=_number_or_sid)
@click.option(
    "--fallback-url", callback=_document_url, help="Address at which the document of `ivr fallback` is hosted."
)
@click.option(
    "--fallback-method", type=_METHOD, help="Method for that address.  [default: GET for a .xml file, else POST]"
)
@click.option("--voice-url", callback=_document_url, help="To undo a change: address for calls.  [default: this line]")
@click.option("--voice-method", type=_METHOD, help="To undo a change: method for calls.")
@click.option("--status-url", help="To undo a change: address for ended calls.  [default: no address]")
@click.option("--status-method", type=_METHOD, help="To undo a change: method for ended calls.")
@click.option("--dry-run", is_flag=True, help="Show what would change, without changing it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def number_set(
    ctx: click.Context, /, number_or_sid: str | None, dry_run: bool, yes: bool, **options: str | None
) -> None:
    """Set the webhooks of the number to this line.

    The default is LINE_NUMBER. Shows old and new values, makes a test call to the line, asks, makes the change,
    reads it back, and prints the command that undoes it.
    """
    from ivr.operate import number_webhooks

    settings = read_settings()
    account, number = _account_and_number(ctx, settings, number_or_sid)
    overrides = {option: value for option, value in options.items() if value is not None}
    webhooks = number_webhooks.webhooks_for(settings, number.webhooks, overrides)
    changes = number_webhooks.webhook_changes(number.webhooks, webhooks)
    for fault in number_webhooks.setup_faults(number, settings, webhooks):
        click.echo(str(fault))
    if not webhooks.fallback_url:
        click.echo(f"This is the document to host:\n{_fallback_document(settings)}")
    click.echo("\n  ".join([f"{number.number} ({number.sid})", *(changes or ["no changes"])]))
    if number.overridden_by:
        raise OperationFailed(f"Nothing was changed: with a {number.overridden_by}, these webhooks have no effect.")
    if "voice_url" not in overrides:
        _require_answer(settings, external_services(ctx))
    if dry_run or not changes:
        return
    if not yes:
        click.confirm("Change it?", abort=True)
    number_webhooks.set_webhooks(account, number, webhooks)
    click.echo(f"Changed, and read back.\nTo undo it:\n  {number_webhooks.undo_command(number)}")


def _require_answer(settings: Settings, services: ExternalServices) -> None:
    """Make a test call to the line. Raises OperationFailed if callers would not reach it."""
    from ivr.operate.probe import probe

    probed = probe(settings, settings.public_url, services.fetch)
    click.echo(str(probed))
    if probed.state == "DOWN":
        raise OperationFailed("Nothing was changed: callers would not reach the line. Correct that first.")


def _account_and_number(
    ctx: click.Context, settings: Settings, number_or_sid: str | None
) -> tuple["Account", "TwilioNumber"]:
    """The Twilio account and the number, by default LINE_NUMBER. Raises BadSettings if neither is given."""
    from ivr.operate.account import Account
    from ivr.operate.number_webhooks import find_number

    account = Account(settings, external_services(ctx).transport)
    if not (number_or_sid or settings.line_number):
        raise BadSettings("The number is not known: set LINE_NUMBER, or give it to the command, such as +12025550123.")
    return account, find_number(account, number_or_sid or settings.line_number)


def _fallback_document(settings: Settings) -> str:
    from ivr.line.compiler import compile_line

    return compile_line(settings.ivr_content, settings.options).fallback_document.decode()


@click.command()
@click.option("--local", is_flag=True, help="Only the checks that need no network.")
@click.option("--go-live", is_flag=True, help="Also fail while a task of a person (TO DO) is left.")
@click.pass_context
def doctor(ctx: click.Context, local: bool, go_live: bool) -> None:
    """Check whether callers get through.

    Prints one line for each check: PASS, FAIL, CANNOT TELL or TO DO (a task for a person), then the steps for each that
    failed. Exit 1 if one fails, 3 if none fails and one cannot tell.
    """
    from ivr.operate.doctor.check import Target
    from ivr.operate.doctor.run import ALL_CHECKS, LOCAL_CHECKS, exit_code, heading, instructions, run_checks, summary
    from ivr.readiness import readiness_of

    settings = read_settings()
    target = Target(settings, external_services(ctx), readiness_of(settings))
    click.echo(heading(settings))
    results = []
    for result in run_checks(target, LOCAL_CHECKS if local else ALL_CHECKS):
        click.echo(str(result))
        results.append(result)
    click.echo("\n".join([*instructions(results), summary(results, go_live)]))
    sys.exit(exit_code([result.finding.verdict for result in results], go_live))


@click.command("probe")
@click.argument("url", callback=http_url)
@click.pass_context
def probe_(ctx: click.Context, url: str) -> None:
    """Make one signed test call to a running line.

    URL is the address of the line. It dials no number. Exit 1 if the result is SLOW, NOT WHOLE or DOWN, 3 if this
    machine has no network.
    """
    from ivr.operate.probe import probe

    probed = probe(read_settings(), url, external_services(ctx).fetch)
    click.echo(str(probed))
    sys.exit({"OK": 0, "CANNOT TELL": 3}.get(probed.state, 1))
