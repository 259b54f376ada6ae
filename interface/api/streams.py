"""The log over HTTP, for auditors and agents: each event, each state there was."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter, SkipValidation
from msgspec import Struct

from application.access import Actor, NotFound, Owners, authorize
from application.audit.explain import (
    Explainer,
    Explanation,
    Guard,
    NoSuchEvent,
    Origin,
    Place,
    UsedRow,
)
from application.audit.state import (
    Histories,
    NoSuchStream,
    NoSuchVersion,
    StateAt,
    state_at,
)
from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import tag_of
from application.event_store.store import Unreadable
from application.order_view import order_view
from domain.dispute import WouldChange
from domain.order import Order
from domain.party import By
from interface.api.auth import does
from interface.api.context import moment
from interface.api.paging import USUAL_LIMIT, Limit, Listed
from interface.api.problems import invalid
from interface.wording import LANGUAGES, Tongue
from interface.wording.explanations import explained

Point = Annotated[
    str | None, QueryParameter(description="A time with its zone (RFC 3339).")
]


class EventBody(Struct, frozen=True, kw_only=True):
    """An event as it was written, and how we came to know it.

    ``leaf`` is the SHA-256 of the stored row, in hex. ``unreadable`` says why an event
    cannot be shown; then ``event`` is null.
    """

    stream_id: UUID
    version: int
    position: str
    type: str
    occurred_at: datetime | None
    recorded_at: datetime
    actor: str | None
    command_id: UUID | None
    correlation_id: UUID | None
    leaf: str | None
    event: Any
    unreadable: str | None


class StateBody(Struct, frozen=True, kw_only=True):
    """How a stream stood: folded from ``events`` events, the last of ``version``.

    ``state`` is what people read of it, ``facts`` what ``decide`` would be given.
    """

    stream_id: UUID
    kind: str
    version: int
    events: int
    state: Any
    facts: Any


class ExplanationBody(Struct, frozen=True, kw_only=True):
    """Why an event is as it is; fields as of Explanation, ``words`` by language.

    ``origin``: somebody told it (fact), a person decided it, the service did by a rule
    (system), time ran out (clock), or it follows from what was said before.
    """

    stream_id: UUID
    version: int
    position: str
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    origin: Origin
    asked: str | None
    by: By | None
    status: str | None
    guard: Guard | None
    because: Any
    evidence: tuple[str, ...]
    rows: tuple[UsedRow, ...]
    inputs: Any
    recorded: Any
    recomputed: Any
    agrees: bool | None
    differs: tuple[str, ...]
    refused: str | None
    changes: tuple[WouldChange, ...]
    words: Mapping[Tongue, tuple[str, ...]]


class StreamController(Controller):
    """Streams: the events themselves, and the states they come to."""

    path = "/v1/streams/{stream_id:uuid}"
    tags = ("streams",)

    @get(
        "/events",
        operation_id="readEvents",
        opt=does("stream.read"),
        sync_to_thread=True,
    )
    def events(
        self,
        stream_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        histories: NamedDependency[SkipValidation[Histories]],
        after: FromQuery[int] = 0,
        limit: Limit = USUAL_LIMIT,
    ) -> Response[Listed[EventBody]]:
        """Read a stream's events, oldest first; ``after`` is a version."""
        history = known(actor, histories, stream_id)
        page = history[max(after, 0) :][:limit]
        rest = len(history) > max(after, 0) + len(page)
        last = str(page[-1].version) if page and rest else None
        headers = {"ETag": f'"{len(history)}"'}
        if last:
            here = f"/v1/streams/{stream_id}/events"
            headers["Link"] = f'<{here}?limit={limit}&after={last}>; rel="next"'
        items = tuple(event_body(each) for each in page)
        return Response(Listed(items, last), headers=headers)

    @get(
        "/events/{version:int}",
        operation_id="readEvent",
        opt=does("stream.read"),
        sync_to_thread=True,
    )
    def event(
        self,
        stream_id: FromPath[UUID],
        version: FromPath[int],
        actor: NamedDependency[Actor],
        histories: NamedDependency[SkipValidation[Histories]],
    ) -> EventBody:
        """Read one event."""
        history = known(actor, histories, stream_id)
        if not 1 <= version <= len(history):
            raise NotFound
        return event_body(history[version - 1])

    @get(
        "/events/{version:int}/explanation",
        operation_id="explainEvent",
        opt=does("stream.read"),
        sync_to_thread=True,
    )
    def explanation(
        self,
        stream_id: FromPath[UUID],
        version: FromPath[int],
        actor: NamedDependency[Actor],
        explainer: NamedDependency[Explainer],
    ) -> ExplanationBody:
        """Read why an event is as it is, and whether it comes to the same again.

        ``agrees`` false is an alarm: ``recorded`` and ``recomputed`` are then not the
        same. It is null where nothing was decided.
        """
        authorize(actor, "stream.read", Owners())
        try:
            found = explainer.explain(Place(stream_id, version))
        except (NoSuchEvent, NoSuchStream):
            raise NotFound from None
        return explanation_body(found)

    @get(
        "/state",
        operation_id="readState",
        opt=does("stream.read"),
        sync_to_thread=True,
    )
    def state(  # noqa: PLR0913, PLR0917  # one for each point that can be named
        self,
        stream_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        histories: NamedDependency[SkipValidation[Histories]],
        version: FromQuery[int | None] = None,
        as_at: Point = None,
        as_of: Point = None,
    ) -> StateBody:
        """Read how a stream stood, or stands.

        ``version``: after so many events. ``as_at``: as it was known then. ``as_of``:
        what had happened by then, as known today. At most one of them.
        """
        authorize(actor, "stream.read", Owners())
        if sum(point is not None for point in (version, as_at, as_of)) > 1:
            raise invalid("version", "Ask for a version, as_at, or as_of: one of them.")
        try:
            found = state_at(
                histories,
                stream_id,
                version=version,
                as_at=moment("as_at", as_at),
                as_of=moment("as_of", as_of),
            )
        except NoSuchStream:
            raise NotFound from None
        except NoSuchVersion as error:
            raise invalid("version", str(error)) from None
        return StateBody(
            stream_id=found.stream_id,
            kind=found.kind,
            version=found.version,
            events=found.events,
            state=readable(found),
            facts=found.state,
        )


def explanation_body(found: Explanation) -> ExplanationBody:
    """Return an explanation as the API shows it, in words of both languages."""
    words = {tongue: explained(found, tongue) for tongue in LANGUAGES}
    told = {name: getattr(found, name) for name in Explanation.__struct_fields__}
    return ExplanationBody(**told, words=words)


def readable(found: StateAt) -> Any:
    """Return a state as people read it: of an order, its page as it then was."""
    if isinstance(found.state, Order):
        return order_view(found.stream_id, found.version, found.state)
    return found.state


def known(
    actor: Actor, histories: Histories, stream_id: UUID
) -> Sequence[RecordedEvent | Unreadable]:
    """Return a stream whole; raises NotFound, NotAllowed."""
    authorize(actor, "stream.read", Owners())
    history = histories.stream(stream_id)
    if not history:
        raise NotFound
    return history


def event_body(recorded: RecordedEvent | Unreadable) -> EventBody:
    """Return an event as the API shows it: as written, sealed words sealed."""
    position = f"{recorded.partition}.{recorded.position}"
    if isinstance(recorded, Unreadable):
        return EventBody(
            stream_id=recorded.stream_id,
            version=recorded.version,
            position=position,
            type=recorded.tag,
            occurred_at=None,
            recorded_at=recorded.recorded_at.astimezone(UTC),
            actor=None,
            command_id=None,
            correlation_id=None,
            leaf=None,
            event=None,
            unreadable=recorded.detail,
        )
    return EventBody(
        stream_id=recorded.stream_id,
        version=recorded.version,
        position=position,
        type=tag_of(type(recorded.event)),
        occurred_at=recorded.occurred_at.astimezone(UTC),
        recorded_at=recorded.recorded_at.astimezone(UTC),
        actor=recorded.actor,
        command_id=recorded.command_id,
        correlation_id=recorded.correlation_id,
        leaf=recorded.leaf.hex(),
        event=recorded.event,
        unreadable=None,
    )
