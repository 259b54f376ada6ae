"""A whole service on a real database, its worker at hand and its clock settable."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Signal
from uuid import UUID, uuid5

from application.event_store.envelope import CommandContext, Receipt
from application.orders import context_for
from application.policies import shipped_documents
from domain.after_sales import ApproveCase, Case, CaseCommand, CaseType, OpenCase
from domain.kernel import Command, Event
from domain.money import Money
from domain.order import (
    CapturePayment,
    ClaimItem,
    OrderLine,
    PlaceOrder,
    RecordDelivery,
    ShipParcel,
    Tender,
)
from domain.party import By
from domain.policy.rows import CalendarRow, PolicyDocument, Where
from interface.bootstrap import Redress
from interface.clock import clock
from interface.postgres.database import DatabaseUrls
from interface.settings import Settings
from interface.working import worker

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # ten in the morning in Shanghai
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
NAMES = UUID("a3b1c6de-0000-8000-8000-000000000003")
SHOP = By(role="merchant", name="shop-1")
LIN = By(role="agent", name="lin")
OTTO = By(role="arbiter", name="otto")
TORN = 7  # 做工粗糙/瑕疵
PRICE = Money(40_000, "CNY")
POSTAGE = Money(1_000, "CNY")


class Service:
    """What people ask of it is asked at its clock's time; the rest its worker does."""

    def __init__(self, redress: Redress) -> None:
        self.redress = redress
        self._worker = worker(redress)
        self._asked = 0

    @property
    def now(self) -> datetime:
        return clock.now()

    def sets_clock(self, at: datetime) -> None:
        """Make it that moment now; it runs on from there."""
        clock.set(at.isoformat())

    def works(self) -> None:
        """Let the worker run until there is nothing left to do."""
        self._worker.until_idle(Signal())

    def lives_until(self, at: datetime) -> None:
        """Set the clock ahead, and let the worker do what became due."""
        self.sets_clock(at)
        self.works()

    # -- Asking --

    def context(self, command: Command) -> CommandContext:
        """Return a new command's envelope: asked now, under an id of its own."""
        self._asked += 1
        cause = uuid5(NAMES, str(self._asked))
        return context_for(cause, command, actor="test", asked_at=self.now)

    def sells(
        self,
        consumer: str,
        source: str = "shop",
        *,
        price: Money = PRICE,
        shipped: bool = True,
    ) -> UUID:
        """Return the order of a jacket, paid, and delivered if it was shipped."""
        orders = self.redress.orders
        order_id = orders.id_of(consumer, source, f"A-{consumer}")
        line = OrderLine(
            line=1, product="jacket", quantity=1, price=price, freight=POSTAGE
        )
        paid = Money(price.minor + POSTAGE.minor, "CNY")
        placed = PlaceOrder(
            consumer=consumer,
            source=source,
            number=f"A-{consumer}",
            merchant=SHOP.name,
            lines=(line,),
        )
        captured = CapturePayment(
            payment="P-1", tenders=(Tender(tender="wechat", amount=paid),)
        )
        sent = (ShipParcel(parcel="SF1"), RecordDelivery(parcel="SF1"))
        for command in (placed, captured, *(sent if shipped else ())):
            orders.handle_one(order_id, command, self.context(command))
        return order_id

    def asked_for(  # noqa: PLR0913 - what of which order, and how it came to it
        self,
        type_: CaseType,
        consumer: str,
        *,
        source: str = "shop",
        reason: int = TORN,
        amount: Money = PRICE,
        goods: str | None = None,
    ) -> UUID:
        """Return the case that a consumer opens over an order of a jacket."""
        shipped = type_ not in {"refund_unshipped", "price_protection"}
        price = max(PRICE, amount, key=lambda money: money.minor)
        order_id = self.sells(consumer, source, price=price, shipped=shipped)
        cases = self.redress.after_sales
        case_id = cases.id_of(order_id, "1")
        freight = type_ == "freight_compensation"
        item = ClaimItem(line=1, quantity=1, amount=amount)
        command = OpenCase(
            by=By(role="consumer", name=consumer),
            order=str(order_id),
            consumer=consumer,
            merchant=SHOP.name,
            type=type_,
            items=() if freight else (item,),
            freight=POSTAGE if freight else None,
            reason=reason,
            where=Where(goods=goods),
        )
        cases.open(case_id, order_id, command, self.context(command))
        return case_id

    def asks(self, case_id: UUID, *commands: CaseCommand) -> Receipt:
        """Ask things of a case, one after the other; return the last receipt."""
        take = self.redress.after_sales.take
        return [take(case_id, each, self.context(each)) for each in commands][-1]

    def approves(self, case_id: UUID) -> None:
        """Let the shop agree, and say where the goods go."""
        consumer = self.case(case_id).consumer
        assert consumer is not None, "a case is a consumer's"
        address = self.redress.people.seal(consumer, "1 Mill Lane", "address")
        self.asks(case_id, ApproveCase(by=SHOP, address=address))

    def publishes(self, *rows: CalendarRow) -> None:
        """Publish the fallback's pack with these rows beside its own."""
        policies = self.redress.policies
        (pack,) = (each for each in shipped_documents() if each.fallback)
        document = PolicyDocument(
            profile=pack.profile,
            title=pack.title,
            sources=pack.sources,
            fallback=pack.fallback,
            usual=pack.usual,
            auto_confirm_hours=pack.auto_confirm_hours,
            row=(*pack.row, *rows),
        )
        context = CommandContext(
            actor="test",
            asked_at=self.now,
            command_id=uuid5(NAMES, f"publish/{[row.ref for row in rows]}"),
            correlation_id=uuid5(NAMES, "publish"),
        )
        policies.publish(document, context)

    # -- As it stands --

    def case(self, case_id: UUID) -> Case:
        return self.redress.after_sales.find(case_id)[0]

    def events(self, stream_id: UUID) -> list[Event]:
        history = self.redress.store.load([stream_id]).histories[stream_id]
        return [recorded.event for recorded in history]

    @property
    def heads(self) -> int:
        """How many events there are in all."""
        return sum(self.redress.store.heads().values())


@contextmanager
def service(urls: DatabaseUrls, home: Path) -> Iterator[Service]:
    """Lend a service whose clock is set to Monday; it goes by the machine's after."""
    redress = Redress(Settings(home=home), urls)
    clock.set(MONDAY.isoformat())
    try:
        yield Service(redress)
    finally:
        clock.set("")
        redress.close()


def typhoon(begins: datetime, ends: datetime, name: str = "typhoon") -> CalendarRow:
    """Return a row by which nothing counts while it blows."""
    return CalendarRow(
        id=f"douyin-like.calendar.{name}",
        version=1,
        title="A typhoon",
        binding="conduct_time",
        in_force_from=begins,
        source="a test's own",
        effect="pause",
        begins=begins,
        ends=ends,
        reason="typhoon",
    )
