"""Takes files of messages in: kept a batch at a time, then translated, then counted."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from msgspec import Struct

from application.event_store.store import StoreUnavailable
from application.inbound import Inbound, Raw
from interface.errors import UserError
from interface.inbound.files import Skipped, documents, files_in, read

BATCH: Final = 256
PASSES_MAX: Final = 10_000

Reads = Callable[[str, Path], Iterator[list[Raw] | Skipped]]


class FeedReport(Struct, frozen=True, kw_only=True):
    """What came of a feed. ``whole`` says that all of it was taken in.

    ``states`` counts the messages of these files by how they stand at the end;
    ``skipped`` the documents passed over, by kind; ``waited`` the messages of any feed
    that waited for a name and were translated at the end.
    """

    new: int
    known: int
    states: dict[str, int]
    reasons: dict[str, int]
    skipped: dict[str, int]
    waited: int
    whole: bool


def count(paths: Sequence[Path]) -> int:
    """Return how many documents the files hold; raises UserError."""
    return sum(1 for path in files_in(paths) for _ in documents(path))


class Feed:
    """Takes in the files of one source.

    ``catch_up`` brings the reference index to what the orders were told so far;
    ``reads`` yields the messages of a file, a document at a time.
    """

    def __init__(
        self,
        inbound: Inbound,
        source: str,
        catch_up: Callable[[], object],
        reads: Reads = read,
    ) -> None:
        self._reads = reads
        self._inbound = inbound
        self._source = source
        self._catch_up = catch_up
        self._ids: dict[UUID, None] = {}
        self._skipped: Counter[str] = Counter()
        self._new = self._known = 0

    def take(
        self,
        paths: Sequence[Path],
        advance: Callable[[int], None],
        stopped: Callable[[], bool],
    ) -> FeedReport:
        """Take in all there is; ``stopped`` is asked between batches.

        What waits for a name learnt meanwhile is translated at the end. Raises
        UserError if the event store does not answer; starting again goes on.
        """
        try:
            whole = self._take(paths, advance, stopped)
            waited = self._retry_waiting() if whole else 0
        except StoreUnavailable as silent:
            raise UserError(
                f"The event store does not answer ({silent}); nothing is lost: "
                "run the same command again to go on where this one stopped"
            ) from silent
        states, reasons = self._standing()
        return FeedReport(
            new=self._new,
            known=self._known,
            states=states,
            reasons=reasons,
            skipped=dict(self._skipped),
            waited=waited,
            whole=whole,
        )

    def _take(
        self,
        paths: Sequence[Path],
        advance: Callable[[int], None],
        stopped: Callable[[], bool],
    ) -> bool:
        batch: list[Raw] = []
        read_since = 0
        for path in files_in(paths):
            for found in self._reads(self._source, path):
                read_since += 1
                if isinstance(found, Skipped):
                    self._skipped[found.kind] += 1
                else:
                    batch += found
                if len(batch) >= BATCH or read_since >= BATCH:
                    self._keep(batch)
                    advance(read_since)
                    batch, read_since = [], 0
                    if stopped():
                        return False
        self._keep(batch)
        advance(read_since)
        return True

    def _keep(self, batch: Sequence[Raw]) -> None:
        for kept in self._inbound.take(batch):
            self._ids[kept.message_id] = None
            self._new += kept.new
            self._known += not kept.new

    def _retry_waiting(self) -> int:
        """Translate what waits for names known by now, until nothing more moves on."""
        moved = 0
        for _ in range(PASSES_MAX):
            self._catch_up()
            now_moved = self._inbound.retry_waiting()
            moved += now_moved
            if not now_moved:
                break
        return moved

    def _standing(self) -> tuple[dict[str, int], dict[str, int]]:
        states: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for state, reason, count_ in self._inbound.store.standing(list(self._ids)):
            states[state] += count_
            if reason is not None:
                reasons[reason] += count_
        return dict(states), dict(reasons)
