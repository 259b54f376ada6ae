"""Points, folded over the events of one stream after the other."""

from datetime import datetime
from typing import Any, Final, assert_never

from msgspec.structs import replace

from domain.after_sales import RefundSucceeded
from domain.agent_promise import PromiseBreached as AgentBreached
from domain.agent_promise import PromiseKept as AgentKept
from domain.agent_promise import PromiseMade as AgentPromised
from domain.agent_promise import PromisePutOff as AgentPutOff
from domain.compensation import (
    CompensationPaid,
    CompensationReserved,
    GoodwillReserved,
)
from domain.contact import ContactAnswered
from domain.money import Money
from domain.order.claims import RefundReported
from domain.order.events import (
    OrderCancelled,
    PromiseBreached,
    PromiseCleared,
    PromiseKept,
    ReviewRecorded,
)
from domain.party import SERVICE
from domain.promise import DEEDS
from domain.resolution.events import ResolutionOpened
from domain.timer import TimerBreached
from domain.trust.counted import OfAgent, OfMoney, OfPromise, OfWaiting, Opened, Rated
from domain.trust.points import Ended, Point, Told, What
from domain.trust.waiting import End, Waiting, waited

SECONDS_A_MINUTE: Final = 60

# Clocks whose end leaves the consumer waiting, by the first part of their names.
WAITED_FOR: Final = frozenset({"answer", "pay_refund"})

# An agent's promise is a stream of its own, and the only one in it.
AGENTS_PROMISE: Final = "agent_promise"


class Folding:
    """The points so far. Streams are told one after the other, each in its order."""

    def __init__(self) -> None:
        self._points: list[Point] = []
        # Which of them are listed no more: what took their place says it all.
        self._gone: set[int] = set()
        # Which points say how one thing of a stream stands now, by stream and thing.
        self._current: dict[tuple[str, str], list[int]] = {}
        self._waitings: dict[tuple[str, str], Waiting] = {}
        self._ends: dict[str, list[End]] = {}
        self._order_of: dict[str, str] = {}
        self._due: dict[str, datetime] = {}
        self._reserved: dict[tuple[str, str], Money] = {}
        self._refunds: dict[tuple[str, str], int] = {}

    def points(self) -> list[Point]:
        """Return the points of all that was told, the waitings among them."""
        told = (each for at, each in enumerate(self._points) if at not in self._gone)
        return [*told, *waited(self._waitings.values(), self._ends)]

    def of_promise(self, told: Told, event: OfPromise) -> None:
        """Say how a promise of an order stands now; what it said before is replaced."""
        thing, kind = event.promise, event.promise.partition("/")[0]
        deed = kind in DEEDS
        self._order_of[told.stream] = told.stream
        self._replace(told, thing)
        match event:
            case PromiseKept(ahead_seconds=ahead) | PromiseCleared(ahead_seconds=ahead):
                self._keeps(told, thing, ahead if deed else 0)
            case PromiseBreached(late_seconds=late, due_at=due_at):
                self._breaks(told, thing, late)
                if deed:
                    done: Ended = "delivered" if kind == "deliver_by" else "done"
                    end = None if late is None else End(event.at, done)
                    self._waits(told, thing, due_at, end)
            case _:
                pass  # Waived, voided or open again: nothing is kept or broken now.

    def of_agent(self, told: Told, event: OfAgent) -> None:
        """Say how what an agent promised stands now."""
        match event:
            case AgentPromised() | AgentPutOff():
                self._due[told.stream] = event.due_at
            case AgentBreached(due_at=due_at):
                self._breaks(told, AGENTS_PROMISE, None)
                self._waits(told, AGENTS_PROMISE, due_at, None)
            case AgentKept(at=at, late_seconds=late) if late > 0:
                due_at = self._due[told.stream]
                self._replace(told, AGENTS_PROMISE)
                self._breaks(told, AGENTS_PROMISE, late)
                self._waits(told, AGENTS_PROMISE, due_at, End(at, "done"))
            case AgentKept(at=at):
                ahead = (self._due[told.stream] - at).total_seconds()
                self._keeps(told, AGENTS_PROMISE, int(ahead))
            case _:
                assert_never(event)

    def of_money(self, told: Told, event: OfMoney) -> None:
        """Say what came back, each refund once, however often it was told."""
        match event:
            case CompensationReserved(reservation=name, lines=lines, order=order):
                owed = sum(line.fen for line in lines if line.payee == "consumer")
                self._reserved[told.stream, name] = Money(owed, "CNY")
                self._order_of[name] = order
            case GoodwillReserved(reservation=name, total_fen=fen, order=order):
                self._reserved[told.stream, name] = Money(fen, "CNY")
                self._order_of[name] = order
            case CompensationPaid(reservation=name):
                amount = self._reserved[told.stream, name]
                self._gives_back(told, name, amount, self._order_of[name])
            case RefundSucceeded(refund=refund, amount=amount, at=at):
                order = self._order_of.get(told.stream, told.stream)
                self._over(told.stream, at, "refunded")
                self._over(order, at, "refunded")
                self._gives_back(told, refund, amount, order)
            case RefundReported(refund=refund, amount=amount, at=at):
                self._over(told.stream, at, "refunded")
                self._gives_back(told, refund, amount, told.stream)
            case _:
                assert_never(event)

    def opened(self, told: Told, event: Opened) -> None:
        """Say who came first: the service, or the consumer; a merchant is neither.

        A resolution opened after a complaint was opened by whoever complained.
        """
        self._order_of[told.stream] = event.order
        thing = told.tag.partition(".")[0]
        if isinstance(event, ResolutionOpened) and event.complained:
            self._says(told, thing, "opened_by_them")
        elif event.by.role in SERVICE:
            self._says(told, thing, "opened_by_us")
        elif event.by.role == "consumer":
            self._says(told, thing, "opened_by_them")

    def rated(self, told: Told, event: Rated) -> None:
        """Say what the consumer said last of a thing."""
        thing = "rating"
        if isinstance(event, ReviewRecorded):
            thing = f"review/{event.review}"
            self._order_of[told.stream] = told.stream
        if event.score is not None:
            self._replace(told, thing)
            self._says(told, thing, "satisfaction", score=event.score)

    def of_waiting(self, told: Told, event: OfWaiting) -> None:
        """Say that somebody began to wait, or need not wait any longer."""
        match event:
            case OrderCancelled(at=at):
                self._over(told.stream, at, "cancelled")
            case ContactAnswered(at=at):
                self._over(told.stream, at, "answered")
            case TimerBreached(timer=timer, due_at=due_at):
                if timer.partition("/")[0] in WAITED_FOR:
                    self._waits(told, timer, due_at, None)
            case _:
                assert_never(event)

    # -- What is written down --

    def _says(self, told: Told, thing: str, what: What, **more: Any) -> None:
        order = more.pop("order", self._order_of.get(told.stream))
        point = Point(
            what=what,
            event=told.name,
            place=told.place,
            tag=told.tag,
            consumer=told.consumer,
            at=told.at,
            about=thing,
            order=order,
            **more,
        )
        self._current.setdefault((told.stream, thing), []).append(len(self._points))
        self._points.append(point)

    def _replace(self, told: Told, thing: str) -> None:
        """Have what was said of a thing stand no more: this event takes its place.

        What was said stays to be seen once: how it stood, not also how much ahead.
        """
        for index in self._current.pop((told.stream, thing), ()):
            self._points[index] = replaced(self._points[index], told)
            if self._points[index].what == "kept_ahead":
                self._gone.add(index)
        self._waitings.pop((told.stream, thing), None)

    def _keeps(self, told: Told, thing: str, ahead_seconds: int) -> None:
        self._says(told, thing, "promise_kept")
        if minutes := ahead_seconds // SECONDS_A_MINUTE:
            self._says(told, thing, "kept_ahead", minutes=minutes)

    def _breaks(self, told: Told, thing: str, late_seconds: int | None) -> None:
        minutes = None if late_seconds is None else late_seconds // SECONDS_A_MINUTE
        self._says(told, thing, "promise_broken", minutes=minutes)

    def _gives_back(self, told: Told, name: str, amount: Money, order: str) -> None:
        """Count a refund once, though its case and a feed both tell of it."""
        if amount.minor <= 0:
            return
        known = self._refunds.get((order, name))
        if known is not None and isinstance(told.event, RefundReported):
            return
        if known is not None:
            self._points[known] = replaced(self._points[known], told)
        self._refunds[order, name] = len(self._points)
        self._says(told, name, "money_returned", amount=amount, order=order)

    def _waits(self, told: Told, thing: str, since: datetime, end: End | None) -> None:
        order = self._order_of.get(told.stream)
        group = told.stream
        self._waitings[told.stream, thing] = Waiting(
            told=told, group=group, about=thing, since=since, order=order, end=end
        )

    def _over(self, group: str, at: datetime, ended: Ended) -> None:
        self._ends.setdefault(group, []).append(End(at, ended))


def replaced(point: Point, told: Told) -> Point:
    """Return a point that a later event took the place of."""
    return replace(point, standing="replaced", counts=False, replaced_by=told.name)
