"""What is known of an order: the facts as reported, and what follows from them.

The facts are sets: whatever the order in which they were reported, and however often,
they come to the same state. Times are the earliest reported, unless a rule says
otherwise.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Final, NamedTuple

from msgspec import Struct, json

from domain.kernel import State
from domain.money import Money
from domain.order.claim import Claim, Refund
from domain.order.events import OrderEvent, OrderPlaced, PaymentCaptured
from domain.order.paid import Share, one_currency, shares_of
from domain.order.parcel import Mark, Parcel
from domain.order.refusals import OrderUnpaid
from domain.order.values import WHOLE, OrderLine, OrderStatus, Tender
from domain.promise import Offer, PinnedPromise, PromiseTerms


class Payment(Struct, frozen=True):
    """Every report of one payment. The largest of one currency stands: none shrinks.

    Amounts of several currencies have no order, so which one stands is no question of
    size.
    """

    reports: tuple[PaymentCaptured, ...]

    @property
    def at(self) -> datetime:
        """When it was first reported to have been made."""
        return min(report.at for report in self.reports)

    def standing(self, priced_in: str | None) -> PaymentCaptured:
        """Return the report that counts, of an order priced in this currency.

        It is the largest of those told in that currency alone; where none tells of it,
        or there is no such currency, of those in the currency of the earliest report,
        and of reports of one time in the first by its code.
        """
        if len(self.reports) == 1:
            return self.reports[0]
        told = {money for report in self.reports for money in tendered(report)}
        first = min((report.at, sorted(tendered(report))) for report in self.reports)
        rest = next(iter(first[1]), None)
        currency = priced_in if priced_in in told else rest

        def size(report: PaymentCaptured) -> tuple[bool, int, int, bytes]:
            sums = tendered(report)
            alone, minor = sums.keys() == {currency}, sums.get(currency or "", 0)
            return alone, minor, sum(sums.values()), encoded(report)

        return max(self.reports, key=size)


class Appointment(NamedTuple):
    """A delivery as appointed. Of several the one made last counts."""

    at: datetime
    offer: Offer


class Identity(NamedTuple):
    """Whose an order is, and its number at its source."""

    consumer: str
    source: str
    number: str


class AgreedDate(NamedTuple):
    """A ship date merchant and consumer agreed on, and when they did."""

    at: datetime
    due_at: datetime
    reason: str


class Cancellation(NamedTuple):
    """One report that the order was cancelled."""

    at: datetime
    by: str
    reason: str


# What is worked out of the placements, identities and payments alone.
OF_THE_SALE: Final = (
    *("placement", "identity", "lines", "offers", "paid_at", "priced_in"),
    *("tenders", "captured", "shares"),
)


class Order(State, frozen=True, kw_only=True, dict=True):
    """An order as known. What is asked of it again and again is worked out once.

    ``placements``, ``payments``, ``parcels``, ``claims``, ``refunds`` and the times are
    facts; ``promises``, ``contradictions`` and ``released`` are what was concluded from
    them so far. ``refunds`` are those told of elsewhere. ``given``
    is until when the consumer was given time, by what for.
    """

    placements: tuple[OrderPlaced, ...] = ()
    identities: tuple[Identity, ...] = ()
    payments: Mapping[str, Payment] = {}
    payable: tuple[tuple[datetime, Money], ...] = ()
    stock: tuple[datetime, ...] = ()
    parcels: Mapping[str, Parcel] = {}
    agreed: tuple[AgreedDate, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    given: Mapping[str, datetime] = {}
    address: tuple[tuple[datetime, str], ...] = ()
    receipts: tuple[datetime, ...] = ()
    completions: tuple[datetime, ...] = ()
    cancellations: tuple[Cancellation, ...] = ()
    reviews: Mapping[str, tuple[tuple[datetime, int, str], ...]] = {}
    notes: frozenset[tuple[datetime, str]] = frozenset()
    claims: Mapping[str, Claim] = {}
    refunds: Mapping[str, Refund] = {}
    promises: Mapping[str, PinnedPromise] = {}
    contradictions: frozenset[tuple[str, str | None]] = frozenset()
    released: Mapping[str, int] = {}

    @cached_property
    def placement(self) -> OrderPlaced | None:
        """The placement that counts: the earliest."""
        return self.placements[0] if self.placements else None

    @cached_property
    def identity(self) -> Identity | None:
        """Whose it is and what it is called, as far as anybody said."""
        placed = self.placement
        if placed is not None:
            return Identity(placed.consumer, placed.source, placed.number)
        return self.identities[0] if self.identities else None

    @property
    def source(self) -> str | None:
        """Where it was ordered, as far as anybody said."""
        return self.identity.source if self.identity else None

    @cached_property
    def lines(self) -> tuple[OrderLine, ...]:
        """What was ordered, as far as it is known."""
        return self.placement.lines if self.placement else ()

    @property
    def placed_at(self) -> datetime | None:
        """When it was placed."""
        return self.placement.at if self.placement else None

    @cached_property
    def paid_at(self) -> datetime | None:
        """When the first payment was made."""
        return min((payment.at for payment in self.payments.values()), default=None)

    @property
    def stock_at(self) -> datetime | None:
        """When the merchant first had the goods."""
        return min(self.stock, default=None)

    @property
    def received_at(self) -> datetime | None:
        """When the consumer first confirmed receipt."""
        return min(self.receipts, default=None)

    @property
    def completed_at(self) -> datetime | None:
        """When it was first said to be complete."""
        return min(self.completions, default=None)

    @property
    def cancelled_at(self) -> datetime | None:
        """When it was first said to be cancelled."""
        return self.cancellations[0].at if self.cancellations else None

    @cached_property
    def priced_in(self) -> str | None:
        """The currency of its prices; None where there are several, or none."""
        known = {line.price.currency for line in self.lines}
        known |= {line.freight.currency for line in self.lines if line.freight}
        return known.pop() if len(known) == 1 else None

    @cached_property
    def tenders(self) -> tuple[Tender, ...]:
        """What it was paid with, by the report of each payment that counts."""
        priced_in = self.priced_in
        return tuple(
            tender
            for payment in self.payments.values()
            for tender in payment.standing(priced_in).tenders
        )

    @cached_property
    def captured(self) -> dict[str, int]:
        """Minor units paid, by currency."""
        return by_currency(tender.amount for tender in self.tenders)

    @property
    def paid_in(self) -> str:
        """The one currency of its prices and payments.

        Raises OrderUnpaid, and CurrenciesDiffer where there are several.
        """
        if not self.payments:
            raise OrderUnpaid
        return one_currency(self.lines, self.captured)

    @cached_property
    def shares(self) -> Mapping[int, Share]:
        """What was paid, split over the lines and their postage.

        Raises OrderUnpaid and CurrenciesDiffer.
        """
        currency = self.paid_in
        return shares_of(self.lines, self.captured.get(currency, 0), currency)

    @property
    def escrow(self) -> dict[str, int]:
        """Minor units paid and not yet released, by currency (担保交易)."""
        held = dict(self.captured)
        for currency, minor in self.released.items():
            held[currency] = held.get(currency, 0) - minor
        return held

    @property
    def reserved(self) -> dict[str, int]:
        """Minor units that live claims reserve, by currency."""
        return by_currency(
            amount for claim in self.claims.values() for amount in claim.reserved
        )

    @cached_property
    def refunded(self) -> dict[str, int]:
        """Minor units that went back, settled here or told of, by currency."""
        settled = (each for claim in self.claims.values() for each in claim.paid_back)
        told = (each for refund in self.refunds.values() for each in refund.amounts)
        return by_currency((*settled, *told))

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        """Every promise shown, each once."""
        if len(self.placements) == 1 and len(self.placements[0].offers) <= 1:
            return self.placements[0].offers
        shown = (offer for placed in self.placements for offer in placed.offers)
        return tuple(dict.fromkeys(shown))

    @property
    def appointment(self) -> Offer | None:
        """The delivery appointed, as agreed last."""
        return self.appointments[-1].offer if self.appointments else None

    @property
    def known(self) -> bool:
        """Whether anything was ever reported of it."""
        return self != NOTHING_KNOWN

    @property
    def closed(self) -> bool:
        """Whether it was cancelled or completed."""
        return self.cancelled_at is not None or self.completed_at is not None

    def proof(self, deed: str, line: int | None = None) -> tuple[Mark, str] | None:
        """Return what completed a deed for a line or all of them, and where it is told.

        ``deed`` is "shipped", "handed_over" or "delivered". The consumer's own word of
        receipt proves delivery; that the order was completed does so only if nothing
        else is known.
        """
        ways = (
            self._nameless(deed),
            self._every_parcel(deed),
            self._enough_parcels(deed, line),
        )
        told = [way for way in ways if way is not None] if self.parcels else []
        if deed == "delivered" and self.received_at is not None:
            told.append((Mark(self.received_at, 0, "confirmed"), "receipt"))
        if deed == "delivered" and self.completed_at is not None and not told:
            told.append((Mark(self.completed_at, 0, "completed"), "order"))
        return min(told, default=None)

    def _nameless(self, deed: str) -> tuple[Mark, str] | None:
        """Return the report that names no parcel: it speaks of the whole order."""
        parcel = self.parcels.get(WHOLE)
        mark: Mark | None = getattr(parcel, deed, None)
        return (mark, WHOLE) if mark is not None else None

    def _every_parcel(self, deed: str) -> tuple[Mark, str] | None:
        """Return the last of all parcels, if one of them holds all that is left.

        That is the one last said to have no contents of its own.
        """
        told = {name: each for name, each in self.parcels.items() if each.told}
        rest = [
            (each.told[-1].at, name)
            for name, each in told.items()
            if not each.told[-1].contents
        ]
        if not rest:
            return None
        holds_rest = max(rest)[1]
        needed = [
            (getattr(parcel, deed), name)
            for name, parcel in told.items()
            if name == holds_rest or (parcel.contents and not parcel.gone)
        ]
        done = [(mark, name) for mark, name in needed if mark is not None]
        return max(done) if len(done) == len(needed) else None

    def _enough_parcels(self, deed: str, line: int | None) -> tuple[Mark, str] | None:
        """Return the parcel that brought what was ordered to its whole quantity."""
        if not any(parcel.contents for parcel in self.parcels.values()):
            return None
        missing = {
            each.line: each.quantity
            for each in self.lines
            if line is None or each.line == line
        }
        done = sorted(
            (mark, name)
            for name, parcel in self.parcels.items()
            if (mark := getattr(parcel, deed)) is not None
        )
        for mark, name in done if missing else ():
            for packed in self.parcels[name].contents or ():
                if packed.line in missing:
                    missing[packed.line] -= packed.quantity
            if all(quantity <= 0 for quantity in missing.values()):
                return mark, name
        return None

    def concluded_under(self, terms: PromiseTerms) -> bool:
        """Whether nothing follows from it under these terms, as far as is known."""
        return self.__dict__.get("_terms") is terms

    def nothing_follows(self, terms: PromiseTerms) -> None:
        """Note that all that follows under these terms is concluded."""
        self.__dict__["_terms"] = terms

    def after(self, event: OrderEvent) -> "Order | None":
        """Return what it is after this very event, if that was worked out already.

        It is told once: else the first state would hold on to every later one.
        """
        known = self.__dict__.pop("_after", None)
        return known[1] if known is not None and known[0] is event else None

    def goes_on(self, event: OrderEvent, after: "Order") -> None:
        """Note what it is after an event, which has as much worked out as this has."""
        if after is self:
            return
        known, same = self.__dict__, after.__dict__
        if (
            after.placements is self.placements
            and after.payments is self.payments
            and after.identities is self.identities
        ):
            same.update({each: known[each] for each in OF_THE_SALE if each in known})
        known["_after"] = event, after

    @property
    def status(self) -> OrderStatus:
        """The state of the order, in the platform's words (domain rules, 3.1)."""
        some = any(parcel.shipped for parcel in self.parcels.values())
        ladder: tuple[tuple[bool, OrderStatus], ...] = (
            (self.cancelled_at is not None, "cancelled"),
            (self.completed_at is not None, "completed"),
            (self.proof("delivered") is not None, "delivered"),
            (self.proof("shipped") is not None, "shipped"),
            (some, "partially_shipped"),
            (self.stock_at is not None, "preparing"),
            (bool(self.payments), "paid"),
        )
        return next((status for so, status in ladder if so), "pending_payment")


# An order nobody ever reported anything of.
NOTHING_KNOWN = Order()


def by_currency(amounts: Iterable[Money]) -> dict[str, int]:
    """Return minor units added up by currency."""
    sums: dict[str, int] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return sums


def tendered(report: PaymentCaptured) -> dict[str, int]:
    """Return what a report says was paid, by currency; nothing is of no currency."""
    sums = by_currency(tender.amount for tender in report.tenders)
    return {currency: minor for currency, minor in sums.items() if minor}


def encoded(event: Struct) -> bytes:
    """Return an event's bytes, for an order among equals that no clock decides."""
    return json.encode(event)
