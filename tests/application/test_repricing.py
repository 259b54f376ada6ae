"""What is owed and changed its price is paid at the price of now, and nobody asks."""

from msgspec.structs import replace

from domain.policy.rows import AnyRow, Formula
from domain.resolution import (
    AcceptPlan,
    ApprovePlan,
    HandToDispute,
    proposal_due,
    startable,
)
from domain.resolution.repricing import REPRICED_MAX
from tests.application.resolving import (
    ANNA,
    BASE,
    HOUR,
    LATE,
    MONDAY,
    ROWS,
    WEI,
    Anna,
    limit,
)


def rates(*bp: int) -> tuple[AnyRow, ...]:
    """Return what is owed for being late, at another rate each hour."""
    last = len(bp) - 1
    return tuple(
        replace(
            LATE,
            version=number + 1,
            formula=Formula(base="paid", rate_bp=rate),
            in_force_from=BASE["in_force_from"] if not number else hour(number),
            in_force_to=None if number == last else hour(number + 1),
        )
        for number, rate in enumerate(bp)
    )


def hour(number: int) -> object:
    """Return when the rate changes for the nth time."""
    return MONDAY + number * HOUR


def late(
    *bp: int, without: tuple[str, ...] = (), more: tuple[AnyRow, ...] = ()
) -> Anna:
    """Let Anna's order be late, at a rate that changes every hour."""
    left_out = {"shop.late", *without}
    rows = [row for row in ROWS if row.id not in left_out]
    anna = Anna(rows=[*rows, *rates(*bp), *more])
    anna.falls_short()
    return anna


def paid(anna: Anna) -> list[int]:
    """Return what was set aside for her."""
    return [each.total_fen for each in anna.day.reservations.values()]


ALONE = ("shop.refund", "shop.resend")


def test_what_is_worth_something_else_by_now_is_paid_at_the_price_of_now() -> None:
    anna = late(500, 600, without=ALONE)
    anna.at += HOUR
    assert anna.starts() == ("1/minimum/1",)
    assert anna.starts() == ("2/minimum/1",)
    anna.comes_back("2/minimum/1", succeeded=True)
    assert paid(anna) == [3_000]
    assert anna.status == "confirming"
    first = anna.resolution.step("1/minimum/1")
    assert first is not None
    assert (first.standing, first.settled) == ("skipped", "superseded")


def test_it_is_proposed_in_the_append_in_which_it_was_refused() -> None:
    anna = late(500, 600, without=ALONE)
    anna.at += HOUR
    before = anna.store.stream(anna.resolution_id)
    anna.starts()
    told = anna.store.stream(anna.resolution_id)[len(before) :]
    assert len({each.command_id for each in told}) == 1
    assert anna.resolution.round == 2


def test_over_the_limit_the_new_price_waits_for_somebody() -> None:
    limits = ("shop.refund-system", *ALONE)
    anna = late(500, 600, without=limits, more=(limit("refund", "system", 2_500),))
    anna.at += HOUR
    anna.starts()
    (ask,) = anna.resolution.asks.values()
    assert (ask.amount_fen, ask.role) == (3_000, "senior_agent")
    assert anna.starts() == ()
    anna.asks(ApprovePlan(by=WEI, plan="minimum", hash=ask.hash))
    anna.starts()
    assert paid(anna) == [3_000]


def test_an_offer_over_what_is_owed_is_made_anew_with_it() -> None:
    anna = late(500, 600)
    assert anna.status == "offered"
    anna.at += HOUR
    anna.starts()
    assert anna.status == "offered"
    anna.starts()
    assert 3_000 in paid(anna)


def test_while_a_plan_she_took_is_carried_out_what_is_owed_waits_for_its_end() -> None:
    anna = late(500, 600)
    anna.asks(AcceptPlan(by=ANNA, plan="resend"))
    anna.at += HOUR
    anna.starts()
    assert anna.resolution.round == 1
    anna.comes_back("1/resend/1", succeeded=True)
    assert anna.status == "superseded"
    assert proposal_due(anna.resolution)


def test_what_is_owed_is_paid_at_the_price_of_now_though_the_rest_is_over() -> None:
    anna = late(500, 600)
    anna.asks(HandToDispute(by=ANNA))
    anna.at += HOUR
    anna.starts()
    assert anna.status == "handed_to_dispute"
    assert not proposal_due(anna.resolution)
    assert anna.starts() == ("2/minimum/1",)
    anna.comes_back("2/minimum/1", succeeded=True)
    assert paid(anna) == [3_000]
    assert anna.status == "handed_to_dispute"
    assert anna.resolution.standing is None


def test_a_price_that_never_holds_is_looked_at_by_people() -> None:
    anna = late(*(500 + 10 * n for n in range(REPRICED_MAX + 3)), without=ALONE)
    for number in range(1, REPRICED_MAX + 1):
        anna.at += HOUR
        assert anna.starts() == (f"{number}/minimum/1",)
    anna.at += HOUR
    anna.starts()
    last = anna.resolution.step(f"{REPRICED_MAX + 1}/minimum/1")
    assert last is not None
    assert last.standing == "needs_human"
    assert startable(anna.resolution) == ()
