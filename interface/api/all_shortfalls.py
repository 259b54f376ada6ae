"""What fell short of all orders over HTTP: one by one, by cause, and as a map."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from application.access import Actor, NotAllowed, scope
from application.projections.progress import ReadingProgress
from application.projections.read_models import read_model
from application.projections.shortfall_rows import ShortfallRow
from application.projections.shortfalls import (
    By,
    Cause,
    Heat,
    ShortfallQueries,
    WantedShortfalls,
)
from domain.shortfall import Severity, ShortfallCode
from interface.api.auth import does
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


class ShortfallController(Controller):
    """What fell short of all orders: one by one, by cause, and as a map."""

    path = "/v1/shortfalls"
    tags = ("shortfalls",)

    @get(
        operation_id="findShortfalls",
        opt=does("shortfall.read"),
        sync_to_thread=True,
    )
    def find(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        request: Request[Actor, None, Any],
        actor: NamedDependency[Actor],
        shortfalls: NamedDependency[ShortfallQueries],
        progress: NamedDependency[ReadingProgress],
        code: FromQuery[ShortfallCode | None] = None,
        severity: FromQuery[Severity | None] = None,
        open: FromQuery[bool | None] = None,  # noqa: A002  # a query parameter
        merchant: NameAsked = None,
        carrier: NameAsked = None,
        outlet: NameAsked = None,
        region: NameAsked = None,
        live_room: NameAsked = None,
        consumer: NameAsked = None,
        order: FromQuery[UUID | None] = None,
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
        at_least: AtLeast = None,
    ) -> Response[Listed[ShortfallRow]]:
        """List what fell short, the newest first."""
        check(actor)
        shown(progress, read_model("watch"), at_least)
        wanted = WantedShortfalls(
            code=None if code is None else (code,),
            severity=None if severity is None else (severity,),
            open=open,
            merchant=merchant,
            carrier=carrier,
            outlet=outlet,
            region=region,
            live_room=live_room,
            consumer=consumer,
            order_id=order,
        )
        rows = shortfalls.find(wanted, limit=limit, cursor=cursor)
        return listed(request, rows, lambda row: row)

    @get(
        "/causes",
        operation_id="findShortfallCauses",
        opt=does("shortfall.read"),
        sync_to_thread=True,
    )
    def causes(
        self,
        actor: NamedDependency[Actor],
        shortfalls: NamedDependency[ShortfallQueries],
        by: FromQuery[By] = "outlet",
        code: FromQuery[ShortfallCode | None] = None,
        open: FromQuery[bool | None] = True,  # noqa: A002, FBT002  # a query parameter
    ) -> Sequence[Cause]:
        """Group what fell short by what it has in common: many of one may be one."""
        check(actor)
        wanted = WantedShortfalls(code=None if code is None else (code,), open=open)
        return shortfalls.causes(wanted, by)

    @get(
        "/heat",
        operation_id="readShortfallHeat",
        opt=does("shortfall.read"),
        sync_to_thread=True,
    )
    def heat(
        self,
        actor: NamedDependency[Actor],
        shortfalls: NamedDependency[ShortfallQueries],
        code: FromQuery[ShortfallCode | None] = None,
        open: FromQuery[bool | None] = None,  # noqa: A002  # a query parameter
    ) -> Sequence[Heat]:
        """Count what fell short by carrier, region and merchant, the most first."""
        check(actor)
        wanted = WantedShortfalls(code=None if code is None else (code,), open=open)
        return shortfalls.heat(wanted)


def check(actor: Actor) -> None:
    """Raise NotAllowed for who has no part in the service's own work."""
    if not scope(actor, "shortfall.read").everything:
        raise NotAllowed(action="shortfall.read")
