"""How a stream stood: at a version, as at a recorded time, as of an occurred time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial, reduce
from typing import Any, Protocol, get_args
from uuid import UUID

from msgspec import Struct

from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import tag_of
from application.event_store.rows.history import History, events_of
from application.event_store.store import Unreadable
from domain.after_sales import CASE
from domain.agent_promise import AGENT_PROMISE
from domain.companionship import COMPANIONSHIP
from domain.compensation import COMPENSATION
from domain.consumer import CONSUMER
from domain.contact import CONTACT
from domain.desk import DESK
from domain.dispute import DISPUTE
from domain.evidence import EVIDENCE
from domain.incident import INCIDENT
from domain.kernel import AnyDecider, Event, State
from domain.order import ORDER
from domain.order import as_of as order_as_of
from domain.policy_set import POLICY_SET
from domain.resolution import RESOLUTION
from domain.responsibility import ACCOUNT
from domain.timer import TimerEvent, TimerStarted
from domain.trust import TRUST

# Events of clocks say nothing of the kind of their stream.
CLOCKS = "timer"

# The kind of a stream is what the tags of its events begin with.
DECIDERS: Mapping[str, AnyDecider] = {
    "order": ORDER,
    "consumer": CONSUMER,
    "contact": CONTACT,
    "after_sales": CASE,
    "dispute": DISPUTE,
    "promise": AGENT_PROMISE,
    "evidence": EVIDENCE,
    "policy": POLICY_SET,
    "desk": DESK,
    "responsibility": ACCOUNT,
    "compensation": COMPENSATION,
    "companionship": COMPANIONSHIP,
    # An order may fall short whose days nobody accompanies: said in the same stream.
    "shortfall": COMPANIONSHIP,
    "resolution": RESOLUTION,
    "incident": INCIDENT,
    "trust": TRUST,
}

# Kinds that draw conclusions of their facts, and what their facts say without them.
AS_OF: Mapping[str, Callable[[Sequence[Any]], State]] = {"order": order_as_of}


class Histories(Protocol):
    """Where streams are read from."""

    def stream(self, stream_id: UUID) -> Sequence[RecordedEvent | Unreadable]:
        """Return one stream from its first event; empty if there is none."""
        ...


class NoSuchStream(LookupError):
    """Nothing was ever recorded under this id."""

    def __init__(self, stream_id: UUID) -> None:
        super().__init__(f"Nothing was ever recorded under the id {stream_id}")


class NoSuchVersion(LookupError):
    """The stream has not come so far."""

    def __init__(self, version: int, last: int) -> None:
        super().__init__(
            f"Version {version} was asked for; this stream has 0 to {last}"
        )


class StateAt(Struct, frozen=True, kw_only=True):
    """A stream's state, folded from ``events`` of its events.

    ``version`` is that of the last event folded, 0 for none.
    """

    stream_id: UUID
    kind: str
    version: int
    events: int
    state: State


def state_at(
    histories: Histories,
    stream_id: UUID,
    *,
    version: int | None = None,
    as_at: datetime | None = None,
    as_of: datetime | None = None,
) -> StateAt:
    """Return the state of any stream, the latest if no point is named.

    ``version``: after the first n events. ``as_at``: as it was known then, the longest
    prefix recorded by that time. ``as_of``: what had happened by then, as known today,
    in the order it happened. Raises NoSuchStream, NoSuchVersion, UnreadableEvent, and
    ValueError for more than one point.
    """
    if sum(point is not None for point in (version, as_at, as_of)) > 1:
        raise ValueError("Ask for a version, as at, or as of: one of them")
    history = histories.stream(stream_id)
    if not history:
        raise NoSuchStream(stream_id)
    kind = kind_of(history)
    chosen: Sequence[RecordedEvent | Unreadable] = history
    if version is not None:
        chosen = first(version, history)
    elif as_at is not None:
        chosen = known_by(as_at, history)
    elif as_of is not None:
        chosen = happened_by(as_of, history)
    readable = all_readable(chosen)
    return StateAt(
        stream_id=stream_id,
        kind=kind,
        version=max((recorded.version for recorded in readable), default=0),
        events=len(readable),
        state=fold_of(kind, as_of)([recorded.event for recorded in readable]),
    )


def fold_of(kind: str, as_of: datetime | None) -> Callable[[Sequence[Any]], State]:
    """Return what folds a stream: as of a time without what was concluded otherwise."""
    if as_of is not None and kind in AS_OF:
        return AS_OF[kind]
    return partial(fold, kind)


def kind_of(history: Iterable[RecordedEvent | Unreadable | Event]) -> str:
    """Return what a stream is about, by the tag of the first that is no clock's."""
    read = events_of(history) if isinstance(history, History) else history
    kinds = (tag_in(each).partition(".")[0] for each in read)
    return next((kind for kind in kinds if kind != CLOCKS), CLOCKS)


def tag_in(entry: RecordedEvent | Unreadable | Event) -> str:
    """Return the tag of an event, however much is known of it."""
    if isinstance(entry, Unreadable):
        return entry.tag
    return tag_of(type(entry.event if isinstance(entry, RecordedEvent) else entry))


def fold(kind: str, events: Iterable[Event]) -> Any:
    """Return the state that the events of a kind of stream come to."""
    decider = DECIDERS[kind]
    return reduce(decider.evolve, events, decider.initial)


def first(
    version: int, history: Sequence[RecordedEvent | Unreadable]
) -> Sequence[RecordedEvent | Unreadable]:
    """Return the first n events. Raises NoSuchVersion."""
    if not 0 <= version <= len(history):
        raise NoSuchVersion(version, len(history))
    return history[:version]


def known_by(
    moment: datetime, history: Sequence[RecordedEvent | Unreadable]
) -> Sequence[RecordedEvent | Unreadable]:
    """Return the longest prefix recorded by then; recorded time never runs back."""
    known = sum(recorded.recorded_at <= moment for recorded in history)
    return history[:known]


def happened_by(
    moment: datetime, history: Iterable[RecordedEvent | Unreadable]
) -> Sequence[RecordedEvent]:
    """Return what occurred by then: facts in that order. Raises UnreadableEvent.

    What was decided rests on what was decided before, however it was dated; so only
    kinds that draw their conclusions of facts alone are put in another order.
    """
    readable = all_readable(history)
    happened = [recorded for recorded in readable if recorded.occurred_at <= moment]
    if kind_of(readable) not in AS_OF:
        return clocks_begun(happened)
    return sorted(happened, key=lambda each: (each.occurred_at, each.version))


def clocks_begun(happened: Iterable[RecordedEvent]) -> Sequence[RecordedEvent]:
    """Return what happened without what is said of clocks that only began later.

    A late report may say that a step was done before anybody began to count.
    """
    begun: set[str] = set()
    kept: list[RecordedEvent] = []
    for recorded in happened:
        event = recorded.event
        if isinstance(event, TimerStarted):
            begun.add(event.timer)
        elif isinstance(event, get_args(TimerEvent)) and event.timer not in begun:
            continue
        kept.append(recorded)
    return kept


def all_readable(
    history: Iterable[RecordedEvent | Unreadable],
) -> Sequence[RecordedEvent]:
    """Return the events, if every one can be read. Raises UnreadableEvent."""
    readable: list[RecordedEvent] = []
    for recorded in history:
        if isinstance(recorded, Unreadable):
            raise recorded.error()
        readable.append(recorded)
    return readable
