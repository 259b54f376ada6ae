"""What plans are priced on: the order, its money, the caps, and what fell short."""

from collections.abc import Mapping
from hashlib import sha256

from msgspec import Struct, json
from msgspec.structs import replace

from domain.compensation import DayOfCompensation
from domain.kernel import Code, LongName, Moment
from domain.order import Order
from domain.order.shares import order_left
from domain.policy.book import Rulebook
from domain.policy.facts import Facts
from domain.policy.rows import Times
from domain.shortfall import Severity, Shortfall

CANONICAL = json.Encoder(order="deterministic")


class Sold(Struct, frozen=True, kw_only=True):
    """What one merchant of an order of several sold, as far as it fell short.

    ``lines`` are those that fell short, ``theirs`` all it sold. The rest is as of
    ``Ground``: each merchant has a day of its own.
    """

    merchant: str | None
    lines: tuple[int, ...]
    theirs: tuple[int, ...]
    day: DayOfCompensation
    facts: Facts | None
    times: Times
    ledger: bool


class Ground(Struct, frozen=True, kw_only=True):
    """All that pricing looks at; the same ground always gives the same plans.

    ``name`` is the order's id, ``matter`` the resolution's. ``facts`` are what the
    rules of money are asked, None for an order they say nothing of: not paid, or not
    in yuan. ``day`` is what the consumer has had of the merchant for that day; of an
    order of several the first one's, where all its goodwill stands. ``ledger`` says
    that there is such a day: who sold it is known, and it was paid. ``blocked``:
    goodwill is. ``stalled_hours`` is how long no parcel has moved. ``now`` is when
    plans are made; dates put off are counted from it. ``coming`` is what steps under
    way will give lines for a fallen price that no claim of the order holds yet.

    ``sold`` is what each merchant of an order of several sold, none for one. Of the
    ground of one of them (``apart``) ``about`` are its lines that fell short,
    ``theirs`` all it sold, ``among`` all that fell short whoever sold it.
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
    ledger: bool = True
    coming: Mapping[int, int] = {}
    sold: tuple[Sold, ...] = ()
    merchant: str | None = None
    about: tuple[int, ...] = ()
    theirs: tuple[int, ...] = ()
    among: tuple[int, ...] = ()

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines that fell short; all of them where one shortfall is of the order.

        What fell short of a line that nobody ordered is of the order as well.
        """
        if self.about:
            return self.about
        ordered = [line.line for line in self.order.lines]
        named = {each.line for each in self.shortfalls}
        if not named <= set(ordered):
            return tuple(ordered)
        return tuple(line for line in ordered if line in named)

    @property
    def paid_fen(self) -> int:
        """What was paid for all of the order: caps of goodwill are the order's.

        Nothing where the rules of money say nothing of it.
        """
        if self.facts is None:
            return 0
        shares = self.order.shares.values()
        return sum(each.goods.minor + each.freight.minor for each in shares)

    @property
    def complete(self) -> bool:
        """Whether all fell short that was sold together, so that its postage did."""
        together = self.theirs or tuple(line.line for line in self.order.lines)
        return set(self.lines) == set(together)

    def apart(self) -> tuple["Ground", ...]:
        """Return a ground for each merchant; the ground itself where there is one."""
        if not self.sold:
            return (self,)
        return tuple(
            replace(
                self,
                shortfalls=of_lines(self, each.lines),
                day=each.day,
                facts=each.facts,
                times=each.times,
                ledger=each.ledger,
                sold=(),
                merchant=each.merchant,
                about=each.lines,
                theirs=each.theirs,
                among=self.lines,
            )
            for each in self.sold
        )

    @property
    def shipped(self) -> bool:
        """Whether anything of the order is on its way."""
        return any(parcel.shipped for parcel in self.order.parcels.values())


def of_lines(ground: Ground, lines: tuple[int, ...]) -> tuple[Shortfall, ...]:
    """Return what fell short of some lines, or of all the order."""
    ordered = {line.line for line in ground.order.lines}
    others = ordered - set(lines)
    found = tuple(each for each in ground.shortfalls if each.line not in others)
    return found or ground.shortfalls


def rests_on(ground: Ground) -> LongName:
    """Return the name of what plans were priced on, for the hash of their preview.

    It changes with what fell short, with the money that can still go back, with what
    caps have given, and with the rules; not with every scan of a parcel, nor with what
    is owed anyway being paid: that was previewed beside them.
    """
    left = order_left(ground.order).minor if ground.order.payments else 0
    days = [ground.day, *(each.day for each in ground.sold)]
    looked_at = (
        ground.book.ref,
        sorted(each.name for each in ground.shortfalls),
        left,
        sorted(ground.order.claims),
        sorted(
            {
                (name, each.standing)
                for day in days
                for name, each in day.reservations.items()
                if each.goodwill or each.matter != ground.matter
            }
        ),
        ground.blocked,
        ground.ledger,
        [(each.merchant, each.lines, each.ledger) for each in ground.sold],
    )
    return f"facts:{sha256(CANONICAL.encode(looked_at)).hexdigest()}"
