"""What happened to a day's compensation of one consumer by one merchant."""

from datetime import date

from domain.compensation.values import Dates, Lines, Zone
from domain.kernel import Code, ConsumerName, Event, Moment, Name, PolicyRef
from domain.party import By
from domain.policy.quote import Facts
from domain.policy.rows import Fen


class CompensationReserved(
    Event, frozen=True, kw_only=True, tag="compensation.reserved"
):
    """The rules pay this, and it is set aside under every cap it counts for.

    ``facts`` are all that was looked at, what was reserved or paid before included, so
    that the answer can be computed again; ``policy`` is the book it was asked of.
    """

    at: Moment
    by: By
    reservation: Name
    matter: Name
    order: Name
    consumer: ConsumerName
    merchant: Name
    paid_on: date
    zone: Zone
    facts: Facts
    dates: Dates
    policy: PolicyRef
    lines: Lines
    total_fen: Fen


class GoodwillReserved(
    Event, frozen=True, kw_only=True, tag="compensation.goodwill_reserved"
):
    """What nobody is owed is set aside, under the caps of goodwill.

    ``caps`` are the rows looked at, ``before_fen`` what they had let go of before.
    """

    at: Moment
    by: By
    approved_by: By
    reservation: Name
    matter: Name
    order: Name
    consumer: ConsumerName
    merchant: Name
    paid_on: date
    zone: Zone
    paid_fen: Fen
    before_fen: Fen
    dates: Dates
    caps: tuple[PolicyRef, ...]
    total_fen: Fen


class CompensationPaid(Event, frozen=True, kw_only=True, tag="compensation.paid"):
    """What was reserved has been paid; it counts for its caps for good.

    ``consumer_fen`` is the consumer's part: of a deduction nothing.
    """

    at: Moment
    by: By
    reservation: Name
    total_fen: Fen
    consumer_fen: Fen | None = None


class CompensationReleased(
    Event, frozen=True, kw_only=True, tag="compensation.released"
):
    """What was reserved is not paid after all; its share of the caps is free again.

    ``consumer_fen`` is the consumer's part: of a deduction nothing.
    """

    at: Moment
    by: By
    reservation: Name
    reason: Code
    total_fen: Fen
    consumer_fen: Fen | None = None


CompensationEvent = (
    CompensationReserved | GoodwillReserved | CompensationPaid | CompensationReleased
)
