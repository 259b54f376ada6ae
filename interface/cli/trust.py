"""``redress trust``: how faith was kept with a consumer, point by point."""

from collections.abc import Iterator

import rich_click as click
from msgspec import json

from application.audit.spelt import moment
from application.projections.persons import Persons
from application.projections.runner import Runner
from application.projections.timeline import Timeline
from domain.money import decimal_string
from domain.trust import Balance, Point
from interface.bootstrap import open_redress
from interface.cli.installation import existing
from interface.errors import UserError
from interface.settings import read_settings
from interface.wording import LANGUAGES


@click.command()
@click.argument("consumer")
@click.option("--json", "as_json", is_flag=True, help="All of it, for programs.")
def command(consumer: str, *, as_json: bool) -> None:
    """Show how we kept faith with CONSUMER, under all names of that person.

    Every point names the event it rests on; `redress explain STREAM@VERSION` says why
    that is as it is. It is an account of us, and no score of the consumer.
    """
    with open_redress(existing(read_settings())) as redress:
        Runner([Persons(), Timeline()], redress.projector).catch_up()
        if not redress.queries.timeline.exists(consumer):
            raise UserError(f"Nothing is known of a consumer {consumer!r}")
        found = redress.desks.trust.of_person(consumer)
    if as_json:
        click.echo(json.encode(found))
    else:
        click.echo("\n".join((*summed(found), *map(told, found.points))))


def summed(found: Balance) -> Iterator[str]:
    """Yield the totals in lines."""
    totals = found.totals
    yield (
        f"promises kept {totals.promises_kept}, ahead of time {totals.kept_ahead} by "
        f"{minutes(totals.minutes_ahead)}, broken {totals.promises_broken}, late "
        f"{minutes(totals.minutes_late)}"
    )
    yield (
        f"kept waiting {minutes(totals.minutes_waited)}, still waiting for "
        f"{totals.still_waiting}"
    )
    money = ", ".join(
        f"{decimal_string(minor, currency)} {currency}"
        for currency, minor in sorted(totals.money_returned.items())
    )
    yield (
        f"money returned {money or 'none'}; opened by us {totals.opened_by_us}, "
        f"by them {totals.opened_by_them}"
    )
    given = totals.satisfaction_given
    mean = f"{totals.satisfaction_sum / given:.1f} of 5" if given else "not said"
    yield f"satisfaction {mean} ({given}); open contests {found.open_contests}"


def told(point: Point) -> str:
    """Return a point in a line."""
    stream, _, version = point.event.rpartition("/")
    value = ""
    if point.minutes is not None:
        value = minutes(point.minutes)
    elif point.amount is not None:
        value = f"{point.amount} {point.amount.currency}"
    elif point.score is not None:
        value = f"{point.score} of 5"
    elif point.what == "minutes_waited":
        value = "still"
    word = LANGUAGES["en"].word(f"point:{point.what}")
    parts = (moment(point.at), word, value, point.about, standing(point))
    return "  ".join((*filter(None, parts), f"{stream}@{version}"))


def standing(point: Point) -> str:
    """Return how a point stands, where it is not just counted."""
    if point.replaced_by is None:
        return "" if point.standing == "counted" else f"({point.standing})"
    _, _, version = point.replaced_by.rpartition("/")
    return f"(not counted: told anew by @{version})"


def minutes(number: int) -> str:
    """Return so many minutes as people read them."""
    return LANGUAGES["en"].span(60 * number) if number else "0 min"
