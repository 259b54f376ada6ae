"""The eventsourcing library's recorders on our tables, and the one way to append.

A stock application of the library lives in partition 0, whatever its ids: one partition
is exactly the library's contract of contiguous positions in the order of commits. The
product's own commands come through ``append_asks``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InterfaceError,
    Notification,
    OperationalError,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Tracking,
    TrackingRecorder,
)
from eventsourcing.utils import retry
from psycopg.rows import TupleRow

from application.event_store.connections import Connection, Pool, available
from application.event_store.rows.asks import AskOutcome, StoredAsk, append
from application.event_store.rows.usual import append_usual
from application.event_store.seams.stock import (
    INSERT_SNAPSHOT,
    SELECT_EVENTS,
    SELECT_EVENTS_DESCENDING,
    SELECT_LAST,
    SELECT_LOG,
    SELECT_SNAPSHOTS,
    SELECT_SNAPSHOTS_DESCENDING,
    SELECT_TRACKING,
    STOCK_PARTITION,
    actors_of,
    append_stock,
    library_errors,
    stock_ask,
    track,
    uuid_of,
)
from application.event_store.seams.subscription import PollingSubscription


class RedressAggregateRecorder(AggregateRecorder):
    """Writes and reads the streams of a stock application.

    ``keeps`` is who closes the pool once nobody needs it any more: not before we go.
    """

    keeps: object = None

    def __init__(self, pool: Pool, name: str = "") -> None:
        self.pool = pool
        self.name = name

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Append in the order given; IntegrityError if a stream has moved on."""
        self._record(stored_events, kwargs.get("tracking"))
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the events of a stream after ``gt``, up to ``lte``."""
        query = SELECT_EVENTS_DESCENDING if desc else SELECT_EVENTS
        values = (STOCK_PARTITION, uuid_of(originator_id), gt, lte, limit)
        return [StoredEvent(*row) for row in self._rows(query, values)]

    def _record(
        self, stored_events: Sequence[StoredEvent], tracking: Tracking | None
    ) -> range | None:
        ask = stock_ask(stored_events, self.name) if stored_events else None
        ids: range | None = self._record_ask(ask, len(stored_events), tracking)
        return ids

    # Safe to repeat: if the answer to COMMIT was lost, the command id is known.
    @retry((InterfaceError, OperationalError), max_attempts=3, wait=0.2)
    def _record_ask(
        self, ask: StoredAsk | None, count: int, tracking: Tracking | None
    ) -> range | None:
        with library_errors(), self.pool.connection() as connection:
            if tracking is None and ask is not None:  # One statement, one commit.
                last, _ = append_stock(connection, ask)
                return range(last - count + 1, last + 1)
            with connection.transaction():
                last, repeated = append_stock(connection, ask) if ask else (0, False)
                if tracking is not None and not repeated:
                    track(connection, self.name, tracking)
                return range(last - count + 1, last + 1) if ask else None

    def _rows(self, query: str, values: Sequence[object]) -> list[TupleRow]:
        with library_errors(), self.pool.connection() as connection:
            return connection.cursor(binary=True).execute(query, values).fetchall()


class RedressApplicationRecorder(RedressAggregateRecorder, ApplicationRecorder):
    """Writes and reads the log of a stock application, and batches of our own asks.

    An application without a name reads what every one of the database wrote.
    """

    # How far the log was looked at for its last event, and which that was.
    _seen: tuple[int, int | None] = 0, None

    def append_asks(self, asks: Sequence[StoredAsk]) -> list[AskOutcome]:
        """Append a batch of the product's asks; an outcome for each, in order.

        Raises StoreUnavailable, or OutcomeUnknown if the answer was lost.
        """
        with available(self.pool) as connection:
            return append(connection, asks)

    def append_usual(self, columns: Sequence[Any]) -> list[TupleRow]:
        """Append a batch in which all is as usual; nothing, if something is not.

        Raises as ``append_asks``.
        """
        with available(self.pool) as connection:
            return append_usual(connection, columns)

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Append in the order given, and return the positions.

        Raises IntegrityError if a stream has moved on.
        """
        ids = self._record(stored_events, kwargs.get("tracking"))
        return None if ids is None else list(ids)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return the log from ``start``, up to and with ``stop``, of these topics."""
        after = (start or 0) - (inclusive_of_start and start is not None)
        whose, kinds = actors_of(self.name), list(topics) or None
        values = (STOCK_PARTITION, whose, after, stop, kinds, limit)
        return [Notification(*row) for row in self._rows(SELECT_LOG, values)]

    def max_notification_id(self) -> int | None:
        """Return the position of its last event, None before the first."""
        seen, last = self._seen
        whose = actors_of(self.name)
        for head, later in self._rows(SELECT_LAST, (seen, whose, STOCK_PARTITION)):
            self._seen = head, later or last
        return self._seen[1]

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Follow the log from after ``gt``, waiting at its end."""
        return PollingSubscription(self, gt, topics)


class RedressTrackingRecorder(TrackingRecorder):
    """Remembers how far an application has followed others: one row for each."""

    keeps: object = None

    def __init__(self, pool: Pool, name: str = "") -> None:
        self.pool = pool
        self.name = name

    def insert_tracking(self, tracking: Tracking) -> None:
        """Move on; IntegrityError if that notification or a later one was recorded."""
        with library_errors(), self.pool.connection() as connection:
            track(connection, self.name, tracking)

    @contextmanager
    def tracked(self, tracking: Tracking) -> Iterator[Connection]:
        """Lend the transaction in which it moves on, for a view to change with it.

        Raises IntegrityError if that notification or a later one was recorded.
        """
        with (
            library_errors(),
            self.pool.connection() as connection,
            connection.transaction(),
        ):
            track(connection, self.name, tracking)
            yield connection

    def max_tracking_id(self, application_name: str) -> int | None:
        """Return how far the named application has been followed, None if not yet."""
        with library_errors(), self.pool.connection() as connection:
            values = (STOCK_PARTITION, self.name, application_name)
            row = connection.execute(SELECT_TRACKING, values).fetchone()
            return row[0] if row else None


class RedressProcessRecorder(
    RedressTrackingRecorder, RedressApplicationRecorder, ProcessRecorder
):
    """Writes events and how far was followed in one transaction."""


class RedressSnapshotRecorder(RedressAggregateRecorder):
    """Keeps the snapshots of a stock application, in a table of their own."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **_: Any
    ) -> Sequence[int] | None:
        """Keep snapshots; IntegrityError if there is one of that version."""
        with library_errors(), self.pool.connection() as connection:
            rows = [
                (
                    STOCK_PARTITION,
                    self.name,
                    uuid_of(each.originator_id),
                    each.originator_version,
                    each.topic,
                    each.state,
                )
                for each in stored_events
            ]
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(INSERT_SNAPSHOT, rows)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the snapshots of a stream after ``gt``, up to ``lte``."""
        query = SELECT_SNAPSHOTS_DESCENDING if desc else SELECT_SNAPSHOTS
        stream_id = uuid_of(originator_id)
        values = (STOCK_PARTITION, self.name, stream_id, gt, lte, limit)
        return [StoredEvent(*row) for row in self._rows(query, values)]
