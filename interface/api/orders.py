"""Orders over HTTP: placed, found, read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from msgspec import Struct

from application.access import Actor
from application.order_desk import KnownOrder, OrderDesk
from application.order_moves import possible
from application.order_view import (
    OrderView,
    ParcelView,
    Party,
    PromiseView,
    order_view,
    utc,
)
from application.policy_set import Policies
from application.projections.order_page import OrderRow
from application.projections.paging import Page
from application.projections.progress import ReadingProgress
from application.projections.read_models import read_model
from application.projections.references import ReferenceKind
from application.reading import Reading
from domain.order import IdentifyOrder, OrderCommand, OrderStatus, PlaceOrder
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.examples import json_like
from interface.api.names import NameAsked
from interface.api.order_commands import (
    DOORS,
    ORDERS,
    OrderCommandController,
    strictly,
)
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
from interface.api.receipts import ReceiptBody, receipt_answer, versioned
from interface.clock import now

PATHS: Final[Mapping[type[OrderCommand], str]] = {
    door.asks: door.path for door in DOORS
}


# What a new order is put to, and a key is for: they, and not yet the order itself.
THE_ORDERS: Final = uuid5(NAMESPACE_URL, "urn:redress:orders")


class Move(Struct, frozen=True):
    """What a party may ask for now: the operation, and where to ask for it."""

    operation: str
    href: str


class OrderPage(Struct, frozen=True, kw_only=True):
    """An order, and what each party may ask of it now."""

    order: OrderView
    may: Mapping[Party, Sequence[Move]]
    links: Mapping[str, str]


class OrderFound(Struct, frozen=True, kw_only=True):
    """An order at one glance; ``href`` is its page."""

    order_id: UUID
    status: OrderStatus
    consumer: str | None
    source: str | None
    number: str | None
    placed_at: datetime | None
    contradictory: bool
    version: int
    href: str


class OrderController(OrderCommandController):
    """Place orders, find them, read them, and tell or ask them the rest."""

    @post(
        operation_id="placeOrder",
        opt=does("order.place", PlaceOrder),
        sync_to_thread=True,
        status_code=201,
    )
    def place(
        self,
        data: Annotated[PlaceOrder, json_like("PlaceOrder")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        desk: NamedDependency[OrderDesk],
    ) -> Response[ReceiptBody]:
        """Record that an order was placed; ``stream_id`` names it from now on."""
        return begun(strictly(raw, type(data)), actor, asked, desk)

    @post(
        "/identities",
        operation_id="identifyOrder",
        opt=does("order.place", IdentifyOrder),
        sync_to_thread=True,
        status_code=201,
    )
    def identify(
        self,
        data: Annotated[IdentifyOrder, json_like("IdentifyOrder")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        desk: NamedDependency[OrderDesk],
    ) -> Response[ReceiptBody]:
        """Record whose order this is, when a feed cannot tell what was ordered."""
        return begun(strictly(raw, type(data)), actor, asked, desk)

    @get(operation_id="findOrders", opt=does("order.read"), sync_to_thread=True)
    def find(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        request: Request[Actor, None, Any],
        actor: NamedDependency[Actor],
        reading: NamedDependency[Reading],
        progress: NamedDependency[ReadingProgress],
        number: NameAsked = None,
        source: NameAsked = None,
        waybill: NameAsked = None,
        payment: NameAsked = None,
        consumer: NameAsked = None,
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
        at_least: AtLeast = None,
    ) -> Response[Listed[OrderFound]]:
        """Find orders by number (of a source), waybill, payment, or consumer."""
        asked = {
            "number": number,
            "waybill": waybill,
            "payment": payment,
            "consumer": consumer,
        }
        given = [(name, value) for name, value in asked.items() if value is not None]
        if len(given) != 1:
            raise invalid("number", f"Ask for exactly one of {', '.join(asked)}.")
        ((name, value),) = given
        if name == "consumer":
            shown(progress, read_model("order_page"), at_least)
            rows = reading.orders_of(actor, value, limit=limit, cursor=cursor)
            return listed(request, rows, found_row)
        shown(progress, read_model("references"), at_least)
        kind: ReferenceKind = (
            "waybill"
            if name == "waybill"
            else "payment"
            if name == "payment"
            else "order"
        )
        known = reading.orders_named(actor, kind, value, source)
        return listed(request, Page(known, None), found_order)

    @get(
        "/{order_id:uuid}",
        operation_id="readOrder",
        opt=does("order.read"),
        sync_to_thread=True,
    )
    def read(
        self,
        order_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        desk: NamedDependency[OrderDesk],
        policies: NamedDependency[SkipValidation[Policies]],
    ) -> Response[OrderPage]:
        """Read an order: always as it stands now. The ETag is its version."""
        known = desk.find(actor, "order.read", order_id)
        moves = possible(known.order, policies.orders, now())
        here = f"{ORDERS}/{order_id}"
        page = OrderPage(
            order=order_view(order_id, known.version, known.order),
            may={
                party: [move(here, command) for command in commands]
                for party, commands in moves.items()
            },
            links={
                "parcels": f"{here}/parcels",
                "promises": f"{here}/promises",
                "events": f"/v1/streams/{order_id}/events",
            },
        )
        return versioned(page, known)

    @get(
        "/{order_id:uuid}/parcels",
        operation_id="readParcels",
        opt=does("order.read"),
        sync_to_thread=True,
    )
    def parcels(
        self,
        order_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        desk: NamedDependency[OrderDesk],
    ) -> Response[Listed[ParcelView]]:
        """Read an order's parcels, every mark in order."""
        known = desk.find(actor, "order.read", order_id)
        view = order_view(order_id, known.version, known.order)
        return versioned(Listed(view.parcels, None), known)

    @get(
        "/{order_id:uuid}/promises",
        operation_id="readOrderPromises",
        opt=does("order.read"),
        sync_to_thread=True,
    )
    def promises(
        self,
        order_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        desk: NamedDependency[OrderDesk],
    ) -> Response[Listed[PromiseView]]:
        """Read an order's promises, and how each stands."""
        known = desk.find(actor, "order.read", order_id)
        view = order_view(order_id, known.version, known.order)
        return versioned(Listed(view.promises, None), known)


def begun(
    command: PlaceOrder | IdentifyOrder, actor: Actor, asked: Asked, desk: OrderDesk
) -> Response[ReceiptBody]:
    """Return the answer to a report that may be the first of its order."""
    context = asked.context(actor, THE_ORDERS, type(command))
    receipt = desk.place(actor, command, context)
    return receipt_answer(receipt, 201, f"{ORDERS}/{desk.id_of(command)}")


def move(here: str, command: type[OrderCommand]) -> Move:
    """Return where a command is asked."""
    name = command.__name__
    return Move(name[0].lower() + name[1:], f"{here}/{PATHS[command]}")


def found_order(known: KnownOrder) -> OrderFound:
    """Return an order at one glance."""
    identity = known.order.identity
    return OrderFound(
        order_id=known.order_id,
        status=known.order.status,
        consumer=identity.consumer if identity else None,
        source=identity.source if identity else None,
        number=identity.number if identity else None,
        placed_at=utc(known.order.placed_at),
        contradictory=bool(known.order.contradictions),
        version=known.version,
        href=f"{ORDERS}/{known.order_id}",
    )


def found_row(row: OrderRow) -> OrderFound:
    """Return an order at one glance, as the order page has it."""
    return OrderFound(
        order_id=row.order_id,
        status=row.status,
        consumer=row.consumer,
        source=row.source,
        number=row.number,
        placed_at=utc(row.placed_at),
        contradictory=row.contradictory,
        version=row.version,
        href=f"{ORDERS}/{row.order_id}",
    )
