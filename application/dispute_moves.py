"""What a turn of a dispute asks of its case, its order and its account, as commands.

Pure: given the dispute before and after, who is asked what.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.dispute_money import (
    Done,
    agreed,
    asked_whose,
    blame,
    enforced,
    most_given_back,
)
from application.dispute_refunds import Repaid, by_offer, by_ruling
from application.dispute_ways import (
    Ground,
    Way,
    refundable_items,
    way_of_offer,
    way_of_ruling,
    within_order,
)
from application.sellers import merchant_of_dispute
from domain.after_sales import (
    PAYS,
    Case,
    CaseCommand,
    EndIntervention,
    EscalateCase,
    ReopenForDispute,
)
from domain.after_sales.window import end_of
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
from domain.party import SYSTEM
from domain.policy.book import Rulebook
from domain.policy.rows import Times
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
    def ruled(self) -> bool:
        """Whether it was ruled just now, first or otherwise on appeal."""
        changed = any(
            isinstance(event, AppealDecided) and not event.upheld
            for event in self.events
        )
        return changed or self.happened(RulingIssued)

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
    """Return the opening with what the order and the case say of it.

    Raises SeveralMerchants.
    """
    placed, identity = order.placement, order.identity
    assert identity is not None, "an order that is known has an identity"
    if case is not None and command.case is not None and case.type not in PAYS:
        # Goods are asked for: what is argued about in money is what they were paid for.
        items = refundable_items(order, case, command.case)
    merchant = merchant_of_dispute(command, order, case, items, freight)
    amounts = [item.amount for item in items] + ([freight] if freight else [])
    whole = sum((each.minor for each in amounts), 0)
    claimed = Money(whole, amounts[0].currency) if whole else None
    selling = {
        each.party
        for each in (placed.participants if placed else ())
        if {"creator", "room_seller"} & set(each.roles)
    } - {merchant}
    handlers = case.handlers if case is not None else frozenset()
    return replace(
        command,
        consumer=identity.consumer,
        merchant=merchant,
        creator=command.creator or (min(selling) if len(selling) == 1 else None),
        ordered_at=order.placed_at or order.paid_at,
        claimed=command.claimed or claimed,
        paid=command.paid or paid_for(order, items),
        handlers=tuple(sorted({*command.handlers, *handlers})),
        where=case.where if case is not None else command.where,
    )


def in_time_of(
    command: OpenDispute, order: Order, book: Rulebook, at: datetime
) -> OpenDispute:
    """Return the opening with the end of the order's after-sales time.

    A dispute over a case goes by the case: that was opened in time.
    """
    times = Times(ordered_at=command.ordered_at, conduct_at=at, judged_at=at)
    ends = end_of("after_sales_window", order.completed_at, times, command.where, book)
    return replace(command, window_ends=ends)


def paid_for(order: Order, items: ClaimItems) -> Money | None:
    """Return what was paid for the goods that are argued about; None if not known."""
    if not items:
        return None
    try:
        shares = order.shares
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


def way_of(turn: Turn, name: str, case: Case, ground: Ground) -> Way | None:
    """Return how its case does what was ruled or agreed; None where it does nothing.

    ``name`` is the case's. Raises what the case refuses.
    """
    if turn.carried_out and turn.after.ruling is not None:
        return way_of_ruling(name, turn.name, turn.after.ruling, case, ground)
    back = turn.goes_back(case.items, case.freight)
    return way_of_offer(name, turn.name, back, case, ground)


def case_commands(turn: Turn, case: Case, way: Way | None) -> Iterator[CaseCommand]:
    """Yield what its case is asked: to do what was ruled or agreed, or to go on."""
    if way is not None:
        yield way.command
    elif turn.ended and case.dispute == turn.name:
        yield EndIntervention(by=SYSTEM, dispute=turn.name)
    for event in turn.events:
        if isinstance(event, DisputeReopened):
            if case.final:
                yield ReopenForDispute(
                    by=event.by, dispute=turn.name, reason=event.reason
                )
            yield EscalateCase(by=event.by, dispute=turn.name)


def check_awards(turn: Turn, items: ClaimItems, freight: Money | None) -> None:
    """Raise MoreThanTheOrderGives if it was ruled now that more goes back than can."""
    if turn.ruled and turn.after.ruling is not None:
        within_order(turn.after.ruling, items, freight)


def done_by_case(turn: Turn, case: Case, way: Way | None) -> Done:
    """Return what the case of a dispute gives back, and what it gave before."""
    ruling = turn.after.ruling
    if way is None or ruling is None or not turn.carried_out:
        return Done(Repaid() if way is None else way.back)
    ruled = case.due is not None and case.due.dispute == turn.name
    had = min(case.paid, most_given_back(turn.after)) if ruled else 0
    return Done(way.back, had=had, paid=case.paid)


def order_commands(turn: Turn, order: Order) -> Iterator[OrderCommand]:
    """Yield what becomes of the claim of a dispute that has no case, and pays nothing.

    What goes back, goes back by a case that is opened for it.
    """
    claim = order.claims.get(turn.name)
    if claim is None:
        return
    if claim.live and (turn.carried_out or turn.ended):
        yield SettleClaim(claim=turn.name)
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
    turn: Turn, entries: Mapping[str, Entry], done: Done
) -> Iterator[ResponsibilityCommand]:
    """Yield whose fault it was, who owes whom, and what it does to scores.

    ``entries`` are what the account of the matter holds.
    """
    opened = turn.after.opened
    if opened is None:
        return
    said: list[ResponsibilityCommand] = []
    if turn.ruled:
        said += blame(turn.dispute_id, turn.after)
    if turn.carried_out:
        said += enforced(turn.dispute_id, turn.after, entries, done)
    if turn.happened(DisputeSettled):
        said += agreed(turn.dispute_id, turn.after, done.back)
    if said:
        yield asked_whose(turn.dispute_id, turn.after, turn.source)
        yield from said
