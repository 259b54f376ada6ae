"""Matters: cases, disputes, contacts, promises and accounts, soonest due first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row
from psycopg.sql import SQL, Composed

from application.event_store.connections import Pool
from application.projections.paging import Page, key_of, page, page_size

MatterNoun = Literal["case", "dispute", "contact", "promise", "account", "resolution"]
# Flags that the service itself acts on, as soon as it sees them: of cases, and of
# resolutions.
SystemFlag = Literal[
    "refund_due", "needs_dispute", "proposal_due", "steps_due", "undo_due"
]

FIELDS = """
       partition, stream_id, noun, version, consumer, order_id, case_id, merchant,
       creator, carrier, source, number, kind, status, final, flags, assigned, owes,
       step, due_at, amount_minor, currency, score, opened_at, changed_at
"""
# What is only told of, as a scan of a parcel nobody asked for, is no matter yet.
FIND = f"""
SELECT {FIELDS}
  FROM projection.matter
 WHERE status <> 'none' AND {{conditions}}
 ORDER BY coalesce(due_at, 'infinity'::timestamptz), partition, stream_id
 LIMIT %(limit)s
"""  # noqa: S608 - the columns are the constant above

# What can be asked for, and how it is said in SQL.
CONDITIONS = {
    "nouns": "noun = ANY (%(nouns)s::text[])",
    "status": "status = %(status)s",
    "final": "final = %(final)s",
    "kind": "kind = %(kind)s",
    "flag": "flags @> ARRAY[%(flag)s::text]",
    "assigned": "assigned = %(assigned)s",
    "unassigned": "assigned IS NULL",
    "owes": "owes = %(owes)s",
    "step": "step = %(step)s",
    "due_before": "due_at < %(due_before)s",
    "consumers": "consumer = ANY (%(consumers)s::text[])",
    "merchant": "merchant = %(merchant)s",
    "creator": "creator = %(creator)s",
    "carrier": "carrier = %(carrier)s",
    "order_id": "order_id = %(order_id)s",
    "case_id": "case_id = %(case_id)s",
    "number": "number = %(number)s",
    "source": "source = %(source)s",
    "amount_from": "amount_minor >= %(amount_from)s",
    "after": """
       (coalesce(due_at, 'infinity'::timestamptz), partition, stream_id)
       > (%(after)s::timestamptz, %(partition)s::smallint, %(stream_id)s::uuid)""",
}

# Contacts of a consumer about one order, lately: a repeated one was not helped before.
EARLIER = """
SELECT stream_id
  FROM projection.matter
 WHERE noun = 'contact' AND consumer = %(consumer)s
   AND (order_id = %(order_id)s::uuid OR %(order_id)s::uuid IS NULL)
   AND opened_at >= %(since)s
 ORDER BY opened_at DESC
 LIMIT 50
"""


# What waits for the service itself; that of an order which an import holds does not.
# What is owed is carried out even where its resolution is over.
FLAGGED = """
SELECT partition, stream_id, version
  FROM projection.matter
  LEFT JOIN (SELECT partition, order_id, source AS order_source
               FROM projection.order_page) AS ordered USING (partition, order_id)
 WHERE {which}
   AND flags @> ARRAY[%(flag)s::text]
   AND (partition, stream_id) > (%(partition)s::smallint, %(stream_id)s::uuid)
   AND NOT EXISTS (SELECT FROM process.hold
                    WHERE hold.source IN (matter.source, ordered.order_source, '*')
                      AND hold.until > clock_timestamp())
 ORDER BY partition, stream_id
 LIMIT %(limit)s
"""


OF_CASES = "NOT final AND flags && ARRAY['refund_due', 'needs_dispute']"
OF_RESOLUTIONS = "flags && ARRAY['proposal_due', 'steps_due', 'undo_due']"
# By flag: each is found by an index of its own.
WHICH: Final[Mapping[SystemFlag, str]] = {
    "refund_due": OF_CASES,
    "needs_dispute": OF_CASES,
    "proposal_due": OF_RESOLUTIONS,
    "steps_due": OF_RESOLUTIONS,
    "undo_due": OF_RESOLUTIONS,
}


class MatterRow(Struct, frozen=True, kw_only=True):
    """A row: one matter as it stands.

    ``kind`` is a case's type, a dispute's issue, what a contact is about, a promise's
    deed. ``owes``, ``step`` and ``due_at`` are those of the earliest running clock.
    ``flags`` lie over the status: intervening, frozen, needs_human, repeated …
    ``amount_minor`` is what is asked for, in minor units.
    """

    partition: int
    stream_id: UUID
    noun: MatterNoun
    version: int
    consumer: str | None = None
    order_id: UUID | None = None
    case_id: UUID | None = None
    merchant: str | None = None
    creator: str | None = None
    carrier: str | None = None
    source: str | None = None
    number: str | None = None
    kind: str | None = None
    status: str
    final: bool = False
    flags: Sequence[str] = ()
    assigned: str | None = None
    owes: str | None = None
    step: str | None = None
    due_at: datetime | None = None
    amount_minor: int | None = None
    currency: str | None = None
    score: int | None = None
    opened_at: datetime
    changed_at: datetime


class FlaggedMatter(Struct, frozen=True):
    """A case that waits for the service, as the board saw it."""

    partition: int
    stream_id: UUID
    version: int


class Wanted(Struct, frozen=True, kw_only=True):
    """What is asked of the board; None asks for any."""

    nouns: tuple[MatterNoun, ...] | None = None
    status: str | None = None
    final: bool | None = None
    kind: str | None = None
    flag: str | None = None
    assigned: str | None = None
    unassigned: bool | None = None
    owes: str | None = None
    step: str | None = None
    due_before: datetime | None = None
    consumers: tuple[str, ...] | None = None
    merchant: str | None = None
    creator: str | None = None
    carrier: str | None = None
    order_id: UUID | None = None
    case_id: UUID | None = None
    number: str | None = None
    source: str | None = None
    amount_from: int | None = None


class Place(Struct, frozen=True, array_like=True):
    """Where a matter stands on the board. Without a due time it stands last."""

    due_at: datetime | None
    partition: int
    stream_id: UUID


class MatterQueries:
    """The questions the board answers."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def find(
        self, wanted: Wanted, *, limit: int, cursor: str | None = None
    ) -> Page[MatterRow]:
        """Return matters that fit all that is asked, soonest due first.

        Those nobody owes anything in come last. Raises BadCursor.
        """
        size = page_size(limit)
        asked: dict[str, Any] = {
            name: list(value) if isinstance(value, tuple) else value
            for name in Wanted.__struct_fields__
            if (value := getattr(wanted, name)) is not None
        }
        if asked.get("unassigned") is False:
            del asked["unassigned"]
        if cursor:
            last = key_of(cursor, Place)
            asked |= {"after": last.due_at or "infinity", "partition": last.partition}
            asked["stream_id"] = last.stream_id
        return page(self._rows(asked | {"limit": size + 1}), size, place)

    def about(self, order_id: UUID) -> Sequence[MatterRow]:
        """Return all matters of an order, of which there are a few."""
        wanted = {"order_id": order_id, "limit": 1000}
        return self._rows(wanted)

    def one(self, stream_id: UUID) -> MatterRow | None:
        """Return a matter as the board shows it."""
        query = f"SELECT {FIELDS} FROM projection.matter WHERE stream_id = %(id)s"  # noqa: S608 - the columns are the constant above
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(MatterRow)) as cursor,
        ):
            return cursor.execute(query, {"id": stream_id}).fetchone()

    def flagged(
        self, flag: SystemFlag, limit: int, after: FlaggedMatter | None = None
    ) -> Sequence[FlaggedMatter]:
        """Return matters that are so flagged, behind the last of the page before.

        Leaves out those of orders that a running import holds, and all while one holds
        everything.
        """
        values = {
            "flag": flag,
            "limit": limit,
            "partition": after.partition if after else -1,
            "stream_id": after.stream_id if after else UUID(int=0),
        }
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(FlaggedMatter)) as cursor,
        ):
            return cursor.execute(
                SQL(FLAGGED).format(which=SQL(WHICH[flag])), values
            ).fetchall()

    def earlier_contacts(
        self, consumer: str, order_id: UUID | None, since: datetime
    ) -> Sequence[UUID]:
        """Return contacts of a consumer since then about an order, or about any."""
        asked = {"consumer": consumer, "order_id": order_id, "since": since}
        with self._pool.connection() as connection:
            return [each for (each,) in connection.execute(EARLIER, asked)]

    def _rows(self, values: Mapping[str, Any]) -> Sequence[MatterRow]:
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(MatterRow)) as cursor,
        ):
            return cursor.execute(find(values), values).fetchall()


def find(values: Mapping[str, Any]) -> Composed:
    """Return the query for what is asked."""
    conditions = [SQL(text) for name, text in CONDITIONS.items() if name in values]
    every = SQL(" AND ").join(conditions or [SQL("true")])
    return SQL(FIND).format(conditions=every)


def place(row: MatterRow) -> Place:
    """Return where the matter stands on the board."""
    return Place(row.due_at, row.partition, row.stream_id)
