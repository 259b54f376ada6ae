"""A claim on an order as known: what it reserves, and what it came to so far."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, assert_never

from msgspec import Struct, json
from msgspec.structs import replace

from domain.money import Money
from domain.order.claims import (
    ClaimChanged,
    ClaimItem,
    ClaimItems,
    ClaimKind,
    ClaimOpened,
    ClaimSettled,
    RefundReported,
)

# Money beside the goods: it is claimed while another case holds the same goods.
BESIDE: Final[frozenset[ClaimKind]] = frozenset(
    {"price_protection", "freight_compensation"}
)
# After these the consumer still has the goods, and may ask about them again.
KEEPS_GOODS: Final = BESIDE | {"partial_refund"}
# Their goods go back to the merchant.
COMES_BACK: Final[frozenset[ClaimKind]] = frozenset(
    {"return_refund", "exchange", "repair"}
)
# What comes back is replaced or repaired: the consumer has as much as before.
REPLACES: Final[frozenset[ClaimKind]] = frozenset({"exchange", "resend", "repair"})


class Claim(Struct, frozen=True, kw_only=True):
    """What a case or a dispute reserves, while it is live, and what came of it.

    ``refunded``, ``freight_refunded`` and ``returned`` add up over every time it was
    settled; goods that were replaced do not count as returned. ``used`` is how much of
    each line, in their order, nobody can claim again: its money is back, or the goods
    are. ``spans`` are from when to when it was live; while it is, the last has no end.
    """

    kind: ClaimKind
    items: ClaimItems
    freight: Money | None = None
    live: bool = True
    refunded: ClaimItems = ()
    freight_refunded: Money | None = None
    returned: ClaimItems = ()
    used: tuple[tuple[int, int], ...] = ()
    spans: tuple[tuple[datetime, datetime | None], ...] = ()

    def quantity(self, line: int) -> int:
        """Return how much of the line it reserves now."""
        return quantities(self.items)[line] if self.live else 0

    def held(self, line: int) -> int:
        """Return how much of the line's goods nobody else can claim for its sake.

        Opened again it is about the same goods, so they are not counted twice.
        """
        reserved = 0 if self.kind in BESIDE else self.quantity(line)
        return max(reserved, self.used_up(line))

    def used_up(self, line: int) -> int:
        """Return how much of the line nobody can claim again."""
        return dict(self.used).get(line, 0)

    def came_back(self, line: int) -> int:
        """Return how much of the line is back for good."""
        return quantities(self.returned)[line]

    @property
    def reserved(self) -> list[Money]:
        """The money it reserves now."""
        return money_of(self.items, self.freight) if self.live else []

    @property
    def paid_back(self) -> list[Money]:
        """The money that went back under it."""
        return money_of(self.refunded, self.freight_refunded)


class Refund(Struct, frozen=True):
    """Every report of one refund. The largest amount stands, so it never shrinks.

    Amounts of two currencies have no order: of each the largest stands.
    """

    reports: tuple[RefundReported, ...]

    @property
    def amounts(self) -> tuple[Money, ...]:
        """The amount that counts, of each currency it was told in."""
        most: dict[str, int] = {}
        for report in self.reports:
            currency, minor = report.amount.currency, report.amount.minor
            most[currency] = max(most.get(currency, 0), minor)
        return tuple(Money(minor, currency) for currency, minor in most.items())

    def joined(self, report: RefundReported) -> "Refund":
        """Return the refund with one more report, each once, by time."""
        told = {*self.reports, report}
        return Refund(
            tuple(sorted(told, key=lambda each: (each.at, json.encode(each))))
        )


def claim_after(
    known: Claim | None, event: ClaimOpened | ClaimChanged | ClaimSettled
) -> Claim:
    """Return the claim as the event leaves it; reopened it keeps what it came to."""
    match event:
        case ClaimOpened(kind=kind, items=items, freight=freight):
            begun = ((event.at, None),)
            if known is None:
                return Claim(kind=kind, items=items, freight=freight, spans=begun)
            return replace(
                known,
                kind=kind,
                items=items,
                freight=freight,
                live=True,
                spans=known.spans + begun,
            )
        case ClaimChanged(kind=kind, items=items, freight=freight):
            assert known is not None, "only what was opened is changed"
            return replace(known, kind=kind, items=items, freight=freight)
        case ClaimSettled():
            assert known is not None, "only what was opened is settled"
            return settled(known, event)
        case _:
            assert_never(event)


def settled(claim: Claim, event: ClaimSettled) -> Claim:
    """Return the claim at its end, with what it came to this time."""
    back: ClaimItems = () if claim.kind in REPLACES else event.returned
    refunded = () if claim.kind in KEEPS_GOODS else event.refunded
    freight = [each for each in (claim.freight_refunded, event.freight) if each]
    return replace(
        claim,
        live=False,
        refunded=added_up(claim, claim.refunded, event.refunded),
        freight_refunded=sum(freight[1:], start=freight[0]) if freight else None,
        returned=added_up(claim, claim.returned, back),
        spans=tuple((since, until or event.at) for since, until in claim.spans),
        used=used_up(claim, quantities(refunded) | quantities(back)),
    )


def used_up(claim: Claim, now: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    """Return how much of each line is used up with what was settled now.

    Two settlements of a claim may be about the same goods, so together they never use
    more than the claim is about.
    """
    before = dict(claim.used)
    lines = sorted(before.keys() | now.keys())
    return tuple((line, limited(claim, line, before, now)) for line in lines)


def limited(
    claim: Claim, line: int, before: Mapping[int, int], now: Mapping[int, int]
) -> int:
    """Return two quantities of a line added, up to what the claim is about."""
    known = before.get(line, 0)
    most = max(known, quantities(claim.items)[line])
    return min(known + now.get(line, 0), most)


def added_up(claim: Claim, before: ClaimItems, now: ClaimItems) -> ClaimItems:
    """Return one item per line and currency: amounts add up, quantities as above."""
    amounts: dict[tuple[int, str], int] = {}
    for each in (*before, *now):
        key = each.line, each.amount.currency
        amounts[key] = amounts.get(key, 0) + each.amount.minor
    known, new = quantities(before), quantities(now)
    return tuple(
        ClaimItem(
            line=line,
            quantity=limited(claim, line, known, new),
            amount=Money(minor, currency),
        )
        for (line, currency), minor in sorted(amounts.items())
    )


def quantities(items: Iterable[ClaimItem]) -> Counter[int]:
    """Return how much of each line the items are about."""
    sums: Counter[int] = Counter()
    for item in items:
        sums[item.line] += item.quantity
    return sums


def money_of(items: Iterable[ClaimItem], freight: Money | None) -> list[Money]:
    """Return every amount of a claim, its freight among them."""
    return [*(item.amount for item in items), *filter(None, (freight,))]
