"""What a plan, or the platform's stepping in, does to a merchant's score."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.policy.score_rows import ScoreRow
from domain.scorecard import (
    AtStake,
    change_if,
    ruled,
    score_centi,
    score_effect,
    weights_of,
)

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
MONTH = timedelta(days=30)


def row(**more: Any) -> ScoreRow:
    told: dict[str, Any] = {
        "id": "help",
        "version": 1,
        "title": "",
        "binding": "conduct_time",
        "in_force_from": SINCE,
        "source": "[Δ]",
        "metric": "platform_help_rate",
        "of": "merchant",
        "weight_bp": 5000,
        "best": 0,
        "worst": 1000,
    }
    return ScoreRow(**told | more)


HELP = row()
AUDIT = row(id="audit", metric="audit_time", best=3600, worst=7200, weight_bp=5000)


@pytest.mark.parametrize(
    ("numerator", "denominator", "centi"),
    [(0, 10, 10_000), (1, 20, 7_500), (1, 10, 5_000), (5, 10, 5_000), (0, 0, 8_000)],
)
def test_a_rate_scores_in_proportion_between_worst_and_best(
    numerator: int, denominator: int, centi: int
) -> None:
    assert score_centi(HELP, numerator, denominator) == centi


def test_a_mean_scores_by_its_seconds_and_more_may_be_better() -> None:
    assert score_centi(AUDIT, 2 * 5400, 2) == 7_500
    kept = row(metric="delivery_attainment", best=10_000, worst=8_000)
    assert score_centi(kept, 9, 10) == 7_500


def test_too_few_to_tell_score_as_usual() -> None:
    assert score_centi(row(sample_min=5, usual=85), 4, 4) == 8_500


def test_stepping_in_costs_what_settling_now_saves() -> None:
    before = {"platform_help_rate": (0, 9), "audit_time": (9 * 3600, 9)}
    stake = AtStake(asked=False, audit_seconds=13 * 3600)
    now = score_effect(before, change_if("resolved", stake), (HELP, AUDIT))  # type: ignore[arg-type]  # the keys are metrics
    later = score_effect(before, change_if("escalated", stake), (HELP, AUDIT))  # type: ignore[arg-type]  # the keys are metrics
    assert (now.before_centi, now.change_centi) == (10_000, 0)
    assert later.after_centi == 5_000, "one of ten, and a mean of 2.2 hours"
    assert later.change_centi == -5_000
    assert {each.rule for each in later.of} == {"help@1", "audit@1"}


def test_a_matter_that_counts_already_counts_no_second_time() -> None:
    done = AtStake(asked=True, escalated=True)
    assert change_if("escalated", done) == {"platform_help_rate": (0, 0)}
    damaged = AtStake(damaged=True)
    assert change_if("resolved", damaged)["damage_return_rate"] == (1, 0)


def test_without_weights_nothing_is_invented() -> None:
    effect = score_effect({}, change_if("escalated", AtStake()), ())
    assert (effect.before_centi, effect.change_centi) == (None, 0)


def test_an_industrys_own_weight_beats_the_general_one() -> None:
    fresh = row(id="fresh", industry="fresh", weight_bp=9000)
    assert weights_of([HELP, fresh], "fresh") == (fresh,)
    assert weights_of([fresh, HELP], "fresh") == (fresh,)
    assert weights_of([fresh, HELP], "clothes") == (HELP,)
    assert weights_of([row(weight_bp=0)], None) == ()


def test_a_version_holds_until_the_next_begins_or_it_ends() -> None:
    newer = row(version=2, in_force_from=SINCE + MONTH, in_force_to=SINCE + 2 * MONTH)
    found = [
        (each.row.version, each.since, each.until) for each in ruled([newer, HELP])
    ]
    assert found == [
        (1, SINCE, SINCE + MONTH),
        (2, SINCE + MONTH, SINCE + 2 * MONTH),
    ]


def test_a_weight_needs_a_scale() -> None:
    with pytest.raises(ValueError, match="score differently"):
        row(best=1, worst=1)
