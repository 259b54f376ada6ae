"""What is due and needs nobody's leave is paid without being asked for."""

from collections.abc import Iterable
from datetime import datetime

from application.processes.order_due_refunds import DueRefund, DueRefunds
from domain.after_sales import RecordRefundResult
from tests.application.test_after_sales import Shop
from tests.domain.after_sales import FRIDAY, MONDAY, TUESDAY, approve, bounced, pay


class Board:
    """Shows the clocks for paying that run in the cases of a shop."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def refunds_due(self) -> Iterable[DueRefund]:
        for timer in self._shop.case.timers.values():
            if timer.step == "pay_refund" and timer.standing == "running":
                yield DueRefund(self._shop.case_id, timer.started_at)


def due_refunds(shop: Shop, at: datetime = TUESDAY) -> DueRefunds:
    return DueRefunds(shop.cases, Board(shop), lambda: at)


def agreed() -> Shop:
    shop = Shop()
    shop.open()
    shop.ask(approve, MONDAY)
    return shop


def test_a_refund_that_is_due_is_sent_the_way_it_was_paid() -> None:
    shop = agreed()
    assert due_refunds(shop).order() == 1
    refund = shop.case.live_refund
    assert refund is not None
    assert refund.route == "original"


def test_it_is_sent_once_however_often_and_by_whomever_it_is_asked() -> None:
    shop = agreed()
    process = due_refunds(shop)
    assert [process.order(), process.order()] == [1, 0]
    assert due_refunds(shop, FRIDAY).order() == 0
    assert len(shop.case.refunds) == 1


def test_what_failed_is_left_to_people() -> None:
    shop = agreed()
    due_refunds(shop).order()
    (name,) = shop.case.refunds
    shop.ask(RecordRefundResult(refund=name, succeeded=False), TUESDAY)
    assert due_refunds(shop, FRIDAY).order() == 0
    assert shop.case.refund_status == "failed"


def test_what_failed_for_the_merchant_is_left_to_people_too() -> None:
    shop = agreed()
    shop.ask(pay, TUESDAY)
    shop.ask(bounced, TUESDAY)
    assert due_refunds(shop, FRIDAY).order() == 0
    assert len(shop.case.refunds) == 1


def test_what_the_merchant_sent_off_is_not_sent_again() -> None:
    shop = agreed()
    shop.ask(pay, TUESDAY)
    assert due_refunds(shop).order() == 0


def test_nothing_is_sent_before_anybody_agreed() -> None:
    shop = Shop()
    shop.open()
    assert due_refunds(shop).order() == 0
