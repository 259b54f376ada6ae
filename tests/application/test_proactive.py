"""How alarms are judged, and which bad reviews could have been seen coming."""

from datetime import timedelta

import pytest

from application.proactive import (
    Judged,
    NoOrders,
    OrderSeen,
    Survey,
    report_on,
)
from application.proactive.curve import (
    bar_of_the_past,
    bars_moved,
    with_bar,
    with_one_bar,
)
from application.proactive.figures import by_bars, by_timer, figures, percentile
from application.risk_walk import walk
from domain.risk import DELIVERY_RISK, NEVER_BP, Learning, Parcel
from tests.domain.parcels import DAY, MONDAY, parcel

LATER = MONDAY + 90 * DAY
OFFER = 500


def judged(*parcels: Parcel) -> list[Judged]:
    return [Judged(each, each.ending(LATER)) for each in parcels]


def hours_before(one: Parcel, hours: float) -> dict[str, object]:
    return {one.order: one.due_at - timedelta(hours=hours)}


# -- Judging --


def test_alarms_are_right_on_late_parcels_and_false_on_those_in_time() -> None:
    late, fine = parcel("late", arrived=12), parcel("fine", arrived=9.5)
    unseen, lost = parcel("unseen", arrived=11), parcel("lost", arrived=None)
    off = parcel("off", arrived=None, off=9)
    alarms = {
        each.order: each.due_at - timedelta(hours=48)
        for each in (late, fine, lost, off)
    }
    of = figures(judged(late, fine, unseen, lost, off), alarms, OFFER)
    assert (of.late_noticed, of.late, of.never_noticed, of.never) == (1, 2, 1, 1)
    assert (of.false, of.off) == (1, 1)
    assert (of.recall, of.precision) == (0.5, 0.5)
    assert of.precision_with_never == pytest.approx(2 / 3, abs=1e-4)
    assert (of.offers, of.cost_minor, of.cost_of_false_minor) == (4, 2_000, 500)


def test_leads_are_counted_from_the_alarm_to_the_due_moment() -> None:
    parcels = [parcel(f"late-{number}", arrived=12) for number in range(4)]
    hours = (48, 48, 24, 2)
    alarms = {
        each.order: each.due_at - timedelta(hours=before)
        for each, before in zip(parcels, hours, strict=True)
    }
    of = figures(judged(*parcels), alarms, OFFER)
    assert (of.lead_median_hours, of.lead_p10_hours) == (36, 2)
    assert of.late_noticed_early == 2
    assert percentile([5.0, 1.0, 3.0], 50) == 3


def test_of_no_parcels_there_is_no_share() -> None:
    of = figures([], {}, OFFER)
    assert (of.recall, of.precision, of.lead_median_hours) == (None, None, None)


def test_the_plain_timer_tells_everybody_who_still_waits() -> None:
    early, waiting = parcel("early", arrived=7), parcel("waiting", arrived=9)
    alarms = by_timer([early, waiting], 48)
    assert alarms == hours_before(waiting, 48)


def test_only_the_first_alarm_of_an_order_counts() -> None:
    one = parcel(arrived=12)
    asked = list(walk([one], Learning(DELIVERY_RISK)))
    first = by_bars(asked, with_one_bar(DELIVERY_RISK, 5_000))
    assert first == hours_before(one, 120)
    assert by_bars(asked, with_bar(DELIVERY_RISK, NEVER_BP)) == hours_before(one, 2)
    assert by_bars(asked, with_bar(DELIVERY_RISK, 5_000)) == hours_before(one, 48)


def test_no_bar_is_set_on_a_past_in_which_none_met_the_aim() -> None:
    fine = [parcel(f"fine-{number}", arrived=9.95) for number in range(9)]
    asked = list(walk(fine, Learning(DELIVERY_RISK)))
    assert bar_of_the_past(bars_moved(judged(*fine), asked, DELIVERY_RISK)) is None


# -- Bad reviews --


def reviewed(one: Parcel | None, days: float, **how: object) -> OrderSeen:
    """Return an order with a bad review, asked for so many days after it was placed."""
    asked_at = MONDAY + days * DAY
    survey = Survey(score=1, asked_at=asked_at, answered_at=asked_at + DAY)
    return OrderSeen(
        order=one.order if one else "none",
        placed_at=MONDAY,
        parcel=one,
        surveys=(survey,),
        **how,  # type: ignore[arg-type]  # the words of OrderSeen
    )


def test_bad_reviews_are_counted_by_what_fell_short() -> None:
    orders = [
        reviewed(parcel("late", arrived=12), 13),
        reviewed(parcel("asked-early", arrived=12), 5),
        reviewed(parcel("lost", arrived=None), 13),
        reviewed(parcel("off", arrived=None, off=4), 13, off_at=MONDAY + 4 * DAY),
        reviewed(parcel("sent-late", handed=4, arrived=8), 13),
        reviewed(parcel("fine"), 13),
        reviewed(None, 13),
    ]
    report = report_on(orders, DELIVERY_RISK)
    counted = {
        each.cause: (each.bad, each.before_survey) for each in report.bad_reviews
    }
    assert counted == {
        "delivered_late": (2, 1),
        "never_delivered": (1, 1),
        "called_off": (1, 1),
        "handed_over_late": (1, 1),
        "none_seen": (2, 0),
    }


def test_a_survey_nobody_dated_counts_from_its_answer() -> None:
    survey = Survey(score=2, asked_at=None, answered_at=MONDAY)
    assert survey.out_at == MONDAY


def test_what_is_due_after_the_last_that_is_known_is_not_judged() -> None:
    first = OrderSeen(order="o-1", placed_at=MONDAY, parcel=parcel("o-1", arrived=9))
    open_ = OrderSeen(
        order="o-2", placed_at=MONDAY, parcel=parcel("o-2", arrived=None, due=30)
    )
    report = report_on([first, open_], DELIVERY_RISK)
    assert (report.promised, report.open, report.rules[0].all.parcels) == (2, 1, 1)


def test_of_no_orders_there_is_nothing_to_say() -> None:
    with pytest.raises(NoOrders):
        report_on([], DELIVERY_RISK)
