"""The case by which a dispute over an order alone pays: opened once it comes to money.

Pure. What was only argued about gets a case of its own, so that the order of the money,
its ways, what the gateway says and what is written down are the case's as everywhere.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Final, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from application.case_claims import claim_commands
from application.dispute_moves import Turn, check_awards, order_commands, way_of
from application.dispute_refunds import Repaid
from application.dispute_ways import BECOMES, Ground, reserves
from domain.after_sales import (
    CASE,
    ApproveCase,
    Case,
    CaseCommand,
    CaseType,
    ChangeRequest,
    EndIntervention,
    OpenCase,
)
from domain.dispute import DisputeSettled, OfferType
from domain.kernel import Refused
from domain.money import Money
from domain.order import (
    ORDER,
    Claim,
    OpenClaim,
    Order,
    OrderCommand,
    SettleClaim,
)
from domain.order.claiming import claimed
from domain.party import SYSTEM, By

OTHER: Final = 15  # 其他: what it is about, the dispute says


class Begun(NamedTuple):
    """What the case and the order are asked, and what goes back by it.

    Without commands to a case the order has no room for one: all of it is owed.
    """

    case: Sequence[CaseCommand]
    order: Sequence[OrderCommand]
    back: Repaid


def begun(turn: Turn, case_id: UUID, ground: Ground) -> Begun:
    """Return what a dispute without a case does to its order, and its case, if it pays.

    More than the claim is refused when it is ruled (MoreThanTheOrderGives).
    """
    claim = ground.order.claims.get(turn.name)
    live = claim is not None and claim.live
    items, freight = (claim.items, claim.freight) if claim and live else ((), None)
    if live:
        check_awards(turn, items, freight)
    back = turn.goes_back(items, freight)
    if claim is not None and (back.items or back.freight is not None):
        return by_case(turn, case_id, claim, back, ground)
    return Begun((), tuple(order_commands(turn, ground.order)), back)


def by_case(
    turn: Turn, case_id: UUID, claim: Claim, back: Repaid, ground: Ground
) -> Begun:
    """Return how the money of a dispute goes through a case that is opened for it.

    What the dispute reserved is the case's from then on. Raises what the case refuses.
    """
    free = SettleClaim(claim=turn.name)
    order = after(ground.order, free, ground)
    for kind in BECOMES:
        name = str(case_id)
        reserve = OpenClaim(
            claim=name, kind=kind, items=claim.items, freight=claim.freight
        )
        opening = opening_of(turn, order, claim, kind)
        try:
            reserved = after(order, reserve, ground)
        except Refused:
            continue
        case = done(CASE.initial, opening, ground)
        way = way_of(turn, name, case, ground._replace(order=reserved))
        if way is None:
            continue
        ruled = done(case, way.command, ground)
        rest = claim_commands(name, case, ruled)
        return Begun((opening, way.command), (free, reserve, *rest), way.back)
    return Begun((), (free,), owed(back))


# What the sides agree on that is no money, as what a case becomes by it.
GOODS: Final[Mapping[OfferType, CaseType]] = {
    "resend": "resend",
    "repair": "repair",
    "replacement_without_refund": "exchange",
}


def goods_agreed(turn: Turn, case_id: UUID, case: Case, ground: Ground) -> Begun | None:
    """Return how a case does what was agreed about goods; None where it cannot.

    The consumer asks for it, and the merchant agrees: both did in the dispute.
    """
    offer, opened = turn.after.accepted, turn.after.opened
    if offer is None or opened is None or not turn.happened(DisputeSettled):
        return None
    if opened.merchant is None:
        return None
    kind = GOODS.get(offer.type)
    if kind is None or case.reason is None:
        return None
    change = ChangeRequest(
        by=By(role="consumer", name=opened.consumer),
        type=kind,
        items=tuple(
            replace(item, amount=Money(0, item.amount.currency)) for item in case.items
        ),
        reason=case.reason,
    )
    asked = (
        EndIntervention(by=SYSTEM, dispute=turn.name),
        change,
        ApproveCase(by=By(role="merchant", name=opened.merchant)),
    )
    now = case
    try:
        for command in asked:
            now = done(now, command, ground)
    except Refused:
        return None
    name = str(case_id)
    if not reserves(name, case, now, ground):
        return None
    return Begun(asked, claim_commands(name, case, now), Repaid())


def opening_of(turn: Turn, order: Order, claim: Claim, kind: CaseType) -> OpenCase:
    """Return the opening of the case, by the service, for what was argued about."""
    opened = turn.after.opened
    assert opened is not None, "only a dispute of our own comes to money"
    return OpenCase(
        by=SYSTEM,
        order=opened.order,
        consumer=opened.consumer,
        merchant=opened.merchant,
        ordered_at=order.placed_at or order.paid_at,
        type=kind,
        items=claim.items,
        freight=claim.freight,
        reason=OTHER,
        where=opened.where,
    )


def owed(back: Repaid) -> Repaid:
    """Return what was to go back as owed: no case pays it."""
    known = [*(item.amount for item in back.items), back.freight, back.beyond]
    amounts = [each for each in known if each is not None]
    whole = Money(sum(each.minor for each in amounts), amounts[0].currency)
    return Repaid(beyond=whole)


def after(order: Order, command: OpenClaim | SettleClaim, ground: Ground) -> Order:
    """Return the order after a command about a claim; raises what it refuses."""
    events = claimed(order, command, ground.at)
    return reduce(ORDER.evolve, events, order)


def done(case: Case, command: CaseCommand, ground: Ground) -> Case:
    """Return the case after a command; raises what it refuses."""
    events = CASE.decide(case, command, ground.book, ground.at)
    return reduce(CASE.evolve, events, case)
