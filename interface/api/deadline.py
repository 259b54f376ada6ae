"""No answer takes for ever, whatever the database does."""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPMethod
from typing import Final

from litestar.types import (
    ASGIApp,
    Message,
    Receive,
    ReceiveMessage,
    Scope,
    Send,
)

from application.event_store.store import OutcomeUnknown, StoreUnavailable

READ_SECONDS: Final = 20.0  # somewhat more than a reader's statement may take
CHANGE_SECONDS: Final = 8.0  # somewhat more than a writer's
READING: Final = {HTTPMethod.GET, HTTPMethod.HEAD}

# Who asks whether we are ready asks often, and wants to know now.
SECONDS_BY_PATH: Final[Mapping[str, float]] = {"/readyz": 2.0}


def seconds_for(method: str, path: str) -> float:
    """Return how long an answer may take to begin."""
    seconds = READ_SECONDS if method in READING else CHANGE_SECONDS
    return SECONDS_BY_PATH.get(path, seconds)


def in_time(
    app: ASGIApp, seconds_for: Callable[[str, str], float] = seconds_for
) -> ASGIApp:
    """Give up a request whose answer has not begun in time, and say so.

    A thread that hangs in a statement is freed by its connection; the caller is
    answered before. While we wait for the caller's own words no time counts, and an
    answer that has begun, such as a live stream, may take as long as it likes. Raises
    StoreUnavailable, or OutcomeUnknown for what may have taken effect.
    """

    async def bounded(scope: Scope, receive: Receive, send: Send) -> None:
        method = str(scope.get("method", HTTPMethod.GET))
        seconds = seconds_for(method, scope["path"])
        now = asyncio.get_running_loop().time
        begun = False

        async def heard() -> ReceiveMessage:
            await stop(clock)
            message = await receive()
            if not begun:
                clock.reschedule(now() + seconds)
            return message

        async def told(message: Message) -> None:
            nonlocal begun
            if not begun:
                await stop(clock)
                begun = True
            await send(message)

        try:
            async with asyncio.timeout(seconds) as clock:
                await app(scope, heard, told)
        except TimeoutError:
            if not clock.expired():
                raise
            kind = StoreUnavailable if method in READING else OutcomeUnknown
            raise kind(f"no answer within {seconds:g} s") from None

    return bounded


async def stop(clock: asyncio.Timeout) -> None:
    """Let no more time count; if it has run out, the cancellation comes now."""
    if clock.expired():
        await asyncio.sleep(0)
    clock.reschedule(None)
