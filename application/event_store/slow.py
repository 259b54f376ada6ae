"""Who takes long to be decided, and whoever shares a stream with him."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from application.event_store.calls import Waiting
from application.event_store.limits import SLOW_MAX


class SlowStreams:
    """The streams of who was slow, the last so many of them."""

    def __init__(self, most: int = SLOW_MAX) -> None:
        self._most = most
        self._streams: dict[UUID, None] = {}

    def __len__(self) -> int:
        return len(self._streams)

    def add(self, stream_ids: Iterable[UUID]) -> None:
        """Remember streams; those not seen for longest go."""
        for each in stream_ids:
            self._streams.pop(each, None)  # So that it is the last again.
            self._streams[each] = None
        while len(self._streams) > self._most:
            del self._streams[next(iter(self._streams))]

    def parted(
        self, waiting: Sequence[Waiting]
    ) -> tuple[list[Waiting], list[Waiting], bool]:
        """Return who is not held up, who is, and whether by them it spreads further.

        Whoever shares a stream with one who is slow waits for him, and so does whoever
        shares another with that one, before or after: on none may he be overtaken. All
        streams of who is held up are remembered as well, as the last ones.
        """
        asked_for = (stream for each in waiting for stream in each.ask.streams)
        if self._streams.keys().isdisjoint(asked_for):  # As nearly always.
            return list(waiting), [], False
        slow = set(self._streams)
        while True:
            held = [each for each in waiting if not slow.isdisjoint(each.ask.streams)]
            streams = [stream for each in held for stream in each.ask.streams]
            if slow.issuperset(streams):
                break
            slow.update(streams)
        free = [each for each in waiting if slow.isdisjoint(each.ask.streams)]
        spreads = len(slow) > len(self._streams)
        self.add(streams)
        return free, held, spreads
