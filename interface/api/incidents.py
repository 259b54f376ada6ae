"""Incidents over HTTP: one cause, thousands of orders, and what everybody is told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct
from msgspec.structs import fields

from application.access import Actor
from application.incidents.exemption import Exempt
from application.incidents.incidents import Estimate, Freeze
from application.incidents.office import IncidentOffice, ListedIncident
from application.incidents.scores import MerchantEffect
from application.incidents.view import IncidentView, OrderView
from application.projections.incidents import IncidentRow
from application.projections.progress import ReadingProgress
from application.projections.read_models import read_model
from domain.incident import (
    ApproveBudget,
    CompleteIncident,
    DeclareIncident,
    DraftPlan,
    ExcludeOrders,
    ExpandRollout,
    IncidentStatus,
    PauseIncident,
    PublishNotice,
    ResumeIncident,
    ReviewIncident,
    ReviseSelector,
    RollBackUnexecuted,
    Selector,
    StartPilot,
    WithdrawIncident,
)
from domain.incident.state import How
from domain.kernel import Command
from domain.order.values import OrderStatus
from domain.party import By
from domain.shortfall import ShortfallCode
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.doors import CaseDoor, body_of, command_of
from interface.api.examples import json_like
from interface.api.names import NameInPath
from interface.api.order_commands import strictly
from interface.api.paging import (
    USUAL_LIMIT,
    AtLeast,
    Cursor,
    Limit,
    Listed,
    listed,
    shown,
)
from interface.api.problems import invalid
from interface.api.receipts import ReceiptBody, receipt_answer
from interface.clock import now

INCIDENTS: Final = "/v1/incidents"
SAMPLES: Final = 10

DECLARING: Final = CaseDoor("", DeclareIncident)
DOORS: Final = (
    CaseDoor("selector", ReviseSelector),
    CaseDoor("scope", Freeze),
    CaseDoor("exclusions", ExcludeOrders),
    CaseDoor("plan", DraftPlan),
    CaseDoor("estimate", Estimate),
    CaseDoor("budget", ApproveBudget, action="incident.approve"),
    CaseDoor("pilot", StartPilot),
    CaseDoor("rollout", ExpandRollout),
    CaseDoor("pause", PauseIncident),
    CaseDoor("resumption", ResumeIncident),
    CaseDoor("rollback", RollBackUnexecuted),
    CaseDoor("withdrawal", WithdrawIncident),
    CaseDoor("exemption", Exempt),
    CaseDoor("notice", PublishNotice),
    CaseDoor("completion", CompleteIncident),
    CaseDoor("review", ReviewIncident),
)
# What stops it waits for nobody: it is meant whatever happened since it was looked at.
AT_ONCE: Final = frozenset({PauseIncident})

DeclareIncidentBody = body_of(DeclareIncident, DECLARING.left_out)

SelectorAsked = Annotated[
    str,
    QueryParameter(
        name="selector",
        description='A selector as JSON, such as {"carriers": ["zto"]}.',
    ),
]
StandingAsked = Annotated[
    How | None,
    QueryParameter(name="standing", description="Only orders that stand so."),
]


class IncidentBody(Struct, frozen=True, kw_only=True):
    """An incident in a list."""

    number: str
    kind: str
    reason: str
    source: str | None
    status: IncidentStatus
    over: bool
    merchants: Sequence[str]
    declared_at: datetime
    ends_at: datetime | None


class NoticeBody(Struct, frozen=True, kw_only=True):
    """What everybody is told of an incident, in both languages."""

    number: str
    kind: str
    words: Mapping[str, str | None]
    published_at: datetime | None
    over: bool


class SampleBody(Struct, frozen=True, kw_only=True):
    """One of the orders a selector affects, by the parcel it was found by."""

    order_id: UUID
    source: str | None
    number: str | None
    merchants: Sequence[str]
    status: OrderStatus
    parcel: str | None
    carrier: str | None
    outlet: str | None
    region: str | None
    stalled_hours: int | None
    shortfalls: Sequence[ShortfallCode]


class AffectedBody(Struct, frozen=True, kw_only=True):
    """How many orders a selector affects just now, and some of them."""

    orders: int
    samples: Sequence[SampleBody]
    snapshot: str


def handler(door: CaseDoor) -> HTTPRouteHandler:
    """Return the handler of one row."""
    body_type = body_of(door.command, door.left_out)

    def take(  # noqa: PLR0913  # what it needs is injected by these names
        _controller: Controller,
        *,
        number: NameInPath,
        data: Any,
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        incidents: NamedDependency[IncidentOffice],
    ) -> Response[ReceiptBody]:
        del data  # Described to readers, and read loosely; here is the strict reading.
        body = strictly(raw, body_type)
        stream_id = incidents.id_of(number)
        new = door.command in AT_ONCE
        context = asked.context(actor, stream_id, door.command, new=new)

        def command(by: By) -> Command:
            return command_of(door.command, body, as_it_is, by)

        return receipt_answer(incidents.take(actor, number, command, context))

    name = f"incident{door.command.__name__}"
    take.__name__ = take.__qualname__ = name
    take.__doc__ = door.command.__doc__
    described = json_like(body_type.__name__)
    take.__annotations__["data"] = Annotated[body_type, described]
    if not any(field.required for field in fields(body_type)):
        take.__annotations__["data"] = Annotated[body_type | None, described]
        take.__kwdefaults__ = {"data": None}  # Without fields, no body says it all.
    return post(
        f"/{{number:str}}/{door.path}",
        operation_id=name,
        opt=does(door.action or "incident.act", door.command),
        status_code=200,
        sync_to_thread=True,
    )(take)


def as_it_is(words: str) -> str:
    """Return words that are for everybody, and so are never sealed."""
    return words


class IncidentController(Controller):
    """Incidents: declared, read, and every row of DOORS."""

    path = INCIDENTS
    tags = ("incidents",)

    @post(
        operation_id="declareIncident",
        opt=does("incident.act", DeclareIncident),
        status_code=201,
        sync_to_thread=True,
    )
    def declare(
        self,
        data: Annotated[DeclareIncidentBody, json_like("DeclareIncidentBody")],  # type: ignore[valid-type]  # made of the command
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        incidents: NamedDependency[IncidentOffice],
    ) -> Response[ReceiptBody]:
        """Declare an incident: what affects which orders, from when on."""
        del data  # Described to readers; here is the strict reading.
        body: Any = strictly(raw, DeclareIncidentBody)
        if "/" in body.number:
            raise invalid("number", "It must fit in an address: without any slash.")
        stream_id = incidents.id_of(body.number)
        context = asked.context(actor, stream_id, DeclareIncident, new=True)

        def command(by: By) -> Any:
            return command_of(DeclareIncident, body, as_it_is, by)

        receipt = incidents.declare(actor, command, context)
        return receipt_answer(receipt, 201, f"{INCIDENTS}/{body.number}")

    @get(
        operation_id="listIncidents",
        opt=does("incident.read"),
        sync_to_thread=True,
    )
    def list(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        incidents: NamedDependency[IncidentOffice],
        progress: NamedDependency[ReadingProgress],
        over: FromQuery[bool | None] = None,
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
        at_least: AtLeast = None,
    ) -> Response[Listed[IncidentBody]]:
        """List incidents, the newest first."""
        shown(progress, read_model("incident"), at_least)
        found = incidents.newest(actor, limit=limit, cursor=cursor, over=over)
        return listed(request, found, incident_body)

    @get(
        "/preview",
        operation_id="previewSelector",
        opt=does("incident.read"),
        sync_to_thread=True,
    )
    def preview(
        self,
        actor: NamedDependency[Actor],
        incidents: NamedDependency[IncidentOffice],
        selector: SelectorAsked,
        samples: FromQuery[int] = SAMPLES,
    ) -> AffectedBody:
        """Count the orders a selector affects just now, and show some of them."""
        try:
            meant = msgspec.json.decode(selector, type=Selector)
        except msgspec.DecodeError as error:
            raise invalid("selector", f"It must be a selector: {error}.") from None
        if not meant.says_something:
            raise invalid("selector", "It must narrow more than time.")
        at = now()
        found = incidents.preview(actor, meant, at, samples)
        return AffectedBody(
            orders=found.orders,
            snapshot=found.snapshot,
            samples=tuple(
                SampleBody(
                    order_id=each.order_id,
                    source=each.source,
                    number=each.number,
                    merchants=each.merchants,
                    status=each.status,
                    parcel=each.parcel or None,
                    carrier=each.carrier,
                    outlet=each.outlet,
                    region=each.region,
                    stalled_hours=each.stalled_hours(at),
                    shortfalls=each.shortfalls,
                )
                for each in found.samples
            ),
        )

    @get(
        "/{number:str}",
        operation_id="readIncident",
        opt=does("incident.read"),
        sync_to_thread=True,
    )
    def read(
        self,
        number: NameInPath,
        actor: NamedDependency[Actor],
        incidents: NamedDependency[IncidentOffice],
    ) -> Response[IncidentView]:
        """Read an incident as it stands, and what may be done now."""
        found = incidents.read(actor, number, now())
        return Response(found, headers={"ETag": f'"{found.version}"'})

    @get(
        "/{number:str}/scores",
        operation_id="readIncidentScores",
        opt=does("incident.read"),
        sync_to_thread=True,
    )
    def scores(
        self,
        number: NameInPath,
        actor: NamedDependency[Actor],
        incidents: NamedDependency[IncidentOffice],
    ) -> Sequence[MerchantEffect]:
        """Say what it does to its merchants' service scores, helped and unhelped."""
        return incidents.scores(actor, number, now())

    @get(
        "/{number:str}/orders",
        operation_id="listIncidentOrders",
        opt=does("incident.read"),
        sync_to_thread=True,
    )
    def orders(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        request: Request[Any, Any, Any],
        number: NameInPath,
        actor: NamedDependency[Actor],
        incidents: NamedDependency[IncidentOffice],
        standing: StandingAsked = None,
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
    ) -> Response[Listed[OrderView]]:
        """List the orders of an incident, with how each stands."""
        found = incidents.orders(
            actor, number, limit=limit, cursor=cursor, standing=standing
        )
        return listed(request, found, lambda row: row)


for each_door in DOORS:
    setattr(IncidentController, each_door.command.__name__, handler(each_door))


class NoticeController(Controller):
    """What everybody is told of incidents."""

    path = "/v1/notices"
    tags = ("incidents",)

    @get(operation_id="listNotices", opt=does("notice.read"), sync_to_thread=True)
    def list(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        incidents: NamedDependency[IncidentOffice],
        progress: NamedDependency[ReadingProgress],
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
        at_least: AtLeast = None,
    ) -> Response[Listed[NoticeBody]]:
        """List what was published of incidents, the newest first."""
        shown(progress, read_model("incident"), at_least)
        found = incidents.notices(actor, limit=limit, cursor=cursor)
        return listed(request, found, notice_body)


def incident_body(one: ListedIncident) -> IncidentBody:
    """Return an incident as a list shows it."""
    row = one.row
    return IncidentBody(
        number=row.number,
        kind=row.kind,
        reason=row.reason,
        source=row.source,
        status=one.status,
        over=row.over,
        merchants=row.merchants,
        declared_at=row.declared_at,
        ends_at=row.ends_at,
    )


def notice_body(row: IncidentRow) -> NoticeBody:
    """Return what everybody is told of an incident."""
    return NoticeBody(
        number=row.number,
        kind=row.kind,
        words={"zh-CN": row.notice_zh, "en": row.notice_en},
        published_at=row.notice_at,
        over=row.over,
    )
