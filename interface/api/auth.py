"""Who knocks: a bearer token becomes an actor, a handler's action is its door.

Whatever is not said to be open is closed: a handler without an action lets nobody in.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.enums import HttpMethod
from litestar.openapi.spec import Parameter
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec.structs import replace

from application.access import Action, Actor, NotAllowed, may_ever
from application.projections.persons import PersonQueries
from domain.kernel import Command
from interface.api.problems import Wrong, invalid
from interface.tokens import BadToken, Held, Tokens

# What a handler says of itself: ``opt=does("order.read")`` or ``opt=OPEN``.
OPEN: Final[dict[str, Any]] = {"open": True}

CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="redress"'}


def does(
    action: Action, command: type[Command] | None = None, *, takes_file: bool = False
) -> dict[str, Any]:
    """Return the option that says what a handler does, as the access table knows it.

    ``command`` is what it asks of an aggregate, if it changes anything; its body is
    JSON, or else a file.
    """
    if command is None:
        return {"action": action}
    return {"action": action, "command": command.__name__, "takes_file": takes_file}


def doorkeeper(tokens: Tokens) -> Callable[[ASGIApp], ASGIApp]:
    """Return the layer that asks everybody who they are, and what for.

    It does what the framework's own authentication and guards would; those take ten
    times as long, and call a guard in a thread, with a copy of the handler.
    """

    def layer(app: ASGIApp) -> ASGIApp:
        async def kept(scope: Scope, receive: Receive, send: Send) -> None:
            opt = scope["route_handler"].opt
            if not opt.get("open"):
                await let_in(scope, opt, tokens)
            await app(scope, receive, send)

        return kept

    return layer


async def let_in(scope: Scope, opt: Mapping[str, Any], tokens: Tokens) -> None:
    """Let in whoever might have business here; raises Wrong and NotAllowed.

    Who that is, and for how long we believe it, is the scope's ``user`` and ``auth``.
    """
    method = scope.get("method")
    if method == HttpMethod.OPTIONS:  # The framework's own.
        raise Wrong("method_not_allowed", 405)
    held = await holder(header(scope, b"authorization"), tokens)
    scope["user"], scope["auth"] = held.actor, held.seconds_left
    if method == HttpMethod.GET:
        questions_known(ASGIConnection(scope))
    action = opt.get("action")
    if action is None or not may_ever(held.actor, action):
        raise NotAllowed(action=action)
    if "command" in opt and not opt["takes_file"]:
        takes_json(scope)


async def holder(authorization: str | None, tokens: Tokens) -> Held:
    """Return who asks, and for how long we believe it; raises Wrong (401)."""
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        detail = "Send a token as: Authorization: Bearer …"
        raise Wrong("unauthenticated", 401, detail, headers=CHALLENGE)
    try:
        # Another issuer's keys may have to be fetched; all others go on meanwhile.
        held = tokens.recalled(token)
        return await sync_to_thread(tokens.held, token) if held is None else held
    except BadToken as error:
        raise Wrong("unauthenticated", 401, str(error), headers=CHALLENGE) from error


def header(scope: Scope, name: bytes) -> str | None:
    """Return the first header of this name, in lower case, if there is one."""
    for each, value in scope["headers"]:
        if each == name:
            return value.decode("latin-1")
    return None


def questions_known(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Raise Wrong (400) for a query parameter that the description does not know."""
    paths = connection.app.openapi_schema.paths or {}
    described = paths.get(connection.scope.get("path_template", ""))
    if described is None:
        return
    asked = described.get.parameters if described.get else None
    known = sorted(
        each.name
        for each in asked or ()
        if isinstance(each, Parameter) and each.param_in == "query"
    )
    for name in connection.query_params:
        if name not in known:
            raise invalid(name, f"It is no question here; known: {', '.join(known)}.")


def takes_json(scope: Scope) -> None:
    """Raise Wrong (415) for a body that does not say it is JSON."""
    told = header(scope, b"content-type") or ""
    said = told.partition(";")[0].strip().lower()
    if not said and header(scope, b"content-length") in (None, "0"):
        return
    if said != "application/json":
        raise Wrong("not_json", 415, "Send it as Content-Type: application/json.")


def current_actor(actor: Actor, persons: PersonQueries) -> Actor:
    """Return who asks, with all the names now known to be the same consumer."""
    if "consumer" not in actor.roles:
        return actor
    return replace(actor, linked=frozenset(persons.persons_of(actor.subject)))


async def actor_now(actor: Actor, persons: PersonQueries) -> Actor:
    """Return the same; only for a consumer something is read, in a thread."""
    if "consumer" not in actor.roles:
        return actor
    return await sync_to_thread(current_actor, actor, persons)
