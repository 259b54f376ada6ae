"""A breaker per gateway: who is down is left alone, and asked by one before by all.

It is a row, so that all workers agree, and goes by the database's time.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct
from psycopg.rows import class_row

from application.effects.effect import Gateway
from application.event_store.connections import Pool

BreakerState = Literal["closed", "open", "half_open"]

# Whoever tries a gateway again has so long; then another may.
TRIAL: Final = timedelta(seconds=60)

# A gateway that is open and whose time is over lets one through: the row's lock says
# who. One that was let through and never heard of again gives way to the next.
STANDING = """
SELECT gateway FROM unnest(%(gateways)s::text[]) AS asked (gateway)
  LEFT JOIN effect.breaker USING (gateway)
 WHERE coalesce(breaker.state, 'closed') = 'closed'
"""
TRY = """
UPDATE effect.breaker
   SET state = 'half_open', changed_at = coalesce(%(now)s, clock_timestamp()),
       until = coalesce(%(now)s, clock_timestamp()) + %(trial)s
 WHERE gateway = ANY (%(gateways)s::text[]) AND state <> 'closed'
   AND until <= coalesce(%(now)s, clock_timestamp())
RETURNING gateway
"""
SUCCEEDED = """
UPDATE effect.breaker
   SET state = 'closed', failures = 0, openings = 0, until = NULL,
       changed_at = coalesce(%(now)s, clock_timestamp())
 WHERE gateway = %(gateway)s AND (state <> 'closed' OR failures > 0)
"""
FAILED = """
INSERT INTO effect.breaker AS breaker
       (gateway, state, failures, openings, until, changed_at)
SELECT %(gateway)s, CASE WHEN %(failures_max)s <= 1 THEN 'open' ELSE 'closed' END, 1,
       CASE WHEN %(failures_max)s <= 1 THEN 1 ELSE 0 END,
       CASE WHEN %(failures_max)s <= 1 THEN moment.now + %(pause)s END, moment.now
  FROM (SELECT coalesce(%(now)s, clock_timestamp()) AS now) AS moment
    ON CONFLICT (gateway) DO UPDATE
   SET failures = breaker.failures + 1, changed_at = excluded.changed_at,
       state = CASE WHEN breaker.state = 'half_open'
                      OR breaker.failures + 1 >= %(failures_max)s
                    THEN 'open' ELSE breaker.state END,
       openings = CASE WHEN breaker.state = 'half_open' OR (breaker.state = 'closed'
                            AND breaker.failures + 1 >= %(failures_max)s)
                       THEN breaker.openings + 1 ELSE breaker.openings END,
       until = CASE WHEN breaker.state = 'half_open' OR (breaker.state = 'closed'
                         AND breaker.failures + 1 >= %(failures_max)s)
                    THEN excluded.changed_at + least(
                         %(pause)s * power(2, least(breaker.openings, 20)),
                         %(longest)s)
                    ELSE breaker.until END
"""
LIST = """
SELECT gateway, state, failures, until FROM effect.breaker ORDER BY gateway
"""


class Limits(Struct, frozen=True, kw_only=True):
    """After so many failures in a row it opens, for so long; doubled while it fails."""

    failures_max: int = 5
    pause_seconds: float = 15.0
    longest_seconds: float = 300.0


class Standing(Struct, frozen=True, kw_only=True):
    """How a gateway's breaker stands; ``until`` is when it is tried again."""

    gateway: Gateway
    state: BreakerState
    failures: int
    until: datetime | None


class Breakers:
    """Opens, tries and closes. ``now`` is the database's unless given."""

    def __init__(
        self,
        pool: Pool,
        limits: Limits | None = None,
        now: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._pool = pool
        self._limits = limits or Limits()
        self._now = now

    def closed(self, gateways: Sequence[Gateway]) -> list[Gateway]:
        """Return those to which everything may go."""
        with self._pool.connection() as connection:
            rows = connection.execute(STANDING, {"gateways": list(gateways)})
            return [gateway for (gateway,) in rows]

    def to_try(self, gateways: Sequence[Gateway]) -> list[Gateway]:
        """Return those to which one may go, to see whether they are back."""
        values = {"gateways": list(gateways), "now": self._now(), "trial": TRIAL}
        with self._pool.connection() as connection:
            return [gateway for (gateway,) in connection.execute(TRY, values)]

    def succeeded(self, gateway: Gateway) -> None:
        """Note that it answered."""
        with self._pool.connection() as connection:
            connection.execute(SUCCEEDED, {"gateway": gateway, "now": self._now()})

    def failed(self, gateway: Gateway) -> None:
        """Note that it did not."""
        values = {
            "gateway": gateway,
            "now": self._now(),
            "failures_max": self._limits.failures_max,
            "pause": timedelta(seconds=self._limits.pause_seconds),
            "longest": timedelta(seconds=self._limits.longest_seconds),
        }
        with self._pool.connection() as connection:
            connection.execute(FAILED, values)

    def listed(self) -> Sequence[Standing]:
        """Return those that ever failed."""
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Standing)) as cursor,
        ):
            return cursor.execute(LIST).fetchall()
