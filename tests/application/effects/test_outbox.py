"""What follows an event is ordered with it, once, or not at all."""

from typing import Any

import pytest
from msgspec.structs import replace
from procrastinate.schema import SchemaManager

from application.effects.effect import key_of
from application.effects.follows import STEPS, what_follows
from application.effects.outbox import Outbox
from application.event_store.envelope import RecordedEvent
from application.projections.runtime import (
    SCRATCH,
    OutOfStep,
    advance,
    transaction,
)
from domain.after_sales import RefundFailed, RefundOrdered, RefundSucceeded
from domain.money import Money
from domain.party import By
from domain.plan import PHASE_OF, PlanStep
from domain.resolution.events import PlansOffered, StepSettled, StepStarted
from tests.application.projections.conftest import (
    MONDAY,
    History,
    Pools,
    Reader,
    stream_called,
)
from tests.interface.pretend import ROOT

LIN = By(role="agent", name="lin")
YUAN_30 = Money(3_000, "CNY")

ordered = RefundOrdered(
    at=MONDAY, by=LIN, refund="R-1", route="original", amount=YUAN_30
)
paid = RefundSucceeded(at=MONDAY, refund="R-1", route="original", amount=YUAN_30)
failed = RefundFailed(at=MONDAY, refund="R-1", route="original", failure="closed")
coupon = StepStarted(
    at=MONDAY,
    by=LIN,
    step="1/best/2",
    does=PlanStep(action="coupon_compensation", part="goodwill", amount=YUAN_30),
    attempt=1,
)
offered = PlansOffered(
    at=MONDAY,
    by=LIN,
    plans=("best",),
    reason="parcel_stalled",
    expires_at=MONDAY,
    on_silence="minimum",
    policy="douyin-like.offer@1",
)


@pytest.fixture
def reader(pools: Pools) -> Reader:
    return Reader(pools.projector, [Outbox()])


def asked(pools: Pools, query: str) -> list[Any]:
    with pools.writer.connection() as connection:
        return connection.execute(query.encode()).fetchall()


def jobs(pools: Pools) -> list[Any]:
    return asked(
        pools,
        "SELECT queue_name, args ->> 'key', status::text"
        "  FROM procrastinate.procrastinate_jobs ORDER BY id",
    )


def test_every_action_asks_somebody_or_is_known_to_ask_nobody() -> None:
    ours = {
        *("refund_full", "refund_partial", "refund_freight", "price_diff"),
        "platform_advance",
        *("extend_receipt", "extend_after_sale_window"),
        *("renegotiate_ship_date", "open_dispute", "merchant_deduction"),
    }
    assert set(STEPS) | ours == set(PHASE_OF)
    assert not set(STEPS) & ours


def test_an_order_to_refund_is_in_the_outbox_and_in_the_queue(
    pools: Pools, reader: Reader, history: History
) -> None:
    reader.reads(*history.goes_on("case", ordered))
    key = str(key_of(stream_called("case"), 1, "refund"))
    assert jobs(pools) == [("refund", key, "todo")]
    (row,) = asked(pools, "SELECT key::text, amount_minor, asks FROM projection.outbox")
    assert row == (key, 3_000, "R-1")


def test_each_event_has_its_own_effects(
    pools: Pools, reader: Reader, history: History
) -> None:
    reader.reads(*history.goes_on("resolution", coupon, offered))
    assert [queue for queue, _, _ in jobs(pools)] == ["coupon", "message"]


def test_what_is_paid_by_hand_is_asked_of_nobody() -> None:
    by_hand = RefundOrdered(
        at=MONDAY, by=LIN, refund="R-1", route="offline", amount=YUAN_30
    )
    assert what_follows(by_hand) == ()
    assert what_follows(paid) == ()


def test_read_twice_it_is_ordered_once(
    pools: Pools, reader: Reader, history: History
) -> None:
    batch = history.goes_on("case", ordered)
    reader.reads(*batch)
    with pytest.raises(OutOfStep):
        reader.reads(*batch)
    assert len(jobs(pools)) == 1


class PowerCut(Exception):
    """Nothing more is done."""


def cut_off(pools: Pools, batch: list[RecordedEvent], schema: str) -> None:
    """Read a batch, and be gone before it is committed."""
    with transaction(pools.projector, schema) as connection:
        advance(Outbox(), batch, connection)
        found = connection.execute("SELECT count(*) FROM outbox_v1").fetchone()
        assert found == (1,), "it was all there"
        raise PowerCut


def test_cut_off_in_between_there_is_neither_row_nor_job(
    pools: Pools, reader: Reader, history: History
) -> None:
    batch = history.goes_on("case", ordered)
    with pytest.raises(PowerCut):
        cut_off(pools, batch, "projection")
    assert jobs(pools) == []
    assert asked(pools, "SELECT * FROM projection.outbox") == []
    assert asked(pools, "SELECT * FROM effect.run") == []
    reader.reads(*batch)
    assert len(jobs(pools)) == 1


def test_filled_again_beside_the_live_one_nothing_is_ordered(
    pools: Pools, reader: Reader, history: History
) -> None:
    batch = history.goes_on("case", ordered)
    with transaction(pools.projector, SCRATCH) as connection:
        connection.execute(
            "CREATE TABLE outbox_v1 (LIKE projection.outbox_v1 INCLUDING ALL)"
        )
        Outbox().project(batch, connection.cursor())
        rows = connection.execute("SELECT * FROM outbox_v1").fetchall()
        connection.execute("DROP TABLE outbox_v1")
    assert jobs(pools) == []
    reader.reads(*batch)
    assert rows == asked(pools, "SELECT * FROM projection.outbox")
    assert len(jobs(pools)) == 1


@pytest.mark.parametrize("result", [paid, failed])
def test_what_the_log_answers_in_the_same_breath_is_asked_of_nobody(
    pools: Pools, reader: Reader, history: History, result: RefundSucceeded
) -> None:
    reader.reads(*history.goes_on("case", ordered, result))
    assert jobs(pools) == []
    (row,) = asked(pools, "SELECT answer FROM projection.outbox")
    assert row in {("succeeded",), ("failed",)}


def test_a_result_answers_only_its_own_order(
    pools: Pools, reader: Reader, history: History
) -> None:
    again = RefundOrdered(
        at=MONDAY, by=LIN, refund="R-2", route="deposit", amount=YUAN_30
    )
    reader.reads(*history.goes_on("case", ordered))
    reader.reads(*history.goes_on("case", failed, again))
    answers = asked(pools, "SELECT asks, answer FROM projection.outbox ORDER BY asks")
    assert answers == [("R-1", "failed"), ("R-2", None)]


def test_a_step_that_people_settled_is_answered_whichever_try_it_was(
    pools: Pools, reader: Reader, history: History
) -> None:
    settled = StepSettled(
        at=MONDAY, by=LIN, step="1/best/2", way="skip", reason="given_up"
    )
    reader.reads(*history.goes_on("resolution", coupon, settled))
    assert asked(pools, "SELECT answer FROM projection.outbox") == [("settled",)]
    assert jobs(pools) == []


def test_tried_anew_after_people_settled_it_a_step_is_asked_for_again(
    pools: Pools, reader: Reader, history: History
) -> None:
    """Also where all of it is read in one batch."""
    settled = StepSettled(
        at=MONDAY, by=LIN, step="1/best/2", way="retry", reason="bank_is_back"
    )
    again = replace(coupon, attempt=2)
    reader.reads(*history.goes_on("resolution", coupon, settled, again))
    answers = asked(pools, "SELECT attempt, answer FROM projection.outbox ORDER BY 1")
    assert answers == [(1, "settled"), (2, None)]
    assert len(jobs(pools)) == 1


def test_the_queue_is_the_librarys_own_to_the_letter() -> None:
    text = (ROOT / "migrations" / "0013_effects.sql").read_text()
    kept = text.partition("-- procrastinate begins\n")[2]
    kept = kept.partition("-- procrastinate ends\n")[0]
    assert kept == SchemaManager.get_schema()
