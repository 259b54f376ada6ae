"""Who takes long to be decided, and whoever shares a stream with him."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from application.event_store.calls import Waiting
from application.event_store.limits import SLOW_MAX


class SlowStreams:
    """The streams of who was slow, and those of who is held up by them.

    So many of either are remembered, the last ones.
    """

    def __init__(self, most: int = SLOW_MAX) -> None:
        self._most = most
        self._slow: dict[UUID, None] = {}
        self._held_up: dict[UUID, None] = {}

    def __len__(self) -> int:
        return len(self._slow) + len(self._held_up)

    def add(self, stream_ids: Iterable[UUID]) -> None:
        """Remember the streams of who was slow."""
        self._remember(self._slow, stream_ids)

    def calm(self) -> None:
        """Be told that nobody is held up any more: who was slow may be so again."""
        self._held_up.clear()

    def parted(
        self, waiting: Sequence[Waiting]
    ) -> tuple[list[Waiting], list[Waiting], bool]:
        """Return who is not held up, who is, and whether by them it spreads further.

        Whoever shares a stream with one who is slow waits for him, and so does whoever
        shares another with that one, before or after: on none may he be overtaken. The
        streams of who is held up are remembered as well.
        """
        streams_of = [each.ask.streams for each in waiting]
        asked_for = (stream for his in streams_of for stream in his)
        if not any(each in self._slow or each in self._held_up for each in asked_for):
            return list(waiting), [], False  # As nearly always.
        askers: defaultdict[UUID, list[int]] = defaultdict(list)
        for number, his in enumerate(streams_of):
            for stream in his:
                askers[stream].append(number)
        reached = [s for s in askers if s in self._slow or s in self._held_up]
        known, numbers = set(reached), set[int]()
        while reached:
            for number in askers.pop(reached.pop(), ()):
                if number not in numbers:
                    numbers.add(number)
                    reached += streams_of[number]
        held = [each for number, each in enumerate(waiting) if number in numbers]
        free = [each for number, each in enumerate(waiting) if number not in numbers]
        theirs = [each for number in sorted(numbers) for each in streams_of[number]]
        self._remember(self._held_up, theirs)
        return free, held, not known.issuperset(theirs)

    def _remember(self, known: dict[UUID, None], stream_ids: Iterable[UUID]) -> None:
        for each in stream_ids:
            known.pop(each, None)  # So that it is the last again.
            known[each] = None
        while len(known) > self._most:
            del known[next(iter(known))]
