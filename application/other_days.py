"""What an order of several merchants had on the days of the others."""

from uuid import UUID

from application.compensation import Compensations, PaidOrder
from application.compensation_facts import others_of, paid_elsewhere
from application.sight import Sight
from domain.compensation import COMPENSATION, DayOfCompensation
from domain.order import Order
from domain.policy.facts import Earlier


def paid_on_other_days(
    compensations: Compensations,
    order_id: UUID,
    order: Order,
    paid: PaidOrder,
    sight: Sight,
) -> tuple[Earlier, ...]:
    """Return what the other merchants' days have for this order, pinned by the sight.

    The order's own caps count it, and the same lines are not paid for twice.
    """
    found: list[Earlier] = []
    for other in others_of(order_id, order, paid):
        day: DayOfCompensation = sight.of(compensations.id_of(other), COMPENSATION)
        found.extend(paid_elsewhere(order_id, day))
    return tuple(found)
