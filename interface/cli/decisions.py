"""``redress decisions``: who decided what, under which rule, for how much, when."""

from datetime import datetime

import rich_click as click
from msgspec import json

from application.audit.spelt import moment
from application.projections.decision_rows import Decisions
from application.projections.decisions import DecisionRow, Sought
from application.projections.paging import PAGE_MAX
from application.projections.runner import Runner
from domain.money import decimal_string
from interface.bootstrap import open_redress
from interface.cli.installation import existing
from interface.errors import UserError
from interface.settings import read_settings


@click.command()
@click.option("--agent", help="Who decided: a name, such as anna.")
@click.option("--policy", help="A version of a row, such as a.b@20260810.")
@click.option("--tag", help="A type of event, such as after_sales.approved.")
@click.option("--noun", help="order, case, dispute, contact, account …")
@click.option("--amount-from", type=int, help="At least so many minor units.")
@click.option("--amount-to", type=int, help="At most so many minor units.")
@click.option("--from", "since", help="Recorded at this time or later, with its zone.")
@click.option("--to", "until", help="Recorded before this time, with its zone.")
@click.option("--limit", type=click.IntRange(1, PAGE_MAX), default=50)
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each.")
def command(  # noqa: PLR0913 - one for each thing that can be asked for
    *,
    agent: str | None,
    policy: str | None,
    tag: str | None,
    noun: str | None,
    amount_from: int | None,
    amount_to: int | None,
    since: str | None,
    until: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List decisions, newest first; all that is asked has to hold.

    `redress explain POSITION` says why one fell as it did.
    """
    sought = Sought(
        agent=agent,
        policy=policy,
        tag=tag,
        noun=noun,
        amount_from=amount_from,
        amount_to=amount_to,
        since=zoned("--from", since),
        until=zoned("--to", until),
    )
    with open_redress(existing(read_settings())) as redress:
        Runner([Decisions()], redress.projector).catch_up()
        rows = redress.queries.decisions.find(sought, limit=limit).rows
    for row in rows:
        click.echo(json.encode(row) if as_json else told(row))


def zoned(option: str, text: str | None) -> datetime | None:
    """Return a time with its zone. Raises UserError."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        example = "2026-03-01T09:30:00+08:00"
        raise UserError(f"{option} takes a time with its zone, such as {example}")
    return at


def told(row: DecisionRow) -> str:
    """Return a decision in a line."""
    amount = ""
    if row.amount_minor is not None and row.currency is not None:
        amount = f"{decimal_string(row.amount_minor, row.currency)} {row.currency}"
    place = f"{row.partition}.{row.position}"
    who = f"{row.role}:{row.name}"
    parts = (place, moment(row.recorded_at), who, row.tag, amount, *row.policies)
    return "  ".join(filter(None, parts))
