"""Whatever goes wrong, money moves once for a key, and its result is recorded once.

Each protection has a control beside it: without it, the same test sees the damage.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from threading import Event as Signal
from typing import Any

import pytest

from application.effects.attempts import Attempts
from application.effects.breaker import Limits
from application.effects.effect import key_of
from application.effects.ports import Declined, Done
from domain.money import Money
from interface.outbound.simulator.script import Outage, Rule, Script
from tests.application.effects.working import (
    Discreet,
    Forgetful,
    Keyless,
    Recorder,
    Slow,
    Work,
    orders,
)
from tests.application.projections.conftest import MONDAY, History, Pools, stream_called

EFFECTS = 40
ROUGH = Script(
    seed=7,
    percent={
        "declined": 8,
        "accepted": 8,
        "duplicate_callback": 10,
        "wrong_amount": 5,
        "error_before": 10,
        "timeout_before": 10,
        "timeout_after": 25,
        "down": 5,
    },
)


DOWN = Script(rules=(Rule("down", "kind:*"),))


def recorded_once(taker: Recorder) -> bool:
    """Say whether I8 holds: of every effect one result at most."""
    return max(Counter(stream for stream, _ in taker.results).values()) == 1


def moved_once(work: Work) -> bool:
    """Say whether I9 holds: of every refund one movement at most, of its amount."""
    return max(work.moved().values()) == 1


@pytest.mark.parametrize("seed", [7, 8])
def test_under_all_faults_at_once_money_moves_once_and_is_recorded_once(
    pools: Pools, history: History, seed: int
) -> None:
    orders(pools, history, EFFECTS)
    script = Script(seed=seed, percent=ROUGH.percent)
    work = Work(pools, script=script)
    work.finishes()
    assert sum(work.states().values()) == EFFECTS
    again = Work(pools, script=script, taker=work.taker)
    again.finishes()
    states = again.states()
    assert set(states) <= {"succeeded", "failed", "dead"}, states
    assert states["succeeded"] > EFFECTS / 2
    assert states["dead"] > 0, "wrong amounts are given to people"
    assert moved_once(work)
    assert recorded_once(work.taker)
    amounts = {line.minor for line in work.journal.lines(limit=10_000)}
    assert amounts == set(range(1_001, 1_001 + EFFECTS)), "of the amounts ordered"


def test_control_without_one_key_money_moves_again(
    pools: Pools, history: History
) -> None:
    orders(pools, history, EFFECTS)
    work = Work(pools, script=ROUGH, around=Keyless)
    work.finishes()
    assert not moved_once(work)


def test_control_without_one_id_a_result_is_recorded_again(
    pools: Pools, history: History
) -> None:
    """What is told again before it is known to be settled has only its id."""
    (stream,) = orders(pools, history, 1)
    for taker in (Recorder(), Forgetful()):
        work = Work(pools, taker=taker)
        key = key_of(stream, 1, "refund")
        for _ in range(2):
            work.carrying.told("refund", key, Done("sim-1", Money(1_001, "CNY")))
            with pools.writer.connection() as connection:  # killed before it was noted
                connection.execute("UPDATE effect.run SET state = 'sending'")
        assert recorded_once(taker) is (type(taker) is Recorder)


def test_what_was_done_before_the_time_ran_out_is_asked_about_not_done_again(
    pools: Pools, history: History
) -> None:
    orders(pools, history, 1)
    work = Work(pools, script=Script(rules=(Rule("timeout_after", "kind:*"),)))
    work.goes_round()
    assert work.states() == {"unknown": 1}
    assert work.taker.results == [], "nobody knows yet"
    work.finishes()
    assert work.states() == {"succeeded": 1}
    deeds = [line.deed for line in work.journal.lines()]
    assert deeds == ["did", "asked"], "asked for once, and then only about"
    assert recorded_once(work.taker)


def test_control_who_does_not_ask_first_has_only_the_key_between_it_and_paying_twice(
    pools: Pools, history: History
) -> None:
    orders(pools, history, 1)
    script = Script(rules=(Rule("timeout_after", "kind:*"),))
    thrice = Attempts(attempts_max=3, first_seconds=0, longest_seconds=0)
    work = Work(pools, script=script, around=Keyless, attempts=thrice)
    work.finishes()
    assert not moved_once(work)


def test_what_its_gateway_never_heard_of_is_safe_to_be_asked_for_again(
    pools: Pools, history: History
) -> None:
    (stream,) = orders(pools, history, 1)
    lost = Script(rules=(Rule("timeout_before", "kind:*"),))
    work = Work(pools, script=lost)
    work.goes_round()
    assert work.states() == {"unknown": 1}
    assert work.moved() == {}
    back = Work(pools, taker=work.taker)
    back.finishes()
    assert back.states() == {"succeeded": 1}
    assert list(back.moved().values()) == [1]
    deeds = [(line.deed, line.key) for line in reversed(back.journal.lines())]
    key = key_of(stream, 1, "refund")
    assert deeds == [("asked", key), ("asked", key), ("did", key)], "under one key"


def test_what_its_gateway_is_still_at_is_waited_for_and_not_asked_for_again(
    pools: Pools, history: History
) -> None:
    (stream,) = orders(pools, history, 1)
    work = Work(pools, around=Slow)
    work.goes_round()
    key = key_of(stream, 1, "refund")
    for _ in range(3):
        work.carrying.look_into(key)
        assert work.states() == {"accepted": 1}
    assert work.taker.results == []
    work.gateways.refund.is_done = True  # type: ignore[union-attr]  # it is the slow one
    work.carrying.look_into(key)
    assert work.states() == {"succeeded": 1}
    assert [line.deed for line in work.journal.lines()] == ["did", "asked"]
    assert recorded_once(work.taker)


@pytest.mark.parametrize(
    ("around", "states"), [(None, {"dead": 1}), (Discreet, {"succeeded": 1})]
)
def test_another_amount_is_no_success_unless_nobody_says_it(
    pools: Pools,
    history: History,
    around: Callable[..., Any] | None,
    states: dict[str, int],
) -> None:
    orders(pools, history, 1)
    script = Script(rules=(Rule("wrong_amount", "kind:*"),))
    work = Work(pools, script=script, around=around)
    work.finishes()
    assert work.states() == states
    if around is None:
        assert work.taker.results == [], "the refund stays pending"
        (dead,) = work.runs.listed(limit=10, state="dead").rows
        assert (dead.reason, dead.told_minor) == ("wrong_amount", 1_002)


def test_money_told_of_without_an_amount_is_asked_for_and_no_result(
    pools: Pools, history: History
) -> None:
    (stream,) = orders(pools, history, 1)
    work = Work(pools)
    key = key_of(stream, 1, "refund")
    work.carrying.told("refund", key, Done("x"))
    assert work.taker.results == []
    work.finishes()
    assert work.states() == {"succeeded": 1}
    assert recorded_once(work.taker)


def test_a_right_amount_told_later_does_not_take_it_from_people(
    pools: Pools, history: History
) -> None:
    (stream,) = orders(pools, history, 1)
    work = Work(pools)
    key = key_of(stream, 1, "refund")
    work.carrying.told("refund", key, Done("x", Money(1, "CNY")))
    work.carrying.told("refund", key, Done("x", Money(1_001, "CNY")))
    assert work.states() == {"dead": 1}
    assert work.taker.results == []


def test_told_otherwise_later_people_look_at_it_and_the_result_stays(
    pools: Pools, history: History
) -> None:
    (stream,) = orders(pools, history, 1)
    work = Work(pools)
    key = key_of(stream, 1, "refund")
    work.carrying.told("refund", key, Done("x", Money(1_001, "CNY")))
    work.carrying.told("refund", key, Declined("account_closed"))
    (dead,) = work.runs.listed(limit=10, state="dead").rows
    assert dead.reason == "told_differently"
    assert [result.succeeded for _, result in work.taker.results] == [True]


def test_what_was_accepted_is_asked_about_and_nothing_is_sent_again(
    pools: Pools, history: History
) -> None:
    orders(pools, history, 1)
    work = Work(pools, script=Script(rules=(Rule("accepted", "kind:*"),)))
    work.goes_round()
    again = Work(pools, script=Script(), taker=work.taker)
    again.finishes()
    assert again.states() == {"succeeded": 1}
    assert [line.deed for line in work.journal.lines()] == ["did", "asked"]


def test_tried_enough_it_is_a_dead_letter_and_sent_again_when_people_say_so(
    pools: Pools, history: History
) -> None:
    (stream,) = orders(pools, history, 1)
    thrice = Attempts(attempts_max=3, first_seconds=0, longest_seconds=0)
    work = Work(pools, attempts=thrice, script=DOWN)
    work.finishes()
    (dead,) = work.runs.listed(limit=10, state="dead").rows
    assert (dead.reason, dead.attempts) == ("not_reached", 3)
    assert work.taker.results == []
    back = Work(pools, taker=work.taker)
    for _ in range(2):
        back.runs.resend(dead.key, stream_called("deed"), "agent:lin")
    back.finishes()
    assert back.states() == {"succeeded": 1}
    assert [each.actor for each in back.runs.deeds(dead.key)] == ["agent:lin"]
    assert [name for name, _ in back.taker.results] == [stream]


def test_a_refusal_is_recorded_as_one(pools: Pools, history: History) -> None:
    orders(pools, history, 1)
    work = Work(pools, script=Script(rules=(Rule("declined", "kind:*"),)))
    work.finishes()
    assert work.states() == {"failed": 1}
    ((_, result),) = work.taker.results
    assert (result.succeeded, result.failure) == (False, "simulated_refusal")


def test_where_nobody_is_set_up_what_is_asked_waits(
    pools: Pools, history: History
) -> None:
    orders(pools, history, 1)
    work = Work(pools)
    work.worker._served = []  # noqa: SLF001 - as with no gateway at all
    assert work.worker.work() == 0
    assert work.states() == {"waiting": 1}


# -- The breaker --


def test_a_gateway_that_is_down_is_left_alone_then_tried_by_one(
    pools: Pools, history: History
) -> None:
    orders(pools, history, 6)
    limits = Limits(failures_max=3, pause_seconds=1e9, longest_seconds=1e9)
    work = Work(pools, limits=limits, script=DOWN)
    work.finishes()
    asked_down = len(work.journal.lines())
    (standing,) = work.breakers.listed()
    assert standing.state == "open"
    assert asked_down < 6 * 12, "not everybody's every attempt"
    assert work.worker.work() == 0
    assert len(work.journal.lines()) == asked_down, "and then nobody's"

    assert work.breakers.to_try(["refund"]) == [], "not before its time"
    later = MONDAY + timedelta(days=36_500)
    another = Work(pools, taker=work.taker, limits=limits, now=lambda: later)
    assert another.worker.work() >= 1
    another.finishes()
    (standing,) = another.breakers.listed()
    assert (standing.state, standing.failures) == ("closed", 0)
    assert another.states() == {"succeeded": 6}


def test_half_an_hour_down_everything_waits_and_is_then_done_once(
    pools: Pools, history: History
) -> None:
    """By the usual limits and numbers of attempts, and with a refund half done."""
    first, *_ = orders(pools, history, 6)
    noon, half_an_hour = MONDAY + timedelta(hours=3), timedelta(minutes=30)
    script = Script(
        rules=(Rule("timeout_after", "amount:1001"),),
        outages=(Outage(noon, half_an_hour),),
    )
    moment = noon - timedelta(seconds=1)
    work = Work(pools, script=script, limits=Limits(), now=lambda: moment)
    work.carrying.carry_out(key_of(first, 1, "refund"))
    assert work.states() == {"unknown": 1, "waiting": 5}
    before = dict(work.moved())
    assert list(before.values()) == [1], "done, and nobody heard of it"

    moment = noon
    tried = 0
    while moment < noon + half_an_hour:
        work.worker.finish(Signal())
        (standing,) = work.breakers.listed()
        assert (standing.gateway, standing.state) == ("refund", "open")
        assert set(work.states()) <= {"unknown", "waiting"}
        assert (work.moved(), work.taker.results) == (before, []), "all wait"
        assert standing.until is not None
        assert standing.until > moment
        moment = standing.until
        tried += 1
    assert 5 < tried < 12, "asked now and then whether it is back"

    work.finishes()
    (standing,) = work.breakers.listed()
    assert (standing.state, standing.failures) == ("closed", 0)
    assert work.states() == {"succeeded": 6}
    assert moved_once(work)
    assert len(work.moved()) == 6
    assert recorded_once(work.taker)


def test_control_without_a_breaker_it_is_asked_all_the_same(
    pools: Pools, history: History
) -> None:
    orders(pools, history, 6)
    work = Work(pools, script=DOWN)
    work.finishes()
    assert work.breakers.listed()[0].state == "closed"
    assert work.states() == {"dead": 6}
