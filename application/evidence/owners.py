"""Whose evidence is: as whom it is handed in, and whose that is it is about."""

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Final, cast
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.access import ROLES, Actor, NotFound, Owners, authorize, scope
from application.casework import Noun
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore
from application.order_desk import owners_of
from domain.evidence import (
    UploadedBy,
)
from domain.ids import partition_in
from domain.kernel import Event
from domain.order import ORDER

# Whose something is, by the id of its stream. Raises NotFound for what there is not.
OwnersAbout = Callable[[UUID], Owners]


# Whose a case, a dispute or a contact is. Raises NotFound.
OwnersOfMatter = Callable[[Noun, UUID], Owners]

# What evidence may be about beside orders, by what the tags of its events begin with.
NOUNS: Final[Mapping[str, Noun]] = {
    "after_sales": "case",
    "dispute": "dispute",
    "contact": "contact",
}


def owners_about(store: EventStore, of_matter: OwnersOfMatter) -> OwnersAbout:
    """Return what says whose the thing is that evidence is about.

    Evidence is about an order, a case, a dispute or a contact.
    """

    def owners(stream_id: UUID) -> Owners:
        if partition_in(stream_id) >= store.partitions:
            raise NotFound
        # What of an order cannot be read says nothing; what can be says whose it is.
        history = store.load([stream_id]).histories[stream_id]
        events = events_of(history)
        prefixes = (tag_of(each).partition(".")[0] for each in events)
        prefix = next((each for each in prefixes if each != "timer"), None)
        if prefix is not None and prefix in NOUNS:
            return of_matter(NOUNS[prefix], stream_id)
        if prefix != "order":
            raise NotFound
        order = reduce(ORDER.evolve, events, ORDER.initial)
        return owners_of(order)

    return owners


def tag_of(event: Event) -> str:
    """Return the event's tag."""
    return str(type(event).__struct_config__.tag)


class Uploader(Struct, frozen=True):
    """In which role somebody hands in a file, and as which party."""

    by: UploadedBy
    name: str

    @property
    def owners(self) -> Owners:
        """Whose it is while nobody has judged it."""
        match self.by:
            case "consumer":
                return Owners(consumer=self.name)
            case "merchant":
                return Owners(merchants=frozenset({self.name}))
            case "creator":
                return Owners(creators=frozenset({self.name}))
            case "carrier":
                return Owners(carriers=frozenset({self.name}))
            case _:
                return Owners()


def uploader(actor: Actor, owners: Owners) -> Uploader:
    """Return as whom the actor may add to what is these owners'.

    Raises NotFound and NotAllowed, as ``authorize`` does.
    """
    authorize(actor, "evidence.add", owners)
    role = next(
        role
        for role in ROLES
        if role in actor.roles
        and scope(replace(actor, roles=frozenset({role})), "evidence.add").covers(
            owners
        )
    )
    name = actor.merchant or actor.subject if role == "merchant" else actor.subject
    return Uploader(cast("UploadedBy", role), name)
