"""Cases, disputes, contacts and the queue as they go on: server-sent events.

The id of every message is a place in the log; sent back as ``Last-Event-ID`` it goes on
right there.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, Final, Protocol
from uuid import UUID

import anyio
import msgspec
from litestar import Request, Response, get
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import ServerSentEvent, ServerSentEventMessage
from msgspec import Struct

from application.access import Action, Actor, NotAllowed
from application.casework import Casework, Noun, reading
from application.matter_changes import Change, Deadline, changes
from application.projections.persons import PersonQueries
from application.queue import Queue
from domain.ids import partition_in
from interface.api.auth import current_actor, does
from interface.api.entries import AcceptLanguage, spoken_language
from interface.api.live import (
    HEARTBEAT_SECONDS,
    LASTS_SECONDS_MAX,
    OVER,
    POLL_SECONDS_MAX,
    POLL_SECONDS_MIN,
    RETRY_MILLISECONDS,
    LastEventId,
    OpenStreams,
    Seen,
    clamped,
    read_vector,
    vector,
)
from interface.api.metrics import Metrics
from interface.api.queue import matter_found
from interface.clock import now
from interface.wording import Tongue, said

ENDS: Final = (*OVER, NotAllowed)


class ChangeBody(Struct, frozen=True, kw_only=True):
    """What happened, in words, and how the matter stands after it.

    ``moved`` tells of a deadline that this moved.
    """

    code: str
    version: int
    occurred_at: datetime
    said: str
    text: Mapping[Tongue, str]
    status: str
    final: bool
    moved: Deadline | None


class Told(Struct, frozen=True):
    """One message: what it is, where it stands, what it says."""

    event: str
    id: str
    body: Any


class Follows(Protocol):
    """One reader's view of something that goes on."""

    seen: Seen

    def more(self) -> Sequence[Told]:
        """Return what is new; raises one of ENDS once it is not theirs any more."""
        ...


def change_body(change: Change, tongue: Tongue) -> ChangeBody:
    """Return a change as the API tells it."""
    text = said(change.code, change.facts)
    return ChangeBody(
        code=change.code,
        version=change.version,
        occurred_at=change.occurred_at,
        said=text[tongue],
        text=text,
        status=change.status,
        final=change.final,
        moved=change.moved,
    )


class FollowedMatter:
    """One reader's view of one matter, from here on or from where it broke off."""

    def __init__(  # noqa: PLR0913, PLR0917 - who follows what, and how it is said
        self,
        casework: Casework,
        who: Callable[[], Actor],
        action: Action,
        noun: Noun,
        stream_id: UUID,
        tongue: Tongue,
    ) -> None:
        self._casework = casework
        self._who = who
        self._action = action
        self._noun = noun
        self._stream_id = stream_id
        self._tongue = tongue
        self.seen: Seen = {}

    def begin(self, last_event_id: str | None) -> None:
        """Start behind the last message, or now; raises NotFound, NotAllowed, Wrong."""
        place = partition_in(self._stream_id)
        matter = self._casework.find(
            self._who(), self._action, self._noun, self._stream_id
        )
        now_at = matter.history[-1].position
        told = read_vector(last_event_id) if last_event_id else {}
        self.seen = {place: now_at} | clamped(told, {place: now_at})

    def more(self) -> Sequence[Told]:
        """Return what happened since; raises NotFound once it is not theirs."""
        actor = self._who()
        matter = self._casework.find(actor, self._action, self._noun, self._stream_id)
        reader = reading(actor, self._action, matter.owners)
        ((place, seen),) = self.seen.items()
        fresh = changes(matter, seen, reader)
        self.seen = {place: max(seen, matter.history[-1].position)}
        return [
            Told(
                "change",
                vector({place: change.position}),
                change_body(change, self._tongue),
            )
            for change in fresh
        ]


class FollowedQueue:
    """An agent's view of the queue: each matter that changed, as it then stands."""

    def __init__(self, queue: Queue, who: Callable[[], Actor]) -> None:
        self._queue = queue
        self._who = who
        self.seen: Seen = {}

    def begin(self, last_event_id: str | None) -> None:
        """Start behind the last message, or now; raises NotAllowed, Wrong."""
        reached = self._queue.reached(self._who())
        told = read_vector(last_event_id) if last_event_id else {}
        self.seen = dict(reached) | clamped(told, reached)

    def more(self) -> Sequence[Told]:
        """Return the matters that changed since; raises NotAllowed."""
        rows, self.seen = self._queue.changed(self._who(), self.seen)
        at, here = now(), vector(self.seen)
        return [
            Told(
                "matter",
                here,
                matter_found(row, self._queue.clocks(row, at), staff=True),
            )
            for row in rows
        ]


async def messages(
    follows: Follows,
    streams: OpenStreams,
    lasts_seconds: float,
    elapsed: Callable[[], float] = monotonic,
) -> AsyncIterator[ServerSentEventMessage]:
    """Yield ``ready``, then what is told, until it has lasted or all are to end."""
    began = spoke = elapsed()
    yield ServerSentEventMessage(
        event="ready", id=vector(follows.seen), data="{}", retry=RETRY_MILLISECONDS
    )
    pause = POLL_SECONDS_MIN
    while elapsed() - began < lasts_seconds and not streams.closing:
        told = await sync_to_thread(follows.more)
        for each in told:
            yield ServerSentEventMessage(
                event=each.event,
                id=each.id,
                data=msgspec.json.encode(each.body).decode(),
            )
            spoke = elapsed()
        if elapsed() - spoke > HEARTBEAT_SECONDS:
            yield ServerSentEventMessage(comment="still here", data=None)
            spoke = elapsed()
        pause = POLL_SECONDS_MIN if told else min(pause * 2, POLL_SECONDS_MAX)
        await anyio.sleep(pause)


def stream(
    follows: Follows, streams: OpenStreams, metrics: Metrics, lasts_seconds: float
) -> Response[Any]:
    """Return the stream as an answer; raises Wrong (503) if there are too many."""
    streams.check()

    async def counted() -> AsyncIterator[ServerSentEventMessage]:
        with streams.one(), metrics.live.track_inprogress(), suppress(*ENDS):
            async for message in messages(follows, streams, lasts_seconds):
                yield message

    return ServerSentEvent(counted(), headers={"Cache-Control": "no-store"})


def follower(noun: Noun, action: Action, base: str) -> HTTPRouteHandler:
    """Return the handler by which a matter of this noun is followed."""

    async def follow(  # noqa: PLR0913, PLR0917  # what it needs is injected by names
        request: Request[Actor, float, Any],
        stream_id: FromPath[UUID],
        persons: NamedDependency[PersonQueries],
        casework: NamedDependency[Casework],
        streams: NamedDependency[OpenStreams],
        metrics: NamedDependency[Metrics],
        language: FromQuery[str | None] = None,
        accept_language: AcceptLanguage = None,
        last_event_id: LastEventId = None,
    ) -> Response[Any]:
        """Follow it: ``ready``, then a ``change`` for each event you may see."""
        tongue = spoken_language(language, accept_language)
        who = partial(current_actor, request.user, persons)
        follows = FollowedMatter(casework, who, action, noun, stream_id, tongue)
        await sync_to_thread(follows.begin, last_event_id)
        lasts_seconds = min(LASTS_SECONDS_MAX, request.auth)
        return stream(follows, streams, metrics, lasts_seconds)

    follow.__name__ = follow.__qualname__ = f"follow{noun.capitalize()}"
    return get(
        f"{base}/{{stream_id:uuid}}/live",
        operation_id=f"follow{noun.capitalize()}",
        opt=does(action),
        tags=(f"{noun}s",),
        media_type="text/event-stream",
    )(follow)


@get(
    "/v1/queue/live",
    operation_id="followQueue",
    opt=does("queue.read"),
    tags=("queue",),
    media_type="text/event-stream",
)
async def follow_queue(  # noqa: PLR0913, PLR0917  # what it needs is injected by names
    request: Request[Actor, float, Any],
    persons: NamedDependency[PersonQueries],
    queue: NamedDependency[Queue],
    streams: NamedDependency[OpenStreams],
    metrics: NamedDependency[Metrics],
    last_event_id: LastEventId = None,
) -> Response[Any]:
    """Follow the queue: ``ready``, then a ``matter`` for each that changed."""
    follows = FollowedQueue(queue, partial(current_actor, request.user, persons))
    await sync_to_thread(follows.begin, last_event_id)
    lasts_seconds = min(LASTS_SECONDS_MAX, request.auth)
    return stream(follows, streams, metrics, lasts_seconds)


HANDLERS: Final[Sequence[HTTPRouteHandler]] = (
    follower("case", "case.read", "/v1/cases"),
    follower("dispute", "dispute.read", "/v1/disputes"),
    follower("contact", "contact.read", "/v1/contacts"),
    follow_queue,
)
