"""One line in the log for each request, and its count: never a name, never a body."""

from http import HTTPMethod, HTTPStatus
from time import monotonic
from typing import Final

import structlog
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.types import (
    ASGIApp,
    BeforeMessageSendHookHandler,
    Message,
    Receive,
    Scope,
    Send,
)

from application.access import Actor
from interface.api.metrics import Metrics

log = structlog.get_logger("redress.request")

BEGAN: Final = "redress_began"
QUIET: Final = ("/livez", "/readyz", "/metrics")


def stopwatch(app: ASGIApp) -> ASGIApp:
    """Note when a request came to its handler."""

    async def timed(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"][BEGAN] = monotonic()
        await app(scope, receive, send)

    return timed


def canonical_line(metrics: Metrics) -> BeforeMessageSendHookHandler:
    """Return the hook that writes the line when an answer begins."""

    async def hook(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        if scope["type"] != ScopeType.HTTP:
            return
        method, status = known_method(scope["method"]), str(message["status"])
        route = scope.get("path_template") or "unknown"
        began = scope["state"].get(BEGAN)
        metrics.request(method, route, status).inc()
        if began is not None:
            metrics.second(method, route).observe(monotonic() - began)
        if route in QUIET:
            return
        headers = {name.lower(): value for name, value in message["headers"]}
        command = command_of(scope)
        if command:
            metrics.command(command, outcome(int(status), headers)).inc()
        actor = scope.get("user")
        log.info(
            "request",
            method=method,
            route=route,
            status=int(status),
            milliseconds=None if began is None else milliseconds_since(began),
            roles=sorted(actor.roles) if isinstance(actor, Actor) else [],
            command=command,
            position=headers.get(b"redress-position", b"").decode() or None,
        )

    return hook


def known_method(method: str) -> str:
    """Return the method, if it is one: callers may send any word as theirs."""
    return method if method in HTTPMethod.__members__ else "OTHER"


def command_of(scope: Scope) -> str | None:
    """Return what the handler asks of an aggregate, if anything."""
    found = scope.get("route_handler")
    return found.opt.get("command") if isinstance(found, BaseRouteHandler) else None


def milliseconds_since(began: float) -> float:
    """Return how long ago that was, to a tenth."""
    return round((monotonic() - began) * 1000, 1)


def outcome(status: int, headers: dict[bytes, bytes]) -> str:
    """Return what came of a command."""
    if b"idempotency-replayed" in headers:
        return "repeated"
    if status < HTTPStatus.BAD_REQUEST:
        return "accepted"
    return {409: "refused", 412: "stale", 503: "unavailable"}.get(status, "rejected")
