"""A market whose orders are watched, on a store in memory, and a clock one can set."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import Any
from uuid import UUID, uuid4

from application.accompanied import Accompanied, accompanied, folded, order_of
from application.after_sales import AfterSales
from application.companion_days import look_at
from application.compensation import Compensations
from application.contacts import Contacts
from application.event_store.envelope import CommandContext, RecordedEvent
from application.event_store.handler import CommandHandler
from application.event_store.store import Loaded
from application.orders import Orders
from application.policies import pack_rulebook
from application.processes.beside_consumers import BesideConsumers
from application.processes.detect_shortfalls import SeesToShortfalls, ShortfallWatch
from application.projections.companion_rows import is_history
from application.projections.watch import HISTORY, NOT_AHEAD, DueRow, PutOff
from application.resolutions.resolutions import Resolutions
from application.responsibility import Responsibilities
from application.shortfall_reports import ShortfallReports
from application.watching import Watched, sooner, watched
from domain.companionship import COMPANIONSHIP, Companionship
from domain.contact import OpenContact
from domain.ids import partition_in
from domain.money import Money
from domain.order import (
    CapturePayment,
    OrderLine,
    PlaceOrder,
    RecordScan,
    ShipParcel,
    Tender,
)
from domain.party import By
from domain.policy.book import Rulebook
from domain.promise import Offer
from domain.risk import Risk, TableVersion
from domain.risk.table import Inputs
from tests.application.books import OneBook
from tests.memory_store import MemoryEventStore

MONDAY = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
LIN = By(role="agent", name="lin")
PRICE = Money(20_000, "CNY")
SHIP_48H = Offer(label="ship-48h", source="merchant")


class CountingStore(MemoryEventStore):
    """Remembers which streams were loaded."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(clock=clock)
        self.loaded: set[UUID] = set()

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        self.loaded |= set(stream_ids)
        return super().load(stream_ids, command_ids)


class MemoryWatch:
    """The board as the projection fills it, read from the log as far as it is told."""

    def __init__(self, store: MemoryEventStore, book: Any) -> None:
        self._store, self._book = store, book
        self._read: dict[int, int] = {}
        self._orders: dict[UUID, Accompanied] = {}
        self._rows: dict[UUID, list[Watched]] = {}
        self.later: dict[tuple[UUID, str], PutOff] = {}

    def reads_on(self) -> None:
        """Read what was written since, and compute the orders it touches anew."""
        touched = {
            order_id
            for partition, head in self._store.heads().items()
            for recorded in self._store.logs[partition][self._read.get(partition, 0) :]
            if (order_id := self._order_of(recorded.stream_id)) is not None
        }
        self._read = dict(self._store.heads())
        streams: dict[UUID, list[Sequence[RecordedEvent]]] = {}
        for stream_id, history in self._store.streams.items():
            if history and (order_id := self._order_of(stream_id)) in touched:
                assert order_id is not None
                streams.setdefault(order_id, []).append(history)
        for order_id, histories in streams.items():
            seen = [folded(None, each) for each in histories]
            order = accompanied(order_id, [each for each in seen if each])
            if order is not None:
                self._orders[order_id] = order
                self._rows[order_id] = list(watched(order, self._book))

    def rows(self, order_id: UUID) -> list[Watched]:
        self.reads_on()
        return self._rows[order_id]

    # -- As the processes ask it --

    def due(
        self,
        now: datetime,
        limit: int,
        after: DueRow | None = None,
        ahead: timedelta = NOT_AHEAD,
    ) -> list[DueRow]:
        found = [
            self._due(order_id, row.name, row.due_at)
            for order_id, rows in self._rows.items()
            for row in rows
            if row.state == "watching"
            or (row.state == "history" and row.due_at > now - HISTORY)
        ]
        return self._page(found, now, limit, after, ahead)

    def healed(
        self, now: datetime, limit: int, after: DueRow | None = None
    ) -> list[DueRow]:
        found = [
            self._due(order_id, row.name, row.heals_at)
            for order_id, rows in self._rows.items()
            for row in rows
            if row.state == "detected" and row.heals_at is not None
        ]
        return self._page(found, now, limit, after)

    def beside(
        self, now: datetime, limit: int, after: DueRow | None = None
    ) -> list[DueRow]:
        found = [
            self._due(order_id, "beside", at)
            for order_id, order in self._orders.items()
            if (at := look_at(order, self._book)) is not None
            and (not is_history(order, self._book) or at > now - HISTORY)
        ]
        return self._page(found, now, limit, after)

    def streams(self, orders: Iterable[UUID]) -> Mapping[UUID, Sequence[UUID]]:
        return {
            order_id: [
                order_id,
                *(each.stream_id for each in self._orders[order_id].beside),
            ]
            for order_id in orders
        }

    def put_off(self, rows: Sequence[PutOff]) -> None:
        self.later |= {(row.order_id, row.name): row for row in rows}

    def _due(self, order_id: UUID, name: str, due_at: datetime) -> DueRow:
        source = self._orders[order_id].order.source
        return DueRow(
            partition=partition_in(order_id),
            order_id=order_id,
            name=name,
            due_at=due_at,
            source=source,
        )

    def _page(
        self,
        found: list[DueRow],
        now: datetime,
        limit: int,
        after: DueRow | None,
        ahead: timedelta = NOT_AHEAD,
    ) -> list[DueRow]:
        def key(row: DueRow) -> tuple[datetime, UUID, str]:
            return row.due_at, row.order_id, row.name

        late = [row for row in found if row.due_at <= now + ahead]
        due = [row for row in late if not self._waits(row, now)]
        beyond = [row for row in due if after is None or key(row) > key(after)]
        return sorted(beyond, key=key)[:limit]

    def _waits(self, row: DueRow, now: datetime) -> bool:
        later = self.later.get((row.order_id, row.name))
        if later is None or later.due_at != row.due_at:
            return False
        return later.ask_again_at is None or later.ask_again_at > now

    def _order_of(self, stream_id: UUID) -> UUID | None:
        seen = folded(None, self._store.streams[stream_id])
        return order_of(seen) if seen else None


class Forecast:
    """Says of every delivery how likely it comes late."""

    def __init__(self) -> None:
        self.rate_bp = 0
        self.asked: list[UUID] = []
        self.due_at = MONDAY

    def risks(
        self, orders: Sequence[UUID], at: datetime, source: str | None = None
    ) -> dict[UUID, Risk]:
        del source
        self.asked += orders
        inputs = Inputs(
            hours_left=(self.due_at - at) / HOUR,
            week_left_bp=0,
            handed_over=True,
            transit_hours=None,
            usual_transit_hours=None,
            hand_over_late_hours=None,
            carrier=None,
            origin=None,
            destination=None,
        )
        risk = Risk(
            rate_bp=self.rate_bp,
            late=1,
            all=2,
            bucket="all",
            wider=(),
            inputs=inputs,
            version=TableVersion(terms="t@1", outcomes=2, learnt_until=None),
        )
        return dict.fromkeys(orders, risk)


class Market:
    """Orders told as they go; its worker notices what falls short of them."""

    def __init__(
        self,
        in_force: Rulebook | None = None,
        store: type[CountingStore] = CountingStore,
    ) -> None:
        self.at = MONDAY
        self.store = store(clock=lambda: self.at)
        handler = CommandHandler(self.store)
        self.book = pack_rulebook("douyin-like")
        books = OneBook(in_force or self.book)
        self.orders = Orders(self.store, handler, books)
        self.accounts = Responsibilities(self.store, handler, books)
        self.cases = AfterSales(self.store, handler, self.orders, self.accounts, books)
        self.contacts = Contacts(self.store, handler, books)
        self.resolutions = Resolutions(
            self.store,
            handler,
            self.orders,
            self.cases,
            Compensations(self.store, handler, books),
            self.accounts,
            books,
        )
        self.reports = ShortfallReports(self.store, handler, books, self.resolutions)
        self.board = MemoryWatch(self.store, self.book)
        self.forecast = Forecast()
        self._books = books
        self.watch = self.worker()
        self.beside = BesideConsumers(
            self.board, self.store, books, self.resolutions, lambda: self.at
        )

    def worker(
        self,
        resolutions: SeesToShortfalls | None = None,
        in_force: Rulebook | None = None,
    ) -> ShortfallWatch:
        """Return what another worker's process asks with, under these rules."""
        return ShortfallWatch(
            self.board,
            self.store,
            OneBook(in_force) if in_force else self._books,
            resolutions or self.resolutions,
            self.forecast,
            lambda: self.at,
            ahead=lambda: sooner([self.book], [in_force or self.book]),
        )

    # -- Telling --

    def context(self, command: Any, at: datetime | None = None) -> CommandContext:
        cause = uuid4()
        return CommandContext(
            actor="test",
            asked_at=self.at,
            command_id=cause,
            correlation_id=cause,
            name=type(command).__name__,
            occurred_at=at,
        )

    def tells(self, order_id: UUID, *commands: Any, at: datetime | None = None) -> None:
        for command in commands:
            context = self.context(command, at or self.at)
            self.orders.handle_one(order_id, command, context)

    def sells(
        self,
        number: str = "A-1",
        *,
        offers: tuple[Offer, ...] = (SHIP_48H,),
        from_to: tuple[str, str] = ("CN-ZJ", "CN-GD"),
        at: datetime | None = None,
    ) -> UUID:
        """Return a jacket's order of Li Mei's, paid."""
        order_id = self.orders.id_of("li-mei", "shop", number)
        line = OrderLine(line=1, product="jacket", quantity=1, price=PRICE)
        placed = PlaceOrder(
            consumer="li-mei",
            source="shop",
            number=number,
            merchant="shop-1",
            lines=(line,),
            ships_from=from_to[0],
            ships_to=from_to[1],
            offers=offers,
        )
        tender = Tender(tender="wechat", amount=PRICE)
        paid = CapturePayment(payment=f"P-{number}", tenders=(tender,))
        self.tells(order_id, placed, paid, at=at)
        return order_id

    def ships(self, order_id: UUID, *scans: str) -> None:
        """Tell a waybill, and scans at the same moment."""
        self.tells(order_id, ShipParcel(parcel="SF1", carrier="sf", waybill="SF1"))
        self.scans(order_id, *scans)

    def scans(self, order_id: UUID, *codes: Any) -> None:
        for code in codes:
            scan = f"{code}-{self.at:%d%H%M%S}"
            self.tells(order_id, RecordScan(parcel="SF1", scan=scan, code=code))

    def hears(self, order_id: UUID, name: str, about: str) -> str:
        """Return the contact that Li Mei began about the order."""
        contact_id = self.contacts.id_of("li-mei", name)
        command = OpenContact(
            by=By(role="consumer", name="li-mei"),
            consumer="li-mei",
            channel="chat",
            about=about,
            order=str(order_id),
        )
        self.contacts.take(contact_id, command, self.context(command))
        return str(contact_id)

    # -- Working --

    def works(self) -> int:
        """Let the worker go round until it finds nothing; return what it found."""
        found, done = 0, 1
        while done:
            self.board.reads_on()
            done = self.watch.detect() + self.watch.clear() + self.beside.look()
            found += done
        return found

    def lives_until(self, at: datetime) -> None:
        self.at = at
        self.works()

    def days(self, order_id: UUID) -> Companionship:
        history = self.store.stream(self.resolutions.beside(order_id))
        events: Iterable[Any] = (each.event for each in history)
        found: Companionship = reduce(
            COMPANIONSHIP.evolve, events, COMPANIONSHIP.initial
        )
        return found

    def codes(self, order_id: UUID) -> list[str]:
        """Return the codes of what fell short and stands, as it was noticed."""
        return [each.shortfall.code for each in self.days(order_id).standing]

    @property
    def written(self) -> int:
        return sum(self.store.heads().values())
