"""The worker process: what it does in every round, and how it is told to stop."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event as Signal
from types import FrameType

from application.processes.worker import Step, Worker
from interface.bootstrap import Redress


def worker(redress: Redress) -> Worker:
    """Return the worker, its projections prepared."""
    runner = redress.runner()
    runner.prepare()
    steps = [
        Step("messages_moved_on", redress.inbound.work),
        Step("events_projected", runner.round),
        Step("deadlines_asked", redress.processes.overdue.check),
        Step("shortfalls_asked", redress.processes.shortfall_watch.detect),
        Step("shortfalls_cleared", redress.processes.shortfall_watch.clear),
        Step("consumers_accompanied", redress.processes.beside_consumers.look),
        Step("calendars_asked", redress.processes.touched_clocks.move),
        Step("clocks_asked", redress.processes.overdue_clocks.check),
        Step("disputes_asked", redress.processes.due_disputes.open),
        Step("resolutions_asked", redress.processes.due_resolutions.run),
        Step("incidents_handed_out", hand_out(redress)),
        Step("incident_costs_recorded", redress.processes.incident_costs.run),
        Step("incident_offers_withdrawn", redress.processes.withdrawals.run),
        Step("refunds_asked", redress.processes.due_refunds.order),
        Step("outcomes_measured", redress.processes.outcomes.measure),
        Step("evidence_swept", redress.processes.evidence_sweep.run),
        Step("webhooks", redress.outside.sender.work),
        Step("effects", redress.outside.effect_worker.work),
    ]
    return Worker(steps)


def hand_out(redress: Redress) -> Callable[[], int]:
    """Return what hands out a batch of every incident that is being handed out."""
    return lambda: redress.processes.hand_outs.run(redress.queries.incidents)


@contextmanager
def stopped_by_signals() -> Iterator[Signal]:
    """Lend what is set by Ctrl-C, or by being asked to end."""
    stop = Signal()

    def obey(signum: int, frame: FrameType | None) -> None:
        del signum, frame  # Which one, and where we were, makes no difference.
        stop.set()

    signs = (signal.SIGINT, signal.SIGTERM)
    before = {sign: signal.signal(sign, obey) for sign in signs}
    try:
        yield stop
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
