"""The commands of an operator about counts and costs of calls: `ivr usage` and `ivr cost`."""

import click

from ivr.cli import compiled_line, echo_lines
from ivr.cli.operate import external_services
from ivr.errors import BadSettings
from ivr.settings import read_settings
from ivr.usage.periods import is_period, period_before


def _period(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value and not is_period(value):
        raise click.BadParameter("expected a month, such as 2026-11, or a quarter, such as 2026-Q4")
    return value


@click.command()
@click.option(
    "--period",
    "--month",
    callback=_period,
    metavar="2026-11",
    help="The period to show, or the latest of several.  [default: the latest complete one]",
)
@click.option("--periods", default=1, type=click.IntRange(1, 16), show_default=True, help="Periods side by side.")
@click.option("--agency", default="", help="Name for the head of the page.")
@click.option("--csv", "output", flag_value="csv", help="Print all numbers as comma-separated values.")
@click.option("--html", "output", flag_value="html", help="Print a page for one sheet of paper.")
@click.option("--twilio", is_flag=True, help="Only calls and transfers, from Twilio's records of one period.")
@click.pass_context
def usage(ctx: click.Context, period: str | None, periods: int, agency: str, output: str | None, twilio: bool) -> None:
    """Show how many people called, asked for a person and were connected, in which languages, and about what.

    A period is a month, or a quarter if the line counts by quarter (IVR_USAGE_PERIOD). Numbers under 16 are not shown.
    """
    if twilio:
        if periods > 1 or agency or output:
            raise click.UsageError("--twilio prints one period as text: leave out --periods, --agency, --csv, --html.")
        _print_records_of_twilio(ctx, period)
        return
    from ivr.script.labels import language_names, titles_and_depths
    from ivr.usage import layout
    from ivr.usage.report import check_final, last_period, make_report
    from ivr.usage.store import store_of

    settings, now = read_settings(), external_services(ctx).now()
    store = store_of(settings)
    if store is None:
        raise BadSettings("IVR_USAGE is off: nothing is counted.")
    last = period or last_period(now, settings.ivr_usage_period)
    check_final(last, now)
    names_of_periods = _periods_until(last, periods)
    stored = [store.read(name) for name in names_of_periods]
    line = compiled_line()
    reports = [make_report(line, name, counts, now) for name, counts in zip(names_of_periods, stored, strict=True)]
    as_output = {None: layout.as_text, "csv": layout.as_csv, "html": layout.as_html}[output]
    names = layout.Names(titles_and_depths(line), language_names(line))
    text = as_output(reports, names, layout.Head(agency, settings.line_number, now.date()))
    click.echo(text.encode() if output == "html" else text)  # a page is UTF-8, whatever the terminal is


def _print_records_of_twilio(ctx: click.Context, period: str | None) -> None:
    from ivr.operate.account import Account
    from ivr.operate.call_records import report
    from ivr.usage.report import last_period

    settings, services = read_settings(), external_services(ctx)
    last = period or last_period(services.now(), settings.ivr_usage_period)
    echo_lines(report(Account(settings, services.transport), settings, last, services.now()))


def _periods_until(last: str, number: int) -> list[str]:
    """The `number` periods that end with `last`, in order."""
    periods = [last]
    while len(periods) < number:
        periods.insert(0, period_before(periods[0]))
    return periods


@click.command()
@click.option("--calls", type=click.IntRange(min=1), metavar="300", help="Also show the cost of this many calls.")
def cost(calls: int | None) -> None:
    """Estimate what a call costs.

    The estimate counts the characters spoken and the minutes of the caller's and the hotline's leg.
    """
    from ivr.operate.cost import as_text, costs

    click.echo(as_text(list(costs(compiled_line())), calls))
