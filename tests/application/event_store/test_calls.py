"""Whoever waits is told once all of it is answered; a loop is woken once for many."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from threading import Event as Signal
from typing import Any, TypeVarTuple

from application.event_store.batch import Answer
from application.event_store.calls import Call, awaited, blocked, submitted, tell
from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Receipt
from application.event_store.limits import Limits
from tests.application.event_store.gated import (
    ONE_LANE,
    SOON_S,
    Gated,
    dispatching,
)
from tests.application.event_store.shelf import a_shelf, put_up
from tests.application.event_store.test_handler import kinds, things

YES = Receipt(stream_id=a_shelf(), version=1, position="7.1")
NO = ValueError("no")
Some = TypeVarTuple("Some")


class CountingLoop(asyncio.SelectorEventLoop):
    """A loop that knows how often another thread woke it."""

    def __init__(self) -> None:
        super().__init__()
        self.woken = 0

    def call_soon_threadsafe(
        self,
        callback: Callable[[*Some], object],
        *args: *Some,
        context: Context | None = None,
    ) -> asyncio.Handle:
        self.woken += 1
        return super().call_soon_threadsafe(callback, *args, context=context)


def in_a_loop(story: Callable[[CountingLoop], Any]) -> None:
    """Tell a story in a loop of its own, to its end."""
    with asyncio.Runner(loop_factory=CountingLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, CountingLoop)
        runner.run(asyncio.wait_for(story(loop), SOON_S))


def answered(call: Call, *answers: Answer) -> None:
    """Give a call all of its answers, as a lane does, from another thread."""
    with ThreadPoolExecutor(1) as lane:
        last = [call.answer(number, each) for number, each in enumerate(answers)]
        assert last == [False] * (len(answers) - 1) + [True]
        lane.submit(tell, [call]).result(SOON_S)


# -- Every kind of caller --


def test_a_future_a_coroutine_and_a_thread_are_told_the_same_in_their_order() -> None:
    call, future = submitted(2)
    answered(call, YES, NO)
    assert future.result(0) == [YES, NO]

    call, wait = blocked(2)
    with ThreadPoolExecutor(1) as waiting:
        told = waiting.submit(wait)
        answered(call, YES, NO)
        assert told.result(SOON_S) == [YES, NO]

    async def story(_: CountingLoop) -> None:
        call, future = awaited(2)
        answered(call, YES, NO)
        assert await future == [YES, NO]

    in_a_loop(story)


def test_answers_may_come_in_any_order_and_the_last_one_is_known() -> None:
    call, future = submitted(3)
    assert [call.answer(number, YES) for number in (2, 0)] == [False, False]
    assert call.answer(1, NO)
    tell([call])
    assert future.result(0) == [YES, NO, YES]


# -- Coroutines --


def test_all_of_a_loop_who_are_answered_by_one_batch_are_woken_at_once() -> None:
    store = Gated()

    async def story(loop: CountingLoop) -> None:
        with dispatching(store) as dispatcher:
            store.shut()
            first = dispatcher.awaited([put_up("lamp", a_shelf())])
            await asyncio.to_thread(store.writing.wait, SOON_S)
            many = [dispatcher.awaited([put_up("v", a_shelf())]) for _ in range(15)]
            woken = loop.woken
            store.gate.set()
            told = [each for future in (first, *many) for each in await future]
            assert kinds(told) == [Receipt] * 16
            assert loop.woken - woken == 2, "one batch of one, one of fifteen"

    in_a_loop(story)
    assert store.batches == [1, 15]


def test_who_stopped_waiting_harms_nobody_of_his_batch() -> None:
    store, shelf = Gated(), a_shelf()

    async def story(_: CountingLoop) -> None:
        with dispatching(store) as dispatcher:
            store.shut()
            first = dispatcher.awaited([put_up("lamp", a_shelf())])
            await asyncio.to_thread(store.writing.wait, SOON_S)
            gone = dispatcher.awaited([put_up("vase", shelf)])
            stays = dispatcher.awaited([put_up("clock", shelf)])
            gone.cancel()
            store.gate.set()
            assert kinds([*await first, *await stays]) == [Receipt] * 2

    in_a_loop(story)
    assert things(store, shelf) == ["vase", "clock"], "what was asked is done"


def test_who_waits_in_a_loop_that_is_closed_by_then_harms_nobody() -> None:
    store, handed_in = Gated(), Signal()
    dispatcher = Dispatcher(store, ONE_LANE)
    store.shut()

    async def leaves() -> None:
        dispatcher.awaited([put_up("lamp", a_shelf())])
        handed_in.set()

    with asyncio.Runner() as runner:
        runner.run(leaves())
    assert handed_in.is_set()
    stays = dispatcher.submit([put_up("vase", a_shelf())])
    store.gate.set()
    assert kinds(list(stays.result(SOON_S))) == [Receipt]
    dispatcher.close()


def test_what_lies_in_several_lanes_is_told_once_and_whole() -> None:
    store = Gated()

    async def story(_: CountingLoop) -> None:
        with dispatching(store, Limits(lanes=3)) as dispatcher:
            asks = [put_up("vase", a_shelf(number % 8)) for number in range(30)]
            told = list(await dispatcher.awaited(asks))
            assert [kind for kind in kinds(told) if kind is not Receipt] == []
            assert [each.stream_id for each in told if isinstance(each, Receipt)] == [
                ask.parts[0].stream_id for ask in asks
            ]
            assert await dispatcher.awaited([]) == []

    in_a_loop(story)
