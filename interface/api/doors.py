"""Commands over HTTP as rows of a table: one row per command, one handler for all.

The body is the command, without who acts (the token says that) and with its words
plain: they are sealed before anything else. So a body is made from its command, field
by field, and nothing is left to fall out of step.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import UnionType
from typing import (
    Annotated,
    Any,
    Final,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
)
from typing import get_type_hints as hints_of
from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import NODEFAULT, Struct
from msgspec.structs import fields, replace

from application.access import Action, Actor, Owners, allows
from application.account_view import AccountView
from application.after_sales_view import CaseView
from application.casework import Casework, Matter, Noun
from application.contact_view import AgentPromiseView, ContactView
from application.dispute_view import DisputeView
from application.people import People
from application.projections.persons import PersonQueries
from domain.kernel import Command, Sealed
from domain.party import By
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.examples import json_like
from interface.api.order_commands import strictly
from interface.api.receipts import ReceiptBody, receipt_answer
from interface.api.words import Words

# What reading the words of a matter is, where they stand beside it.
WORDS: Final[Mapping[Noun, Action]] = {"case": "case.words", "dispute": "dispute.words"}

# What a command has that its body has not.
ACTS: Final = "by"


class Move(Struct, frozen=True):
    """What a reader may ask for now: the operation, and where to ask for it."""

    operation: str
    href: str


class Around(NamedTuple):
    """What a body is checked against: the matter it is said of, and what else there is.

    ``person`` are all names of the matter's consumer.
    """

    matter: Matter
    casework: Casework
    person: Callable[[str], Sequence[str]]


Checks = Callable[[Any, Around], None]


class CaseDoor(NamedTuple):
    """Where one command to a case, a dispute … comes in.

    ``filled`` are fields that the service knows better than whoever asks. With
    ``service_says_by`` the body says itself who acted, as feeds report it: that is for
    an ``action`` of feeds alone. Without an action of its own it is what the parties of
    its noun may do. ``checks`` raises a Refused for a body that does not fit.
    """

    path: str
    command: type[Command]
    filled: frozenset[str] = frozenset()
    service_says_by: bool = False
    action: Action | None = None
    checks: "Checks | None" = None

    @property
    def left_out(self) -> frozenset[str]:
        """The fields of the command that its body has not."""
        return self.filled if self.service_says_by else self.filled | {ACTS}


def plain(hint: Any) -> Any:
    """Return a field's type as it is on the wire: words where they are sealed."""
    if hint == Sealed:
        return Words
    if get_origin(hint) in {Union, UnionType}:
        return Union[tuple(plain(each) for each in get_args(hint))]  # noqa: UP007  # the members are only known at run time
    return hint


def sealed_fields(command: type[Command]) -> frozenset[str]:
    """Return which fields of a command carry words."""
    hints = hints_of(command, include_extras=True)
    return frozenset(name for name, hint in hints.items() if plain(hint) != hint)


@cache
def body_of(command: type[Command], left_out: frozenset[str]) -> type[Any]:
    """Return the body of a command: its fields, but for those left out."""
    hints = hints_of(command, include_extras=True)
    told: list[Any] = []
    for field in fields(command):
        if field.name in left_out:
            continue
        hint = plain(hints[field.name])
        if field.default is not NODEFAULT:
            told.append((field.name, hint, field.default))
        elif field.default_factory is not NODEFAULT:
            default = msgspec.field(default_factory=field.default_factory)
            told.append((field.name, hint, default))
        else:
            told.append((field.name, hint))
    body = msgspec.defstruct(
        f"{command.__name__}Body",
        told,
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        module=__name__,
    )
    body.__doc__ = command.__doc__
    return body


def command_of(
    command: type[Command],
    body: Struct,
    seal: Callable[[str], Sealed],
    by: By,
    **filled: Any,
) -> Command:
    """Return the command that a body means, said by whom, its words sealed.

    Raises ValueError where the fields do not go together.
    """
    wordy = sealed_fields(command)
    if hasattr(body, ACTS):
        by = getattr(body, ACTS)
    told = {each.name: getattr(body, each.name) for each in fields(type(body))}
    said = {
        name: seal(value) if name in wordy and value is not None else value
        for name, value in told.items()
    }
    if any(each.name == ACTS for each in fields(command)):
        said[ACTS] = by
    return command(**said, **filled)


def sealer(people: People, consumer: str, purpose: str) -> Callable[[str], Sealed]:
    """Return what seals words for a consumer, for a purpose."""
    return lambda words: people.seal(consumer, words, purpose)


def bodies(doors: Sequence[CaseDoor]) -> dict[str, type[Any]]:
    """Return the bodies of these doors, by name."""
    made = (body_of(door.command, door.left_out) for door in doors)
    return {body.__name__: body for body in made}


def handler(noun: Noun, action: Action, door: CaseDoor, path: str) -> HTTPRouteHandler:
    """Return the handler of one row."""
    body_type = body_of(door.command, door.left_out)
    action = door.action or action

    def take(  # noqa: PLR0913  # what it needs is injected by these names
        _controller: Controller,
        *,
        stream_id: FromPath[UUID],
        data: Any,
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        casework: NamedDependency[Casework],
        people: NamedDependency[People],
        persons: NamedDependency[PersonQueries],
    ) -> Response[ReceiptBody]:
        del data  # Described to readers, and read loosely; here is the strict reading.
        body = strictly(raw, body_type)
        hashed = getattr(body, "hash", None) is not None
        context = asked.context(actor, stream_id, door.command, hashed=hashed)

        def command(matter: Matter, by: By) -> Command:
            seal = sealer(people, matter.consumer, noun)
            if door.checks is not None:
                door.checks(body, Around(matter, casework, persons.persons_of))
            return command_of(door.command, body, seal, by)

        receipt = casework.take(actor, action, noun, stream_id, command, context)
        return receipt_answer(receipt)

    name = f"{noun}{door.command.__name__}"
    take.__name__ = take.__qualname__ = name
    take.__doc__ = door.command.__doc__
    described = json_like(body_type.__name__)
    take.__annotations__["data"] = Annotated[body_type, described]
    if not any(field.required for field in fields(body_type)):
        take.__annotations__["data"] = Annotated[body_type | None, described]
        take.__kwdefaults__ = {"data": None}  # Without fields, no body says it all.
    return post(
        f"{path}/{door.path}",
        operation_id=name,
        opt=does(action, door.command),
        status_code=200,
        sync_to_thread=True,
    )(take)


# What names the commands that its reader may give.
View = TypeVar(
    "View", CaseView, DisputeView, ContactView, AgentPromiseView, AccountView
)


class Front(NamedTuple):
    """What a noun shows to the outside: where it stands, and the doors in it.

    ``action`` is what every door is without an action of its own.
    """

    noun: Noun
    action: Action
    base: str
    doors: Sequence[CaseDoor]

    def here(self, matter: Matter) -> str:
        """Return where this matter is read."""
        return f"{self.base}/{matter.stream_id}"

    def offer(
        self, view: View, actor: Actor, matter: Matter
    ) -> tuple[View, tuple[Move, ...]]:
        """Return the view with what its reader may do, and where that is asked.

        For whoever only looks the doors stay shut.
        """
        if not allows(actor, self.action, matter.owners):
            return replace(view, may=()), ()
        return view, moves_of(self.noun, self.here(matter), self.doors, view.may)


def moves_of(
    noun: Noun, here: str, doors: Sequence[CaseDoor], may: Sequence[str]
) -> tuple[Move, ...]:
    """Return where the commands of these names are asked, as far as they have doors.

    Doors with an action of their own are for feeds, which need no offer.
    """
    return tuple(
        Move(f"{noun}{door.command.__name__}", f"{here}/{door.path}")
        for door in doors
        if door.command.__name__ in may and door.action is None
    )


def links_of(actor: Actor, matter: Matter, here: str) -> dict[str, str]:
    """Return where the reader of a matter may go on from it, and no other way."""
    links = {"live": f"{here}/live"}
    words = WORDS.get(matter.noun)
    if words is not None and allows(actor, words, matter.owners):
        links["words"] = f"{here}/words"
    if allows(actor, "history.read", matter.owners):
        links["history"] = f"{here}/history"
    known = matter.of_order != Owners()
    if known and allows(actor, "order.read", matter.of_order):
        links["order"] = f"/v1/orders/{matter.order_id}"
    return links


def controller(
    noun: Noun, action: Action, base: str, doors: Sequence[CaseDoor]
) -> type[Controller]:
    """Return a controller of every row, below ``base``/{stream_id}.

    One controller holds all that is below a thing: the framework wraps handlers twice
    when the methods of one path come from two places.
    """
    handlers = {
        door.command.__name__: handler(noun, action, door, "/{stream_id:uuid}")
        for door in doors
    }
    return type(
        f"{noun.capitalize()}CommandController",
        (Controller,),
        {"path": base, "tags": (f"{noun}s",), **handlers},
    )
