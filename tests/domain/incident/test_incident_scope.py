"""Who is affected is frozen, named in chunks, and never changed silently."""

import pytest
from msgspec.structs import replace

from domain.incident import (
    INCIDENT,
    AlreadyDeclared,
    AlreadyHandedOut,
    ChunkReused,
    EndsBeforeItBegins,
    ExcludeOrders,
    Exclusion,
    ExclusionReason,
    IncidentDeclared,
    IncidentStatus,
    Member,
    MoreThanFrozen,
    NamedTwice,
    NobodyAffected,
    NoSuchIncident,
    NotAffected,
    NotForYou,
    NothingSelected,
    NotNow,
    OrderLeftOut,
    OrdersExcluded,
    ReviseSelector,
    ScopeDiffers,
    ScopeRevised,
    Selector,
    TooLateToJoin,
    handed_out,
    next_orders,
    scope_digest,
)
from tests.domain.incident.incidents import (
    BOOK,
    DECLARE,
    FRIDAY,
    LIN,
    MONDAY,
    SHOP,
    TEN,
    TUESDAY,
    URUMQI,
    after,
    freeze,
    given,
    granted,
    include,
    members,
    piloting,
    planned,
    reserve,
    rolling_out,
    settle,
    stands,
)

REVISE = ReviseSelector(
    by=LIN,
    selector=replace(URUMQI, outlets=("urumqi-3", "urumqi-4")),
    reason="second_outlet",
)

declared = IncidentDeclared(
    at=MONDAY,
    by=LIN,
    number="I-7",
    kind="carrier_outlet",
    reason="outlet_stopped",
    selector=URUMQI,
    begins=MONDAY,
    ends=FRIDAY,
)


def out(order: Member, reason: ExclusionReason = "by_hand") -> ExcludeOrders:
    return ExcludeOrders(by=LIN, orders=(Exclusion(order=order.order, reason=reason),))


# -- Declared --


def test_an_agent_declares_an_incident() -> None:
    given().when(DECLARE, at=MONDAY).then(declared)


def test_the_same_incident_is_declared_once() -> None:
    given(declared).when(DECLARE, at=TUESDAY).then()
    other = replace(DECLARE, reason="flood")
    given(declared).when(other, at=TUESDAY).refused(AlreadyDeclared)


def test_a_selector_that_narrows_only_time_selects_nothing() -> None:
    paid = Selector(paid_from=MONDAY, stalled_hours=72, statuses=("shipped",))
    given().when(replace(DECLARE, selector=paid), at=MONDAY).refused(NothingSelected)
    revise = replace(REVISE, selector=paid)
    given(declared).when(revise, at=MONDAY).refused(NothingSelected)


def test_an_incident_does_not_end_before_it_begins() -> None:
    backwards = replace(DECLARE, ends=MONDAY)
    given().when(backwards, at=MONDAY).refused(EndsBeforeItBegins)
    paid = replace(URUMQI, paid_from=TUESDAY, paid_to=MONDAY)
    given().when(replace(DECLARE, selector=paid), at=MONDAY).refused(EndsBeforeItBegins)


def test_a_merchant_declares_no_incident() -> None:
    given().when(replace(DECLARE, by=SHOP), at=MONDAY).refused(NotForYou)


def test_nothing_is_asked_of_an_incident_nobody_declared() -> None:
    given().when(freeze(TEN), at=MONDAY).refused(NoSuchIncident)


# -- Frozen and named --


def status(*commands: object) -> IncidentStatus | None:
    return stands(INCIDENT.initial, *commands).status  # type: ignore[arg-type]  # commands of an incident


def test_the_scope_stands_once_all_who_were_frozen_are_named() -> None:
    assert status(DECLARE) == "declared"
    assert status(DECLARE, freeze(TEN)) == "scoping"
    assert status(DECLARE, freeze(TEN), include(2, TEN[5:])) == "scoping"
    both = (include(2, TEN[5:]), include(1, TEN[:5]))
    assert status(DECLARE, freeze(TEN), *both) == "scoped"


def test_a_scope_of_nobody_is_not_frozen_and_it_is_said_who_was_looked_for() -> None:
    with pytest.raises(NobodyAffected) as refused:
        INCIDENT.decide(stands(INCIDENT.initial, DECLARE), freeze(()), BOOK, MONDAY)
    assert refused.value.details == {"looked_for": "carriers: SF; outlets: urumqi-3"}


def test_what_a_scope_is_frozen_by_does_not_depend_on_the_order() -> None:
    names = [member.order for member in TEN]
    assert scope_digest(names) == scope_digest(reversed(names))
    assert scope_digest(names) != scope_digest(names[1:])


def test_a_chunk_is_named_once() -> None:
    past = after(DECLARE, freeze(TEN), include(1, TEN[:5]))
    past.when(include(1, TEN[:5]), at=TUESDAY).then()
    past.when(include(1, TEN[5:]), at=TUESDAY).refused(ChunkReused)


def test_a_chunk_asked_again_after_the_scope_stands_is_asked_once() -> None:
    after(*planned()).when(include(1, TEN), at=TUESDAY).then()


def test_an_order_is_named_once() -> None:
    past = after(DECLARE, freeze(TEN), include(1, TEN[:5]))
    past.when(include(2, TEN[4:6]), at=MONDAY).refused(NamedTwice)
    past.when(include(2, (TEN[6], TEN[6])), at=MONDAY).refused(NamedTwice)


def test_no_more_orders_are_named_than_were_frozen() -> None:
    past = after(DECLARE, freeze(TEN), include(1, TEN[:5]))
    past.when(include(2, members(range(5, 11))), at=MONDAY).refused(MoreThanFrozen)


def test_as_many_orders_but_others_are_not_the_scope() -> None:
    past = after(DECLARE, freeze(TEN), include(1, TEN[:9]))
    past.when(include(2, members([99])), at=MONDAY).refused(ScopeDiffers)


def test_a_scope_that_cannot_be_named_is_frozen_anew() -> None:
    past = after(DECLARE, freeze(TEN), include(1, TEN[:9]), freeze(TEN[:3], "1.950"))
    past = past.when(include(1, TEN[:3]), at=MONDAY).happens()
    past.when(freeze(TEN[:3], "1.950"), at=MONDAY).then()
    past.when(freeze(TEN), at=MONDAY).refused(NotNow)


# -- Late joiners --


def test_orders_join_until_the_incident_ends() -> None:
    joins = include(1, members([20]), late=True)
    past = after(*planned())
    past.when(joins, at=FRIDAY).refused(TooLateToJoin)
    past = past.when(joins, at=TUESDAY).happens()
    past.when(joins, at=FRIDAY).then()
    past.when(include(2, members([20]), late=True), at=TUESDAY).refused(NamedTwice)
    after(DECLARE, freeze(TEN)).when(joins, at=MONDAY).refused(NotNow)


# -- Revised --


def test_a_revised_selector_is_told_and_leaves_the_end_as_it_was() -> None:
    revised = ScopeRevised(
        at=TUESDAY,
        by=LIN,
        selector=REVISE.selector,
        ends=FRIDAY,
        reason="second_outlet",
    )
    after(*granted(10_000)).when(REVISE, at=TUESDAY).then(revised)
    given(declared, revised).when(REVISE, at=TUESDAY).then()


def test_after_a_revision_the_budget_is_stale() -> None:
    wider = members(range(12))
    again = (REVISE, freeze(wider), include(1, wider))
    assert status(*piloting(), REVISE) == "declared"
    assert status(*piloting(), *again) == "plan_drafted"
    past = after(*piloting(), *again)
    past.when(reserve("b-1", TEN[:1]), at=MONDAY).refused(NotNow)


def test_whoever_was_handed_something_stays_and_is_not_handed_it_again() -> None:
    narrower = TEN[3:]
    incident = stands(
        INCIDENT.initial,
        *rolling_out(),
        reserve("b-1", TEN[:2]),
        settle("b-1", TEN[:2]),
        REVISE,
        freeze(narrower),
        include(1, narrower),
    )
    counts = handed_out(incident)
    assert (counts.members, counts.offered, counts.left) == (9, 2, 7)
    assert next_orders(incident, 100) == narrower


def test_whoever_was_handed_something_may_be_of_the_new_scope_too() -> None:
    incident = stands(
        INCIDENT.initial,
        *rolling_out(),
        reserve("b-1", TEN[:2]),
        settle("b-1", TEN[:2]),
        REVISE,
        freeze(TEN),
        include(1, TEN),
    )
    assert incident.scope_stands
    counts = handed_out(incident)
    assert (counts.members, counts.offered, counts.left) == (10, 2, 8)


def test_who_was_left_out_by_hand_stays_left_out_in_a_new_scope() -> None:
    again = (REVISE, freeze(TEN), include(1, TEN))
    incident = stands(
        INCIDENT.initial,
        *planned(),
        out(TEN[0]),
        out(TEN[1], "beyond_cap"),
        *again,
    )
    assert handed_out(incident).excluded == 1
    assert TEN[0] not in next_orders(incident, 10)
    assert TEN[1] in next_orders(incident, 10), "another budget may reach that far"


# -- Left out --


def test_an_order_is_left_out_for_a_reason_and_never_handed_anything() -> None:
    past = after(*rolling_out())
    orders = out(TEN[0]).orders
    past.when(out(TEN[0]), at=MONDAY).then(
        OrdersExcluded(at=MONDAY, by=LIN, orders=orders)
    )
    past = past.when(out(TEN[0]), at=MONDAY).happens()
    past.when(out(TEN[0]), at=TUESDAY).then()
    past.when(reserve("b-1", TEN[:2]), at=MONDAY).refused(OrderLeftOut)


def test_only_an_order_of_the_incident_is_left_out() -> None:
    after(*planned()).when(out(members([99])[0]), at=MONDAY).refused(NotAffected)


@pytest.mark.parametrize("settled", [False, True])
def test_an_order_that_was_handed_something_is_not_left_out(settled: bool) -> None:  # noqa: FBT001  (a case of the table)
    past = after(*rolling_out(), reserve("b-1", TEN[:2]))
    if settled:
        past = past.when(settle("b-1", TEN[:2]), at=MONDAY).happens()
    past.when(out(TEN[0]), at=MONDAY).refused(AlreadyHandedOut)
