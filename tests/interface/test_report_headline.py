"""The headline of ``redress report proactive``, line by line."""

import pytest
from msgspec.structs import replace

from application.proactive import Entitlements
from application.proactive.figures import figures
from interface.cli.proactive_headline import lasted, met, owed


@pytest.mark.parametrize(
    ("precision", "lead", "noticed", "said"),
    [
        (0.85, 48, 9, "met"),
        (0.84, 48, 9, "not met"),
        (0.85, 47, 9, "not met"),
        (0.85, 48, 8, "not met"),
        (None, None, 0, "nothing to judge by"),
    ],
)
def test_the_aim_is_met_by_precision_lead_and_nobody_missed(
    precision: float | None, lead: float | None, noticed: int, said: str
) -> None:
    none = figures([], {}, 0)
    of_these = replace(
        none,
        late=9,
        late_noticed=noticed,
        precision=precision,
        lead_median_hours=lead,
    )
    assert met(of_these) == said


def test_what_was_owed_stands_in_the_headline_in_seconds_where_it_took_seconds() -> (
    None
):
    paid = Entitlements(
        owed=31,
        paid=31,
        paid_unasked=28,
        waiting=0,
        unasked_share=0.9032,
        minutes_p50=0.02,
        minutes_p99=7.5,
        minutes_max=8.0,
        aim_minutes=30,
        within_aim=28,
        within_aim_share=1.0,
    )
    assert "28 of them unasked (90.3 %)" in owed(paid)
    assert "100.0 % within 30 minutes, median 1.2 s." in owed(paid)
    assert lasted(7.5) == "7.5 min"
    assert "own log" in owed(None)
