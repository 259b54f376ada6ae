"""Every event there is can be explained in Chinese and in English."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

import re
from pathlib import Path

import msgspec
import pytest

from application.audit.explain import (
    Explainer,
    Explanation,
    Place,
    origin_of,
)
from application.audit.explain.asked import FOLLOWS
from application.event_store.mapper import tag_of
from domain.events import AnyEvent
from domain.kernel import Event
from domain.policy.rows import AnyRow
from interface.wording.explanations import explained
from interface.wording.reasons import REASONS
from interface.wording.row_words import ROW_WORDS
from tests.application.audit.histories import recorded
from tests.application.audit.stories import MONDAY, Matter, everything
from tests.architecture.test_events import GOLDEN

SHIP_48H = (
    "douyin-like.ship-48h@20260810, Shipped within 48 hours "
    "(101706 2.2; delivery_delay_day default 2)"
)
HAN = re.compile(r"[\u4e00-\u9fff]")


def alone(event: Event) -> Explanation:
    """Return what can be said of an event of which nothing else is known."""
    found = recorded(1, event, MONDAY, MONDAY)
    return Explanation(
        stream_id=found.stream_id,
        version=1,
        position="3.1",
        type=tag_of(type(event)),
        occurred_at=MONDAY,
        recorded_at=MONDAY,
        actor=found.actor,
        origin=origin_of(type(event)),
        recorded=event,
    )


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_event_ever_written_is_explained_in_words(path: Path) -> None:
    event = msgspec.json.decode(path.read_bytes(), type=AnyEvent)
    told = alone(event)
    chinese, english = explained(told, "zh-CN"), explained(told, "en")
    assert len(chinese) == len(english) >= 3
    for line in chinese:
        assert HAN.search(line), line
    for line in english:
        assert not HAN.search(line), line
    assert not re.search(r"[{}]", "".join((*chinese, *english)))


def test_what_nobody_decides_has_a_reason_of_its_own() -> None:
    assert {tag_of(each) for each in FOLLOWS} <= set(REASONS)


def test_every_kind_of_row_says_something() -> None:
    kinds = {each.__struct_config__.tag for each in AnyRow.__args__}
    assert set(ROW_WORDS) == kinds


def test_every_event_of_every_story_is_explained_with_its_rows() -> None:
    for matter in everything():
        asked = Explainer(matter.store, matter.policies.id)
        for each in matter.events():
            found = asked.explain(Place(each.stream_id, each.version))
            for row, line in zip(
                found.rows[:20], named(explained(found, "en")), strict=False
            ):
                assert line.startswith(f"By {row.ref}, {row.title}"), line
            assert not any(map(HAN.search, explained(found, "en")[:3]))


def named(lines: tuple[str, ...]) -> list[str]:
    return [line for line in lines if line.startswith("By ")]


def test_a_case_is_explained_to_an_auditor_in_either_language() -> None:
    matter = Matter()
    matter.buys()
    asked = Explainer(matter.store, matter.policies.id)
    kept = asked.explain(Place(matter.order_id, 6))
    assert explained(kept, "en") == (
        "Promise to ship kept, 1 d 23 h ahead",
        "It follows from what was said before",
        "What was promised was done, or lasted, by its time",
        "Asked: ShipParcel",
        "It then stood: paid",
        "Because of: Shipped with shunfeng, waybill SF1",
        "Evidence: SF1/shipped",
        f"By {SHIP_48H}: ship-48h: Promise to ship 48 h",
        "Decided again under the same rules: the same",
    )
    assert explained(kept, "zh-CN")[-1] == "按相同规则重新计算：结果一致"
    assert explained(kept, "en")[-1] == "Decided again under the same rules: the same"


def test_an_alarm_shows_both_results() -> None:
    matter = Matter()
    matter.buys()
    asked = Explainer(matter.store, matter.policies.id)
    found = asked.explain(Place(matter.order_id, 6))
    spoilt = msgspec.structs.replace(
        found, agrees=False, differs=("due_at",), recomputed=None
    )
    *_, alarm, was, again = explained(spoilt, "en")
    assert alarm.startswith("ALARM")
    assert "due_at" in alarm
    assert was.startswith('Recorded: {"type":"order.promise_kept"')
    assert again == "Decided again: nothing"
