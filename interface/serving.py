"""The HTTP API as a process: built from the composition root, served by granian."""

import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any, Final

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import (
    BeforeMessageSendHookHandler,
    ControllerRouterHandler,
    Message,
    Scope,
)

from application.crashing import CrashPoint
from application.event_store.store import StoreUnavailable, UnreadableEvent
from application.projections.stats import read_stats
from interface.api.app import Parts, build_app
from interface.api.inbound import inbound_routes
from interface.api.live import OpenStreams
from interface.api.metrics import Gauges, Metrics
from interface.bootstrap import Redress, open_redress
from interface.crashing import crash_point
from interface.errors import UserError
from interface.lifeline import end_with_parent
from interface.listening import free_address
from interface.logging import configure_logging
from interface.long_running import settle_in
from interface.settings import Settings, read_settings

STOP_SECONDS: Final = 10

# The server's own lines go where all others go.
GRANIAN_LOG: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"_granian": {"level": "WARNING", "propagate": True, "handlers": []}},
}


def api_parts(redress: Redress) -> Parts:
    """Return what the API is made of."""
    metrics = Metrics(Gauges(redress.queries.progress, redress.inbound.store))
    return Parts(
        tokens=redress.tokens,
        desk=redress.desks.orders,
        consumers=redress.consumers,
        trust=redress.desks.trust,
        scorecards=redress.desks.scorecards,
        evidence=redress.desks.evidence,
        reading=redress.desks.reading,
        persons=redress.queries.persons,
        people=redress.people,
        casework=redress.desks.casework,
        queue=redress.queries.queue,
        matters=redress.queries.matters,
        after_sales=redress.after_sales,
        resolutions=redress.resolutions,
        incidents=redress.desks.incidents,
        shortfall_reports=redress.commands.shortfall_reports,
        listing_reports=redress.commands.listing_reports,
        shortfalls=redress.queries.shortfalls,
        disputes=redress.disputes,
        compensating=redress.commands.compensating,
        contacts=redress.contacts,
        agent_desk=redress.desks.agents,
        policies=redress.policies,
        histories=redress.store,
        explainer=redress.desks.explainer,
        merged=redress.desks.merged,
        decisions=redress.queries.decisions,
        progress=redress.queries.progress,
        checks=redress.queries.progress,
        metrics=metrics,
        read_stats=partial(read_stats, redress.reader),
        partitions=redress.store.partitions,
        streams=OpenStreams(),
        webhooks=redress.outside.webhooks,
        effects=redress.effects,
    )


def build_api(
    redress: Redress,
    more: Sequence[ControllerRouterHandler] = (),
    parts: Parts | None = None,
    before_send: Sequence[BeforeMessageSendHookHandler] = (),
) -> Litestar:
    """Return the HTTP API over the given product."""
    routes = inbound_routes(redress.outside.inbound, redress.outside.doors)
    return build_app(parts or api_parts(redress), [routes, *more], before_send)


def ends_streams(streams: OpenStreams) -> Callable[[], None]:
    """Return what, once the server heeds signals, ends live streams at the first.

    The server waits for whatever is open before it tells the application that it stops.
    Its event loop goes on hearing of the signal: it does so by the wakeup descriptor,
    whichever handler there is.
    """

    def heed() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: streams.close())

    return heed


def crash_answering(crash: CrashPoint) -> BeforeMessageSendHookHandler:
    """Return the hook by which a test has a command's answer never begin."""

    async def hook(message: Message, scope: Scope) -> None:
        begins = message["type"] == "http.response.start"
        if begins and scope["type"] == ScopeType.HTTP and scope["method"] == "POST":
            crash("http.answering")

    return hook


def app() -> Litestar:
    """Return the API as the environment asks for it; its worker process calls this.

    A worker that cannot be what it is asked to be ends with one line.
    """
    end_with_parent()
    try:
        settings = read_settings()
        configure_logging(settings.log_level)
        stack = ExitStack()
        redress = stack.enter_context(open_redress(settings, prepared=True))
        parts = api_parts(redress)
        dying = crash_answering(crash_point(settings))
        api = build_api(redress, parts=parts, before_send=[dying])
        # What everybody needs first is read before anybody asks; a database that is
        # away, or ahead of this release, is said where it is asked for.
        with suppress(StoreUnavailable, UnreadableEvent):
            redress.policies.current()
    except UserError as error:
        sys.exit(f"redress: {error}")
    settle_in()
    api.on_startup.append(ends_streams(parts.streams))
    api.on_shutdown.append(stack.close)
    return api


def serve(settings: Settings) -> None:
    """Serve until asked to stop; what is begun is finished first.

    Raises UserError if nobody can listen there.
    """
    Granian(
        "interface.serving:app",
        factory=True,
        interface=Interfaces.ASGI,
        address=free_address(settings).host,
        port=settings.http_port,
        workers=1,
        websockets=False,
        log_dictconfig=GRANIAN_LOG,
        log_level=LogLevels.warning,
        workers_kill_timeout=STOP_SECONDS,
    ).serve()
