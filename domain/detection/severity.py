"""How grave a shortfall is: value x delay x effort, each in points of a ladder."""

from collections.abc import Sequence
from typing import Final

from domain.order import Order
from domain.plan import YUAN
from domain.policy.service_rows import Points, SeverityRow
from domain.shortfall import Severity, SeverityOf, Weighed

HOUR_S = 3600
# What stands among the inputs where nobody knows the value in the ladder's money.
VALUE_UNKNOWN: Final = Weighed(input="value_unknown", value=0, points=1)


def severity_of(
    row: SeverityRow, *, value_fen: int | None, delay_seconds: float, effort: int
) -> SeverityOf:
    """Return how grave it is by a row, with every input and the points it gave.

    Delay counts in begun hours gone by; what is not late yet has none. A value that is
    not known in yuan (None) is said to be unknown, and neither adds nor takes weight.
    """
    delay_hours = max(0, int(delay_seconds // HOUR_S))
    inputs = (
        VALUE_UNKNOWN
        if value_fen is None
        else weighed("value_fen", value_fen, row.value_fen),
        weighed("delay_hours", delay_hours, row.delay_hours),
        weighed("effort", effort, row.effort),
    )
    points = 1
    for each in inputs:
        points *= each.points
    steps = sorted(row.from_points, key=lambda step: step.points)
    severity: Severity = "low"
    for step in steps:
        severity = step.severity if points >= step.points else severity
    return SeverityOf(severity=severity, points=points, inputs=inputs, policy=row.ref)


def weighed(name: str, value: int, ladder: Sequence[Points]) -> Weighed:
    """Return an input with the points of the last step it reaches; none give one."""
    steps = sorted(ladder, key=lambda step: step.from_value)
    reached = [step.points for step in steps if value >= step.from_value]
    return Weighed(input=name, value=value, points=reached[-1] if reached else 1)


def value_fen(order: Order, line: int | None) -> int | None:
    """Return what a line cost, or all lines, in fen; None for other money than yuan."""
    lines = [each for each in order.lines if line is None or each.line == line]
    if lines:
        if any(each.price.currency != YUAN for each in lines):
            return None
        return sum(each.price.minor for each in lines)
    if set(order.captured) - {YUAN}:
        return None
    return order.captured.get(YUAN, 0)
