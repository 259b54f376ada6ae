"""What must be so of Anna's order and all that was asked about it, at any moment.

Each is counted from the cases and disputes themselves, and not by the guards' own sums.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from uuid import UUID

from application.dispute_money import case_of
from application.verify.money import Paid, beyond, by_line, given_back
from domain import after_sales, dispute
from domain.after_sales import Case, CaseReopened, RulingExecuted
from domain.dispute import Dispute, DisputeReopened
from domain.dispute.events import AppealFiled
from domain.kernel import Event, Refused
from domain.money import Money
from domain.order import ClaimItem, Order
from domain.order.claim import BESIDE, REPLACES
from domain.order.goods import delivered_quantity
from domain.policy.rows import CapRow, EntitlementRow
from tests.flow.casework import Casework

OPEN = frozenset({"running", "paused"})
# Whether it is settled is asked once a case has succeeded.
AFTER_THE_END = "confirm_resolved"
ABSENT = frozenset({"not_received", "missing"})


class Seen:
    """What was so before, as far as what may be so now depends on it."""

    def __init__(self) -> None:
        self.paid = Paid()
        self.own = 0
        self.ended: dict[UUID, int] = {}


def check_all(work: Casework, seen: Seen) -> None:
    """Assert everything; ``seen`` is brought up to date."""
    shares_add_up(work.order, seen)
    no_more_than_paid(work, seen)
    nothing_claimed_beyond_what_is_left(work, seen)
    no_more_returned_than_delivered(work)
    pieces_are_claimed_once(work)
    one_currency(work)
    claims_agree(work)
    final_stays_final(work, seen)
    ledgers_balance(work)
    what_is_awarded_is_paid_or_owed(work)
    caps_hold(work)


# -- Money --


def shares_add_up(order: Order, seen: Seen) -> None:
    """Check that what was paid is split over lines and postage to the fen."""
    seen.paid.learn(order)
    try:
        shares = order.shares
    except Refused:
        return
    parts = [amount.minor for share in shares.values() for amount in share]
    (currency,) = {share.goods.currency for share in shares.values()}
    assert sum(parts) == order.captured.get(currency, 0), "shares add up"
    assert min(parts) >= 0, "nobody pays less than nothing"


def no_more_than_paid(work: Casework, seen: Seen) -> None:
    """Check that refunds that went or are on their way are within what was paid."""
    cases = {str(case_id): case for case_id, case in work.all_cases.items()}
    assert not list(beyond(seen.paid, given_back(work.order, cases)))


def nothing_claimed_beyond_what_is_left(work: Casework, seen: Seen) -> None:
    """Check that what is claimed newly fits beside what is claimed or went back."""
    order = work.order
    own = sum(
        amount.minor
        for claim in order.claims.values()
        for amount in (*claim.reserved, *claim.paid_back)
    )
    told = sum(
        amount.minor for refund in order.refunds.values() for amount in refund.amounts
    )
    if own > seen.own:
        assert own + told <= sum(order.captured.values()), "claimed beyond the paid"
    seen.own = own
    for line, minor in claimed_by_line(order).items():
        assert minor <= seen.paid.share.get(line, 0), f"line {line}: claimed beyond it"


def claimed_by_line(order: Order) -> Counter[int]:
    sums: Counter[int] = Counter()
    for claim in order.claims.values():
        sums += by_line((*claim.refunded, *(claim.items if claim.live else ())))
    return sums


def one_currency(work: Casework) -> None:
    """All there is to pay is in the currency of the prices; nothing at all may not be.

    An order may be told to be paid in two: then nothing is claimed, in either.
    """
    prices = {line.price.currency for line in work.order.lines}
    mixed = prices | work.order.captured.keys()
    for name, amount in all_amounts(work):
        known = prices if amount.minor else mixed
        assert amount.currency in known, f"{name}: {amount.currency}, not {known}"


def all_amounts(work: Casework) -> Iterator[tuple[str, Money]]:
    for case in work.all_cases.values():
        yield from (("item", item.amount) for item in case.items)
        yield from (("refund", each.amount) for each in case.refunds.values())
        if case.freight is not None:
            yield "freight", case.freight
        if case.due is not None:
            yield "due", case.due.total
    for each in work.all_disputes.values():
        if each.claimed is not None:
            yield "claimed", each.claimed
        awards = each.ruling.awards if each.ruling else ()
        yield from (("award", award.amount) for award in awards)
    for claim in work.order.claims.values():
        yield from (("claim", amount) for amount in (*claim.reserved, *claim.paid_back))


# -- Goods --


def no_more_returned_than_delivered(work: Casework) -> None:
    """Check that what is back for good had come; what is replaced does not count."""
    order, back = work.order, Counter[int]()
    for case in work.all_cases.values():
        if case.type not in REPLACES:
            back += Counter(
                {
                    line: quantity
                    for line, quantity in came_back(case).items()
                    if quantity > 0
                }
            )
    for line in order.lines:
        delivered = delivered_quantity(order, line)
        assert back[line.line] <= delivered, f"line {line.line}: more back than sent"


def came_back(case: Case) -> Counter[int]:
    sums: Counter[int] = Counter()
    for each in case.goods:
        if each.condition not in ABSENT:
            sums[each.line] += each.quantity
    return sums


def pieces_are_claimed_once(work: Casework) -> None:
    """Check that no two live cases hold one piece, but for money beside the goods."""
    held: dict[str, Counter[int]] = {}
    for case in work.all_cases.values():
        if not case.final and case.type is not None:
            kind: str = case.type if case.type in BESIDE else "goods"
            held.setdefault(kind, Counter()).update(pieces(case.items))
    for name in map(str, work.all_disputes):
        claim = work.order.claims.get(name)
        if claim is not None and claim.live:
            held.setdefault("goods", Counter()).update(pieces(claim.items))
    for kind, sums in held.items():
        for line in work.order.lines:
            assert sums[line.line] <= line.quantity, f"{kind}: line {line.line} twice"


def pieces(items: Iterable[ClaimItem]) -> dict[int, int]:
    return {item.line: item.quantity for item in items}


# -- Streams agree --


def claims_agree(work: Casework) -> None:
    """Check that a claim lives as its case or dispute does, and is what came of it."""
    order, cases, disputes = work.order, work.all_cases, work.all_disputes
    ours = {str(each) for each in (*cases, *disputes)}
    assert set(order.claims) <= ours, "every claim is somebody's"
    for case_id, case in cases.items():
        claim = order.claims[str(case_id)]
        assert claim.live == (not case.final), f"{case.status}, claim live {claim.live}"
        settled = case.settled
        assert by_line(claim.refunded) == by_line(settled.refunded), "settled as paid"
        assert minor_of(claim.freight_refunded) == minor_of(settled.freight)
        if claim.live:
            assert claim.kind == case.type
            assert pieces(claim.items) == pieces(case.items)
            asks = by_line(case.items) - by_line(settled.refunded)
            assert +by_line(claim.items) == asks, "the claim is what is asked for"
        if case.dispute is not None and not case.final:
            above = disputes[UUID(case.dispute)]
            assert above.status not in dispute.FINAL, "stopped by what is over"
    for dispute_id, each in disputes.items():
        own = order.claims.get(str(dispute_id))
        if own is not None:
            argued = each.status not in dispute.FINAL and each.enforcement == "none"
            # Once it came to money its case holds what it had reserved.
            passed_on = case_of(dispute_id, each) in cases
            held = argued and not passed_on
            assert own.live == held, f"{each.status}, claim live {own.live}"


def minor_of(amount: Money | None) -> int:
    return amount.minor if amount is not None else 0


def final_stays_final(work: Casework, seen: Seen) -> None:
    """Check that what ended stays so until taken up again, and no clock of it runs."""
    both: dict[UUID, Case | Dispute] = {**work.all_cases, **work.all_disputes}
    for stream_id, state in both.items():
        final = over(state)
        if stream_id in seen.ended and not final:
            news = work.events(stream_id, after=seen.ended[stream_id])
            assert any(map(takes_up, news)), f"{state.status} after its end"
        if final:
            seen.ended[stream_id] = len(work.store.streams[stream_id])
            clocks = [
                each
                for each in state.timers.values()
                if each.standing in OPEN and not each.name.startswith(AFTER_THE_END)
            ]
            assert not clocks, f"{state.status}, and {clocks[0].name} runs"
        else:
            seen.ended.pop(stream_id, None)


def over(state: Case | Dispute) -> bool:
    if isinstance(state, Case):
        return state.status in after_sales.FINAL
    return state.status in dispute.FINAL


def takes_up(event: Event) -> bool:
    return isinstance(
        event, CaseReopened | RulingExecuted | DisputeReopened | AppealFiled
    )


def ledgers_balance(work: Casework) -> None:
    """Check that what one account gives another gets, in money moved and in debts."""
    for account in work.all_accounts.values():
        sums: Counter[tuple[str, str]] = Counter()
        for entry in account.entries.values():
            for posting in entry.postings:
                sums[entry.kind, entry.currency] += posting.minor
        for stands in account.books:
            sums[f"books {stands.kind}", stands.currency] += stands.minor
        assert not any(sums.values()), f"{account.matter}: {sums}"


def what_is_awarded_is_paid_or_owed(work: Casework) -> None:
    """Check that a ruling carried out gives all it awards, by its case or by the books.

    By its case is what it was told to give, or gave already; in the books whatever they
    say under the ruling's name that the consumer got, or is owed, or owes back.
    """
    for dispute_id, each in work.all_disputes.items():
        ruling, opened = each.ruling, each.opened
        if ruling is None or opened is None or each.enforcement == "none":
            continue
        over = case_of(dispute_id, each)
        account_id = work.accounts.id_beside(dispute_id, str(over))
        account = work.all_accounts.get(account_id)
        books = sum(
            posting.minor
            for name, entry in (account.entries if account else {}).items()
            for posting in entry.postings
            if name.startswith(f"{dispute_id}/{ruling.number}")
            and posting.account.kind == "consumer"
        )
        given = books + (
            by_case(work, over, str(dispute_id)) if over in work.all_cases else 0
        )
        awarded = sum(award.amount.minor for award in ruling.awards)
        assert given >= awarded, f"{awarded} awarded, {given} paid or owed: {each}"


def by_case(work: Casework, case_id: UUID, dispute_id: str) -> int:
    """Return what a case was told last to give by a dispute; what it gave, if more."""
    told = [
        sum(item.amount.minor for item in event.items) + minor_of(event.freight)
        for event in work.events(case_id)
        if isinstance(event, RulingExecuted) and event.dispute == dispute_id
    ]
    return max(*told[-1:], work.all_cases[case_id].paid, 0)


def caps_hold(work: Casework) -> None:
    """Check that what is set aside or paid for a day is within each cap of the rows."""
    taken: Counter[str] = Counter()
    for each in work.day.reservations.values():
        for line in each.lines if each.standing != "released" else ():
            row = work.book.row(f"{line.rule}@{line.version}")
            if isinstance(row, EntitlementRow):
                for cap in row.caps:
                    taken[cap] += line.fen
    most: dict[str, int] = {}
    for row in work.book.rows:
        if isinstance(row, CapRow) and row.amount_fen is not None:
            amount = max(row.amount_fen, row.raised_fen or 0)
            most[row.id] = max(most.get(row.id, 0), amount)
    for cap, amount in most.items():
        assert taken[cap] <= amount, f"{cap}: more than its cap"
