"""Whatever is asked in whatever order, the budget holds, and nothing is given twice."""

from collections import Counter
from functools import reduce
from time import process_time
from typing import Any

from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from domain.incident import (
    INCIDENT,
    BudgetReserved,
    BudgetSettled,
    BudgetSpent,
    ExcludeOrders,
    Exclusion,
    ExpandRollout,
    Incident,
    IncidentCommand,
    IncidentEvent,
    Member,
    PauseIncident,
    RecordSpent,
    ResumeIncident,
    ReviseSelector,
    RollBackUnexecuted,
    StartPilot,
    batch_name,
    budget_left,
    handed_out,
    next_orders,
)
from domain.kernel import Refused
from domain.party import SYSTEM
from tests.domain.incident.incidents import (
    BOOK,
    FEN,
    LIN,
    MEI,
    MONDAY,
    TAO,
    TEN,
    URUMQI,
    approve,
    estimate,
    freeze,
    granted,
    include,
    members,
    reserve,
    rolling_out,
    settle,
)

TOTAL_FEN = 5_000
# Twelve orders: ten of the first scope, two that may join it late.
TWELVE = members(range(12))

some = st.lists(st.sampled_from(TWELVE), min_size=1, max_size=4, unique=True).map(tuple)
batches = st.sampled_from(["b-1", "b-2", "b-3", "b-4"])
costs = st.sampled_from([0, 400, 1_000, 1_001])


def costing(orders: tuple[Member, ...], fen: int) -> tuple[Member, ...]:
    return tuple(
        Member(order=each.order, segment="stuck", cost_fen=fen) for each in orders
    )


def split(batch: str, orders: tuple[Member, ...], place: int) -> IncidentCommand:
    return settle(batch, orders[:place], orders[place:])


asked = st.one_of(
    st.builds(lambda b, o, f: reserve(b, costing(o, f)), batches, some, costs),
    st.builds(split, batches, some, st.integers(0, 4)),
    st.builds(
        lambda c, o, f: RecordSpent(by=SYSTEM, chunk=c, spent=costing(o, f)),
        batches,
        some,
        costs,
    ),
    st.builds(
        lambda o: ExcludeOrders(
            by=LIN, orders=(Exclusion(order=o.order, reason="by_hand"),)
        ),
        st.sampled_from(TWELVE),
    ),
    st.builds(lambda n: StartPilot(by=LIN, orders=n), st.integers(1, 6)),
    st.builds(lambda n: include(n, TWELVE[9 + n : 10 + n], late=True), st.just(1)),
    st.builds(lambda f: approve(f, by=TAO), st.sampled_from([2_000, 5_000, 7_000])),
    st.sampled_from(
        [
            ExpandRollout(by=MEI, orders_per_minute=60),
            PauseIncident(by=LIN, reason="calls"),
            ResumeIncident(by=MEI),
            RollBackUnexecuted(by=MEI, reason="open_again"),
            ReviseSelector(by=LIN, selector=URUMQI, reason="again"),
            freeze(TEN[2:]),
            include(1, TEN[2:]),
            estimate(8, 8_000),
            approve(TOTAL_FEN, by=FEN),
        ]
    ),
)


class Told:
    """An incident, and all that happened to it."""

    def __init__(self) -> None:
        self.incident: Incident = INCIDENT.initial
        self.events: list[IncidentEvent] = []

    def ask(self, command: IncidentCommand) -> None:
        try:
            events = INCIDENT.decide(self.incident, command, BOOK, MONDAY)
        except Refused:
            return
        self.events += events
        self.incident = reduce(INCIDENT.evolve, events, self.incident)

    def finish(self) -> None:
        """Settle what is in hand: half of it offered, and say that it cost half."""
        for number in (1, 2, 3, 4):
            batch = self.incident.batches.get(f"b-{number}")
            if batch is not None and batch.settled is None:
                self.ask(split(f"b-{number}", batch.orders, len(batch.orders) // 2))


def adds_up(incident: Incident) -> None:
    """Assert that every count and every sum is that of the orders themselves."""
    standings = dict(incident.standings.items())
    how = Counter(each.how for each in standings.values())
    counts = handed_out(incident)
    assert counts.members == len(standings)
    assert (counts.left, counts.excluded) == (how["waiting"], how["excluded"])
    assert (counts.reserved, counts.offered) == (how["reserved"], how["offered"])
    assert counts.spent == how["spent"]
    aside = sum(s.fen for s in standings.values() if s.how in {"reserved", "offered"})
    assert incident.set_aside_fen == aside
    assert incident.spent_fen + incident.beyond_fen == sum(
        s.fen for s in standings.values() if s.how == "spent"
    )
    if incident.live:
        waiting = [name for name, s in standings.items() if s.how == "waiting"]
        due = [member.order for member in next_orders(incident, 100)]
        assert sorted(due) == sorted(waiting)


def within_budget(incident: Incident) -> None:
    """Assert that no more is taken than was granted, in all and per order."""
    budget = incident.budget
    assert budget is not None
    assert incident.set_aside_fen >= 0
    assert incident.committed_fen <= budget.total_max_fen
    assert budget_left(incident) == budget.total_max_fen - incident.committed_fen
    assert all(
        standing.fen <= budget.per_order_max_fen
        for _, standing in incident.standings.items()
    )


@settings(max_examples=150, deadline=None)
@given_any(st.lists(asked, max_size=40), st.booleans())
def test_the_budget_holds_and_the_counts_add_up(
    commands: list[IncidentCommand],
    finished: bool,  # noqa: FBT001  (drawn)
) -> None:
    told = Told()
    for command in (*granted(TOTAL_FEN), StartPilot(by=LIN, orders=4)):
        told.ask(command)
    for command in commands:
        told.ask(command)
        adds_up(told.incident)
        within_budget(told.incident)
    if finished:
        told.finish()
        adds_up(told.incident)
        within_budget(told.incident)
        assert told.incident.tally.reserved == 0
    assert reduce(INCIDENT.evolve, told.events, INCIDENT.initial) == told.incident
    nothing_twice(told.events)
    the_log_adds_up(told)


def nothing_twice(events: list[IncidentEvent]) -> None:
    """Assert that each order had money set aside, offers and costs at most once."""
    aside: Counter[str] = Counter()
    offered: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    for event in events:
        match event:
            case BudgetReserved(orders=orders):
                aside.update(each.order for each in orders)
            case BudgetSettled(offered=orders):
                offered.update(orders)
            case BudgetSpent(spent=orders):
                spent.update(each.order for each in orders)
            case _:
                continue
    for counted in (aside, offered, spent):
        assert max(counted.values(), default=0) <= 1
    assert spent.keys() <= offered.keys() <= aside.keys()


def the_log_adds_up(told: Told) -> None:
    """Assert that what the events say in fen comes to what the incident says."""
    said: Counter[type[Any]] = Counter()
    for event in told.events:
        match event:
            case BudgetReserved(fen=fen) | BudgetSpent(fen=fen):
                said[type(event)] += fen
            case _:
                continue
    assert said[BudgetSpent] == told.incident.spent_fen
    assert said[BudgetReserved] >= told.incident.committed_fen


def test_what_was_so_before_stays_as_it_was() -> None:
    told = Told()
    for command in rolling_out():
        told.ask(command)
    before = told.incident
    told.ask(reserve("b-1", TEN[:2]))
    first = before.standings.get(TEN[0].order)
    assert first is not None
    assert first.how == "waiting"
    assert before.batches.get("b-1") is None
    adds_up(before)


def test_five_thousand_orders_are_folded_at_once() -> None:
    """It takes 0.15 s on one core where this was written; ten times that is wrong."""
    told = Told()
    orders = members(range(5_000))
    for command in rolling_out(5_000_000, orders):
        told.ask(command)
    number = 0
    while due := next_orders(told.incident, 200):
        number += 1
        batch = batch_name("I-7", number)
        told.ask(reserve(batch, due))
        told.ask(settle(batch, due))
    for first in range(0, 5_000, 500):
        name = f"s-{first}"
        told.ask(RecordSpent(by=SYSTEM, chunk=name, spent=orders[first : first + 500]))
    began = process_time()
    incident = reduce(INCIDENT.evolve, told.events, INCIDENT.initial)
    assert process_time() - began < 1.5
    counts = handed_out(incident)
    assert (counts.members, counts.spent, counts.left) == (5_000, 5_000, 0)
    assert budget_left(incident) == 0


def test_orders_told_of_one_by_one_do_not_cost_more_the_more_there_are() -> None:
    """Each event copies a shelf, not the whole: 1,000 of them in far under a second."""
    told = Told()
    orders = members(range(5_000))
    for command in rolling_out(5_000_000, orders):
        told.ask(command)
    began = process_time()
    for number, member in enumerate(orders[:1_000]):
        told.ask(reserve(f"b-{number}", (member,)))
    assert process_time() - began < 2
    assert handed_out(told.incident).reserved == 1_000
