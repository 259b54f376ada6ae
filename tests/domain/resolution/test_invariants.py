"""Whatever is asked in whatever order, money goes only where it may, and once."""

from collections import Counter
from datetime import timedelta
from functools import reduce
from typing import Any

from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st
from msgspec.json import decode, encode
from msgspec.structs import replace

from domain.kernel import Refused
from domain.party import SYSTEM, By
from domain.plan import PHASES, Plan, plan_hash
from domain.resolution import (
    RESOLUTION,
    AcceptPlan,
    ApprovePlan,
    CompensateStep,
    ConfirmMadeGood,
    CounterPlans,
    DeclinePlans,
    DismissResolution,
    ExecutePlan,
    ExecutionStarted,
    HandToDispute,
    OfferPlans,
    PlanApproved,
    PlansProposed,
    PlansSuperseded,
    RecordStepResult,
    RejectPlans,
    ReopenResolution,
    Resolution,
    ResolutionCommand,
    ResolutionEvent,
    ResolutionOpened,
    ResolutionTriaged,
    SettleStep,
    StepCompensated,
    StepStarted,
    StepSucceeded,
    next_actor,
    startable,
    to_compensate,
)
from domain.timer import CheckClocks
from tests.domain.resolution.examples import (
    ANNA,
    ATTACH,
    BLOCK,
    BOOK,
    CASHIER,
    HEAL,
    LARGE,
    LIN,
    MONDAY,
    NOTHING_OWED,
    OPEN,
    RESHIP,
    SMALL,
    TRIAGE,
    WEI,
    coupon,
    owed,
    plan,
    propose,
    start,
    step,
)

MIXED = plan("mixed", step("intercept"), owed(700), step("resend"), coupon(200))
OWED = plan("minimum", step("urge_carrier"), owed())
DEAR = plan("minimum", owed(30_001))
URGE = plan("urge", step("urge_carrier"), policy="shop.urge@1")
PLANS = (SMALL, LARGE, RESHIP, MIXED, URGE)
GROUNDS = ("order@7", "order@8")
PEOPLE = (SYSTEM, LIN, WEI, CASHIER, ANNA)
KEYS = [
    f"{number}/{of.name}/{place}"
    for number in (1, 2, 3)
    for of in (*PLANS, OWED)
    for place in range(1, len(of.steps) + 1)
]
SPANS = [timedelta(0), timedelta(minutes=30), timedelta(hours=80), timedelta(days=8)]

whom = st.sampled_from(PEOPLE)
keys = st.sampled_from(KEYS)
plans = st.sampled_from((*PLANS, MIXED, MIXED))
grounds = st.sampled_from(GROUNDS)


def hashed(of: Plan, ground: str) -> Any:
    return plan_hash(of, ground)


proposals = st.builds(
    lambda some, minimum, by, ground: propose(
        *some, minimum=minimum, by=by, rests_on=ground
    ),
    st.lists(plans, max_size=3, unique_by=lambda each: each.name),
    st.sampled_from((OWED, OWED, DEAR, NOTHING_OWED)),
    whom,
    grounds,
)
approvals = st.builds(
    lambda of, by, ground: ApprovePlan(by=by, plan=of.name, hash=hashed(of, ground)),
    st.sampled_from((*PLANS, OWED, DEAR)),
    whom,
    grounds,
)
offers = st.builds(
    lambda of, ground: OfferPlans(by=SYSTEM, hash=hashed(of, ground), reason="late"),
    plans,
    grounds,
)
unasked = st.builds(
    lambda of, ground: ExecutePlan(by=SYSTEM, plan=of.name, hash=hashed(of, ground)),
    plans,
    grounds,
)
results = st.builds(
    RecordStepResult,
    by=st.just(SYSTEM),
    step=keys,
    attempt=st.integers(1, 3),
    succeeded=st.booleans(),
    final=st.booleans(),
)
settling = st.builds(
    SettleStep,
    by=whom,
    step=keys,
    way=st.sampled_from(("retry", "done_elsewhere", "skip")),
    reason=st.just("looked_at"),
)
fixed = st.sampled_from(
    (
        TRIAGE,
        replace(TRIAGE, block=BLOCK),
        replace(TRIAGE, by=WEI),
        ATTACH,
        HEAL,
        replace(HEAL, cleared_by="promise_kept"),
        RejectPlans(by=CASHIER, reason="no"),
        DeclinePlans(by=ANNA),
        CounterPlans(by=ANNA, wish="money"),
        ConfirmMadeGood(by=ANNA),
        ReopenResolution(by=ANNA, reason="again"),
        HandToDispute(by=ANNA),
        DismissResolution(by=LIN, reason="not_so"),
        CheckClocks(),
    )
)
accepting = st.builds(lambda of: AcceptPlan(by=ANNA, plan=of.name), plans)
beginning = st.builds(start, keys, whom)
undoing = st.builds(lambda key: CompensateStep(by=SYSTEM, step=key), keys)
anything = st.one_of(
    proposals,
    approvals,
    offers,
    unasked,
    accepting,
    beginning,
    results,
    settling,
    undoing,
    fixed,
)


@st.composite
def likely(draw: st.DrawFn, now: Resolution) -> Any:
    """Draw what somebody who looks at it would ask, mostly; else anything."""
    moves: list[Any] = [start(each.key) for each in now.steps()]
    moves += [start(key) for key in startable(now)]
    for each in now.steps():
        if each.standing == "started":
            moves += [
                RecordStepResult(
                    by=SYSTEM,
                    step=each.key,
                    attempt=each.attempts,
                    succeeded=succeeded,
                    final=draw(st.booleans()),
                )
                for succeeded in (True, True, False)
            ]
        if each.standing == "needs_human":
            way = draw(st.sampled_from(("retry", "done_elsewhere", "skip")))
            moves.append(SettleStep(by=WEI, step=each.key, way=way, reason="so"))
    moves += [CompensateStep(by=SYSTEM, step=key) for key in to_compensate(now)]
    for name, ask in now.asks.items():
        moves.append(ApprovePlan(by=draw(whom), plan=name, hash=ask.hash))
    for name, approval in now.approvals.items():
        moves.append(OfferPlans(by=SYSTEM, hash=approval.hash, reason="late"))
        moves.append(ExecutePlan(by=SYSTEM, plan=name, hash=approval.hash))
    moves += [AcceptPlan(by=ANNA, plan=name) for name in now.offered]
    turn = draw(st.integers(0, 11))
    if turn == 0 or (not moves and turn < 4):
        drawn: Any = draw(st.one_of(fixed, anything))
        return drawn
    if not moves or turn in {1, 2}:
        return draw(proposals)
    chosen: Any = draw(st.sampled_from(moves))
    return chosen


Told = list[tuple[Any, ResolutionEvent]]


@st.composite
def stories(draw: st.DrawFn) -> Told:
    """Draw a story: each event with the time it happened."""
    at, now = MONDAY, RESOLUTION.initial
    told: Told = []
    asked: ResolutionCommand = OPEN
    for number in range(draw(st.integers(20, 60))):
        if number:
            asked = TRIAGE if number == 1 else draw(likely(now))
            at += (
                draw(st.sampled_from(SPANS))
                if draw(st.integers(0, 4)) == 0
                else SPANS[0]
            )
        try:
            events = RESOLUTION.decide(now, asked, BOOK, at)
        except Refused:
            continue
        again = reduce(RESOLUTION.evolve, events, now)
        if events and not isinstance(asked, CheckClocks):
            assert_asked_twice_is_asked_once(again, asked, at)
        now = again
        told += [(at, each) for each in events]
        assert_somebody_goes_on(now)
    return told


def assert_asked_twice_is_asked_once(
    now: Resolution, asked: ResolutionCommand, at: Any
) -> None:
    try:
        assert RESOLUTION.decide(now, asked, BOOK, at) == ()
    except Refused:
        allowed_to = (SettleStep, CompensateStep, ApprovePlan, AcceptPlan, ExecutePlan)
        moved_on = ("superseded", "confirming", "triaged")
        assert isinstance(asked, allowed_to) or now.status in moved_on, asked


def assert_somebody_goes_on(now: Resolution) -> None:
    """Nothing is stuck: it ended, or it is somebody's turn."""
    assert now.over or next_actor(now) is not None, now.status


@settings(max_examples=120, deadline=None)
@given_any(stories())
def test_whatever_is_asked_money_goes_only_where_it_may_and_once(told: Told) -> None:
    approved: set[tuple[str, str]] = set()
    standing: PlansProposed | None = None
    owed_name = "minimum"
    block = None
    done: Counter[str] = Counter()
    undone: Counter[str] = Counter()
    begun: dict[str, StepStarted] = {}
    for at, event in told:
        match event:
            case ResolutionTriaged():
                block = event.block
            case PlansProposed():
                standing, approved = event, set()
            case PlansSuperseded():
                standing, approved = None, set()
            case PlanApproved():
                assert standing is not None or event.plan == owed_name
                four_eyes(event, told)
                approved.add((event.plan, event.hash))
            case ExecutionStarted():
                assert (event.plan, event.hash) in approved, "approved as previewed"
            case StepStarted():
                begun[event.step] = event
                if event.does.part == "goodwill":
                    blocked = block is not None and at < block.until
                    assert not blocked, "goodwill never runs while it is blocked"
            case StepSucceeded():
                done[event.step] += 1
                assert event.step in begun
            case StepCompensated():
                undone[event.step] += 1
                assert begun[event.step].does.part != "entitlement"
                assert begun[event.step].does.reversible
            case _:
                continue
    assert all(count == 1 for count in done.values()), "nothing is done twice"
    assert all(count == 1 for count in undone.values())
    assert set(undone) <= set(done)
    owed_once(begun)


def four_eyes(event: PlanApproved, told: Told) -> None:
    """Beyond what goes by itself, somebody else than the proposer approved it."""
    if event.by == SYSTEM:
        row = BOOK.row(event.policy)
        assert row is None or event.amount_fen <= (getattr(row, "up_to_fen", 0) or 0)
        return
    proposers = [each.by for _, each in told if isinstance(each, PlansProposed)]
    of_hash = [
        each.by
        for _, each in told
        if isinstance(each, PlansProposed)
        and event.hash in {one.hash for one in (each.minimum, *each.plans)}
        and each.at <= event.at
    ]
    assert proposers
    assert of_hash[-1].name != event.by.name


def owed_once(begun: dict[str, StepStarted]) -> None:
    """Ask that what is owed is begun under one key, however often it was proposed."""
    things = Counter(
        (str(each.does.amount), each.does.shortfall)
        for each in begun.values()
        if each.does.part == "entitlement"
    )
    assert all(count == 1 for count in things.values()), things


@settings(max_examples=60, deadline=None)
@given_any(stories())
def test_phases_keep_their_order_and_what_is_told_is_told_again(told: Told) -> None:
    state = RESOLUTION.initial
    for _, event in told:
        if isinstance(event, StepStarted):
            of_it = state.executions[event.step.rpartition("/")[0]]
            mine = PHASES.index(event.does.phase)
            owed = of_it.owed and event.does.part == "entitlement"
            assert all(
                each.standing in {"succeeded", "compensated", "skipped"}
                for each in of_it.steps.values()
                if PHASES.index(each.does.phase) < mine
                if each.does.part == "entitlement" or not owed
            )
        again = decode(encode(event), type=type(event))
        assert again == event
        state = RESOLUTION.evolve(state, event)
    first = told[0][1]
    assert isinstance(first, ResolutionOpened)
    assert isinstance(first.by, By)
