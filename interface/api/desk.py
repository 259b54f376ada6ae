"""The agents' desk over HTTP: views of the queue and macros that are kept."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter
from msgspec import Struct

from application.access import Actor
from application.desk import AgentDesk
from domain.desk import (
    AnyStep,
    DropMacro,
    DropView,
    Filters,
    KeepMacro,
    KeepView,
    KeptName,
    MacroNoun,
    Steps,
)
from domain.kernel import Name, Request
from domain.party import By
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.examples import json_like
from interface.api.order_commands import strictly
from interface.api.paging import Listed
from interface.api.receipts import ReceiptBody, receipt_answer

DESK: Final = "/v1/desk"

NAME: Final[str] = KeptName.__metadata__[0].pattern  # type: ignore[attr-defined]  # of Annotated, which mypy takes for str
KeptInPath = Annotated[str, PathParameter(pattern=NAME)]


class KeepViewBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A view of the queue under a name; ``shared`` with the whole team."""

    name: KeptName
    shared: bool = False
    filters: Filters


class KeepMacroBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done in one go; a text for replies is a macro that says it.

    Its words are told to many and are about nobody: names and numbers of people do not
    belong in them.
    """

    name: KeptName
    shared: bool = False
    noun: MacroNoun
    steps: Steps


class DropBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which one of this name: one's own, the team's, or, for senior agents, another's.

    ``owner`` names whose own it is, where it is not the caller's.
    """

    shared: bool = False
    owner: Name | None = None


class ViewFound(Struct, frozen=True, kw_only=True):
    """A saved view; ``href`` is what it shows now."""

    name: str
    shared: bool
    kept_by: str
    filters: Filters
    href: str


class MacroFound(Struct, frozen=True, kw_only=True):
    """A macro, and what it can be run on."""

    name: str
    shared: bool
    kept_by: str
    noun: MacroNoun
    steps: tuple[AnyStep, ...]


class DeskController(Controller):
    """Saved views and macros: the team's, and one's own."""

    path = DESK
    tags = ("desk",)

    @get(
        "/views", operation_id="listViews", opt=does("queue.read"), sync_to_thread=True
    )
    def views(
        self, actor: NamedDependency[Actor], agent_desk: NamedDependency[AgentDesk]
    ) -> Response[Listed[ViewFound]]:
        """List saved views. The ETag is the version of all that is kept."""
        kept = agent_desk.kept(actor)
        views = [
            ViewFound(
                name=each.name,
                shared=each.owner is None,
                kept_by=each.kept_by,
                filters=each.filters,
                href=f"/v1/queue?view={each.name}",
            )
            for each in kept.views
        ]
        return listed(views, kept.version)

    @post(
        "/views",
        operation_id="keepView",
        opt=does("desk.keep", KeepView),
        sync_to_thread=True,
        status_code=200,
    )
    def keep_view(
        self,
        data: Annotated[KeepViewBody, json_like("KeepViewBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        agent_desk: NamedDependency[AgentDesk],
    ) -> Response[ReceiptBody]:
        """Keep a view of the queue under a name, or change it."""
        body = strictly(raw, type(data))
        owner = owner_of(actor, shared=body.shared)

        def command(by: By) -> KeepView:
            return KeepView(by=by, name=body.name, owner=owner, filters=body.filters)

        return taken(actor, asked, agent_desk, KeepView, command)

    @post(
        "/views/{name:str}/removal",
        operation_id="dropView",
        opt=does("desk.keep", DropView),
        sync_to_thread=True,
        status_code=200,
    )
    def drop_view(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        name: KeptInPath,
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        agent_desk: NamedDependency[AgentDesk],
        data: Annotated[DropBody | None, json_like("DropBody")] = None,
    ) -> Response[ReceiptBody]:
        """Keep a view no longer."""
        del data  # Described to readers, and read loosely; here is the strict reading.
        body = strictly(raw, DropBody)
        owner = owner_of(actor, shared=body.shared, named=body.owner)

        def command(by: By) -> DropView:
            return DropView(by=by, name=name, owner=owner)

        return taken(actor, asked, agent_desk, DropView, command)

    @get(
        "/macros",
        operation_id="listMacros",
        opt=does("queue.read"),
        sync_to_thread=True,
    )
    def macros(
        self, actor: NamedDependency[Actor], agent_desk: NamedDependency[AgentDesk]
    ) -> Response[Listed[MacroFound]]:
        """List macros. The ETag is the version of all that is kept."""
        kept = agent_desk.kept(actor)
        macros = [
            MacroFound(
                name=each.name,
                shared=each.owner is None,
                kept_by=each.kept_by,
                noun=each.noun,
                steps=each.steps,
            )
            for each in kept.macros
        ]
        return listed(macros, kept.version)

    @post(
        "/macros",
        operation_id="keepMacro",
        opt=does("desk.keep", KeepMacro),
        sync_to_thread=True,
        status_code=200,
    )
    def keep_macro(
        self,
        data: Annotated[KeepMacroBody, json_like("KeepMacroBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        agent_desk: NamedDependency[AgentDesk],
    ) -> Response[ReceiptBody]:
        """Keep a macro under a name, or change it."""
        body = strictly(raw, type(data))
        owner = owner_of(actor, shared=body.shared)

        def command(by: By) -> KeepMacro:
            return KeepMacro(
                by=by, name=body.name, owner=owner, noun=body.noun, steps=body.steps
            )

        return taken(actor, asked, agent_desk, KeepMacro, command)

    @post(
        "/macros/{name:str}/removal",
        operation_id="dropMacro",
        opt=does("desk.keep", DropMacro),
        sync_to_thread=True,
        status_code=200,
    )
    def drop_macro(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        name: KeptInPath,
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        agent_desk: NamedDependency[AgentDesk],
        data: Annotated[DropBody | None, json_like("DropBody")] = None,
    ) -> Response[ReceiptBody]:
        """Keep a macro no longer. What it did stands."""
        del data  # Described to readers, and read loosely; here is the strict reading.
        body = strictly(raw, DropBody)
        owner = owner_of(actor, shared=body.shared, named=body.owner)

        def command(by: By) -> DropMacro:
            return DropMacro(by=by, name=name, owner=owner)

        return taken(actor, asked, agent_desk, DropMacro, command)


def owner_of(actor: Actor, *, shared: bool, named: str | None = None) -> str | None:
    """Return whose own it is; None for the team's."""
    return None if shared else named or actor.subject


def taken(
    actor: Actor,
    asked: Asked,
    agent_desk: AgentDesk,
    kind: type[Request],
    command: Callable[[By], Any],
) -> Response[ReceiptBody]:
    """Return the receipt of a change to what is kept."""
    context = asked.context(actor, agent_desk.id, kind)
    return receipt_answer(agent_desk.take(actor, command, context))


def listed(items: Sequence[Any], version: int) -> Response[Any]:
    """Return all of them, the version of what is kept as the ETag."""
    return Response(Listed(items, None), headers={"ETag": f'"{version}"'})
