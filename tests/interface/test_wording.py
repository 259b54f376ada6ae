"""Every event can be said in Chinese and in English."""

import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from application.projections.entries import code_of
from application.projections.facts import facts_of
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

PACKS = tuple(Path("domain/policy/packs").glob("*.toml"))
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


def test_a_reader_is_told_plans_by_their_names_and_steps_by_their_numbers() -> None:
    done = said("resolution.step_succeeded", {"step": "1/refund-stalled/2"})
    taken = said(
        "resolution.accepted", {"by": {"role": "consumer"}, "plan": "my-own-plan"}
    )

    assert done == {
        "zh-CN": "方案“拦截并退款”第 2 步已完成",
        "en": "Done: step 2 of “Stop it, and the money back”",
    }
    assert taken["en"] == "The plan “my-own-plan” was taken"


@pytest.mark.parametrize(
    ("row", "because"),
    [
        ("taobao-like.plan.refund-stalled@1", "as the plan says"),
        ("taobao-like.answer.refund-shipped@1", "nobody answered in time"),
    ],
)
def test_money_a_plan_gives_back_is_not_said_to_be_due_by_silence(
    row: str, because: str
) -> None:
    facts = {"total": {"CNY": 15700}, "because": "silence", "policy": row}

    assert said("after_sales.refund_due", facts)["en"].endswith(f"({because})")


def test_every_plan_of_the_published_rows_has_its_name() -> None:
    plans = {
        row["name"]
        for pack in PACKS
        for row in tomllib.loads(pack.read_text())["row"]
        if row["kind"] == "plan" and not row["name"].startswith("owed")
    }

    assert plans
    assert not {plan for plan in plans if f"named:{plan}" not in WORDS}


@pytest.mark.parametrize(
    ("tag", "facts", "told"),
    [
        ("compensation.paid", {"consumer_fen": 200}, "CN¥2.00 compensation paid"),
        ("compensation.paid", {"consumer_fen": 0}, "CN¥2.00 taken from the merchant"),
        ("compensation.paid", {}, "CN¥2.00 compensation paid"),
        ("compensation.reserved", {"consumer_fen": 0}, "The rules take CN¥2.00 from"),
    ],
)
def test_a_deduction_is_not_told_as_money_for_her(
    tag: str, facts: dict[str, Any], told: str
) -> None:
    assert said(tag, {"total_fen": 200} | facts)["en"].startswith(told)


def test_a_plan_that_paid_her_nothing_says_nothing_of_money() -> None:
    facts = {"plan": "resend", "paid_fen": 1_800, "paid_out": {}}
    told = said("resolution.executed", facts)["en"]
    assert told.endswith("is carried out")


def test_what_she_was_paid_is_told_in_her_money() -> None:
    facts = {"plan": "minimum", "paid_fen": 0, "paid_out": {"JPY": 16_413}}
    assert "paid: ¥16,413" in said("resolution.executed", facts)["en"]


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("consumer", "The plan “mine” was taken"),
        ("agent", "The agent took the plan “mine”"),
    ],
)
def test_she_reads_of_her_own_choice_as_one_reads_to_her(role: str, told: str) -> None:
    facts = {"plan": "mine", "by": {"role": role, "name": "li"}}
    assert said("resolution.accepted", facts)["en"] == told


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_something_failed_is_no_code(language: Any) -> None:
    failed = {"failure": "simulated_refusal", "route": "original"}
    step = {"step": "1/resend/1", "reason": "parcel_gone"}
    for told in (
        said("after_sales.refund_failed", failed),
        said("resolution.step_failed", step),
    ):
        assert "_" not in told[language]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_no_sentence_has_a_moment_as_machines_write_it(path: Path) -> None:
    event = msgspec.json.decode(path.read_bytes(), type=AnyEvent)
    told = said(code_of(event), msgspec.to_builtins(facts_of(event)))
    assert not re.search(r"\d{4}-\d\d-\d\dT", told["en"] + told["zh-CN"])
