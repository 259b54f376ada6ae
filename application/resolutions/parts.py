"""What a party has to do with a resolution: what it bears, and what it is asked to do.

A carrier reads what fell short of its own parcels, and neither what else did, nor what
the consumer asks and gets for it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from application.order_view import utc
from application.sold import Sold
from domain.money import Money
from domain.party import ActingRole, By
from domain.plan import YUAN, Action, PlanStep
from domain.resolution import Resolution
from domain.resolution.state import StepState
from domain.resolution.values import StepStanding
from domain.shortfall import Shortfall, ShortfallCode

# How far something is, as whoever waits for it asks; that it takes a person, or another
# try, is for the service to see to.
Progress = Literal["to_come", "under_way", "done", "taken_back", "left_out"]
PROGRESS: Final[Mapping[StepStanding, Progress]] = {
    "waiting": "to_come",
    "started": "under_way",
    "failed": "under_way",
    "needs_human": "under_way",
    "succeeded": "done",
    "compensated": "taken_back",
    "skipped": "left_out",
}
# Who has a part in a step, beside whoever bears it.
URGED: Final[Mapping[Action, ActingRole]] = {
    "urge_merchant": "merchant",
    "urge_carrier": "carrier",
    "intercept": "carrier",
    "resend": "merchant",
    "exchange": "merchant",
    "renegotiate_ship_date": "merchant",
}
# What falls short on the way, where no parcel is named.
CARRIED: Final[frozenset[ShortfallCode]] = frozenset(
    {
        "DELIVERY_RISK",
        "DELIVERY_OVERDUE",
        "PICKUP_OVERDUE",
        "DISPATCH_OVERDUE",
        "TRANSIT_STALLED",
        "TRACK_ABNORMAL",
        "UNAUTHORISED_DROP",
        "PARCEL_LOST",
        "DELIVERED_NOT_RECEIVED",
        "CARRIER_INCIDENT",
    }
)


class PartView(Struct, frozen=True, kw_only=True):
    """One thing a party bears or has to do with, under which rule."""

    what: Action
    amount: Money | None
    bears: bool
    policy: str | None
    progress: Progress
    changed_at: datetime | None


def parts(
    known: Resolution, reader: By, sold: Sold | None = None
) -> tuple[PartView, ...]:
    """Return what a party bears, or is asked to do.

    ``sold`` says of an order of several merchants whose a step is; each reads its own.
    """
    role, merchant = reader.role, reader.name
    several = sold if role == "merchant" else None

    def mine(step: StepState) -> bool:
        return several is None or several.concerns(merchant, step.does, known)

    def charged(step: StepState) -> bool:
        to = merchant if several is None else several.charged(step.does, known)
        return to == merchant and bears(step, role)

    return tuple(
        PartView(
            what=each.does.action,
            amount=borne(each.does) if charged(each) else None,
            bears=charged(each),
            policy=each.does.policy,
            progress=PROGRESS[each.standing],
            changed_at=utc(each.changed_at),
        )
        for each in known.steps()
        if (charged(each) or URGED.get(each.does.action) == role) and mine(each)
    )


def bears(step: StepState, role: ActingRole) -> bool:
    """Say whether a party pays for a step, or is asked to pay it back."""
    return role in {step.does.bearer, step.does.party} and borne(step.does) is not None


def borne(step: PlanStep) -> Money | None:
    """Return what a step costs whoever bears it, deductions included."""
    if not step.charged_fen:
        return step.amount
    assert step.sets_aside_fen is not None, "what is charged was priced by the rules"
    return Money(step.sets_aside_fen, YUAN)


def seen_by(
    known: Resolution, reader: By, sold: Sold | None = None
) -> Iterator[tuple[str, Shortfall]]:
    """Yield the shortfalls a reader reads of, with their names, as they were noticed.

    The carrier of a resolution is that of the parcel it was opened about. Of several
    merchants each reads what fell short of its own.
    """
    opened = known.opened
    parcel = opened.shortfall.parcel if opened else None
    for name, each in known.shortfalls.items():
        theirs = each.parcel == parcel if each.parcel else each.code in CARRIED
        if reader.role == "merchant" and sold is not None:
            theirs = sold.fell_short(reader.name, each, known)
        elif reader.role != "carrier":
            theirs = True
        if theirs:
            yield name, each
