"""Where strangers leave their messages: kept, answered 202, understood afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from litestar import MediaType, Request, Response, Router, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency, Provide
from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    Operation,
    RequestBody,
    Schema,
)
from litestar.params import FromPath
from litestar.status_codes import HTTP_202_ACCEPTED

from application.inbound import BadSignature, Door, Inbound, Kept, UnknownSource
from interface.api.auth import OPEN
from interface.api.metrics import Metrics
from interface.api.problems import Wrong

BODY_BYTES_MAX: Final = 1_000_000


EXAMPLE: Final = [
    {
        "tag": "100",
        "msg_id": "4705288465508532862:100:1777500000:1",
        "data": '{"p_id": 4705288465508532862, "create_time": 1777500000}',
    }
]


@dataclass
class LeaveMessage(Operation):
    """The operation with its body, which is the source's own and read as bytes."""

    def __post_init__(self) -> None:
        """Show what Doudian sends."""
        body = OpenAPIMediaType(
            schema=Schema(description="Whatever the source sends; see its own pages."),
            examples={"doudian": Example(value=EXAMPLE)},
        )
        self.request_body = RequestBody(
            content={"application/json": body}, required=True
        )


@post(
    "/v1/inbound/{source:str}",
    operation_class=LeaveMessage,
    operation_id="leaveMessage",
    opt=OPEN,
    status_code=HTTP_202_ACCEPTED,
    request_max_body_size=BODY_BYTES_MAX,
    tags=("inbound",),
)
async def leave_message(
    request: Request[Any, Any, Any],
    source: FromPath[str],
    inbound: NamedDependency[Inbound],
    door: NamedDependency[Door],
    metrics: NamedDependency[Metrics],
) -> Response[dict[str, Any]]:
    """Keep a source's message, and answer before it is understood.

    A message is signed as its vendor signs, or by ``Redress-Signature: sha256=`` and
    the hex HMAC-SHA256 of the raw body. The answer names the message and says how it
    stands, beside the words of success its vendor looks for. One sent before changes
    nothing, which is as well: no signature covers a time.
    """
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    headers[":path"] = str(request.url)  # no client can send a header of this name
    try:
        raws = door.admit(source, headers, body)
    except UnknownSource:
        raise Wrong("not_found", 404, f"No source is called {source!r}.") from None
    except BadSignature:
        metrics.inbound_rejected.labels(source).inc()
        raise Wrong("bad_signature", 401) from None
    kept = await sync_to_thread(inbound.keep, raws)
    thanks = door.thanks(source, body)
    if isinstance(thanks, str):
        return Response(cast("Any", thanks), media_type=MediaType.TEXT)
    return Response({**receipt(kept), **thanks})


@get(
    "/v1/inbound/{source:str}",
    opt=OPEN,
    include_in_schema=False,  # it answers one vendor's question, and is no door to us
    media_type=MediaType.TEXT,
)
async def answer_question(
    request: Request[Any, Any, Any],
    source: FromPath[str],
    door: NamedDependency[Door],
) -> str:
    """Answer what a source asks once, when it is told our address."""
    try:
        return door.answer(source, {":path": str(request.url)})
    except UnknownSource:
        raise Wrong("not_found", 404, f"{source!r} asks nothing here.") from None
    except BadSignature:
        raise Wrong("bad_signature", 401) from None


def receipt(kept: Sequence[Kept]) -> Mapping[str, Any]:
    """Return how the messages of a body stand; the first stands for all."""
    messages = [{"id": str(each.message_id), "state": each.state} for each in kept]
    return {**messages[0], "messages": messages}


def inbound_routes(inbound: Inbound, door: Door) -> Router:
    """Return the door for messages, over what keeps them and who guards it."""
    return Router(
        "/",
        route_handlers=[leave_message, answer_question],
        dependencies={
            "inbound": Provide(lambda: inbound, sync_to_thread=False),
            "door": Provide(lambda: door, sync_to_thread=False),
        },
    )
