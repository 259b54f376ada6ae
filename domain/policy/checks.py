"""What a pack may say by its types, and yet nobody could keep."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from domain.kernel import YEAR_MAX, YEAR_MIN, possible
from domain.policy.book import promise_rule
from domain.policy.rows import (
    AnyRow,
    ApprovalRow,
    BurdenRow,
    CalendarRow,
    CapRow,
    Formula,
    LabelRow,
    MoneyRow,
    PolicyDocument,
    TimerRow,
)
from domain.policy.score_rows import ScoreRow
from domain.policy.service_checks import of_service
from domain.policy.service_rows import (
    CompanionshipRow,
    DetectorRow,
    PlanRow,
    SeverityRow,
)
from domain.policy.steps import APPROVALS, EVIDENCE, REMEDIES, STEPS

# A field, and what is wrong with it.
Fault = tuple[str, str]


def faults_of(document: PolicyDocument) -> list[str]:
    """Return what is wrong, each naming the row by number and id, and the field."""
    caps = {row.id: row for row in document.row if isinstance(row, CapRow)}
    found = []
    for number, row in enumerate(document.row, start=1):
        faults = [*of_dates(row), *of_zones(row), *of_kind(row, caps)]
        found += [f"row {number} ({row.id}): `{at}`: {why}" for at, why in faults]
    return [*found, *of_versions(document)]


def of_dates(row: AnyRow) -> Iterator[Fault]:
    """Yield times that cannot be, or that end before they begin."""
    times = {"in_force_from": row.in_force_from, "in_force_to": row.in_force_to}
    if isinstance(row, CalendarRow):
        times |= {
            "begins": row.begins,
            "ends": row.ends,
            "shift_to": row.shift_to,
        }
    for field, moment in times.items():
        if moment is not None and not possible(moment):
            yield field, f"{moment} does not lie in the years {YEAR_MIN} to {YEAR_MAX}"
    if row.in_force_to is not None and row.in_force_from >= row.in_force_to:
        yield "in_force_to", f"{row.in_force_to} is not after {row.in_force_from}"
    if isinstance(row, CalendarRow) and row.begins is not None and row.ends is not None:
        if row.begins >= row.ends:
            yield "ends", f"{row.ends} is not after {row.begins}"
        if row.shift_to is not None and row.shift_to < row.ends:
            yield "shift_to", f"{row.shift_to} lies before {row.ends}"


def of_zones(row: AnyRow) -> Iterator[Fault]:
    """Yield a time zone that is none."""
    if isinstance(row, LabelRow | CapRow | CalendarRow | ScoreRow):
        try:
            ZoneInfo(row.zone)
        except (KeyError, ValueError, OSError):
            yield "zone", f"{row.zone!r} is no time zone, such as Asia/Shanghai"


def of_kind(row: AnyRow, caps: Mapping[str, CapRow]) -> Iterator[Fault]:
    """Yield what is wrong with a row of its kind."""
    match row:
        case MoneyRow():
            yield from of_money(row, caps)
        case LabelRow():
            try:
                promise_rule(row)
            except ValueError as error:
                yield "hours", str(error)
        case CapRow():
            if row.amount_fen is None and row.rate_bp is None:
                yield "amount_fen", "a cap needs an amount or a rate"
        case TimerRow():
            yield from unknown("step", row.step, STEPS)
        case ApprovalRow():
            yield from unknown("step", row.step, APPROVALS)
        case CalendarRow():
            for step in row.steps:
                yield from unknown("steps", step, STEPS)
        case BurdenRow():
            for number, turn in enumerate(row.steps):
                yield from unknown(f"steps[{number}].remedy", turn.remedy, REMEDIES)
                for each in turn.evidence:
                    yield from unknown(f"steps[{number}].evidence", each, EVIDENCE)
        case DetectorRow() | PlanRow() | SeverityRow() | CompanionshipRow():
            yield from of_service(row)
        case _:
            pass


def of_money(row: MoneyRow, caps: Mapping[str, CapRow]) -> Iterator[Fault]:
    """Yield ends that cross, and caps that are none, or do not count the breach."""
    formula = row.formula
    end = formula.max_fen if formula is not None else None
    if formula is not None and end is not None and end < formula.min_fen:
        yield "formula.max_fen", f"less than formula.min_fen, {formula.min_fen}"
    if formula is not None:
        yield from of_bases(formula)
    for name in row.caps:
        cap = caps.get(name)
        if cap is None:
            yield "caps", f"there is no cap row {name!r}; there are {listed(caps)}"
        elif cap.breaches and row.trigger not in cap.breaches:
            yield "caps", f"{name} does not count {row.trigger}: see its `breaches`"


def of_bases(formula: Formula) -> Iterator[Fault]:
    """Yield amounts that no order has."""
    if formula.base == "turnover":
        yield "formula.base", "turnover is a store's, and only service_tickets ask it"
    asked = {"formula.max_base": (formula.max_base,), "formula.plus": formula.plus}
    for field, bases in asked.items():
        for base in bases:
            if base in {"fixed", "turnover"}:
                yield field, f"{base} is no amount of an order"
    if formula.max_base is not None and formula.max_fen is None:
        yield "formula.max_base", "it raises formula.max_fen, which is missing"


def of_versions(document: PolicyDocument) -> Iterator[str]:
    """Yield rows of one name that could not be told apart."""
    by_id: dict[str, list[tuple[int, AnyRow]]] = {}
    for number, row in enumerate(document.row, start=1):
        by_id.setdefault(row.id, []).append((number, row))
    for name, rows in by_id.items():
        for (first, one), (number, other) in combinations(rows, 2):
            if one.version == other.version:
                yield f"row {number} ({name}): `version`: row {first} has it too"
            elif (one.in_force_from, one.in_force_to) == (
                other.in_force_from,
                other.in_force_to,
            ):
                yield (
                    f"row {number} ({name}): `in_force_from`: row {first} is in force "
                    "on the same dates"
                )


def unknown(field: str, code: str, known: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield a code nobody would ever ask for."""
    if code not in known:
        yield field, f"there is no {code!r}; there are {listed(known)}"


def listed(names: Mapping[str, Any]) -> str:
    """Return names for people."""
    return ", ".join(names) or "none"
