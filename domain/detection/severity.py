"""How grave a shortfall is: value x delay x effort, each in points of a ladder."""

from collections.abc import Sequence

from domain.order import Order
from domain.policy.service_rows import Points, SeverityRow
from domain.shortfall import Severity, SeverityOf, Weighed

HOUR_S = 3600


def severity_of(
    row: SeverityRow, *, value_fen: int, delay_seconds: float, effort: int
) -> SeverityOf:
    """Return how grave it is by a row, with every input and the points it gave.

    Delay counts in begun hours gone by; what is not late yet has none.
    """
    delay_hours = max(0, int(delay_seconds // HOUR_S))
    inputs = (
        weighed("value_fen", value_fen, row.value_fen),
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


def value_fen(order: Order, line: int | None) -> int:
    """Return what a line cost, or all lines, in minor units of its currency."""
    lines = [each for each in order.lines if line is None or each.line == line]
    if lines:
        return sum(each.price.minor for each in lines)
    return sum(order.captured.values())
