"""An operator's commands. They ask, print and end; what they do stands in the files beside this one."""

import re
import sys
from collections.abc import Callable

import click

from ivr.errors import BadSettings
from ivr.operate.outside import External
from ivr.setting_rules import plain_url
from ivr.settings import read_settings

_NUMBER = re.compile(r"\+1[0-9]{10}|PN[0-9a-f]{32}")
_METHOD = click.Choice(["POST", "GET"])


def add_to(main: click.Group) -> None:
    """Add every command of an operator to `main`."""
    for command in (number, doctor, probe, usage, cost):
        main.add_command(command)


def _outside(ctx: click.Context) -> External:
    return ctx.obj if isinstance(ctx.obj, External) else External()


def _the_number(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value and not _NUMBER.fullmatch(value):
        raise click.BadParameter("expected +1 and ten digits, or the SID of a number (PN…)")
    return value


def _an_address(_: click.Context, __: click.Parameter, value: str) -> str:
    try:
        return plain_url(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _a_month(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value and not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", value):
        raise click.BadParameter("expected a year and a month, such as 2026-11")
    return value


@click.group()
def number() -> None:
    """The telephone number at Twilio: how it is wired, and to wire it to this line."""


@number.command("show")
@click.argument("wanted", metavar="[+1…]", required=False, callback=_the_number)
@click.pass_context
def number_show(ctx: click.Context, wanted: str | None) -> None:
    """Show how the number (LINE_NUMBER) is wired, and what is wrong with that."""
    from ivr.operate import number as numbers
    from ivr.operate.account import Account

    settings = read_settings()
    account = Account.of(settings, _outside(ctx).transport)
    one = numbers.the_number(account, _named(wanted, settings.line_number))
    _say([*numbers.described(one), *numbers.warnings(one, settings, one.wiring)])


@number.command("set")
@click.argument("wanted", metavar="[+1…]", required=False, callback=_the_number)
@click.option("--fallback-url", help="Where the document of `ivr fallback` is hosted.")
@click.option("--fallback-method", type=_METHOD, help="How it is asked for.  [default: GET for a .xml, else POST]")
@click.option("--voice-url", help="To undo a change: who is asked for a call.  [default: this line]")
@click.option("--voice-method", type=_METHOD, help="To undo a change: how.")
@click.option("--status-url", help="To undo a change: who is told when a call has ended.  [default: nobody]")
@click.option("--status-method", type=_METHOD, help="To undo a change: how.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def number_set(ctx: click.Context, /, wanted: str | None, dry_run: bool, yes: bool, **options: str | None) -> None:
    """Wire the number (LINE_NUMBER) to this line: shows old and new, asks, changes, reads back, says how to undo it."""
    from ivr.operate import number as numbers
    from ivr.operate.account import Account

    settings = read_settings()
    account = Account.of(settings, _outside(ctx).transport)
    found = numbers.the_number(account, _named(wanted, settings.line_number))
    given = {name: value for name, value in options.items() if value is not None}
    wiring = numbers.wiring_for(settings, found.wiring, given)
    _say([*numbers.warnings(found, settings, wiring), *_fallback_to_host(wiring.fallback_url)])
    changes = numbers.differences(found.wiring, wiring)
    _say([f"{found.number} ({found.sid})", *(f"  {change}" for change in changes or ["nothing changes"])])
    if dry_run or not changes:
        return
    if not yes:
        click.confirm("Change it?", abort=True)
    numbers.rewire(account, found, wiring)
    _say(["Changed, and read back.", "To undo it:", f"  {numbers.undo(found)}"])


def _named(wanted: str | None, line_number: str) -> str:
    if name := wanted or line_number:
        return name
    raise BadSettings("Which number? Set LINE_NUMBER, or name it, such as +12025550123.")


def _fallback_to_host(url: str) -> list[str]:
    """The document that is still to be hosted, where no fallback is set."""
    if url:
        return []
    from ivr.line.compiler import compile_line

    settings = read_settings()
    return [
        "This is the document to host:",
        compile_line(settings.ivr_content, settings.options).fallback_document.decode("utf-8"),
    ]


def _say(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)


@click.command()
@click.option("--local", is_flag=True, help="Only what needs no network.")
@click.pass_context
def doctor(ctx: click.Context, local: bool) -> None:
    """Say whether callers get through, one line a check. Exit 1 if a check fails."""
    from ivr.operate.doctor import run as doctors

    one = doctors.patient(read_settings(), _outside(ctx), at_home=local)
    verdicts = []
    for about, finding in doctors.examine(one, doctors.LOCAL if local else doctors.EVERYWHERE):
        click.echo(f"{finding.verdict:<11}  {about}: {finding.sentence}")
        verdicts.append(finding.verdict)
    told = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in ("PASS", "FAIL", "CANNOT TELL"))
    click.echo(told)
    sys.exit(1 if "FAIL" in verdicts else 0)


@click.command()
@click.argument("url", callback=_an_address)
@click.pass_context
def probe(ctx: click.Context, url: str) -> None:
    """Make one signed call to a running line at URL, dialling nobody. Exit 1 if callers do not get through."""
    from ivr.operate.probe import probe as call

    well, sentence = call(read_settings(), url, _outside(ctx).fetch)
    click.echo(sentence)
    sys.exit(0 if well else 1)


@click.command()
@click.option("--month", callback=_a_month, metavar="2026-11", help="Which month.  [default: the last whole one]")
@click.option("--csv", "kind", flag_value="csv", help="As comma-separated values.")
@click.option("--html", "kind", flag_value="html", help="As a page with bars.")
@click.pass_context
def usage(ctx: click.Context, month: str | None, kind: str | None) -> None:
    """Show which keys led where and how transfers ended, a whole month at a time; numbers under 16 are not shown."""
    from ivr.line.compiler import compile_line
    from ivr.usage import layout
    from ivr.usage.report import Report, last_month, make_report
    from ivr.usage.store import store_of

    settings, now = read_settings(), _outside(ctx).now()
    store = store_of(settings)
    if store is None:
        raise BadSettings("IVR_USAGE is off: nothing is counted.")
    layouts: dict[str | None, Callable[[Report], str]]
    layouts = {None: layout.as_text, "csv": layout.as_csv, "html": layout.as_html}
    month = month or last_month(now)
    stored = store.read(month)
    line = compile_line(settings.ivr_content, settings.options)
    click.echo(layouts[kind](make_report(line, month, stored, now)))


@click.command()
def cost() -> None:
    """Estimate what a call costs, from the texts: characters spoken and minutes of both legs, at the prices known."""
    from ivr.line.compiler import compile_line
    from ivr.operate.cost import as_text, costs

    settings = read_settings()
    click.echo(as_text(list(costs(compile_line(settings.ivr_content, settings.options)))))
