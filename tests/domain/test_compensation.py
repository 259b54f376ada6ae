"""Caps hold as reservations: of an order, of a day, and of several rows together."""

from collections import defaultdict
from functools import partial
from typing import Any

from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st
from msgspec.json import decode, encode
from msgspec.structs import replace

from domain.compensation import (
    COMPENSATION,
    AlreadyPaid,
    AnotherDay,
    AnotherPersonPays,
    CommitCompensation,
    CompensationCommand,
    CompensationNeedsApproval,
    CompensationPaid,
    CompensationReleased,
    CompensationReserved,
    Dates,
    DayOfCompensation,
    FactsUnusable,
    NotTheService,
    ReleaseCompensation,
    ReservationReleased,
    ReservationReused,
    UnknownReservation,
)
from domain.kernel import Refused
from domain.party import SYSTEM, By
from domain.policy.quote import Earlier, Facts, Line, quote_of
from domain.policy.rows import ApprovalRow, EntitlementRow, Times
from tests.domain.compensations import (
    BOOK,
    DAY_CAP,
    JANUARY,
    MONDAY,
    ORDER_CAP,
    SHOP,
    TUESDAY,
    asked,
    given,
    reserve,
    taken,
)
from tests.given import Given, When

LATE = reserve("k-1", "SHIP_OVERDUE")
PAY = CommitCompensation(by=SYSTEM, reservation="k-1")
GIVE_UP = ReleaseCompensation(by=SYSTEM, reservation="k-1", reason="withdrawn")

late = CompensationReserved(
    at=MONDAY,
    by=SYSTEM,
    reservation="k-1",
    matter="case-k-1",
    order="A-1",
    consumer="anna",
    merchant="m-42",
    paid_on=LATE.paid_on,
    zone="Asia/Shanghai",
    facts=Facts(
        item_fen=100_000,
        breaches=("SHIP_OVERDUE",),
        order="A-1",
        matter="case-k-1",
    ),
    dates=Dates(),
    policy="shop@1",
    lines=(
        Line(
            rule="shop.ship-overdue",
            version=1,
            fen=5_000,
            payer="merchant",
            payee="consumer",
            cut_by=None,
        ),
    ),
    total_fen=5_000,
)
paid = CompensationPaid(
    at=TUESDAY, by=SYSTEM, reservation="k-1", total_fen=5_000, consumer_fen=5_000
)
released = CompensationReleased(
    at=TUESDAY,
    by=SYSTEM,
    reservation="k-1",
    reason="withdrawn",
    total_fen=5_000,
    consumer_fen=5_000,
)


def test_what_the_rules_pay_is_set_aside_with_all_that_was_looked_at() -> None:
    given().when(LATE, at=MONDAY).then(late)
    given(late).when(LATE, at=TUESDAY).then()


def test_a_name_stands_for_one_reservation() -> None:
    other = replace(LATE, order="A-2")
    given(late).when(other, at=TUESDAY).refused(ReservationReused)
    facts = replace(LATE.facts, item_fen=5)
    given(late).when(replace(LATE, facts=facts), at=TUESDAY).refused(ReservationReused)


def test_what_was_set_aside_is_paid_once() -> None:
    given(late).when(PAY, at=TUESDAY).then(paid)
    given(late, paid).when(PAY, at=TUESDAY).then()
    given(late, paid).when(GIVE_UP, at=TUESDAY).refused(AlreadyPaid)
    given().when(PAY, at=TUESDAY).refused(UnknownReservation)


def test_what_was_given_up_is_neither_paid_nor_set_aside_again() -> None:
    given(late).when(GIVE_UP, at=TUESDAY).then(released)
    given(late, released).when(GIVE_UP, at=TUESDAY).then()
    given(late, released).when(PAY, at=TUESDAY).refused(ReservationReleased)
    given(late, released).when(LATE, at=TUESDAY).refused(ReservationReleased)


def test_only_the_service_sets_compensation_aside() -> None:
    given().when(replace(LATE, by=SHOP), at=MONDAY).refused(NotTheService)
    given(late).when(replace(PAY, by=SHOP), at=MONDAY).refused(NotTheService)


# -- Who may say yes: an agent up to ¥40, a senior up to ¥60, finance to any amount --


def limit(role: str, up_to_fen: int | None) -> ApprovalRow:
    return ApprovalRow(
        id=f"shop.approve.{role.replace('_', '-')}",
        version=1,
        title="Who may pay how much",
        binding="adjudication_time",
        in_force_from=JANUARY,
        source="[Δ]",
        step="refund",
        role=role,  # type: ignore[arg-type]  # a role by its name
        up_to_fen=up_to_fen,
    )


LIMITED = replace(
    BOOK,
    rows=(
        *BOOK.rows,
        limit("agent", 4_000),
        limit("senior_agent", 6_000),
        limit("finance_approver", None),
    ),
)
LIN, WEI = By(role="agent", name="lin"), By(role="senior_agent", name="wei")
FANG = By(role="finance_approver", name="fang")
limited = partial(Given, COMPENSATION, LIMITED)


def pays_it(by: By, reserved_by: By) -> When[Any, Any, Any, Any]:
    """Ask, under these limits, that ¥50 which somebody set aside be paid."""
    return limited(replace(late, by=reserved_by)).when(replace(PAY, by=by), at=TUESDAY)


def test_who_pays_has_a_limit_that_reaches_so_far() -> None:
    pays_it(LIN, WEI).refused(CompensationNeedsApproval)
    pays_it(SYSTEM, WEI).refused(CompensationNeedsApproval)
    pays_it(WEI, LIN).then(replace(paid, by=WEI))
    pays_it(FANG, LIN).then(replace(paid, by=FANG))


def test_beyond_the_first_limit_whoever_set_it_aside_does_not_pay_it() -> None:
    pays_it(WEI, WEI).refused(AnotherPersonPays)
    promoted = By(role="senior_agent", name="lin")
    pays_it(promoted, LIN).refused(AnotherPersonPays)
    little = replace(late, by=WEI, total_fen=4_000)
    limited(little).when(replace(PAY, by=WEI), at=TUESDAY).then(
        replace(paid, by=WEI, total_fen=4_000)
    )


def test_the_service_itself_needs_nobody_else_within_its_limit() -> None:
    book = replace(LIMITED, rows=(*LIMITED.rows, limit("system", 9_000)))
    itself = partial(Given, COMPENSATION, book)
    itself(late).when(PAY, at=TUESDAY).then(paid)


def test_facts_that_cannot_be_so_are_refused() -> None:
    nothing = replace(LATE, facts=Facts(breaches=("SHIP_OVERDUE",)))
    given().when(nothing, at=MONDAY).refused(FactsUnusable)


def test_another_days_orders_have_caps_of_their_own() -> None:
    other = replace(reserve("k-2", "SHIP_OVERDUE"), merchant="m-43")
    given(late).when(other, at=MONDAY).refused(AnotherDay)


def test_all_orders_of_a_day_share_the_days_cap() -> None:
    day = asked(
        reserve("k-1", "SHIP_OVERDUE", order="A-1"),
        reserve("k-2", "SHIP_OVERDUE", order="A-2"),
        reserve("k-3", "SHIP_OVERDUE", order="A-3"),
    )
    assert [each.total_fen for each in day.reservations.values()] == [5_000, 5_000, 0]
    (line,) = day.reservations["k-3"].lines
    assert line.cut_by == DAY_CAP.id


def test_an_orders_own_cap_does_not_see_other_orders() -> None:
    day = asked(
        reserve("k-1", "TRACK_OVERDUE", order="A-1"),
        reserve("k-2", "TRACK_OVERDUE", order="A-2"),
        reserve("k-3", "TRACK_ABNORMAL", order="A-1"),
    )
    assert [each.total_fen for each in day.reservations.values()] == [
        4_000,
        4_000,
        2_000,
    ]
    assert [each.cut_by for each in day.reservations["k-3"].lines] == [ORDER_CAP.id]


def test_what_excludes_another_row_does_so_on_its_own_order_alone() -> None:
    day = asked(
        reserve("k-1", "TRACK_OVERDUE", order="A-1"),
        reserve("k-2", "EXCHANGE_LATE", order="A-1"),
        reserve("k-3", "EXCHANGE_LATE", order="A-2"),
    )
    assert [each.total_fen for each in day.reservations.values()] == [4_000, 0, 1_000]


def test_what_is_given_up_leaves_its_part_of_the_caps_free() -> None:
    full = (
        reserve("k-1", "SHIP_OVERDUE", order="A-1"),
        reserve("k-2", "SHIP_OVERDUE", order="A-2"),
    )
    day = asked(*full, GIVE_UP, reserve("k-3", "SHIP_OVERDUE", order="A-3"))
    assert taken(day) == 10_000
    assert day.reservations["k-3"].total_fen == 5_000


def test_what_was_paid_counts_for_good() -> None:
    day = asked(
        LATE,
        PAY,
        reserve("k-2", "SHIP_OVERDUE", order="A-2"),
        reserve("k-3", "SHIP_OVERDUE", order="A-3"),
    )
    assert day.reservations["k-3"].total_fen == 0


def test_the_same_breach_of_the_same_order_is_paid_once() -> None:
    day = asked(
        *(reserve(f"k-{number}", "TRACK_OVERDUE") for number in range(4)),
        reserve("k-9", "TRACK_OVERDUE", order="A-2"),
    )
    paid_out = [each.total_fen for each in day.reservations.values()]
    assert paid_out == [4_000, 0, 0, 0, 4_000]
    (line,) = day.reservations["k-1"].lines
    assert line.cut_by == line.rule


def test_asked_again_of_more_the_difference_is_set_aside() -> None:
    first = reserve("k-1", "TRACK_OVERDUE")
    smaller = replace(first, facts=replace(first.facts, item_fen=40_000))
    day = asked(smaller, reserve("k-2", "TRACK_OVERDUE"))
    assert [each.total_fen for each in day.reservations.values()] == [1_600, 2_400]


def test_what_was_given_up_is_owed_again() -> None:
    day = asked(LATE, GIVE_UP, reserve("k-2", "SHIP_OVERDUE"))
    assert day.reservations["k-2"].total_fen == 5_000


def test_each_line_of_an_order_has_its_own_breach() -> None:
    def of_lines(name: str, *lines: int) -> CompensationCommand:
        command = reserve(name, "TRACK_OVERDUE")
        facts = replace(command.facts, item_fen=30_000, lines=lines)
        return replace(command, facts=facts)

    day = asked(
        of_lines("k-1", 1), of_lines("k-2", 2), of_lines("k-3", 2), of_lines("k-4")
    )
    paid_out = [each.total_fen for each in day.reservations.values()]
    assert paid_out == [1_200, 1_200, 0, 0]


def test_what_may_happen_again_is_paid_once_for_each_case() -> None:
    rows = [
        replace(row, repeatable=True)
        if isinstance(row, EntitlementRow) and row.trigger == "EXCHANGE_LATE"
        else row
        for row in BOOK.rows
    ]
    book = replace(BOOK, rows=tuple(rows))
    again = replace(reserve("k-2", "EXCHANGE_LATE"), matter="case-k-1")
    day = COMPENSATION.initial
    for command in (
        reserve("k-1", "EXCHANGE_LATE"),
        again,
        reserve("k-3", "EXCHANGE_LATE"),
    ):
        for event in COMPENSATION.decide(day, command, book, MONDAY):
            day = COMPENSATION.evolve(day, event)
    paid_out = [each.total_fen for each in day.reservations.values()]
    assert paid_out == [1_000, 0, 1_000]


def test_what_was_paid_elsewhere_counts_too() -> None:
    elsewhere = Earlier(rule="shop.ship-overdue", fen=8_000, order="A-9")
    facts = replace(LATE.facts, earlier=(elsewhere,))
    command = replace(LATE, facts=facts)
    day = asked(command)
    assert day.reservations["k-1"].total_fen == 2_000
    assert COMPENSATION.decide(day, command, BOOK, TUESDAY) == ()


def test_a_decision_can_be_computed_again_from_its_event() -> None:
    day = asked(reserve("k-0", "SHIP_OVERDUE", "TRACK_OVERDUE", order="A-2"))
    (event,) = COMPENSATION.decide(day, LATE, BOOK, MONDAY)
    assert isinstance(event, CompensationReserved)
    again = quote_of(BOOK, event.facts, Times(judged_at=event.at))
    assert (again.lines, again.total_fen) == (event.lines, event.total_fen)
    assert event.total_fen == 1_000


def test_rules_are_chosen_by_the_dates_of_the_matter() -> None:
    long_ago = Dates(conduct_at=JANUARY.replace(year=2025))
    (event,) = COMPENSATION.decide(
        COMPENSATION.initial, replace(LATE, dates=long_ago), BOOK, MONDAY
    )
    assert isinstance(event, CompensationReserved)
    assert (event.lines, event.total_fen) == ((), 0)


NAMES = st.sampled_from([f"k-{number}" for number in range(8)])
BREACHES = st.lists(
    st.sampled_from(["SHIP_OVERDUE", "TRACK_OVERDUE", "TRACK_ABNORMAL"]),
    unique=True,
    max_size=3,
)
COMMANDS: st.SearchStrategy[CompensationCommand] = st.one_of(
    st.builds(
        lambda name, breaches, order: reserve(name, *breaches, order=order),
        NAMES,
        BREACHES,
        st.sampled_from(["A-1", "A-2", "A-3"]),
    ),
    st.builds(CommitCompensation, by=st.just(SYSTEM), reservation=NAMES),
    st.builds(
        ReleaseCompensation, by=st.just(SYSTEM), reservation=NAMES, reason=st.just("x")
    ),
)


@settings(max_examples=200)
@given_any(commands=st.lists(COMMANDS, max_size=50))
def test_whatever_is_reserved_and_given_up_no_cap_is_passed(
    commands: list[CompensationCommand],
) -> None:
    day = COMPENSATION.initial
    for command in commands:
        try:
            events = COMPENSATION.decide(day, command, BOOK, MONDAY)
        except Refused:
            continue
        for event in events:
            day = COMPENSATION.evolve(day, event)
        of_order: defaultdict[str, int] = defaultdict(int)
        for each in day.reservations.values():
            if each.standing != "released":
                of_order[each.order] += sum(
                    line.fen for line in each.lines if ".track-" in line.rule
                )
        assert taken(day) <= 10_000
        assert all(fen <= 6_000 for fen in of_order.values())


def test_a_day_can_be_shown_whole() -> None:
    day = asked(LATE, PAY)
    assert decode(encode(day), type=DayOfCompensation) == day
