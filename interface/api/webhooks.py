"""Webhooks over HTTP, and beside them the same events to be read from any place on."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from application.access import Actor
from application.projections.progress import (
    NotAPosition,
    ReadingProgress,
    Token,
)
from application.projections.read_models import read_model
from application.webhooks.commands import (
    AddWebhook,
    PingWebhook,
    ResendDelivery,
    RotateSecret,
)
from application.webhooks.deliveries import DeliveryState
from application.webhooks.desk import Webhooks
from application.webhooks.endpoints import (
    TypePattern,
)
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.examples import json_like
from interface.api.order_commands import strictly
from interface.api.paging import (
    USUAL_LIMIT,
    AtLeast,
    Cursor,
    Limit,
    Listed,
    listed,
    shown,
)
from interface.api.problems import invalid
from interface.api.webhook_bodies import (
    AddWebhookBody,
    DeliveryBody,
    EventsBody,
    SecretWebhookBody,
    WebhookBody,
    delivery_body,
    secret_body,
    webhook_body,
)

WEBHOOKS: Final = "/v1/webhooks"
EVENTS: Final = "/v1/events"

After = Annotated[
    str | None,
    QueryParameter(
        description="A place in the log: the ``position`` of the page before. Without "
        "it: from the beginning."
    ),
]
Types = Annotated[
    list[TypePattern] | None,
    QueryParameter(
        description="Only these types, such as redress.case.*; may be repeated."
    ),
]


class WebhookController(Controller):
    """Where the caller's own events are told."""

    path = WEBHOOKS
    tags = ("webhooks",)

    @post(
        operation_id="addWebhook",
        opt=does("webhook.keep", AddWebhook),
        sync_to_thread=True,
    )
    def add(
        self,
        data: Annotated[AddWebhookBody, json_like("AddWebhookBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        webhooks: NamedDependency[Webhooks],
    ) -> Response[SecretWebhookBody]:
        """Have an https address told of one's own events from now on.

        Signed as Standard Webhooks says, with the secret of this answer; a CloudEvent
        inside.
        """
        body = strictly(raw, type(data))
        added = webhooks.add(actor, asked.key, body.url, body.types)
        answer = secret_body(added, webhooks.secret(added))
        where = {"Location": f"{WEBHOOKS}/{added.endpoint_id}"}
        return Response(answer, status_code=201, headers={**where, **UNSTORED})

    @get(operation_id="listWebhooks", opt=does("webhook.keep"), sync_to_thread=True)
    def all(
        self, actor: NamedDependency[Actor], webhooks: NamedDependency[Webhooks]
    ) -> Listed[WebhookBody]:
        """List one's own webhooks, oldest first."""
        return Listed(tuple(webhook_body(each) for each in webhooks.all(actor)), None)

    @get(
        "/{webhook:uuid}",
        operation_id="readWebhook",
        opt=does("webhook.keep"),
        sync_to_thread=True,
    )
    def one(
        self,
        webhook: FromPath[UUID],
        actor: NamedDependency[Actor],
        webhooks: NamedDependency[Webhooks],
    ) -> WebhookBody:
        """Read how a webhook stands."""
        return webhook_body(webhooks.find(actor, webhook))

    @delete(
        "/{webhook:uuid}",
        operation_id="removeWebhook",
        opt=does("webhook.keep"),
        sync_to_thread=True,
    )
    def remove(
        self,
        webhook: FromPath[UUID],
        actor: NamedDependency[Actor],
        webhooks: NamedDependency[Webhooks],
    ) -> None:
        """Remove a webhook; what was still to be told there is not."""
        webhooks.remove(actor, webhook)

    @post(
        "/{webhook:uuid}/rotation",
        operation_id="rotateWebhookSecret",
        opt=does("webhook.keep", RotateSecret),
        sync_to_thread=True,
        status_code=200,
    )
    def rotate(
        self,
        webhook: FromPath[UUID],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        webhooks: NamedDependency[Webhooks],
    ) -> Response[SecretWebhookBody]:
        """Change the secret; each one before signs for 24 hours more, five in all."""
        rotated = webhooks.rotate(actor, webhook, asked.key)
        answer = secret_body(rotated, webhooks.secret(rotated))
        return Response(answer, headers=UNSTORED)

    @post(
        "/{webhook:uuid}/ping",
        operation_id="pingWebhook",
        opt=does("webhook.keep", PingWebhook),
        sync_to_thread=True,
        status_code=202,
    )
    def ping(
        self,
        webhook: FromPath[UUID],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        webhooks: NamedDependency[Webhooks],
    ) -> DeliveryBody:
        """Have a test event sent, also to a disabled webhook: success enables it."""
        return delivery_body(webhooks.ping(actor, webhook, asked.key))

    @get(
        "/{webhook:uuid}/deliveries",
        operation_id="listDeliveries",
        opt=does("webhook.keep"),
        sync_to_thread=True,
    )
    def deliveries(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        request: Request[Actor, None, Any],
        webhook: FromPath[UUID],
        actor: NamedDependency[Actor],
        webhooks: NamedDependency[Webhooks],
        standing: Annotated[
            DeliveryState | None,
            QueryParameter(name="state", description="Only these."),
        ] = None,
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
    ) -> Response[Listed[DeliveryBody]]:
        """List deliveries, newest first; ``dead`` are those that were given up."""
        page = webhooks.delivered(
            actor, webhook, limit=limit, state=standing, cursor=cursor
        )
        return listed(request, page, delivery_body)

    @post(
        "/{webhook:uuid}/deliveries/{delivery:uuid}/resend",
        operation_id="resendDelivery",
        opt=does("webhook.keep", ResendDelivery),
        sync_to_thread=True,
        status_code=202,
    )
    def resend(
        self,
        webhook: FromPath[UUID],
        delivery: FromPath[UUID],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        webhooks: NamedDependency[Webhooks],
    ) -> DeliveryBody:
        """Have a delivery sent again, as often as a new one; one under way goes on."""
        del asked  # Asked twice while it is under way changes nothing.
        return delivery_body(webhooks.resend(actor, webhook, delivery))


class EventController(Controller):
    """The same events without a webhook: whoever lost some reads on from there."""

    path = EVENTS
    tags = ("webhooks",)

    @get(operation_id="listEvents", opt=does("event.read"), sync_to_thread=True)
    def events(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        actor: NamedDependency[Actor],
        webhooks: NamedDependency[Webhooks],
        progress: NamedDependency[ReadingProgress],
        after: After = None,
        types: Types = None,
        limit: Limit = USUAL_LIMIT,
        at_least: AtLeast = None,
    ) -> EventsBody:
        """List one's own events behind a place, as webhooks tell them.

        Each event comes once at least; its ``id`` tells whether it was there before.
        """
        shown(progress, read_model("public_event"), at_least)
        told = webhooks.events(actor, places(after), limit=limit, types=types)
        return EventsBody(
            items=tuple(told.events),
            position=",".join(f"{part}.{at}" for part, at in sorted(told.seen.items())),
            more=told.more,
        )


# A secret is for who asked, and for no cache in between.
UNSTORED: Final = {"Cache-Control": "no-store"}

HANDLERS: Final = (WebhookController, EventController)


def places(after: str | None) -> dict[int, int]:
    """Return a place in the log by partition; raises Wrong (400)."""
    if not after:
        return {}
    try:
        return dict(Token.read(each) for each in after.split(","))
    except NotAPosition:
        raise invalid("after", "It must be the position of a page.") from None
