"""A person's timeline as it grows: server-sent events that can be taken up again.

The id of every message says how far each partition was shown, as "7.123,12.44"; sent
back as ``Last-Event-ID`` it goes on right there, from the log's own positions.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from threading import Lock
from time import monotonic
from typing import Annotated, Any, Final

import anyio
import msgspec
from litestar import Controller, Request, Response, get
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromQuery, HeaderParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from application.access import Actor, NotFound
from application.event_store.store import StoreUnavailable
from application.projections.persons import PersonQueries
from application.projections.progress import NotAPosition, ReadingProgress, Token
from application.projections.read_models import read_model
from application.projections.timeline import Entry
from application.reading import Reading
from domain.ids import partition_of
from interface.api.auth import current_actor, does
from interface.api.entries import (
    AcceptLanguage,
    entry_body,
    spoken_language,
)
from interface.api.metrics import Metrics
from interface.api.names import NameInPath
from interface.api.problems import Wrong, invalid
from interface.wording import Tongue

POLL_SECONDS_MIN: Final = 0.1
POLL_SECONDS_MAX: Final = 1.0
HEARTBEAT_SECONDS: Final = 15.0
LASTS_SECONDS_MAX: Final = 900.0
NAMES_AGAIN_SECONDS: Final = 5.0
STREAMS_MAX: Final = 200
BATCH_MAX: Final = 100
RETRY_MILLISECONDS: Final = 1000

LastEventId = Annotated[
    str | None,
    HeaderParameter(
        name="Last-Event-ID",
        description="The id of the last message received: it goes on behind it.",
    ),
]

# What ends a stream before its time; the reader comes back and learns why.
OVER: Final = (NotFound, StoreUnavailable, OperationalError, PoolTimeout)

Seen = dict[int, int]


def vector(seen: Mapping[int, int]) -> str:
    """Return how far each partition was shown, as a message's id."""
    return ",".join(f"{part}.{place}" for part, place in sorted(seen.items()))


def read_vector(text: str) -> Seen:
    """Return what an id says; raises Wrong (400)."""
    try:
        return dict(Token.read(part) for part in text.split(","))
    except NotAPosition:
        message = "It must be the id of a message of this stream."
        raise invalid("Last-Event-ID", message) from None


def clamped(told: Mapping[int, int], reached: Mapping[int, int]) -> Seen:
    """Return where to go on: what was told, but nowhere ahead of the log itself.

    A place the log has not come to, as after it was restored, would let pass unseen
    whatever happens up to there. Places of partitions that are none are left out.
    """
    return {
        place: min(position, reached[place])
        for place, position in told.items()
        if place in reached
    }


class OpenStreams:
    """How many live streams are open in this process, and whether they may go on."""

    def __init__(self, limit: int = STREAMS_MAX) -> None:
        self._limit = limit
        self._open = 0
        self._lock = Lock()
        self.closing = False

    def close(self) -> None:
        """End all of them at their next word; a handler of signals may call this."""
        self.closing = True

    @property
    def count(self) -> int:
        """How many are open now."""
        return self._open

    def check(self) -> None:
        """Raise Wrong (503) if there are too many."""
        if self.closing or self._open >= self._limit:
            raise Wrong("too_many_streams", 503, headers={"Retry-After": "5"})

    @contextmanager
    def one(self) -> Iterator[None]:
        """Be one of them."""
        with self._lock:
            self._open += 1
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1


class Live:
    """One reader's view of one person's timeline, from here on."""

    def __init__(
        self,
        reading: Reading,
        progress: ReadingProgress,
        who: Callable[[], Actor],
        consumer: str,
        partitions: int,
    ) -> None:
        self._reading = reading
        self._progress = progress
        self._who = who
        self._consumer = consumer
        self._partitions = partitions
        self._names: Sequence[str] = ()
        self._actor: Actor
        self.seen: Seen = {}

    def begin(self, last_event_id: str | None) -> None:
        """Start behind the last message, or now; raises NotFound, Wrong."""
        self.seen = read_vector(last_event_id) if last_event_id else {}
        reached = self._progress.reached(read_model("timeline"), set(self.seen))
        self.seen = clamped(self.seen, reached)
        self.refresh()

    def refresh(self) -> None:
        """Look up the person's names again; a new one is shown since it was linked.

        Who asks is looked up again too: raises NotFound once this is not theirs.
        """
        self._actor = self._who()
        names = self._reading.names(self._actor, self._consumer)
        known = [name for name in names if self._partition(name) in self.seen]
        new = [name for name in names if self._partition(name) not in self.seen]
        begin = self._begin(known, new) if new else {}
        self.seen |= begin
        self._names = [name for name in names if self._partition(name) in self.seen]

    def _begin(self, known: Sequence[str], new: Sequence[str]) -> Seen:
        """Return behind which positions the new names are shown.

        Whoever comes for the first time is shown them from now. Names whose link the
        timeline does not show yet have none, and are asked for again.
        """
        parts = {self._partition(name) for name in new}
        reached = self._progress.reached(read_model("timeline"), parts)
        since = self._reading.before_linked(known, new) if known else {}
        if since is None:
            return {}
        return {part: since.get(part, reached.get(part, 0)) for part in parts}

    def _partition(self, name: str) -> int:
        return partition_of(name, self._partitions)

    def more(self) -> Sequence[Entry]:
        """Return what has been shown since, if it still is theirs; raises NotFound."""
        names = self._names
        found = self._shown()
        if found:
            self.refresh()
        return found if self._names == names else self._shown()

    def _shown(self) -> Sequence[Entry]:
        return self._reading.shown_after(self._actor, self._names, self.seen, BATCH_MAX)

    def taken(self, entry: Entry, following: Entry | None) -> str:
        """Return the id of an entry's message.

        Entries shown at one position count as seen only with the last of them.
        """
        place = entry.partition, entry.shown
        if following is None or (following.partition, following.shown) != place:
            self.seen[entry.partition] = entry.shown
        return vector(self.seen)


async def messages(
    live: Live,
    tongue: Tongue,
    streams: OpenStreams,
    lasts_seconds: float = LASTS_SECONDS_MAX,
    elapsed: Callable[[], float] = monotonic,
) -> AsyncIterator[ServerSentEventMessage]:
    """Yield the messages of one stream until it has lasted, or all are to end."""
    began = spoke = named = elapsed()
    yield ServerSentEventMessage(
        event="ready", id=vector(live.seen), data="{}", retry=RETRY_MILLISECONDS
    )
    pause = POLL_SECONDS_MIN
    while elapsed() - began < lasts_seconds and not streams.closing:
        if elapsed() - named > NAMES_AGAIN_SECONDS:
            await sync_to_thread(live.refresh)
            named = elapsed()
        entries = await sync_to_thread(live.more)
        for entry, following in zip(entries, [*entries[1:], None], strict=False):
            yield ServerSentEventMessage(
                event="entry",
                id=live.taken(entry, following),
                data=msgspec.json.encode(entry_body(entry, tongue)).decode(),
            )
            spoke = elapsed()
        if elapsed() - spoke > HEARTBEAT_SECONDS:
            yield ServerSentEventMessage(comment="still here", data=None)
            spoke = elapsed()
        pause = POLL_SECONDS_MIN if entries else min(pause * 2, POLL_SECONDS_MAX)
        await anyio.sleep(0 if entries else pause)


class LiveController(Controller):
    """The timeline, live."""

    path = "/v1/consumers"
    tags = ("consumers",)

    @get(
        "/{consumer:str}/timeline/live",
        operation_id="followTimeline",
        opt=does("consumer.read"),
        media_type="text/event-stream",
    )
    async def follow(  # noqa: PLR0913, PLR0917  # what it needs is injected by names
        self,
        request: Request[Actor, float, Any],
        consumer: NameInPath,
        persons: NamedDependency[PersonQueries],
        reading: NamedDependency[Reading],
        progress: NamedDependency[ReadingProgress],
        partitions: NamedDependency[int],
        streams: NamedDependency[OpenStreams],
        metrics: NamedDependency[Metrics],
        language: FromQuery[str | None] = None,
        accept_language: AcceptLanguage = None,
        last_event_id: LastEventId = None,
    ) -> Response[Any]:
        """Follow a person's timeline: ``ready``, then an ``entry`` for each event."""
        tongue = spoken_language(language, accept_language)
        who = partial(current_actor, request.user, persons)
        lasts_seconds = min(LASTS_SECONDS_MAX, request.auth)
        live = Live(reading, progress, who, consumer, partitions)
        await sync_to_thread(live.begin, last_event_id)
        streams.check()

        async def counted() -> AsyncIterator[ServerSentEventMessage]:
            with streams.one(), metrics.live.track_inprogress(), suppress(*OVER):
                async for message in messages(live, tongue, streams, lasts_seconds):
                    yield message

        return ServerSentEvent(counted(), headers={"Cache-Control": "no-store"})
