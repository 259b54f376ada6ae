"""What plans are priced on: the order, its money, the caps, and what fell short."""

from hashlib import sha256

from msgspec import Struct, json

from domain.compensation import DayOfCompensation
from domain.kernel import Code, LongName, Moment
from domain.order import Order
from domain.order.shares import order_left
from domain.policy.book import Rulebook
from domain.policy.facts import Facts
from domain.policy.rows import Times
from domain.shortfall import Severity, Shortfall

CANONICAL = json.Encoder(order="deterministic")


class Ground(Struct, frozen=True, kw_only=True):
    """All that pricing looks at; the same ground always gives the same plans.

    ``name`` is the order's id, ``matter`` the resolution's. ``facts`` are what the
    rules of money are asked, None for an order they say nothing of: not paid, or not
    in yuan. ``day`` is what the consumer has had of the merchant for that day.
    ``blocked``: goodwill is. ``stalled_hours`` is how long no parcel has moved.
    ``now`` is when plans are made; dates put off are counted from it.
    """

    name: str
    matter: str | None = None
    order: Order
    shortfalls: tuple[Shortfall, ...]
    book: Rulebook
    times: Times
    now: Moment
    day: DayOfCompensation = DayOfCompensation()
    facts: Facts | None = None
    blocked: bool = False
    severity: Severity | None = None
    stalled_hours: int | None = None
    goods: Code | None = None

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines that fell short; all of them where one shortfall is of the order.

        What fell short of a line that nobody ordered is of the order as well.
        """
        ordered = [line.line for line in self.order.lines]
        named = {each.line for each in self.shortfalls}
        if not named <= set(ordered):
            return tuple(ordered)
        return tuple(line for line in ordered if line in named)

    @property
    def shipped(self) -> bool:
        """Whether anything of the order is on its way."""
        return any(parcel.shipped for parcel in self.order.parcels.values())


def rests_on(ground: Ground) -> LongName:
    """Return the name of what plans were priced on, for the hash of their preview.

    It changes with what fell short, with the money that can still go back, with what
    caps have given, and with the rules; not with every scan of a parcel, nor with what
    is owed anyway being paid: that was previewed beside them.
    """
    left = order_left(ground.order).minor if ground.order.payments else 0
    looked_at = (
        ground.book.ref,
        sorted(each.name for each in ground.shortfalls),
        left,
        sorted(ground.order.claims),
        [
            (name, each.standing)
            for name, each in ground.day.reservations.items()
            if each.goodwill or each.matter != ground.matter
        ],
        ground.blocked,
    )
    return f"facts:{sha256(CANONICAL.encode(looked_at)).hexdigest()}"
