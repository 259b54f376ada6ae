"""Where webhooks are asked from outside: everybody sees to what is their own."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from msgspec.structs import replace

from application.access import (
    AccessRole,
    Action,
    Actor,
    NotAllowed,
    NotFound,
    Scope,
    scope,
)
from application.event_store.store import KeyReused
from application.projections.paging import Page
from application.projections.public_events import audiences
from application.projections.public_pages import PublicEventQueries
from application.webhooks.deliveries import Deliveries, Delivery, DeliveryState
from application.webhooks.endpoints import (
    Endpoint,
    Endpoints,
    Wish,
    check_types,
    like,
)
from application.webhooks.outward import CloudEvent, Outward, Place

NAMESPACE: Final = UUID("3f6d1f0a-52e8-5b0c-9f51-6f2f5a1c7c10")
READ: Final[Action] = "event.read"
ALL_TYPES: Final = ("*",)


class Told(NamedTuple):
    """Events behind a place, and the place behind them; ``more`` follow at once."""

    events: Sequence[CloudEvent]
    seen: Mapping[int, int]
    more: bool


class Webhooks:
    """Takes what people and partners ask of their webhooks, and of their events."""

    def __init__(
        self,
        endpoints: Endpoints,
        deliveries: Deliveries,
        events: PublicEventQueries,
        outward: Outward,
    ) -> None:
        self.endpoints = endpoints
        self.deliveries = deliveries
        self._events = events
        self._outward = outward

    # -- Endpoints --

    def add(self, actor: Actor, key: str, url: str, types: Sequence[str]) -> Endpoint:
        """Return a new endpoint of the actor's own events; by the same key the same.

        A partner's endpoints are added at the terminal, where its consumers and
        merchants are named; from then on it adds more for the same ones. Raises
        NotAllowed, KeyReused, and as Endpoints.
        """
        owner, *_ = (*owners(actor), None)
        whose = self._own_audiences(actor)
        if owner is None or not whose:
            raise NotAllowed(action="webhook.keep")
        wish = Wish(
            endpoint_id=uuid5(NAMESPACE, f"{owner}\n{key}"),
            owner=owner,
            audiences=tuple(sorted(whose)),
            url=url,
            types=tuple(types),
        )
        found = self.endpoints.add(wish)
        if (found.url, found.types) != (wish.url, wish.types):
            raise KeyReused
        return found

    def all(self, actor: Actor) -> Sequence[Endpoint]:
        """Return the actor's own endpoints, oldest first."""
        return self.endpoints.listed(owners(actor))

    def find(self, actor: Actor, endpoint_id: UUID) -> Endpoint:
        """Return an endpoint of the actor's own; raises NotFound."""
        found = self.endpoints.find(endpoint_id)
        if found.owner not in owners(actor):
            raise NotFound
        return found

    def secret(self, endpoint: Endpoint) -> str:
        """Return what it is signed with now, as Standard Webhooks writes secrets."""
        return written(self.endpoints.secrets(endpoint.endpoint_id)[0])

    def rotate(self, actor: Actor, endpoint_id: UUID, key: str) -> Endpoint:
        """Return the endpoint with a new secret, once by this key; raises NotFound."""
        found = self.find(actor, endpoint_id)
        rotation = uuid5(NAMESPACE, f"rotation\n{endpoint_id}\n{key}")
        return self.endpoints.rotate(found.endpoint_id, rotation)

    def remove(self, actor: Actor, endpoint_id: UUID) -> None:
        """Remove an endpoint of the actor's own; raises NotFound."""
        self.endpoints.remove(self.find(actor, endpoint_id).endpoint_id)

    # -- Deliveries --

    def ping(self, actor: Actor, endpoint_id: UUID, key: str) -> Delivery:
        """Have a test event sent there, once by this key; raises NotFound."""
        found = self.find(actor, endpoint_id)
        delivery_id = uuid5(NAMESPACE, f"ping\n{endpoint_id}\n{key}")
        return self.deliveries.ping(found.endpoint_id, delivery_id)

    def delivered(
        self,
        actor: Actor,
        endpoint_id: UUID,
        *,
        limit: int,
        state: DeliveryState | None = None,
        cursor: str | None = None,
    ) -> Page[Delivery]:
        """Return the deliveries of an endpoint; raises NotFound, BadCursor."""
        found = self.find(actor, endpoint_id)
        return self.deliveries.listed(
            found.endpoint_id, limit=limit, state=state, cursor=cursor
        )

    def resend(self, actor: Actor, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
        """Have one sent again; raises NotFound."""
        found = self.find(actor, endpoint_id)
        return self.deliveries.resend(found.endpoint_id, delivery_id)

    # -- Events --

    def events(
        self,
        actor: Actor,
        seen: Mapping[int, int],
        *,
        limit: int,
        types: Sequence[str] | None = None,
    ) -> Told:
        """Return what the actor is told behind a place: the same events, in order.

        Raises NoSuchType.
        """
        check_types(types or ())
        found = self._events.after(
            self._audiences(actor),
            seen,
            limit=limit,
            like=like(types) if types else None,
        )
        places = [Place(each.stream_id, each.version) for each in found.events]
        told = self._outward.events(places)
        events = [told[place] for place in places if place in told]
        return Told(events, found.seen, found.more)

    # -- Whose --

    def _audiences(self, actor: Actor) -> frozenset[str]:
        """Return whose events the actor may see: its own, of all its linked names."""
        reach = scope(without_service(actor), READ)
        return told_to(reach) | self._partners(actor)

    def _own_audiences(self, actor: Actor) -> frozenset[str]:
        """Return whose events a new endpoint of the actor is told.

        A consumer's linked names are looked up for each delivery, as they then are.
        """
        reach = scope(replace(without_service(actor), linked=frozenset()), READ)
        return told_to(reach) | self._partners(actor)

    def _partners(self, actor: Actor) -> frozenset[str]:
        """Return whose events a partner was given at the terminal."""
        if "service" not in actor.roles:
            return frozenset()
        kept = self.endpoints.listed([f"service:{actor.subject}"])
        return frozenset(whose for each in kept for whose in each.audiences)


def told_to(reach: Scope) -> frozenset[str]:
    """Return the audiences of a scope."""
    persons = (audiences(each) for each in reach.consumers)
    own = audiences(None, reach.merchants, reach.creators)
    return own.union(*persons)


def owners(actor: Actor) -> tuple[str, ...]:
    """Return whose endpoints the actor sees to, the leading role's first.

    A merchant's are the merchant's, whoever of its people asks.
    """
    names: Mapping[AccessRole, str] = {
        "consumer": actor.subject,
        "merchant": actor.merchant or actor.subject,
        "creator": actor.subject,
        "service": actor.subject,
    }
    return tuple(
        f"{role}:{name}" for role, name in names.items() if role in actor.roles
    )


def without_service(actor: Actor) -> Actor:
    """Return the actor as a party: what feeds may see is not what partners are told."""
    return replace(actor, roles=actor.roles - {"service"})


def written(secret: bytes) -> str:
    """Return a secret as people keep it."""
    return f"whsec_{b64encode(secret).decode()}"
