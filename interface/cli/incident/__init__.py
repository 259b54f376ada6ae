"""``redress incident``: one cause, many orders, from the first word to the last."""

from typing import Final

import rich_click as click

from interface.cli.incident.handing_out import (
    complete,
    pause,
    pilot,
    resume,
    review,
    rollback,
    rollout,
    withdraw,
)
from interface.cli.incident.looking import list_, show, watch
from interface.cli.incident.preparing import approve, declare, estimate, plan, scope

LOOKING: Final = (list_, show, watch)
PREPARING: Final = (declare, scope, plan, estimate, approve)
HANDING_OUT: Final = (pilot, rollout, pause, resume, withdraw, rollback)
AFTERWARDS: Final = (complete, review)


@click.group()
def command() -> None:
    """See to an incident: whom it affects, what it costs, and who is offered what.

    Whoever declares it or drafts its plan does not grant the money for it.
    """


for each in (*LOOKING, *PREPARING, *HANDING_OUT, *AFTERWARDS):
    command.add_command(each)
