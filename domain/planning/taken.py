"""What a step of a plan is priced beside: what those before it took."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from domain.money import Money
from domain.order import Order
from domain.order.paid import split
from domain.order.refusals import CurrenciesDiffer, OrderUnpaid
from domain.plan import PlanStep
from domain.planning.ground import Ground
from domain.policy.facts import Earlier
from domain.policy.money import share
from domain.policy.service_rows import StepRow


class Taken(Struct, frozen=True):
    """What earlier steps of the same plan took: of the order, of goodwill, of caps.

    Postage and what the rules pay are by merchant, None where there is one.
    """

    refund: int = 0
    freight: Mapping[str | None, int] = {}
    goodwill: int = 0
    earlier: tuple[tuple[str | None, Earlier], ...] = ()

    def seen_by(self, merchant: str | None) -> tuple[Earlier, ...]:
        """Return what the rules pay already, as a merchant's caps look at it."""
        return tuple(
            each if whose == merchant else replace(each, elsewhere=True)
            for whose, each in self.earlier
        )


class Priced(NamedTuple):
    """A step with its price, and what is taken with it. ``step`` None: not possible."""

    step: PlanStep | None
    taken: Taken


def step_of(
    ground: Ground,
    row: StepRow,
    amount: Money | None = None,
    *,
    bearer: str | None = None,
) -> PlanStep:
    """Return a step as its row says, about what fell short first."""
    first = ground.shortfalls[0]
    return PlanStep(
        action=row.action,
        part=row.part,
        amount=amount,
        bearer=bearer or row.bearer,  # type: ignore[arg-type]  # payers are parties
        reversible=row.reversible,
        shortfall=first.name,
        lines=ground.lines,
        parcel=first.parcel,
        party=row.bearer if row.action == "claim_recourse" else None,
    )


def worth(row: StepRow, paid: int) -> int:
    """Return what a step's row gives of what was paid."""
    fen = row.fixed_fen + share(paid, row.rate_bp)
    return fen if row.max_fen is None else min(fen, row.max_fen)


def by_line(order: Order, minor: int, lines: Iterable[int]) -> Mapping[int, int]:
    """Return an amount by line, by what was paid for the goods (largest remainder).

    An order nobody can say it of has the amount on its first line.
    """
    of = tuple(lines)
    try:
        shares = order.shares
        weights = [shares[line].goods.minor for line in of if line in shares]
    except (OrderUnpaid, CurrenciesDiffer):
        weights = []
    if len(weights) < len(of) or not any(weights):
        weights = [1, *(0 for _ in of[1:])] if of else []
    return dict(zip(of, split(minor, weights), strict=True))
