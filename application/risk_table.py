"""The risk table of an installation: learnt from its own parcels, once a day.

Nothing of it is stored. It is a function of the promise board and the order page, so it
can be made again at any time, and two processes that make it have the same.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

from msgspec import Struct

from application.event_store.connections import Connection, Pool
from application.risk_walk import walk
from domain.ids import partition_in
from domain.risk import (
    DELIVERY_RISK,
    Known,
    Lane,
    Learning,
    Parcel,
    Risk,
    RiskTable,
    RiskTerms,
    risk_of,
)

# An order's earliest promise to deliver, and what is known of its way. It was handed
# over when its merchant's own promise of that was met, or when it was shipped.
WAYS = """
SELECT board.order_id, board.carrier, placed.placement->>'ships_from',
       placed.placement->>'ships_to', board.made_at, board.due_at,
       handed.due_at, coalesce(handed.met_at, page.shipped_at), board.met_at,
       CASE board.standing WHEN 'voided' THEN coalesce(page.cancelled_at, board.made_at)
       END
  FROM (SELECT DISTINCT ON (partition, order_id) promise.*
          {wanted}
         ORDER BY partition, order_id, due_at, promise) AS board
  LEFT JOIN projection.order_page AS page USING (partition, order_id)
  LEFT JOIN LATERAL (
       SELECT min(due_at) AS due_at, min(met_at) AS met_at
         FROM projection.promise_board AS sent
        WHERE sent.partition = board.partition AND sent.order_id = board.order_id
          AND sent.kind IN ('hand_over_by', 'ship_by')) AS handed ON true
  LEFT JOIN LATERAL (
       SELECT convert_from(met.placement, 'UTF8')::jsonb AS placement
         FROM projection.promise_order_v1 AS met
        WHERE met.partition = board.partition AND met.order_id = board.order_id)
       AS placed ON true
 ORDER BY board.due_at, board.order_id
"""

# Where another date was agreed on, or the promise was let go, the one first made was
# neither kept nor broken: nothing is learnt from it.
LEARNT_FROM = """
FROM projection.promise_board AS promise
WHERE kind = 'deliver_by' AND due_at = first_due_at AND standing <> 'waived'
  AND (%(source)s::text IS NULL OR order_source = %(source)s)
  AND (%(since)s::timestamptz IS NULL OR due_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR made_at <= %(until)s)
"""

OF_ORDERS = """
FROM unnest(%(partition)s::smallint[], %(order_id)s::uuid[])
  AS asked (partition, order_id)
JOIN projection.promise_board AS promise USING (partition, order_id)
WHERE kind = 'deliver_by' AND due_at IS NOT NULL AND standing <> 'waived'
"""

# Open promises of which a moment to ask about lies between two times, by that moment.
DUE_FOR_ASKING = """
SELECT board.order_id, board.order_source, hours.ahead, board.due_at
  FROM unnest(%(hours)s::integer[]) AS hours (ahead)
 CROSS JOIN LATERAL (
       SELECT order_id, order_source, due_at FROM projection.promise_board
        WHERE standing = 'open' AND kind = 'deliver_by'
          AND coalesce(due_at, 'infinity'::timestamptz)
            > %(after)s + make_interval(hours => hours.ahead)
          AND coalesce(due_at, 'infinity'::timestamptz)
           <= %(upto)s + make_interval(hours => hours.ahead)) AS board
 ORDER BY board.due_at - make_interval(hours => hours.ahead), board.order_id
 LIMIT %(limit)s
"""


class Alarm(Struct, frozen=True, kw_only=True):
    """A risk that reached the bar of its moment. It is told of the order's delivery."""

    order_id: UUID
    at: datetime
    due_at: datetime
    risk: Risk


class Alarms(NamedTuple):
    """The alarms up to a moment: where to go on from."""

    raised: tuple[Alarm, ...]
    upto: datetime


class Due(NamedTuple):
    """A row of the query above: whom to ask about, how many hours ahead."""

    order_id: UUID
    source: str | None
    hours_left: int
    due_at: datetime

    @property
    def at(self) -> datetime:
        """The moment to ask about."""
        return self.due_at - timedelta(hours=self.hours_left)


class Way(NamedTuple):
    """A row of the query above."""

    order_id: UUID
    carrier: str | None
    ships_from: str | None
    ships_to: str | None
    promised_at: datetime
    due_at: datetime
    hand_over_due_at: datetime | None
    handed_over_at: datetime | None
    arrived_at: datetime | None
    off_at: datetime | None


def parcels_of(
    connection: Connection,
    source: str | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Parcel]:
    """Yield the parcels of all orders or a source's, soonest due first.

    ``since`` leaves out those due before, ``until`` those promised after.
    """
    asked = {"source": source, "since": since, "until": until}
    yield from found(connection, LEARNT_FROM, asked)


def parcels_in(connection: Connection, orders: Sequence[UUID]) -> Iterator[Parcel]:
    """Yield the parcels of these orders, soonest due first."""
    asked = {
        "partition": [partition_in(order) for order in orders],
        "order_id": list(orders),
    }
    yield from found(connection, OF_ORDERS, asked)


def found(
    connection: Connection, wanted: LiteralString, asked: Mapping[str, Any]
) -> Iterator[Parcel]:
    """Yield the parcels the query finds."""
    for row in connection.execute(WAYS.format(wanted=wanted), asked):
        way = Way(*row)
        yield Parcel(
            order=str(way.order_id),
            lane=Lane(way.carrier, way.ships_from, way.ships_to),
            promised_at=way.promised_at,
            due_at=way.due_at,
            hand_over_due_at=way.hand_over_due_at,
            handed_over_at=way.handed_over_at,
            arrived_at=way.arrived_at,
            off_at=way.off_at,
        )


class RiskTables:
    """The risk table of each source, as of the start of the day in UTC.

    Learnt when first asked for on a day, from parcels due in the ``history_days``
    before it, and kept until the next: all risks of a day are read off one version.
    For one thread.
    """

    SOURCES_MAX: Final = 64

    def __init__(self, pool: Pool, terms: RiskTerms = DELIVERY_RISK) -> None:
        self._pool, self._terms = pool, terms
        self._tables: dict[str | None, tuple[date, RiskTable]] = {}

    def current(self, at: datetime, source: str | None = None) -> RiskTable:
        """Return the table in use at a time, for orders of a source."""
        day = at.astimezone(UTC).date()
        made_on, table = self._tables.get(source, (None, None))
        if table is None or made_on != day:
            table = self._learnt(datetime.combine(day, time(), UTC), source)
            if len(self._tables) >= self.SOURCES_MAX:
                self._tables.clear()
            self._tables[source] = day, table
        return table

    def known(self, orders: Sequence[UUID], at: datetime) -> dict[UUID, Known]:
        """Return what is known of those of these orders that are still waited for."""
        with self._pool.connection() as connection:
            return {
                UUID(each.order): each.known(at)
                for each in parcels_in(connection, orders)
                if each.waits(at)
            }

    def risks(
        self, orders: Sequence[UUID], at: datetime, source: str | None = None
    ) -> dict[UUID, Risk]:
        """Return the risk of each of these orders whose parcel is still waited for."""
        table = self.current(at, source)
        known = self.known(orders, at)
        return {order: risk_of(table, each) for order, each in known.items()}

    def alarms(self, after: datetime, upto: datetime, limit: int = 5_000) -> Alarms:
        """Return the alarms of moments after one, up to and including another.

        Only what is due to be asked about is read, about so much at once; the rest
        follows from where the answer ends. A parcel that reaches the bar at several
        moments is told at each.
        """
        with self._pool.connection() as connection:
            due, upto = self._due(connection, after, upto, limit)
            ids = [each.order_id for each in due]
            ways = {UUID(each.order): each for each in parcels_in(connection, ids)}
        raised = (self._asked(each, ways.get(each.order_id)) for each in due)
        return Alarms(tuple(each for each in raised if each is not None), upto)

    def _due(
        self,
        connection: Connection,
        after: datetime,
        upto: datetime,
        limit: int | None,
    ) -> tuple[list[Due], datetime]:
        """Return whom to ask about, and up to when that is; no moment is cut in two."""
        asked = {
            "hours": list(self._terms.alarm_hours),
            "after": after,
            "upto": upto,
            "limit": None if limit is None else limit + 1,
        }
        due = [Due(*row) for row in connection.execute(DUE_FOR_ASKING, asked)]
        if limit is None or len(due) <= limit:
            return due, upto
        cut = due[limit].at
        whole = [each for each in due if each.at < cut]
        if whole:
            return whole, whole[-1].at
        return self._due(connection, after, cut, None)

    def _asked(self, due: Due, parcel: Parcel | None) -> Alarm | None:
        if parcel is None or parcel.due_at != due.due_at or not parcel.waits(due.at):
            return None
        risk = risk_of(self.current(due.at, due.source), parcel.known(due.at))
        if risk.rate_bp < self._terms.bar_at(due.hours_left):
            return None
        return Alarm(order_id=due.order_id, at=due.at, due_at=due.due_at, risk=risk)

    def _learnt(self, until: datetime, source: str | None) -> RiskTable:
        learning = Learning(self._terms)
        since = until - timedelta(days=self._terms.history_days)
        with self._pool.connection() as connection:
            parcels = list(parcels_of(connection, source, since=since, until=until))
        deque(walk(parcels, learning, until), maxlen=0)
        return learning.table
