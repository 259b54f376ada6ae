"""An agent's own promise to a consumer: "I call you back by five"; kept or breached.

It is pinned when it is given, due on the queue like every clock, and a stream of its
own beside the contact it was given in (客服承诺).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, assert_never

from msgspec.structs import replace

from domain.kernel import (
    ConsumerName,
    Decider,
    Event,
    Moment,
    Name,
    PolicyRef,
    Refused,
    Request,
    State,
)
from domain.party import By
from domain.policy.book import Rulebook
from domain.policy.rows import Times
from domain.timer import (
    CheckClocks,
    Timer,
    TimerBreached,
    TimerCancelled,
    TimerEvent,
    TimerExtended,
    TimerMet,
    TimerPaused,
    TimerRestarted,
    TimerResumed,
    TimerStarted,
    breached,
    evolve_timers,
    extended,
    met,
    overdue,
    started,
)

Deed = Literal["call_back", "write_back", "ship", "replace", "refund", "find_out"]
PutOff = Literal["carrier_delay", "out_of_stock", "consumer_asked", "public_holiday"]
CLOCK = "promise"

# -- Commands --


class MakePromise(Request, frozen=True, kw_only=True):
    """Promise a deed to a consumer, by a time, in a contact."""

    by: By
    consumer: ConsumerName
    contact: Name
    deed: Deed
    due_at: Moment


class ExtendPromise(Request, frozen=True, kw_only=True):
    """Record that the consumer has agreed to a later time."""

    by: By
    due_at: Moment
    reason: PutOff


class KeepPromise(Request, frozen=True, kw_only=True):
    """Say that the deed is done; ``evidence`` is a message or a file that shows it."""

    by: By
    evidence: Name


AgentPromiseCommand = MakePromise | ExtendPromise | KeepPromise | CheckClocks

# -- Events --


class PromiseMade(Event, frozen=True, kw_only=True, tag="promise.made"):
    """An agent owes a consumer a deed."""

    at: Moment
    by: By
    consumer: ConsumerName
    contact: Name
    deed: Deed
    due_at: Moment
    policy: PolicyRef


class PromisePutOff(Event, frozen=True, kw_only=True, tag="promise.extended"):
    """The agreed time replaces the promised one; the first is remembered."""

    at: Moment
    by: By
    due_at: Moment
    reason: PutOff


class PromiseKept(Event, frozen=True, kw_only=True, tag="promise.kept"):
    """The deed is done, ``late_seconds`` after its time or not at all late."""

    at: Moment
    by: By
    evidence: Name
    late_seconds: int = 0


class PromiseBreached(Event, frozen=True, kw_only=True, tag="promise.breached"):
    """Time ran out before the deed was done."""

    at: Moment
    due_at: Moment
    first_due_at: Moment
    policy: PolicyRef


AgentPromiseEvent = (
    PromiseMade | PromisePutOff | PromiseKept | PromiseBreached | TimerEvent
)

# -- State --


class AgentPromise(State, frozen=True, kw_only=True):
    """A promise as it stands. A late deed keeps a breached one, too late."""

    consumer: str = ""
    contact: str = ""
    deed: Deed = "call_back"
    promiser: By | None = None
    due_at: datetime | None = None
    first_due_at: datetime | None = None
    standing: Literal["none", "open", "breached", "kept"] = "none"
    timers: Mapping[str, Timer] = {}

    @property
    def clock(self) -> Timer:
        """Its clock; there is one once it is made."""
        return self.timers[CLOCK]


# -- Rules --


class PromiseIsOfTheAgents(Refused):
    """Only the service's own people promise in its name."""


class DueInThePast(Refused):
    """A promise falls due after now."""


class PromiseNotOpen(Refused):
    """Only an open promise can be put off, and it is made only once."""


class NotPromised(Refused):
    """Nothing was promised here."""


PROMISERS = frozenset({"agent", "senior_agent", "arbiter"})

# -- Decide --


def decide(
    promise: AgentPromise,
    command: AgentPromiseCommand,
    policy: Rulebook,
    at: datetime,
) -> tuple[AgentPromiseEvent, ...]:
    """Return what happens; raise a Refused above where nothing may."""
    at = at.astimezone(UTC)
    if isinstance(command, CheckClocks):
        return checked(promise, at)
    if command.by.role not in PROMISERS:
        raise PromiseIsOfTheAgents(role=command.by.role)
    match promise.standing, command:
        case "none", MakePromise():
            return made(command, policy, at)
        case "open", MakePromise(due_at=due_at) if due_at == promise.due_at:
            return ()
        case "open", ExtendPromise(by=by, due_at=due_at, reason=reason):
            if due_at <= at:
                raise DueInThePast(due_at=due_at)
            due_at = due_at.astimezone(UTC)
            put_off = PromisePutOff(at=at, by=by, due_at=due_at, reason=reason)
            clock = promise.clock
            return put_off, extended(
                clock, at, until=due_at, reason=reason, by=by.name, policy=clock.policy
            )
        case "open", KeepPromise(by=by, evidence=evidence):
            kept = PromiseKept(at=at, by=by, evidence=evidence)
            return kept, met(promise.clock, at)
        case "breached", KeepPromise(by=by, evidence=evidence):
            assert promise.due_at is not None, "what was breached had a time"
            late = int((at - promise.due_at).total_seconds())
            return (PromiseKept(at=at, by=by, evidence=evidence, late_seconds=late),)
        case "kept", KeepPromise():
            return ()
        case "none", _:
            raise NotPromised
        case _:
            raise PromiseNotOpen(standing=promise.standing)


def made(
    command: MakePromise, policy: Rulebook, at: datetime
) -> tuple[AgentPromiseEvent, ...]:
    """Return the promise, and its clock: it ends when the agent said."""
    if command.due_at <= at:
        raise DueInThePast(due_at=command.due_at)
    row = policy.timer("contact.promise", Times(conduct_at=at, judged_at=at))
    due_at = command.due_at.astimezone(UTC)
    promised = PromiseMade(
        at=at,
        by=command.by,
        consumer=command.consumer,
        contact=command.contact,
        deed=command.deed,
        due_at=due_at,
        policy=row.ref,
    )
    return promised, started(row, CLOCK, at, until=due_at)


def checked(promise: AgentPromise, at: datetime) -> tuple[AgentPromiseEvent, ...]:
    """Return the breach, if time has run out."""
    for timer in overdue(promise.timers, at):
        assert promise.due_at is not None, "what has a clock has a time"
        assert promise.first_due_at is not None, "and had a first"
        broken = PromiseBreached(
            at=at,
            due_at=promise.due_at,
            first_due_at=promise.first_due_at,
            policy=timer.policy,
        )
        return breached(timer, at), broken
    return ()


# -- Evolve --


def evolve(promise: AgentPromise, event: AgentPromiseEvent) -> AgentPromise:
    """Return the state after the event."""
    match event:
        case PromiseMade():
            return replace(
                promise,
                consumer=event.consumer,
                contact=event.contact,
                deed=event.deed,
                promiser=event.by,
                due_at=event.due_at,
                first_due_at=event.due_at,
                standing="open",
            )
        case PromisePutOff(due_at=due_at):
            return replace(promise, due_at=due_at)
        case PromiseKept():
            return replace(promise, standing="kept")
        case PromiseBreached():
            return replace(promise, standing="breached")
        case (
            TimerStarted()
            | TimerPaused()
            | TimerResumed()
            | TimerExtended()
            | TimerRestarted()
            | TimerMet()
            | TimerBreached()
            | TimerCancelled()
        ):
            return replace(promise, timers=evolve_timers(promise.timers, event))
        case _:
            assert_never(event)


AGENT_PROMISE: Decider[
    AgentPromise, AgentPromiseCommand, AgentPromiseEvent, Rulebook
] = Decider(initial=AgentPromise(), decide=decide, evolve=evolve)
