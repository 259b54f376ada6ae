"""What the story came to, read off the log and the simulator's journal, and checked."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from application.effects.invariants import Broken, broken
from application.event_store.envelope import RecordedEvent
from application.event_store.store import Unreadable
from application.proactive.entitlements import Entitlements, entitlements_in
from domain.incident import Incident
from domain.kernel import Code
from interface.bootstrap import Redress
from interface.outbound.simulator.journal import Line
from interface.sample.counting import Counts, counted

PAGE: Final = 5_000
MONEY: Final = frozenset({"refund", "coupon"})
AIM_SHARE: Final = 0.99


class Truth(Struct, frozen=True, kw_only=True):
    """One thing that must hold, and whether it does; ``detail`` is what does not."""

    name: Code
    holds: bool
    detail: str = ""


class Figures(Struct, frozen=True, kw_only=True):
    """The whole summary. ``open_steps`` still need a person."""

    counts: Counts
    entitlements: Entitlements
    incident_orders: int
    incident_offered: int
    budget_fen: int
    used_fen: int
    open_steps: int
    truths: tuple[Truth, ...]

    @property
    def holds(self) -> bool:
        """Whether all that must hold does."""
        return all(each.holds for each in self.truths)


def figures(
    redress: Redress, incident: Incident, now: datetime, open_steps: int
) -> Figures:
    """Return what the story came to, as of a moment. Reads the whole log."""
    log = [
        each for part in range(redress.store.partitions) for each in of(redress, part)
    ]
    counts = counted(log, redress)
    owed = entitlements_in(log, now)
    with redress.writer.connection() as connection:
        faults = broken(connection)
    lines = redress.outside.simulated.lines(limit=PAGE * 10)
    budget = incident.budget.total_max_fen if incident.budget else 0
    return Figures(
        counts=counts,
        entitlements=owed,
        incident_orders=incident.tally.members,
        incident_offered=incident.tally.offered + incident.tally.spent,
        budget_fen=budget,
        used_fen=incident.committed_fen,
        open_steps=open_steps,
        truths=(
            *nobody_paid_twice(counts, faults, lines),
            Truth(name="budget_holds", holds=incident.committed_fen <= budget),
            Truth(name="caps_hold", holds=not counts.goodwill_over_caps),
            Truth(name="books_balance", holds=not counts.unbalanced),
            payers_add_up(counts),
            offers_add_up(counts),
            Truth(name="nothing_left_open", holds=not open_steps),
            Truth(
                name="paid_within_half_an_hour",
                holds=(owed.within_aim_share or 0) >= AIM_SHARE,
                detail=f"{owed.within_aim_share}",
            ),
        ),
    )


def of(redress: Redress, partition: int) -> Iterator[RecordedEvent]:
    """Yield all events of a partition."""
    after = 0
    while page := redress.store.read(partition, after, PAGE):
        yield from (each for each in page if not isinstance(each, Unreadable))
        after = page[-1].position


# -- What must hold --


def offers_add_up(counts: Counts) -> Truth:
    """Return whether every offer ended one way, or is still out."""
    ended = counts.accepted + counts.declined + counts.expired + counts.withdrawn
    return Truth(
        name="offers_add_up",
        holds=counts.offers_sent == ended + counts.offers_open,
        detail=f"{counts.offers_sent} sent, {ended} ended, {counts.offers_open} open",
    )


def payers_add_up(counts: Counts) -> Truth:
    """Return whether those who pay paid together what consumers were paid."""
    return Truth(
        name="payers_add_up",
        holds=counts.payers_fen == counts.paid_fen,
        detail=f"{counts.payers_fen} fen given, {counts.paid_fen} fen received",
    )


def nobody_paid_twice(
    counts: Counts, faults: Sequence[Broken], lines: Iterable[Line]
) -> Iterator[Truth]:
    """Yield whether the journal of what moved tells the same as the log, by order."""
    moved: dict[str, int] = defaultdict(int)
    for line in lines:
        if line.deed == "did" and line.gateway in MONEY and line.minor is not None:
            moved[line.about or ""] += line.minor
    logged = {order: fen for order, fen in counts.moved.items() if fen}
    differ = sorted({o for o, _ in moved.items() ^ logged.items()})
    yield Truth(
        name="nobody_paid_twice",
        holds=not faults,
        detail=", ".join(f"{each.invariant} {each.of}" for each in faults),
    )
    yield Truth(
        name="log_equals_journal", holds=not differ, detail=", ".join(differ[:5])
    )
