"""Thirty days in seconds: what nobody looks after ends where its row says."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from application.projections.matters import MatterNoun, MatterRow
from domain.after_sales import Case
from domain.timer import Timer, seconds_left
from interface.postgres.database import DatabaseUrls
from interface.serving import build_api
from tests.flow.thirty_days import Abandoned
from tests.interface.api.conftest import Caller
from tests.interface.pretend import redress
from tests.interface.served import roles
from tests.service import DAY, HOUR, MONDAY, SECOND, Service, service

DAYS = 31
# Asked one after the other, the two may see another second.
TICK = 1

# Where each matter ends, and which of its clocks ran out, in order: by the rows of
# the pack for all orders (domain rules, section 4.4).
PAID_BY_SILENCE = ("refunding", ["answer", "pay_refund"])
NOT_SENT_BACK = ("closed", ["answer", "send_back"])
ENDS: Final[Mapping[str, tuple[str, list[str]]]] = {
    # The merchant's silence is its consent, and what is agreed is paid.
    "refund_unshipped": PAID_BY_SILENCE,
    "refund_shipped": PAID_BY_SILENCE,
    "price_protection": PAID_BY_SILENCE,
    "freight_compensation": PAID_BY_SILENCE,
    "partial_refund": PAID_BY_SILENCE,
    # The consumer who sends nothing back wants nothing back.
    "return_refund": NOT_SENT_BACK,
    "exchange": NOT_SENT_BACK,
    "repair": NOT_SENT_BACK,
    "resend": ("awaiting_merchant_ship", ["answer", "ship_rule", "ship"]),
    # Whoever was refused, or offered something else, and says nothing lets it be.
    "rejected": ("closed", ["consumer_decides"]),
    "countered": ("closed", ["counter_offer"]),
    "refused goods": ("closed", ["consumer_decides"]),
    # Goods that came back are accepted by silence, too.
    "sent back": ("refunding", ["confirm_return", "pay_refund"]),
    "signed for": ("refunding", ["confirm_return", "pay_refund"]),
    "owed exchange": (
        "refunding",
        ["ship_rule", "ship_rule/2", "ship", "pay_refund"],
    ),
    "sent again": ("succeeded", ["confirm", "confirm_resolved"]),
    # What the platform has to decide.
    "untracked exchange": ("awaiting_merchant_receipt", ["ship"]),
    "kept repair": ("awaiting_merchant_ship", ["ship"]),
    "dispute": ("platform_review", ["negotiation", "review"]),
    # Money that is on its way, or that people have to look at.
    "beyond the limit": ("refunding", ["pay_refund"]),
    "paid by the shop": ("refunding", ["pay_refund"]),
    # What was said to the service, and by it.
    "contact": ("open", ["answer/1"]),
    "promise": ("breached", ["promise"]),
    "account": ("final", ["contest"]),
}
DECIDED_BY_THE_PLATFORM = {
    "untracked exchange": "return_not_received",
    "kept repair": "visible_quality",
    "resend": "visible_quality",
}
ORDERED = {
    *(name for name, end in ENDS.items() if end == PAID_BY_SILENCE),
    "sent back",
    "signed for",
    "owed exchange",
    "paid by the shop",
}


@pytest.fixture
def abandoned(clean_database: DatabaseUrls, tmp_path: Path) -> Iterator[Abandoned]:
    with service(clean_database, tmp_path) as open_:
        yield Abandoned(open_)


@pytest.fixture
def agent(abandoned: Abandoned) -> Iterator[Caller]:
    of = abandoned.service.redress
    with TestClient(build_api(of), raise_server_exceptions=False) as client:
        yield asked_as("agent", of, client)


def asked_as(role: Any, of: Any, client: TestClient[Litestar]) -> Caller:
    return Caller(client, of.tokens.issue(role, "wang"))


def test_thirty_days_left_alone(abandoned: Abandoned, agent: Caller) -> None:
    """Live them day by day: on each the numbers agree, and asking again is idle."""
    left, pages = abandoned.service, Pages(agent)
    left.works()
    for day in range(1, DAYS + 1):
        left.lives_until(MONDAY + day * DAY + HOUR)
        heads = left.heads
        left.works()
        assert left.heads == heads, "nothing changes when the worker runs again"
        states = abandoned.states()
        nobody_is_late(states, left.now)
        board_and_list_say_what_the_events_say(abandoned, states)
        pages.say_it_too(abandoned.rows(), states, left)
    each_ended_where_its_row_says(abandoned)
    each_clock_ran_out_once(abandoned)
    refunds_were_ordered_and_disputes_opened(abandoned)


def nobody_is_late(states: Mapping[Any, Any], now: datetime) -> None:
    """See that every clock whose time is out has run out."""
    for timer in every_clock(states):
        assert timer.standing != "running" or timer.due_at >= now - 2 * SECOND


def every_clock(states: Mapping[Any, Any]) -> Iterator[Timer]:
    for state in states.values():
        yield from state.timers.values()


def board_and_list_say_what_the_events_say(
    abandoned: Abandoned, states: Mapping[Any, Any]
) -> None:
    """See that the board has the matter's own clocks, and the list the earliest."""
    board = abandoned.board()
    for row in abandoned.rows():
        timers = states[row.stream_id].timers
        assert board[row.stream_id] == timers
        assert row.due_at == earliest(timers.values())


def earliest(timers: Any) -> datetime | None:
    running = (timer.due_at for timer in timers if timer.standing == "running")
    return min(running, default=None)


class Pages:
    """The queue over HTTP, and the page of each matter it lists."""

    def __init__(self, agent: Caller) -> None:
        self._agent = agent
        self._read: dict[str, int] = {}

    def say_it_too(
        self, rows: list[MatterRow], states: Mapping[Any, Any], left: Service
    ) -> None:
        """See that the queue shows the clocks, and so does what changed since."""
        listed = self._agent.get("/v1/queue", limit="200").json()["items"]
        found = {str(row.stream_id) for row in rows if not row.final}
        assert {each["id"] for each in listed} == found
        own = {str(stream_id): state.timers for stream_id, state in states.items()}
        for each in listed:
            timers = own[each["id"]]
            assert moment(each["due_at"]) == earliest(timers.values())
            says(each["clocks"], timers, left.now)
            if self._read.get(each["id"]) != each["version"]:
                says(self._clocks_of(each["href"]), timers, left.now)
                self._read[each["id"]] = each["version"]

    def _clocks_of(self, where: str) -> list[Any]:
        """Return the clocks a matter's own page shows; some have room for one."""
        page = self._agent.get(where)
        assert page.status_code == 200, page.text
        told = page.json()
        shown = next(
            (told[noun] for noun in get_args(MatterNoun) if noun in told), told
        )
        clocks = shown["clocks"] if "clocks" in shown else [shown["clock"]]
        return [each for each in clocks if each is not None]


def says(views: list[Any], timers: Mapping[str, Timer], now: datetime) -> None:
    """See that clocks read as they are: all that somebody owes a step by."""
    owed = {"running", "paused"}
    names = {each.name for each in timers.values() if each.standing in owed}
    assert {view["timer"] for view in views} == names
    for view in views:
        reads_as(view, timers[view["timer"]], now)


def reads_as(view: Mapping[str, Any], timer: Timer, now: datetime) -> None:
    """See that a clock reads as it is."""
    assert moment(view["due_at"]) == timer.due_at
    assert view["standing"] == timer.standing
    assert abs(view["seconds_left"] - seconds_left(timer, now)) <= TICK


def moment(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)


def each_ended_where_its_row_says(abandoned: Abandoned) -> None:
    states = abandoned.states()
    ends = {
        name: (
            getattr(states[it.stream_id], "status", None)
            or states[it.stream_id].standing,
            abandoned.breaches(it.stream_id),
        )
        for name, it in abandoned.matters.items()
    }
    assert ends == ENDS


def each_clock_ran_out_once(abandoned: Abandoned) -> None:
    for stream_id, state in abandoned.states().items():
        ran_out = abandoned.breaches(stream_id)
        breached = [
            name for name, timer in state.timers.items() if timer.standing == "breached"
        ]
        assert sorted(ran_out) == sorted(breached)


def refunds_were_ordered_and_disputes_opened(abandoned: Abandoned) -> None:
    """See that what the service may do is done, and the rest waits for somebody."""
    left = abandoned.service
    cases: dict[str, Case] = {
        name: left.case(it.stream_id)
        for name, it in abandoned.matters.items()
        if it.noun == "case"
    }
    ordered = {name for name, case in cases.items() if case.refund_status == "ordered"}
    assert ordered == ORDERED
    assert all(len(cases[name].refunds) == 1 for name in ordered)
    assert cases["beyond the limit"].refund_status == "due"
    assert {name for name, case in cases.items() if case.needs_human} == {
        *ORDERED,
        "beyond the limit",
    }
    disputed = {
        name: abandoned.dispute_over(case).issue
        for name, case in cases.items()
        if case.dispute is not None
    }
    assert disputed == DECIDED_BY_THE_PLATFORM


def test_a_worker_of_its_own_lives_a_step_of_them(
    abandoned: Abandoned, clean_database: DatabaseUrls, tmp_path: Path
) -> None:
    """``redress work`` at another time does what became due by then, once."""
    left = abandoned.service
    left.works()
    for _ in range(2):
        ahead = (MONDAY + 49 * HOUR).isoformat()
        done = redress(
            "work",
            "--once",
            home=tmp_path,
            port=8710,
            REDRESS_CLOCK=ahead,
            **roles(clean_database),
        )
        assert done.returncode == 0, done.stderr
        answered = {
            name
            for name, it in abandoned.matters.items()
            if "answer" in abandoned.breaches(it.stream_id)
        }
        assert answered == {name for name, end in ENDS.items() if "answer" in end[1]}
        for name in answered & ORDERED:
            case = left.case(abandoned.matters[name].stream_id)
            assert case.refund_status == "ordered"
        heads = left.heads
    assert left.heads == heads
