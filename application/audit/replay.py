"""A history as a person reads it: who said what when, and when we came to know."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct, structs
from psycopg.rows import class_row

from application.audit.state import Histories, NoSuchStream
from application.audit.words import plain_words
from application.event_store.connections import Pool, available
from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import tag_of
from application.event_store.store import Unreadable
from application.people import ERASED, SealBroken
from domain.ids import partition_of
from domain.order import OrderIdentified, OrderPlaced

HITS_MAX = 500

# A consumer's name finds the streams that are its own; any other, what carries it.
FIND = """
    SELECT DISTINCT stream_id, kind, name, source, consumer
    FROM projection.reference
    WHERE name = %(name)s
       OR partition = %(partition)s AND consumer = %(name)s AND kind = 'order'
    ORDER BY kind, name, source, stream_id
    LIMIT %(limit)s
"""

# Opens sealed values of a consumer, in order; None for what is erased.
Open = Callable[[str, Sequence[str]], Sequence[str | None]]


class Found(Struct, frozen=True):
    """A stream that an outside name leads to."""

    stream_id: UUID
    kind: str
    name: str
    source: str | None
    consumer: str | None


class ReplayLine(Struct, frozen=True, kw_only=True):
    """One event of a history; ``leaf`` is the hash of the stored row, in hex."""

    version: int
    position: str
    occurred_at: datetime | None
    recorded_at: datetime
    actor: str
    type: str
    words: str
    leaf: str


def find_streams(reader: Pool, partitions: int, name: str) -> list[Found]:
    """Return the streams an order number, waybill, payment or consumer leads to.

    Several may carry one name; at most 500 are returned.
    """
    values = {
        "name": name,
        "partition": partition_of(name, partitions),
        "limit": HITS_MAX,
    }
    with (
        available(reader, writes=False) as connection,
        connection.cursor(row_factory=class_row(Found)) as cursor,
    ):
        return cursor.execute(FIND, values).fetchall()


def replay(
    histories: Histories,
    stream_id: UUID,
    open_sealed: Open | None = None,
    word: Callable[[str], str] = str,
) -> list[ReplayLine]:
    """Return a history, oldest first. Raises NoSuchStream.

    Sealed words stay "(sealed)" unless ``open_sealed`` is given; ``word`` says what a
    code is called. An event that cannot be read has its line too, which says why.
    """
    history = histories.stream(stream_id)
    if not history:
        raise NoSuchStream(stream_id)
    opened = opened_words(history, open_sealed)
    return [line(recorded, opened, word) for recorded in history]


def line(
    recorded: RecordedEvent | Unreadable,
    opened: Callable[[str], str],
    word: Callable[[str], str],
) -> ReplayLine:
    """Return one event as a line."""
    position = f"{recorded.partition}.{recorded.position}"
    if isinstance(recorded, Unreadable):
        return ReplayLine(
            version=recorded.version,
            position=position,
            occurred_at=None,
            recorded_at=recorded.recorded_at,
            actor="",
            type=recorded.tag,
            words=f"(cannot be read: {recorded.detail})",
            leaf="",
        )
    return ReplayLine(
        version=recorded.version,
        position=position,
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        actor=recorded.actor,
        type=tag_of(type(recorded.event)),
        words=plain_words(recorded.event, opened, word),
        leaf=recorded.leaf.hex(),
    )


def opened_words(
    history: Sequence[RecordedEvent | Unreadable], open_sealed: Open | None
) -> Callable[[str], str]:
    """Return what to show of each sealed value of a history, all opened at once."""
    if open_sealed is None:
        return lambda sealed: "(erased)" if sealed == ERASED else "(sealed)"
    events = [each.event for each in history if isinstance(each, RecordedEvent)]
    sealed = list(
        dict.fromkeys(
            value
            for event in events
            for value in structs.asdict(event).values()
            if isinstance(value, str) and value.startswith("sealed:")
        )
    )
    known: dict[str, str | None] = {}
    for event in events:
        if isinstance(event, OrderPlaced | OrderIdentified):
            missing = [value for value in sealed if value not in known]
            known |= opened_by(event.consumer, missing, open_sealed)

    def opened(value: str) -> str:
        if value not in known:
            return "(sealed for somebody else)"
        words = known[value]
        return "(erased)" if words is None else f"“{harmless(words)}”"

    return opened


def harmless(words: str) -> str:
    """Return a stranger's words on one line, unable to steer a terminal."""
    return "".join(each if each.isprintable() else " " for each in words)


def opened_by(
    consumer: str, sealed: Sequence[str], open_sealed: Open
) -> dict[str, str | None]:
    """Return what of the sealed values is this consumer's, opened."""
    try:
        return dict(zip(sealed, open_sealed(consumer, sealed), strict=True))
    except SealBroken:
        if len(sealed) == 1:
            return {}
    middle = len(sealed) // 2
    halves = sealed[:middle], sealed[middle:]
    first, second = (opened_by(consumer, half, open_sealed) for half in halves)
    return first | second
