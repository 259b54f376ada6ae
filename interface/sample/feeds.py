"""Tells an installation the story of the sample, up to a moment: feeds and people."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from random import Random
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
from domain.order import RecordIntercept, RecordSigning, ShipParcel
from domain.party import SYSTEM, By
from interface.bootstrap import Redress
from interface.sample.load import (
    BATCH,
    NAMESPACE,
    Happening,
    asked,
    batches,
    checks,
    id_of,
    tell,
)
from interface.sample.tale import Tale
from interface.sample.urumqi import HUB, HUB_REGION, Fate, Fated, urumqi

HOUR: Final = timedelta(hours=1)
CATALOGUE: Final = "feed:catalogue"
# The consumer gives no reason (domain rules, section 3.2).
NO_REASON: Final = 1

# Of these nothing is left to tell: they were signed for.
OVER_ALREADY: Final[frozenset[Fate]] = frozenset({"fine", "not_received"})
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
        self._say: Mapping[Fate, Callable[[Fated, datetime, datetime], object]] = {
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
                self._say[fated.fate](fated, self.until - before, upto)
        self._told = upto

    def _new(self, happened: Sequence[Happening], upto: datetime) -> list[Happening]:
        return [each for each in happened if self._told < each.step.at <= upto]

    # -- How it goes on --

    def stops(self, orders: AbstractSet[UUID], at: datetime) -> None:
        """Tell that the carrier stopped the parcels of these orders, as asked."""
        stopped = [each for each in self.orders if self.id_of(each) in orders]
        self._ends([(each, goes_back) for each in stopped], "stopped", at)

    def moves_on(self, at: datetime, stopped: AbstractSet[UUID]) -> None:
        """Tell how the hub works again: the rest arrives, and what was late is sent.

        Of ``stopped`` orders nothing more is told.
        """
        rest = [
            (each, arrives if each.fate == "stuck" else sent)
            for each in self.orders
            if each.fate not in OVER_ALREADY and self.id_of(each) not in stopped
        ]
        self._ends(rest, "moves on", at - 12 * HOUR)

    def _ends(
        self, endings: Sequence[tuple[Fated, "Ending"]], how: str, at: datetime
    ) -> None:
        """Tell endings, a few minutes from one to the next, from a moment on."""
        dice = Random(how)  # noqa: S311  # no secret
        happened = []
        for place, (fated, ending) in enumerate(endings):
            tale = Tale(fated.sale, dice)
            tale.at = at + place * timedelta(minutes=3 if how != "stopped" else 0)
            ending(tale, *parcels_of(fated))
            name = f"{self.id_of(fated)} {how}"
            happened.append(
                [
                    Happening(fated.sale, step, uuid5(NAMESPACE, f"{name} {number}"))
                    for number, step in enumerate(tale.steps)
                ]
            )
        for some in batches(happened, BATCH // 10):
            asks = asked(some, self._redress.orders, self._redress.people)
            assert not tell(self._redress.orders, list(asks)), "it can go on so"

    # -- What people say --

    def _wants_it_back(self, fated: Fated, at: datetime, _: datetime) -> None:
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

    def _never_came(self, fated: Fated, at: datetime, _: datetime) -> None:
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

    def _costs_less(self, fated: Fated, _: datetime, now: datetime) -> None:
        """Have the catalogue tell that the goods cost a fifth less, as of now."""
        order_id = self.id_of(fated)
        (line,) = fated.sale.order.lines
        lower = Money(line.price.minor * 4 // 5, line.price.currency)
        report = ReportPrice(by=SYSTEM, line=line.line, unit_price=lower)
        context = said(order_id, report, CATALOGUE, now)
        self._redress.commands.shortfall_reports.report_price(order_id, report, context)


Ending = Callable[..., None]


def parcels_of(fated: Fated) -> list[str]:
    """Return the parcels of an order, as far as they were sent."""
    return [
        each.step.command.parcel
        for each in fated.happened
        if isinstance(each.step.command, ShipParcel)
    ]


def sent(tale: Tale) -> None:
    """Tell how the merchant sends it at last, and it arrives by another carrier."""
    parcel = tale.shipped()
    tale.scan(parcel, "picked_up", (0.2, 0.5), "hangzhou-east", "CN-ZJ")
    tale.scan(parcel, "in_transit", (0.5, 1), "hangzhou-hub", "CN-ZJ")


def goes_back(tale: Tale, parcel: str) -> None:
    """Tell how the carrier stops it, and sends it back."""
    tale.scan(parcel, "intercepted", (0, 0))
    tale.say(RecordIntercept(parcel=parcel, succeeded=True))


def arrives(tale: Tale, parcel: str) -> None:
    """Tell how it goes on after all, and is signed for."""
    tale.scan(parcel, "arrived_dest_city", (0, 0.1), f"{HUB}-3", HUB_REGION)
    tale.scan(parcel, "out_for_delivery", (0.5, 1), f"{HUB}-4", HUB_REGION)
    tale.scan(parcel, "signed", (0.5, 1), f"{HUB}-4", HUB_REGION)
    tale.say(RecordSigning(parcel=parcel, signed_by="consumer"))


def said(order_id: UUID, command: Struct, actor: str, at: datetime) -> CommandContext:
    """Return the context of what is said of an order once in the story."""
    cause = uuid5(order_id, f"story/{type(command).__name__}")
    return context_for(cause, command, actor=actor, asked_at=at)
