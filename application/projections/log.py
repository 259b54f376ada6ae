"""How projections read the log: ranges of several partitions in one query."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from application.event_store.connections import Connection
from application.event_store.mapper import RedressMapper
from application.event_store.rows.history import Page
from application.event_store.rows.queries import HEADS
from application.event_store.rows.row import COLUMNS, LogEntry, row_cursor
from application.projections.column_page import IN_ONE_ROW, array_cursor, page_of

# How far something is, by partition.
Positions: TypeAlias = Mapping[int, int]

# One range after another by its key: never a scan of the log, whatever the planner
# believes about the size of the table.
RANGES = """
  FROM unnest(%(partition)b::smallint[], %(after)b::bigint[], %(upto)b::bigint[])
       AS wanted (partition, after, upto)
 CROSS JOIN LATERAL (
       SELECT {columns} FROM (
              SELECT * FROM store.event AS e
               WHERE e.partition = wanted.partition
                 AND e.position > wanted.after AND e.position <= wanted.upto
               ORDER BY e.position LIMIT wanted.upto - wanted.after) AS e
      {having}) AS e
"""
READ_ROWS = f"SELECT {COLUMNS} {RANGES.format(columns='*', having='')}"
# A row for each range: each by itself costs the server, and us, as much as its event.
READ_COLUMNS = "SELECT e.*" + RANGES.format(
    columns=IN_ONE_ROW, having="HAVING count(*) > 0"
)

READ_STREAM = f"""
SELECT {COLUMNS} FROM store.event AS e
 WHERE e.partition = %(partition)s AND e.stream_id = %(stream_id)s
   AND e.position > %(after)s AND e.position <= %(upto)s
 ORDER BY e.version
"""  # noqa: S608 - the columns are a constant of the store

# How many batches are kept: one for each projection that may lag behind the others.
KEPT_MAX = 8


class Range(NamedTuple):
    """Positions of a partition: those after one, up to and including another."""

    partition: int
    after: int
    upto: int


class Log:
    """Reads the log, and keeps what it read last for the next projection that asks.

    History never changes and has no gaps, so what is kept is never stale. For one
    thread.
    """

    def __init__(self, mapper: RedressMapper | None = None) -> None:
        self._mapper = mapper or RedressMapper()
        self._kept: dict[tuple[Range, ...], Sequence[LogEntry]] = {}

    def another(self) -> "Log":
        """Return one that reads the same, for another thread."""
        return Log(self._mapper)

    def heads(self, connection: Connection) -> Positions:
        """Return the last position of every partition, 0 before its first event."""
        return dict(connection.execute(HEADS).fetchall())

    def read(
        self, ranges: Iterable[Range], connection: Connection
    ) -> Sequence[LogEntry]:
        """Return all events of the ranges, in order within each partition."""
        wanted = tuple(ranges)
        if wanted not in self._kept:
            if len(self._kept) >= KEPT_MAX:
                del self._kept[next(iter(self._kept))]
            columns = (list(column) for column in zip(*wanted, strict=True))
            values = dict(zip(Range._fields, columns, strict=True))
            self._kept[wanted] = self._page(values, connection)
        return self._kept[wanted]

    def stream(
        self, stream_id: UUID, wanted: Range, connection: Connection
    ) -> Sequence[LogEntry]:
        """Return the events of one stream that lie in the range."""
        values = {"stream_id": stream_id, **wanted._asdict()}
        return self._rows(READ_STREAM, values, connection)

    def _page(self, values: dict[str, Any], connection: Connection) -> Page:
        with array_cursor(connection) as cursor:
            rows = cursor.execute(READ_COLUMNS, values).fetchall()
        page = page_of(rows, self._mapper)
        return self._rows(READ_ROWS, values, connection) if page is None else page

    def _rows(self, query: str, values: dict[str, Any], connection: Connection) -> Page:
        with row_cursor(connection) as cursor:
            return Page.of(cursor.execute(query, values).fetchall(), self._mapper)
