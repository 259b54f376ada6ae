"""The queue over HTTP, and lists of cases, disputes and contacts: soonest due first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct
from msgspec.structs import replace

from application.access import Action, Actor
from application.clock_view import ClockView
from application.desk import AgentDesk
from application.desk_views import applied
from application.order_view import utc
from application.projections.matters import MatterNoun, MatterRow, Wanted
from application.projections.progress import ReadingProgress
from application.projections.read_models import read_model
from application.queue import Queue
from domain.desk import KeptName
from domain.money import Money
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
from interface.clock import now

# What of a resolution's flags and cost is not the service's own to weigh.
OF_ALL: Final = frozenset({"complained", "incident"})
# Where each noun is read.
HOMES: Final[Mapping[MatterNoun, str]] = {
    "case": "/v1/cases",
    "dispute": "/v1/disputes",
    "contact": "/v1/contacts",
    "promise": "/v1/agent-promises",
    "account": "/v1/accounts",
    "resolution": "/v1/resolutions",
}
# The framework does not look for a type's own pattern in an address.
VIEW_NAME: Final[str] = KeptName.__metadata__[0].pattern  # type: ignore[attr-defined]  # of Annotated, which mypy takes for str
SavedView = Annotated[
    str | None,
    QueryParameter(
        pattern=VIEW_NAME,
        description="A saved view, one's own before the team's: see /v1/desk/views.",
    ),
]
DueBefore = Annotated[
    str | None,
    QueryParameter(description="Only what is due before this time (RFC 3339)."),
]
Flag = Annotated[
    str | None,
    QueryParameter(
        pattern="^[a-z_]{1,40}$",
        description="Only what is so flagged: intervening, frozen, needs_human, "
        "needs_dispute, refund_due, refund_failed, contradictory, elsewhere, appealed, "
        "unruled, repeated, waiting, contested, proposal_due, approval_due, steps_due, "
        "undo_due, blocked, complained, incident.",
    ),
]
Open = Annotated[
    bool | None,
    QueryParameter(name="final", description="Whether it is over."),
]
AmountFrom = Annotated[
    int | None,
    QueryParameter(ge=0, description="Only where at least so many minor units."),
]


class MatterFound(Struct, frozen=True, kw_only=True):
    """A matter at one glance; ``href`` is its page.

    ``due_at``, ``owes`` and ``step`` are of its earliest running clock; ``clocks`` are
    all, with the running time that is left, as the matter's own page says it.
    """

    noun: MatterNoun
    id: UUID
    status: str
    final: bool
    kind: str | None
    flags: tuple[str, ...]
    owes: str | None
    step: str | None
    due_at: datetime | None
    clocks: tuple[ClockView, ...]
    assigned: str | None
    consumer: str | None
    merchant: str | None
    creator: str | None
    carrier: str | None
    order_id: UUID | None
    source: str | None
    number: str | None
    amount: Money | None
    score: int | None
    opened_at: datetime
    changed_at: datetime
    version: int
    href: str


class QueueController(Controller):
    """What is to be done, and by when."""

    path = "/v1/queue"
    tags = ("queue",)

    @get(operation_id="readQueue", opt=does("queue.read"), sync_to_thread=True)
    def find(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        request: Request[Actor, None, Any],
        actor: NamedDependency[Actor],
        queue: NamedDependency[Queue],
        progress: NamedDependency[ReadingProgress],
        agent_desk: NamedDependency[AgentDesk],
        view: SavedView = None,
        noun: FromQuery[MatterNoun | None] = None,
        status: NameAsked = None,
        final: Open = None,
        kind: NameAsked = None,
        flag: Flag = None,
        assigned: NameAsked = None,
        unassigned: FromQuery[bool | None] = None,
        owes: NameAsked = None,
        step: NameAsked = None,
        due_before: DueBefore = None,
        merchant: NameAsked = None,
        order_id: FromQuery[UUID | None] = None,
        amount_from: AmountFrom = None,
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
        at_least: AtLeast = None,
    ) -> Response[Listed[MatterFound]]:
        """List what is to be done, soonest due first; what is over is left out.

        What is asked beside a saved view takes the place of what the view says.
        """
        wanted = Wanted(
            nouns=None if noun is None else (noun,),
            status=status,
            final=final,
            kind=kind,
            flag=flag,
            assigned=assigned,
            unassigned=unassigned,
            owes=owes,
            step=step,
            due_before=moment("due_before", due_before),
            merchant=merchant,
            order_id=order_id,
            amount_from=amount_from,
        )
        if view is not None:
            saved = agent_desk.view(actor, view)
            wanted = applied(saved.filters, wanted, actor, now())
        wanted = replace(wanted, final=wanted.final or False)
        shown(progress, read_model("matter"), at_least)
        return found(request, actor, queue, "queue.read", wanted, limit, cursor)


def found(  # noqa: PLR0913, PLR0917  # who asks what of what, a page of it
    request: Request[Actor, None, Any],
    actor: Actor,
    queue: Queue,
    action: Action,
    wanted: Wanted,
    limit: int,
    cursor: str | None,
) -> Response[Listed[MatterFound]]:
    """Return a page of matters."""
    page = queue.find(actor, action, wanted, limit=limit, cursor=cursor)
    at = now()
    staff = not actor.roles <= {"consumer", "merchant", "creator", "carrier"}
    return listed(
        request,
        page,
        lambda row: matter_found(row, queue.clocks(row, at), staff=staff),
    )


def matter_found(
    row: MatterRow, clocks: Sequence[ClockView], *, staff: bool
) -> MatterFound:
    """Return a matter at one glance; who works on it is for colleagues to know."""
    amount = None
    told = staff or row.noun != "resolution"
    if told and row.amount_minor is not None and row.currency is not None:
        amount = Money(row.amount_minor, row.currency)
    return MatterFound(
        noun=row.noun,
        id=row.stream_id,
        status=row.status,
        final=row.final,
        kind=row.kind,
        flags=tuple(each for each in row.flags if told or each in OF_ALL),
        owes=row.owes,
        step=row.step,
        due_at=utc(row.due_at),
        clocks=tuple(clocks),
        assigned=row.assigned if staff else None,
        consumer=row.consumer,
        merchant=row.merchant,
        creator=row.creator,
        carrier=row.carrier,
        order_id=row.order_id,
        source=row.source,
        number=row.number,
        amount=amount,
        score=row.score,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        version=row.version,
        href=f"{HOMES[row.noun]}/{row.stream_id}",
    )


def finder(noun: MatterNoun, action: Action, operation_id: str) -> HTTPRouteHandler:
    """Return the handler that lists the things of one noun, of one's own only."""

    def find(  # noqa: PLR0913  # one for each thing that can be asked for
        _controller: Controller,
        *,
        request: Request[Actor, None, Any],
        actor: NamedDependency[Actor],
        queue: NamedDependency[Queue],
        progress: NamedDependency[ReadingProgress],
        order_id: FromQuery[UUID | None] = None,
        case_id: FromQuery[UUID | None] = None,
        status: NameAsked = None,
        final: Open = None,
        number: NameAsked = None,
        source: NameAsked = None,
        merchant: NameAsked = None,
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
        at_least: AtLeast = None,
    ) -> Response[Listed[MatterFound]]:
        wanted = Wanted(
            nouns=(noun,),
            order_id=order_id,
            case_id=case_id,
            status=status,
            final=final,
            number=number,
            source=source,
            merchant=merchant,
        )
        shown(progress, read_model("matter"), at_least)
        return found(request, actor, queue, action, wanted, limit, cursor)

    find.__name__ = find.__qualname__ = operation_id
    find.__doc__ = f"List {noun}s, soonest due first; parties see their own."
    return get(operation_id=operation_id, opt=does(action), sync_to_thread=True)(find)
