"""A history as a person reads it."""

from collections.abc import Sequence
from typing import get_args

import pytest

from application.audit.replay import Open, replay
from application.audit.spelt import coded, span
from application.audit.state import NoSuchStream
from application.audit.words import PROMISES, SENTENCES, plain_words, promise
from application.event_store.mapper import tag_of
from application.people import ERASED, MemoryKeys, People
from domain.agent_promise import PromiseKept as AgentKept
from domain.events import ALL_EVENTS
from domain.ids import compose
from domain.order import (
    NoteRecorded,
    ParcelHandedOver,
    PromiseBreached,
    PromiseKept,
    ReviewRecorded,
    ScanRecorded,
)
from domain.party import By
from domain.promise import PromiseKind
from domain.timer import TimerMet, TimerPaused, TimerStarted
from interface.wording import LANGUAGES
from tests.application.audit.histories import STREAM, Told, recorded, spoilt, told
from tests.domain.orders import MONDAY, SHIP_BY, TUESDAY, WEDNESDAY, captured, placed

LATE = "比说好的晚了两天"


def reading(people: People) -> Open:
    def open_sealed(consumer: str, sealed: Sequence[str]) -> list[str | None]:
        pairs = [(consumer, each) for each in sealed]
        return people.open_many(pairs, actor="auditor:1")

    return open_sealed


def test_every_event_has_its_sentence_and_every_field_named_is_there() -> None:
    assert set(SENTENCES) == {tag_of(event_type) for event_type in ALL_EVENTS}


def test_a_line_says_who_what_and_when_it_happened_and_was_known() -> None:
    [line, _] = replay(
        told((captured, MONDAY, TUESDAY), (placed, MONDAY, TUESDAY)), STREAM
    )

    assert (line.version, line.position) == (1, "3.101")
    assert (line.occurred_at, line.recorded_at) == (MONDAY, TUESDAY)
    assert (line.actor, line.type) == ("feed:shop", "order.payment_captured")
    assert line.words == (
        "payment P-1 captured: 400.00 CNY by wechat, 50.00 CNY by voucher"
    )
    assert line.leaf == "01" * 32


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            placed,
            (
                "anna placed order A-1 at shop in the content channel, sold by clip-9 "
                "room-3: 2 jacket for 400.00 CNY, 1 hat for 50.00 CNY; with shop-1 "
                "(merchant, room_seller), host-7 (creator, room_seller); "
                "shown: ship-48h"
            ),
        ),
        (
            PromiseKept(
                at=TUESDAY,
                promise=SHIP_BY,
                due_at=WEDNESDAY,
                ahead_seconds=86_400,
                evidence="SF1/picked_up",
            ),
            "promise to ship (merchant) kept, 1 d ahead (SF1/picked_up)",
        ),
        (
            PromiseBreached(
                at=WEDNESDAY,
                promise=SHIP_BY,
                due_at=TUESDAY,
                first_due_at=TUESDAY,
            ),
            "promise to ship (merchant), due 2026-11-24 09:00:00Z, breached",
        ),
        (
            ScanRecorded(at=MONDAY, parcel="SF1", scan="x", code="picked_up", rank=0),
            "parcel SF1 scanned: picked_up",
        ),
        (
            ParcelHandedOver(at=MONDAY, parcel="whole"),
            "parcel (all of it) handed over to the carrier",
        ),
    ],
)
def test_events_are_told_in_plain_words(event: PromiseKept, words: str) -> None:
    assert plain_words(event, str) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (172_800, "2 d"),
        (90_005, "1 d 1 h 5 s"),
        (-3_660, "-1 h 1 min"),
    ],
)
def test_a_span_is_told_to_the_second_by_the_units_it_has(
    seconds: int, words: str
) -> None:
    assert span(seconds) == words


def test_who_is_to_do_what_is_said_in_words_with_the_code_of_its_rule_beside() -> None:
    told_by = [
        started("answer", "answer.refund_shipped"),
        TimerMet(at=TUESDAY, timer="answer", seconds_left=172_800),
        started("pay_refund", "pay_refund"),
        TimerMet(at=TUESDAY, timer="pay_refund", seconds_left=-60),
        TimerPaused(
            at=MONDAY, timer="evidence.merchant/2", reason="frozen", seconds_left=0
        ),
    ]

    assert [plain_words(event, str, LANGUAGES["en"].word) for event in told_by] == [
        (
            "merchant is to answer the request for a refund without return "
            "(answer.refund_shipped), clock answer, by 2026-11-25 09:00:00Z, "
            "under p.r@1"
        ),
        "answer: done, 2 d left",
        (
            "merchant is to pay the refund out (pay_refund) by 2026-11-25 09:00:00Z, "
            "under p.r@1"
        ),
        "pay the refund out (pay_refund): done, 1 min late",
        (
            "the clock of hand in the merchant's evidence (evidence.merchant/2) stands "
            "still, 0 s left: frozen"
        ),
    ]


def started(timer: str, step: str) -> TimerStarted:
    return TimerStarted(
        at=MONDAY,
        timer=timer,
        step=step,
        owes="merchant",
        seconds=172_800,
        due_at=WEDNESDAY,
        on_breach="agree",
        policy="p.r@1",
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("in_transit", "in transit"),
        ("refund_shipped", "refund only (refund_shipped)"),
        ("damaged", "damaged"),
        ("SF1/picked_up", "SF1/picked_up"),
        ("their_own_word", "their_own_word"),
    ],
)
def test_a_code_is_said_twice_only_where_its_words_are_others(
    code: str, words: str
) -> None:
    assert coded(code, LANGUAGES["en"].word) == words


@pytest.mark.parametrize(
    ("late_seconds", "words"),
    [(0, "agent wei kept it (c-1)"), (60, "agent wei kept it (c-1), 1 min late")],
)
def test_a_word_kept_in_time_is_not_said_to_be_late(
    late_seconds: int, words: str
) -> None:
    kept = AgentKept(
        at=MONDAY,
        by=By(role="agent", name="wei"),
        evidence="c-1",
        late_seconds=late_seconds,
    )

    assert plain_words(kept, str) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("deliver_by/order/platform", "promise to deliver (platform)"),
        (
            "return_within/line-2/creator/host-7",
            "right to return (line 2, creator host-7)",
        ),
        ("sing_by/order/merchant", "sing_by/order/merchant"),
        ("ship_by", "ship_by"),
    ],
)
def test_a_promise_is_named_in_words(name: str, words: str) -> None:
    assert promise(name) == words


def test_every_kind_of_promise_has_its_words() -> None:
    assert set(PROMISES) == set(get_args(PromiseKind))


def test_sealed_words_stay_sealed_unless_they_are_opened() -> None:
    keys = MemoryKeys()
    people = People(keys, b"m" * 32)
    review = ReviewRecorded(
        at=TUESDAY, review="R-1", score=2, words=people.seal("anna", LATE)
    )
    foreign = NoteRecorded(at=TUESDAY, words=people.seal("ben", "not hers"))
    gone = NoteRecorded(at=TUESDAY, words=ERASED)
    history = told(
        (placed, MONDAY, MONDAY),
        (review, TUESDAY, TUESDAY),
        (foreign, TUESDAY, TUESDAY),
        (gone, TUESDAY, TUESDAY),
    )

    closed = [line.words for line in replay(history, STREAM)][1:]
    opened = [line.words for line in replay(history, STREAM, reading(people))][1:]

    assert closed == [
        "review R-1: 2 of 5, (sealed)",
        "a note: (sealed)",
        "a note: (erased)",
    ]
    assert opened == [
        f"review R-1: 2 of 5, “{LATE}”",
        "a note: (sealed for somebody else)",
        "a note: (erased)",
    ]
    assert {actor for actor, _ in keys.accesses} == {"auditor:1"}


def test_opened_words_cannot_steer_a_terminal() -> None:
    people = People(MemoryKeys(), b"m" * 32)
    note = NoteRecorded(at=TUESDAY, words=people.seal("anna", "a\x1b[2J\nb"))
    history = told((placed, MONDAY, MONDAY), (note, TUESDAY, TUESDAY))

    lines = replay(history, STREAM, reading(people))

    assert lines[1].words == "a note: “a [2J b”"


def test_erased_words_are_shown_as_erased() -> None:
    keys = MemoryKeys()
    people = People(keys, b"m" * 32)
    note = NoteRecorded(at=TUESDAY, words=people.seal("anna", LATE))
    keys.erase(["anna"])
    history = told((placed, MONDAY, MONDAY), (note, TUESDAY, TUESDAY))

    lines = replay(history, STREAM, reading(people))

    assert lines[1].words == "a note: (erased)"


def test_a_line_that_cannot_be_read_says_so_and_the_rest_is_told() -> None:
    history = Told(
        recorded(1, placed, MONDAY, MONDAY),
        spoilt(2, TUESDAY),
        recorded(3, captured, MONDAY, WEDNESDAY),
    )

    lines = replay(history, STREAM)

    assert [line.version for line in lines] == [1, 2, 3]
    assert lines[1].words == "(cannot be read: no event type has this tag)"


def test_a_stream_nobody_wrote_to_is_said_to_be_missing() -> None:
    with pytest.raises(NoSuchStream):
        replay(told((placed, MONDAY, MONDAY)), compose(9, 9, 9))
