"""Whose matter an effect is of, as the read models know it."""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row

from application.event_store.connections import Pool

QUERY: Final = """
SELECT matter.stream_id, matter.consumer, page.number AS order_number
  FROM projection.matter AS matter
  LEFT JOIN projection.order_page AS page USING (partition, order_id)
 WHERE matter.stream_id = ANY (%(streams)s::uuid[])
"""


class Whose(Struct, frozen=True, kw_only=True):
    """A matter, its consumer and the number of its order, as far as they are known."""

    stream_id: UUID
    consumer: str | None
    order_number: str | None


def whose(reader: Pool, streams: Iterable[UUID]) -> Mapping[UUID, Whose]:
    """Return whose matters these are; what is not read yet is left out."""
    with (
        reader.connection() as connection,
        connection.cursor(row_factory=class_row(Whose)) as rows,
    ):
        found = rows.execute(QUERY, {"streams": list(streams)}).fetchall()
    return {each.stream_id: each for each in found}
