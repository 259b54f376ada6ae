"""How far an incident is handed out, while it is."""

from threading import Event as Signal
from typing import Final

from domain.incident import Incident, handed_out
from interface.bootstrap import Redress
from interface.cli.progress import Advance, progress
from interface.working import stopped_by_signals

# So often it is looked how far it is, in seconds.
LOOK_S: Final = 0.5


def watched(redress: Redress, number: str, *, work: bool) -> None:
    """Show how far it is until nobody waits, it is stopped, or we are.

    ``work``: hand out here, as a worker would.
    """
    state, _ = redress.incidents.find(number)
    with (
        stopped_by_signals() as stop,
        progress(f"Handing out {number}", handed_out(state).left, "orders") as advance,
    ):
        follow(redress, number, stop, advance, work=work)


def follow(
    redress: Redress, number: str, stop: Signal, advance: Advance, *, work: bool
) -> None:
    """Say how many more are done, again and again."""
    state, _ = redress.incidents.find(number)
    left = handed_out(state).left
    while left and not stop.is_set():
        if not (work and redress.processes.hand_outs.work(number)):
            stop.wait(LOOK_S)
        state, _ = redress.incidents.find(number)
        now_left = handed_out(state).left
        advance(left - now_left)
        left = now_left
        if state.status not in {"piloting", "rolling_out"} or pilot_done(state):
            return


def pilot_done(state: Incident) -> bool:
    """Whether a pilot has been handed out as far as it goes."""
    return state.status == "piloting" and state.pilot.tried >= state.pilot.orders
