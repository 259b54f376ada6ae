"""Which rows apply to given facts."""

from collections.abc import Iterator, Sequence

from domain.policy.facts import (
    Facts,
    admitted_in_time,
    bases_of,
    promise_of,
    shortage,
)
from domain.policy.rows import BreachCode, Lateness, MoneyRow, When


def held(rows: Sequence[MoneyRow], facts: Facts) -> list[BreachCode]:
    """Return the breaches that count, each once: those named, then what they imply."""
    said = shortage(facts)
    breaches = list(named(facts))
    if said in {"admitted", "proven"} and "OUT_OF_STOCK" not in breaches:
        breaches.append("OUT_OF_STOCK")
    implied = {
        row.trigger: row.lateness
        for row in rows
        if row.lateness is not None and late_enough(row.trigger, row.lateness, facts)
    }
    if said == "none":
        breaches = [each for each in breaches if each != "OUT_OF_STOCK"]
        implied = {
            trigger: lateness
            for trigger, lateness in implied.items()
            if trigger != "OUT_OF_STOCK" or lateness.even_if_denied
        }
    return list(dict.fromkeys([*breaches, *implied]))


def named(facts: Facts) -> tuple[BreachCode, ...]:
    """Return the breaches named; an order that is late, and of which none is, is that.

    Of an order nothing more is told of than by how much it is late, this much is clear.
    """
    return facts.breaches or (("SHIP_OVERDUE",) if facts.late_hours else ())


def late_enough(trigger: BreachCode, lateness: Lateness, facts: Facts) -> bool:
    """Say whether it is so late that it counts as that breach too."""
    late = facts.late_hours or 0
    told = lateness.of in named(facts) or trigger in named(facts)
    return told and late > lateness.over_hours


def applicable(
    rows: Sequence[MoneyRow], breach: BreachCode, facts: Facts
) -> Iterator[MoneyRow]:
    """Yield a breach's rows whose conditions hold, the most narrowed of them."""
    found = [
        row
        for row in rows
        if row.trigger == breach
        and holds(row.when, facts)
        and not set(row.exclusions) & set(facts.exclusions)
    ]
    general = [row for row in found if not row.when.labels]
    closest = max(map(narrowed, general), default=0)
    yield from (row for row in found if row.when.labels or narrowed(row) == closest)


def narrowed(row: MoneyRow) -> int:
    """Return by how much the row narrows itself to goods and markets."""
    return bool(row.when.goods) + bool(row.when.markets)


def holds(when: When, facts: Facts) -> bool:
    """Say whether every condition named holds."""
    bases, asked = bases_of(facts), when.admitted_in_time
    return (
        between(promise_of(facts), when.promise_over_hours, when.promise_up_to_hours)
        and between(facts.late_hours, when.late_over_hours, when.late_up_to_hours)
        and between(
            facts.spoilt_percent, when.spoilt_over_percent, when.spoilt_up_to_percent
        )
        and (asked is None or asked == admitted_in_time(facts))
        and when.grave in {None, facts.grave}
        and (when.paid_from_fen or 0) <= bases["paid"]
        and (when.paid_below_fen is None or bases["paid"] < when.paid_below_fen)
        and (not when.goods or facts.goods in when.goods)
        and (not when.markets or facts.market in when.markets)
        and (not when.labels or bool(set(when.labels) & set(facts.labels)))
    )


def between(value: float | None, over: int | None, up_to: int | None) -> bool:
    """Say whether over < value <= up_to; what is unknown lies between no ends."""
    if over is None and up_to is None:
        return True
    return (
        value is not None
        and (over is None or value > over)
        and (up_to is None or value <= up_to)
    )
