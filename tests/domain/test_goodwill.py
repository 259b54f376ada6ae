"""Goodwill is what nobody is owed: capped for each order, and let go by somebody."""

from dataclasses import dataclass
from functools import reduce

from msgspec.structs import replace

from domain.compensation import (
    COMPENSATION,
    CompensationCommand,
    CompensationEvent,
    CompensationReleased,
    CompensationReserved,
    GoodwillCapped,
    GoodwillNotApproved,
    GoodwillReserved,
    ReleaseCompensation,
    ReservationReused,
    ReserveGoodwill,
    WorthSomethingElse,
    goodwill_left,
)
from domain.kernel import Refused
from domain.party import SYSTEM, By
from domain.policy.book import Rulebook
from domain.policy.rows import ApprovalRow, CapRow, Times
from tests.domain.compensations import BOOK, JANUARY, MONDAY, reserve
from tests.given import Given

WEI = By(role="senior_agent", name="wei")
LIN = By(role="agent", name="lin")

CAP = CapRow(
    id="shop.goodwill-cap",
    version=1,
    title="30 % of paid, ¥200 at most (第66条)",
    binding="adjudication_time",
    in_force_from=JANUARY,
    source="[Δ]",
    scope="order",
    rate_bp=3_000,
    base="paid",
    amount_fen=20_000,
    goodwill=True,
)


def limit(role: str, up_to_fen: int | None) -> ApprovalRow:
    return ApprovalRow(
        id=f"shop.goodwill-{role.replace('_', '-')}",
        version=1,
        title="How much goodwill a role lets go",
        binding="adjudication_time",
        in_force_from=JANUARY,
        source="[Δ]",
        step="goodwill",
        role=role,  # type: ignore[arg-type]  # one of the roles of the row
        up_to_fen=up_to_fen,
    )


RULES: Rulebook = replace(
    BOOK,
    rows=(*BOOK.rows, CAP, limit("system", 5_000), limit("senior_agent", 20_000)),
)


def give(reservation: str, fen: int, *, order: str = "A-1") -> ReserveGoodwill:
    owed = reserve(reservation, "SHIP_OVERDUE")
    return ReserveGoodwill(
        by=SYSTEM,
        approved_by=SYSTEM,
        reservation=reservation,
        matter="r-1",
        order=order,
        consumer=owed.consumer,
        merchant=owed.merchant,
        paid_on=owed.paid_on,
        zone=owed.zone,
        total_fen=fen,
        paid_fen=100_000,
    )


def given_away(reservation: str, fen: int) -> GoodwillReserved:
    command = give(reservation, fen)
    return GoodwillReserved(
        at=MONDAY,
        by=command.by,
        approved_by=command.approved_by,
        reservation=reservation,
        matter=command.matter,
        order=command.order,
        consumer=command.consumer,
        merchant=command.merchant,
        paid_on=command.paid_on,
        zone=command.zone,
        paid_fen=command.paid_fen,
        before_fen=0,
        dates=command.dates,
        caps=(CAP.ref,),
        total_fen=fen,
    )


@dataclass(frozen=True)
class Asked:
    """What happened before, and what is asked on Monday."""

    history: tuple[CompensationEvent, ...]

    def then(self, command: CompensationCommand, *events: CompensationEvent) -> None:
        given = Given(COMPENSATION, RULES, *self.history)
        given.when(command, at=MONDAY).then(*events)

    def refused(self, command: CompensationCommand, why: type[Refused]) -> None:
        given = Given(COMPENSATION, RULES, *self.history)
        given.when(command, at=MONDAY).refused(why)


def when(*history: CompensationEvent) -> Asked:
    return Asked(history)


def test_what_the_service_lets_go_by_itself_is_set_aside() -> None:
    when().then(give("g-1", 5_000), given_away("g-1", 5_000))


def test_asked_again_it_is_set_aside_once() -> None:
    when(given_away("g-1", 5_000)).then(give("g-1", 5_000))
    when(given_away("g-1", 5_000)).refused(give("g-1", 4_000), ReservationReused)


def test_two_gifts_of_one_order_share_its_cap() -> None:
    first = replace(given_away("g-1", 17_000), approved_by=WEI)
    second = replace(give("g-2", 3_001), approved_by=WEI)
    when(first).refused(second, GoodwillCapped)
    fits = replace(second, total_fen=3_000)
    expected = replace(given_away("g-2", 3_000), approved_by=WEI, before_fen=17_000)
    when(first).then(fits, expected)


def test_the_cap_of_one_order_is_not_another_ones() -> None:
    first = replace(given_away("g-1", 20_000), approved_by=WEI)
    expected = replace(given_away("g-2", 5_000), order="A-2")
    when(first).then(give("g-2", 5_000, order="A-2"), expected)


def test_of_little_paid_only_a_part_is_given() -> None:
    when().refused(replace(give("g-1", 3_100), paid_fen=10_000), GoodwillCapped)


def test_more_than_a_role_lets_go_takes_somebody_else() -> None:
    when().refused(give("g-1", 5_001), GoodwillNotApproved)
    when().refused(replace(give("g-1", 5_001), approved_by=LIN), GoodwillNotApproved)
    own = replace(give("g-1", 5_001), by=WEI, approved_by=WEI)
    when().refused(own, GoodwillNotApproved)


def test_what_was_given_up_frees_the_cap() -> None:
    released = CompensationReleased(
        at=MONDAY,
        by=SYSTEM,
        reservation="g-1",
        reason="declined",
        total_fen=20_000,
        consumer_fen=20_000,
    )
    history: tuple[CompensationEvent, ...] = (
        replace(given_away("g-1", 20_000), approved_by=WEI),
        released,
    )
    day = reduce(COMPENSATION.evolve, history, COMPENSATION.initial)
    times = Times(judged_at=MONDAY)
    assert goodwill_left(day, "A-1", 100_000, RULES, times) == 20_000


def test_it_is_given_up_like_what_is_owed() -> None:
    give_up = ReleaseCompensation(by=SYSTEM, reservation="g-1", reason="declined")
    released = CompensationReleased(
        at=MONDAY,
        by=SYSTEM,
        reservation="g-1",
        reason="declined",
        total_fen=5_000,
        consumer_fen=5_000,
    )
    when(given_away("g-1", 5_000)).then(give_up, released)


def test_what_the_rules_pay_is_what_was_previewed_or_nothing() -> None:
    owed = reserve("k-1", "SHIP_OVERDUE")
    when().refused(replace(owed, expected_fen=4_999), WorthSomethingElse)
    exact = replace(owed, expected_fen=5_000)
    (event,) = COMPENSATION.decide(COMPENSATION.initial, exact, RULES, MONDAY)
    assert isinstance(event, CompensationReserved)
    assert event.total_fen == 5_000
