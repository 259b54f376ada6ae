"""What may be asked of Anna's order, drawn at random: sensible things and nonsense."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeVar, get_args
from uuid import UUID

from hypothesis import strategies as st

from domain import after_sales as case_words
from domain import dispute as dispute_words
from domain.after_sales import (
    Case,
    CaseCommand,
    CaseType,
    Condition,
    GoodsReturned,
    OpenCase,
    RefundRoute,
)
from domain.after_sales.guards import TABLE
from domain.after_sales.guards import allowed as allowed_in_case
from domain.dispute import Award, Dispute, DisputeCommand, Finding, Liability, Shown
from domain.dispute.guards import GUARDS
from domain.dispute.guards import allowed as allowed_in_dispute
from domain.kernel import Refused
from domain.money import Money
from domain.order import ClaimItem, ClaimItems, Order
from domain.order.shares import default_items, freight_left
from domain.party import SYSTEM, By
from domain.policy.rows import Issue
from tests.flow.casework import CONSUMER, DAY, HOST, SHOP, Casework

T = TypeVar("T")

ANNA = By(role="consumer", name=CONSUMER)
MERCHANT = By(role="merchant", name=SHOP)
CREATOR = By(role="creator", name=HOST)
LIN = By(role="agent", name="lin")
WEI = By(role="senior_agent", name="wei")
JUDGES = tuple(By(role="arbiter", name=name) for name in ("zhou", "qi"))
CASHIER = By(role="finance_approver", name="fang")
PEOPLE: Final = (ANNA, MERCHANT, LIN, WEI, *JUDGES, CASHIER, SYSTEM, CREATOR)
OTHERS: Final = (
    By(role="consumer", name="ben"),
    By(role="merchant", name="shop-2"),
    By(role="carrier", name="swift"),
    By(role="insurer", name="guard"),
)
TYPES: Final = get_args(CaseType)
FILE: Final = case_words.EvidenceItem(evidence="photo-1")
WORDS: Final = "sealed:words"
JUDGEMENTS: Final[tuple[case_words.Acceptance, ...]] = (
    "accepted",
    "rejected",
    "manual_intervention_required",
)
DUTIES: Final[tuple[Literal["arbiter", "appeal_arbiter", "handler"], ...]] = (
    "arbiter",
    "appeal_arbiter",
    "handler",
)
# Asked of cases by their disputes alone, or with another stream's part.
NOT_ASKED_OF_CASES: Final = frozenset(
    {
        OpenCase,
        case_words.ExecuteRuling,
        case_words.EscalateCase,
        case_words.EndIntervention,
        case_words.TakeOverCase,
        case_words.TellFallback,
        case_words.ReopenForDispute,
    }
)


class Dice:
    """Draws what is asked. What comes first in a choice is the plainest."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def number(self, least: int, most: int) -> int:
        drawn: int = self._draw(st.integers(least, max(least, most)))
        return drawn

    def one_of(self, choice: Sequence[T]) -> T:
        return choice[self.number(0, len(choice) - 1)]

    def rarely(self) -> bool:
        """Say yes one time in six."""
        return self.number(0, 5) == 5

    def who(self) -> By:
        return self.one_of(OTHERS) if self.number(0, 11) == 11 else self.one_of(PEOPLE)

    def name(self) -> str:
        return f"n-{self.number(1, 99)}"

    # -- Money and goods --

    def amount(self, about: Money) -> Money:
        """Return an amount near this one; rarely of another currency."""
        minor = about.minor
        near = (minor, minor // 2, 0, 1, minor - 1, minor + 1, minor * 3)
        wrong = "USD" if about.currency != "USD" else "CNY"
        currency = wrong if self.number(0, 15) == 15 else about.currency
        return Money(max(0, self.one_of(near)), currency)

    def items(self, order: Order, besides: str = "") -> ClaimItems:
        """Return items of some lines, mostly for what is left to pay back."""
        lines = order.lines
        chosen = [each for each in lines if self.number(0, 2)] or [lines[0]]
        wanted = {each.line: self.number(1, each.quantity) for each in chosen}
        if self.rarely():
            wanted[self.number(1, 4)] = self.number(1, 4)
        try:
            usual = default_items(order, wanted, besides)
        except Refused:
            zero = Money(0, lines[0].price.currency)
            usual = tuple(
                ClaimItem(line=line, quantity=quantity, amount=zero)
                for line, quantity in wanted.items()
            )
        if self.number(0, 2) < 2:
            return usual
        currency = self.amount(usual[0].amount).currency
        return tuple(
            ClaimItem(
                line=each.line,
                quantity=each.quantity,
                amount=Money(self.amount(each.amount).minor, currency),
            )
            for each in usual
        )

    def freight(self, order: Order) -> Money | None:
        if self.number(0, 2):
            return None
        try:
            return self.amount(freight_left(order))
        except Refused:
            return None

    def goods(self, case: Case) -> tuple[GoodsReturned, ...]:
        """Return some goods in some condition, mostly of what the case is about."""
        conditions: tuple[Condition, ...] = ("as_expected", "damaged", "missing")
        goods = tuple(
            GoodsReturned(
                line=item.line,
                quantity=self.number(1, item.quantity),
                condition=self.one_of(conditions),
            )
            for item in case.items
        )
        return goods or (GoodsReturned(line=1, quantity=1),)


# -- Cases --


def opening(dice: Dice, order: Order) -> OpenCase:
    """Return a request of Anna's, or of somebody's for her."""
    return OpenCase(
        by=ANNA if dice.number(0, 3) else dice.who(),
        order="any",
        consumer=CONSUMER,
        type=dice.one_of(TYPES),
        items=dice.items(order),
        freight=dice.freight(order),
        reason=dice.one_of((5, 1, 19)),
    )


CaseAsking = Callable[[Dice, Casework, Case, By], CaseCommand]


def changed(kind: Any) -> CaseAsking:
    """Return how something else is asked for, or offered."""

    def asking(dice: Dice, work: Casework, case: Case, by: By) -> CaseCommand:
        more = {} if kind is case_words.CounterOffer else {"reason": 5}
        items = case.items if dice.number(0, 1) else dice.items(work.order)
        command: CaseCommand = kind(
            by=by,
            type=dice.one_of((case.type or "exchange", *TYPES)),
            items=items,
            freight=dice.freight(work.order),
            **more,
        )
        return command

    return asking


def merging(_dice: Dice, work: Casework, case: Case, by: By) -> CaseCommand:
    others = [str(each) for each, known in work.all_cases.items() if known is not case]
    return case_words.MergeCase(by=by, into=(others or ["none"])[0])


def extending(dice: Dice, _work: Casework, case: Case, by: By) -> CaseCommand:
    timer = dice.one_of((*case.timers, "answer"))
    return case_words.ExtendClock(
        by=by, timer=timer, hours=dice.one_of((24, 1, 700)), reason="busy"
    )


def refunding(dice: Dice, _work: Casework, case: Case, by: By) -> CaseCommand:
    taken = len(case.refunds) + (0 if dice.rarely() else 1)
    route = dice.one_of(get_args(RefundRoute))
    return case_words.OrderRefund(by=by, refund=f"R-{taken}", route=route)


def judging(dice: Dice, _work: Casework, _case: Case, by: By) -> CaseCommand:
    verdict = dice.one_of(JUDGEMENTS)
    return case_words.JudgeReturn(
        by=by, acceptance=verdict, reason="resale_affected", evidence=(FILE,)
    )


CASE_ASKS: Final[Mapping[Any, CaseAsking]] = {
    case_words.ChangeRequest: changed(case_words.ChangeRequest),
    case_words.CounterOffer: changed(case_words.CounterOffer),
    case_words.RejectCase: lambda dice, _w, _c, by: case_words.RejectCase(
        by=by, reason=dice.one_of(("other", "already_signed")), evidence=(FILE,)
    ),
    case_words.SubmitReturnWaybill: lambda dice, _w, _c, by: (
        case_words.SubmitReturnWaybill(by=by, carrier="swift", waybill=dice.name())
    ),
    case_words.ConfirmReturnReceived: lambda dice, _w, case, by: (
        case_words.ConfirmReturnReceived(by=by, items=dice.goods(case))
    ),
    case_words.JudgeReturn: judging,
    case_words.RecordReception: lambda dice, _w, _c, by: case_words.RecordReception(
        by=by, reception=dice.one_of(("cancelled", "given_to_customer"))
    ),
    case_words.ShipReplacement: lambda dice, _w, _c, by: case_words.ShipReplacement(
        by=by, carrier="swift", waybill=dice.name()
    ),
    case_words.OrderRefund: refunding,
    case_words.EndIntervention: lambda _d, _w, case, by: case_words.EndIntervention(
        by=by, dispute=case.dispute or "none"
    ),
    case_words.ExtendClock: extending,
    case_words.FreezeCase: lambda dice, _w, case, by: case_words.FreezeCase(
        by=by, frozen=not case.frozen or dice.rarely(), reason="theft"
    ),
    case_words.AssignCase: lambda dice, _w, _c, by: case_words.AssignCase(
        by=by, agent=dice.one_of(("lin", "wei", "zhou", None))
    ),
    case_words.AskForEvidence: lambda _d, _w, _c, by: case_words.AskForEvidence(
        by=by, of="merchant", shows=("invoice",)
    ),
    case_words.AddEvidence: lambda _d, _w, _c, by: case_words.AddEvidence(
        by=by, evidence=(FILE,)
    ),
    case_words.NoteCase: lambda _d, _w, _c, by: case_words.NoteCase(
        by=by, words=WORDS, shown=True
    ),
    case_words.MergeCase: merging,
    case_words.AppointInspection: lambda _d, work, _c, by: case_words.AppointInspection(
        by=by, appointed_for=work.at + DAY
    ),
    case_words.RecordInspection: lambda dice, _w, _c, by: case_words.RecordInspection(
        by=by, result=dice.one_of(("pass", "fail"))
    ),
    case_words.AnswerTicket: lambda dice, _w, case, by: case_words.AnswerTicket(
        by=by, ticket=dice.one_of((*case.tickets, 1))
    ),
    case_words.ConfirmResolved: lambda dice, _w, _c, by: case_words.ConfirmResolved(
        by=by, resolved=dice.one_of((True, False))
    ),
    case_words.ReopenCase: lambda _d, _w, _c, by: case_words.ReopenCase(
        by=by, reason="again"
    ),
    case_words.RateCase: lambda dice, _w, _c, by: case_words.RateCase(
        by=by, score=dice.number(1, 5)
    ),
}


def case_command(dice: Dice, work: Casework, case: Case) -> CaseCommand:
    """Return a command to a case, mostly one that its table allows who asks."""
    by = dice.who()
    every = [each for each in TABLE if each not in NOT_ASKED_OF_CASES]
    may = [
        each
        for each in allowed_in_case(case, by.role, work.book, work.at)
        if each not in NOT_ASKED_OF_CASES
    ]
    kind: Any = dice.one_of(every if not may or dice.rarely() else may)
    asking = CASE_ASKS.get(kind)
    command: CaseCommand = (
        kind(by=by) if asking is None else asking(dice, work, case, by)
    )
    return command


def gateway(dice: Dice, case: Case) -> CaseCommand:
    """Return what is told of a refund, mostly of one on its way."""
    moving = case.live_refund
    name = moving.name if moving and not dice.rarely() else f"R-{dice.number(1, 3)}"
    if dice.rarely() and case.due is not None:
        return case_words.RecordRecovery(refund=name, amount=case.due.total)
    succeeded = dice.number(0, 2) < 2
    return case_words.RecordRefundResult(refund=name, succeeded=succeeded)


def scan(dice: Dice) -> CaseCommand:
    """Return a carrier's scan of a parcel of a case."""
    return case_words.RecordParcelScan(
        direction=dice.one_of(("reverse", "outbound")),
        scan=dice.name(),
        code=dice.one_of(("picked_up", "signed", "lost", "refused")),
    )


# -- Disputes --

DisputeAsking = Callable[[Dice, Casework, Dispute, By], DisputeCommand]


def awards(dice: Dice, work: Casework, dispute: Dispute) -> tuple[Award, ...]:
    """Return what a ruling gives: within what is claimed, rarely above."""
    usual = dispute.claimed or Money(1_000, currency_of(work.order))
    count = dice.one_of((1, 0, 2))
    return tuple(
        Award(
            kind=dice.one_of(("refund", "freight", "compensation")),
            amount=dice.amount(Money(usual.minor // count, usual.currency)),
            payer=dice.one_of(("merchant", "platform", "creator", "consumer")),
        )
        for _ in range(count)
    )


def liability(dice: Dice) -> tuple[Liability, ...]:
    """Return shares that sum to the whole, none, or too little."""
    whole = dice.one_of((10_000, 0, 7_000, 9_000))
    shares = (("merchant", whole), ("creator", 10_000 - whole))
    if whole == 9_000:
        return (Liability(party="merchant", share_bp=whole, basis="test"),)
    return tuple(
        Liability(party=party, share_bp=share_bp, basis="test")  # type: ignore[arg-type]  # two of the parties
        for party, share_bp in shares
    )


def ruling(kind: Any, **more: Any) -> DisputeAsking:
    """Return how it is ruled, first or on appeal."""

    def asking(dice: Dice, work: Casework, dispute: Dispute, by: By) -> DisputeCommand:
        gives = awards(dice, work, dispute)
        results = ("support_consumer", "partial") if gives else ("support_merchant",)
        shown = Finding(fact="other", holds=True, shown_by=by, source="own")
        changes = {key: dice.one_of((False, True)) for key in more}
        command: DisputeCommand = kind(
            by=by,
            result=dice.one_of(results),
            findings=(shown,),
            liability=() if dice.rarely() else liability(dice),
            awards=gives,
            return_first=bool(gives) and dice.rarely(),
            **changes,
        )
        return command

    return asking


def assigning(dice: Dice, _work: Casework, _dispute: Dispute, by: By) -> DisputeCommand:
    duty = dice.one_of(DUTIES)
    people = ("lin", "wei", "zhou") if duty == "handler" else ("zhou", "qi", "lin")
    return dispute_words.AssignHandler(
        by=by, duty=duty, person=dice.one_of((*people, None))
    )


def offering(dice: Dice, work: Casework, dispute: Dispute, by: By) -> DisputeCommand:
    usual = dispute.claimed or Money(500, currency_of(work.order))
    return dispute_words.MakeOffer(
        by=by,
        type=dice.one_of(get_args(dispute_words.OfferType)),
        amount=dice.amount(usual) if dice.number(0, 2) else None,
    )


def files(dice: Dice) -> tuple[Shown, ...]:
    return (Shown(evidence=dice.name(), shows="photo"),)


DISPUTE_ASKS: Final[Mapping[Any, DisputeAsking]] = {
    dispute_words.MakeOffer: offering,
    dispute_words.AcceptOffer: lambda dice, _w, dispute, by: dispute_words.AcceptOffer(
        by=by, offer=max(1, len(dispute.offers) - (1 if dice.rarely() else 0))
    ),
    dispute_words.DenyOffer: lambda _d, _w, dispute, by: dispute_words.DenyOffer(
        by=by, offer=max(1, len(dispute.offers))
    ),
    dispute_words.AssignHandler: assigning,
    dispute_words.AskForProof: lambda dice, _w, _d, by: dispute_words.AskForProof(
        by=by, of=dice.one_of((("merchant",), ("consumer", "merchant"), ("creator",)))
    ),
    dispute_words.SubmitProof: lambda dice, _w, _d, by: dispute_words.SubmitProof(
        by=by, files=files(dice)
    ),
    dispute_words.IssueRuling: ruling(dispute_words.IssueRuling),
    dispute_words.DecideAppeal: ruling(dispute_words.DecideAppeal, upheld=False),
    dispute_words.FileAppeal: lambda dice, _w, _d, by: dispute_words.FileAppeal(
        by=by, files=files(dice)
    ),
    dispute_words.TerminateDispute: lambda _d, _w, _p, by: (
        dispute_words.TerminateDispute(by=by, authority="court", reference="c-1")
    ),
    dispute_words.ReopenDispute: lambda _d, _w, _p, by: dispute_words.ReopenDispute(
        by=by, reason="feedback"
    ),
    dispute_words.ExtendDisputeClock: lambda dice, _w, dispute, by: (
        dispute_words.ExtendDisputeClock(
            by=by,
            timer=dice.one_of((*dispute.timers, "ruling")),
            hours=dice.one_of((24, 1, 700)),
            reason="busy",
        )
    ),
    dispute_words.NoteDispute: lambda _d, _w, _p, by: dispute_words.NoteDispute(
        by=by, words=WORDS, shown=True
    ),
    dispute_words.RateDispute: lambda dice, _w, _p, by: dispute_words.RateDispute(
        by=by, score=dice.number(1, 5)
    ),
}


def dispute_command(dice: Dice, work: Casework, dispute: Dispute) -> DisputeCommand:
    """Return a command to a dispute, mostly one that its table allows who asks."""
    by = dice.who()
    every = [each for each in GUARDS if each is not dispute_words.OpenDispute]
    may = allowed_in_dispute(dispute, by.role, by.name, work.at, work.book)
    kind: Any = dice.one_of(every if not may or dice.rarely() else may)
    if kind is dispute_words.OpenDispute:
        kind = dispute_words.EscalateDispute
    asking = DISPUTE_ASKS.get(kind)
    command: DisputeCommand = (
        kind(by=by) if asking is None else asking(dice, work, dispute, by)
    )
    return command


def dispute_opening(
    dice: Dice, work: Casework, case: UUID | None
) -> dispute_words.OpenDispute:
    """Return the opening of a dispute, over a case or over the order alone."""
    return dispute_words.OpenDispute(
        by=ANNA if dice.number(0, 3) else dice.who(),
        order=str(work.order_id),
        case=None if case is None else str(case),
        consumer=CONSUMER,
        issue=dice.one_of(get_args(Issue)),
        negotiate=not dice.rarely(),
    )


def currency_of(order: Order) -> str:
    """Return what the order was paid in; what it costs in where that is unclear."""
    try:
        return order.paid_in
    except Refused:
        return order.lines[0].price.currency
