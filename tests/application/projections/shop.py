"""A small shop: its orders go through the real command handler into a real store."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID, uuid5

from application.event_store.envelope import Receipt
from application.event_store.handler import CommandHandler
from application.event_store.postgres import PostgresEventStore
from application.orders import Orders, context_for
from application.policies import shipped_policies
from domain.money import Money
from domain.order.commands import (
    CapturePayment,
    OrderCommand,
    PlaceOrder,
    RecordDelivery,
    RecordHandOver,
    RecordReview,
    ShipParcel,
)
from domain.order.values import OrderLine, Tender
from tests.application.projections.conftest import MONDAY, NAMESPACE

HOUR = timedelta(hours=1)
PRICE = Money(1999, "CNY")


class Shop:
    """Sells tea to many people; what it reports, it reports at once."""

    def __init__(self, store: PostgresEventStore) -> None:
        self.orders = Orders(store, CommandHandler(store), shipped_policies())

    def order_id(self, number: int) -> UUID:
        return self.orders.id_of(consumer(number), "tea", f"T{number}")

    def sells(self, numbers: Sequence[int]) -> None:
        """Place, pay, ship, hand over, deliver and review, each its own command."""
        steps: Steps = (placed, paid, shipped, taken, arrived, reviewed)
        self.goes_through(numbers, steps)

    def takes_orders(self, numbers: Sequence[int]) -> None:
        """Place and pay only: the goods never leave."""
        self.goes_through(numbers, (placed, paid))

    def goes_through(self, numbers: Sequence[int], steps: "Steps") -> None:
        for hour, step in enumerate(steps):
            self.tells({number: step(number) for number in numbers}, hour)

    def tells(self, commands: dict[int, OrderCommand], hour: int) -> None:
        asks = []
        for number, command in commands.items():
            order_id = self.order_id(number)
            cause = uuid5(NAMESPACE, f"{order_id}/{command!r}")
            at = MONDAY + hour * HOUR
            context = context_for(
                cause, command, actor="shop:tea", asked_at=at, occurred_at=at
            )
            asks.append(self.orders.ask(order_id, command, context))
        answers = self.orders.handle(asks)
        assert all(isinstance(answer, Receipt) for answer in answers), answers


Steps = Sequence[Callable[[int], OrderCommand]]


def consumer(number: int) -> str:
    """Return who ordered: every person orders about three times."""
    return f"person-{number % 7}"


def placed(number: int) -> PlaceOrder:
    line = OrderLine(line=1, product="tea", price=PRICE, freight=Money(500, "CNY"))
    return PlaceOrder(
        consumer=consumer(number),
        source="tea",
        number=f"T{number}",
        lines=(line,),
        merchant="tea-house",
    )


def paid(number: int) -> CapturePayment:
    tenders = (Tender(tender="card", amount=Money(2499, "CNY")),)
    return CapturePayment(payment=f"P{number}", tenders=tenders)


def shipped(number: int) -> ShipParcel:
    return ShipParcel(parcel=f"W{number}", carrier="yunda", waybill=f"W{number}")


def taken(number: int) -> RecordHandOver:
    return RecordHandOver(parcel=f"W{number}")


def arrived(number: int) -> RecordDelivery:
    return RecordDelivery(parcel=f"W{number}")


def reviewed(number: int) -> RecordReview:
    return RecordReview(review=f"R{number}", score=1 + number % 5)
