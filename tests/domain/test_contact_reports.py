"""How a contact that another help desk runs is followed here, in sentences."""

from datetime import datetime
from functools import reduce
from itertools import permutations

import pytest
from msgspec.structs import replace

from domain.contact import (
    CONTACT,
    AssignContact,
    CloseContact,
    Contact,
    ContactCommand,
    ContactEvent,
    ContactLinked,
    ContactReported,
    LinkContact,
    ReopenContact,
    ReportContact,
    RunElsewhere,
    Write,
    allowed,
)
from domain.policy.book import Rulebook
from domain.timer import CheckClocks
from tests.domain.contacts import BOOK, DAY, HOUR, LI_MEI, MONDAY, SORRY, WANG
from tests.given import Given

TAKE = ReportContact(
    consumer="contact:desk:7",
    source="desk",
    number="7",
    step="assigned",
    by="anna",
    agent="anna",
    word="take",
)
RESOLVE = replace(TAKE, step="resolved", agent=None, word="resolve")
TAKE_UP = replace(TAKE, agent="bo", by="bo", taken_from="anna", reopens=True)


def told(command: ReportContact, at: datetime = MONDAY) -> ContactReported:
    return ContactReported(
        at=at,
        consumer=command.consumer,
        source=command.source,
        number=command.number,
        step=command.step,
        agent=command.agent,
        taken_from=command.taken_from,
        done_by=command.by,
        reopens=command.reopens,
        word=command.word,
        rank=command.rank,
    )


TAKEN = told(TAKE)
RESOLVED = told(RESOLVE, MONDAY + HOUR)
TAKEN_UP = told(TAKE_UP, MONDAY + DAY)


def given(
    *past: ContactEvent,
) -> Given[Contact, ContactCommand, ContactEvent, Rulebook]:
    return Given(CONTACT, BOOK, *past)


def known(*events: ContactEvent) -> Contact:
    return reduce(CONTACT.evolve, events, CONTACT.initial)


def test_a_step_is_kept_once_and_starts_no_clock() -> None:
    given().when(TAKE, at=MONDAY).then(TAKEN)
    given(TAKEN).when(TAKE, at=MONDAY).then()
    given(TAKEN, RESOLVED).when(CheckClocks(), at=MONDAY + 30 * DAY).then()


def test_the_same_step_told_twice_in_a_second_is_two() -> None:
    twin = replace(TAKE, rank=1)
    given(TAKEN).when(twin, at=MONDAY).then(told(twin))


def test_a_step_out_of_place_is_told_all_the_same() -> None:
    given().when(RESOLVE, at=MONDAY + HOUR).then(RESOLVED)
    given(RESOLVED).when(RESOLVE, at=MONDAY + DAY).then(told(RESOLVE, MONDAY + DAY))


@pytest.mark.parametrize("order", list(permutations((TAKEN, RESOLVED, TAKEN_UP))))
def test_in_whatever_order_steps_come_it_ends_in_one_state(
    order: tuple[ContactReported, ...],
) -> None:
    contact = known(*order)
    assert contact == known(TAKEN, RESOLVED, TAKEN_UP)
    assert (contact.status, contact.agent) == ("open", "bo")
    assert (contact.resolutions, contact.reopenings) == (1, 1)
    assert contact.opened_at == MONDAY


def test_a_resolved_contact_is_closed_until_somebody_goes_on() -> None:
    assert known(TAKEN, RESOLVED).status == "closed"
    note = told(replace(TAKE, step="noted", agent=None, word="x"), MONDAY + DAY)
    assert known(TAKEN, RESOLVED, note).status == "closed"
    assert known(TAKEN, RESOLVED, TAKEN_UP).status == "open"
    again = told(replace(RESOLVE, reopens=True), MONDAY + DAY)
    assert known(TAKEN, RESOLVED, again).status == "closed"


@pytest.mark.parametrize(
    "command",
    [
        Write(by=WANG, message="2", words=SORRY),
        AssignContact(by=WANG, agent="wang"),
        CloseContact(by=LI_MEI, outcome="answered"),
        ReopenContact(by=WANG, reason="more"),
    ],
)
def test_what_another_desk_runs_is_answered_there(
    command: Write | AssignContact | CloseContact | ReopenContact,
) -> None:
    given(TAKEN, RESOLVED).when(command, at=MONDAY + DAY).refused(RunElsewhere)
    assert type(command) not in allowed(known(TAKEN, RESOLVED), command.by)


def test_it_may_be_tied_to_what_it_is_about() -> None:
    link = LinkContact(by=WANG, noun="order", target="T-100")
    linked = ContactLinked(at=MONDAY, by=WANG, noun="order", target="T-100")
    given(TAKEN).when(link, at=MONDAY).then(linked)
    given(TAKEN, RESOLVED).when(link, at=MONDAY).then(linked)
    assert LinkContact in allowed(known(TAKEN), WANG)
