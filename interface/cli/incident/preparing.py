"""Whom an incident affects, what each is offered, what that costs, who grants it."""

from typing import Any, get_args

import msgspec
import rich_click as click

from application.incidents.incidents import Estimate, Freeze
from domain.incident import (
    ApproveBudget,
    DeclareIncident,
    DraftPlan,
    IncidentKind,
    Segment,
    Selector,
)
from interface.cli.incident.asking import (
    AS,
    NAME,
    NUMBER,
    REASON,
    asked,
    by,
    context,
    shown,
    takes,
)
from interface.clock import now
from interface.errors import UserError


@click.command()
@NUMBER
@click.option("--kind", type=click.Choice(get_args(IncidentKind)), required=True)
@click.option("--selector", required=True, help='JSON, as {"outlets": ["urumqi-3"]}.')
@click.option("--begins", type=click.DateTime(), help="Since when; now by default.")
@click.option("--ends", type=click.DateTime(), help="Until when orders join.")
@click.option("--source", help="Whose orders' rules hold.")
@REASON
@AS
@NAME
def declare(number: str, *, role: str, name: str | None, **said: Any) -> None:
    """Declare an incident."""
    try:
        selector = msgspec.json.decode(said["selector"], type=Selector)
    except msgspec.DecodeError as error:
        raise UserError(f"The selector cannot be read: {error}") from None
    zone = now().astimezone().tzinfo
    begins, ends = (
        None if said[each] is None else said[each].replace(tzinfo=zone)
        for each in ("begins", "ends")
    )
    command = DeclareIncident(
        by=by(role, name),
        number=number,
        kind=said["kind"],
        reason=said["reason"],
        source=said["source"],
        selector=selector,
        begins=begins or now(),
        ends=ends,
    )
    takes(number, command)


@click.command()
@NUMBER
@AS
@NAME
def scope(number: str, *, role: str, name: str | None) -> None:
    """Freeze whom it affects, as it is seen now."""
    said = Freeze(by=by(role, name))
    asked(number, lambda redress: redress.incidents.freeze(number, said, context(said)))
    click.echo(asked(number, lambda redress: shown(redress, number)))


@click.command()
@NUMBER
@click.argument("segments", nargs=-1, required=True)
@AS
@NAME
def plan(
    number: str, segments: tuple[str, ...], *, role: str, name: str | None
) -> None:
    """Say which plan each segment is offered.

    SEGMENTS are JSON, the first that fits an order takes it:
    '{"name": "stuck", "plan": "reship-early", "stalled_over_hours": 72}'.
    """
    try:
        read = [msgspec.json.decode(each, type=Segment) for each in segments]
    except msgspec.DecodeError as error:
        raise UserError(f"A segment cannot be read: {error}") from None
    takes(number, DraftPlan(by=by(role, name), segments=tuple(read)))


@click.command()
@NUMBER
def estimate(number: str) -> None:
    """Work out what the plan costs, by bearer and by segment."""
    said = Estimate()
    asked(
        number, lambda redress: redress.incidents.estimate(number, said, context(said))
    )
    click.echo(asked(number, lambda redress: shown(redress, number)))


@click.command()
@NUMBER
@click.option("--total-fen", type=int, required=True, help="In all, in fen.")
@click.option("--per-order-fen", type=int, required=True, help="Per order, in fen.")
@click.option("--rests-on", required=True, help="The estimate you saw, by its name.")
@AS
@NAME
def approve(number: str, *, role: str, name: str | None, **said: Any) -> None:
    """Grant what it may cost, by the estimate you saw."""
    command = ApproveBudget(
        by=by(role, name),
        total_max_fen=said["total_fen"],
        per_order_max_fen=said["per_order_fen"],
        rests_on=said["rests_on"],
    )
    takes(number, command)
