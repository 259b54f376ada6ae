"""An outlet in Urumqi stops, with many orders in it, on a store in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import msgspec
from msgspec.structs import replace

from application.after_sales import AfterSales
from application.compensation import Compensations
from application.event_store.envelope import CommandContext, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import EventStore
from application.incidents.incidents import (
    Estimate,
    Estimated,
    Freeze,
    Incidents,
    WhomItAffects,
)
from application.incidents.offers import IncidentOffers
from application.orders import Orders
from application.processes.hand_out import BATCH_MAX, HandOuts, TakesTurns
from application.projections.affected import AffectedOrder, Preview, Scope
from application.projections.affected_rows import Place, rows_of
from application.projections.incidents import IncidentRow
from application.resolutions.flags import Persons, each_alone
from application.resolutions.resolutions import Resolutions
from application.responsibility import Responsibilities
from application.sight import Sight
from domain.ids import partition_in
from domain.incident import (
    ApproveBudget,
    DeclareIncident,
    DraftPlan,
    ExpandRollout,
    Incident,
    IncidentKind,
    Segment,
    Selector,
    StartPilot,
    matches,
)
from domain.money import Money
from domain.order import (
    ORDER,
    CapturePayment,
    Order,
    OrderLine,
    PlaceOrder,
    RecordScan,
    ShipParcel,
    Tender,
)
from domain.party import By
from domain.policy.book import Rulebook
from domain.policy.rows import AnyRow
from domain.policy.service_rows import DetectorRow, PlanRow, StepRow
from domain.resolution import RESOLUTION, Resolution
from tests.application.books import OneBook
from tests.application.resolving import BASE, GOODWILL, LIMITS, OFFER, limit
from tests.memory_store import MemoryEventStore

MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAMESPACE = UUID("0c9f3d0e-6a7e-4a2f-9a53-2f1f7f5a9c11")
LIN = By(role="agent", name="lin")
WEI = By(role="senior_agent", name="wei")
MEI = By(role="finance_approver", name="mei")

AMONG = DetectorRow(
    id="shop.among",
    code="CARRIER_INCIDENT",
    watches="incident",
    reasons=("carrier_outlet",),
    window="matter",
    **BASE,
)
TELL = PlanRow(
    id="shop.tell",
    name="tell",
    codes=("CARRIER_INCIDENT",),
    needs_consent=False,
    steps=(StepRow(action="notify_only", reversible=False),),
    **BASE,
)
VOUCHER = PlanRow(
    id="shop.voucher",
    name="voucher",
    codes=("CARRIER_INCIDENT",),
    steps=(
        StepRow(action="urge_carrier"),
        StepRow(action="coupon_compensation", part="goodwill", fixed_fen=1_000),
    ),
    **BASE,
)
REFUND = PlanRow(
    id="shop.refund-stuck",
    name="refund-stuck",
    codes=("CARRIER_INCIDENT",),
    rank=2,
    steps=(StepRow(action="refund_full", part="entitlement", bearer="merchant"),),
    **BASE,
)
ROWS: tuple[AnyRow, ...] = (
    AMONG,
    TELL,
    VOUCHER,
    REFUND,
    GOODWILL,
    replace(OFFER, contact_rate_bp=3_000),
    *LIMITS,
    limit("incident_budget", "senior_agent", 100_000),
    limit("incident_budget", "finance_approver", None),
)
BOOK = Rulebook(ref="shop@1", profile="shop", fallback=True, rows=ROWS)
URUMQI = Selector(carriers=("zto",), outlets=("urumqi-3",))
STEPS = 4  # placed, paid, shipped, scanned
STUCK = Segment(name="stuck", plan="refund-stuck", stalled_over_hours=72)
SLOW = Segment(name="slow", plan="voucher")


class Outbreak:
    """Orders of ¥500 each at shop-1, and the incident I-7 they are part of.

    It is Friday noon, four days after the outlet stopped.
    """

    def __init__(
        self,
        store: EventStore | None = None,
        rows: Sequence[AnyRow] = ROWS,
        number: str = "I-7",
        book: Rulebook | None = None,
        persons: Persons = each_alone,
    ) -> None:
        self.number, self.selector = number, URUMQI
        self.turns: TakesTurns | None = None
        self.batch_max = BATCH_MAX
        self.at = MONDAY
        self.store = store or MemoryEventStore(clock=lambda: self.at)
        self.handler = CommandHandler(self.store)
        self.books = OneBook(book or replace(BOOK, rows=tuple(rows)))
        self.orders = Orders(self.store, self.handler, self.books)
        accounts = Responsibilities(self.store, self.handler, self.books)
        cases = AfterSales(self.store, self.handler, self.orders, accounts, self.books)
        money = Compensations(self.store, self.handler, self.books)
        self.resolutions = Resolutions(
            self.store,
            self.handler,
            self.orders,
            cases,
            money,
            accounts,
            self.books,
            persons,
        )
        self.watched = Watched(self.store)
        self.affected: WhomItAffects = self.watched
        self.offers = IncidentOffers(self.store, self.resolutions, money, self.books)
        self.incidents = self.desk()
        self.hand_out = self.worker()

    def watches(self, affected: WhomItAffects) -> None:
        """Ask somebody else whom a selector affects, such as a read model."""
        self.affected = affected
        self.incidents = self.desk()
        self.hand_out = self.worker(turns=self.turns)

    def desk(self) -> Incidents:
        """Return another desk over the same store."""
        return Incidents(
            self.store, self.handler, self.affected, self.offers, self.books
        )

    def worker(
        self,
        handler: CommandHandler | None = None,
        turns: TakesTurns | None = None,
    ) -> HandOuts:
        """Return another worker over the same store."""
        incidents = Incidents(
            self.store, handler or self.handler, self.affected, self.offers, self.books
        )
        return HandOuts(
            self.store,
            incidents,
            self.offers,
            self.affected,
            lambda: self.at,
            turns,
            batch_max=self.batch_max,
        )

    # -- Orders --

    def order_id(self, number: int) -> UUID:
        return self.orders.id_of(f"person-{number}", "shop", f"A-{number}")

    def ships(
        self,
        *numbers: int,
        outlet: str = "urumqi-3",
        since: datetime | None = None,
        goods: str | None = None,
        currency: str = "CNY",
        lines: Sequence[OrderLine] = (),
    ) -> None:
        """Let orders be bought, shipped and last scanned at an outlet.

        Without ``lines`` each is of one jacket.
        """
        for each in range(STEPS):
            asks = []
            for number in numbers:
                command = story(number, outlet, goods, currency, lines)[each]
                at = since if since is not None and each == STEPS - 1 else self.at
                context = self.context(
                    command, uuid5(NAMESPACE, f"{number}/{each}"), at=at
                )
                asks.append(self.orders.ask(self.order_id(number), command, context))
            answers = self.orders.handle(asks)
            assert all(isinstance(answer, Receipt) for answer in answers), answers
        self.watched.orders += [self.order_id(number) for number in numbers]

    def context(
        self, command: Any, cause: UUID | None = None, at: datetime | None = None
    ) -> CommandContext:
        cause = cause or uuid4()
        return CommandContext(
            actor="test",
            asked_at=self.at,
            command_id=cause,
            correlation_id=cause,
            name=type(command).__name__,
            occurred_at=at,
        )

    # -- The incident --

    def takes(self, command: Any) -> Receipt:
        return self.incidents.take(self.number, command, self.context(command))

    def declares(
        self, *, freeze: bool = True, kind: IncidentKind = "carrier_outlet"
    ) -> None:
        """Declare it, and freeze whom it affects."""
        self.takes(
            DeclareIncident(
                by=LIN,
                number=self.number,
                kind=kind,
                reason="outlet_stopped",
                source="shop",
                selector=self.selector,
                begins=MONDAY,
                ends=MONDAY + 30 * DAY,
            )
        )
        if freeze:
            self.freezes()

    def freezes(self) -> Receipt:
        said = Freeze(by=LIN)
        return self.incidents.freeze(self.number, said, self.context(said))

    def plans(self, *segments: Segment) -> None:
        self.takes(DraftPlan(by=LIN, segments=segments or (STUCK, SLOW)))

    def estimates(self) -> Estimated:
        said = Estimate()
        return self.incidents.estimate(self.number, said, self.context(said))

    def grants(self, total_fen: int, per_order_fen: int = 60_000, by: By = MEI) -> None:
        estimate = self.incident.estimate
        assert estimate is not None
        self.takes(
            ApproveBudget(
                by=by,
                total_max_fen=total_fen,
                per_order_max_fen=per_order_fen,
                rests_on=estimate.rests_on,
            )
        )

    def is_ready(self, total_fen: int = 100_000_000, **said: Any) -> None:
        """Declare, plan, estimate and grant it."""
        self.declares()
        self.plans()
        self.estimates()
        self.grants(total_fen, **said)

    def pilots(self, orders: int) -> None:
        self.takes(StartPilot(by=LIN, orders=orders))

    def rolls_out(self, orders_per_minute: int = 100_000) -> None:
        if self.incident.phase == "preparing":
            self.pilots(1)
        self.takes(ExpandRollout(by=WEI, orders_per_minute=orders_per_minute))

    def works(self) -> int:
        """Let the worker hand out until there is nothing left to hand out now."""
        done = 0
        while more := self.hand_out.work(self.number):
            done += more
        return done

    @property
    def incident(self) -> Incident:
        state, _ = self.incidents.find(self.number)
        return state

    def resolution(self, number: int, nth: int = 1) -> Resolution:
        stream_id = self.resolutions.id_of(self.order_id(number), nth)
        found: Resolution = Sight(self.store, stream_id).of(stream_id, RESOLUTION)
        return found


class Watched:
    """Whom a selector affects, as the domain says of each order by itself."""

    def __init__(self, store: EventStore) -> None:
        self.orders: list[UUID] = []
        self._store = store

    def preview(self, selector: Selector, at: datetime, samples: int = 10) -> Preview:
        found = self.scope(selector, at).orders
        return Preview(orders=len(found), samples=found[:samples], snapshot="0.0")

    def scope(self, selector: Selector, at: datetime) -> Scope:
        found = [
            row
            for row in self.of_orders(self.orders).values()
            if any(matches(selector, facts) for facts in row.facts(at))
        ]
        return Scope(orders=found, snapshot=f"0.{len(self.orders)}")

    def of_orders(self, orders: Sequence[UUID]) -> Mapping[UUID, AffectedOrder]:
        found: dict[UUID, AffectedOrder] = {}
        for order_id in orders:
            order: Order = Sight(self._store, order_id).of(order_id, ORDER)
            place = Place(partition_in(order_id), order_id)
            for row in rows_of(place, order):
                told = msgspec.structs.asdict(row)
                lists = ("merchants", "products", "creators", "tenders")
                told |= {name: msgspec.json.decode(told[name]) for name in lists}
                found.setdefault(order_id, AffectedOrder(**told, shortfalls=[]))
        return found


def row_of(there: Outbreak, phase: str) -> IncidentRow:
    """Return the row of the incident as a board shows it that is behind."""
    return IncidentRow(
        partition=0,
        stream_id=there.incidents.id_of(there.number),
        version=1,
        number=there.number,
        kind="carrier_outlet",
        reason="outlet_stopped",
        source="shop",
        phase=phase,
        paused=False,
        over=False,
        merchants=[],
        notice_zh=None,
        notice_en=None,
        notice_at=None,
        declared_at=MONDAY,
        ends_at=None,
    )


def story(
    number: int,
    outlet: str,
    goods: str | None = None,
    currency: str = "CNY",
    lines: Sequence[OrderLine] = (),
) -> tuple[Any, ...]:
    """Return how an order is placed, paid, shipped and scanned."""
    price = Money(50_000, currency)
    jacket = OrderLine(line=1, product="jacket", price=price, goods=goods)
    bought = tuple(lines) or (jacket,)
    in_all = Money(sum(each.price.minor for each in bought), currency)
    paid = Tender(tender="wechat", amount=in_all)
    return (
        PlaceOrder(
            consumer=f"person-{number}",
            source="shop",
            number=f"A-{number}",
            lines=bought,
            merchant="shop-1",
            offers=(),
        ),
        CapturePayment(payment=f"P-{number}", tenders=(paid,)),
        ShipParcel(parcel=f"W{number}", carrier="zto", waybill=f"W{number}"),
        RecordScan(
            parcel=f"W{number}",
            scan=f"s{number}",
            code="in_transit",
            outlet=outlet,
            region="650000",
        ),
    )
