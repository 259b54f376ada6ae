"""What each word of ``redress incident`` asks, as whom, and how it is answered."""

from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

import rich_click as click

from application.event_store.envelope import CommandContext, Receipt
from application.incidents.view import view
from application.projections.affected_rows import Affected
from application.projections.incident_rows import IncidentBoard
from application.projections.runner import Runner
from domain.kernel import Refused
from domain.party import By
from interface.bootstrap import Redress, open_redress
from interface.cli.incident.told import told
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
