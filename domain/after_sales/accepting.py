"""How much of what came back was accepted, and what is owed for that much of it."""

from collections import Counter

from msgspec.structs import replace

from domain.after_sales.commands import JudgeReturn
from domain.after_sales.refusals import EvidenceNeeded, NotReceived, ReasonNeeded
from domain.after_sales.state import ABSENT, Case
from domain.money import Money
from domain.order.claims import ClaimItem, ClaimItems
from domain.order.values import Packed

Pieces = tuple[Packed, ...]


def came_back(case: Case) -> Counter[int]:
    """Return how much of each line arrived, in whatever condition."""
    sums: Counter[int] = Counter()
    for each in case.goods:
        if each.condition not in ABSENT:
            sums[each.line] += each.quantity
    return sums


def all_that_came(case: Case) -> Pieces:
    """Return what is accepted where nobody says how much: all that arrived."""
    return tuple(
        Packed(line=line, quantity=quantity)
        for line, quantity in sorted(came_back(case).items())
        if quantity
    )


def pieces(case: Case, command: JudgeReturn) -> Pieces:
    """Return how much of each line a judgement accepts; none of it for any other.

    What of the goods that came is left out is refused, for a reason and with evidence.
    Raises NotReceived, ReasonNeeded and EvidenceNeeded.
    """
    if command.acceptance != "accepted":
        return ()
    if not command.accepted:
        return all_that_came(case)
    arrived, taken = came_back(case), Counter[int]()
    for each in command.accepted:
        taken[each.line] += each.quantity
    for line, quantity in taken.items():
        if quantity > arrived[line]:
            raise NotReceived(line=line, quantity=quantity, received=arrived[line])
    if arrived - taken:
        if command.reason is None:
            raise ReasonNeeded
        if not command.evidence:
            raise EvidenceNeeded(reason=command.reason)
    return tuple(Packed(line=line, quantity=taken[line]) for line in sorted(taken))


def owing(case: Case) -> tuple[ClaimItems, Money | None]:
    """Return what is owed of what is asked: of goods that came back, what was taken.

    In proportion to the pieces, rounded down to the fen; the postage asked for is owed
    whole. Before anything was accepted, and for goods kept, it is all that is asked.
    """
    if not case.accepted or not case.sends_back:
        return case.items, case.freight
    parts = (part(item, case.accepted.get(item.line, 0)) for item in case.items)
    return tuple(each for each in parts if each is not None), case.freight


def part(item: ClaimItem, accepted: int) -> ClaimItem | None:
    """Return so much of an item, never more than it; None for nothing of it."""
    quantity = min(accepted, item.quantity)
    if not quantity:
        return None
    minor = item.amount.minor * quantity // item.quantity
    return replace(item, quantity=quantity, amount=Money(minor, item.amount.currency))
