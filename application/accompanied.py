"""All that is known of an order and of what lies beside it, folded from its streams."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import reduce
from typing import Any, Final, Literal, NamedTuple, get_args
from uuid import UUID

from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import tag_of
from domain.after_sales import CASE
from domain.after_sales.events import CaseEvent
from domain.companionship import COMPANIONSHIP, Companionship, CompanionshipEvent
from domain.companionship.values import MatterKind
from domain.contact import CONTACT, Contact, ContactEvent
from domain.dispute import DISPUTE, Dispute
from domain.dispute.events import DisputeEvent
from domain.dispute.values import FINAL as DISPUTE_FINAL
from domain.ids import partition_in
from domain.kernel import AnyDecider, Event
from domain.order import ORDER, Order, OrderEvent
from domain.resolution import RESOLUTION, Resolution, ResolutionEvent

Noun = Literal[
    "order", "after_sales", "dispute", "contact", "resolution", "companionship"
]

DECIDERS: Final[Mapping[Noun, AnyDecider]] = {
    "order": ORDER,
    "after_sales": CASE,
    "dispute": DISPUTE,
    "contact": CONTACT,
    "resolution": RESOLUTION,
    "companionship": COMPANIONSHIP,
}
EVENT_TYPES: Final[tuple[type[Event], ...]] = tuple(
    dict.fromkeys(
        (
            *get_args(OrderEvent),
            *get_args(CaseEvent),
            *get_args(DisputeEvent),
            *get_args(ContactEvent),
            *get_args(ResolutionEvent),
            *get_args(CompanionshipEvent),
        )
    )
)


class Seen(NamedTuple):
    """A stream as its events left it.

    ``learnt_at`` is when its first event was written down, ``changed_at`` when the
    last of all happened.
    """

    stream_id: UUID
    noun: Noun
    version: int
    learnt_at: datetime
    changed_at: datetime
    state: Any


class Open(NamedTuple):
    """A matter of an order, and whether it is open."""

    kind: MatterKind
    seen: Seen
    open: bool


class Accompanied(NamedTuple):
    """An order with all its streams; ``learnt_at`` is when we first knew of it."""

    order_id: UUID
    order: Order
    companionship: Companionship
    learnt_at: datetime
    changed_at: datetime
    beside: tuple[Seen, ...]

    def of(self, noun: Noun) -> Iterator[Seen]:
        """Yield its streams of a noun."""
        yield from (each for each in self.beside if each.noun == noun)

    def matters(self) -> Iterator[Open]:
        """Yield its matters: what keeps us beside the consumer while it is open."""
        for each in self.beside:
            match each.noun:
                case "after_sales":
                    yield Open("after_sales", each, not each.state.final)
                case "dispute":
                    ended = each.state.status in DISPUTE_FINAL
                    yield Open("dispute", each, not ended)
                case "contact":
                    going_on = each.state.status not in {"none", "closed"}
                    yield Open("contact", each, going_on)
                case "resolution":
                    yield Open("resolution", each, not each.state.over)
                case "order" | "companionship":
                    pass


# -- Folding --


def noun_of(event: Event) -> Noun | None:
    """Return whose stream an event is of; None of a clock's, and of other nouns'.

    What falls short is said in the stream of the order's companionship.
    """
    prefix = tag_of(type(event)).partition(".")[0]
    named = "companionship" if prefix == "shortfall" else prefix
    return next((noun for noun in DECIDERS if noun == named), None)


def folded(before: Seen | None, events: Sequence[RecordedEvent]) -> Seen | None:
    """Return a stream after these events; None of one that is of another noun."""
    first = events[0]
    noun = before.noun if before else noun_of(first.event)
    if noun is None:
        return None
    decider = DECIDERS[noun]
    start = before.state if before else decider.initial
    times = [each.occurred_at for each in events]
    return Seen(
        stream_id=first.stream_id,
        noun=noun,
        version=events[-1].version,
        learnt_at=before.learnt_at if before else first.recorded_at,
        changed_at=max(times + ([before.changed_at] if before else [])),
        state=reduce(decider.evolve, (each.event for each in events), start),
    )


def order_of(seen: Seen) -> UUID | None:
    """Return the order a stream is about, if it lies beside it; None while unknown."""
    name = ORDER_NAMES[seen.noun](seen)
    try:
        order_id = UUID(name) if name else None
    except ValueError:
        return None
    if order_id is None or partition_in(order_id) != partition_in(seen.stream_id):
        return None
    return order_id


def dispute_order(seen: Seen) -> str | None:
    """Return the order a dispute is about."""
    dispute: Dispute = seen.state
    if dispute.opened is not None:
        return dispute.opened.order
    return dispute.report.order if dispute.report else None


def contact_order(seen: Seen) -> str | None:
    """Return the order a contact is about, or the first it was tied to."""
    contact: Contact = seen.state
    tied = sorted(target for noun, target in contact.links if noun == "order")
    return contact.order or next(iter(tied), None)


ORDER_NAMES: Final[Mapping[Noun, Callable[[Seen], str | None]]] = {
    "order": lambda seen: str(seen.stream_id),
    "after_sales": lambda seen: seen.state.order,
    "dispute": dispute_order,
    "contact": contact_order,
    "resolution": lambda seen: seen.state.opened.order if seen.state.opened else None,
    "companionship": lambda seen: seen.state.order,
}


def accompanied(order_id: UUID, streams: Iterable[Seen]) -> Accompanied | None:
    """Return what is known of an order; None where its own stream is not known."""
    seen = sorted(streams, key=lambda each: each.stream_id)
    order = next((each for each in seen if each.stream_id == order_id), None)
    if order is None or not isinstance(order.state, Order):
        return None
    days = [each.state for each in seen if each.noun == "companionship"]
    return Accompanied(
        order_id=order_id,
        order=order.state,
        companionship=days[0] if days else COMPANIONSHIP.initial,
        learnt_at=order.learnt_at,
        changed_at=max(each.changed_at for each in seen),
        beside=tuple(each for each in seen if each is not order),
    )


def live_resolution(order: Accompanied) -> Resolution | None:
    """Return the resolution that makes good what fell short, if one is live."""
    live = (each.state for each in order.of("resolution") if not each.state.over)
    found: Resolution | None = next(live, None)
    return found
