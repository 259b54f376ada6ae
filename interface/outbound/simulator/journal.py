"""What the simulator was asked and did, kept in a table: the proof of what moved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row

from application.effects.ports import Instruction
from application.event_store.connections import Pool
from domain.money import Money

Deed = Literal["asked", "did", "refused"]

FIELDS: Final = """
       number, at, gateway, key, deed, action, about, fault, reference, minor, currency
"""
ASKED = """
INSERT INTO effect.simulated
       (gateway, key, deed, action, about, fault, minor, currency)
VALUES (%(gateway)s, %(key)s, 'asked', %(action)s, %(about)s, %(fault)s, %(minor)s,
        %(currency)s)
"""
DOES = """
INSERT INTO effect.simulated
       (gateway, key, deed, action, about, fault, reference, minor, currency)
VALUES (%(gateway)s, %(key)s, %(deed)s, %(action)s, %(about)s, %(fault)s,
        'sim-' || left(replace(%(key)s::text, '-', ''), 16), %(minor)s, %(currency)s)
    ON CONFLICT (key) WHERE deed <> 'asked' DO NOTHING
"""
FIND = f"""
SELECT {FIELDS} FROM effect.simulated WHERE key = %(key)s AND deed <> 'asked'
"""  # noqa: S608 - the columns are the constant above
TIMES = "SELECT count(*) FROM effect.simulated WHERE key = %(key)s AND deed = 'asked'"
LIST = f"""
SELECT {FIELDS} FROM effect.simulated
 WHERE (%(key)s::uuid IS NULL OR key = %(key)s)
 ORDER BY number DESC LIMIT %(limit)s
"""  # noqa: S608 - the columns are the constant above


class Line(Struct, frozen=True, kw_only=True):
    """A line of the journal: asked, done or refused, for whom, how much."""

    number: int
    at: datetime
    gateway: str
    key: UUID
    deed: Deed
    action: str
    about: str | None
    fault: str | None
    reference: str | None
    minor: int | None
    currency: str | None

    @property
    def amount(self) -> Money | None:
        """How much moved, if anything did."""
        if self.minor is None or self.currency is None:
            return None
        return Money(self.minor, self.currency)


class Journal:
    """Keeps what was asked and done."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def times(self, key: UUID) -> int:
        """Return how often this key was asked for."""
        with self._pool.connection() as connection:
            row = connection.execute(TIMES, {"key": key}).fetchone()
        return 0 if row is None else int(row[0])

    def asked(self, gateway: str, instruction: Instruction, fault: str | None) -> None:
        """Note that it was asked for."""
        with self._pool.connection() as connection:
            connection.execute(ASKED, values(gateway, instruction, fault))

    def does(
        self, gateway: str, instruction: Instruction, deed: Deed, fault: str | None
    ) -> Line:
        """Do it, unless it was done under this key; return what stands."""
        with self._pool.connection() as connection:
            connection.execute(
                DOES, values(gateway, instruction, fault) | {"deed": deed}
            )
        line = self.find(instruction.key)
        assert line is not None, "it was just written, or before"
        return line

    def find(self, key: UUID) -> Line | None:
        """Return what was done under a key, if anything."""
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Line)) as cursor,
        ):
            return cursor.execute(FIND.encode(), {"key": key}).fetchone()

    def lines(self, key: UUID | None = None, limit: int = 200) -> Sequence[Line]:
        """Return the newest lines, of one key or of all."""
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Line)) as cursor,
        ):
            asked = {"key": key, "limit": limit}
            return cursor.execute(LIST.encode(), asked).fetchall()


def values(gateway: str, asked: Instruction, fault: str | None) -> dict[str, Any]:
    """Return the parameters of a line."""
    return {
        "gateway": gateway,
        "key": asked.key,
        "action": asked.action,
        "about": asked.order,
        "fault": fault,
        "minor": None if asked.amount is None else asked.amount.minor,
        "currency": None if asked.amount is None else asked.amount.currency,
    }
