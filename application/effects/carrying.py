"""Carrying an effect out: ask if it may be done already, ask for it, record the result.

Nothing is held open while a gateway is asked. Whatever was ever sent is asked about by
its key before it is sent again. Its result is recorded once, by the id of its command.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import random
from typing import Final
from uuid import UUID, uuid5

from application.access import NotFound
from application.crashing import CrashPoint, never
from application.effects.attempts import ATTEMPTS, Attempts
from application.effects.breaker import Breakers
from application.effects.effect import Effect, Gateway, Kind
from application.effects.facts import Facts
from application.effects.outbox import OutboxQueries
from application.effects.ports import (
    Accepted,
    AskedByKey,
    CannotSay,
    Declined,
    Done,
    Gateways,
    Instruction,
    NeverHeard,
    NotSent,
    Told,
    Unclear,
    call,
)
from application.effects.results import EffectResult, Takers
from application.effects.runs import Run, Runs, RunState
from application.event_store.store import KeyReused
from domain.kernel import Refused

# What was accepted and of which nothing is heard for so long is for people.
PATIENCE: Final = timedelta(days=3)
# What moves money: how much has to be said.
MONEY: Final[frozenset[Kind]] = frozenset({"refund", "transfer"})


class NobodyTakesIt(Refused):
    """Nobody takes the results of such effects."""


class Carrying:
    """Carries effects out, one at a time; for several threads at once."""

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        *,
        outbox: OutboxQueries,
        runs: Runs,
        facts: Facts,
        gateways: Gateways,
        breakers: Breakers,
        takers: Takers,
        now: Callable[[], datetime],
        attempts: Attempts = ATTEMPTS,
        crash_point: CrashPoint = never,
        dice: Callable[[], float] = random,
    ) -> None:
        self._outbox = outbox
        self._runs = runs
        self._facts = facts
        self._gateways = gateways
        self._breakers = breakers
        self._takers = takers
        self._now = now
        self._attempts = attempts
        self._crash_point = crash_point
        self._dice = dice

    # -- A job --

    def carry_out(self, key: UUID) -> timedelta | None:
        """Have it done; return how long to wait before trying again, None when over.

        Raises StoreUnavailable and whatever else is no word of a gateway's.
        """
        effect, run = self._outbox.find(key), self._runs.begin(key)
        if run.settled or run.state == "dead":
            return None
        # The outbox may not have read it yet, or nobody have been there to send it.
        if answer := effect.answer or self._facts.answer(effect):
            self._runs.stands(key, "answered", reason=answer)
            return None
        return self._goes_on(effect, self._runs.find(key), self._asked_for(effect, run))

    def troubled(self, key: UUID) -> timedelta | None:
        """Return how long to wait after a mistake of ours; None: it is for people."""
        effect, run = self._outbox.find(key), self._runs.find(key)
        return self._tried(effect, run, "internal_error")

    def look_into(self, key: UUID) -> None:
        """Ask what became of it, and send nothing."""
        effect, run = self._outbox.find(key), self._runs.find(key)
        if run.settled or run.state == "dead":
            return
        told = self._asked_about(effect, self._facts.instruction(effect))
        match told:
            case Done() | Declined():
                self._settles(effect, told)
            case _ if self._too_long(run):
                self._runs.stands(key, "dead", reason="no_result")
            case NeverHeard() if run.state == "accepted":
                # It said it would; now it knows of nothing. Only people can tell.
                self._runs.stands(key, "dead", reason="forgotten_by_gateway")
            case _:
                return

    def told(self, gateway: Gateway, key: UUID, answer: Done | Declined) -> Run:
        """Take what a gateway tells unasked, once; raises NotFound.

        That money moved, and not how much, is no result: it is asked for.
        """
        effect = self._outbox.find(key)
        if effect.gateway != gateway:
            raise NotFound
        if untold(effect, answer):
            return self._runs.find(key)
        self._settles(effect, answer)
        return self._runs.find(key)

    # -- Asking --

    def _asked_for(self, effect: Effect, run: Run) -> Told:
        """Return what the gateway says: first of what was sent, then to be asked."""
        instruction = self._facts.instruction(effect)
        if run.first_sent_at is not None:
            told = self._asked_about(effect, instruction)
            if not isinstance(told, NeverHeard | CannotSay):
                return told
        self._runs.sending(effect.key)
        self._crash_point("effect.claimed")
        told = call(self._gateways, instruction)
        self._noted(effect.gateway, told)
        self._crash_point("effect.answered")
        return told

    def _asked_about(self, effect: Effect, instruction: Instruction) -> Told:
        gateway: AskedByKey | None = getattr(self._gateways, effect.gateway)
        if gateway is None:
            return NotSent("no_gateway")
        told = gateway.ask(effect.key, instruction)
        self._noted(effect.gateway, told)
        return told

    def _noted(self, gateway: Gateway, told: Told) -> None:
        """Let the breaker know whether it answers."""
        if isinstance(told, Unclear | NotSent):
            self._breakers.failed(gateway)
        else:
            self._breakers.succeeded(gateway)

    # -- What follows --

    def _goes_on(self, effect: Effect, run: Run, told: Told) -> timedelta | None:
        match told:
            case Done() | Declined():
                self._settles(effect, told)
                return None
            case Accepted(reference=reference):
                self._runs.stands(effect.key, "accepted", reference=reference)
                return None
            case Unclear(reason=reason):
                self._runs.stands(effect.key, "unknown", reason=reason)
                return self._tried(effect, run, "outcome_unknown")
            case NotSent(reason=reason):
                state: RunState = "waiting" if run.first_sent_at is None else "unknown"
                self._runs.stands(effect.key, state, reason=reason)
                return self._tried(effect, run, "not_reached")
            case _:
                return self._tried(effect, run, "outcome_unknown")

    def _tried(self, effect: Effect, run: Run, why: str) -> timedelta | None:
        """Return how long to wait; what was tried enough is given to people."""
        pause = self._attempts.pause(run.attempts, self._dice())
        if pause is None:
            self._runs.stands(effect.key, "dead", reason=why)
        return pause

    def _settles(self, effect: Effect, told: Done | Declined) -> None:
        """Record the result, once, unless it is not what was ordered."""
        run = self._runs.find(effect.key)
        moved = told.amount if isinstance(told, Done) else None
        if run.settled and run.state != "answered":
            if (run.state == "succeeded") != isinstance(told, Done):
                self._runs.contradicted(effect.key, moved)
            return
        if run.state == "dead" and run.reason == "wrong_amount":
            return
        if wrong(effect, told):
            self._runs.stands(effect.key, "dead", reason="wrong_amount", amount=moved)
            return
        try:
            self._record(effect, told)
        except KeyReused:
            self._runs.contradicted(effect.key, moved)
        except Refused as error:
            self._runs.stands(effect.key, "dead", reason=f"refused:{error.code}"[:200])
        else:
            self._runs.stands(
                effect.key,
                "succeeded" if isinstance(told, Done) else "failed",
                reason=told.failure if isinstance(told, Declined) else None,
                reference=told.reference if isinstance(told, Done) else None,
                amount=moved,
            )

    def _record(self, effect: Effect, told: Done | Declined) -> None:
        """Give the result to whoever waits for it; raises as its taker does."""
        if effect.payload.asks is None:
            return
        taker = self._takers.get(effect.noun)
        if taker is None:
            raise NobodyTakesIt(noun=effect.noun)
        result = EffectResult(
            asks=effect.payload.asks,
            attempt=effect.payload.attempt,
            succeeded=isinstance(told, Done),
            failure=told.failure if isinstance(told, Declined) else None,
            reference=told.reference if isinstance(told, Done) else None,
        )
        cause = uuid5(effect.key, "result")
        taker.takes_result(effect.stream_id, result, cause, self._now())

    def _too_long(self, run: Run) -> bool:
        sent, seen = run.first_sent_at, run.last_at
        return sent is not None and seen is not None and seen - sent > PATIENCE


def untold(effect: Effect, told: Done | Declined) -> bool:
    """Whether money is said to have moved, and not how much of it."""
    return effect.kind in MONEY and isinstance(told, Done) and told.amount is None


def wrong(effect: Effect, told: Done | Declined) -> bool:
    """Whether what moved is not what was ordered."""
    return (
        isinstance(told, Done)
        and told.amount is not None
        and told.amount != effect.payload.amount
    )
