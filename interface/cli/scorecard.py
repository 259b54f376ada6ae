"""``redress scorecard``: how a merchant, a creator or a carrier does."""

from datetime import date, datetime
from typing import cast, get_args

import rich_click as click
from msgspec import json

from application.audit.words import span
from application.projections.promise_rows import PromiseBoard
from application.projections.runner import Runner
from application.projections.scorecard_rows import Scorecards
from application.scorecards import TooManyDays
from domain.scorecard import Role, Tally
from interface.bootstrap import open_redress
from interface.cli.installation import existing
from interface.clock import now
from interface.errors import UserError
from interface.settings import read_settings
from interface.wording import LANGUAGES

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("role", type=click.Choice(get_args(Role)))
@click.argument("name")
@click.option("--from", "first", type=DAY, help="The first day; 30 days by default.")
@click.option("--to", "last", type=DAY, help="The last day; today by default.")
@click.option("--json", "as_json", is_flag=True, help="Day by day, for programs.")
def command(
    *,
    role: str,
    name: str,
    first: datetime | None,
    last: datetime | None,
    as_json: bool,
) -> None:
    """Show how NAME does as merchant, creator or carrier, each figure with its rule.

    A figure is so much of so much; what is still pending counts in neither.
    """
    with open_redress(existing(read_settings())) as redress:
        Runner([PromiseBoard(), Scorecards()], redress.projector).catch_up()
        try:
            card = redress.desks.scorecards.of_party(
                cast("Role", role), name, now=now(), first=day(first), last=day(last)
            )
        except TooManyDays as error:
            raise UserError(str(error)) from None
    if as_json:
        click.echo(json.encode(card))
        return
    click.echo(f"{role} {name}, {card.first} to {card.last} ({card.zone})")
    for each in card.totals:
        click.echo(told(each))
    if not card.totals:
        click.echo("  nothing to be measured in these days")


def day(at: datetime | None) -> date | None:
    """Return the day that was named."""
    return None if at is None else at.date()


def told(tally: Tally) -> str:
    """Return a figure in a line: its share or its mean, what of what, and the rule."""
    name = LANGUAGES["en"].word(f"metric:{tally.metric}")
    if tally.unit == "seconds":
        mean = span(tally.numerator // tally.denominator)
        figure = f"{mean} (mean of {tally.denominator})"
    else:
        share = 100 * tally.numerator / tally.denominator
        figure = f"{share:.1f} % ({tally.numerator} of {tally.denominator})"
    return f"  {name}: {figure}, by {tally.rule}"
