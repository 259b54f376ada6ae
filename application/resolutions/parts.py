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
    known: Resolution, reader: By, sold: Sold | None, carried: Mapping[str, str]
) -> Iterator[tuple[str, Shortfall]]:
    """Yield the shortfalls a reader reads of, with their names, as they were noticed.

    A carrier reads of the parcels it carries. Of several merchants each reads what fell
    short of its own.
    """
    for name, each in known.shortfalls.items():
        theirs = True
        if reader.role == "merchant" and sold is not None:
            theirs = sold.fell_short(reader.name, each, known)
        elif reader.role == "carrier":
            theirs = fell_on_the_way(each, known, reader.name, carried)
        if theirs:
            yield name, each


def fell_on_the_way(
    about: Shortfall, known: Resolution, carrier: str, carried: Mapping[str, str]
) -> bool:
    """Say whether something fell short of a parcel that the resolution's carrier has.

    The one it was opened about is; of goods that go back the detector names who has
    them. Where no parcel is named it is what falls short on the way.
    """
    if about.parcel is None:
        return about.code in CARRIED
    if known.opened is not None and about.parcel == known.opened.shortfall.parcel:
        return True
    told = [str(each.value) for each in about.facts if each.name == "carrier"]
    return carrier == next(iter(told), carried.get(about.parcel))
