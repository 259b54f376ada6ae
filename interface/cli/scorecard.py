"""``redress scorecard``: how a merchant, a creator or a carrier does."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Final, cast, get_args

import rich_click as click
from msgspec import json

from application.projections.promise_rows import PromiseBoard
from application.projections.runner import Runner
from application.projections.scorecard_rows import Scorecards
from application.scorecards import Scorecard, TooManyDays
from domain.promise import PromiseKind
from domain.scorecard import SECONDS, Role, Tally
from interface.bootstrap import open_redress
from interface.cli.installation import existing
from interface.clock import now
from interface.errors import UserError
from interface.settings import read_settings
from interface.wording import LANGUAGES

DAY = click.DateTime(["%Y-%m-%d"])
PROMISES: Final[frozenset[str]] = frozenset(get_args(PromiseKind))
LESS_IS_BETTER: Final = SECONDS | {
    "false_signing",
    "damage_return_rate",
    "platform_help_rate",
}
# Whose orders the promises of a card are of, whoever made them.
WHOSE: Final[Mapping[Role, str]] = {
    "merchant": "it sold",
    "creator": "sold through them",
    "carrier": "it carried",
}


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

    A figure is so much of so much; what is still pending counts in neither. What a
    promise's rule says, `redress policy list` shows.
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
    click.echo("\n".join(lines_of(card)))


def day(at: datetime | None) -> date | None:
    """Return the day that was named."""
    return None if at is None else at.date()


def lines_of(card: Scorecard) -> Iterator[str]:
    """Yield a scorecard in lines: promises first, then what rows of a book measure."""
    yield f"{card.role} {card.party}, {card.first} to {card.last} ({card.zone})"
    if not card.totals:
        yield "  nothing to be measured in these days; others: --from, --to"
    promises = [each for each in card.totals if each.metric in PROMISES]
    measured = [each for each in card.totals if each.metric not in PROMISES]
    for title, tallies in (
        (f"Promises that fell due, of orders {WHOSE[card.role]}", promises),
        ("Measured, by rows of the rulebook", measured),
    ):
        if tallies:
            yield f"{title}:"
        for each in tallies:
            yield from told(each)


def told(tally: Tally) -> Iterator[str]:
    """Yield a figure: its share or its mean, of how many, and the rule it is by."""
    english = LANGUAGES["en"]
    name = english.word(f"metric:{tally.metric}")
    if tally.unit == "seconds":
        figure = english.span(tally.numerator // tally.denominator)
        of = f"mean of {tally.denominator:,}"
    else:
        figure = f"{100 * tally.numerator / tally.denominator:.1f} %"
        of = f"{tally.numerator:,} of {tally.denominator:,}"
    less = ", less is better" if tally.metric in LESS_IS_BETTER else ""
    yield f"  {name:<34}{figure:>12}  {of}{less}"
    yield f"    by {tally.rule}"
