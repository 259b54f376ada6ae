"""What rows of the proactive service say by their types, and nobody could ask."""

from collections.abc import Iterator
from itertools import pairwise

from domain.policy.service_rows import (
    CompanionshipRow,
    DetectorRow,
    PlanRow,
    SeverityRow,
)

# A field, and what is wrong with it.
Fault = tuple[str, str]
ServiceRow = DetectorRow | PlanRow | SeverityRow | CompanionshipRow

BY_CLASS = ("same_hours", "cross_hours", "remote_hours")


def of_service(row: ServiceRow) -> Iterator[Fault]:
    """Yield what is wrong with a row of its kind."""
    match row:
        case DetectorRow():
            yield from of_detector(row)
        case PlanRow():
            yield from of_plan(row)
        case SeverityRow():
            for field in ("value_fen", "delay_hours", "effort"):
                steps = [step.from_value for step in getattr(row, field)]
                if not all(one < other for one, other in pairwise(steps)):
                    yield field, "its steps rise"
        case CompanionshipRow():
            names = [each.name for each in row.check_ins]
            if len(set(names)) < len(names):
                yield "check_ins", "two have the same name"
            if any(each.after_hours >= row.days * 24 for each in row.check_ins):
                yield "check_ins", f"after the last of {row.days} days nobody looks"


def of_detector(row: DetectorRow) -> Iterator[Fault]:
    """Yield what a detector needs for what it watches, and lacks."""
    if row.watches == "no_scan":
        for field in BY_CLASS:
            if getattr(row, field) is None:
                yield field, "no_scan has hours for every class of region"
    if row.watches == "refund_clock" and row.share_percent is None:
        yield "share_percent", "refund_clock needs the share of the clock"
    if row.watches == "contacts" and row.count is None:
        yield "count", "contacts needs how many"
    if row.watches == "promise_near" and row.hours >= 0:
        yield "hours", "promise_near looks ahead: below 0"
    if row.watches != "promise_near" and row.hours < 0:
        yield "hours", f"{row.watches} looks back: not below 0"


def of_plan(row: PlanRow) -> Iterator[Fault]:
    """Yield steps that could have no price, and a minimum that is nothing owed."""
    for number, step in enumerate(row.steps):
        if step.part == "goodwill" and not (step.rate_bp or step.fixed_fen):
            yield f"steps[{number}].rate_bp", "goodwill needs a rate or an amount"
    if row.minimum and row.needs_consent:
        yield "needs_consent", "what is owed anyway waits for nobody: false"
    if not row.minimum and any(step.part == "entitlement" for step in row.steps):
        yield "minimum", "what is owed stands in a plan of its own: true"
