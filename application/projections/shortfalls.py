"""What fell short, as it is asked: one by one, by its cause, and as a map."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row
from psycopg.sql import SQL

from application.event_store.connections import Pool
from application.projections.paging import Page, key_of, page, page_size
from application.projections.shortfall_rows import ShortfallRow

FIELDS: LiteralString = """
       partition, order_id, name, code, line, severity, points, consumer, source,
       merchant, creator, live_room, carrier, outlet, region, parcel, incident,
       heard_in, told, since, detected_at, cleared_at, cleared_by, contested,
       resolution, resolved
"""

NEWEST: LiteralString = f"""
SELECT {FIELDS} FROM projection.shortfall
 WHERE {{conditions}}
 ORDER BY detected_at DESC, partition, order_id, name
 LIMIT %(limit)s
"""  # noqa: S608 - the columns are the constant above

# What many orders share is one cause: it may be an incident.
CAUSES: LiteralString = """
SELECT code, {cause} AS cause, count(*) AS shortfalls,
       count(DISTINCT order_id) AS orders,
       count(*) FILTER (WHERE severity IN ('high', 'critical')) AS grave,
       min(detected_at) AS first_at, max(detected_at) AS last_at
  FROM projection.shortfall
 WHERE {conditions}
 GROUP BY code, {cause}
 ORDER BY count(*) DESC, code, {cause}
 LIMIT %(limit)s
"""

HEAT: LiteralString = """
SELECT carrier, region, merchant, count(*) AS shortfalls,
       count(DISTINCT order_id) AS orders,
       count(*) FILTER (WHERE cleared_at IS NULL AND NOT resolved) AS open
  FROM projection.shortfall
 WHERE {conditions}
 GROUP BY carrier, region, merchant
 ORDER BY count(*) DESC, carrier, region, merchant
 LIMIT %(limit)s
"""

# What can be asked for, and how it is said in SQL.
CONDITIONS: Final[Mapping[str, LiteralString]] = {
    "order_id": "order_id = %(order_id)s",
    "consumer": "consumer = %(consumer)s",
    "merchant": "merchant = %(merchant)s",
    "creator": "creator = %(creator)s",
    "carrier": "carrier = %(carrier)s",
    "outlet": "outlet = %(outlet)s",
    "region": "region = %(region)s",
    "live_room": "live_room = %(live_room)s",
    "source": "source = %(source)s",
    "code": "code = ANY (%(code)s::text[])",
    "severity": "severity = ANY (%(severity)s::text[])",
    "told": "told = %(told)s",
    "open": "(cleared_at IS NULL AND NOT resolved) = %(open)s",
    "since": "detected_at >= %(since)s",
    "until": "detected_at < %(until)s",
    "after": """
       (detected_at < %(after)s::timestamptz
        OR detected_at = %(after)s AND (partition, order_id, name)
         > (%(partition)s::smallint, %(last_order)s::uuid, %(name)s::text))""",
}

# By what shortfalls are grouped, and the column that says it.
By = Literal["outlet", "carrier", "merchant", "live_room", "region", "code"]
CAUSE_OF: Final[Mapping[By, LiteralString]] = {
    "outlet": "outlet",
    "carrier": "carrier",
    "merchant": "merchant",
    "live_room": "live_room",
    "region": "region",
    "code": "code",
}
GROUPS_MAX: Final = 500


class WantedShortfalls(Struct, frozen=True, kw_only=True):
    """What is asked for; None, or nothing, asks for nothing.

    ``open``: neither cleared nor made good. Times are those of the detection, from
    ``since`` on, before ``until``.
    """

    order_id: UUID | None = None
    consumer: str | None = None
    merchant: str | None = None
    creator: str | None = None
    carrier: str | None = None
    outlet: str | None = None
    region: str | None = None
    live_room: str | None = None
    source: str | None = None
    code: tuple[str, ...] | None = None
    severity: tuple[str, ...] | None = None
    told: bool | None = None
    open: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


class Cause(Struct, frozen=True, kw_only=True):
    """Shortfalls of one code that share a cause; None is not known."""

    code: str
    cause: str | None
    shortfalls: int
    orders: int
    grave: int
    first_at: datetime
    last_at: datetime


class Heat(Struct, frozen=True, kw_only=True):
    """How much fell short on one way: by whom it is carried, whereto, whose it was."""

    carrier: str | None
    region: str | None
    merchant: str | None
    shortfalls: int
    orders: int
    open: int


class Place(Struct, frozen=True, array_like=True):
    """Where a shortfall stands in the list."""

    detected_at: datetime
    partition: int
    order_id: UUID
    name: str


class ShortfallQueries:
    """The questions about shortfalls."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def find(
        self, wanted: WantedShortfalls, *, limit: int, cursor: str | None = None
    ) -> Page[ShortfallRow]:
        """Return shortfalls that fit all that is asked, the newest first.

        Raises BadCursor.
        """
        size = page_size(limit)
        asked = asked_for(wanted)
        if cursor:
            last = key_of(cursor, Place)
            asked |= {"after": last.detected_at, "partition": last.partition}
            asked |= {"last_order": last.order_id, "name": last.name}
        asked["limit"] = size + 1
        return page(self._rows(NEWEST, asked, ShortfallRow), size, place)

    def causes(self, wanted: WantedShortfalls, by: By) -> Sequence[Cause]:
        """Return them grouped by code and a cause, the most of one first."""
        asked = asked_for(wanted) | {"limit": GROUPS_MAX}
        return self._rows(CAUSES, asked, Cause, CAUSE_OF[by])

    def heat(self, wanted: WantedShortfalls) -> Sequence[Heat]:
        """Return how many there are by carrier, region and merchant, most first."""
        return self._rows(HEAT, asked_for(wanted) | {"limit": GROUPS_MAX}, Heat)

    def _rows(
        self,
        query: LiteralString,
        asked: dict[str, Any],
        row_type: type[Any],
        cause: LiteralString = "code",
    ) -> Sequence[Any]:
        conditions = [SQL(text) for name, text in CONDITIONS.items() if name in asked]
        every = SQL(" AND ").join(conditions or [SQL("true")])
        whole = SQL(query).format(conditions=every, cause=SQL(cause))
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(row_type)) as cursor,
        ):
            return cursor.execute(whole, asked).fetchall()


def asked_for(wanted: WantedShortfalls) -> dict[str, Any]:
    """Return what is asked for by name, as PostgreSQL takes it."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name in WantedShortfalls.__struct_fields__
        if (value := getattr(wanted, name)) is not None
    }


def place(row: ShortfallRow) -> Place:
    """Return where a shortfall stands in the list."""
    return Place(row.detected_at, row.partition, row.order_id, row.name)
