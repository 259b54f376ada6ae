"""Rows of files that nothing can be made of, kept beside the messages like them.

A row has no message of its own to translate again: it is mended in its file, and
reading the file again tells what it says.
"""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

from application.event_store.connections import Pool
from application.inbound.messages import OrderNumber, Raw
from application.inbound.store import InboundStore, Meant, Settled

ROWS_MAX = 256

NOT_AMONG = """
SELECT message_id FROM inbound.message
WHERE source = %(source)s AND state = 'quarantined'
  AND NOT message_id = ANY (%(still_bad)s::uuid[])
LIMIT %(limit)s
"""


class BadRow(Struct, frozen=True, kw_only=True):
    """A row, where it stands, and why nothing can be made of it.

    ``fault`` names columns and places and quotes nothing that could be a person's.
    ``order`` is the order the row belongs to, ``meant`` whose that is, if known.
    """

    file: str
    line: int
    raw: bytes
    fault: str
    order: str | None = None
    meant: Meant | None = None


class RowQuarantine:
    """The bad rows of one source; the pool's role is ``redress_writer``."""

    def __init__(self, source: str, store: InboundStore, pool: Pool) -> None:
        self._source = source
        self._store = store
        self._pool = pool

    def put(self, rows: Sequence[BadRow]) -> int:
        """Keep the rows, each once; return how many were not known before."""
        new = 0
        for first in range(0, len(rows), ROWS_MAX):
            some = rows[first : first + ROWS_MAX]
            kept = self._store.keep([self._raw(row) for row in some])
            fresh = [
                self._settled(row)
                for row, each in zip(some, kept, strict=True)
                if each.new
            ]
            if fresh:
                self._store.settle(fresh)
            new += len(fresh)
        return new

    def mended(self, still_bad: Sequence[BadRow]) -> int:
        """Let go of all rows but those that are still bad; return how many.

        To be called once all files were read to their end. The words of the others are
        dropped: what was right about them is told by now, or no longer said.
        """
        ids = [self._raw(row).message_id for row in still_bad]
        rows = {"source": self._source, "still_bad": ids, "limit": ROWS_MAX * 16}
        done = 0
        while True:
            with self._pool.connection() as connection:
                found = [found for (found,) in connection.execute(NOT_AMONG, rows)]
            if not found:
                return done
            self._store.settle([let_go(each) for each in found])
            done += len(found)

    def _raw(self, row: BadRow) -> Raw:
        digest = sha256(row.raw).hexdigest()
        return Raw(
            source=self._source,
            key=f"{row.file}:{row.line}:{digest}",
            type=row.file,
            place=f"{row.file}:{row.line}",
            body=row.raw,
            fault=row.fault,
        )

    def _settled(self, row: BadRow) -> Settled:
        about = row.order and ((OrderNumber(self._source, row.order), row.meant),)
        return Settled(
            message_id=self._raw(row).message_id,
            state="quarantined",
            reason="malformed",
            detail=row.fault,
            about=about or (),
        )


def let_go(message_id: UUID) -> Settled:
    """Return a row of a mended file as settled, its words dropped."""
    return Settled(
        message_id=message_id, state="ignored", reason="mended", forgotten=True
    )
