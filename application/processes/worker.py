"""The loop that keeps everything moving: steps, round after round, until told to stop.

A step is asked again at once while there is something to do, else ever more slowly.
Nobody need wake it: a wake-up may be lost, a question is not.
"""

from collections.abc import Callable, Sequence
from threading import Event as Signal
from typing import NamedTuple

import psycopg
import structlog

from application.event_store.store import StoreUnavailable

POLL_MIN_S, POLL_MAX_S = 0.05, 0.25
RETRY_MIN_S, RETRY_MAX_S = 0.5, 10.0

log = structlog.get_logger(__name__)


class Step(NamedTuple):
    """One thing to do in every round: ``run`` says how much it found to do."""

    name: str
    run: Callable[[], int]


class Worker:
    """Runs its steps, in order, in every round."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps

    def round(self) -> dict[str, int]:
        """Run every step once; return what was done, by the name of the step.

        Raises what a step raises, after the others had their turn.
        """
        done: dict[str, int] = {}
        errors: list[Exception] = []
        for step in self._steps:
            try:
                count = step.run()
            except Exception as error:  # noqa: BLE001 - raised below
                errors.append(error)
                failed(step, error)
            else:
                done |= {step.name: count} if count else {}
        if done:
            log.info("worked", **done)
        if errors:
            raise errors[0]
        return done

    def until_idle(self, stop: Signal) -> None:
        """Run rounds until there is nothing left to do, or until told to stop."""
        while not stop.is_set() and self.round():
            pass

    def until_stopped(self, stop: Signal) -> None:
        """Run rounds until told to stop. A step that fails is tried again and again."""
        pause, patience = POLL_MIN_S, RETRY_MIN_S
        while not stop.is_set():
            try:
                done = self.round()
            except Exception:  # noqa: BLE001 - logged by the round
                stop.wait(patience)
                patience = min(patience * 2, RETRY_MAX_S)
                continue
            patience = RETRY_MIN_S
            pause = POLL_MIN_S if done else min(pause * 2, POLL_MAX_S)
            if not done:
                stop.wait(pause)


def failed(step: Step, error: Exception) -> None:
    """Log it: a database that is away in one line, a mistake of ours with its trace."""
    away = isinstance(error, StoreUnavailable | psycopg.OperationalError)
    reason = str(error).partition("\n")[0]
    if away:
        log.warning("step_waits", step=step.name, reason=reason)
    else:
        log.error("step_failed", step=step.name, reason=reason, exc_info=error)
