"""Every event can be said in Chinese and in English."""

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from application.projections.entries import code_of, facts_of
from domain.dispute import DisputeStatus, OfferType, Result
from domain.events import ALL_EVENTS, AnyEvent
from domain.kernel import Event
from domain.order.claims import ClaimKind
from domain.order.values import (
    CancelledBy,
    ContradictionCode,
    ExceptionCode,
    ScanCode,
    SignedBy,
)
from domain.policy.rows import Issue
from domain.promise import PromiseKind, PromiseSource
from interface.wording import LANGUAGES, said
from interface.wording.sentences import SENTENCES
from interface.wording.words import WORDS
from tests.architecture.test_events import GOLDEN

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("kind", ALL_EVENTS, ids=lambda kind: kind.__name__)
def test_every_event_has_its_sentences(kind: type[Event]) -> None:
    tag = str(kind.__struct_config__.tag)
    chinese, english = SENTENCES[tag]
    assert chinese
    assert english


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_event_ever_written_is_said_in_words(path: Path) -> None:
    event = msgspec.json.decode(path.read_bytes(), type=AnyEvent)
    facts = msgspec.to_builtins(facts_of(event))
    text = said(code_of(event), facts)
    assert HAN.search(text["zh-CN"]), "in Chinese"
    assert not HAN.search(text["en"]), "in English"
    assert code_of(event) not in text.values(), "and not as a tag"
    assert "{" not in "".join(text.values())


@pytest.mark.parametrize(
    "codes",
    [
        ContradictionCode,
        ExceptionCode,
        SignedBy,
        CancelledBy,
        PromiseKind,
        PromiseSource,
        ClaimKind,
    ],
)
def test_every_code_of_ours_has_its_words(codes: Any) -> None:
    assert set(get_args(codes)) <= WORDS.keys()


def test_every_scan_has_its_words() -> None:
    known = {code.removeprefix("exception:") for code in get_args(ScanCode)}
    assert known <= WORDS.keys()


def test_somebody_elses_word_is_shown_as_it_is() -> None:
    text = said("order.cancelled", {"by": "merchant", "reason": "SOLD-OUT"})
    assert text["en"] == "Cancelled by the merchant: SOLD-OUT"


def test_a_tag_of_another_version_stands_for_itself() -> None:
    assert said("order.teleported", {})["en"] == "order.teleported"


def test_a_chinese_reader_lives_by_the_clock_of_shanghai() -> None:
    moment = "2026-03-02T20:30:00Z"
    assert LANGUAGES["zh-CN"].moment(moment) == "2026年3月3日 04:30"
    assert LANGUAGES["en"].moment(moment) == "2026-03-02 20:30 UTC"


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [
        (0, "0 秒", "0 s"),
        (59, "59 秒", "59 s"),
        (3600, "1 小时", "1 h"),
        (18720, "5 小时 12 分", "5 h 12 min"),
        (2 * 86400 + 3661, "2 天 1 小时", "2 d 1 h"),
    ],
)
def test_a_span_is_told_by_its_two_largest_units(
    seconds: int, chinese: str, english: str
) -> None:
    assert LANGUAGES["zh-CN"].span(seconds) == chinese
    assert LANGUAGES["en"].span(seconds) == english


def test_money_is_written_as_its_readers_write_it() -> None:
    assert LANGUAGES["zh-CN"].money(12900, "CNY") == "¥129.00"
    assert LANGUAGES["en"].money(500, "JPY") == "¥500"


def test_every_code_of_a_dispute_has_its_words() -> None:
    codes = {
        "stands": set(get_args(DisputeStatus)) - {"none"},
        "issue": set(get_args(Issue)),
        "offer": set(get_args(OfferType)),
        "result": set(get_args(Result)),
    }
    missing = {
        f"{kind}:{code}"
        for kind, of_kind in codes.items()
        for code in of_kind
        if f"{kind}:{code}" not in WORDS
    }
    assert not missing
