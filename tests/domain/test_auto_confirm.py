"""An order completes by itself ten days after it was sent, but for its claims' time.

A request for after-sales stops the clock of the transaction, which runs on with what
was left once the request is settled (超时说明 20010540).
"""

from datetime import timedelta

import pytest

from domain.money import Money
from domain.order import (
    ClaimItem,
    ClaimStillOpen,
    CompleteOrder,
    ConfirmReceipt,
    OpenClaim,
    OrderCompleted,
    SettleClaim,
    TooEarlyToComplete,
)
from tests.domain.orders import MONDAY, TUESDAY, bought, given, shipped

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
SENT = TUESDAY
complete = CompleteOrder()
HAT = (ClaimItem(line=2, quantity=1, amount=Money(5_000, "CNY")),)
JACKET = (ClaimItem(line=1, quantity=1, amount=Money(20_000, "CNY")),)
sent = given(*bought, shipped(SENT))
asked = OpenClaim(claim="case-1", kind="refund_shipped", items=HAT)
let_go = SettleClaim(claim="case-1")
another = OpenClaim(claim="case-2", kind="refund_shipped", items=JACKET)
another_let_go = SettleClaim(claim="case-2")


def test_without_a_claim_the_order_completes_ten_days_after_it_was_sent() -> None:
    sent.when(complete, at=SENT + 10 * DAY - SECOND).refused(TooEarlyToComplete)
    done = OrderCompleted(at=SENT + 10 * DAY)
    assert done in sent.when(complete, at=SENT + 10 * DAY).happens().past


def test_while_a_claim_is_live_the_order_does_not_complete() -> None:
    claimed = sent.when(asked, at=SENT + 3 * DAY).happens()
    claimed.when(complete, at=SENT + 30 * DAY).refused(ClaimStillOpen)


def test_once_it_is_settled_the_order_has_the_time_that_was_left() -> None:
    # 3 days ran, 5 were the claim's: the seven left end on the 15th day.
    settled = sent.when(asked, at=SENT + 3 * DAY).happens()
    settled = settled.when(let_go, at=SENT + 8 * DAY).happens()
    settled.when(complete, at=SENT + 15 * DAY - SECOND).refused(TooEarlyToComplete)
    assert len(settled.when(complete, at=SENT + 15 * DAY).happens().past) > len(
        settled.past
    )


def test_the_time_of_two_claims_at_once_counts_once() -> None:
    story = sent.when(asked, at=SENT + 2 * DAY).happens()
    story = story.when(another, at=SENT + 3 * DAY).happens()
    story = story.when(let_go, at=SENT + 4 * DAY).happens()
    story.when(complete, at=SENT + 20 * DAY).refused(ClaimStillOpen)
    story = story.when(another_let_go, at=SENT + 6 * DAY).happens()
    story.when(complete, at=SENT + 14 * DAY - SECOND).refused(TooEarlyToComplete)
    story.when(complete, at=SENT + 14 * DAY).happens()


def test_a_claim_taken_up_again_stops_the_clock_again() -> None:
    story = sent
    for command, day in ((asked, 1), (let_go, 2), (asked, 5), (let_go, 9)):
        story = story.when(command, at=SENT + day * DAY).happens()
    story.when(complete, at=SENT + 15 * DAY - SECOND).refused(TooEarlyToComplete)
    story.when(complete, at=SENT + 15 * DAY).happens()


def test_what_is_claimed_after_the_time_is_over_no_longer_stops_it() -> None:
    story = sent.when(asked, at=SENT + 10 * DAY).happens()
    story.when(complete, at=SENT + 11 * DAY).refused(ClaimStillOpen)
    story = story.when(let_go, at=SENT + 12 * DAY).happens()
    story.when(complete, at=SENT + 12 * DAY).happens()


def test_goods_claimed_before_they_were_sent_take_nothing_from_the_time() -> None:
    unsent = given(*bought)
    early = OpenClaim(claim="case-1", kind="refund_unshipped", items=HAT)
    story = unsent.when(early, at=MONDAY).happens()
    story = story.when(let_go, at=MONDAY).happens()
    story = given(*story.past, shipped(SENT))
    story.when(complete, at=SENT + 10 * DAY - SECOND).refused(TooEarlyToComplete)
    story.when(complete, at=SENT + 10 * DAY).happens()


@pytest.mark.parametrize("live", [True, False])
def test_the_consumers_own_word_completes_it_all_the_same(live: bool) -> None:  # noqa: FBT001 - one of two pasts
    story = sent.when(asked, at=SENT + DAY).happens()
    if not live:
        story = story.when(let_go, at=SENT + 2 * DAY).happens()
    done = story.when(ConfirmReceipt(), at=SENT + 3 * DAY).happens()
    assert OrderCompleted(at=SENT + 3 * DAY) in done.past
