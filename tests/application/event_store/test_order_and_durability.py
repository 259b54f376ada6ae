"""What the library's suites miss: order, durability, and a control for each of them.

A check does what may go wrong and returns what did, nothing if all is well. Its control
does the same with the protection taken out, and must find something.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, TypeAlias
from uuid import uuid4

import psycopg
import pytest
from msgspec.structs import replace
from psycopg.conninfo import make_conninfo

from application.event_store.envelope import Receipt
from application.event_store.handler import CommandHandler
from application.event_store.postgres import PostgresEventStore
from application.event_store.store import (
    Append,
    Conflict,
    StoreUnavailable,
)
from tests.application.event_store.place import HERE, Place
from tests.application.event_store.shelf import (
    ROOM,
    a_shelf,
    put_up,
)
from tests.application.event_store.taken_out import (
    ALONE,
    COMMAND_IDS,
    COMMAND_IDS_ALONE,
    COMMAND_IDS_USUAL,
    HEAD_LOCK,
    HEAD_LOCK_ALONE,
    HEAD_LOCK_USUAL,
    REQUEST_HASHES,
    TAKING_BACK,
    TIME_UNDER_THE_LOCK,
    TIME_UNDER_THE_LOCK_ALONE,
    TIME_UNDER_THE_LOCK_USUAL,
    USUAL,
    VERSION_CHECK,
    VERSION_CHECK_ALONE,
    VERSION_CHECK_AND_PLACE,
    VERSION_CHECK_AND_PLACE_ALONE,
    VERSION_CHECK_AND_PLACE_USUAL,
    VERSION_CHECK_USUAL,
    Change,
    taken_out,
)
from tests.application.event_store.test_races import intruding
from tests.event_store_contract import CLOCK, RADIO, VASE, appending

# Who is held up is held up for so long, and then gives up.
HASTE: Final = "-c lock_timeout=200ms"
TOMORROW: Final = """
SET session_replication_role = replica;
UPDATE store.event SET recorded_at = recorded_at + '1 day';
UPDATE store.partition_head SET recorded_at = recorded_at + '1 day' WHERE position > 0
"""


# -- Order --


def no_reader_passes_what_commits_later(place: Place) -> Sequence[str]:
    """Somebody's commit takes long; another one comes, and a reader reads meanwhile."""
    hasty = place.opened(make_conninfo(place.urls.writer, options=HASTE))
    slow = place.held_up(1)
    with suppress(StoreUnavailable):
        hasty.append([appending((a_shelf(), 0, [CLOCK]))])
    seen = [each.position for each in place.log()]
    slow.commit()
    seen += [each.position for each in place.log(after=max(seen, default=0))]
    return [
        f"the reader never saw {each.position}"
        for each in place.log()
        if each.position not in seen
    ]


def what_is_rolled_back_leaves_no_gap(place: Place) -> Sequence[str]:
    """Somebody rolls back what he had written, and others go on."""
    place.store.append([appending((a_shelf(), 0, [VASE]))])
    place.held_up(2).rollback()
    place.store.append([appending((a_shelf(), 0, [RADIO]))])
    positions = [each.position for each in place.log()]
    return [] if positions == [1, 2] else [f"positions are {positions}"]


def time_never_runs_backwards(place: Place) -> Sequence[str]:
    """Somebody sets the clock back by a day, and others go on."""
    place.store.append([appending((a_shelf(), 0, [VASE]))])
    place.owner.execute(TOMORROW)
    place.store.append([appending((a_shelf(), 0, [CLOCK]))])
    before, after = (each.recorded_at for each in place.log())
    return [] if before <= after else [f"{after} was written after {before}"]


def versions_follow_each_other(place: Place) -> Sequence[str]:
    """Somebody appends at a version that the stream has not reached, or has left."""
    shelf = a_shelf()
    place.store.append([appending((shelf, 0, [VASE]))])
    for version in (4, 0):
        with suppress(psycopg.errors.UniqueViolation):
            place.store.append([appending((shelf, version, [CLOCK]))])
    place.store.append([appending((shelf, 1, [RADIO]))])
    versions = [each.version for each in place.log()]
    return [] if versions == [1, 2] else [f"versions are {versions}"]


def an_ask_is_written_whole_or_not_at_all(place: Place) -> Sequence[str]:
    """Of three parts of an ask the last comes too late."""
    shelves = [a_shelf() for _ in range(3)]
    place.store.append([appending((shelves[2], 0, [VASE]))])
    parts = [(shelf, 0, [CLOCK]) for shelf in shelves]
    place.store.append([appending(*parts)])
    written = [each.event for each in place.log() if each.event == CLOCK]
    return [f"{len(written)} of its parts are written"] if written else []


# -- Once --


def of_two_processes_each_counts_with_the_other(place: Place) -> Sequence[str]:
    """There is room for one more thing, and two processes have each read so."""
    shelf = a_shelf()
    place.store.append([appending((shelf, 0, [VASE, CLOCK]))])
    late = Overtaken(place.store, intruding(shelf, 2, "radio"))
    CommandHandler(late).handle([put_up("lamp", shelf)])
    things = len(place.store.stream(shelf))
    return [f"{things} things on a shelf"] if things > ROOM else []


class Overtaken:
    """A store of a process that another one is always just before."""

    def __init__(self, store: PostgresEventStore, first: Append) -> None:
        self._store, self._first = store, [first]
        self.partitions, self.load = store.partitions, store.load

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        while self._first:
            self._store.append([self._first.pop()])
        return self._store.append(appends)


def a_command_asked_again_is_written_once(place: Place) -> Sequence[str]:
    """Somebody asks the same under one name: twice at once, and once more."""
    ask = appending((a_shelf(), 0, [VASE]), command_id=uuid4())
    again = replace(ask, streams=(replace(ask.streams[0], version=1),))
    outcomes = [*place.store.append([ask, again]), *place.store.append([again])]
    receipts = {
        each.leaves if isinstance(each, Receipt) else repr(each) for each in outcomes
    }
    wrong = [f"written {len(place.log())} times"] if len(place.log()) != 1 else []
    return wrong + (["told otherwise"] if len(receipts) != 1 else [])


def another_request_is_never_taken_for_the_first(place: Place) -> Sequence[str]:
    """Something else is asked under a name that was used."""
    shelf, command = a_shelf(), uuid4()
    place.store.append([appending((shelf, 0, [VASE]), command_id=command)])
    other = appending(
        (shelf, 1, [CLOCK]), command_id=command, request_hash=b"something else"
    )
    (outcome,) = place.store.append([other])
    told = "was told that it is done" if isinstance(outcome, Receipt) else ""
    written = "was written" if len(place.log()) > 1 else ""
    return [each for each in (told, written) if each]


Check: TypeAlias = Callable[[Place], Sequence[str]]

# What may go wrong, and the protection of store.append that keeps it from it.
CHECKS: Final[Sequence[tuple[Check, Sequence[Change]]]] = (
    (no_reader_passes_what_commits_later, HEAD_LOCK),
    (what_is_rolled_back_leaves_no_gap, HEAD_LOCK),
    (time_never_runs_backwards, TIME_UNDER_THE_LOCK),
    (versions_follow_each_other, VERSION_CHECK),
    (an_ask_is_written_whole_or_not_at_all, TAKING_BACK),
    (of_two_processes_each_counts_with_the_other, VERSION_CHECK_AND_PLACE),
    (a_command_asked_again_is_written_once, COMMAND_IDS),
    (another_request_is_never_taken_for_the_first, REQUEST_HASHES),
)

# An ask alone is taken by a function of its own, which has the same protections; what
# it finds unusual it leaves to store.append.
CHECKS_ALONE: Final[Sequence[tuple[Check, Sequence[Change]]]] = (
    (no_reader_passes_what_commits_later, HEAD_LOCK_ALONE),
    (what_is_rolled_back_leaves_no_gap, HEAD_LOCK_ALONE),
    (time_never_runs_backwards, TIME_UNDER_THE_LOCK_ALONE),
    (versions_follow_each_other, VERSION_CHECK_ALONE),
    (of_two_processes_each_counts_with_the_other, VERSION_CHECK_AND_PLACE_ALONE),
    (a_command_asked_again_is_written_once, COMMAND_IDS_ALONE),
    (another_request_is_never_taken_for_the_first, COMMAND_IDS_ALONE),
)

# So is a batch in which all is as usual.
CHECKS_USUAL: Final[Sequence[tuple[Check, Sequence[Change]]]] = (
    (no_reader_passes_what_commits_later, HEAD_LOCK_USUAL),
    (time_never_runs_backwards, TIME_UNDER_THE_LOCK_USUAL),
    (versions_follow_each_other, VERSION_CHECK_USUAL),
    (of_two_processes_each_counts_with_the_other, VERSION_CHECK_AND_PLACE_USUAL),
    (a_command_asked_again_is_written_once, COMMAND_IDS_USUAL),
    (another_request_is_never_taken_for_the_first, COMMAND_IDS_USUAL),
)


class InCompany(PostgresEventStore):
    """A store in which nobody asks alone: somebody always asks in another partition."""

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        company = appending((a_shelf(HERE - 1), 0, [VASE]))
        return super().append([*appends, company])[:-1]


@pytest.fixture
def in_company(place: Place) -> Place:
    return Place(place.urls, place.closing, InCompany)


def named(value: object) -> str:
    return getattr(value, "__name__", "")


@pytest.mark.parametrize("check", [check for check, _ in CHECKS], ids=named)
def test_it_is_so(check: Check, place: Place) -> None:
    assert check(place) == []


@pytest.mark.parametrize(("check", "protection"), CHECKS, ids=named)
def test_control_without_the_protection_it_is_not(
    check: Check, protection: Sequence[Change], place: Place
) -> None:
    with taken_out(place.owner, protection):
        assert check(place)


@pytest.mark.parametrize(("check", "protection"), CHECKS_ALONE, ids=named)
def test_control_nor_without_that_of_an_ask_alone(
    check: Check, protection: Sequence[Change], place: Place
) -> None:
    with taken_out(place.owner, protection, of=ALONE):
        assert check(place)


@pytest.mark.parametrize("check", [check for check, _ in CHECKS_USUAL], ids=named)
def test_it_is_so_in_company(check: Check, in_company: Place) -> None:
    assert check(in_company) == []


@pytest.mark.parametrize(("check", "protection"), CHECKS_USUAL, ids=named)
def test_control_nor_without_that_of_a_usual_batch(
    check: Check, protection: Sequence[Change], in_company: Place
) -> None:
    with taken_out(in_company.owner, protection, of=USUAL):
        assert check(in_company)
