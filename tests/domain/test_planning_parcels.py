"""Which parcel a step asks a carrier about: what was sent, or what comes back."""

from domain.order.events import ParcelReturned
from domain.order.evolve import evolve
from domain.planning import minimum_of, plans_of
from domain.policy.service_rows import StepRow
from domain.shortfall import ShortfallCode
from tests.domain.test_planning import (
    MONDAY,
    REFUND,
    URGE,
    ground,
    order,
    plan,
    short,
)

BACK = short("RETURN_UNSIGNED", parcel="YT9")
SENT = short("TRANSIT_STALLED", parcel="SF1")
BOTH: tuple[ShortfallCode, ...] = ("RETURN_UNSIGNED", "TRANSIT_STALLED")
PROTECTS = plan("protect", URGE, codes=BOTH, needs_consent=False)
INTERCEPT = StepRow(action="intercept")


def test_of_a_return_that_is_nowhere_the_returns_own_carrier_is_urged() -> None:
    found = minimum_of(ground(PROTECTS, order=order(shipped=True), shortfalls=(BACK,)))
    assert [step.parcel for step in found.steps] == ["YT9"]


def test_of_two_parcels_that_stand_still_each_is_urged_for_what_it_is() -> None:
    both = ground(PROTECTS, order=order(shipped=True), shortfalls=(SENT, BACK))
    asked = {step.parcel: step.shortfall for step in minimum_of(both).steps}
    assert asked == {"SF1": SENT.name, "YT9": BACK.name}


def test_one_parcel_that_falls_short_twice_is_urged_once() -> None:
    again = short("DISPATCH_OVERDUE", parcel="SF1")
    rows = (PROTECTS, plan("urge", URGE, codes=(again.code,), needs_consent=False))
    twice = ground(*rows, order=order(shipped=True), shortfalls=(SENT, again))
    assert [step.parcel for step in minimum_of(twice).steps] == ["SF1"]


def test_a_wish_urges_the_parcel_that_its_plan_is_about() -> None:
    wished = plan("hurry", URGE, REFUND, codes=("RETURN_UNSIGNED",))
    both = ground(wished, order=order(shipped=True), shortfalls=(SENT, BACK))
    (found,) = plans_of(both)
    assert {step.parcel for step in found.steps if step.action == "urge_carrier"} == {
        "YT9"
    }


def test_only_what_was_sent_is_stopped_on_its_way() -> None:
    stop = plan("stop", INTERCEPT, codes=("RETURN_UNSIGNED",), needs_consent=False)
    found = minimum_of(ground(stop, order=order(shipped=True), shortfalls=(BACK,)))
    assert [step.parcel for step in found.steps] == ["SF1"]


def test_what_is_back_already_is_not_stopped_but_paid_back() -> None:
    stop = plan("stop", INTERCEPT, REFUND, codes=("DELIVERY_OVERDUE",))
    sent = order(shipped=True)
    late = short("DELIVERY_OVERDUE", parcel="SF1")
    (found,) = plans_of(ground(stop, order=sent, shortfalls=(late,)))
    assert [step.action for step in found.steps] == ["intercept", "refund_full"]
    back = evolve(sent, ParcelReturned(at=MONDAY, parcel="SF1"))
    (found,) = plans_of(ground(stop, order=back, shortfalls=(late,)))
    assert [step.action for step in found.steps] == ["refund_full"]
