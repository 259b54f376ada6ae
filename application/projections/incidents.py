"""The board of incidents: which there are, how they stand, what became of offers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row

from application.event_store.connections import Pool
from application.projections.paging import Page, key_of, page, page_size

COLUMNS: Final = """
       partition, stream_id, version, number, kind, reason, source, phase, paused, over,
       merchants, notice_zh, notice_en, notice_at, declared_at, ends_at
"""

NEWEST: Final = f"""
SELECT {COLUMNS} FROM projection.incident
 WHERE (declared_at, number) < (coalesce(%(declared_at)s::timestamptz, 'infinity'),
                                %(number)s::text)
   AND (%(over)s::boolean IS NULL OR over = %(over)s::boolean)
 ORDER BY declared_at DESC, number DESC
 LIMIT %(limit)s
"""  # noqa: S608 - columns of our own

NOTICES: Final = f"""
SELECT {COLUMNS} FROM projection.incident
 WHERE notice_at IS NOT NULL
   AND (declared_at, number) < (coalesce(%(declared_at)s::timestamptz, 'infinity'),
                                %(number)s::text)
 ORDER BY declared_at DESC, number DESC
 LIMIT %(limit)s
"""  # noqa: S608 - columns of our own

LIVE: Final = f"""
SELECT {COLUMNS} FROM projection.incident WHERE NOT over
 ORDER BY partition, stream_id LIMIT %(limit)s
"""  # noqa: S608 - columns of our own

WITH_OFFERS: Final = """
SELECT incident, count(*) FILTER (WHERE ended_at IS NOT NULL), max(ended_at)
  FROM projection.incident_offer GROUP BY incident
"""

COUNTS: Final = """
SELECT standing, count(*) FROM projection.incident_offer
 WHERE incident = %(incident)s GROUP BY standing ORDER BY standing
"""

OFFERS: Final = """
SELECT partition, stream_id, incident, order_id, standing, ended_at
  FROM projection.incident_offer
 WHERE incident = %(incident)s AND (NOT %(ended)s OR ended_at IS NOT NULL)
"""

TO_WITHDRAW: Final = """
SELECT offer.partition, offer.stream_id, offer.incident, offer.order_id, offer.standing,
       offer.ended_at
  FROM projection.incident
  JOIN projection.incident_offer AS offer ON offer.incident = incident.number
 WHERE incident.phase = 'rolled_back' AND offer.standing IN ('detected', 'offered')
 ORDER BY offer.partition, offer.stream_id
 LIMIT %(limit)s
"""

# After every number there is.
LAST: Final = "\U0010ffff"


class IncidentRow(Struct, frozen=True, kw_only=True):
    """A row: an incident as it stands.

    ``phase`` is preparing, piloting, rolling_out, completed, rolled_back or reviewed.
    """

    partition: int
    stream_id: UUID
    version: int
    number: str
    kind: str
    reason: str
    source: str | None
    phase: str
    paused: bool
    over: bool
    merchants: list[str]
    notice_zh: str | None
    notice_en: str | None
    notice_at: datetime | None
    declared_at: datetime
    ends_at: datetime | None


class Offered(Struct, frozen=True, kw_only=True):
    """What became of the resolution that an incident opened for an order."""

    partition: int
    stream_id: UUID
    incident: str
    order_id: UUID
    standing: str
    ended_at: datetime | None


class Ended(Struct, frozen=True):
    """How many offers of an incident have ended, and when the last of them did."""

    incident: str
    orders: int
    last: datetime | None


class IncidentQueries:
    """Asks the board. The pool is one of redress_reader."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def newest(
        self, *, limit: int, cursor: str | None = None, over: bool | None = None
    ) -> Page[IncidentRow]:
        """Return a page of incidents, the newest first. Raises BadCursor."""
        return self._page(NEWEST, limit, cursor, over=over)

    def notices(self, *, limit: int, cursor: str | None = None) -> Page[IncidentRow]:
        """Return a page of those that something was published of. Raises BadCursor."""
        return self._page(NOTICES, limit, cursor)

    def live(self, limit: int = 1000) -> Sequence[IncidentRow]:
        """Return those that are not over."""
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(IncidentRow)) as reader,
        ):
            return reader.execute(LIVE, {"limit": limit}).fetchall()

    def ended(self) -> Sequence[Ended]:
        """Return how many offers of each incident have ended."""
        with self._pool.connection() as connection:
            return [Ended(*row) for row in connection.execute(WITH_OFFERS)]

    def counts(self, incident: str) -> Mapping[str, int]:
        """Return how many of an incident's offers stand how."""
        with self._pool.connection() as connection:
            rows = connection.execute(COUNTS, {"incident": incident})
            return dict(rows.fetchall())

    def offers(self, incident: str, *, ended: bool = False) -> Sequence[Offered]:
        """Return what became of an incident's offers; only of those that ended."""
        values = {"incident": incident, "ended": ended}
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Offered)) as reader,
        ):
            return reader.execute(OFFERS, values).fetchall()

    def to_withdraw(self, limit: int) -> Sequence[Offered]:
        """Return offers nobody took, of incidents that were rolled back."""
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Offered)) as reader,
        ):
            return reader.execute(TO_WITHDRAW, {"limit": limit}).fetchall()

    def _page(
        self, query: str, limit: int, cursor: str | None, *, over: bool | None = None
    ) -> Page[IncidentRow]:
        at, number = key_of(cursor, tuple[datetime, str]) if cursor else (None, LAST)
        size = page_size(limit)
        values = {
            "declared_at": at,
            "number": number,
            "over": over,
            "limit": size + 1,
        }
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(IncidentRow)) as reader,
        ):
            rows = reader.execute(query.encode(), values).fetchall()
        return page(rows, size, lambda row: (row.declared_at, row.number))
