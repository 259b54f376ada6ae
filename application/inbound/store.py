"""Where messages are kept, and how they stand: plain rows, changed in batches."""

from collections.abc import Sequence
from typing import Any, assert_never
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row

from application.event_store.connections import Connection, Pool
from application.inbound.messages import (
    CaseNumber,
    ContactNumber,
    DisputeNumber,
    Kept,
    Message,
    OrderNumber,
    PaymentNumber,
    Raw,
    Reference,
    State,
    Waybill,
)
from application.inbound.statements import (
    CLAIM,
    COUNTS,
    FIND,
    INDEX_POSITION,
    KEEP,
    LEARNT,
    LISTED,
    LOAD,
    MATTERS,
    NAMES_OF,
    ORDERS,
    PAYMENTS,
    RELEASE,
    REPLACE_REFERENCES,
    SETTLE,
    STANDING,
    UNTOLD,
    WAYBILLS,
)


class Listed(Struct, frozen=True, kw_only=True):
    """A message as an operator sees it: everything but its words."""

    message_id: UUID
    source: str
    key: str
    type: str
    place: str
    received_at: Any
    state: State
    reason: str | None
    detail: str | None
    attempts: int


# What another platform runs, and gives numbers of its own.
Matter = CaseNumber | DisputeNumber


class Meant(Struct, frozen=True):
    """A stream a message is about, and whose it is.

    ``parcel`` is a parcel's name in its order. Of a case or a dispute, ``order`` is the
    stream of its order, and ``case`` that of the case a dispute grew out of.
    """

    stream_id: UUID
    consumer: str
    parcel: str | None = None
    order: UUID | None = None
    case: UUID | None = None


class Settled(Struct, frozen=True, kw_only=True):
    """What became of a message, and what it was about."""

    message_id: UUID
    state: State
    reason: str | None = None
    detail: str | None = None
    forgotten: bool = False
    about: tuple[tuple[Reference, Meant | None], ...] = ()


class InboundStore:
    """The tables of schema ``inbound``; the pool's role is ``redress_writer``."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def keep(self, raws: Sequence[Raw], *, leased: bool = False) -> list[Kept]:
        """Keep each message once; return where each stands, in order, in one statement.

        ``leased``: whoever hands them in translates them too, within seconds.
        """
        rows = {
            "message_id": [raw.message_id for raw in raws],
            "source": [raw.source for raw in raws],
            "key": [raw.key for raw in raws],
            "type": [raw.type for raw in raws],
            "place": [raw.place for raw in raws],
            "body": [raw.body for raw in raws],
            "fault": [raw.fault for raw in raws],
            "leased": leased,
        }
        with self._pool.connection() as connection:
            return [Kept(*row) for row in connection.execute(KEEP, rows)]

    def load(self, ids: Sequence[UUID], *states: State) -> list[Message]:
        """Return those of the messages that are in one of the states, oldest first."""
        return self._messages(LOAD, {"ids": list(ids), "states": list(states)})

    def claim(self, limit: int) -> list[Message]:
        """Return received messages, oldest first, and keep others off them a while."""
        return self._messages(CLAIM, {"limit": limit})

    def learnt(self, limit: int) -> list[Message]:
        """Return waiting messages whose names are known by now."""
        return self._messages(LEARNT, {"limit": limit})

    def untold(self, limit: int) -> list[Message]:
        """Return translated messages about a waybill that one more order goes by now.

        It reads the waybills of the whole reference index.
        """
        return self._messages(UNTOLD, {"limit": limit})

    def index_position(self) -> int:
        """Return how far the reference index has read, all partitions together."""
        with self._pool.connection() as connection:
            return sum(found for (found,) in connection.execute(INDEX_POSITION))

    def orders(
        self, wanted: Sequence[OrderNumber]
    ) -> dict[Reference, tuple[Meant, ...]]:
        """Return the orders of the reference index by number, in one query."""
        found: dict[Reference, tuple[Meant, ...]] = {}
        for source, name, meant in self._orders_meant(ORDERS, wanted):
            found.setdefault(OrderNumber(source, name), (meant,))
        return found

    def payments(
        self, wanted: Sequence[PaymentNumber]
    ) -> dict[Reference, tuple[Meant, ...]]:
        """Return the orders that these payments are of, in one query."""
        found: dict[Reference, tuple[Meant, ...]] = {}
        for source, name, meant in self._orders_meant(PAYMENTS, wanted):
            payment = PaymentNumber(name, source)
            found[payment] = (*found.get(payment, ()), meant)
        return found

    def matters(self, wanted: Sequence[Matter]) -> dict[Reference, Meant]:
        """Return the cases and disputes that are known by number, in one query."""
        rows = {
            "kinds": [kind_of(each) for each in wanted],
            "sources": [each.source for each in wanted],
            "names": [each.number for each in wanted],
        }
        known: dict[tuple[str, str, str], Meant] = {}
        with self._pool.connection() as connection:
            for kind, source, name, *told in connection.execute(MATTERS, rows):
                stream_id, consumer, order = told
                meant = Meant(stream_id, consumer, order=UUID(order))
                known.setdefault((kind, source, name), meant)
        keys = {each: (kind_of(each), each.source, each.number) for each in wanted}
        return {each: known[key] for each, key in keys.items() if key in known}

    def waybills(self, numbers: Sequence[str]) -> dict[str, tuple[Meant, ...]]:
        """Return the orders that named each waybill: one parcel may hold several's."""
        found: dict[str, tuple[Meant, ...]] = {}
        with self._pool.connection() as connection:
            rows = connection.execute(WAYBILLS, {"names": list(numbers)})
            for name, stream_id, parcel, consumer in rows:
                if consumer is not None:
                    meant = Meant(stream_id, consumer, parcel)
                    found[name] = (*found.get(name, ()), meant)
        return found

    def names_of(self, consumers: Sequence[str]) -> list[str]:
        """Return the names of all orders, parcels and payments of these consumers."""
        with self._pool.connection() as connection:
            rows = connection.execute(NAMES_OF, {"consumers": list(consumers)})
            return [name for (name,) in rows]

    def settle(self, settled: Sequence[Settled]) -> None:
        """Note what became of each message and what it was about, in one transaction.

        What is translated stays so, whoever else was at it, unless it cannot be told to
        one more order. What was not answered was told to nobody yet; and where nothing
        is known of what a message is about, what was known before still holds.
        """
        rows = {
            name: [getattr(each, name) for each in settled]
            for name in ("message_id", "state", "reason", "detail", "forgotten")
        }
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(SETTLE, rows)
            replace_references(connection, settled)

    def listed(
        self,
        state: State,
        *,
        source: str | None = None,
        message_id: UUID | None = None,
        limit: int = 200,
    ) -> list[Listed]:
        """Return messages in a state, oldest first, without their words."""
        rows = {"state": state, "source": source, "id": message_id, "limit": limit}
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Listed)) as cursor,
        ):
            return cursor.execute(LISTED, rows).fetchall()

    def find(self, message_id: UUID) -> Listed | None:
        """Return one message, whatever its state, without its words."""
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Listed)) as cursor,
        ):
            return cursor.execute(FIND, {"id": message_id}).fetchone()

    def release(
        self, sources: Sequence[str], message_id: UUID | None = None
    ) -> list[UUID]:
        """Take messages out of quarantine, to be translated again; return their ids."""
        rows = {"sources": list(sources), "id": message_id}
        with self._pool.connection() as connection:
            return [found for (found,) in connection.execute(RELEASE, rows)]

    def standing(self, ids: Sequence[UUID]) -> list[tuple[State, str | None, int]]:
        """Return how many of these messages there are by state and reason."""
        with self._pool.connection() as connection:
            rows = connection.execute(STANDING, {"ids": list(ids)})
            return [(state, reason, count) for state, reason, count in rows]

    def counts(self) -> list[tuple[str, State, str | None, int]]:
        """Return how many messages there are by source, state and reason."""
        with self._pool.connection() as connection:
            return [tuple(row) for row in connection.execute(COUNTS)]

    def _orders_meant(
        self, query: str, wanted: Sequence[OrderNumber | PaymentNumber]
    ) -> list[tuple[str, str, Meant]]:
        """Return source, name and order of what is known of these numbers."""
        rows = {
            "sources": [each.source for each in wanted],
            "names": [each.number for each in wanted],
        }
        with self._pool.connection() as connection:
            return [
                (source, name, Meant(stream_id, consumer, order=stream_id))
                for source, name, stream_id, consumer in connection.execute(query, rows)
            ]

    def _messages(self, query: str, rows: dict[str, Any]) -> list[Message]:
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Message)) as cursor,
        ):
            return cursor.execute(query, rows).fetchall()


def replace_references(connection: Connection, settled: Sequence[Settled]) -> None:
    """Write down what the messages are about, in place of what was known before."""
    known = [each for each in settled if each.about and each.state != "received"]
    rows = [
        (each.message_id, reference, meant)
        for each in known
        for reference, meant in each.about
    ]
    columns = {
        "messages": [each.message_id for each in known],
        "message_id": [message_id for message_id, _, _ in rows],
        "kind": [kind_of(reference) for _, reference, _ in rows],
        "source": [source_of(reference) for _, reference, _ in rows],
        "name": [reference.number for _, reference, _ in rows],
        "stream_id": [meant and meant.stream_id for _, _, meant in rows],
        "consumer": [meant and meant.consumer for _, _, meant in rows],
    }
    connection.execute(REPLACE_REFERENCES, columns)


def kind_of(reference: Reference) -> str:
    """Return the kind of name, as the reference index knows it."""
    match reference:
        case OrderNumber():
            return "order"
        case Waybill():
            return "waybill"
        case PaymentNumber():
            return "payment"
        case CaseNumber():
            return "case"
        case DisputeNumber():
            return "dispute"
        case ContactNumber():
            return "contact"
    assert_never(reference)


def source_of(reference: Reference) -> str:
    """Return who gives such names: a source of orders, or a carrier."""
    return reference.carrier if isinstance(reference, Waybill) else reference.source
