"""What carrying out one step of a resolution means elsewhere, in the same append.

Refunds and goods go through an after-sales case, so that the order's own claim guards
them; compensation goes through the ledger of its day. What only a gateway does is
asked of it by the outbox, once the step is begun.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from application.after_sales import AfterSales
from application.compensation import Compensations
from application.compensation_entries import Payout, account_commands
from application.event_store.envelope import CommandContext, Part
from application.orders import Orders
from application.resolutions.ground import Priced, asking
from application.responsibility import Responsibilities
from application.sight import Sight
from domain.after_sales import (
    CASE,
    Case,
    CaseCommand,
    CaseType,
    OpenCase,
    OrderRefund,
    WithdrawCase,
)
from domain.compensation import (
    COMPENSATION,
    CommitCompensation,
    CompensationCommand,
    DayOfCompensation,
    ReleaseCompensation,
    Reservation,
)
from domain.kernel import Refused
from domain.money import Money
from domain.order import (
    ORDER,
    ClaimItem,
    ClaimItems,
    GiveTime,
    OpenClaim,
    Order,
    OrderCommand,
    RenegotiateShipDate,
    RequestIntercept,
)
from domain.order.goods import shipped_quantity
from domain.order.shares import default_items
from domain.party import SYSTEM, By
from domain.plan import Action, PlanStep
from domain.resolution import Resolution
from domain.responsibility import (
    ACCOUNT,
    Account,
    ClaimRecourse,
    MatterAccount,
    OpenAttribution,
)
from domain.shortfall import ShortfallCode

# Which of Doudian's reasons (domain rules, section 3.2) a shortfall is; else "other".
REASON_OTHER: Final = 15
YUAN: Final = "CNY"
REASONS: Final[Mapping[ShortfallCode, int]] = {
    "SHIP_OVERDUE": 2,
    "DELIVERY_OVERDUE": 2,
    "DELIVERED_NOT_RECEIVED": 3,
    "PARCEL_LOST": 3,
    "TRANSIT_STALLED": 3,
    "PICKUP_OVERDUE": 4,
    "DISPATCH_OVERDUE": 4,
    "TRACK_ABNORMAL": 4,
    "FRAUD_SHIP": 5,
    "LIVE_PROMISE_MISMATCH": 9,
    "OUT_OF_STOCK": 14,
}


class Doing(Struct, frozen=True, kw_only=True):
    """A step that is begun, done or undone, and all that is known of it."""

    resolution_id: UUID
    order_id: UUID
    key: str
    state: Resolution
    priced: Priced
    sight: Sight
    context: CommandContext

    @property
    def step(self) -> PlanStep:
        """What is to be done. Raises AssertionError for a step nobody carries out."""
        known = self.state.step(self.key)
        assert known is not None, "decide refuses a step that is not carried out"
        return known.does

    @property
    def matter(self) -> str | None:
        """The case or the reservation that it moves, once it was begun."""
        known = self.state.step(self.key)
        return known.matter if known else None

    @property
    def name(self) -> str:
        """The step's name among all steps of all resolutions."""
        return f"{self.resolution_id}/{self.key}"

    @property
    def at(self) -> datetime:
        """The time to judge by."""
        return self.context.at

    @property
    def order(self) -> Order:
        """The order as it stands."""
        found: Order = self.sight.of(self.order_id, ORDER)
        return found


class Result(Struct, frozen=True):
    """What came of a step at once."""

    succeeded: bool
    reason: str | None = None


class Begun(Struct, frozen=True):
    """What a beginning means elsewhere; ``result`` where nobody is waited for."""

    parts: tuple[Part, ...] = ()
    matter: str | None = None
    result: Result | None = None


DONE: Final = Result(succeeded=True)
# Goods that are sent once more, through a case of their own.
SENT: Final[frozenset[Action]] = frozenset(
    {"resend", "exchange", "reship_other_carrier"}
)


class StepParts:
    """Knows what each action of the catalogue means for orders, cases and ledgers."""

    def __init__(
        self,
        orders: Orders,
        cases: AfterSales,
        compensations: Compensations,
        accounts: Responsibilities,
    ) -> None:
        self._orders = orders
        self._cases = cases
        self._compensations = compensations
        self._accounts = accounts
        self._begin: Mapping[Action, Callable[[Doing], Begun]] = {
            "refund_full": self._refund,
            "refund_partial": self._refund,
            "refund_freight": self._refund,
            "price_diff": self._refund,
            "platform_advance": self._refund,
            "resend": self._goods,
            "exchange": self._goods,
            "reship_other_carrier": self._goods,
            "coupon_compensation": self._set_aside,
            "cash_compensation": self._set_aside,
            "intercept": self._intercept,
            "renegotiate_ship_date": self._put_off,
            "extend_receipt": self._give_time,
            "extend_after_sale_window": self._give_time,
            "claim_recourse": self._claim_back,
        }

    # -- The beginning --

    def begun(self, doing: Doing) -> Begun:
        """Return what a step's beginning means elsewhere.

        What another stream would refuse fails the step at once, for that reason; what
        is not in the table is the gateways' alone.
        """
        begin = self._begin.get(doing.step.action)
        if begin is None:
            return Begun()
        try:
            begun = begin(doing)
            allowed(begun.parts, doing)
        except Refused as why:
            return Begun(result=Result(succeeded=False, reason=why.code))
        return begun

    def _refund(self, doing: Doing) -> Begun:
        """Open a case that the service agrees to; tried again, order it once more."""
        if doing.matter is not None:
            return self._refund_again(doing, UUID(doing.matter))
        kind, items, freight = refunded(doing)
        begun = self._case(doing, kind, items, freight)
        if doing.step.action != "platform_advance":
            return begun
        assert begun.matter is not None, "a case was just opened"
        return Begun(
            (*begun.parts, self._advance(doing, UUID(begun.matter))), begun.matter
        )

    def _refund_again(self, doing: Doing, case_id: UUID) -> Begun:
        """Order a failed refund once more, the way it was paid."""
        case: Case = doing.sight.of(case_id, CASE)
        if case.refund_status == "succeeded":
            return Begun(matter=str(case_id), result=DONE)
        known = doing.state.step(doing.key)
        attempt = known.attempts if known else 0
        order = OrderRefund(by=SYSTEM, refund=str(uuid5(case_id, f"attempt/{attempt}")))
        return Begun(self._of_case(doing, case_id, order), str(case_id))

    def _of_case(
        self, doing: Doing, case_id: UUID, command: CaseCommand
    ) -> tuple[Part, ...]:
        """Return a command to a step's case, with what follows elsewhere."""
        context = replace(doing.context, expected_version=None)
        return self._cases.prepared(case_id, command, context, doing.sight).parts

    def _advance(self, doing: Doing, case_id: UUID) -> Part:
        order = OrderRefund(
            by=SYSTEM, refund=str(uuid5(case_id, "advance")), route="platform_advance"
        )
        return self._cases.part(case_id, order, doing.order.source)

    def _goods(self, doing: Doing) -> Begun:
        """Open a case for goods to be sent again; a gateway is told of it as well."""
        if doing.matter is not None:
            return Begun(matter=doing.matter)
        kind: CaseType = "exchange" if doing.step.action == "exchange" else "resend"
        nothing = Money(0, doing.order.priced_in or "CNY")
        wanted = quantities(doing)
        items = tuple(
            ClaimItem(line=line, quantity=quantity, amount=nothing)
            for line, quantity in wanted.items()
        )
        return self._case(doing, kind, items, None)

    def _case(
        self, doing: Doing, kind: CaseType, items: ClaimItems, freight: Money | None
    ) -> Begun:
        """Open the case of a step, with its claim on the order."""
        opened = doing.state.opened
        assert opened is not None, "only what was opened is carried out"
        case_id = self._cases.id_of(doing.order_id, f"R{opened.number}:{doing.key}")
        command = OpenCase(
            by=SYSTEM,
            order=str(doing.order_id),
            consumer=opened.consumer,
            merchant=opened.merchant,
            ordered_at=opened.ordered_at,
            type=kind,
            items=items,
            freight=freight,
            reason=REASONS.get(opened.shortfall.code, REASON_OTHER),
            resolution=doing.name,
            plan=doing.step.policy or row_of(doing),
        )
        claim = OpenClaim(claim=str(case_id), kind=kind, items=items, freight=freight)
        parts = (
            self._cases.part(case_id, command, doing.order.source),
            self._orders.part(doing.order_id, claim),
        )
        return Begun(parts, str(case_id))

    def _set_aside(self, doing: Doing) -> Begun:
        """Set aside exactly what was previewed, under the caps of the day."""
        paid, step = doing.priced.paid, doing.step
        if paid is None or doing.priced.facts is None or step.amount is None:
            return Begun(result=Result(succeeded=False, reason="nothing_paid"))
        if step.amount.currency != YUAN:
            return Begun(result=Result(succeeded=False, reason="not_in_yuan"))
        known = self._reserved(doing)
        if known is not None and known.standing != "released":
            return Begun(matter=doing.matter)
        name = doing.name if known is None else anew(doing)
        part = self._compensations.part(paid, self._to_reserve(doing, name))
        return Begun((part,), name)

    def _to_reserve(self, doing: Doing, name: str) -> CompensationCommand:
        """Return what sets a step's money aside under a name."""
        paid, step, facts = doing.priced.paid, doing.step, doing.priced.facts
        assert paid is not None, "asked before"
        assert facts is not None, "asked before"
        assert step.amount is not None, "asked before"
        if step.part == "goodwill":
            return self._compensations.goodwill(
                paid,
                by=SYSTEM,
                approved_by=approver(doing),
                reservation=name,
                matter=str(doing.resolution_id),
                total_fen=step.amount.minor,
                paid_fen=facts.paid_fen or 0,
                dates=doing.priced.dates,
            )
        owed = self._compensations.reservation(
            paid,
            by=SYSTEM,
            reservation=name,
            matter=str(doing.resolution_id),
            facts=asking(facts, step.breaches),
            dates=doing.priced.dates,
        )
        return replace(owed, expected_fen=step.sets_aside_fen)

    def _reserved(self, doing: Doing) -> Reservation | None:
        """Return what is set aside for a step, if ever anything was."""
        if doing.priced.paid is None or doing.matter is None:
            return None
        day_id = self._compensations.id_of(doing.priced.paid)
        day: DayOfCompensation = doing.sight.of(day_id, COMPENSATION)
        return day.reservations.get(doing.matter)

    def _intercept(self, doing: Doing) -> Begun:
        """Note on the order that the carrier is asked to stop its parcel."""
        parcel = doing.step.parcel
        if parcel is None:
            return Begun(result=Result(succeeded=False, reason="no_parcel"))
        ask = RequestIntercept(parcel=parcel, reason="resolution")
        return Begun((self._orders.part(doing.order_id, ask),))

    def _put_off(self, doing: Doing) -> Begun:
        """Put the ship date off, as the consumer took it."""
        assert doing.step.due_at is not None, "a date that is put off says until when"
        ask = RenegotiateShipDate(due_at=doing.step.due_at, reason="resolution")
        return Begun((self._orders.part(doing.order_id, ask),), result=DONE)

    def _give_time(self, doing: Doing) -> Begun:
        """Give the consumer more time, to receive the goods or to complain of them."""
        assert doing.step.due_at is not None, "time that is given says until when"
        what = "receipt" if doing.step.action == "extend_receipt" else "after_sales"
        ask: OrderCommand = GiveTime(
            what=what,  # type: ignore[arg-type]  # one of the two
            until=doing.step.due_at,
            reason="resolution",
        )
        return Begun((self._orders.part(doing.order_id, ask),), result=DONE)

    def _claim_back(self, doing: Doing) -> Begun:
        """Claim what was borne back from who owes it."""
        step, opened = doing.step, doing.state.opened
        assert opened is not None, "only what was opened is carried out"
        names = {
            "merchant": opened.merchant,
            "creator": opened.creator,
            "carrier": opened.carrier,
        }
        party = step.party
        if step.amount is None or party is None or party not in names:
            return Begun(result=Result(succeeded=False, reason="nobody_to_claim_from"))
        account_id = self._accounts.id_beside(doing.order_id, str(doing.resolution_id))
        account: MatterAccount = doing.sight.of(account_id, ACCOUNT)
        against = Account(kind=party, name=names[party])  # type: ignore[arg-type]  # a kind
        bearer = step.bearer
        claimant = Account(kind=bearer, name=names.get(bearer))  # type: ignore[arg-type]  # a kind
        source = doing.order.source
        parts = []
        if account.status == "none":
            attribute = OpenAttribution(
                by=SYSTEM,
                matter=str(doing.resolution_id),
                order=str(doing.order_id),
                source=source,
                consumer=opened.consumer,
                ordered_at=opened.ordered_at,
                parties=(
                    Account(kind="consumer", name=opened.consumer),
                    claimant,
                    against,
                ),
            )
            parts.append(self._accounts.part(account_id, attribute, source))
        claim = ClaimRecourse(
            by=SYSTEM,
            claim=doing.key,
            claimant=claimant,
            against=against,
            amount=step.amount,
            basis=opened.shortfall.code,
        )
        parts.append(self._accounts.part(account_id, claim, source))
        return Begun(tuple(parts), str(account_id), DONE)

    # -- The end --

    def concluded(
        self, doing: Doing, *, succeeded: bool, final: bool
    ) -> tuple[Part, ...]:
        """Return what a step's result means for its ledger: paid, or free again.

        Money that moved after its part of the caps was given up takes it anew, as far
        as there is any; that it moved is recorded whatever the ledger says.
        """
        known = self._reserved(doing)
        if known is None or known.standing == "paid" or not (succeeded or final):
            return ()
        if not succeeded:
            return self.given_up(doing)
        try:
            parts = (
                self._paid(doing, doing.matter or "", known)
                if known.standing == "reserved"
                else self._paid_late(doing)
            )
            allowed(parts, doing)
        except Refused:
            return ()
        return parts

    def _paid(self, doing: Doing, name: str, known: Reservation) -> tuple[Part, ...]:
        """Return that what was set aside is paid, and what that is to the accounts."""
        paid = doing.priced.paid
        assert paid is not None, "what is reserved was paid"
        commit = CommitCompensation(by=approver(doing), reservation=name)
        account_id = self._accounts.id_beside(
            self._compensations.id_of(paid), known.matter
        )
        account: MatterAccount = doing.sight.of(account_id, ACCOUNT)
        payout = Payout(name, known, paid, doing.order)
        return (
            self._compensations.part(paid, commit),
            *(
                self._accounts.part(account_id, each, paid.source)
                for each in account_commands(payout, account)
            ),
        )

    def _paid_late(self, doing: Doing) -> tuple[Part, ...]:
        """Return that it is set aside anew and paid at once; nothing if that is so."""
        paid, name = doing.priced.paid, anew(doing)
        assert paid is not None, "what is reserved was paid"
        day_id = self._compensations.id_of(paid)
        day: DayOfCompensation = doing.sight.of(day_id, COMPENSATION)
        if name in day.reservations:
            return ()
        part = self._compensations.part(paid, self._to_reserve(doing, name))
        for event in part.decider.decide(day, part.command, part.policy, doing.at):
            day = part.decider.evolve(day, event)
        return (part, *self._paid(doing, name, day.reservations[name]))

    def given_up(self, doing: Doing) -> tuple[Part, ...]:
        """Return what frees a step's part of the caps, if it still holds any."""
        known, name = self._reserved(doing), doing.matter
        if known is None or name is None or known.standing != "reserved":
            return ()
        assert doing.priced.paid is not None, "what is reserved was paid"
        release = ReleaseCompensation(by=SYSTEM, reservation=name, reason="step_failed")
        return (self._compensations.part(doing.priced.paid, release),)

    def undone(self, doing: Doing) -> tuple[Part, ...]:
        """Return what undoing a step means elsewhere: its case is let go.

        What only a gateway did cannot be taken back; it cost nobody anything.
        """
        if doing.step.action not in SENT or doing.matter is None:
            return ()
        case_id = UUID(doing.matter)
        case: Case = doing.sight.of(case_id, CASE)
        if case.final:
            return ()
        return self._of_case(doing, case_id, WithdrawCase(by=SYSTEM))


def anew(doing: Doing) -> str:
    """Return the name under which a step sets aside once more what was given up."""
    known = doing.state.step(doing.key)
    return f"{doing.name}@{known.attempts if known else 0}"


def allowed(parts: tuple[Part, ...], doing: Doing) -> None:
    """Raise what another stream refuses, before the step is begun on it."""
    states: dict[UUID, object] = {}
    for part in parts:
        state = states.get(part.stream_id)
        if state is None:
            state = doing.sight.of(part.stream_id, part.decider)
        for event in part.decider.decide(state, part.command, part.policy, doing.at):
            state = part.decider.evolve(state, event)
        states[part.stream_id] = state


def refunded(doing: Doing) -> tuple[CaseType, ClaimItems, Money | None]:
    """Return the kind of case a refund is, and what of the order goes back.

    Exactly what was previewed: the amount of the step, over the lines it names.
    """
    step, order = doing.step, doing.order
    assert step.amount is not None, "a refund says how much"
    if step.action == "refund_freight":
        return "freight_compensation", (), step.amount
    wanted = quantities(doing)
    if step.action in {"refund_full", "platform_advance"}:
        items = default_items(order, wanted)
        if sum(item.amount.minor for item in items) > step.amount.minor:
            # More came free since: only what was previewed goes back.
            items = spread(order, wanted, step.amount)
        rest = step.amount.minor - sum(item.amount.minor for item in items)
        freight = Money(rest, step.amount.currency) if rest > 0 else None
        return whole_kind(order, wanted), items, freight
    kind: CaseType = (
        "price_protection" if step.action == "price_diff" else "partial_refund"
    )
    return kind, spread(order, wanted, step.amount), None


def whole_kind(order: Order, wanted: Mapping[int, int]) -> CaseType:
    """Return which kind gives all of it back, by what was sent of the lines."""
    lines = [line for line in order.lines if line.line in wanted]
    sent = [shipped_quantity(order, line) > 0 for line in lines]
    if not any(sent):
        return "refund_unshipped"
    return "refund_shipped" if all(sent) else "partial_refund"


def spread(order: Order, wanted: Mapping[int, int], amount: Money) -> ClaimItems:
    """Return an amount over lines, each up to what it still has, in order."""
    left, items = amount.minor, []
    for item in default_items(order, wanted):
        part = min(left, item.amount.minor)
        left -= part
        if part:
            items.append(
                ClaimItem(
                    line=item.line,
                    quantity=item.quantity,
                    amount=Money(part, amount.currency),
                )
            )
    return tuple(items)


def quantities(doing: Doing) -> dict[int, int]:
    """Return how much of each line a step is about."""
    lines = doing.step.lines or tuple(line.line for line in doing.order.lines)
    return {
        line.line: line.quantity for line in doing.order.lines if line.line in lines
    }


def approver(doing: Doing) -> By:
    """Return who let the plan go that a step is part of, whatever stands by now."""
    execution = doing.state.executions.get(doing.key.rpartition("/")[0])
    return execution.approved_by or SYSTEM if execution else SYSTEM


def row_of(doing: Doing) -> str | None:
    """Return the row whose plan a step is part of."""
    proposal = doing.state.proposal
    plan = proposal.plan(doing.key.split("/")[1]) if proposal else None
    return plan.plan.policy if plan else None
