"""An incident handed out, held, taken back, and what is written down afterwards."""

import rich_click as click

from application.event_store.envelope import Receipt
from domain.incident import (
    CompleteIncident,
    ExpandRollout,
    PauseIncident,
    ResumeIncident,
    ReviewIncident,
    RollBackUnexecuted,
    StartPilot,
    WithdrawIncident,
)
from interface.bootstrap import Redress
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
from interface.errors import UserError


@click.command()
@NUMBER
@click.option("--orders", type=int, required=True, help="On how many it is tried.")
@AS
@NAME
def pilot(number: str, *, orders: int, role: str, name: str | None) -> None:
    """Try it on so many orders first."""
    takes(number, StartPilot(by=by(role, name), orders=orders))


@click.command()
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


@click.command()
@NUMBER
@REASON
@AS
@NAME
def pause(number: str, *, reason: str, role: str, name: str | None) -> None:
    """Hand out nothing more for now."""
    takes(number, PauseIncident(by=by(role, name), reason=reason))


@click.command()
@NUMBER
@AS
@NAME
def resume(number: str, *, role: str, name: str | None) -> None:
    """Go on where it was paused."""
    takes(number, ResumeIncident(by=by(role, name)))


@click.command()
@NUMBER
@REASON
@AS
@NAME
def withdraw(number: str, *, reason: str, role: str, name: str | None) -> None:
    """Give it up, and its budget, before anything was handed out."""
    takes(number, WithdrawIncident(by=by(role, name), reason=reason))


@click.command()
@NUMBER
@REASON
@AS
@NAME
def rollback(number: str, *, reason: str, role: str, name: str | None) -> None:
    """Take back every offer that nobody took yet."""
    takes(number, RollBackUnexecuted(by=by(role, name), reason=reason))


# -- Afterwards --


@click.command()
@NUMBER
@AS
@NAME
def complete(number: str, *, role: str, name: str | None) -> None:
    """Say that it is over: nobody joins any more."""
    takes(number, CompleteIncident(by=by(role, name)))


@click.command()
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
