"""What a turn of a dispute asks of its case, its order and its account, as commands.

Pure: given the dispute before and after, who is asked what.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.dispute_money import agreed, asked_whose, blame, enforced
from application.dispute_refunds import Repaid, by_offer, by_ruling
from domain.after_sales import (
    Case,
    CaseCommand,
    EndIntervention,
    EscalateCase,
    ExecuteRuling,
    ReopenCase,
)
from domain.dispute import (
    DISPUTE,
    FINAL,
    AppealDecided,
    CompleteEnforcement,
    Dispute,
    DisputeCommand,
    DisputeDefaulted,
    DisputeEvent,
    DisputeReopened,
    DisputeSettled,
    EnforcementStarted,
    EnforceRuling,
    OpenDispute,
    RulingIssued,
)
from domain.kernel import Refused
from domain.money import Money
from domain.order import (
    Claim,
    ClaimItems,
    OpenClaim,
    Order,
    OrderCommand,
    SettleClaim,
)
from domain.order.shares import paid_shares
from domain.party import SYSTEM
from domain.policy.book import Rulebook
from domain.responsibility import Entry, ResponsibilityCommand


class Turn(Struct, frozen=True):
    """One decision of a dispute: how it stood, how it stands, and what happened.

    ``source`` is that of the order it is about.
    """

    dispute_id: UUID
    before: Dispute
    after: Dispute
    events: tuple[DisputeEvent, ...]
    source: str | None = None

    @property
    def name(self) -> str:
        """What the dispute is called in other streams."""
        return str(self.dispute_id)

    @property
    def carried_out(self) -> bool:
        """Whether a ruling began to be carried out."""
        return self.happened(EnforcementStarted)

    @property
    def ended(self) -> bool:
        """Whether it ended just now."""
        return self.after.status in FINAL and self.before.status not in FINAL

    def happened(self, *types: type[DisputeEvent]) -> bool:
        """Whether an event of these types is among what happened."""
        return any(isinstance(event, types) for event in self.events)

    def goes_back(self, items: ClaimItems, postage: Money | None) -> Repaid:
        """Return what goes back now to the consumer, of what is claimed."""
        after = self.after
        if self.carried_out and after.ruling is not None:
            return by_ruling(after.ruling, items, postage)
        if self.happened(DisputeSettled) and after.accepted is not None:
            return by_offer(after.accepted, after.claimed, items, postage)
        return Repaid()


# -- How it is opened --


def as_ordered(
    command: OpenDispute,
    order: Order,
    case: Case | None,
    items: ClaimItems,
    freight: Money | None,
) -> OpenDispute:
    """Return the opening with what the order and the case say of it."""
    placed, identity = order.placement, order.identity
    assert identity is not None, "an order that is known has an identity"
    amounts = [item.amount for item in items] + ([freight] if freight else [])
    whole = sum((each.minor for each in amounts), 0)
    claimed = Money(whole, amounts[0].currency) if whole else None
    selling = {
        each.party
        for each in (placed.participants if placed else ())
        if {"creator", "room_seller"} & set(each.roles)
    } - {placed.merchant if placed else None}
    handlers = case.handlers if case is not None else frozenset()
    return replace(
        command,
        consumer=identity.consumer,
        merchant=command.merchant or (placed.merchant if placed else None),
        creator=command.creator or (min(selling) if len(selling) == 1 else None),
        ordered_at=order.placed_at or order.paid_at,
        claimed=command.claimed or claimed,
        paid=command.paid or paid_for(order, items),
        handlers=tuple(sorted({*command.handlers, *handlers})),
        where=case.where if case is not None else command.where,
    )


def paid_for(order: Order, items: ClaimItems) -> Money | None:
    """Return what was paid for the goods that are argued about; None if not known."""
    if not items:
        return None
    try:
        shares = paid_shares(order)
    except Refused:
        return None
    ordered = {line.line: line.quantity for line in order.lines}
    known = [item for item in items if item.line in shares]
    if not known:
        return None
    minor = sum(
        shares[item.line].goods.minor * item.quantity // ordered[item.line]
        for item in known
    )
    return Money(minor, shares[known[0].line].goods.currency)


# -- What follows in the dispute itself --


def follow_up(turn: Turn, book: Rulebook, at: datetime) -> Iterator[DisputeCommand]:
    """Yield what the service does next, in the same go.

    It carries out what nobody did in time, unless the money needs somebody's approval;
    a ruling that moves nothing is carried out by saying so.
    """
    ruling = turn.after.ruling
    if turn.carried_out and ruling is not None and ruling.moves_nothing:
        yield CompleteEnforcement(by=SYSTEM)
    enforce = EnforceRuling(by=SYSTEM)
    asked = any(
        isinstance(event, DisputeDefaulted) and event.does == "enforce"
        for event in turn.events
    )
    if asked and possible(turn.after, enforce, book, at):
        yield enforce


def possible(
    dispute: Dispute, command: DisputeCommand, book: Rulebook, at: datetime
) -> bool:
    """Whether the dispute would take a command."""
    try:
        return bool(DISPUTE.decide(dispute, command, book, at))
    except Refused:
        return False


# -- What is asked of others --


def case_commands(turn: Turn, case: Case) -> Iterator[CaseCommand]:
    """Yield what its case is asked: to do what was ruled or agreed, or to go on."""
    back = turn.goes_back(case.items, case.freight)
    if turn.carried_out or back.items or back.freight is not None:
        yield ExecuteRuling(
            by=SYSTEM,
            dispute=turn.name,
            items=back.items,
            freight=back.freight,
            return_first=back.return_first,
        )
    elif turn.ended and case.dispute == turn.name:
        yield EndIntervention(by=SYSTEM, dispute=turn.name)
    for event in turn.events:
        if isinstance(event, DisputeReopened):
            if case.final:
                yield ReopenCase(by=event.by, reason=event.reason)
            yield EscalateCase(by=event.by, dispute=turn.name)


def order_commands(turn: Turn, order: Order) -> Iterator[OrderCommand]:
    """Yield what becomes of the claim of a dispute that has no case."""
    claim = order.claims.get(turn.name)
    if claim is None:
        return
    if claim.live and (turn.carried_out or turn.ended):
        back = turn.goes_back(claim.items, claim.freight)
        yield SettleClaim(claim=turn.name, refunded=back.items, freight=back.freight)
    elif not claim.live and turn.happened(DisputeReopened):
        items, freight = what_is_left(claim)
        yield OpenClaim(claim=turn.name, kind="dispute", items=items, freight=freight)


def what_is_left(claim: Claim) -> tuple[ClaimItems, Money | None]:
    """Return what a settled claim was about and did not give back."""
    had: dict[int, int] = {}
    for item in claim.refunded:
        had[item.line] = had.get(item.line, 0) + item.amount.minor
    items = tuple(
        replace(item, amount=less(item.amount, had.get(item.line, 0)))
        for item in claim.items
    )
    freight, back = claim.freight, claim.freight_refunded
    if freight is not None and back is not None:
        freight = less(freight, back.minor)
    return items, freight


def less(amount: Money, minor: int) -> Money:
    """Return an amount without what went back of it."""
    return Money(max(0, amount.minor - minor), amount.currency)


def account_commands(
    turn: Turn, entries: Mapping[str, Entry], items: ClaimItems, postage: Money | None
) -> Iterator[ResponsibilityCommand]:
    """Yield whose fault it was, who owes whom, and what it does to scores.

    ``entries`` are what the account of the matter holds, ``items`` and ``postage`` what
    is claimed.
    """
    opened = turn.after.opened
    if opened is None:
        return
    said: list[ResponsibilityCommand] = []
    changed = any(
        isinstance(event, AppealDecided) and not event.upheld for event in turn.events
    )
    if turn.happened(RulingIssued) or changed:
        said += blame(turn.dispute_id, turn.after)
    through_case = opened.case is not None
    if turn.carried_out:
        said += enforced(
            turn.dispute_id, turn.after, entries, through_case=through_case
        )
    if turn.happened(DisputeSettled):
        back = turn.goes_back(items, postage)
        said += agreed(turn.dispute_id, turn.after, back, through_case=through_case)
    if said:
        yield asked_whose(turn.dispute_id, turn.after, turn.source)
        yield from said
