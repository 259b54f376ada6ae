"""``redress incident``: one cause, many orders, from the first word to the last."""

from collections.abc import Callable
from typing import Any, Final, get_args
from uuid import uuid4

import msgspec
import rich_click as click

from application.event_store.envelope import CommandContext, Receipt
from application.incidents.incidents import Estimate, Freeze
from application.incidents.office import ListedIncident, listed
from application.incidents.view import view
from application.projections.affected_rows import Affected
from application.projections.incident_rows import IncidentBoard
from application.projections.runner import Runner
from domain.incident import (
    ApproveBudget,
    CompleteIncident,
    DeclareIncident,
    DraftPlan,
    ExpandRollout,
    IncidentKind,
    PauseIncident,
    ResumeIncident,
    ReviewIncident,
    RollBackUnexecuted,
    Segment,
    Selector,
    StartPilot,
    WithdrawIncident,
)
from domain.kernel import Refused
from domain.party import By
from interface.bootstrap import Redress, open_redress
from interface.cli.incident_told import line, told
from interface.cli.incident_watch import watched
from interface.cli.installation import existing
from interface.cli.person import at_terminal
from interface.clock import now
from interface.errors import UserError
from interface.settings import read_settings

ROLES: Final = ("agent", "senior_agent", "finance_approver")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="All of it, as JSON.")
AS = click.option(
    "--as",
    "role",
    type=click.Choice(ROLES),
    default="senior_agent",
    show_default=True,
    help="As what you act here.",
)
NAME = click.option("--name", help="Under which name; else your account's.")
REASON = click.option("--reason", required=True, help="Why, in a word.")
NUMBER = click.argument("number")


@click.group()
def command() -> None:
    """See to an incident: whom it affects, what it costs, and who is offered what.

    Whoever declares it or drafts its plan does not grant the money for it.
    """


def asked(number: str, ask: Callable[[Redress], Any]) -> Any:
    """Return an answer of this installation's incidents. Raises UserError."""
    with open_redress(existing(read_settings())) as redress:
        Runner([Affected(), IncidentBoard()], redress.projector).catch_up()
        try:
            return ask(redress)
        except Refused as error:
            details = ", ".join(
                f"{name} {of}" for name, of in error.details.items() if of != number
            )
            more = f" ({details})" if details else ""
            raise UserError(f"{number}: {error}{more}") from None
        except ValueError as error:
            raise UserError(f"{number}: {error}") from None


def context(said: Any) -> CommandContext:
    """Return who asks, and when: whoever is at this terminal, now."""
    cause = uuid4()
    return CommandContext(
        actor=at_terminal(),
        asked_at=now(),
        command_id=cause,
        correlation_id=cause,
        name=type(said).__name__,
    )


def takes(number: str, said: Any) -> None:
    """Ask an incident for something, and say how it then stands."""

    def ask(redress: Redress) -> Receipt:
        return redress.incidents.take(number, said, context(said))

    asked(number, ask)
    click.echo(asked(number, lambda redress: shown(redress, number)))


def shown(redress: Redress, number: str) -> str:
    """Return how an incident stands, in a few lines."""
    return told(found(redress, number))


def found(redress: Redress, number: str) -> Any:
    """Return an incident as it stands; raises NoSuchIncident."""
    state, version = redress.incidents.find(number)
    offers = redress.queries.incidents.counts(number)
    return view(
        state,
        version,
        redress.incidents.id_of(number),
        offers,
        reader=None,
        book=redress.incidents.book(state),
        at=now(),
    )


def by(role: str, name: str | None) -> By:
    """Return as whom somebody at this terminal acts."""
    return By(role=role, name=name or at_terminal())  # type: ignore[arg-type]  # of ROLES


# -- Looking --


@command.command("list")
@AS_JSON
def list_(*, as_json: bool) -> None:
    """List incidents, the newest first."""

    def ask(redress: Redress) -> list[ListedIncident]:
        found = redress.queries.incidents.newest(limit=200)
        return listed(found.rows, redress.incidents)

    rows = asked("list", ask)
    for row in rows:
        click.echo(msgspec.json.encode(row) if as_json else line(row))
    if not rows and not as_json:
        click.echo("There is no incident.")


@command.command()
@NUMBER
@AS_JSON
def show(number: str, *, as_json: bool) -> None:
    """Show how an incident stands: whom it affects, what it costs, who has what."""
    seen = asked(number, lambda redress: found(redress, number))
    click.echo(msgspec.json.encode(seen) if as_json else told(seen))


@command.command()
@NUMBER
@click.option("--work", is_flag=True, help="Hand out here, where no worker runs.")
def watch(number: str, *, work: bool) -> None:
    """Watch an incident being handed out, until nobody waits any more."""
    asked(number, lambda redress: watched(redress, number, work=work))
    click.echo(asked(number, lambda redress: shown(redress, number)))


# -- Whom it affects, and what it costs --


@command.command()
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


@command.command()
@NUMBER
@AS
@NAME
def scope(number: str, *, role: str, name: str | None) -> None:
    """Freeze whom it affects, as it is seen now."""
    said = Freeze(by=by(role, name))
    asked(number, lambda redress: redress.incidents.freeze(number, said, context(said)))
    click.echo(asked(number, lambda redress: shown(redress, number)))


@command.command()
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


@command.command()
@NUMBER
def estimate(number: str) -> None:
    """Work out what the plan costs, by bearer and by segment."""
    said = Estimate()
    asked(
        number, lambda redress: redress.incidents.estimate(number, said, context(said))
    )
    click.echo(asked(number, lambda redress: shown(redress, number)))


@command.command()
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


# -- Handing out --


@command.command()
@NUMBER
@click.option("--orders", type=int, required=True, help="On how many it is tried.")
@AS
@NAME
def pilot(number: str, *, orders: int, role: str, name: str | None) -> None:
    """Try it on so many orders first."""
    takes(number, StartPilot(by=by(role, name), orders=orders))


@command.command()
@NUMBER
@click.option("--rate", type=int, required=True, help="At most so many a minute.")
@AS
@NAME
def rollout(number: str, *, rate: int, role: str, name: str | None) -> None:
    """Go on with all the others."""
    said = ExpandRollout(by=by(role, name), orders_per_minute=rate)

    def ask(redress: Redress) -> Receipt:
        state, _ = redress.incidents.find(number)
        if state.status == "approved":
            raise UserError(f"{number}: it was not tried yet: run pilot first")
        return redress.incidents.take(number, said, context(said))

    asked(number, ask)
    click.echo(asked(number, lambda redress: shown(redress, number)))


@command.command()
@NUMBER
@REASON
@AS
@NAME
def pause(number: str, *, reason: str, role: str, name: str | None) -> None:
    """Hand out nothing more for now."""
    takes(number, PauseIncident(by=by(role, name), reason=reason))


@command.command()
@NUMBER
@AS
@NAME
def resume(number: str, *, role: str, name: str | None) -> None:
    """Go on where it was paused."""
    takes(number, ResumeIncident(by=by(role, name)))


@command.command()
@NUMBER
@REASON
@AS
@NAME
def withdraw(number: str, *, reason: str, role: str, name: str | None) -> None:
    """Give it up, and its budget, before anything was handed out."""
    takes(number, WithdrawIncident(by=by(role, name), reason=reason))


@command.command()
@NUMBER
@REASON
@AS
@NAME
def rollback(number: str, *, reason: str, role: str, name: str | None) -> None:
    """Take back every offer that nobody took yet."""
    takes(number, RollBackUnexecuted(by=by(role, name), reason=reason))


# -- Afterwards --


@command.command()
@NUMBER
@AS
@NAME
def complete(number: str, *, role: str, name: str | None) -> None:
    """Say that it is over: nobody joins any more."""
    takes(number, CompleteIncident(by=by(role, name)))


@command.command()
@NUMBER
@click.option("--cause", required=True, help="What it came of, in a word.")
@click.option("--lesson", "lessons", multiple=True, help="What was learnt, in a word.")
@AS
@NAME
def review(
    number: str, *, cause: str, lessons: tuple[str, ...], role: str, name: str | None
) -> None:
    """Write down what was learnt, once it is over."""
    takes(number, ReviewIncident(by=by(role, name), cause=cause, lessons=lessons))
