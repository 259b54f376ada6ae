"""What is said of webhooks over HTTP, and how an endpoint and a delivery are shown."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from application.webhooks.deliveries import Delivery, DeliveryState
from application.webhooks.desk import ALL_TYPES
from application.webhooks.endpoints import (
    Endpoint,
    EndpointState,
    EndpointUrl,
    Reason,
    TypePattern,
)
from application.webhooks.outward import CloudEvent


class AddWebhookBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to tell, and what: types, or how they begin and a star."""

    url: EndpointUrl
    types: Annotated[tuple[TypePattern, ...], Meta(min_length=1, max_length=50)] = (
        ALL_TYPES
    )


class WebhookBody(Struct, frozen=True, kw_only=True):
    """A webhook: where it goes, what it tells, and whether it is still told.

    ``about`` is whose events. ``reason`` says why it is disabled. While secrets are
    changed, those before sign too, the last until ``previous_secret_until``.
    """

    id: UUID
    url: str
    types: tuple[str, ...]
    about: tuple[str, ...]
    state: EndpointState
    reason: Reason | None
    previous_secret_until: datetime | None
    failing_since: datetime | None
    created_at: datetime


class SecretWebhookBody(WebhookBody, frozen=True, kw_only=True):
    """A webhook with its secret, which is shown now and never again."""

    secret: str


class DeliveryBody(Struct, frozen=True, kw_only=True):
    """A delivery: how often it was tried, when it is next, and what came back last.

    ``attempts`` are those since it was last asked for, ``attempts_ever`` all.
    """

    id: UUID
    event: str
    type: str
    state: DeliveryState
    attempts: int
    attempts_ever: int
    next_at: datetime | None
    last_at: datetime | None
    last_status: int | None
    last_failure: str | None
    created_at: datetime
    settled_at: datetime | None


class EventsBody(Struct, frozen=True, kw_only=True):
    """Events behind a place, in the order they are told; ``position`` is behind them.

    ``more`` says that there are others already.
    """

    items: tuple[CloudEvent, ...]
    position: str
    more: bool


def webhook_body(endpoint: Endpoint) -> WebhookBody:
    """Return a webhook as the API shows it."""
    return WebhookBody(**shown_of(endpoint))


def secret_body(endpoint: Endpoint, secret: str) -> SecretWebhookBody:
    """Return a webhook with its secret."""
    return SecretWebhookBody(**shown_of(endpoint), secret=secret)


def shown_of(endpoint: Endpoint) -> dict[str, Any]:
    """Return what both show."""
    return {
        "id": endpoint.endpoint_id,
        "url": endpoint.url,
        "types": endpoint.types,
        "about": endpoint.audiences,
        "state": endpoint.state,
        "reason": endpoint.reason,
        "previous_secret_until": utc(endpoint.previous_until),
        "failing_since": utc(endpoint.failing_since),
        "created_at": utc(endpoint.created_at),
    }


def delivery_body(delivery: Delivery) -> DeliveryBody:
    """Return a delivery as the API shows it."""
    pending = delivery.state == "pending"
    return DeliveryBody(
        id=delivery.delivery_id,
        event=delivery.event_id,
        type=delivery.type,
        state=delivery.state,
        attempts=delivery.attempts,
        attempts_ever=delivery.claims,
        next_at=utc(delivery.due_at) if pending else None,
        last_at=utc(delivery.last_at),
        last_status=delivery.last_status,
        last_failure=delivery.last_failure,
        created_at=delivery.created_at.astimezone(UTC),
        settled_at=utc(delivery.settled_at),
    )


def utc(moment: datetime | None) -> datetime | None:
    """Return a moment in UTC, if there is one."""
    return None if moment is None else moment.astimezone(UTC)
