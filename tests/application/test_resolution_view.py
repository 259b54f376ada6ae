"""What a reader is shown of a resolution: whose turn it is, by when, what is theirs."""

from typing import Any

from msgspec.structs import replace

from application.order_desk import owners_of
from application.resolutions.view import ResolutionView, resolution_view
from domain.order import ShipParcel
from domain.party import By
from domain.policy.rows import AnyRow, TimerRow
from domain.policy.service_rows import OfferRow, PlanRow, StepRow
from domain.resolution import AcceptPlan, RejectPlans
from domain.shortfall import Fact
from tests.application.resolving import (
    ANNA,
    BASE,
    BOOK,
    DAY,
    HOUR,
    LIN,
    MONDAY,
    ROWS,
    WEI,
    Anna,
    shortfall,
)

ANSWER = TimerRow(
    id="shop.answer",
    step="contact.answer",
    owes="agent",
    hours=4,
    on_breach="breach",
    **BASE,
)
ONCE = OfferRow(id="shop.offer", attempts_max=1, **BASE)
URGE = PlanRow(
    id="shop.urge",
    name="urge",
    codes=("TRANSIT_STALLED",),
    minimum=True,
    steps=(
        StepRow(action="urge_carrier"),
        StepRow(action="coupon_compensation", fixed_fen=500, part="goodwill"),
    ),
    **BASE,
)
ZTO = By(role="carrier", name="zto")


def seen(anna: Anna, by: By, *more: AnyRow) -> ResolutionView:
    book = replace(BOOK, rows=(*anna.books.book.rows, *more))
    known = anna.resolution
    carried = owners_of(anna.order).carried
    return resolution_view(
        anna.resolution_id, 1, known, by, anna.at, book=book, carried=carried
    )


def turn(anna: Anna, *more: AnyRow) -> tuple[str, Any]:
    found = seen(anna, LIN, *more).turn
    assert found is not None
    return found.party, found.due_at


def test_what_waits_for_approval_is_answered_as_fast_as_a_consumer_is() -> None:
    anna = Anna()
    anna.falls_short(shortfall("PRICE_DROP"))
    assert anna.status == "approval_pending"
    anna.at += HOUR
    assert turn(anna, ANSWER) == ("senior_agent", MONDAY + 4 * HOUR)
    assert turn(anna) == ("senior_agent", MONDAY + DAY)


def test_what_is_carried_out_goes_on_within_a_day_or_when_it_is_tried_again() -> None:
    anna = Anna()
    anna.falls_short()
    anna.asks(AcceptPlan(by=ANNA, plan="resend"))
    assert anna.status == "executing"
    assert turn(anna) == ("system", MONDAY + DAY)
    anna.starts()
    anna.at += HOUR
    anna.comes_back("1/minimum/1", succeeded=False)
    assert turn(anna) == ("system", anna.at + 5 * HOUR / 60)


def test_what_needs_a_person_has_one_by_the_time_we_answer() -> None:
    mine = [row for row in ROWS if row.id != "shop.offer"]
    anna = Anna(rows=[*mine, ONCE])
    anna.falls_short()
    anna.asks(AcceptPlan(by=ANNA, plan="resend"))
    anna.starts()
    anna.at += HOUR
    anna.comes_back("1/minimum/1", succeeded=False)
    assert anna.status == "needs_human"
    assert turn(anna, ANSWER) == ("agent", MONDAY + 5 * HOUR)


def test_what_was_sent_back_is_proposed_anew_by_then() -> None:
    anna = Anna()
    anna.falls_short(shortfall("PRICE_DROP"))
    anna.at += HOUR
    anna.asks(RejectPlans(by=WEI, reason="too_dear"))
    assert turn(anna) == ("agent", MONDAY + HOUR + DAY)


def test_the_consumers_turn_ends_with_the_offer() -> None:
    anna = Anna()
    anna.falls_short()
    assert turn(anna) == ("consumer", MONDAY + 3 * DAY)


def test_a_carrier_reads_of_its_own_parcel_and_of_nobodys_money() -> None:
    anna = Anna()
    anna.ships()
    stalled = shortfall(
        "TRANSIT_STALLED",
        parcel="SF1",
        facts=(Fact(name="stalled_hours", value=60),),
    )
    anna.falls_short(stalled)
    anna.falls_short(shortfall("PRICE_DROP"))
    anna.falls_short(shortfall("TRANSIT_STALLED", parcel="SF2", window="other"))
    theirs = seen(anna, ZTO)
    assert [each.parcel for each in theirs.shortfalls] == ["SF1"]
    assert theirs.shortfalls[0].facts == ()
    assert theirs.clocks == ()
    assert theirs.offer is None
    assert theirs.office is None
    assert theirs.done == ()
    assert theirs.paid_fen is None
    assert {each.what for each in theirs.parts} <= {"urge_carrier", "intercept"}
    assert len(seen(anna, WEI).shortfalls) == 3


def test_a_carrier_reads_what_fell_short_of_each_parcel_it_has() -> None:
    anna = Anna()
    anna.ships()
    anna.told(
        ShipParcel(parcel="SF2", carrier="zto", waybill="SF2"),
        ShipParcel(parcel="YT1", carrier="yto", waybill="YT1"),
    )
    for name in ("SF1", "SF2", "YT1"):
        anna.falls_short(shortfall("TRANSIT_STALLED", parcel=name, window=name))
    back = Fact(name="carrier", value="zto")
    goes_back = shortfall("RETURN_UNSIGNED", parcel="RT1", facts=(back,))
    anna.falls_short(goes_back)
    theirs = seen(anna, ZTO)
    assert [each.parcel for each in theirs.shortfalls] == ["SF1", "SF2", "RT1"]


def test_a_carrier_reads_that_it_is_urged_and_not_what_lies_beside_it() -> None:
    anna = Anna()
    anna.ships()
    anna.falls_short(shortfall("TRANSIT_STALLED", parcel="SF1"))
    anna.asks(AcceptPlan(by=ANNA, plan="resend"))
    anna.starts()
    assert [each.what for each in seen(anna, ZTO).parts] == ["urge_carrier"]
    assert [each.amount for each in seen(anna, ZTO).parts] == [None]
