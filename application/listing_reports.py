"""What is told of a listing, and befalls every order of it: a price, a removal.

Nothing is kept of the listing itself. Each order is asked under a command id that
follows from what was told and from the order: told twice, or from where it broke off,
it is told once.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from msgspec import Struct

from application.access import Scope
from application.books import Books
from application.event_store.batch import Answer
from application.event_store.envelope import Receipt
from application.event_store.store import EventStore, KeyReused, UnreadableEvent
from application.orders import context_for
from application.projections.affected import Scope as WhomItConcerns
from application.resolutions.said import Detecting, Notice
from application.shortfall_reports import NotAShortfall, told_now
from application.sight import Sight
from domain.detection import Known, rules_of
from domain.detection.known import PriceSeen, Removed
from domain.incident import Selector
from domain.kernel import Code, Name
from domain.money import Money
from domain.order import ORDER, Order, OrderLine
from domain.party import SYSTEM
from domain.shortfall import Shortfall, ShortfallCode

# So many orders in one go; whoever asks goes on with the rest.
ORDERS_MAX: Final = 1_000
# Longer ago nobody bought what is still protected, or looked after.
SOLD_WITHIN: Final = timedelta(days=180)
NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:redress:listing")

log = structlog.get_logger(__name__)


class ListingPrice(Struct, frozen=True, kw_only=True):
    """One piece costs so much at a moment; ``sku`` None: of every variant."""

    listing: Name
    sku: Name | None = None
    unit_price: Money
    at: datetime

    code: ShortfallCode = "PRICE_DROP"

    @property
    def name(self) -> str:
        """What it is known by: told twice it is one."""
        price = f"{self.unit_price.minor}{self.unit_price.currency}"
        return f"price/{self.listing}/{self.sku}/{self.at.timestamp()}/{price}"

    def of(self, line: OrderLine) -> Known:
        """Return what is known of an order's line by it."""
        seen = PriceSeen(line=line.line, at=self.at, unit_price=self.unit_price)
        return Known(prices=(seen,))


class ListingRemoved(Struct, frozen=True, kw_only=True):
    """Governance took it down; ``matter`` names the governance's own."""

    listing: Name
    sku: Name | None = None
    matter: Name
    reason: Code
    at: datetime

    code: ShortfallCode = "GOVERNANCE_HIT"

    @property
    def name(self) -> str:
        """What it is known by: told twice it is one."""
        return f"removed/{self.listing}/{self.sku}/{self.matter}"

    def of(self, line: OrderLine) -> Known:
        """Return what is known of an order's line by it."""
        gone = Removed(
            matter=self.matter, at=self.at, reason=self.reason, line=line.line
        )
        return Known(removed=(gone,))


class Concerned(Struct, frozen=True, kw_only=True):
    """What came of it for the orders looked at.

    ``noticed`` and ``known`` count shortfalls, new and told before; ``failed`` orders
    that could not be asked. ``next`` is where to go on, None where that was all.
    """

    orders: int
    noticed: int = 0
    known: int = 0
    failed: int = 0
    next: UUID | None = None


class WhoBought(Protocol):
    """Where it is known which orders are of a listing."""

    def scope(self, selector: Selector, at: datetime) -> WhomItConcerns:
        """Return all orders of it; raises TooManyAffected."""
        ...


class NoticesMany(Protocol):
    """Where shortfalls are recorded, and seen to."""

    def notice(self, notices: Sequence[Notice]) -> Sequence[Answer]:
        """Record what fell short, and see to it; an answer to each."""
        ...


class ListingReports:
    """Has what is told of a listing noticed for the orders that it concerns."""

    def __init__(
        self, store: EventStore, books: Books, bought: WhoBought, notices: NoticesMany
    ) -> None:
        self._store, self._books = store, books
        self._bought, self._notices = bought, notices

    def tell(  # noqa: PLR0913 - what, who says so, when, for whom and from where
        self,
        said: ListingPrice | ListingRemoved,
        *,
        actor: str,
        asked_at: datetime,
        within: Scope,
        after: UUID | None = None,
        orders_max: int = ORDERS_MAX,
    ) -> Concerned:
        """Have it noticed for the orders it concerns, so many at most.

        ``within`` is whose lines the teller may speak of. Raises StoreUnavailable, and
        TooManyAffected.
        """
        selector = Selector(
            products=(said.listing,),
            paid_from=said.at - SOLD_WITHIN,
            paid_to=said.at,
        )
        found = self._bought.scope(selector, asked_at).orders
        waiting = sorted({each.order_id for each in found} - {after})
        waiting = [each for each in waiting if after is None or each > after]
        some = waiting[:orders_max]
        notices: list[Notice] = []
        failed = 0
        for order_id, order in self._read(some):
            if order is None:
                failed += 1
                continue
            for shortfall in self._short(said, order, within):
                detecting = Detecting(by=SYSTEM, shortfall=shortfall)
                cause = uuid5(NAMESPACE, f"{said.name}/{order_id}/{shortfall.line}")
                context = context_for(cause, detecting, actor=actor, asked_at=asked_at)
                notices.append(Notice(order_id, detecting, context))
        answers = self._notices.notice(notices)
        new = [each for each in answers if isinstance(each, Receipt) and each.leaves]
        fresh = sum(not each.repeated for each in new)
        unasked = [each for each in answers if wrong(each)]
        for each in unasked:
            log.warning("listing_not_told", listing=said.listing, why=repr(each))
        return Concerned(
            orders=len(some),
            noticed=fresh,
            known=len(answers) - fresh - len(unasked),
            failed=failed + len(unasked),
            next=some[-1] if len(waiting) > len(some) else None,
        )

    def _read(self, orders: Sequence[UUID]) -> Iterator[tuple[UUID, Order | None]]:
        """Yield each order as it stands, None for one that cannot be read."""
        loaded = self._store.load(orders)
        for order_id in orders:
            try:
                yield order_id, Sight(self._store, order_id, loaded).of(order_id, ORDER)
            except UnreadableEvent:
                yield order_id, None

    def _short(
        self, said: ListingPrice | ListingRemoved, order: Order, within: Scope
    ) -> Iterator[Shortfall]:
        """Yield what falls short of an order's lines by it."""
        rules = rules_of(self._books.for_source(order.source), order, said.at)
        for line in order.lines:
            if line.product != said.listing or said.sku not in {None, line.sku}:
                continue
            placed = order.placement.merchant if order.placement else None
            if within.everything or (line.merchant or placed) in within.merchants:
                try:
                    yield told_now(order, rules, said.code, said.of(line), said.at)
                except NotAShortfall:
                    continue


def wrong(answer: Answer) -> bool:
    """Say whether an order could not be asked; that somebody else had asked is fine."""
    return isinstance(answer, Exception) and not isinstance(answer, KeyReused)
