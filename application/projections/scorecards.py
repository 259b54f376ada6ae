"""What scorecards are asked: numerator and denominator of each day, under one rule.

Facts lie in the tables of ``scorecard_rows`` and on the promise board; the rule comes
with the question, so that a figure is redone under the very version it was made by.
What is still pending as of ``now`` is in no denominator.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from msgspec import Struct, json

from application.event_store.connections import Connection, Pool
from domain.policy.score_rows import RuledMetric
from domain.policy.service_rows import RegionsRow
from domain.scorecard import Role, Ruled, Tally

DAY: Final = "(measured.at AT TIME ZONE %(zone)s)::date"

SUMMED: Final = f"""
SELECT {DAY} AS day, coalesce(sum(measured.part), 0)::bigint, count(*)
  FROM ({{measured}}) AS measured
 WHERE measured.at >= greatest(%(since)s::timestamptz, %(rule_since)s::timestamptz)
   AND measured.at < least(%(until)s::timestamptz,
                           coalesce(%(rule_until)s::timestamptz, 'infinity'))
   AND (%(sources)s::text[] IS NULL OR measured.source = ANY (%(sources)s::text[]))
   AND (%(other_sources)s::text[] IS NULL OR measured.source IS NULL
        OR measured.source <> ALL (%(other_sources)s::text[]))
 GROUP BY day ORDER BY day
"""  # noqa: S608 - columns of our own

# A way takes weeks at most; what began long before the days asked for is not in them.
PARCELS: Final = """
  FROM projection.scorecard_parcel AS parcel
  LEFT JOIN projection.scorecard_order AS owner USING (partition, order_id)
 WHERE parcel.carrier = %(party)s
   AND parcel.begun_at >= %(since)s::timestamptz - interval '180 days'
   AND parcel.begun_at < %(until)s::timestamptz
"""

ALLOWED: Final = "make_interval(hours => %(hours)s)"


def leg(begins: str, ends: str) -> str:
    """Return a leg of the way: begun, and done within the hours or not.

    One that is not done counts once its hours are over, unless the parcel is gone.
    """
    return f"""
SELECT {begins} AS at, owner.source,
       (coalesce({ends} <= {begins} + {ALLOWED}, false))::integer AS part
{PARCELS} AND {begins} IS NOT NULL
   AND ({ends} IS NOT NULL
        OR parcel.gone_at IS NULL AND %(now)s::timestamptz > {begins} + {ALLOWED})
"""


# From where a parcel goes, and which hours that gives it; of the unknown the most.
TRANSIT: Final = f"""
SELECT parcel.hub_at AS at, parcel.source,
       (parcel.stalled_seconds <= parcel.allowed
        AND (parcel.ended OR parcel.silent <= parcel.allowed))::integer AS part
  FROM (SELECT parcel.hub_at, owner.source, parcel.stalled_seconds,
               coalesce(parcel.out_at, parcel.signed_at, parcel.gone_at) IS NOT NULL
               AS ended,
               extract(epoch FROM %(now)s::timestamptz - parcel.last_at) AS silent,
               3600 * CASE
               WHEN coalesce(owner.ships_from, parcel.origin) = ANY (%(remote)s::text[])
                 OR owner.ships_to = ANY (%(remote)s::text[])
               THEN %(remote_hours)s
               WHEN coalesce(owner.ships_from, parcel.origin) IS NULL
                 OR owner.ships_to IS NULL
               THEN greatest(%(same_hours)s, %(cross_hours)s, %(remote_hours)s)
               WHEN coalesce(owner.ships_from, parcel.origin) = owner.ships_to
                 OR EXISTS (
                    SELECT FROM jsonb_array_elements(%(together)s::jsonb) AS regions
                     WHERE regions ? coalesce(owner.ships_from, parcel.origin)
                       AND regions ? owner.ships_to)
               THEN %(same_hours)s ELSE %(cross_hours)s END AS allowed
        {PARCELS} AND parcel.hub_at IS NOT NULL) AS parcel
 WHERE parcel.ended OR parcel.stalled_seconds > parcel.allowed
    OR parcel.silent > parcel.allowed
"""  # noqa: S608 - columns of our own

FALSE_SIGNING: Final = f"""
SELECT parcel.signed_at AS at, owner.source, EXISTS (
       SELECT FROM projection.scorecard_matter AS matter
        WHERE matter.partition = parcel.partition
          AND matter.order_id = parcel.order_id
          AND matter.opened_at >= parcel.signed_at AND NOT matter.taken_back
          AND (matter.not_received OR matter.reason = ANY (%(reasons)s::integer[]))
       )::integer AS part
{PARCELS} AND parcel.signed_at IS NOT NULL
"""  # noqa: S608 - columns of our own


def awake(begins: str) -> str:
    """Return when a clock begins that sleeps over the night, as the row says."""
    there = f"({begins} AT TIME ZONE %(zone)s)"
    hour = f"extract(hour FROM {there})"
    morning = (
        f"date_trunc('day', {there}) + make_interval(hours => %(quiet_to)s::integer)"
    )
    return f"""CASE WHEN %(quiet_from)s::integer IS NULL THEN {begins}
       WHEN {hour} >= %(quiet_from)s::integer
       THEN ({morning} + interval '1 day') AT TIME ZONE %(zone)s
       WHEN {hour} < %(quiet_to)s::integer THEN ({morning}) AT TIME ZONE %(zone)s
       ELSE {begins} END"""


OWN_ORDERS: Final = """
  FROM projection.scorecard_order AS owner
  JOIN projection.scorecard_parcel AS parcel USING (partition, order_id)
 WHERE owner.merchant = %(party)s
   AND owner.paid_at >= %(since)s::timestamptz - interval '180 days'
   AND owner.paid_at < %(until)s::timestamptz
"""

PICKUP_TIME: Final = f"""
SELECT min(parcel.picked_up_at) AS at, owner.source,
       greatest(0, extract(epoch FROM min(parcel.picked_up_at)
                                      - {awake("owner.paid_at")})) AS part
{OWN_ORDERS} AND parcel.picked_up_at IS NOT NULL
 GROUP BY owner.partition, owner.order_id, owner.source, owner.paid_at
"""  # noqa: S608 - columns of our own

DAMAGE: Final = f"""
SELECT min(parcel.signed_at) AS at, owner.source, EXISTS (
       SELECT FROM projection.scorecard_matter AS matter
        WHERE matter.partition = owner.partition AND matter.order_id = owner.order_id
          AND matter.reason = ANY (%(reasons)s::integer[]))::integer AS part
{OWN_ORDERS} AND parcel.signed_at IS NOT NULL
 GROUP BY owner.partition, owner.order_id, owner.source
"""  # noqa: S608 - columns of our own

MATTERS: Final = """
  FROM projection.scorecard_matter AS matter
  LEFT JOIN projection.scorecard_order AS owner USING (partition, order_id)
 WHERE matter.merchant = %(party)s AND matter.noun IN ('case', 'dispute')
   AND matter.opened_at >= %(since)s::timestamptz - interval '180 days'
   AND matter.opened_at < %(until)s::timestamptz
"""

AUDIT_TIME: Final = f"""
SELECT matter.decided_at AS at, owner.source,
       greatest(0, extract(epoch FROM matter.decided_at - {awake("matter.opened_at")})
                   - matter.negotiated_seconds) AS part
{MATTERS} AND matter.decided_at IS NOT NULL
"""  # noqa: S608 - columns of our own

# An order counts on the day it was first asked about, and once.
PLATFORM_HELP: Final = f"""
SELECT min(matter.opened_at) AS at, owner.source,
       bool_or(matter.escalated_at IS NOT NULL)::integer AS part
{MATTERS} GROUP BY matter.partition, coalesce(matter.order_id, matter.stream_id),
       owner.source
"""

DELIVERY: Final = """
SELECT due_at AS at, order_source AS source, (standing = 'kept')::integer AS part
  FROM projection.promise_board
 WHERE merchant = %(party)s AND kind = 'deliver_by' AND standing IN ('kept', 'breached')
"""

MEASURED: Final[Mapping[RuledMetric, str]] = {
    "pickup": leg("parcel.begun_at", "parcel.picked_up_at"),
    "first_hub": leg("parcel.picked_up_at", "parcel.hub_at"),
    "transit": TRANSIT,
    "last_mile": leg("parcel.out_at", "parcel.signed_at"),
    "false_signing": FALSE_SIGNING,
    "pickup_time": PICKUP_TIME,
    "delivery_attainment": DELIVERY,
    "damage_return_rate": DAMAGE,
    "audit_time": AUDIT_TIME,
    "platform_help_rate": PLATFORM_HELP,
}

# Promises are judged by the rule each was made under, on the day it fell due.
PROMISES: Final = """
SELECT (due_at AT TIME ZONE %(zone)s)::date AS day, kind, policy,
       count(*) FILTER (WHERE standing = 'kept'), count(*)
  FROM projection.promise_board
 WHERE {party} = %(party)s AND standing IN ('kept', 'breached')
   AND coalesce(due_at, 'infinity'::timestamptz) >= %(since)s
   AND coalesce(due_at, 'infinity'::timestamptz) < %(until)s
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


class Asked(Struct, frozen=True, kw_only=True):
    """Of whom, and of which time: since, and before until, as of now."""

    role: Role
    party: str
    since: datetime
    until: datetime
    now: datetime
    zone: str = "Asia/Shanghai"


class Rule(Struct, frozen=True, kw_only=True):
    """A version of a row, and whose orders it judges.

    ``sources`` None are all orders but those of ``other_sources``, which have rules of
    their own.
    """

    ruled: Ruled
    sources: tuple[str, ...] | None = None
    other_sources: tuple[str, ...] | None = None
    regions: RegionsRow | None = None


class ScorecardQueries:
    """The questions scorecards answer."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def tallies(self, asked: Asked, rules: Sequence[Rule]) -> Sequence[Tally]:
        """Return every figure of a party, day by day, all as of one moment."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
            )
            found = [*promises(asked, connection)]
            for rule in rules:
                found += ruled_tallies(asked, rule, connection)
        return found


def promises(asked: Asked, connection: Connection) -> Iterator[Tally]:
    """Yield how promises were kept, by kind and by the rule they were made under."""
    query = PROMISES.format(party=asked.role)
    for day, kind, policy, kept, judged in connection.execute(query, values_of(asked)):
        yield tally(asked, kind, day, (kept, judged), policy)


def ruled_tallies(asked: Asked, rule: Rule, connection: Connection) -> Iterator[Tally]:
    """Yield one metric's figures under one version of its row."""
    row, regions = rule.ruled.row, rule.regions
    values = values_of(asked) | {
        "rule_since": rule.ruled.since,
        "rule_until": rule.ruled.until,
        "sources": None if rule.sources is None else list(rule.sources),
        "other_sources": list(rule.other_sources or ()) or None,
        "zone": row.zone,
        "hours": row.hours,
        "same_hours": hours(row.same_hours, row.hours),
        "cross_hours": hours(row.cross_hours, row.hours),
        "remote_hours": hours(row.remote_hours, row.hours),
        "remote": list(regions.remote) if regions else [],
        "together": json.encode(regions.together if regions else ()).decode(),
        "quiet_from": row.quiet_from,
        "quiet_to": row.quiet_to,
        "reasons": list(row.reasons),
    }
    query = SUMMED.format(measured=MEASURED[row.metric])
    for day, part, whole in connection.execute(query, values):
        yield tally(asked, row.metric, day, (part, whole), row.ref)


def hours(told: int | None, usual: int) -> int:
    """Return the hours of a class of region; the row's own where it names none."""
    return usual if told is None else told


def values_of(asked: Asked) -> dict[str, Any]:
    """Return what is asked, as the queries name it."""
    return {
        "party": asked.party,
        "since": asked.since,
        "until": asked.until,
        "now": asked.now,
        "zone": asked.zone,
    }


def tally(
    asked: Asked, metric: Any, day: date, figures: tuple[int, int], rule: str
) -> Tally:
    """Return one figure of the party asked about."""
    return Tally(
        role=asked.role,
        party=asked.party,
        metric=metric,
        numerator=figures[0],
        denominator=figures[1],
        rule=rule,
        day=day,
    )
