"""What goes back to the consumer for a ruling or an agreement, line by line.

Pure, and to the fen: what is split adds up to what was split.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from domain.dispute import Award, Offer, OfferType, Ruling
from domain.money import Money, total
from domain.order import ClaimItem, ClaimItems
from domain.order.paid import split

# Offers whose amount goes back to the consumer; the others are done in the case.
PAYS_BACK: Final[frozenset[OfferType]] = frozenset(
    {
        "refund",
        "refund_with_return",
        "refund_with_replacement",
        "partial_refund",
        "freight",
    }
)


class Repaid(NamedTuple):
    """What goes back for each line, and of the postage; ``beyond`` is above the claim.

    ``return_first``: the goods come back before the money goes.
    """

    items: ClaimItems = ()
    freight: Money | None = None
    beyond: Money | None = None
    return_first: bool = False

    @property
    def minor(self) -> int:
        """What goes back in all, in minor units."""
        amounts = [item.amount for item in self.items]
        amounts += [] if self.freight is None else [self.freight]
        return sum(amount.minor for amount in amounts)


def repaid(
    goods: Money | None,
    freight: Money | None,
    items: ClaimItems,
    postage: Money | None,
) -> Repaid:
    """Return an amount split over the lines claimed; postage takes the rest.

    What neither has room for is ``beyond``. Amounts of another currency are left out:
    the order refuses them.
    """
    if goods is None and freight is None:
        return Repaid()
    currency = (goods or freight or Money(0, "CNY")).currency
    rooms = [
        item.amount.minor if item.amount.currency == currency else 0 for item in items
    ]
    wanted = goods or Money(0, currency)
    of_goods = min(wanted.minor, sum(rooms))
    parts = split(of_goods, rooms)
    lines = tuple(
        ClaimItem(line=item.line, quantity=item.quantity, amount=Money(part, currency))
        for item, part in zip(items, parts, strict=True)
        if part
    )
    more = wanted.minor - of_goods + (freight.minor if freight else 0)
    back = min(more, postage.minor if postage else 0)
    return Repaid(
        items=lines,
        freight=Money(back, currency) if back else None,
        beyond=Money(more - back, currency) if more > back else None,
    )


def by_ruling(ruling: Ruling, items: ClaimItems, postage: Money | None) -> Repaid:
    """Return what a ruling gives back. Compensation is no part of the price."""
    goods = in_all(ruling.awards, "refund")
    freight = in_all(ruling.awards, "freight")
    back = repaid(goods, freight, items, postage)
    return back._replace(return_first=ruling.return_first)


def by_offer(
    offer: Offer, claimed: Money | None, items: ClaimItems, postage: Money | None
) -> Repaid:
    """Return what the sides agreed to give back; nothing where it is no money."""
    if offer.type not in PAYS_BACK:
        return Repaid()
    amount = claimed if offer.amount is None else offer.amount
    if offer.type == "freight":
        return repaid(None, amount, items, postage)
    back = repaid(amount, None, items, postage)
    return back._replace(return_first=offer.type == "refund_with_return")


def in_all(awards: Sequence[Award], kind: str) -> Money | None:
    """Return what is awarded of one kind; None for nothing."""
    amounts = [award.amount for award in awards if award.kind == kind]
    return total(amounts, amounts[0].currency) if amounts else None
