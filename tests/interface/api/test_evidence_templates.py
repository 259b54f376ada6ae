"""What each side is asked to show: by the rules in force, in both languages."""

from typing import get_args

import pytest

from domain.policy.rows import BurdenRow, Issue
from interface.bootstrap import Redress
from interface.wording.evidence_words import SHOWS
from tests.interface.api.conftest import Caller

TEMPLATES = "/v1/evidence-templates"


def test_short_delivery_is_shown_by_her_first_and_then_by_the_shop(
    agent: Caller,
) -> None:
    answer = agent.get(TEMPLATES, profile="douyin-like", issue="short_or_wrong")
    assert answer.status_code == 200, answer.text
    (template,) = answer.json()["items"]
    hers, theirs = template["steps"]
    assert (hers["of"], hers["default"]) == ("consumer", "support_merchant")
    assert hers["text"] == {
        "zh-CN": "请提供：照片、视频。",  # noqa: RUF001  # as Chinese is written
        "en": "Please show: photos, a video.",
    }
    assert (theirs["of"], "packing_video" in theirs["shows"]) == ("merchant", True)
    row = agent.get(f"/v1/policies/rows/{template['policy']}")
    assert row.status_code == 200, "the row it comes from can be read"


@pytest.mark.parametrize("profile", ["douyin-like", "taobao-like"])
def test_every_template_of_a_shipped_profile_has_words(
    agent: Caller, redress: Redress, profile: str
) -> None:
    items = agent.get(TEMPLATES, profile=profile).json()["items"]
    issues = {each["issue"] for each in items}
    assert issues
    assert issues <= set(get_args(Issue))
    rows = redress.policies.book(profile).rows
    burdens = [row for row in rows if isinstance(row, BurdenRow)]
    asked = {kind for row in burdens for step in row.steps for kind in step.evidence}
    assert asked <= set(SHOWS), "each kind has its words"


def test_of_a_profile_nobody_published_there_is_none(agent: Caller) -> None:
    assert agent.get(TEMPLATES, profile="nobody").status_code == 404
    assert agent.get(TEMPLATES).status_code == 400
    wrong = agent.get(TEMPLATES, profile="douyin-like", issue="weather")
    assert wrong.status_code == 400
