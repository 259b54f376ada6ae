"""The risk table of an installation: learnt from its own parcels, once a day.

Nothing of it is stored. It is a function of the promise board and the order page, so it
can be made again at any time, and two processes that make it have the same.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

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

WAITED_FOR = """
FROM unnest(%(partition)s::smallint[], %(order_id)s::uuid[])
  AS asked (partition, order_id)
JOIN projection.promise_board AS promise USING (partition, order_id)
WHERE kind = 'deliver_by' AND due_at IS NOT NULL AND standing <> 'waived'
"""


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


def parcels_waited_for(
    connection: Connection, orders: Sequence[UUID], at: datetime
) -> Iterator[Parcel]:
    """Yield the parcels of these orders still waited for, soonest due first."""
    asked = {
        "partition": [partition_in(order) for order in orders],
        "order_id": list(orders),
    }
    yield from (each for each in found(connection, WAITED_FOR, asked) if each.waits(at))


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
                for each in parcels_waited_for(connection, orders, at)
            }

    def risks(
        self, orders: Sequence[UUID], at: datetime, source: str | None = None
    ) -> dict[UUID, Risk]:
        """Return the risk of each of these orders whose parcel is still waited for."""
        table = self.current(at, source)
        known = self.known(orders, at)
        return {order: risk_of(table, each) for order, each in known.items()}

    def _learnt(self, until: datetime, source: str | None) -> RiskTable:
        learning = Learning(self._terms)
        since = until - timedelta(days=self._terms.history_days)
        with self._pool.connection() as connection:
            parcels = list(parcels_of(connection, source, since=since, until=until))
        deque(walk(parcels, learning, until), maxlen=0)
        return learning.table
