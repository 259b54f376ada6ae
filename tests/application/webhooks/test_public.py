"""What others are told: in public words, whole, and nothing that is not for them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pytest
from msgspec import json

from application.event_store.envelope import RecordedEvent
from application.projections.back_office import ALWAYS, HIDDEN
from application.projections.entries import code_of
from application.webhooks.endpoints import (
    NoSuchType,
    NotAnEndpoint,
    check_types,
    check_url,
    fits,
)
from application.webhooks.outward import CloudEvent, cloud_event, ping
from application.webhooks.public import PUBLIC, TYPES, told_of, type_of
from application.webhooks.schedule import ATTEMPTS_MAX, Attempt, seconds_to_next
from domain.after_sales import CaseClosed, CaseOpened, RulingExecuted
from domain.dispute import Award, DisputeOpened, RulingIssued
from domain.events import ALL_EVENTS, AnyEvent
from domain.kernel import Event
from domain.money import Money
from domain.order import ClaimItem
from domain.party import By
from domain.timer import TimerExtended, TimerStarted
from tests.shared_data import recorded

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = UUID("5e0e35a0-6f43-4e0b-9b2b-2f6d6a7d1c02")
CASE, DISPUTE = uuid5(NAMES, "case"), uuid5(NAMES, "dispute")
ORDER = str(uuid5(NAMES, "order"))
LI_MEI = By(role="consumer", name="li-mei")
OTTO = By(role="arbiter", name="otto")
YUAN_400 = Money(40_000, "CNY")
JACKET = (ClaimItem(line=1, quantity=1, amount=YUAN_400),)
POLICY = "shop.answer@1"
GOLDEN = sorted((Path(__file__).parents[2] / "architecture/events").glob("*.json"))

opened = CaseOpened(
    at=MONDAY,
    by=LI_MEI,
    order=ORDER,
    consumer="li-mei",
    merchant="tea-house",
    type="return_refund",
    items=JACKET,
    reason=7,
)
started = TimerStarted(
    at=MONDAY,
    timer="answer/1",
    step="answer",
    owes="merchant",
    seconds=48 * 3600,
    due_at=MONDAY + 48 * HOUR,
    on_breach="agree",
    policy=POLICY,
)
put_off = TimerExtended(
    at=MONDAY + HOUR,
    timer="answer/1",
    due_at=MONDAY + 72 * HOUR,
    seconds=24 * 3600,
    reason="typhoon",
    by="otto",
    role="arbiter",
    policy=POLICY,
)
closed = CaseClosed(at=MONDAY + 2 * HOUR, why="withdrawn")
disputed = DisputeOpened(
    at=MONDAY,
    by=LI_MEI,
    order=ORDER,
    case=str(CASE),
    consumer="li-mei",
    merchant="tea-house",
    issue="counterfeit",
)
ruled = RulingIssued(
    at=MONDAY + HOUR,
    by=OTTO,
    number=1,
    result="support_consumer",
    findings=(),
    awards=(Award(kind="refund", amount=YUAN_400, payer="merchant", policy=POLICY),),
)
carried_out = RulingExecuted(
    at=MONDAY + 2 * HOUR, by=OTTO, dispute=str(DISPUTE), items=JACKET
)


def stream(stream_id: UUID, *events: Event) -> list[RecordedEvent]:
    return [
        RecordedEvent(
            stream_id=stream_id,
            version=version,
            partition=7,
            position=100 + version,
            occurred_at=getattr(event, "at", MONDAY),
            recorded_at=getattr(event, "at", MONDAY) + timedelta(seconds=version),
            actor="service:feed",
            command_id=UUID(int=version),
            correlation_id=UUID(int=version),
            leaf=bytes(32),
            event=event,
        )
        for version, event in enumerate(events, 1)
    ]


def told(event: CloudEvent) -> dict[str, Any]:
    """Return an event as a receiver reads it."""
    found: dict[str, Any] = json.decode(json.encode(event))
    return found


def test_a_clock_that_was_put_off_is_told_with_its_new_time_and_why() -> None:
    event = told(cloud_event(stream(CASE, opened, started, put_off)))
    assert event["type"] == "redress.clock.extended.v1"
    happened = event["data"]["happened"]
    assert happened["due_at"] == "2026-11-26T09:00:00Z"
    assert (happened["seconds"], happened["reason"]) == (86400, "typhoon")
    assert happened["by"] == "redress", "of the service's people nobody is named"
    (clock,) = event["data"]["clocks"]
    assert (clock["owes"], clock["due_at"]) == ("merchant", "2026-11-26T09:00:00Z")


def test_whoever_is_told_knows_whether_it_is_over() -> None:
    before = told(cloud_event(stream(CASE, opened, started)))
    after = told(cloud_event(stream(CASE, opened, started, closed)))
    assert before["data"]["about"]["terminal"] is False
    assert after["data"]["about"]["terminal"] is True
    assert after["data"]["about"]["status"] == "closed"
    assert after["data"]["about"]["href"] == f"/v1/cases/{CASE}"


def test_the_ruling_is_inside_the_event_of_its_dispute_and_of_its_case() -> None:
    dispute = stream(DISPUTE, disputed, ruled)
    case = stream(CASE, opened, carried_out)
    for event in (cloud_event(dispute), cloud_event(case, {DISPUTE: dispute})):
        ruling = told(event)["data"]["ruling"]
        assert ruling["result"] == "support_consumer"
        assert ruling["awards"][0]["amount"] == {"minor": 40000, "currency": "CNY"}
        assert ruling["dispute"] == str(DISPUTE)
    assert "ruling" not in told(cloud_event(dispute[:1]))["data"], "not before it fell"


def test_a_type_means_one_event_and_reads_like_the_others() -> None:
    assert len(TYPES) == len(PUBLIC)
    assert all(re.fullmatch(r"redress(\.[a-z_]+){2}\.v1", each) for each in TYPES)


def test_what_is_the_services_own_is_told_nobody() -> None:
    own = {code for code, when in HIDDEN.items() if when == ALWAYS}
    assert own <= {code_of_type(each) for each in ALL_EVENTS}
    assert not own & {code_of_type(each) for each in PUBLIC}
    acknowledging = msgspec.structs.replace(started, timer="acknowledge/1")
    assert type_of(acknowledging) is None


def code_of_type(event_type: type[Event]) -> str:
    return str(event_type.__struct_config__.tag)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_no_words_of_anybody_leave_and_every_fact_has_its_name(path: Path) -> None:
    event = json.decode(path.read_bytes(), type=AnyEvent)
    if type_of(event) is None:
        return
    facts = told_of(event)
    assert "sealed:" not in json.encode(facts).decode()
    assert set(facts) <= set(PUBLIC[type(event)].facts), code_of(event)


# -- CloudEvents 1.0 --

REQUIRED = ("specversion", "id", "source", "type")
NAME = re.compile(r"[a-z0-9]{1,20}")


def valid(attributes: dict[str, Any]) -> bool:
    """Say whether these are the attributes of a CloudEvent 1.0."""
    attributes = {name: value for name, value in attributes.items() if name != "data"}
    text = all(isinstance(value, str) and value for value in attributes.values())
    named = all(NAME.fullmatch(name) for name in attributes)
    known = all(name in attributes for name in REQUIRED)
    if not (text and named and known) or attributes["specversion"] != "1.0":
        return False
    time = attributes.get("time")
    return time is None or datetime.fromisoformat(time).utcoffset() is not None


def examples() -> list[dict[str, Any]]:
    """Return the attributes of the standard's own smallest examples."""
    text = recorded("standards", "cloudevents", "yaml", "v1.0", "v1_minimum.yaml")
    found = []
    for document in text.read_text().split("\n---"):
        lines = re.findall(r"^  ([a-z]+): (.*)$", document, re.MULTILINE)
        found.append(dict(lines))
    return found


def test_what_is_told_is_a_cloudevent_as_the_standards_examples_are() -> None:
    ours = [
        told(cloud_event(stream(CASE, opened, started))),
        told(ping("ping_1", CASE, MONDAY)),
    ]
    for attributes in [*examples(), *ours]:
        assert valid(attributes), attributes
        for name in REQUIRED:
            assert not valid({n: v for n, v in attributes.items() if n != name})
    assert "." not in ours[0]["id"], "it is signed between two full stops"
    assert ours[0]["position"] == "7.102"


# -- Where, what, and how often --


def test_webhooks_go_to_https_addresses_without_anything_hidden_in_them() -> None:
    check_url("https://shop.example.com/redress?shop=7")
    check_url("http://127.0.0.1:8080/", loopback=True)
    for url in (
        "http://shop.example.com/",
        "http://127.0.0.1:8080/",
        "https://me:secret@shop.example.com/",
        "https://shop.example.com/#there",
        "https://",
        "https://shop.example.com:port/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://./",
    ):
        with pytest.raises(NotAnEndpoint):
            check_url(url)
    with pytest.raises(NotAnEndpoint):
        check_url("http://shop.example.com/", loopback=True)


def test_a_pattern_is_a_type_or_how_it_begins() -> None:
    check_types(["*", "redress.case.*", "redress.case.opened.v1"])
    assert fits("redress.case.*", "redress.case.opened.v1")
    assert not fits("redress.case.opened.v1", "redress.case.opened.v2")
    with pytest.raises(NoSuchType):
        check_types(["redress.case.opend.v1"])


def test_it_is_tried_for_three_days_and_then_given_up() -> None:
    failed = Attempt(status=500, failure="status")
    waits = [seconds_to_next(made, failed) for made in range(1, ATTEMPTS_MAX + 1)]
    assert waits[:4] == [5, 300, 1800, 7200]
    assert waits[-1] is None
    assert sum(filter(None, waits)) == 75 * 3600 + 35 * 60 + 5


def test_whoever_asks_for_time_gets_a_day_at_most_and_whoever_is_gone_is_left() -> None:
    later = Attempt(status=503, failure="status", retry_after_seconds=600)
    much_later = Attempt(status=503, failure="status", retry_after_seconds=10**9)
    assert seconds_to_next(1, later) == 600
    assert seconds_to_next(1, much_later) == 86400
    assert seconds_to_next(1, Attempt(status=410, failure="status")) is None
