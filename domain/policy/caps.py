"""How much several payouts may come to together, and which cap cut one."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from domain.policy.money import Bases, share
from domain.policy.rows import CapRow, MoneyRow

# The cap row that says what a carrier is liable for without insurance: at most 7 times
# the freight, and 1,000 yuan an order (Douyin's sender agreement). With the profile's
# name before it, as "douyin-like.carrier-liability".
CARRIER_LIABILITY: Final = "carrier-liability"


class Payout(Struct, frozen=True, kw_only=True):
    """What a row paid, or is about to, and under how long a promise (in hours).

    ``grave``: in a grave case. ``other_order``: on another order than the one that is
    asked about. ``deducted``: it is what is asked for again. ``elsewhere``: on this
    order, by another of its merchants.
    """

    row: MoneyRow
    promise_hours: float
    fen: int = 0
    grave: bool = False
    other_order: bool = False
    deducted: bool = False
    elsewhere: bool = False


def counts(cap: CapRow, payout: Payout) -> bool:
    """Say whether a payout counts towards the cap, and is cut by it."""
    if payout.other_order if cap.scope == "order" else payout.elsewhere:
        return False
    row = payout.row
    return cap.id in row.caps and (not cap.breaches or row.trigger in cap.breaches)


def ceiling(cap: CapRow, bases: Bases, payouts: Iterable[Payout]) -> int | None:
    """Return what the cap lets these come to in all, in fen; None for no end.

    A cap is raised by any payout of the kind among them, whichever comes first.
    """
    raised = cap.raised_fen is not None and any(
        counts(cap, each) and raises(cap, each) for each in payouts
    )
    ends = [cap.raised_fen if raised else cap.amount_fen]
    if cap.rate_bp is not None:
        ends.append(max(share(bases[cap.base], cap.rate_bp), cap.floor_fen))
    return min((end for end in ends if end is not None), default=None)


def raises(cap: CapRow, payout: Payout) -> bool:
    """Say whether a payout that counts raises the cap."""
    long = payout.promise_hours > cap.raised_over_hours
    return (long and payout.row.trigger in cap.raised_by) or (
        cap.raised_if_grave and payout.grave
    )


def cut(fen: int, caps: Iterable[tuple[CapRow, int | None]]) -> tuple[int, str | None]:
    """Return what is left of an amount, and the cap that cut it most, the first of two.

    Each cap comes with the room it still has, in fen; None for no end.
    """
    left, by = fen, None
    for cap, room in caps:
        if room is not None and max(0, room) < left:
            left, by = max(0, room), cap.id
    return left, by


def room(
    cap: CapRow, bases: Bases, involved: Iterable[Payout], paid: Iterable[Payout]
) -> int | None:
    """Return what the cap still lets be paid beside what was, in fen."""
    end = ceiling(cap, bases, involved)
    if end is None:
        return None
    return end - sum(each.fen for each in paid if counts(cap, each))


def cut_by_caps(
    fen: int, caps: Sequence[CapRow], bases: Bases, already_fen: int = 0
) -> tuple[int, str | None]:
    """Return what caps leave of an amount nobody is owed: goodwill, a partial refund.

    ``already_fen`` was paid under the same caps before.
    """
    rooms = []
    for cap in caps:
        end = ceiling(cap, bases, ())
        rooms.append((cap, None if end is None else end - already_fen))
    return cut(fen, rooms)
