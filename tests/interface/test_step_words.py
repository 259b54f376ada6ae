"""Whoever owes a step is told so in words, in Chinese and in English."""

import re
from collections.abc import Mapping
from typing import Any, get_args

import pytest

from application.projections.facts import facts_of
from domain.policy.rows import Owes
from domain.policy.steps import STEPS
from domain.timer import met, started
from interface.wording import said
from interface.wording.steps import STEP_WORDS
from interface.wording.words import WORDS
from tests.domain.clocks import HOUR, MONDAY, NIGHT, clock, timer_row

HAN = re.compile(r"[\u4e00-\u9fff]")
ROW = timer_row("answer.return_refund", 36)


def test_every_step_and_whoever_may_owe_one_has_its_words() -> None:
    assert set(STEP_WORDS) == set(STEPS)
    assert set(get_args(Owes)) <= WORDS.keys()
    for chinese, english in STEP_WORDS.values():
        assert HAN.search(chinese)
        assert not HAN.search(english)


@pytest.mark.parametrize(
    ("event", "english"),
    [
        (
            started(ROW, "answer", MONDAY, [NIGHT]),
            "Until 2026-11-26 01:00 UTC, the merchant is to: "
            + STEP_WORDS["answer.return_refund"][1],
        ),
        (
            met(clock(started(ROW, "send_back/2", MONDAY)), MONDAY + 35 * HOUR),
            "Done in time: send the goods back, 1 h left",
        ),
        (
            met(clock(started(ROW, "send_back", MONDAY)), MONDAY + 38 * HOUR),
            "Done: send the goods back, 2 h late",
        ),
    ],
)
def test_a_clock_is_told_in_words(event: Any, english: str) -> None:
    facts: Mapping[str, Any] = facts_of(event)
    assert said(event.__struct_config__.tag, facts)["en"] == english
