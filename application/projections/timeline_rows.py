"""The rows of the timeline, column by column: what each event comes to."""

from collections.abc import Mapping
from typing import Any, Final, cast, get_args
from uuid import UUID

from application.projections.arrays import Uuids, array, jsons, sent
from application.projections.entries import code_of, kind_of
from application.projections.facts import facts_json
from application.projections.fields import Fields
from domain.after_sales import CaseOpened, CaseReported
from domain.agent_promise import PromiseMade
from domain.companionship import CompanionshipStarted, ShortfallDetected
from domain.compensation import CompensationReserved, GoodwillReserved
from domain.consumer import (
    ConsumerFlagContested,
    ConsumerFlagged,
    ConsumerFlagLifted,
    ConsumersLinked,
    ConsumersUnlinked,
)
from domain.contact import ContactLinked, ContactOpened, ContactReported
from domain.dispute import DisputeOpened, DisputeReported
from domain.kernel import Event
from domain.order.events import OrderEvent, OrderIdentified, OrderPlaced
from domain.resolution import ResolutionOpened
from domain.responsibility import AttributionOpened
from domain.trust import PointContested

# The events that say whose their stream is.
NAMES_OWNER = (
    OrderPlaced,
    OrderIdentified,
    ConsumersLinked,
    ConsumersUnlinked,
    ConsumerFlagged,
    ConsumerFlagContested,
    ConsumerFlagLifted,
    CaseOpened,
    CaseReported,
    DisputeOpened,
    DisputeReported,
    ContactOpened,
    ContactReported,
    PromiseMade,
    AttributionOpened,
    ResolutionOpened,
    CompensationReserved,
    GoodwillReserved,
    CompanionshipStarted,
    ShortfallDetected,
    PointContested,
)


OWNED: Final = frozenset(NAMES_OWNER)
OF_AN_ORDER: Final = frozenset(get_args(OrderEvent))


def owner_in(event: Event) -> str | None:
    """Return the consumer that the event names as its stream's own."""
    if type(event) not in OWNED:
        return None
    consumer: str | None = cast("Any", event).consumer
    return consumer


def order_in(event: Event, stream: bytes) -> bytes | None:
    """Return the id of the order that an event is of, or that it names."""
    if type(event) in OF_AN_ORDER:
        return stream
    name = getattr(event, "order", None)
    if isinstance(event, ContactLinked) and event.noun == "order":
        name = event.target
    try:
        return UUID(name).bytes if isinstance(name, str) else None
    except ValueError:
        return None  # An order of another system, by its number there.


def naming(
    told: Mapping[bytes, int], owners: Mapping[bytes, str], where: Mapping[bytes, int]
) -> dict[str, Any]:
    """Return whose streams are, and since when that is ``told``, column by column."""
    return {
        "partition": array([where[stream] for stream in told]),
        "stream_id": sent(Uuids, list(told)),
        "consumer": array([owners[stream] for stream in told]),
        "since": array(list(told.values())),
    }


def entries(
    read: Fields, owners: Mapping[bytes, str], late: Mapping[bytes, int]
) -> dict[str, Any]:
    """Return a row for each event, column by column, shown since its owner is known.

    ``late`` are the positions at which owners came to light after their first event.
    """
    streams, events = read.streams, read.events
    return {
        **read.sent,
        "shown": shown(read, late) if late else read.sent["position"],
        "consumer": array(list(map(owners.get, streams))),
        "order_id": sent(Uuids, list(map(order_in, events, streams))),
        "kind": array(list(map(kind_of, events))),
        "code": array(list(map(code_of, events))),
        "facts": jsons(facts_json(events)),
    }


def shown(read: Fields, late: Mapping[bytes, int]) -> Any:
    """Return since when each entry is shown: since it is there, or has an owner."""
    since = [late.get(stream, 0) for stream in read.streams]
    return array(list(map(max, read.positions, since)))
