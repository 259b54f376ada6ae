"""What happens to one sale, told step by step, each some time after the last."""

from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

from msgspec import Struct

from application.people import mask
from domain.kernel import Report
from domain.order import (
    CapturePayment,
    ConfirmReceipt,
    ConfirmStock,
    OrderCommand,
    Packed,
    RecordCompletion,
    RecordReview,
    RecordScan,
    RecordSigning,
    ScanCode,
    ShipParcel,
    SignedBy,
    Tender,
)
from interface.sample.market import CARRIERS, Sale
from interface.sample.words import COURIERS, PLACES, REVIEWS, SCANS

FEED = "feed:sample"

# Stands where words go until they are sealed.
UNSEALED = "sealed:not-yet"

# Who is likely to be how happy, by stars from 1 to 5.
PLEASED, PATIENT, ANGRY = (1, 1, 3, 9, 14), (2, 5, 8, 4, 1), (12, 7, 3, 1, 0)

HOURS = tuple[float, float]


class Step(Struct, frozen=True):
    """One thing said of an order; ``text`` are the words that go with it, unsealed."""

    at: datetime
    command: OrderCommand
    actor: str = FEED
    text: str = ""


class Tale:
    """Collects the steps of one sale; ``at`` is when the last of them happened."""

    def __init__(self, sale: Sale, dice: Random) -> None:
        self.sale, self.dice = sale, dice
        self.at = sale.placed_at
        self.steps: list[Step] = []
        self._scans = 0

    # -- Telling --

    def later(self, hours: HOURS) -> None:
        """Let time pass: between so many hours and so many."""
        low, high = hours
        self.at += timedelta(
            seconds=self.dice.randint(int(low * 3600), int(high * 3600))
        )

    def say(self, command: OrderCommand, actor: str = FEED, text: str = "") -> None:
        """Add a step."""
        assert actor != FEED or isinstance(command, Report), "feeds ask for nothing"
        self.steps.append(Step(self.at, command, actor, text))

    @property
    def consumer(self) -> str:
        """The actor who bought."""
        return f"consumer:{self.sale.order.consumer}"

    @property
    def merchant(self) -> str:
        """The actor who sold."""
        return f"merchant:{self.sale.shop.name}"

    # -- Pieces that most stories share --

    def bought(self, pause: HOURS = (0.01, 0.5)) -> None:
        """Place the order and pay for it, sometimes in two tenders."""
        order = self.sale.order
        self.say(order)
        self.later(pause)
        currency = self.sale.shop.currency
        minor = sum(
            line.price.minor + (line.freight.minor if line.freight else 0)
            for line in order.lines
        )
        price = type(order.lines[0].price)
        voucher = minor // 10 if self.dice.random() < 1 / 5 else 0
        means = self.dice.choice(("wechat", "alipay", "card"))
        tenders = [Tender(tender=means, amount=price(minor - voucher, currency))]
        if voucher:
            tenders.append(Tender(tender="voucher", amount=price(voucher, currency)))
        self.say(CapturePayment(payment=f"P{order.number}", tenders=tuple(tenders)))

    def prepared(self) -> None:
        """Have the goods at hand."""
        self.later((0.5, 5))
        self.say(ConfirmStock())

    def shipped(self, contents: tuple[Packed, ...] = ()) -> str:
        """Send a parcel; return its name, the waybill."""
        parcel = self.waybill()
        carrier = self.sale.carrier
        command = ShipParcel(
            parcel=parcel, carrier=carrier, waybill=parcel, contents=contents
        )
        self.say(command)
        return parcel

    def waybill(self) -> str:
        """Return a fresh waybill of the sale's carrier."""
        return f"{CARRIERS[self.sale.carrier]}{self.dice.randrange(10**12, 10**13)}"

    def scan(
        self,
        parcel: str,
        code: ScanCode,
        pause: HOURS,
        outlet: str | None = None,
        region: str | None = None,
    ) -> None:
        """Have the carrier scan a parcel, and say so in its own words."""
        self.later(pause)
        place, other = self.dice.sample(PLACES, 2)
        text = mask(
            SCANS[code].format(
                place=place,
                other=other,
                courier=self.dice.choice(COURIERS),
                phone=f"199{self.dice.randrange(10**8):08}",
            )
        )
        self._scans += 1
        digest = sha256(f"{self.at.isoformat()} {text}".encode()).hexdigest()[:16]
        command = RecordScan(
            parcel=parcel,
            scan=digest,
            code=code,
            rank=self._scans,
            text=UNSEALED,
            outlet=outlet,
            region=region,
        )
        self.say(command, text=text)

    def carried(self, parcel: str, pace: float = 1.0) -> None:
        """Take a parcel as far as the consumer's town."""
        self.scan(parcel, "picked_up", (0.5 * pace, 6 * pace))
        for _ in range(self.dice.randint(1, 3)):
            self.scan(parcel, "in_transit", (3 * pace, 14 * pace))
        self.scan(parcel, "arrived_dest_city", (3 * pace, 12 * pace))

    def arrived(self, parcel: str) -> None:
        """Bring it to the door or to a pickup point, and have it signed for."""
        self.scan(parcel, "out_for_delivery", (2, 10))
        signed_by: SignedBy = "consumer"
        if self.dice.random() < 1 / 5:
            self.scan(parcel, "at_pickup_point", (0.5, 4))
            self.later((1, 20))
            signed_by = "pickup_point"
        self.scan(parcel, "signed", (0.5, 5))
        self.say(RecordSigning(parcel=parcel, signed_by=signed_by))

    def received(self) -> None:
        """Confirm receipt, or let the platform complete the order in time."""
        if self.dice.random() < 1 / 2:
            self.later((4, 96))
            self.say(ConfirmReceipt(), self.consumer)
        else:
            self.later((240, 260))
            self.say(RecordCompletion())

    def reviewed(self, mood: tuple[int, ...], share: float = 0.5) -> None:
        """Say what the consumer thought of it, if it is said at all."""
        if self.dice.random() > share:
            return
        self.later((1, 72))
        stars = self.dice.choices((1, 2, 3, 4, 5), mood)[0]
        review = RecordReview(
            review=f"R{self.sale.order.number}", score=stars, words=UNSEALED
        )
        self.say(review, text=self.dice.choice(REVIEWS[stars]))
