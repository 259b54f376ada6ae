"""A shelf with room for three things: an aggregate to try an event store on."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import assert_never
from uuid import UUID, uuid4

from application.event_store.envelope import Ask, CommandContext, Part
from application.event_store.mapper import RedressMapper
from domain.ids import random_id
from domain.kernel import AnyDecider, Command, Decider, Event, Moment, Refused, State

ROOM = 3
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SUNDAY = MONDAY - timedelta(days=1)


class PutUp(Command, frozen=True):
    thing: str


class ReportFall(Command, frozen=True):
    thing: str


class BreakDown(Command, frozen=True):
    """A command that our own code stumbles over."""


class ThingPutUp(Event, frozen=True, kw_only=True, tag="shelf.thing_put_up"):
    thing: str


class ThingFell(Event, frozen=True, kw_only=True, tag="shelf.thing_fell"):
    thing: str
    at: Moment


class Shelf(State, frozen=True):
    things: tuple[str, ...] = ()


class ShelfFull(Refused):
    """A shelf has room for three things."""


SHELF_EVENTS: tuple[type[Event], ...] = (ThingPutUp, ThingFell)


def decide(
    shelf: Shelf, command: Command, policy: None, at: datetime
) -> Sequence[ThingPutUp | ThingFell]:
    assert policy is None, "a shelf has no policy"
    match command:
        case PutUp(thing) if thing in shelf.things:
            return ()
        case PutUp() if len(shelf.things) == ROOM:
            raise ShelfFull(things=shelf.things)
        case PutUp(thing):
            return (ThingPutUp(thing=thing),)
        case ReportFall(thing):
            return (ThingFell(thing=thing, at=at),)
        case _:
            raise ZeroDivisionError


def evolve(shelf: Shelf, event: ThingPutUp | ThingFell) -> Shelf:
    match event:
        case ThingPutUp(thing=thing):
            return Shelf((*shelf.things, thing))
        case ThingFell(thing=thing):
            return Shelf(tuple(each for each in shelf.things if each != thing))
    assert_never(event)


SHELF: AnyDecider = Decider(initial=Shelf(), decide=decide, evolve=evolve)


def a_shelf(partition: int = 7) -> UUID:
    return random_id(partition, 0, uuid4().int)


def context(
    command_id: UUID | None = None,
    expected_version: int | None = None,
    asked_at: datetime = MONDAY,
    occurred_at: datetime | None = None,
) -> CommandContext:
    return CommandContext(
        actor="agent:li",
        asked_at=asked_at,
        command_id=command_id or uuid4(),
        correlation_id=uuid4(),
        name="put_up",
        expected_version=expected_version,
        occurred_at=occurred_at,
    )


def asking(
    *parts: tuple[UUID, Command],
    command_id: UUID | None = None,
    expected_version: int | None = None,
    occurred_at: datetime | None = None,
) -> Ask:
    return Ask(
        context(command_id, expected_version, occurred_at=occurred_at),
        tuple(Part(stream_id, SHELF, command) for stream_id, command in parts),
    )


def put_up(thing: str, shelf_id: UUID, command_id: UUID | None = None) -> Ask:
    return asking((shelf_id, PutUp(thing)), command_id=command_id)


class ShelfMapper(RedressMapper):
    """Knows the events of shelves, and no others."""

    event_types = SHELF_EVENTS
