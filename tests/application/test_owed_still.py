"""What is owed is done for whatever is left of it: grown, repriced, or come to nothing.

One thing that fell short takes nothing from what is owed for another.
"""

from msgspec.structs import replace

from application.resolutions.said import Proposing
from domain.party import SYSTEM
from domain.policy.rows import AnyRow, CapRow, Formula
from domain.policy.service_rows import PlanRow, StepRow
from domain.resolution import proposal_due
from tests.application.resolving import (
    BASE,
    HOUR,
    LATE,
    MONDAY,
    ROWS,
    Anna,
    shortfall,
)
from tests.application.test_charged_merchants import DEDUCTED

ALONE = {"shop.refund", "shop.resend"}
TELL = PlanRow(
    id="shop.told",
    name="told",
    codes=("TRANSIT_STALLED", "SHIP_OVERDUE"),
    needs_consent=False,
    steps=(StepRow(action="notify_only"),),
    **BASE,
)


def rows(*more: AnyRow, without: str = "") -> tuple[AnyRow, ...]:
    """Return the rows by which what is owed is all there is."""
    return (*(r for r in ROWS if r.id not in ALONE | {without}), *more)


def charged(*bp: int) -> tuple[AnyRow, ...]:
    """Return what a merchant is charged for being late, at another rate each hour."""
    last = len(bp) - 1
    return tuple(
        replace(
            DEDUCTED,
            caps=(),
            version=number + 1,
            formula=Formula(base="paid", rate_bp=rate),
            in_force_from=MONDAY + number * HOUR if number else BASE["in_force_from"],
            in_force_to=None if number == last else MONDAY + (number + 1) * HOUR,
        )
        for number, rate in enumerate(bp)
    )


def sums(anna: Anna) -> list[int]:
    """Return what was set aside of the merchant's day, one by one."""
    return [each.total_fen for each in anna.day.reservations.values()]


def done(anna: Anna) -> None:
    """Carry out all that goes by itself, and propose whatever is due."""
    for _ in range(3):
        for key in anna.starts():
            step = anna.resolution.step(key)
            if step is not None and step.standing == "started":
                anna.comes_back(key, succeeded=True)
        if proposal_due(anna.resolution):
            said = Proposing(by=SYSTEM)
            anna.resolutions.propose(anna.resolution_id, said, anna.context(said))


def test_a_charge_that_grew_is_made_for_what_it_grew_by() -> None:
    anna = Anna(rows(*charged(100, 300), without="shop.late"))
    anna.falls_short()
    done(anna)
    anna.at += HOUR
    anna.falls_short(shortfall("TRANSIT_STALLED"))
    done(anna)
    assert sums(anna) == [500, 1_000]


def test_as_much_by_another_rule_is_paid_beside_the_first() -> None:
    first = replace(LATE, formula=Formula(base="paid", rate_bp=100))
    second = replace(first, id="shop.late-too", in_force_from=MONDAY + HOUR)
    anna = Anna(rows(first, second, without="shop.late"))
    anna.falls_short()
    done(anna)
    anna.at += 2 * HOUR
    anna.falls_short(shortfall("TRANSIT_STALLED"))
    done(anna)
    assert sums(anna) == [500, 500]


def test_what_is_set_aside_already_is_not_paid_twice_whatever_falls_short() -> None:
    anna = Anna(rows(TELL))
    anna.falls_short()
    done(anna)
    anna.falls_short(shortfall("TRANSIT_STALLED"))
    done(anna)
    assert sums(anna) == [2_500]


def test_a_charge_that_is_worth_something_else_is_made_at_the_price_of_now() -> None:
    anna = Anna(rows(*charged(100, 300), without="shop.late"))
    anna.falls_short()
    anna.at += HOUR
    done(anna)
    assert sums(anna) == [1_500]
    assert anna.status == "confirming"


def test_what_is_owed_for_one_thing_stays_though_another_never_was() -> None:
    anna = Anna(rows())
    stalled = shortfall("TRANSIT_STALLED")
    anna.falls_short(stalled)
    anna.falls_short()
    anna.resolutions.clear(
        anna.order_id, stalled.name, "retracted", anna.context(stalled)
    )
    done(anna)
    assert sums(anna) == [2_500]
    (step,) = anna.resolution.steps()
    assert step.does.shortfall == shortfall().name


def test_what_was_done_for_both_is_proposed_anew_for_the_one_that_was() -> None:
    anna = Anna(rows(TELL, without="shop.late"))
    stalled = shortfall("TRANSIT_STALLED")
    anna.falls_short(stalled, propose=False)
    anna.falls_short()
    anna.resolutions.clear(
        anna.order_id, stalled.name, "retracted", anna.context(stalled)
    )
    assert proposal_due(anna.resolution)
    done(anna)
    told = [each.standing for each in anna.resolution.steps()]
    assert told == ["skipped", "succeeded"]


def test_where_a_cap_left_nothing_of_it_the_rest_ends_as_it_would() -> None:
    cap = CapRow(id="shop.day-cap", scope="buyer_seller_day", amount_fen=2_500, **BASE)
    capped = rows(replace(LATE, caps=(cap.id,)), cap, without="shop.late")
    anna = Anna(capped)
    other = Anna(capped, store=anna.store, number="A-2")
    anna.falls_short()
    other.falls_short()
    done(anna)
    other.starts()
    assert sums(anna) == [2_500]
    assert not proposal_due(other.resolution)
    assert other.status == "confirming"
