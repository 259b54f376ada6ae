"""A protected price that fell is given back once: the deepest fall, line by line."""

from datetime import timedelta
from uuid import UUID

from msgspec.structs import replace

from domain.money import Money
from domain.order import ClaimItem, OpenClaim, SettleClaim
from domain.policy.service_rows import PlanRow, StepRow
from domain.resolution import SettleStep
from domain.shortfall import Fact
from tests.application.resolving import (
    BASE,
    GENEROUS,
    ROWS,
    WEI,
    Anna,
    limit,
    shortfall,
)
from tests.application.test_listing_reports import (
    CHEAPER,
    PROTECTED,
    Mall,
)

DIFFERENCE = PlanRow(
    id="shop.owed-difference",
    name="owed-difference",
    codes=("PRICE_DROP",),
    minimum=True,
    steps=(StepRow(action="price_diff", part="entitlement", bearer="merchant"),),
    **BASE,
)
TOLD = PlanRow(
    id="shop.told",
    name="told",
    codes=("PRICE_DROP",),
    needs_consent=False,
    steps=(StepRow(action="notify_only"),),
    **BASE,
)
RULES = (*(row for row in ROWS if row.id != "shop.generous"), DIFFERENCE)


def falls(anna: Anna, fen: int, line: int | None = 1, seen: str = "once") -> None:
    """Let a price be seen so much lower than Anna paid."""
    fell = Fact(name="difference_minor", value=fen)
    anna.falls_short(shortfall("PRICE_DROP", line=line, window=seen, facts=(fell,)))


def gives(anna: Anna) -> None:
    """Carry out what is owed, to the last refund."""
    for key in anna.starts():
        step = anna.resolution.step(key)
        assert step is not None
        if step.does.action == "price_diff":
            anna.refund_comes_back(UUID(step.matter or ""), succeeded=True)
        anna.comes_back(key, succeeded=True)


def given(anna: Anna) -> list[tuple[int, int]]:
    """Return what each claim of price protection is for, and how much."""
    return [
        (item.line, item.amount.minor)
        for claim in anna.order.claims.values()
        if claim.kind == "price_protection"
        for item in claim.items
    ]


def test_a_fall_that_is_seen_every_night_is_given_back_once() -> None:
    anna = Anna((*RULES, TOLD))
    for night in range(4):
        falls(anna, 1_000, seen=f"night-{night}")
        gives(anna)
    assert given(anna) == [(1, 1_000)]
    assert anna.status == "confirming"


def test_a_deeper_fall_gives_what_is_beyond_the_first_though_it_is_as_much() -> None:
    anna = Anna(RULES)
    falls(anna, 1_000)
    gives(anna)
    falls(anna, 2_000, seen="later")
    gives(anna)
    assert given(anna) == [(1, 1_000), (1, 1_000)]


def test_a_deeper_fall_counts_what_was_begun_and_is_not_claimed_yet() -> None:
    anna = Anna((*RULES, GENEROUS))  # which waits to be approved, over what is owed
    falls(anna, 1_000)
    falls(anna, 1_500, seen="later")
    amounts = [each.does.amount for each in anna.resolution.steps()]
    assert amounts == [Money(1_000, "CNY"), Money(500, "CNY")]


def test_what_people_left_out_is_owed_with_the_next_fall() -> None:
    anna = Anna(RULES)
    falls(anna, 1_000)
    (key,) = anna.starts()
    anna.comes_back(key, succeeded=False, reason="closed", final=True)
    anna.asks(SettleStep(by=WEI, step=key, way="skip", reason="later"))
    falls(anna, 1_500, seen="later")
    gives(anna)
    assert given(anna)[-1] == (1, 1_500)


def test_each_line_gets_its_own_fall_back() -> None:
    anna = Anna(RULES)
    falls(anna, 1_000)
    gives(anna)
    falls(anna, 200, line=2)
    gives(anna)
    assert given(anna) == [(1, 1_000), (2, 200)]


def test_lines_that_wait_for_approval_together_are_priced_apart() -> None:
    others = (row for row in RULES if row.id != "shop.refund-system")
    anna = Anna((*others, limit("refund", "system", 0)))
    falls(anna, 1_000)
    falls(anna, 200, line=2)
    proposal = anna.resolution.proposal
    assert proposal is not None
    steps = proposal.minimum.plan.steps
    assert [(each.lines, each.amount) for each in steps] == [
        ((1,), Money(1_000, "CNY")),
        ((2,), Money(200, "CNY")),
    ]


def test_a_line_that_was_refunded_already_gets_nothing_more() -> None:
    anna = Anna(RULES)
    item = ClaimItem(line=1, quantity=1, amount=Money(49_000, "CNY"))
    whole = str(UUID(int=7))
    anna.told(
        OpenClaim(claim=whole, kind="dispute", items=(item,)),
        SettleClaim(claim=whole, refunded=(item,)),
    )
    falls(anna, 1_000)
    assert not anna.starts()


def test_no_more_goes_back_than_the_line_still_has() -> None:
    anna = Anna(RULES)
    item = ClaimItem(line=1, quantity=1, amount=Money(48_700, "CNY"))
    part = str(UUID(int=7))
    anna.told(
        OpenClaim(claim=part, kind="partial_refund", items=(item,)),
        SettleClaim(claim=part, refunded=(item,)),
    )
    falls(anna, 1_000)
    gives(anna)
    assert given(anna) == [(1, 300)]


def test_a_deeper_price_on_the_same_day_is_news_and_the_same_one_is_not() -> None:
    mall = Mall()
    mall.sells("A-1", *PROTECTED)
    assert mall.hears(CHEAPER).noticed == 1
    later = CHEAPER.at + timedelta(hours=3)
    assert mall.hears(replace(CHEAPER, at=later)).known == 1
    assert mall.hears(replace(CHEAPER, unit_price=Money(17_000, "CNY"))).noticed == 1
