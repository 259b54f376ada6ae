"""The promise board over HTTP: what is owed, kept and broken, soonest due first."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from application.access import Actor
from application.order_view import utc
from application.projections.progress import ReadingProgress
from application.projections.promise_board import BoardPromise
from application.projections.read_models import read_model
from application.reading import Asked, Reading
from domain.promise import PromiseKind, PromiseSource, Standing
from interface.api.auth import does
from interface.api.context import moment
from interface.api.names import NameAsked
from interface.api.paging import (
    USUAL_LIMIT,
    AtLeast,
    Cursor,
    Limit,
    Listed,
    listed,
    shown,
)

State = Annotated[
    Standing | None, QueryParameter(name="state", description="How it stands.")
]
DueBefore = Annotated[
    str | None,
    QueryParameter(description="Only those due before this time (RFC 3339)."),
]


class PromiseFound(Struct, frozen=True, kw_only=True):
    """A promise of an order. Breached without ``late_seconds``: not done yet."""

    order_id: UUID
    promise: str
    kind: PromiseKind
    source: PromiseSource
    by: str | None
    line: int | None
    state: Standing
    due_at: datetime | None
    first_due_at: datetime | None
    met_at: datetime | None
    late_seconds: int | None
    ahead_seconds: int | None
    evidence: str | None
    policy: str
    consumer: str | None
    merchant: str | None
    creator: str | None
    carrier: str | None
    order: str


class PromiseController(Controller):
    """What is promised, to everybody's view of it."""

    path = "/v1/promises"
    tags = ("promises",)

    @get(operation_id="findPromises", opt=does("promises.read"), sync_to_thread=True)
    def find(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        request: Request[Actor, None, Any],
        actor: NamedDependency[Actor],
        reading: NamedDependency[Reading],
        progress: NamedDependency[ReadingProgress],
        standing: State = None,
        due_before: DueBefore = None,
        kind: FromQuery[PromiseKind | None] = None,
        merchant: NameAsked = None,
        creator: NameAsked = None,
        carrier: NameAsked = None,
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
        at_least: AtLeast = None,
    ) -> Response[Listed[PromiseFound]]:
        """List promises, soonest due first; a merchant or creator sees its own."""
        asked = Asked(
            state=standing,
            due_before=moment("due_before", due_before),
            kind=kind,
            merchant=merchant,
            creator=creator,
            carrier=carrier,
        )
        shown(progress, read_model("promise_board"), at_least)
        page = reading.promises(actor, asked, limit=limit, cursor=cursor)
        return listed(request, page, promise_found)


def promise_found(row: BoardPromise) -> PromiseFound:
    """Return a promise as the API shows it."""
    return PromiseFound(
        order_id=row.order_id,
        promise=row.promise,
        kind=row.kind,
        source=row.source,
        by=row.by,
        line=row.line,
        state=row.standing,
        due_at=utc(row.due_at),
        first_due_at=utc(row.first_due_at),
        met_at=utc(row.met_at),
        late_seconds=row.late_seconds,
        ahead_seconds=row.ahead_seconds,
        evidence=row.evidence,
        policy=row.policy,
        consumer=row.consumer,
        merchant=row.merchant,
        creator=row.creator,
        carrier=row.carrier,
        order=f"/v1/orders/{row.order_id}",
    )
