"""What was said in a case or a dispute over HTTP; every reading leaves a trace."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from application.access import Action, Actor
from application.casework import Casework, Matter, Noun, acting
from application.matter_words import Said, said_in
from application.people import People
from application.projections.paging import Page, key_of
from application.projections.paging import cursor as next_after
from interface.api.auth import does
from interface.api.paging import USUAL_LIMIT, Cursor, Limit, Listed, listed
from interface.api.reasons import Reason, ReasonHeader, reason_for


class SaidBody(Struct, frozen=True, kw_only=True):
    """Something said: with which event (``type``), and what it is there (``field``).

    ``words`` are null once they are erased. Which of the service's people said it is
    for colleagues to know.
    """

    version: int
    at: datetime
    type: str
    role: str | None
    name: str | None
    field: str
    words: str | None


def spoken(noun: Noun, action: Action, operation_id: str) -> HTTPRouteHandler:
    """Return the handler that reads what was said in the things of one noun."""

    def words(  # noqa: PLR0913  # what it needs is injected by these names
        _controller: Controller,
        *,
        request: Request[Actor, None, Any],
        stream_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        casework: NamedDependency[Casework],
        people: NamedDependency[People],
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
        why: Reason = None,
        why_header: ReasonHeader = None,
    ) -> Response[Listed[SaidBody]]:
        matter = casework.find(actor, action, noun, stream_id)
        reader = acting(actor, action, matter.owners)
        reason = reason_for(f"{action} {stream_id}", why, why_header)
        after = 0 if cursor is None else key_of(cursor, int)
        found = said_in(matter, reader, after)
        told = whole_versions(found, limit)
        opened = opened_for(told.rows, matter, actor, people, reason)
        return listed(request, Page(opened, told.next), lambda each: each)

    words.__name__ = words.__qualname__ = operation_id
    words.__doc__ = f"Read what was said in a {noun}, oldest first, by its parties."
    return get(
        "/{stream_id:uuid}/words",
        operation_id=operation_id,
        opt=does(action),
        sync_to_thread=True,
    )(words)


def whole_versions(found: Sequence[Said], limit: int) -> Page[Said]:
    """Return a page by version: what was said with one event is not torn apart."""
    rows = list(found[:limit])
    rows += [each for each in found[limit:] if each.version == rows[-1].version]
    more = len(found) > len(rows)
    return Page(rows, next_after(rows[-1].version) if more else None)


def opened_for(
    said: Sequence[Said], matter: Matter, actor: Actor, people: People, why: str
) -> Sequence[SaidBody]:
    """Return it with its words, for one reader; who reads, and why, is written down."""
    wanted = [(matter.consumer, each.words) for each in said]
    words = people.open_many(wanted, actor=actor.name, why=why)
    return [
        SaidBody(
            version=each.version,
            at=each.at,
            type=each.code,
            role=each.role,
            name=each.name,
            field=each.field,
            words=told,
        )
        for each, told in zip(said, words, strict=True)
    ]
