"""Who knocks: a bearer token becomes an actor, a handler's action is its door.

Whatever is not said to be open is closed: a handler without an action lets nobody in.
"""

from typing import Any, Final

from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.datastructures import Headers
from litestar.enums import HttpMethod
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.openapi.spec import Parameter
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec.structs import replace

from application.access import Action, Actor, NotAllowed, may_ever
from application.projections.persons import PersonQueries
from domain.kernel import Command
from interface.api.problems import Wrong, invalid
from interface.tokens import BadToken, Tokens

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


class Authentication(AbstractAuthenticationMiddleware):
    """Turns the bearer token into an actor; only handlers marked OPEN need none."""

    def __init__(self, app: ASGIApp, tokens: Tokens) -> None:
        super().__init__(app, exclude_from_auth_key="open")
        self._tokens = tokens

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        """Return who asks, and for how long; 401 without a token we believe."""
        scheme, _, token = connection.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            detail = "Send a token as: Authorization: Bearer …"
            raise Wrong("unauthenticated", 401, detail, headers=CHALLENGE)
        token = token.strip()
        try:
            # Another issuer's keys may have to be fetched; all others go on meanwhile.
            held = self._tokens.recalled(token)
            if held is None:
                held = await sync_to_thread(self._tokens.held, token)
        except BadToken as error:
            raise Wrong(
                "unauthenticated", 401, str(error), headers=CHALLENGE
            ) from error
        return AuthenticationResult(user=held.actor, auth=held.seconds_left)


def doorkeeper(app: ASGIApp) -> ASGIApp:
    """Ask everybody at the door, as the framework's guards would.

    Those it calls in a thread, with a copy of the handler, for every request.
    """

    async def kept(scope: Scope, receive: Receive, send: Send) -> None:
        door(ASGIConnection(scope), scope["route_handler"])
        await app(scope, receive, send)

    return kept


def door(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Let in whoever might have business here; raises NotAllowed."""
    if handler.opt.get("open"):
        return
    if connection.scope.get("method") == HttpMethod.OPTIONS:  # The framework's own.
        raise Wrong("method_not_allowed", 405)
    questions_known(connection)
    action = handler.opt.get("action")
    if action is None or not may_ever(connection.user, action):
        raise NotAllowed(action=action)
    if "command" in handler.opt and not handler.opt["takes_file"]:
        takes_json(connection.headers)


def questions_known(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Raise Wrong (400) for a query parameter that the description does not know."""
    if connection.scope.get("method") != HttpMethod.GET:
        return
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


def takes_json(headers: Headers) -> None:
    """Raise Wrong (415) for a body that does not say it is JSON."""
    said = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if headers.get("Content-Length") in (None, "0") and not said:
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
