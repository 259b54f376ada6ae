"""A live stream has bounds: how long it lasts, how silent it is, how many there are."""

from collections.abc import AsyncIterator, Iterator, Sequence

import anyio
import pytest
from litestar.response import ServerSentEventMessage

from application.projections.timeline import Entry
from interface.api.live import (
    HEARTBEAT_SECONDS,
    LASTS_SECONDS_MAX,
    Live,
    OpenStreams,
    messages,
)
from interface.api.problems import Wrong


class Nothing(Live):
    """The timeline of one to whom nothing happens."""

    def __init__(self) -> None:
        self.seen = {3: 7}

    def refresh(self) -> None:
        """Find the same name again."""

    def more(self) -> Sequence[Entry]:
        return ()


def ticking(*moments: float) -> Iterator[float]:
    yield from moments
    while True:
        yield moments[-1]


def told(*moments: float) -> list[ServerSentEventMessage]:
    clock = ticking(*moments)

    async def collect() -> list[ServerSentEventMessage]:
        stream: AsyncIterator[ServerSentEventMessage] = messages(
            Nothing(), "en", OpenStreams(), elapsed=lambda: next(clock)
        )
        return [message async for message in stream]

    return anyio.run(collect)


def test_a_stream_ends_in_time_and_says_where_to_go_on() -> None:
    (ready,) = told(0, LASTS_SECONDS_MAX + 1)
    assert ready.event == "ready"
    assert ready.id == "3.7"
    assert ready.retry


def test_a_silent_stream_says_that_it_is_still_there() -> None:
    late = HEARTBEAT_SECONDS + 1
    _, heartbeat = told(0, late, late, late, late, LASTS_SECONDS_MAX + 1)
    assert heartbeat.encode() == b": still here\r\n\r\n", "a comment, and no message"


def test_there_are_so_many_streams_and_no_more() -> None:
    streams = OpenStreams(limit=1)
    streams.check()
    with streams.one():
        with pytest.raises(Wrong) as refused:
            streams.check()
        assert refused.value.status_code == 503
    streams.check()
