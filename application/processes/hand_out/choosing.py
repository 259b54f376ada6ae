"""What is handed out next: batches that nobody settled, and as many as there may be."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.incident import Incident, Member

MINUTE: Final = timedelta(minutes=1)


def unsettled(state: Incident) -> Iterator[tuple[str, Sequence[Member]]]:
    """Yield batches that money was set aside for and that nobody settled, in order."""
    left = {
        name: batch.orders
        for name, batch in state.batches.items()
        if batch.settled is None
    }
    yield from sorted(left.items())


def room(state: Incident, now: datetime, most: int) -> int:
    """Return how many orders may be handed something now, in one batch."""
    if state.status == "piloting":
        return min(most, state.pilot.orders - state.pilot.tried)
    rate = state.orders_per_minute or 0
    lately = sum(
        len(batch.settled.offered)
        for _, batch in state.batches.items()
        if batch.settled is not None and now - MINUTE < batch.settled.at <= now
    )
    return max(0, min(most, rate - lately))


def affordable(members: Iterable[Member], fen: int) -> Iterator[Member]:
    """Yield orders as long as the money reaches."""
    for member in members:
        fen -= member.cost_fen
        if fen < 0:
            return
        yield member
