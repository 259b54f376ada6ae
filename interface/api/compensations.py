"""Compensation over HTTP: previewed, set aside for an order, paid or given up."""

from typing import Annotated, Final
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from msgspec import Struct

from application.access import Action, Actor, allows, authorize
from application.casework import acting
from application.compensating import Compensating, Day
from application.compensation_facts import (
    MerchantUnknown,
    NotPaidYet,
    Said,
)
from application.compensation_view import (
    CompensationView,
    LineView,
    PreviewView,
    ReservationView,
    compensation_view,
    preview_view,
    reservation_view,
)
from application.event_store.envelope import Receipt
from application.order_desk import OrderDesk, owners_of
from domain.compensation import (
    CommitCompensation,
    ReleaseCompensation,
    ReserveCompensation,
)
from domain.kernel import Code
from domain.party import SYSTEM, By
from domain.policy.facts import OutOfStock
from domain.policy.rows import BreachCode
from interface.api.auth import does
from interface.api.context import Asked, moment
from interface.api.examples import json_like
from interface.api.names import NameAsked, NameInPath
from interface.api.order_commands import ORDERS, strictly
from interface.api.receipts import ReceiptBody, receipt_answer
from interface.clock import now

COMPENSATIONS: Final = "/v1/compensations"
OF_ORDER: Final = "/{order_id:uuid}/compensations"
RESERVATION: Final = "/{stream_id:uuid}/{reservation:str}"

Breaches = Annotated[
    list[BreachCode] | None,
    QueryParameter(description="What fell short, in the order it is to be paid."),
]
Lines = Annotated[
    list[int] | None,
    QueryParameter(description="The lines it is about; without any: all."),
]
Exclusions = Annotated[
    list[Code] | None,
    QueryParameter(description="Why the rules exclude it, such as abnormal_account."),
]
Percent = Annotated[
    float | None,
    QueryParameter(ge=0, le=100, description="How much of the goods was spoilt."),
]
FenAsked = Annotated[int | None, QueryParameter(ge=0, description="In fen.")]
AdmittedAt = Annotated[
    str | None,
    QueryParameter(description="When the merchant admitted a shortage (RFC 3339)."),
]
Grave = Annotated[
    bool, QueryParameter(description="Whether it was judged a grave case.")
]
Shortage = Annotated[
    OutOfStock | None, QueryParameter(description="What is known of a shortage.")
]


class ReserveCompensationBody(
    Said, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """What went wrong, as far as the order does not know it.

    ``breaches`` are paid in this order, and the later one is cut. ``matter`` is the
    case or dispute whose account is told when it is paid.
    """

    matter: UUID | None = None


class ReleaseCompensationBody(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Why it is not paid after all."""

    reason: Code


class ReservedBody(ReceiptBody, frozen=True, kw_only=True):
    """A receipt, and what was set aside; ``reservation`` names it in its day."""

    reservation: str
    lines: tuple[LineView, ...]
    total_fen: int


class OrderCompensationController(Controller):
    """What an order that went wrong pays."""

    path = ORDERS
    tags = ("compensations",)

    @get(
        OF_ORDER,
        operation_id="readOrderCompensations",
        opt=does("compensation.read"),
        sync_to_thread=True,
    )
    def read(
        self,
        order_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        desk: NamedDependency[OrderDesk],
        compensating: NamedDependency[Compensating],
    ) -> Response[CompensationView]:
        """Read what was set aside for an order, why, and what its caps leave.

        Each merchant of an order has a day of its own, and reads no other. The ETag is
        the version of the first one shown, which its other orders share.
        """
        order = desk.find(actor, "compensation.read", order_id).order
        try:
            days = compensating.days_of(order_id, order)
        except (NotPaidYet, MerchantUnknown):
            return Response(CompensationView(order_id=order_id))
        days = tuple(
            each for each in days if allows(actor, "compensation.read", each.owners)
        )
        if not days:
            return Response(CompensationView(order_id=order_id))
        book = compensating.book_of(days[0])
        view = compensation_view(order_id, order, days, book, now())
        return Response(view, headers={"ETag": f'"{view.version}"'})

    @get(
        f"{OF_ORDER}/preview",
        operation_id="previewCompensation",
        opt=does("compensation.read"),
        sync_to_thread=True,
    )
    def preview(  # noqa: PLR0913, PLR0917  # one for each thing that can be said
        self,
        order_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        desk: NamedDependency[OrderDesk],
        compensating: NamedDependency[Compensating],
        breach: Breaches = None,
        out_of_stock: Shortage = None,
        admitted_at: AdmittedAt = None,
        goods: NameAsked = None,
        market: NameAsked = None,
        line: Lines = None,
        spoilt_percent: Percent = None,
        difference_fen: FenAsked = None,
        freight_fen: FenAsked = None,
        appraisal_fen: FenAsked = None,
        freight_20kg_fen: FenAsked = None,
        grave: Grave = False,  # noqa: FBT002  # a query parameter
        exclusion: Exclusions = None,
    ) -> Response[PreviewView]:
        """Say what would be set aside now, by which rules; nothing is written."""
        order = desk.find(actor, "compensation.read", order_id).order
        said = Said(
            breaches=tuple(breach or ()),
            out_of_stock=out_of_stock,
            admitted_at=moment("admitted_at", admitted_at),
            goods=goods,
            market=market,
            lines=tuple(line or ()),
            spoilt_percent=spoilt_percent,
            difference_fen=difference_fen,
            freight_fen=freight_fen,
            appraisal_fen=appraisal_fen,
            freight_20kg_fen=freight_20kg_fen,
            grave=grave,
            exclusions=tuple(exclusion or ()),
        )
        at = now()
        day, event = compensating.preview(order_id, order, said, by=SYSTEM, at=at)
        authorize(actor, "compensation.read", day.owners)
        view = preview_view(event, compensating.book_of(day), at)
        return Response(view, headers={"ETag": f'"{day.version}"'})

    @post(
        OF_ORDER,
        operation_id="reserveCompensation",
        opt=does("compensation.reserve", ReserveCompensation),
        sync_to_thread=True,
        status_code=201,
    )
    def reserve(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        order_id: FromPath[UUID],
        data: Annotated[ReserveCompensationBody, json_like("ReserveCompensationBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        desk: NamedDependency[OrderDesk],
        compensating: NamedDependency[Compensating],
    ) -> Response[ReservedBody]:
        """Set aside what the rules pay for this order, as far as its caps leave."""
        body = strictly(raw, type(data))
        order = desk.find(actor, "compensation.reserve", order_id).order
        by = acting(actor, "compensation.reserve", owners_of(order))
        context = asked.context(actor, order_id, ReserveCompensation, new=True)
        receipt, name = compensating.reserve(
            order_id, body, by=by, matter=body.matter, context=context
        )
        return reserved_answer(receipt, name, compensating)


class CompensationController(Controller):
    """One reservation: read, paid, or given up."""

    path = COMPENSATIONS
    tags = ("compensations",)

    @get(
        RESERVATION,
        operation_id="readCompensation",
        opt=does("compensation.read"),
        sync_to_thread=True,
    )
    def read(
        self,
        stream_id: FromPath[UUID],
        reservation: NameInPath,
        actor: NamedDependency[Actor],
        compensating: NamedDependency[Compensating],
    ) -> Response[ReservationView]:
        """Read one reservation. The ETag is the version of its day."""
        day = compensating.found(stream_id, reservation)[1]
        authorize(actor, "compensation.read", day.owners)
        known, book = day.state.reservations[reservation], compensating.book_of(day)
        view = reservation_view(stream_id, reservation, known, book)
        return Response(view, headers={"ETag": f'"{day.version}"'})

    @post(
        f"{RESERVATION}/payment",
        operation_id="payCompensation",
        opt=does("compensation.pay", CommitCompensation),
        sync_to_thread=True,
        status_code=200,
    )
    def pay(
        self,
        stream_id: FromPath[UUID],
        reservation: NameInPath,
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        compensating: NamedDependency[Compensating],
    ) -> Response[ReceiptBody]:
        """Say that it was paid; the account of its matter has the entry at once."""
        day = compensating.found(stream_id, reservation)[1]
        by = who(actor, "compensation.pay", day)
        context = asked.context(actor, stream_id, CommitCompensation)
        return receipt_answer(compensating.pay(stream_id, reservation, by, context))

    @post(
        f"{RESERVATION}/release",
        operation_id="releaseCompensation",
        opt=does("compensation.release", ReleaseCompensation),
        sync_to_thread=True,
        status_code=200,
    )
    def release(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        stream_id: FromPath[UUID],
        reservation: NameInPath,
        data: Annotated[ReleaseCompensationBody, json_like("ReleaseCompensationBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        compensating: NamedDependency[Compensating],
    ) -> Response[ReceiptBody]:
        """Give it up: its part of the caps is free again."""
        body = strictly(raw, type(data))
        day = compensating.found(stream_id, reservation)[1]
        by = who(actor, "compensation.release", day)
        context = asked.context(actor, stream_id, ReleaseCompensation)
        receipt = compensating.release(stream_id, reservation, body.reason, by, context)
        return receipt_answer(receipt)


def who(actor: Actor, action: Action, day: Day) -> By:
    """Return as what the actor acts; raises NotFound and NotAllowed."""
    authorize(actor, action, day.owners)
    return acting(actor, action, day.owners)


def reserved_answer(
    receipt: Receipt, name: str, compensating: Compensating
) -> Response[ReservedBody]:
    """Return what was set aside with the receipt for it."""
    here = f"{COMPENSATIONS}/{receipt.stream_id}/{name}"
    answer = receipt_answer(receipt, 201, here)
    day = compensating.found(receipt.stream_id, name)[1]
    known = day.state.reservations[name]
    view = reservation_view(receipt.stream_id, name, known, compensating.book_of(day))
    body = ReservedBody(
        stream_id=receipt.stream_id,
        version=receipt.version,
        position=receipt.position,
        leaves=receipt.leaves,
        reservation=name,
        lines=view.lines,
        total_fen=view.total_fen,
    )
    return Response(body, status_code=201, headers=dict(answer.headers))


HANDLERS: Final = (OrderCompensationController, CompensationController)
