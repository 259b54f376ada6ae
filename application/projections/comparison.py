"""Holding rebuilt tables against the live ones: which rows differ, and in what."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from msgspec import Struct, json
from psycopg.sql import SQL, Composable, Identifier

from application.event_store.connections import Connection
from application.projections.runtime import LIVE, SCRATCH, Parking, Projection

# So many rows, and so many streams, are told of; the others are counted.
SHOWN_MAX: Final = 20
# A longer value, as a folded state is, tells nobody anything: its column is named.
VALUE_LENGTH_MAX: Final = 60

Row: TypeAlias = Mapping[str, Any]

KEY_OF: Final = """
SELECT attname::text FROM pg_index JOIN pg_attribute ON attrelid = indrelid
 WHERE indrelid = %(table)s::regclass AND indisprimary AND attnum = ANY (indkey)
 ORDER BY array_position(indkey::smallint[], attnum)
"""
# Both sides of a changed row are one difference.
DIFFERENCES: Final = """
SELECT to_jsonb(live), to_jsonb(rebuilt), count(*) OVER ()
  FROM (SELECT * FROM {live} WHERE {looked_at}) AS live
  FULL JOIN (SELECT * FROM {scratch} WHERE {looked_at}) AS rebuilt USING ({key})
 WHERE live IS DISTINCT FROM rebuilt
 ORDER BY {key}
 LIMIT %(shown_max)s
"""
COUNT: Final = "SELECT count(*) FROM {scratch} WHERE {looked_at}"
LOOKED_AT: Final = """
(%(partition)s::smallint IS NULL OR partition = %(partition)s)
AND partition <> ALL (%(left_out)s::smallint[])
"""
PARKED: Final = f"""
SELECT count(*) FROM {{parked}}
 WHERE (projection, version) = (%(projection)s, %(version)s) AND {LOOKED_AT}
"""  # noqa: S608 - the condition is a constant
NEWLY_PARKED: Final = f"""
SELECT partition, stream_id, position, reason, attempts, count(*) OVER ()
  FROM {SCRATCH}.parked AS anew
 WHERE (projection, version) = (%(projection)s, %(version)s) AND {LOOKED_AT}
   AND NOT EXISTS (
       SELECT FROM {LIVE}.parked AS live
        WHERE (live.projection, live.version) = (anew.projection, anew.version)
          AND (live.partition, live.stream_id) = (anew.partition, anew.stream_id))
 ORDER BY partition, position
 LIMIT %(shown_max)s
"""  # noqa: S608 - schemas and condition are constants


class Difference(Struct, frozen=True, kw_only=True):
    """A row that is not the same on both sides: None where one does not have it."""

    table: str
    key: Row
    live: Row | None
    rebuilt: Row | None

    @property
    def columns(self) -> Sequence[str]:
        """The columns that differ of a row that both sides have."""
        if self.live is None or self.rebuilt is None:
            return []
        return [name for name in self.live if self.live[name] != self.rebuilt[name]]

    def __str__(self) -> str:
        """Return it in a line: which row, and short values of what differs."""
        key = ", ".join(f"{name} {value}" for name, value in self.key.items())
        row = f"{self.table}, {key}"
        if self.live is None or self.rebuilt is None:
            return f"{row}: only {'rebuilt' if self.live is None else 'live'}"
        sides = [
            (name, spelt(self.live[name]), spelt(self.rebuilt[name]))
            for name in self.columns
        ]
        return f"{row}: " + ", ".join(
            f"{name} (live {live}, rebuilt {rebuilt})" if live and rebuilt else name
            for name, live, rebuilt in sides
        )


def spelt(value: Any) -> str:
    """Return a value as JSON, nothing if that is long."""
    text = json.encode(value).decode()
    return text if len(text) <= VALUE_LENGTH_MAX else ""


class Compared(Struct, frozen=True, kw_only=True):
    """What a comparison came to; of what is counted, the first are listed."""

    rows: int
    differing: int
    examples: Sequence[Difference]
    parked_live: int
    parked_rebuilt: int
    newly_parked: int
    parked_examples: Sequence[Parking]


def names(table: str) -> dict[str, Composable]:
    """Return how the live table and the rebuilt one are called in SQL."""
    live, scratch = Identifier(LIVE, table), Identifier(SCRATCH, table)
    return {"live": live, "scratch": scratch}


def compared(
    projection: Projection,
    connection: Connection,
    partition: int | None,
    left_out: Sequence[int],
) -> Compared:
    """Hold both sides together: in one partition or all, but for those left out."""
    values = projection.key | {
        "partition": partition,
        "left_out": list(left_out),
        "shown_max": SHOWN_MAX,
    }
    examples: list[Difference] = []
    differing = rows = 0
    for table in projection.tables:
        sides = names(table) | {"looked_at": SQL(LOOKED_AT)}
        rows += number(SQL(COUNT).format(**sides), values, connection)
        count, found = differences(table, values, connection)
        differing += count
        examples += found
    parked_live, parked_rebuilt = (
        number(
            SQL(PARKED).format(parked=Identifier(side, "parked")), values, connection
        )
        for side in (LIVE, SCRATCH)
    )
    anew = connection.execute(NEWLY_PARKED, values).fetchall()
    return Compared(
        rows=rows,
        differing=differing,
        examples=examples[:SHOWN_MAX],
        parked_live=parked_live,
        parked_rebuilt=parked_rebuilt,
        newly_parked=anew[0][-1] if anew else 0,
        parked_examples=[Parking(*row[:-1]) for row in anew],
    )


def differences(
    table: str, values: Mapping[str, Any], connection: Connection
) -> tuple[int, Sequence[Difference]]:
    """Return how many rows of a table differ, and the first of them."""
    named = connection.execute(KEY_OF, {"table": f"{LIVE}.{table}"})
    key = [name for (name,) in named]
    query = SQL(DIFFERENCES).format(
        **names(table),
        looked_at=SQL(LOOKED_AT),
        key=SQL(", ").join(map(Identifier, key)),
    )
    found = connection.execute(query, values).fetchall()
    return found[0][-1] if found else 0, [
        Difference(
            table=table,
            key={name: (live or rebuilt)[name] for name in key},
            live=live,
            rebuilt=rebuilt,
        )
        for live, rebuilt, _ in found
    ]


def number(query: Any, values: Mapping[str, Any], connection: Connection) -> int:
    """Return the one number that a query answers."""
    row = connection.execute(query, values).fetchone()
    return int(row[0]) if row else 0
