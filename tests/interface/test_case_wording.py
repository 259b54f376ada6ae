"""Every code of an after-sales case has its words in both languages."""

from typing import Any, get_args

import pytest

from domain.after_sales import (
    CaseStatus,
    CaseType,
    CloseReason,
    Direction,
    RefundRoute,
    RejectionReason,
)
from domain.after_sales.clocks import MET_BY
from domain.policy.rows import OnBreach
from interface.wording.words import WORDS


@pytest.mark.parametrize(
    "codes",
    [CaseType, CloseReason, Direction, RefundRoute, RejectionReason, OnBreach],
)
def test_every_code_of_a_case_has_its_words(codes: Any) -> None:
    assert set(get_args(codes)) <= WORDS.keys()


def test_every_state_has_its_words() -> None:
    assert set(get_args(CaseStatus)) - {"none"} <= WORDS.keys()


def test_every_clock_has_its_words() -> None:
    assert MET_BY.keys() <= WORDS.keys()
