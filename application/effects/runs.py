"""How each effect stands: what was sent, what came back, and what people did about it.

Every change is one statement. A result that stands is changed by nobody.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row

from application.access import NotFound
from application.effects.effect import Gateway, Kind
from application.event_store.connections import Pool
from application.event_store.store import KeyReused
from application.projections.paging import Page, key_of, page, page_size
from domain.money import Money

RunState = Literal[
    "waiting", "sending", "unknown", "accepted", "succeeded", "failed", "answered",
    "dead",
]  # fmt: skip
SETTLED: Final[frozenset[RunState]] = frozenset({"succeeded", "failed", "answered"})

FIELDS: Final = """
       run.key, run.gateway, run.kind, run.stream_id,
       CASE WHEN run.state = 'waiting' AND outbox.answer IS NOT NULL
            THEN 'answered' ELSE run.state END AS state,
       run.reason, run.reference, run.told_minor, run.told_currency, run.attempts,
       run.claims, run.first_sent_at, run.last_at, run.settled_at, run.assignee,
       run.created_at, outbox.action, outbox.asks, outbox.amount_minor,
       outbox.currency
"""
FROM: Final = "effect.run LEFT JOIN projection.outbox USING (key)"
FIND = f"""
SELECT {FIELDS} FROM {FROM} WHERE run.key = %(key)s
"""  # noqa: S608 - the columns are the constants above
LIST = f"""
SELECT * FROM (SELECT {FIELDS} FROM {FROM}) AS run
 WHERE (%(state)s::text IS NULL OR state = %(state)s)
   AND (%(kind)s::text IS NULL OR kind = %(kind)s)
   AND (%(assignee)s::text IS NULL OR assignee = %(assignee)s)
   AND (%(after)s::timestamptz IS NULL
        OR (created_at, key) < (%(after)s, %(last)s::uuid))
 ORDER BY created_at DESC, key DESC
 LIMIT %(limit)s
"""  # noqa: S608 - the columns are the constants above
BEGIN = """
UPDATE effect.run
   SET attempts = attempts + 1, claims = claims + 1, last_at = clock_timestamp()
 WHERE key = %(key)s AND state NOT IN ('succeeded', 'failed', 'answered', 'dead')
"""
SENDING = """
UPDATE effect.run
   SET state = 'sending', last_at = clock_timestamp(),
       first_sent_at = coalesce(first_sent_at, clock_timestamp())
 WHERE key = %(key)s AND state NOT IN ('succeeded', 'failed', 'answered', 'dead')
"""
# What is settled stays so; of the dead only what nobody is to look at may be.
STANDS = """
UPDATE effect.run
   SET state = %(state)s, reason = %(reason)s,
       reference = coalesce(%(reference)s, reference),
       told_minor = coalesce(%(minor)s, told_minor),
       told_currency = coalesce(%(currency)s, told_currency),
       last_at = clock_timestamp(),
       settled_at = CASE WHEN %(settled)s THEN clock_timestamp() END
 WHERE key = %(key)s AND state NOT IN ('succeeded', 'failed', 'answered')
   AND NOT (state = 'dead' AND reason = 'wrong_amount')
"""
CONTRADICTED = """
UPDATE effect.run
   SET state = 'dead', reason = 'told_differently', settled_at = clock_timestamp(),
       told_minor = coalesce(%(minor)s, told_minor),
       told_currency = coalesce(%(currency)s, told_currency)
 WHERE key = %(key)s
"""
# Asked once for all that were forgotten; the next round looks at others.
FORGOTTEN = """
UPDATE effect.run AS run SET last_at = clock_timestamp()
  FROM (SELECT key FROM effect.run
         WHERE state IN ('sending', 'unknown', 'accepted')
           AND gateway = ANY (%(gateways)s::text[])
           AND last_at < clock_timestamp() - %(after)s
         ORDER BY last_at LIMIT %(limit)s
           FOR UPDATE SKIP LOCKED) AS old
 WHERE run.key = old.key
RETURNING run.key, run.gateway
"""
# In one statement: the deed is kept, the effect begins anew and is in the queue.
RESEND = """
  WITH deed AS (
       INSERT INTO effect.deed (deed_id, key, deed, actor)
       SELECT %(deed_id)s, key, 'resent', %(actor)s FROM effect.run
        WHERE key = %(key)s AND state = 'dead'
           ON CONFLICT (deed_id) DO NOTHING
       RETURNING key),
       again AS (
       UPDATE effect.run AS run
          SET state = CASE WHEN run.first_sent_at IS NULL
                           THEN 'waiting' ELSE 'unknown' END,
              attempts = 0, reason = NULL, settled_at = NULL,
              told_minor = NULL, told_currency = NULL
         FROM deed WHERE run.key = deed.key
       RETURNING run.key, run.gateway)
SELECT procrastinate.procrastinate_defer_jobs_v1(array_agg(
       ROW(gateway, 'effect', 0, NULL, NULL, jsonb_build_object('key', key), NULL)
       ::procrastinate.procrastinate_job_to_defer_v1))
  FROM again HAVING count(*) > 0
"""
ASSIGN = """
  WITH deed AS (
       INSERT INTO effect.deed (deed_id, key, deed, actor, assignee)
       SELECT %(deed_id)s, key, 'assigned', %(actor)s, %(assignee)s FROM effect.run
        WHERE key = %(key)s
           ON CONFLICT (deed_id) DO NOTHING
       RETURNING key, assignee)
UPDATE effect.run AS run SET assignee = deed.assignee FROM deed
 WHERE run.key = deed.key
"""
DEED = """
SELECT key, deed, actor, assignee FROM effect.deed WHERE deed_id = %(deed_id)s
"""
DEEDS = """
SELECT deed, actor, assignee, done_at FROM effect.deed
 WHERE key = %(key)s ORDER BY done_at
"""


class Run(Struct, frozen=True, kw_only=True):
    """An effect as it stands.

    ``attempts`` are those since it was last asked for, ``claims`` all there were;
    ``told_minor`` is what the gateway says it moved.
    """

    key: UUID
    gateway: Gateway
    kind: Kind
    stream_id: UUID
    state: RunState
    reason: str | None
    reference: str | None
    told_minor: int | None
    told_currency: str | None
    attempts: int
    claims: int
    first_sent_at: datetime | None
    last_at: datetime | None
    settled_at: datetime | None
    assignee: str | None
    created_at: datetime
    action: str | None
    asks: str | None
    amount_minor: int | None
    currency: str | None

    @property
    def settled(self) -> bool:
        """Whether nothing more is to be done by anybody."""
        return self.state in SETTLED


class Deed(Struct, frozen=True, kw_only=True):
    """What somebody did about an effect."""

    deed: Literal["resent", "assigned"]
    actor: str
    assignee: str | None
    done_at: datetime


class Newest(Struct, frozen=True, array_like=True):
    """Where an effect stands in a list."""

    created_at: datetime
    key: UUID


class Runs:
    """Writes down how effects go, and is asked."""

    def __init__(self, writer: Pool) -> None:
        self._writer = writer

    # -- The machine's --

    def begin(self, key: UUID) -> Run:
        """Count another attempt, if it is still to be done; raises NotFound."""
        with self._writer.connection() as connection:
            connection.execute(BEGIN, {"key": key})
        return self.find(key)

    def sending(self, key: UUID) -> None:
        """Note, before anything is sent, that it may have been from now on."""
        with self._writer.connection() as connection:
            connection.execute(SENDING, {"key": key})

    def stands(
        self,
        key: UUID,
        state: RunState,
        *,
        reason: str | None = None,
        reference: str | None = None,
        amount: Money | None = None,
    ) -> None:
        """Note how it stands now; what is settled stays as it is."""
        values = {
            "key": key,
            "state": state,
            "reason": reason,
            "reference": reference,
            "minor": None if amount is None else amount.minor,
            "currency": None if amount is None else amount.currency,
            "settled": state in SETTLED or state == "dead",
        }
        with self._writer.connection() as connection:
            connection.execute(STANDS, values)

    def contradicted(self, key: UUID, amount: Money | None = None) -> None:
        """Note that its gateway now says otherwise; what is recorded stays."""
        values = {
            "key": key,
            "minor": None if amount is None else amount.minor,
            "currency": None if amount is None else amount.currency,
        }
        with self._writer.connection() as connection:
            connection.execute(CONTRADICTED, values)

    def forgotten(
        self, gateways: Sequence[Gateway], after: timedelta, limit: int
    ) -> Sequence[tuple[UUID, Gateway]]:
        """Return those of whose outcome nothing was heard for so long."""
        values = {"gateways": list(gateways), "after": after, "limit": limit}
        with self._writer.connection() as connection:
            rows = connection.execute(FORGOTTEN, values).fetchall()
        return [(key, gateway) for key, gateway in rows]

    # -- People's --

    def find(self, key: UUID) -> Run:
        """Return how it stands; raises NotFound."""
        with (
            self._writer.connection() as connection,
            connection.cursor(row_factory=class_row(Run)) as cursor,
        ):
            found = cursor.execute(FIND.encode(), {"key": key}).fetchone()
        if found is None:
            raise NotFound
        return found

    def listed(
        self,
        *,
        limit: int,
        state: RunState | None = None,
        kind: Kind | None = None,
        assignee: str | None = None,
        cursor: str | None = None,
    ) -> Page[Run]:
        """Return effects, newest first; raises BadCursor."""
        size = page_size(limit)
        last = key_of(cursor, Newest) if cursor else None
        values: dict[str, Any] = {
            "state": state,
            "kind": kind,
            "assignee": assignee,
            "after": last and last.created_at,
            "last": last and last.key,
            "limit": size + 1,
        }
        with (
            self._writer.connection() as connection,
            connection.cursor(row_factory=class_row(Run)) as rows,
        ):
            found = rows.execute(LIST.encode(), values).fetchall()
        return page(found, size, lambda each: Newest(each.created_at, each.key))

    def deeds(self, key: UUID) -> Sequence[Deed]:
        """Return who did what about it, in order."""
        with (
            self._writer.connection() as connection,
            connection.cursor(row_factory=class_row(Deed)) as cursor,
        ):
            return cursor.execute(DEEDS, {"key": key}).fetchall()

    def resend(self, key: UUID, deed_id: UUID, actor: str) -> Run:
        """Have a dead letter sent again, once by this id; raises NotFound, KeyReused.

        One that is not dead stays as it is: it is under way, or done.
        """
        values = {"key": key, "deed_id": deed_id, "actor": actor}
        self._does(RESEND, values, ("resent", None))
        return self.find(key)

    def assign(self, key: UUID, deed_id: UUID, actor: str, assignee: str) -> Run:
        """Give it to somebody, once by this id; raises NotFound and KeyReused."""
        values = {
            "key": key,
            "deed_id": deed_id,
            "actor": actor,
            "assignee": assignee,
        }
        self._does(ASSIGN, values, ("assigned", assignee))
        return self.find(key)

    def _does(
        self, statement: str, values: dict[str, Any], deed: tuple[str, str | None]
    ) -> None:
        """Do it, unless this id did another thing; then raise KeyReused."""
        with self._writer.connection() as connection:
            kept = connection.execute(DEED, values).fetchone()
            if kept is None:
                connection.execute(statement.encode(), values)
            elif (kept[0], kept[1], kept[3]) != (values["key"], *deed):
                raise KeyReused(command_id=values["deed_id"])
