"""What was said in a case or a dispute, by whom and where, for those who take part.

The words are sealed here; the door opens them for whoever reads.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import fields, replace

from application.casework import Matter
from application.matter_changes import SEALED, visible
from application.projections.back_office import SERVICES_NAME
from application.projections.entries import code_of
from domain.kernel import Event, Sealed
from domain.party import SERVICE, ActingRole, By

# What parties say to some of the others, or the service to itself; the rest of what a
# party is told of at all is for every party. What one said oneself one reads again.
HEARD_BY: Final[Mapping[str, frozenset[ActingRole]]] = {
    "after_sales.reopened": frozenset(),  # why, as the log keeps it
    "dispute.reopened": frozenset(),
    "after_sales.ticket_opened": frozenset({"merchant"}),
    "after_sales.ticket_answered": frozenset({"merchant"}),
    "after_sales.rated": frozenset({"consumer"}),  # how the service did
    "dispute.rated": frozenset({"consumer"}),
    "resolution.dismissed": frozenset(),
    "resolution.declined": frozenset({"consumer"}),
    "resolution.countered": frozenset({"consumer"}),
}


class Said(Struct, frozen=True, kw_only=True):
    """Something said with an event of the matter, of this version.

    ``field`` is what it is there: "words", an "address", or a carrier's "text".
    """

    version: int
    at: datetime
    code: str
    role: ActingRole | None
    name: str | None
    field: str
    words: Sealed


def said_in(matter: Matter, reader: By, after: int = 0) -> Sequence[Said]:
    """Return what this reader may read of what was said, behind a version of it."""
    return [
        each if reader.role in SERVICE else unnamed(each)
        for recorded in matter.history
        if recorded.version > after and heard(recorded.event, reader)
        for each in said_with(recorded.event, recorded.version, recorded.occurred_at)
    ]


def said_with(event: Event, version: int, at: datetime) -> Sequence[Said]:
    """Return what was said with an event: mostly nothing."""
    by: By | None = getattr(event, "by", None)
    told = {field.name: getattr(event, field.name) for field in fields(event)}
    return [
        Said(
            version=version,
            at=at,
            code=code_of(event),
            role=None if by is None else by.role,
            name=None if by is None else by.name,
            field=name,
            words=value,
        )
        for name, value in told.items()
        if isinstance(value, str) and value.startswith(SEALED)
    ]


def heard(event: Event, reader: By) -> bool:
    """Whether this reader may read what was said with an event."""
    if reader.role in SERVICE or getattr(event, "by", None) == reader:
        return True
    hearers = HEARD_BY.get(code_of(event))
    return visible(event, reader) and (hearers is None or reader.role in hearers)


def unnamed(said: Said) -> Said:
    """Return it without which of the service's people said it."""
    return replace(said, name=SERVICES_NAME) if said.role in SERVICE else said
