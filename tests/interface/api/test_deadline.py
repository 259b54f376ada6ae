"""How long a caller waits at most, and what takes as long as it likes."""

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from application.event_store.store import OutcomeUnknown, StoreUnavailable
from interface.api.deadline import in_time, seconds_for

LIMIT = 0.05
START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"", "more_body": False}

App = Callable[[Any, Any, Any], Awaitable[None]]


async def longer_than_the_limit() -> None:
    """Be busy with something that has no end, until well after the limit."""
    await asyncio.wait([asyncio.create_task(asyncio.Event().wait())], timeout=3 * LIMIT)


def asked(app: App, method: str = "GET") -> list[str]:
    """Ask this app, as a caller whose body takes long to come; return what it sent."""
    sent: list[str] = []

    async def receive() -> Any:
        await longer_than_the_limit()
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    async def ask() -> None:
        scope: Any = {"type": "http", "method": method, "path": "/v1/orders"}
        guarded: Any = in_time(app, lambda _method, _path: LIMIT)
        await asyncio.wait_for(guarded(scope, receive, send), 10)

    asyncio.run(ask())
    return sent


@pytest.mark.parametrize(
    ("method", "meaning"), [("GET", StoreUnavailable), ("POST", OutcomeUnknown)]
)
def test_an_answer_that_does_not_begin_is_given_up(
    method: str, meaning: type[Exception]
) -> None:
    async def hangs(_scope: Any, _receive: Any, _send: Any) -> None:
        await asyncio.Event().wait()

    with pytest.raises(StoreUnavailable, match=r"no answer within 0\.05 s") as failure:
        asked(hangs, method)
    assert type(failure.value) is meaning


def test_a_live_stream_that_has_begun_goes_on_as_long_as_it_likes() -> None:
    async def streams(_scope: Any, _receive: Any, send: Any) -> None:
        await send(START)
        await longer_than_the_limit()
        await send(BODY)

    assert asked(streams) == [START["type"], BODY["type"]]


def test_a_caller_who_is_slow_to_speak_is_waited_for() -> None:
    async def listens(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(START)
        await send(BODY)

    assert asked(listens, "POST") == [START["type"], BODY["type"]]


def test_after_the_last_word_of_the_caller_time_counts_again() -> None:
    async def listens_and_hangs(_scope: Any, receive: Any, _send: Any) -> None:
        await receive()
        await asyncio.Event().wait()

    with pytest.raises(OutcomeUnknown):
        asked(listens_and_hangs, "POST")


def test_of_many_each_is_given_up_in_its_turn_and_who_was_answered_never() -> None:
    happened: list[str] = []

    async def hangs_or_answers(scope: Any, _receive: Any, send: Any) -> None:
        happened.append(f"{scope['path']} began")
        if "quick" in scope["path"]:
            await send(START)
        await asyncio.Event().wait()

    guarded: Any = in_time(hangs_or_answers, lambda _method, _path: LIMIT)

    async def ask(name: str) -> None:
        with pytest.raises(OutcomeUnknown):
            await guarded({"method": "POST", "path": name}, None, send)
        happened.append(f"{name} ended")

    async def send(_message: Any) -> None:
        """Take it."""

    async def all_ask() -> None:
        quick = asyncio.create_task(ask("quick"))
        first = asyncio.create_task(ask("first"))
        await asyncio.wait([first], timeout=LIMIT / 2)
        second = asyncio.create_task(ask("second"))
        await asyncio.wait_for(asyncio.gather(first, second), 10)
        assert not quick.done(), "it was answered"
        quick.cancel()
        await asyncio.wait([quick])

    asyncio.run(all_ask())
    assert happened == [
        "quick began",
        "first began",
        "second began",
        "first ended",
        "second ended",
    ]


def test_who_asks_whether_we_are_ready_waits_least_and_a_reader_longest() -> None:
    ready, change = seconds_for("GET", "/readyz"), seconds_for("POST", "/v1/orders")
    assert ready < change < seconds_for("GET", "/v1/orders")


async def nothing(*_: object) -> Any:
    return None


def test_a_cancellation_that_became_another_failure_is_taken_back() -> None:
    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ZeroDivisionError from None

    async def ask() -> int:
        task = asyncio.current_task()
        assert task is not None
        scope: Any = {"type": "http", "method": "POST", "path": "/"}
        with pytest.raises(ZeroDivisionError):
            await in_time(app, lambda _method, _path: LIMIT)(scope, nothing, nothing)
        return task.cancelling()

    assert asyncio.run(ask()) == 0


def test_a_loop_that_is_over_is_kept_by_no_deadline() -> None:
    layer = in_time(nothing)
    scope: Any = {"type": "http", "method": "POST", "path": "/"}
    loop = asyncio.new_event_loop()
    held = weakref.ref(loop)
    loop.run_until_complete(layer(scope, nothing, nothing))
    loop.close()
    del loop
    gc.collect()
    assert held() is None
