"""Public events: whose each is, in the order they are told; kept, not what they say.

What is told of an event is made of the log when it is told (application/webhooks).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from msgspec import Struct
from psycopg import Cursor

from application.event_store.envelope import RecordedEvent
from application.order_desk import owners_of_placement
from application.projections.runtime import Projection, columns
from application.webhooks.public import PUBLIC, type_of
from domain.after_sales import CaseOpened, CaseReported
from domain.agent_promise import PromiseMade
from domain.companionship import CompanionshipStarted, ShortfallDetected
from domain.compensation import CompensationReserved, GoodwillReserved
from domain.contact import ContactOpened, ContactReported
from domain.dispute import DisputeOpened, DisputeReported
from domain.kernel import Event
from domain.order.events import OrderIdentified, OrderPlaced
from domain.resolution import ResolutionOpened

AUDIENCES = """
SELECT partition, stream_id, audience
  FROM public_audience_v1
  JOIN unnest(%(partition)b::smallint[], %(stream_id)b::uuid[])
       AS touched (partition, stream_id) USING (partition, stream_id)
"""

SAVE = """
INSERT INTO public_event_v1
       (partition, stream_id, position, audience, shown, version, type)
SELECT * FROM unnest(
       %(partition)b::smallint[], %(stream_id)b::uuid[], %(position)b::bigint[],
       %(audience)b::text[], %(shown)b::bigint[], %(version)b::bigint[],
       %(type)b::text[])
"""

SAVE_AUDIENCES = """
INSERT INTO public_audience_v1 (partition, stream_id, audience, since)
SELECT * FROM unnest(
       %(partition)b::smallint[], %(stream_id)b::uuid[], %(audience)b::text[],
       %(since)b::bigint[])
"""

# What came before anyone said whose it is, is told as of when it was said.
CLAIM = """
INSERT INTO public_event_v1
       (partition, stream_id, position, audience, shown, version, type)
SELECT DISTINCT ON (told.partition, told.stream_id, told.audience, earlier.position)
       told.partition, told.stream_id, earlier.position, told.audience, told.since,
       earlier.version, earlier.type
  FROM unnest(%(partition)b::smallint[], %(stream_id)b::uuid[], %(audience)b::text[],
              %(since)b::bigint[]) AS told (partition, stream_id, audience, since)
  JOIN public_event_v1 AS earlier USING (partition, stream_id)
 WHERE earlier.position < told.since
"""


class Stream(Struct, frozen=True):
    """A stream, partition first."""

    partition: int
    stream_id: UUID


class Audience(Struct, frozen=True):
    """Somebody whose a stream is, and the position since when that is known."""

    partition: int
    stream_id: UUID
    audience: str
    since: int


class PublicRow(Struct, frozen=True):
    """A row: an event as one audience is told of it; '' is nobody yet."""

    partition: int
    stream_id: UUID
    position: int
    audience: str
    shown: int
    version: int
    type: str


class Named(NamedTuple):
    """Whom an event names; ``order`` is whose owners its thing shares.

    Of a thing without a merchant of its own they are also the order's merchants.
    """

    audiences: frozenset[str] = frozenset()
    order: UUID | None = None
    creators: bool = False


NAMES_AUDIENCE: Final[tuple[type[Event], ...]] = (
    OrderPlaced,
    OrderIdentified,
    CaseOpened,
    CaseReported,
    DisputeOpened,
    DisputeReported,
    ContactOpened,
    ContactReported,
    PromiseMade,
    CompensationReserved,
    GoodwillReserved,
    CompanionshipStarted,
    ShortfallDetected,
    ResolutionOpened,
)


def audiences(
    consumer: str | None = None,
    merchants: Collection[str] = (),
    creators: Collection[str] = (),
) -> frozenset[str]:
    """Return the names audiences are kept under."""
    return frozenset(
        [f"consumer:{consumer}"] * (consumer is not None)
        + [f"merchant:{each}" for each in merchants]
        + [f"creator:{each}" for each in creators]
    )


def named_in(event: Event) -> Named:
    """Return whom the event names as those its stream is about."""
    match event:
        case OrderPlaced():
            owners = owners_of_placement(event)
            return Named(audiences(owners.consumer, owners.merchants, owners.creators))
        case CaseOpened() | CaseReported():
            own = audiences(event.consumer, [event.merchant] if event.merchant else [])
            return Named(own, order_id(event.order), creators=True)
        case DisputeOpened(creator=creator):
            merchants = [event.merchant] if event.merchant else []
            own = audiences(event.consumer, merchants, [creator] if creator else [])
            return Named(own, order_id(event.order))
        case DisputeReported(merchant=merchant):
            own = audiences(event.consumer, [merchant] if merchant else [])
            return Named(own, order_id(event.order))
        case CompensationReserved() | GoodwillReserved():
            return Named(audiences(event.consumer, [event.merchant]))
        case OrderIdentified() | ContactOpened() | ContactReported() | PromiseMade():
            return Named(audiences(event.consumer))
        # What we notice first is between the consumer and the service.
        case CompanionshipStarted() | ShortfallDetected() | ResolutionOpened():
            return Named(audiences(event.consumer))
        case _:
            return Named()


def order_id(name: str) -> UUID | None:
    """Return the order's id; None for one of another system."""
    try:
        return UUID(name)
    except ValueError:
        return None


class PublicEvents(Projection):
    """Knows who is told of which events.

    A case shares the creators of its order, and cases and disputes without a merchant
    its merchants, as known when they began: an order lies in their partition, before.
    """

    name = "public_event"
    version = 1
    event_types = tuple(dict.fromkeys((*PUBLIC, *NAMES_AUDIENCE)))
    tables = ("public_event_v1", "public_audience_v1")

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Write a row for each event and audience; claim what came before one."""
        named = [named_in(each.event) for each in batch]
        streams = {Stream(each.partition, each.stream_id) for each in batch} | {
            Stream(each.partition, of.order)
            for each, of in zip(batch, named, strict=True)
            if of.order is not None
        }
        cursor.execute(AUDIENCES, columns(Stream, list(streams)))
        known: dict[Stream, set[str]] = {each: set() for each in streams}
        for partition, stream_id, audience in cursor:
            known[Stream(partition, stream_id)].add(audience)
        told: list[Audience] = []
        rows: list[PublicRow] = []
        for each, of in zip(batch, named, strict=True):
            stream = Stream(each.partition, each.stream_id)
            new = told_now(of, stream, known) - known[stream]
            known[stream] |= new
            told += [
                Audience(each.partition, each.stream_id, audience, each.position)
                for audience in sorted(new)
            ]
            rows += rows_of(each, known[stream])
        if rows:
            cursor.execute(SAVE, columns(PublicRow, rows))
        if told:
            values = columns(Audience, told)
            cursor.execute(SAVE_AUDIENCES, values)
            cursor.execute(CLAIM, values)


def told_now(
    named: Named, stream: Stream, known: Mapping[Stream, Collection[str]]
) -> set[str]:
    """Return all whom an event names, those of the order it is about included."""
    found = set(named.audiences)
    if named.order is None:
        return found
    of_order = known[Stream(stream.partition, named.order)]
    if named.creators:
        found |= {each for each in of_order if each.startswith("creator:")}
    if not any(each.startswith("merchant:") for each in found):
        found |= {each for each in of_order if each.startswith("merchant:")}
    return found


def rows_of(recorded: RecordedEvent, whose: Collection[str]) -> Iterator[PublicRow]:
    """Yield the rows of an event; one for nobody while nobody is known."""
    told = type_of(recorded.event)
    if told is None:
        return
    for audience in sorted(whose) or [""]:
        yield PublicRow(
            partition=recorded.partition,
            stream_id=recorded.stream_id,
            position=recorded.position,
            audience=audience,
            shown=recorded.position,
            version=recorded.version,
            type=told,
        )
