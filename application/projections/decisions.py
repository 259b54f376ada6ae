"""Decisions: by agent, rule version, amount and time, newest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row
from psycopg.sql import SQL, Composed

from application.event_store.connections import Pool
from application.projections.paging import Page, key_of, page, page_size

FIELDS: Final = """
       partition, position, stream_id, version, noun, tag, occurred_at, recorded_at,
       role, name, policies, about, amount_minor, currency
"""
FIND: Final = f"""
SELECT {FIELDS}
  FROM projection.decision
 WHERE {{conditions}}
 ORDER BY recorded_at DESC, partition DESC, position DESC
 LIMIT %(limit)s
"""  # noqa: S608 - the columns are the constant above

# What can be asked for, and how it is said in SQL.
CONDITIONS: Final[Mapping[str, str]] = {
    "agent": "name = %(agent)s",
    "role": "role = %(role)s",
    "policy": "policies @> ARRAY[%(policy)s::text]",
    "tag": "tag = %(tag)s",
    "noun": "noun = %(noun)s",
    "amount_from": "amount_minor >= %(amount_from)s",
    "amount_to": "amount_minor <= %(amount_to)s",
    "currency": "currency = %(currency)s",
    "since": "recorded_at >= %(since)s",
    "until": "recorded_at < %(until)s",
    "before": """
       (recorded_at, partition, position)
       < (%(before)s::timestamptz, %(partition)s::smallint, %(position)s::bigint)""",
}

RELATED: Final = """
SELECT DISTINCT stream_id
  FROM projection.decision
 WHERE about && %(named)s::uuid[]
 ORDER BY stream_id
 LIMIT %(limit)s
"""
RELATED_MAX: Final = 500


class DecisionRow(Struct, frozen=True, kw_only=True):
    """A row: one event that decided something.

    ``role`` and ``name`` are who did it, ``policies`` the rows it names, ``about`` the
    streams. ``amount_minor`` is what it moves, awards or asks for.
    """

    partition: int
    position: int
    stream_id: UUID
    version: int
    noun: str
    tag: str
    occurred_at: datetime
    recorded_at: datetime
    role: str
    name: str
    policies: Sequence[str] = ()
    about: Sequence[UUID] = ()
    amount_minor: int | None = None
    currency: str | None = None


class Sought(Struct, frozen=True, kw_only=True):
    """What is asked of the decisions; None asks for any.

    ``agent`` is a name, ``policy`` the reference of a row. Recorded from ``since`` on,
    and before ``until``; amounts are in minor units, both ends included.
    """

    agent: str | None = None
    role: str | None = None
    policy: str | None = None
    tag: str | None = None
    noun: str | None = None
    amount_from: int | None = None
    amount_to: int | None = None
    currency: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Place(Struct, frozen=True, array_like=True):
    """Where a decision stands among all."""

    recorded_at: datetime
    partition: int
    position: int


class DecisionQueries:
    """The questions the decisions answer."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def find(
        self, sought: Sought, *, limit: int, cursor: str | None = None
    ) -> Page[DecisionRow]:
        """Return decisions that fit all that is asked, newest first.

        Raises BadCursor.
        """
        size = page_size(limit)
        asked: dict[str, Any] = {
            name: value
            for name in Sought.__struct_fields__
            if (value := getattr(sought, name)) is not None
        }
        if cursor:
            last = key_of(cursor, Place)
            asked |= {
                "before": last.recorded_at,
                "partition": last.partition,
                "position": last.position,
            }
        values = asked | {"limit": size + 1}
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(DecisionRow)) as rows,
        ):
            found = rows.execute(find(asked), values).fetchall()
        return page(found, size, place)

    def related(self, streams: Sequence[UUID]) -> Sequence[UUID]:
        """Return the streams that name any of these, at most 500 of them."""
        values = {"named": list(streams), "limit": RELATED_MAX}
        with self._pool.connection() as connection:
            return [each for (each,) in connection.execute(RELATED, values)]


def find(asked: Mapping[str, Any]) -> Composed:
    """Return the statement for what is asked."""
    conditions = [SQL(CONDITIONS[name]) for name in asked if name in CONDITIONS]
    return SQL(FIND).format(conditions=SQL(" AND ").join(conditions or [SQL("true")]))


def place(row: DecisionRow) -> Place:
    """Return where a row stands."""
    return Place(row.recorded_at, row.partition, row.position)
