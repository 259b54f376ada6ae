"""Tells an installation the story of the sample, up to a moment: feeds and people."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from msgspec import Struct

from application.case_items import AskedLines, Line
from application.event_store.envelope import CommandContext
from application.orders import context_for
from application.shortfall_reports import ReportPrice
from domain.after_sales import OpenCase
from domain.contact import OpenContact
from domain.money import Money
from domain.party import SYSTEM, By
from interface.bootstrap import Redress
from interface.sample.load import BATCH, Happening, asked, batches, checks, id_of, tell
from interface.sample.urumqi import Fate, Fated, urumqi

HOUR: Final = timedelta(hours=1)
CATALOGUE: Final = "feed:catalogue"
# The consumer gives no reason (domain rules, section 3.2).
NO_REASON: Final = 1

# How long before the end people say what no feed tells.
SAID_BEFORE: Final[Mapping[Fate, timedelta]] = {
    "slow_refund": 36.6 * HOUR,
    "not_received": 1.5 * HOUR,
    "cheaper": 0.6 * HOUR,
}


class Feeds:
    """Tells what happened since it was last asked, each thing once.

    ``until`` is when the story is complete; ``orders`` are all it is about.
    """

    def __init__(self, redress: Redress, until: datetime, seed: int = 1) -> None:
        self._redress = redress
        self.until = until
        self.orders: Sequence[Fated] = tuple(urumqi(until, seed))
        self._told = datetime.min.replace(tzinfo=until.tzinfo)
        self._say: Mapping[Fate, Callable[[Fated, datetime], object]] = {
            "slow_refund": self._wants_it_back,
            "not_received": self._never_came,
            "cheaper": self._costs_less,
        }

    def id_of(self, fated: Fated) -> UUID:
        """Return the id of an order of the story."""
        return id_of(self._redress.orders, fated.sale)

    def of(self, fate: Fate) -> Sequence[Fated]:
        """Return the orders of a fate."""
        return [each for each in self.orders if each.fate == fate]

    def tell(self, upto: datetime) -> None:
        """Tell all that happened by a moment and was not told yet.

        Raises AssertionError where something is refused: nothing of it should be.
        """
        orders, people = self._redress.orders, self._redress.people
        new = [self._new(fated.happened, upto) for fated in self.orders]
        for some in batches([each for each in new if each], BATCH // 10):
            asks = [*asked(some, orders, people), *checks(some, orders, upto)]
            assert not tell(orders, asks), "nothing of the story is ever refused"
        for fated in self.orders:
            before = SAID_BEFORE.get(fated.fate)
            if before is not None and self._told < self.until - before <= upto:
                self._say[fated.fate](fated, self.until - before)
        self._told = upto

    def _new(self, happened: Sequence[Happening], upto: datetime) -> list[Happening]:
        return [each for each in happened if self._told < each.step.at <= upto]

    # -- What people say --

    def _wants_it_back(self, fated: Fated, at: datetime) -> None:
        """Have the consumer ask for the money, which the merchant is slow to answer."""
        order_id, order = self.id_of(fated), fated.sale.order
        cases = self._redress.after_sales
        command = OpenCase(
            by=By(role="consumer", name=order.consumer),
            order=str(order_id),
            consumer=order.consumer,
            merchant=order.merchant,
            type="refund_unshipped",
            items=(),
            reason=NO_REASON,
        )
        case_id = cases.id_of(order_id, "1")
        context = said(order_id, command, f"consumer:{order.consumer}", at)
        lines = AskedLines((Line(line=1),))
        cases.open(case_id, order_id, command, context, lines=lines)

    def _never_came(self, fated: Fated, at: datetime) -> None:
        """Have the consumer write that what was signed for never came."""
        order_id, order = self.id_of(fated), fated.sale.order
        contacts = self._redress.contacts
        command = OpenContact(
            by=By(role="consumer", name=order.consumer),
            consumer=order.consumer,
            channel="in_app",
            about="not_received",
            order=str(order_id),
        )
        contact_id = contacts.id_of(order.consumer, f"not-received {order.number}")
        context = said(order_id, command, f"consumer:{order.consumer}", at)
        contacts.take(contact_id, command, context)

    def _costs_less(self, fated: Fated, at: datetime) -> None:
        """Have the catalogue tell that the goods cost a fifth less now."""
        order_id = self.id_of(fated)
        (line,) = fated.sale.order.lines
        lower = Money(line.price.minor * 4 // 5, line.price.currency)
        report = ReportPrice(by=SYSTEM, line=line.line, unit_price=lower)
        context = said(order_id, report, CATALOGUE, at)
        self._redress.shortfall_reports.report_price(order_id, report, context)


def said(order_id: UUID, command: Struct, actor: str, at: datetime) -> CommandContext:
    """Return the context of what is said of an order once in the story."""
    cause = uuid5(order_id, f"story/{type(command).__name__}")
    return context_for(cause, command, actor=actor, asked_at=at)
