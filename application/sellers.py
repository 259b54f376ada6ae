"""Whose goods a case or a dispute is about: of an order of several merchants, whose."""

from collections.abc import Collection, Iterable, Mapping

from application.order_desk import lead_of
from domain.after_sales import Case
from domain.dispute import OpenDispute
from domain.kernel import Refused
from domain.money import Money
from domain.order import ClaimItems, Order


class SeveralMerchants(Refused):
    """A case or a dispute is about the goods of one merchant: open one for each."""


def sellers(order: Order, lines: Collection[int]) -> frozenset[str]:
    """Return who sold these lines: each line's own merchant, else the order's."""
    return frozenset(filter(None, (seller(order, line) for line in lines)))


def seller(order: Order, line: int) -> str | None:
    """Return who sold a line: its own merchant, else the order's; None for nobody."""
    named = {each.line: each.merchant for each in order.lines}
    return named.get(line) or lead_of(order.placement)


def first_seller(order: Order, lines: Iterable[int] = ()) -> str | None:
    """Return the first of those who sold some lines, or any of the order."""
    about = frozenset(lines)
    sold = [each.merchant for each in order.lines if not about or each.line in about]
    return next(filter(None, sold), None) or lead_of(order.placement)


def by_seller(
    order: Order, lines: Iterable[int] = ()
) -> Mapping[str | None, tuple[int, ...]]:
    """Return lines by who sold them, in the order of the lines; none are all."""
    about = frozenset(lines)
    found: dict[str | None, tuple[int, ...]] = {}
    for each in order.lines:
        if not about or each.line in about:
            who = seller(order, each.line)
            found[who] = (*found.get(who, ()), each.line)
    return found


def selling_merchant(order: Order, lines: Iterable[int]) -> str | None:
    """Return the one who sold these lines; without lines, whose the order is.

    None where nobody is named. Raises SeveralMerchants.
    """
    about = frozenset(lines)
    if not about:
        return lead_of(order.placement)
    found = sellers(order, about)
    if len(found) > 1:
        raise SeveralMerchants(merchants=sorted(found))
    return next(iter(found), None)


def merchant_of_dispute(
    command: OpenDispute,
    order: Order,
    case: Case | None,
    items: ClaimItems,
    freight: Money | None,
) -> str | None:
    """Return the merchant's side of a dispute that is opened.

    It is the case's; else who sold what is claimed. A merchant who claims nothing of
    the order argues for itself. Raises SeveralMerchants, also where nothing is named of
    an order of several.
    """
    if command.merchant is not None:
        return command.merchant
    if case is not None and case.merchant is not None:
        return case.merchant
    if command.by.role == "merchant" and not items:
        return command.by.name
    about = [item.line for item in items]
    if not items and freight is None:
        about = [line.line for line in order.lines]
    return selling_merchant(order, about)


def still_of_one(order: Order, case: Case, items: ClaimItems) -> None:
    """Raise SeveralMerchants where a case would come to be about another's goods."""
    before = sellers(order, [item.line for item in case.items])
    now = sellers(order, [item.line for item in items])
    if others := now - before - {case.merchant}:
        raise SeveralMerchants(merchants=sorted(others))
