"""How orders stand, changed by what happens to some of them: every count follows."""

from collections import Counter
from collections.abc import Iterable

from msgspec.structs import replace

from domain.incident.keeping import Shelved
from domain.incident.state import Chunk, How, Incident, Standing, Tally
from domain.incident.values import ExclusionReason

# Left out for this alone, an order may come again when it may cost more.
OF_THIS_BUDGET: frozenset[ExclusionReason] = frozenset({"beyond_cap"})


def restood(incident: Incident, orders: Iterable[tuple[str, Standing]]) -> Incident:
    """Return it with these orders standing so, and with every count that follows."""
    changed = list(orders)
    standing: Counter[How] = Counter()
    waiting: Counter[int | None] = Counter()
    for order, after in changed:
        before = incident.standings.get(order)
        if before is not None:
            standing[before.how] -= 1
            waiting[before.chunk] -= before.how == "waiting"
        standing[after.how] += 1
        waiting[after.chunk] += after.how == "waiting"
    return replace(
        incident,
        standings=incident.standings.with_all(changed),
        tally=tallied(incident.tally, standing),
        chunks=waited(incident.chunks, waiting),
    )


def tallied(tally: Tally, more: Counter[How]) -> Tally:
    """Return how many stand how, with so many more of each."""
    return Tally(
        waiting=tally.waiting + more["waiting"],
        reserved=tally.reserved + more["reserved"],
        offered=tally.offered + more["offered"],
        spent=tally.spent + more["spent"],
        excluded=tally.excluded + more["excluded"],
    )


def waited(chunks: tuple[Chunk, ...], more: Counter[int | None]) -> tuple[Chunk, ...]:
    """Return the chunks with so many more that wait in each."""
    if not any(more.values()):
        return chunks
    return tuple(
        replace(chunk, waiting=chunk.waiting + more[place]) if more[place] else chunk
        for place, chunk in enumerate(chunks)
    )


def scoped_anew(incident: Incident) -> Incident:
    """Return it with nobody affected any more but those who were handed something.

    Who was left out stays left out, should the new scope name it again.
    """
    kept: list[tuple[str, Standing]] = []
    barred: list[tuple[str, ExclusionReason]] = []
    for order, standing in incident.standings.items():
        if standing.how == "excluded":
            if standing.reason is not None and standing.reason not in OF_THIS_BUDGET:
                barred.append((order, standing.reason))
        elif standing.how != "waiting":
            kept.append((order, replace(standing, chunk=None)))
    return replace(
        incident,
        named=0,
        mark=0,
        chunks=(),
        standings=Shelved[Standing]().with_all(kept),
        barred=incident.barred.with_all(barred),
        tally=replace(incident.tally, waiting=0, excluded=0),
    )
