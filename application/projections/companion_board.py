"""The board of the days beside consumers, as it is asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row
from psycopg.sql import SQL

from application.companion_days import Colour
from application.event_store.connections import Pool
from application.projections.companion_rows import CompanionRow, DaysState
from application.projections.paging import Page, key_of, page, page_size
from domain.ids import partition_in

FIELDS: LiteralString = """
       partition, order_id, consumer, source, number, merchant, creator, state,
       anchored_at, ends_at, next_check_in, next_check_in_at, colour, shortfalls,
       open_shortfalls, open_matters, outcome, score, look_at, history
"""

FIND: LiteralString = f"""
SELECT {FIELDS} FROM projection.companion_board
 WHERE {{conditions}}
 ORDER BY ends_at, partition, order_id
 LIMIT %(limit)s
"""  # noqa: S608 - the columns are the constant above

ONE: LiteralString = f"""
SELECT {FIELDS} FROM projection.companion_board
 WHERE partition = %(partition)s AND order_id = %(order_id)s
"""  # noqa: S608 - the columns are the constant above

COLOURS: LiteralString = """
SELECT colour, count(*) FROM projection.companion_board
 WHERE state = 'beside' AND (%(merchant)s::text IS NULL OR merchant = %(merchant)s)
 GROUP BY colour
"""

# What can be asked for, and how it is said in SQL.
CONDITIONS: Final[Mapping[str, LiteralString]] = {
    "consumer": "consumer = %(consumer)s",
    "merchant": "merchant = %(merchant)s",
    "creator": "creator = %(creator)s",
    "source": "source = %(source)s",
    "colour": "colour = %(colour)s",
    "state": "state = %(state)s",
    "ending_before": "ends_at < %(ending_before)s",
    "after": """
       (ends_at, partition, order_id)
       > (%(after)s::timestamptz, %(partition)s::smallint, %(order_id)s::uuid)""",
}


class WantedDays(Struct, frozen=True, kw_only=True):
    """What is asked for; None asks for nothing. Days that began only."""

    consumer: str | None = None
    merchant: str | None = None
    creator: str | None = None
    source: str | None = None
    colour: Colour | None = None
    state: DaysState | None = "beside"
    ending_before: datetime | None = None


class Place(Struct, frozen=True, array_like=True):
    """Where days stand on the board."""

    ends_at: datetime
    partition: int
    order_id: UUID


class CompanionQueries:
    """The questions the board answers."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def find(
        self, wanted: WantedDays, *, limit: int, cursor: str | None = None
    ) -> Page[CompanionRow]:
        """Return days that fit all that is asked, those that end first before others.

        Raises BadCursor.
        """
        size = page_size(limit)
        asked: dict[str, Any] = {
            name: value
            for name in WantedDays.__struct_fields__
            if (value := getattr(wanted, name)) is not None
        }
        if cursor:
            last = key_of(cursor, Place)
            asked |= {"after": last.ends_at, "partition": last.partition}
            asked["order_id"] = last.order_id
        conditions = [SQL(text) for name, text in CONDITIONS.items() if name in asked]
        begun = SQL("ends_at IS NOT NULL")
        query = SQL(FIND).format(conditions=SQL(" AND ").join([begun, *conditions]))
        return page(self._rows(query, asked | {"limit": size + 1}), size, place)

    def one(self, order_id: UUID) -> CompanionRow | None:
        """Return the days of an order, begun or not; None where nobody knows it."""
        values = {"partition": partition_in(order_id), "order_id": order_id}
        return next(iter(self._rows(SQL(ONE), values)), None)

    def colours(self, merchant: str | None = None) -> Mapping[str, int]:
        """Return how many days have each colour now, a merchant's own or all."""
        with self._pool.connection() as connection:
            rows = connection.execute(COLOURS, {"merchant": merchant})
            return dict(rows.fetchall())

    def _rows(self, query: Any, values: Mapping[str, Any]) -> Sequence[CompanionRow]:
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(CompanionRow)) as cursor,
        ):
            return cursor.execute(query, values).fetchall()


def place(row: CompanionRow) -> Place:
    """Return where days stand on the board."""
    assert row.ends_at is not None, "the query asks for those that began"
    return Place(row.ends_at, row.partition, row.order_id)
