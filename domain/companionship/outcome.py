"""How the days end for the consumer: what fell short, and how much was made good."""

from typing import Final, NamedTuple

from domain.companionship.state import Companionship, Found
from domain.companionship.values import Outcome
from domain.shortfall import ClearedBy, ShortfallCode

# It never fell short after all.
NEVER_WAS: Final[frozenset[ClearedBy]] = frozenset({"retracted", "promise_kept"})
# What somebody did about it.
DONE_ABOUT: Final[frozenset[ClearedBy]] = frozenset({"refund", "answer"})
# A promise that was broken stays broken, however late the deed: that heals nothing.
BROKEN: Final[frozenset[ShortfallCode]] = frozenset(
    {"SHIP_OVERDUE", "DELIVERY_OVERDUE", "OUT_OF_STOCK"}
)


class Ended(NamedTuple):
    """An outcome, and the numbers it comes from."""

    outcome: Outcome
    shortfalls: int
    made_good: int


def ended(known: Companionship, *, cancelled: bool = False) -> Ended:
    """Return how it ends, were it to end now."""
    fell = [each for each in known.shortfalls.values() if counts(each)]
    good = sum(made_good(known, each) for each in fell)
    outcome: Outcome = "fell_short"
    if cancelled:
        outcome = "cancelled"
    elif not fell:
        outcome = "all_kept"
    elif good == len(fell):
        outcome = "made_good"
    return Ended(outcome, len(fell), good)


def counts(found: Found) -> bool:
    """Say whether it fell short at all, as known by now."""
    return found.cleared_by not in NEVER_WAS


def made_good(known: Companionship, found: Found) -> bool:
    """Say whether a shortfall was made good: resolved, or healed by itself.

    Where it names no resolution, any of the order that came to its end did.
    """
    resolutions = {
        name: open_
        for (kind, name), open_ in known.matters.items()
        if kind == "resolution" and found.resolution in {None, name}
    }
    if any(not open_ for open_ in resolutions.values()):
        return True
    if found.cleared_by is None:
        return False
    return found.cleared_by in DONE_ABOUT or found.shortfall.code not in BROKEN
