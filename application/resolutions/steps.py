"""What carrying out one step of a resolution means elsewhere, in the same append.

Refunds and goods go through an after-sales case, so that the order's own claim guards
them; compensation goes through the ledger of its day. What only a gateway does is
asked of it by the outbox, once the step is begun.
"""

from collections.abc import Callable, Mapping
from typing import Final

from application.after_sales import AfterSales
from application.compensation import Compensations
from application.event_store.envelope import Part
from application.orders import Orders
from application.resolutions.case_steps import CaseSteps
from application.resolutions.doing import DONE, Begun, Doing, Result, allowed
from application.resolutions.ledger_steps import LedgerSteps
from application.resolutions.recourse import claimed_back
from application.responsibility import Responsibilities
from domain.compensation.refusals import WorthSomethingElse
from domain.kernel import Code, Refused
from domain.order import GiveTime, OrderCommand, RenegotiateShipDate, RequestIntercept
from domain.plan import Action

# What is owed costs more by now than an incident's budget set aside for its order.
BEYOND: Final[Code] = "beyond_the_incident"


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
        self._accounts = accounts
        self._cases = CaseSteps(orders, cases)
        self._ledger = LedgerSteps(compensations, accounts)
        self._begin: Mapping[Action, Callable[[Doing], Begun]] = {
            "refund_full": self._give_back,
            "refund_partial": self._give_back,
            "refund_freight": self._give_back,
            "price_diff": self._give_back,
            "platform_advance": self._give_back,
            "resend": self._cases.goods,
            "exchange": self._cases.goods,
            "reship_other_carrier": self._cases.goods,
            "coupon_compensation": self._ledger.set_aside,
            "cash_compensation": self._ledger.set_aside,
            "merchant_deduction": self._ledger.deducted,
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
        except WorthSomethingElse as why:
            code = BEYOND if beyond_budget(doing, why) else why.code
            return Begun(result=Result(succeeded=False, reason=code))
        except Refused as why:
            return Begun(result=Result(succeeded=False, reason=why.code))
        return begun

    def _give_back(self, doing: Doing) -> Begun:
        """Let money go back through a case; goodwill counts under its caps as well."""
        back = self._cases.refund(doing)
        if doing.step.part != "goodwill":
            return back
        aside = self._ledger.set_aside_back(doing)
        if aside.result is not None:
            return aside
        return Begun((*back.parts, *aside.parts), back.matter, back.result)

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
        return claimed_back(doing, self._accounts)

    # -- The end --

    def concluded(
        self, doing: Doing, *, succeeded: bool, final: bool
    ) -> tuple[Part, ...]:
        """Return what a step's result means for its ledger: paid, or free again."""
        return self._ledger.concluded(doing, succeeded=succeeded, final=final)

    def undone(self, doing: Doing) -> tuple[Part, ...]:
        """Return what undoing a step means elsewhere: its case is let go."""
        return self._cases.undone(doing)

    def let_go(self, doing: Doing) -> tuple[Part, ...]:
        """Return what leaving a step out means elsewhere: its case ends with it."""
        return self._cases.let_go(doing)

    def paid_outside(self, doing: Doing) -> tuple[Part, ...]:
        """Return what it means elsewhere that people paid a step's refund by hand."""
        return self._cases.paid_outside(doing)


def beyond_budget(doing: Doing, why: WorthSomethingElse) -> bool:
    """Say whether an order of an incident costs more by now than was set aside for it.

    Nobody granted that: it is not paid at the price of now by itself, but once a person
    has it tried again.
    """
    known = doing.state.step(doing.key)
    agreed = known is not None and known.settled == "retry"
    granted = any(each.incident for each in doing.state.shortfalls.values())
    fen, aside = why.details["fen"], doing.step.sets_aside_fen or 0
    return granted and not agreed and isinstance(fen, int) and fen > aside
