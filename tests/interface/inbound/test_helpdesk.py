"""A help desk's log: every ticket a contact, every step kept."""

import gzip
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from application.event_store.connections import connection_pool
from application.inbound import ContactNumber, UnknownCode, Untranslatable
from application.projections.matter_rows import Matters
from application.projections.runner import Runner
from application.projections.stats import ContactStats, read_stats
from application.projections.timeline import Timeline
from domain.contact import CONTACT, Contact, ReportContact
from interface.errors import UserError
from interface.inbound.feed import Feed, FeedReport
from interface.inbound.helpdesk_files import count_traces, read_log
from interface.inbound.messages import messages_in
from interface.inbound.xes import NoLog, read_trace, slices
from tests.interface.inbound.conftest import Road, reports_in
from tests.shared_data import recorded

ANNA, BO = "Anna", "Bo"


def event(activity: str, at: str, by: str | None = ANNA) -> str:
    who = f'<string key="org:resource" value="{by}"/>' if by else ""
    return (
        f'<event><string key="concept:name" value="{activity}"/>{who}'
        f'<date key="time:timestamp" value="2013-03-{at}+00:00"/></event>'
    )


def trace(*events: str, name: str = "Case 7") -> str:
    return (
        f'<trace><string key="concept:name" value="{name}"/>{"".join(events)}</trace>'
    )


def log(*traces: str, head: str = "") -> bytes:
    body = f'{head}<log xmlns="http://www.xes-standard.org/">{"".join(traces)}</log>'
    return body.encode()


def steps(*events: str) -> list[ReportContact]:
    """Return the steps that a ticket of these events takes."""
    commands = [each.command for each in reports_in("helpdesk", log(trace(*events)))]
    return [each for each in commands if isinstance(each, ReportContact)]


TAKEN = event("Take in charge ticket", "01T09:00:00")
WAITED = event("Wait", "01T10:00:00")
TAKEN_OVER = event("Take in charge ticket", "02T09:00:00", BO)
RESOLVED = event("Resolve ticket", "03T09:00:00", BO)
CLOSED = event("Closed", "04T09:00:00")
STORY = (TAKEN, WAITED, TAKEN_OVER, RESOLVED, CLOSED)


# -- What a ticket says --


def test_a_ticket_is_a_contact_of_a_consumer_named_after_it() -> None:
    (first, *_) = reports_in("helpdesk", log(trace(*STORY)))
    consumer = "contact:helpdesk:Case_7"
    assert first.reference == ContactNumber("helpdesk", "Case_7", consumer)
    assert first.occurred_at.isoformat() == "2013-03-01T09:00:00+00:00"


def test_a_ticket_is_taken_waits_is_taken_over_resolved_and_closed() -> None:
    told = [(each.step, each.agent, each.taken_from) for each in steps(*STORY)]
    assert told == [
        ("assigned", "Anna", None),
        ("waiting", None, None),
        ("assigned", "Bo", "Anna"),
        ("resolved", None, None),
        ("closed", None, None),
    ]
    assert not any(each.reopens for each in steps(*STORY))


@pytest.mark.parametrize(
    ("then", "reopens"),
    [
        (event("Take in charge ticket", "05T09:00:00"), True),
        (event("Wait", "05T09:00:00"), True),
        (event("Assign seriousness", "05T09:00:00"), True),
        (event("Resolve ticket", "05T09:00:00"), True),
        (event("Closed", "05T09:00:00"), False),
        (event("VERIFIED", "05T09:00:00"), False),
    ],
)
def test_work_after_its_end_takes_a_ticket_up_again(then: str, reopens: bool) -> None:  # noqa: FBT001  # a column of the table
    assert steps(*STORY, then)[-1].reopens is reopens


def test_a_step_told_twice_in_one_second_reopens_nothing() -> None:
    twice = steps(TAKEN, RESOLVED, RESOLVED)
    assert [(each.step, each.rank, each.reopens) for each in twice[1:]] == [
        ("resolved", 0, False),
        ("resolved", 1, False),
    ]


def test_steps_are_told_in_the_order_of_their_times() -> None:
    assert steps(*reversed(STORY)) == steps(*STORY)


def test_names_that_cannot_be_spelt_here_go_by_their_digest() -> None:
    (told,) = steps(event("Take in charge ticket", "01T09:00:00", "王小明"))
    assert told.agent is not None
    assert len(told.agent) == 32


def test_nobody_need_be_named() -> None:
    (told,) = steps(event("Take in charge ticket", "01T09:00:00", None))
    assert (told.by, told.agent) == (None, None)


def test_an_activity_nobody_knows_is_set_aside_by_its_name() -> None:
    with pytest.raises(UnknownCode) as fault:
        steps(TAKEN, event("Ponder", "02T09:00:00"))
    assert fault.value.reason == "unknown_code:concept:name=Ponder"


@pytest.mark.parametrize(
    "broken",
    [
        trace(event("Wait", "01 at nine")),
        trace(event("Wait", "01T09:00:00"), name=""),
        trace("<event/>"),
    ],
)
def test_what_does_not_fit_is_set_aside(broken: str) -> None:
    with pytest.raises(Untranslatable):
        reports_in("helpdesk", log(broken))


# -- Logs --


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_a_log_is_cut_into_its_traces_byte_for_byte(size: int) -> None:
    traces = [trace(*STORY, name=f"Case {number} é>") for number in range(3)]
    traces += ["<trace\n/>", "<trace><trace></trace><event/></trace>"]
    body = log(*traces)
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    assert [each.body.decode() for each in slices(chunks)] == traces


def test_a_document_type_is_refused_with_all_its_entities() -> None:
    bomb = '<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    with pytest.raises(NoLog, match="document type"):
        list(slices([log(trace(*STORY), head=bomb)]))
    with pytest.raises(NoLog, match="document type"):
        read_trace(bomb.encode() + trace(*STORY).encode())


def test_what_is_no_xml_is_kept_with_the_reason() -> None:
    (raw,) = messages_in("helpdesk", b"{}", "http")
    assert raw.fault is not None
    assert "no XML" in raw.fault


def test_what_stands_before_the_broken_place_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_bytes(log(trace(*STORY))[: -len("</log>")] + b"<trace><oops></trace>")
    (first, last) = read_log("helpdesk", path)
    assert isinstance(first, list)
    assert first[0].fault is None
    assert isinstance(last, list)
    assert last[0].fault is not None
    assert count_traces([path]) == 1


def test_a_compressed_log_cut_short_is_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "log.xes.gz"
    path.write_bytes(gzip.compress(log(trace(*STORY)))[:-20])
    with pytest.raises(UserError, match="not whole"):
        list(read_log("helpdesk", path))


# -- The road --


def feed(road: Road, path: Path) -> FeedReport:
    taken = Feed(road.inbound, "helpdesk", road.catch_up, read_log)
    return taken.take([path], lambda _: None, lambda: False)


def contact(road: Road, number: str) -> Contact:
    name = ContactNumber("helpdesk", number, f"contact:helpdesk:{number}")
    (meant,) = road.inbound._addressing.find([name])[name]  # noqa: SLF001  # the only one who knows where it lies
    history = road.event_store.load([meant.stream_id]).histories[meant.stream_id]
    events: list[Any] = [each.event for each in history]
    return reduce(CONTACT.evolve, events, CONTACT.initial)


def read_on(road: Road) -> ContactStats:
    """Return what the statistics say once the board has read everything."""
    with (
        connection_pool(road.urls.projector) as projector,
        connection_pool(road.urls.reader) as reader,
    ):
        assert Runner([Matters(), Timeline()], projector).catch_up()
        return read_stats(reader).contacts


def test_a_longer_log_tells_only_what_is_new(road: Road, tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    again = event("Take in charge ticket", "05T09:00:00", BO)
    for events in (STORY[:2], STORY, (*STORY, again)):
        path.write_bytes(log(trace(*events)))
        assert feed(road, path).new == 1
    ticket = contact(road, "Case_7")
    assert len(ticket.reports) == len(STORY) + 1
    assert (ticket.status, ticket.agent, ticket.reopenings) == ("open", "Bo", 1)


def test_parts_of_a_ticket_told_in_any_order_end_in_one_state(
    road: Road, tmp_path: Path
) -> None:
    path = tmp_path / "log.xes"
    for events in (STORY, STORY[:3], STORY[:1]):
        path.write_bytes(log(trace(*events)))
        feed(road, path)
    assert contact(road, "Case_7").status == "closed"
    assert len(contact(road, "Case_7").reports) == len(STORY)


def test_the_whole_log_is_taken_in_once(road: Road) -> None:
    """What the log's own figures are, the board and the statistics say too."""
    path = recorded("event_logs", "helpdesk.xes.gz")
    first = feed(road, path)
    assert (first.new, first.states) == (4580, {"translated": 4580})
    again = feed(road, path)
    assert (again.new, again.known) == (0, 4580)
    stats = read_on(road)
    assert stats.total == 4580
    assert sum(stats.steps_told.values()) == 21_348
    assert stats.steps_told == {
        "opened": 118,
        "assigned": 5060,
        "waiting": 1463,
        "resolved": 4983,
        "closed": 4574,
        "noted": 5150,
    }
    assert stats.resolved_again == 386
    assert (stats.reopened, stats.reopenings, stats.taken_over) == (303, 327, 321)
