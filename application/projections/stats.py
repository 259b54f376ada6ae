"""An operator's first questions, answered from the read models."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from application.event_store.connections import Connection, Pool
from domain.money import decimal_string
from domain.promise import PromiseKind

ORDERS = """
SELECT status, count(*), count(*) FILTER (WHERE contradictory)
  FROM projection.order_page GROUP BY status ORDER BY status
"""

# Whether what was paid is what the goods and their freight cost, in minor units.
PAID = """
SELECT count(*) FILTER (WHERE lines > 0 AND difference > 0),
       count(*) FILTER (WHERE lines > 0 AND difference > 1),
       count(*) FILTER (WHERE lines = 0)
  FROM (SELECT lines, abs(paid_minor - items_minor - freight_minor) AS difference
          FROM projection.order_page WHERE paid_at IS NOT NULL) AS paid
"""

PAYMENTS = """
SELECT each.currency, each.tender, sum(each.minor)
  FROM projection.order_page
 CROSS JOIN LATERAL jsonb_to_recordset(tenders)
    AS each (currency text, tender text, minor bigint)
 GROUP BY 1, 2 ORDER BY 1, 3 DESC
"""

PROMISES = """
SELECT kind,
       count(*) FILTER (WHERE standing = 'kept'),
       count(*) FILTER (WHERE standing = 'breached' AND late_seconds IS NOT NULL),
       count(*) FILTER (WHERE standing = 'breached' AND late_seconds IS NULL),
       count(*) FILTER (WHERE standing = 'voided'),
       count(*) FILTER (WHERE standing = 'waived'),
       count(*) FILTER (WHERE standing = 'open')
  FROM projection.promise_board GROUP BY kind ORDER BY kind
"""

REVIEWS = """
SELECT score, count(*)
  FROM projection.order_page CROSS JOIN LATERAL unnest(review_scores) AS score
 GROUP BY score ORDER BY score
"""

CONTACTS = """
SELECT status, count(*), count(*) FILTER (WHERE 'reopened' = ANY (flags)),
       count(*) FILTER (WHERE 'resolved_again' = ANY (flags)),
       bool_or('elsewhere' = ANY (flags))
  FROM projection.matter WHERE noun = 'contact' GROUP BY status ORDER BY status
"""

# What another system tells of its contacts, step by step. A take-over is from somebody.
CONTACT_STEPS = """
SELECT facts->>'step', count(*),
       count(*) FILTER (WHERE facts ? 'taken_from'),
       count(*) FILTER (WHERE (facts->>'reopens')::boolean)
  FROM projection.timeline
 WHERE kind = 'contact' AND code = 'contact.reported' GROUP BY 1 ORDER BY 1
"""

EVENTS = "SELECT coalesce(sum(position), 0) FROM store.partition_head"

QUARANTINE = """
SELECT source, count(*) FROM inbound.message
 WHERE state = 'quarantined' GROUP BY source ORDER BY source
"""

WAITING = """
SELECT reason, count(*) FROM inbound.message
 WHERE state = 'waiting' GROUP BY reason ORDER BY reason
"""

PROJECTIONS = """
SELECT (SELECT coalesce(sum(head.position - c.position), 0)
          FROM projection.checkpoint AS c
          JOIN store.partition_head AS head USING (partition)),
       (SELECT count(*) FROM projection.parked)
"""


class OrderStats(Struct, frozen=True, kw_only=True):
    """Orders by state, and those that give pause.

    Paid ≠ items + freight is counted of paid orders whose lines are known, by any
    amount and by more than one minor unit.
    """

    total: int
    by_state: Mapping[str, int]
    contradictory: int
    paid_differs: int
    paid_differs_by_more_than_one: int
    paid_without_items: int


class Total(Struct, frozen=True):
    """How many in all."""

    total: int


class PaymentStats(Struct, frozen=True):
    """What was paid in one currency, in major units."""

    total: str
    by_tender: Mapping[str, str]


class PromiseStats(Struct, frozen=True):
    """How the promises of one kind stand.

    Breached late: the deed was done after all; breached never: only the clock says so.
    """

    kept: int
    breached_late: int
    breached_never: int
    voided: int
    waived: int
    open: int


class ReviewStats(Struct, frozen=True):
    """Reviews by their stars."""

    by_score: Mapping[str, int]


class ContactStats(Struct, frozen=True, kw_only=True):
    """Contacts by where they stand, and what other systems told of theirs.

    ``reopened`` and ``resolved_again`` count contacts, the others steps: ``reopenings``
    how often one went on after its end, ``taken_over`` how often an agent took one from
    another.
    """

    total: int
    by_status: Mapping[str, int]
    reopened: int
    resolved_again: int
    steps_told: Mapping[str, int]
    taken_over: int
    reopenings: int


class QuarantineStats(Struct, frozen=True):
    """Messages that could not be understood."""

    by_source: Mapping[str, int]


class WaitingStats(Struct, frozen=True):
    """Messages that nobody has named yet."""

    by_reason: Mapping[str, int]


class ProjectionStats(Struct, frozen=True):
    """How many events all projections together have still to read; parked streams."""

    behind: int
    parked: int


class Stats(Struct, frozen=True, kw_only=True):
    """All of it, of one moment."""

    orders: OrderStats
    events: Total
    payments: Mapping[str, PaymentStats]
    promises: Mapping[PromiseKind, PromiseStats]
    reviews: ReviewStats
    contacts: ContactStats
    quarantine: QuarantineStats
    waiting: WaitingStats
    projections: ProjectionStats


def read_stats(pool: Pool) -> Stats:
    """Return the answers, all as of one moment."""
    with pool.connection() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        ask = connection.execute
        behind, parked = one(ask(PROJECTIONS).fetchone())
        return Stats(
            orders=order_stats(connection),
            events=Total(int(one(ask(EVENTS).fetchone())[0])),
            payments=payment_stats(connection),
            promises={
                kind: PromiseStats(*counts)
                for kind, *counts in ask(PROMISES).fetchall()
            },
            reviews=ReviewStats(
                {str(score): count for score, count in ask(REVIEWS).fetchall()}
            ),
            contacts=contact_stats(connection),
            quarantine=QuarantineStats(dict(ask(QUARANTINE).fetchall())),
            waiting=WaitingStats(dict(ask(WAITING).fetchall())),
            projections=ProjectionStats(int(behind), parked),
        )


def order_stats(connection: Connection) -> OrderStats:
    """Return what is asked of orders."""
    rows = connection.execute(ORDERS).fetchall()
    differs, by_more, without_items = one(connection.execute(PAID).fetchone())
    return OrderStats(
        total=sum(count for _, count, _ in rows),
        by_state={status: count for status, count, _ in rows},
        contradictory=sum(contradictory for *_, contradictory in rows),
        paid_differs=differs,
        paid_differs_by_more_than_one=by_more,
        paid_without_items=without_items,
    )


def contact_stats(connection: Connection) -> ContactStats:
    """Return what is asked of contacts; the timeline only where it tells of any."""
    rows = connection.execute(CONTACTS).fetchall()
    told = any(elsewhere for *_, elsewhere in rows)
    steps = connection.execute(CONTACT_STEPS).fetchall() if told else []
    return ContactStats(
        total=sum(count for _, count, *_ in rows),
        by_status={status: count for status, count, *_ in rows},
        reopened=sum(reopened for _, _, reopened, *_ in rows),
        resolved_again=sum(again for _, _, _, again, _ in rows),
        steps_told={step: count for step, count, *_ in steps},
        taken_over=sum(taken for _, _, taken, _ in steps),
        reopenings=sum(reopened for *_, reopened in steps),
    )


def payment_stats(connection: Connection) -> dict[str, PaymentStats]:
    """Return what was paid, by currency."""
    sums: dict[str, dict[str, int]] = {}
    for currency, tender, minor in connection.execute(PAYMENTS).fetchall():
        sums.setdefault(currency, {})[tender] = int(minor)
    return {
        currency: PaymentStats(
            decimal_string(sum(tenders.values()), currency),
            {name: decimal_string(minor, currency) for name, minor in tenders.items()},
        )
        for currency, tenders in sums.items()
    }


def one(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    """Return the only row of a query that always answers."""
    assert row is not None, "a query without GROUP BY has one row"
    return row
