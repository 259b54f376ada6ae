"""What an incident comes to, in figures, and who is next."""

from collections.abc import Iterable
from hashlib import sha256
from itertools import islice, pairwise
from typing import Final

from msgspec import Struct

from domain.incident.state import Incident
from domain.incident.values import Bar, BatchName, Count, Member
from domain.policy.row import Fen


class Counts(Struct, frozen=True, kw_only=True):
    """How many orders stand how: ``members`` is the sum of all the others.

    ``left`` are those still to be handed something.
    """

    members: Count
    excluded: Count
    reserved: Count
    offered: Count
    spent: Count
    left: Count


def handed_out(incident: Incident) -> Counts:
    """Return how many orders stand how."""
    tally = incident.tally
    return Counts(
        members=tally.members,
        excluded=tally.excluded,
        reserved=tally.reserved,
        offered=tally.offered,
        spent=tally.spent,
        left=tally.waiting,
    )


def budget_left(incident: Incident) -> Fen:
    """Return what of the budget is neither set aside nor spent, in fen; 0 without."""
    if incident.budget is None:
        return 0
    return incident.budget.total_max_fen - incident.committed_fen


def next_orders(incident: Incident, n: int) -> tuple[Member, ...]:
    """Return the next ``n`` orders that wait, as they were named: always the same.

    None once nothing more is handed out.
    """
    if not incident.live:
        return ()
    waiting = (
        member
        for place, chunk in enumerate(incident.chunks)
        if chunk.waiting
        for member in chunk.orders
        if waits_in(incident, member.order, place)
    )
    return tuple(islice(waiting, max(n, 0)))


def waits_in(incident: Incident, order: str, place: int) -> bool:
    """Whether an order waits in this chunk."""
    known = incident.standings.get(order)
    return known is not None and known.how == "waiting" and known.chunk == place


NUMBER_MAX: Final = 100  # characters of an incident's number that a batch's name holds


def batch_name(incident_number: str, i: int) -> BatchName:
    """Return the name of an incident's batch; a number too long to stand in it, hashed.

    It sorts as its batches were handed out.
    """
    number = incident_number
    if len(number) > NUMBER_MAX:
        number = sha256(number.encode()).hexdigest()
    return f"{number}/batch-{i:06d}"


# Where one bar ends and the next begins, in fen: ¥10, ¥50, ¥100, ¥200, ¥500.
BOUNDS_FEN: Final = (0, 1_000, 5_000, 10_000, 20_000, 50_000)


def histogram(costs: Iterable[Fen]) -> tuple[Bar, ...]:
    """Return how many orders cost how much: every bar, also those of no order."""
    known = list(costs)
    ends: list[tuple[int, int | None]] = [*pairwise(BOUNDS_FEN), (BOUNDS_FEN[-1], None)]
    return tuple(
        Bar(
            from_fen=low,
            to_fen=high,
            orders=sum(low <= fen and (high is None or fen < high) for fen in known),
        )
        for low, high in ends
    )
