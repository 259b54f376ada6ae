"""What is told of an incident's events: thousands of orders are told as their count."""

from typing import Any, Final, get_args

from domain.incident import (
    BudgetApproved,
    BudgetReserved,
    BudgetSettled,
    BudgetSpent,
    ImpactEstimated,
    IncidentDeclared,
    IncidentEvent,
    OrdersExcluded,
    OrdersIncluded,
    PlanDrafted,
    ScopeRevised,
)
from domain.kernel import Event

INCIDENT_EVENTS: Final[tuple[type[Event], ...]] = get_args(IncidentEvent)


def incident_facts(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts with lists as counts; ``total_fen`` is what money it is about.

    A selector is not told: it may name thousands.
    """
    match event:
        case IncidentDeclared() | ScopeRevised():
            return {name: facts[name] for name in facts if name != "selector"}
        case OrdersIncluded(orders=orders) | OrdersExcluded(orders=orders):
            return facts | {"orders": len(orders)}
        case PlanDrafted(segments=segments):
            return facts | {"segments": len(segments)}
        case ImpactEstimated(impact=impact):
            told = {"orders": impact.orders, "total_fen": impact.total_fen}
            return {name: facts[name] for name in facts if name != "impact"} | told
        case BudgetApproved(total_max_fen=fen):
            return facts | {"total_fen": fen}
        case BudgetReserved(orders=orders, fen=fen):
            return facts | {"orders": len(orders), "total_fen": fen}
        case BudgetSettled(offered=offered, left_out=left_out, released_fen=fen):
            counts = {"offered": len(offered), "left_out": len(left_out)}
            return facts | counts | {"total_fen": fen}
        case BudgetSpent(spent=spent, fen=fen):
            return facts | {"spent": len(spent), "total_fen": fen}
        case _:
            return facts
