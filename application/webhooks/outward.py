"""Public events as they are told: CloudEvents 1.0, made of the log whenever asked for.

Each says how its thing stood right after it: the status, whether that is terminal, the
clocks that run, and the ruling there is. So nobody has to ask back, or to guess.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import reduce
from typing import Any, Final, NamedTuple
from uuid import UUID

from msgspec import Struct

from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import tag_of
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore
from application.projections.back_office import CLOCKS_HIDDEN
from application.projections.matter_rows import FOLDS, Shown
from application.webhooks.public import PING, told_of, type_of
from domain.after_sales import RefundDue, RulingExecuted
from domain.companionship import COMPANIONSHIP, Companionship
from domain.dispute import DISPUTE, Award, Dispute, Liability, Result
from domain.kernel import Event
from domain.order import ORDER, Order
from domain.resolution import RESOLUTION, Resolution
from domain.timer import Timer

SOURCE: Final = "urn:redress"
JSON: Final = "application/json"
ORDER_TERMINAL: Final = frozenset({"completed", "cancelled"})
COMPENSATED: Final = frozenset({"paid", "released"})

HREFS: Final[Mapping[str, str]] = {
    "order": "/v1/orders",
    "case": "/v1/cases",
    "dispute": "/v1/disputes",
    "contact": "/v1/contacts",
    "resolution": "/v1/resolutions",
}


class Place(NamedTuple):
    """Which event of the log."""

    stream_id: UUID
    version: int


class About(Struct, frozen=True, kw_only=True):
    """What an event is about, as it stood right after it.

    ``terminal``: nothing more comes of itself; whoever takes it up again is told so by
    an event of its own. ``version`` counts the thing's events, told outside or not.
    """

    noun: str
    id: str
    status: str
    terminal: bool
    version: int
    order: str | None = None
    href: str | None = None


class RunningClock(Struct, frozen=True, kw_only=True):
    """Who owes which step by when; a paused clock keeps the due time it had."""

    timer: str
    step: str
    owes: str
    standing: str
    due_at: datetime


class ToldRuling(Struct, frozen=True, kw_only=True):
    """The last ruling of a dispute: what is awarded, whose share it is, by which rows.

    ``changed`` says that an appeal put it in another's place.
    """

    dispute: str
    number: int
    at: datetime
    result: Result
    awards: tuple[Award, ...]
    liability: tuple[Liability, ...]
    basis: tuple[str, ...]
    return_first: bool
    changed: bool


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The data of a public event; ``happened`` holds what is special to its type."""

    about: About
    happened: Mapping[str, Any] = {}
    clocks: tuple[RunningClock, ...] = ()
    ruling: ToldRuling | None = None


class CloudEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A CloudEvent in structured mode.

    ``partitionkey`` and ``recordedtime`` are documented extensions of CloudEvents,
    ``position`` is ours: the place in the log.
    Events of one ``partitionkey`` happened in the order of their positions. They may
    arrive in another.
    """

    specversion: str
    id: str
    source: str
    type: str
    time: datetime
    datacontenttype: str
    subject: str | None = None
    partitionkey: str | None = None
    recordedtime: datetime | None = None
    position: str | None = None
    data: Any = None


class Outward:
    """Turns places of the log into what is told of them."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def events(self, wanted: Iterable[Place]) -> Mapping[Place, CloudEvent]:
        """Return what is told of each; what cannot be read, or is for nobody, is not.

        Raises StoreUnavailable.
        """
        places = list(dict.fromkeys(wanted))
        histories = self._histories({each.stream_id for each in places})
        told = {
            each: histories[each.stream_id][: each.version]
            for each in places
            if len(histories[each.stream_id]) >= each.version
            and histories[each.stream_id][each.version - 1].version == each.version
        }
        named = {dispute_in(history[-1].event) for history in told.values()}
        disputes = self._histories({each for each in named if each is not None})
        return {
            place: cloud_event(history, disputes)
            for place, history in told.items()
            if type_of(history[-1].event) is not None
        }

    def _histories(
        self, streams: Iterable[UUID]
    ) -> Mapping[UUID, Sequence[RecordedEvent]]:
        wanted = sorted(streams)
        return self._store.load(wanted).histories if wanted else {}


def event_id(partition: int, position: int) -> str:
    """Return an event's id. No full stop: it is signed between two of them."""
    return f"evt_{partition}_{position}"


def cloud_event(
    history: Sequence[RecordedEvent],
    disputes: Mapping[UUID, Sequence[RecordedEvent]] | None = None,
) -> CloudEvent:
    """Return what is told of the last event of a stream as far as it is given.

    ``disputes`` are the streams of disputes that events of cases name.
    """
    last = history[-1]
    told = type_of(last.event)
    assert told is not None, "only public events are told"
    shown = stood(history)
    about = about_of(last, shown)
    data = Told(
        about=about,
        happened=told_of(last.event),
        clocks=running(shown.clocks),
        ruling=ruling_in(history, disputes or {}),
    )
    return CloudEvent(
        specversion="1.0",
        id=event_id(last.partition, last.position),
        source=SOURCE,
        type=told,
        time=last.occurred_at.astimezone(UTC),
        datacontenttype=JSON,
        subject=f"{about.noun}/{about.id}",
        partitionkey=str(last.stream_id),
        recordedtime=last.recorded_at.astimezone(UTC),
        position=f"{last.partition}.{last.position}",
        data=data,
    )


def ping(event: str, endpoint: UUID, at: datetime) -> CloudEvent:
    """Return the event that only asks whether somebody is there."""
    return CloudEvent(
        specversion="1.0",
        id=event,
        source=SOURCE,
        type=PING,
        time=at.astimezone(UTC),
        datacontenttype=JSON,
        subject=f"webhook/{endpoint}",
        data={"webhook": str(endpoint)},
    )


# -- How things stood --


class Stood(NamedTuple):
    """A thing as it stood after an event."""

    noun: str
    status: str
    terminal: bool
    order: str | None
    clocks: Iterable[Timer] = ()


def stood(history: Sequence[RecordedEvent]) -> Stood:
    """Return how the thing of this stream stood after its last event."""
    events = events_of(history)
    first: Event = events[0]
    last: Event = events[-1]
    noun = tag_of(type(first)).partition(".")[0]
    fold = FOLDS.get(noun)
    if fold is not None:
        shown: Shown = fold.shown(reduce(fold.evolve, events, fold.initial))
        return Stood(fold.noun, shown.status, shown.final, shown.order, shown.clocks)
    match noun:
        case "compensation":
            status = tag_of(type(last)).partition(".")[2]
            return Stood(noun, status, status in COMPENSATED, events[0].order)
        case "resolution":
            return resolution_stood(reduce(RESOLUTION.evolve, events, Resolution()))
        case "companionship" | "shortfall":
            beside = reduce(COMPANIONSHIP.evolve, events, Companionship())
            status = "closed" if beside.closed else "open"
            clocks = beside.timers.values()
            return Stood("companionship", status, beside.closed, beside.order, clocks)
        case _:
            order: Order = reduce(ORDER.evolve, events, ORDER.initial)
            own = str(history[-1].stream_id)
            return Stood("order", order.status, order.status in ORDER_TERMINAL, own)


def resolution_stood(state: Resolution) -> Stood:
    """Return how a resolution stands, its offer's clock beside it."""
    return Stood(
        noun="resolution",
        status=state.status or "detected",
        terminal=state.over,
        order=state.opened.order if state.opened else None,
        clocks=state.timers.values(),
    )


def about_of(last: RecordedEvent, shown: Stood) -> About:
    """Return what an event is about."""
    where = HREFS.get(shown.noun)
    return About(
        noun=shown.noun,
        id=str(last.stream_id),
        status=shown.status,
        terminal=shown.terminal,
        version=last.version,
        order=shown.order,
        href=f"{where}/{last.stream_id}" if where else None,
    )


def running(clocks: Iterable[Timer]) -> tuple[RunningClock, ...]:
    """Return the clocks somebody owes a step by, soonest due first."""
    owed = (
        each
        for each in clocks
        if each.standing in {"running", "paused"}
        and each.name.partition("/")[0] not in CLOCKS_HIDDEN
    )
    return tuple(
        RunningClock(
            timer=each.name,
            step=each.step,
            owes=each.owes,
            standing=each.standing,
            due_at=each.due_at.astimezone(UTC),
        )
        for each in sorted(owed, key=lambda each: (each.due_at, each.name))
    )


# -- Rulings --


def dispute_in(event: Event) -> UUID | None:
    """Return the dispute whose ruling moved a case, if one did."""
    if not isinstance(event, RulingExecuted | RefundDue) or event.dispute is None:
        return None
    try:
        return UUID(event.dispute)
    except ValueError:
        return None  # A dispute of another system: its ruling is not known here.


def ruling_in(
    history: Sequence[RecordedEvent], disputes: Mapping[UUID, Sequence[RecordedEvent]]
) -> ToldRuling | None:
    """Return the ruling to tell beside an event: its dispute's, as it was by then."""
    last = history[-1]
    named = dispute_in(last.event)
    if named is not None:
        until = last.recorded_at
        known = [each for each in disputes.get(named, ()) if each.recorded_at <= until]
        return ruling_of(known)
    first = tag_of(type(history[0].event))
    return ruling_of(history) if first.startswith("dispute.") else None


def ruling_of(history: Sequence[RecordedEvent]) -> ToldRuling | None:
    """Return the last ruling of a dispute, if it was ruled."""
    events = [each.event for each in history]
    state: Dispute = reduce(DISPUTE.evolve, events, DISPUTE.initial)  # type: ignore[arg-type]  # it is a dispute's stream
    ruling = state.ruling
    if ruling is None:
        return None
    return ToldRuling(
        dispute=str(history[-1].stream_id),
        number=ruling.number,
        at=ruling.at.astimezone(UTC),
        result=ruling.result,
        awards=ruling.awards,
        liability=ruling.liability,
        basis=ruling.basis,
        return_first=ruling.return_first,
        changed=ruling.changed,
    )
