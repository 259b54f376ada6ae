"""What orders are told and asked over HTTP: one row per command, one handler for all.

The body is the command. A report says what happened outside, at ``Occurred-At``; a
request asks for something, and people say which version they last saw.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final, NamedTuple, TypeVar, cast
from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec.structs import fields

from application.access import Action, Actor
from application.event_store.envelope import CommandContext, Receipt
from application.order_desk import KnownOrder, OrderDesk
from application.people import People
from domain.kernel import Sealed
from domain.order import (
    CancelOrder,
    CapturePayment,
    ChangeAmount,
    CheckPromises,
    CompleteOrder,
    ConfirmReceipt,
    ConfirmStock,
    OrderCommand,
    RecordAppointment,
    RecordCancellation,
    RecordCompletion,
    RecordDelivery,
    RecordException,
    RecordHandOver,
    RecordIntercept,
    RecordLoss,
    RecordOutForDelivery,
    RecordReturned,
    RecordReturning,
    RecordShipDate,
    RecordSigning,
    RenegotiateShipDate,
    RequestIntercept,
    ReturnToSender,
    ShipParcel,
    WaivePromise,
)
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.examples import json_like
from interface.api.problems import invalid_body
from interface.api.receipts import ReceiptBody, receipt_answer
from interface.api.words import (
    AddressBody,
    AddressReportBody,
    NoteBody,
    ReviewBody,
    ScanBody,
    Spoken,
)

ORDERS: Final = "/v1/orders"

# The option of a handler that says which row of DOORS it is.
DOOR: Final = "door"

Body = TypeVar("Body")


class Door(NamedTuple):
    """Where one command comes in: its path below an order, its action, its body."""

    path: str
    action: Action
    body: type[Any]

    @property
    def asks(self) -> type[OrderCommand]:
        """The command that the body is, or becomes once its words are sealed."""
        return cast("type[OrderCommand]", getattr(self.body, "asks", self.body))


DOORS: Final[Sequence[Door]] = (
    # What was bought and paid
    Door("payments", "order.pay", CapturePayment),
    Door("amount", "order.change_amount", ChangeAmount),
    Door("stock", "order.confirm_stock", ConfirmStock),
    # Where the goods are
    Door("parcels", "order.ship", ShipParcel),
    Door("scans", "order.report_parcel", ScanBody),
    Door("hand-overs", "order.report_parcel", RecordHandOver),
    Door("out-for-delivery", "order.report_parcel", RecordOutForDelivery),
    Door("deliveries", "order.report_parcel", RecordDelivery),
    Door("signings", "order.report_parcel", RecordSigning),
    Door("exceptions", "order.report_parcel", RecordException),
    Door("intercepts", "order.report_parcel", RecordIntercept),
    Door("returns", "order.report_parcel", RecordReturning),
    Door("returned", "order.report_parcel", RecordReturned),
    Door("losses", "order.report_parcel", RecordLoss),
    Door("intercept-requests", "order.intercept", RequestIntercept),
    Door("return-requests", "order.return_to_sender", ReturnToSender),
    # What is promised
    Door("ship-date", "order.renegotiate", RenegotiateShipDate),
    Door("ship-date-reports", "order.report_ship_date", RecordShipDate),
    Door("appointments", "order.report_appointment", RecordAppointment),
    Door("waivers", "order.waive", WaivePromise),
    Door("promise-checks", "order.check_promises", CheckPromises),
    # How it ends, and what was said of it
    Door("address", "order.change_address", AddressBody),
    Door("address-reports", "order.report_address", AddressReportBody),
    Door("cancellation", "order.cancel", CancelOrder),
    Door("cancellation-reports", "order.report_cancellation", RecordCancellation),
    Door("receipt", "order.confirm_receipt", ConfirmReceipt),
    Door("completion", "order.complete", CompleteOrder),
    Door("completion-reports", "order.report_completion", RecordCompletion),
    Door("reviews", "order.review", ReviewBody),
    Door("notes", "order.note", NoteBody),
)


class Desks(NamedTuple):
    """Who takes commands to orders, and seals the words in them."""

    orders: OrderDesk
    people: People


class Said(NamedTuple):
    """A command as it was read: by whom, of which order, at which door."""

    actor: Actor
    door: Door
    order_id: UUID
    body: Any
    context: CommandContext


class Posted(NamedTuple):
    """All that a command comes with, beside the order it is about, and who takes it.

    One dependency, as the framework makes a task of each where there are several.
    """

    actor: Actor
    asked: Asked
    raw: bytes
    desks: Desks


def strictly(raw: bytes, body: type[Body]) -> Body:
    """Return the body with its types taken at their word; raises Wrong (400).

    The framework read it already, and took "5" for 5. No body stands for an empty one.
    """
    try:
        return msgspec.json.decode(raw or b"{}", type=body)
    except msgspec.ValidationError as error:
        raise invalid_body(error, body) from None


def understood(
    actor: Actor, asked: Asked, raw: bytes, door: Door, order_id: UUID
) -> Said:
    """Return what was said at a door; raises Wrong."""
    body = strictly(raw, door.body)
    return Said(actor, door, order_id, body, asked.context(actor, order_id, door.asks))


async def answered(said: Said, desks: Desks) -> Receipt:
    """Return where the order stands once it has been told; raises as OrderDesk does.

    Words are sealed for whose order it is: to know that it is read first, in a thread.
    """
    actor, door, order_id, body, context = said
    orders = desks.orders
    if not hasattr(body, "asks"):
        return await orders.answer(actor, door.action, order_id, body, context)
    spoken = cast("Spoken", body)

    def command(known: KnownOrder) -> OrderCommand:
        def seal(words: str, purpose: str) -> Sealed:
            return desks.people.seal(known.consumer, words, purpose)

        return spoken.command(seal)

    if spoken.has_words:
        return await sync_to_thread(
            orders.take, actor, door.action, order_id, command, context
        )
    silent = spoken.command(nothing_to_seal)
    return await orders.answer(actor, door.action, order_id, silent, context)


def nothing_to_seal(_words: str, _purpose: str) -> Sealed:
    """Seal nothing, for whoever says that there are no words."""
    raise AssertionError


def handler(door: Door) -> HTTPRouteHandler:
    """Return the handler of one row."""

    async def take(
        _controller: Controller,
        *,
        order_id: FromPath[UUID],
        data: Any,
        posted: NamedDependency[Posted],
    ) -> Response[ReceiptBody]:
        del data  # Described to readers, and read loosely; here is the strict reading.
        actor, asked, raw, desks = posted
        said = understood(actor, asked, raw, door, order_id)
        return receipt_answer(await answered(said, desks))

    name = door.asks.__name__
    take.__name__ = take.__qualname__ = name
    take.__doc__ = door.asks.__doc__
    described = json_like(door.body.__name__)
    take.__annotations__["data"] = Annotated[door.body, described]
    if not any(field.required for field in fields(door.body)):
        take.__annotations__["data"] = Annotated[door.body | None, described]
        take.__kwdefaults__ = {"data": None}  # Without fields, no body says it all.
    return post(
        f"/{{order_id:uuid}}/{door.path}",
        operation_id=name[0].lower() + name[1:],
        opt={**does(door.action, door.asks), DOOR: door},
        status_code=200,
    )(take)


class OrderCommandController(Controller):
    """Every row of DOORS as a handler.

    One controller holds all that is below an order: the framework wraps handlers twice
    when the methods of one path come from two places.
    """

    path = ORDERS
    tags = ("orders",)


for each in DOORS:
    setattr(OrderCommandController, each.asks.__name__, handler(each))
