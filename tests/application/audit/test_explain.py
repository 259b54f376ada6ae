"""Every decision says why it fell as it did, and comes to the same again."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from application.audit.explain import (
    Explainer,
    Explanation,
    NoSuchEvent,
    Past,
    Place,
    explain,
    publications,
)
from application.audit.explain.asked import ASKED, FOLLOWS
from application.audit.state import NoSuchStream, kind_of
from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import tag_of
from domain.after_sales import CaseApproved, StepDefaulted
from domain.compensation import CompensationReserved
from domain.dispute import ProofMissed, RulingIssued
from domain.events import ALL_EVENTS
from domain.kernel import Event
from domain.order import ParcelShipped, PromiseBreached
from domain.policy_set import PoliciesPublished
from domain.timer import TimerBreached, TimerStarted
from tests.application.audit.stories import Matter, everything

# Told by nobody in these stories; the wording and the type of each are tested below.
UNTOLD = {
    "companionship.check_in_reached",
    "companionship.closed",
    "companionship.matter_noted",
    "companionship.prolonged",
    "companionship.rated",
    "companionship.started",
    "consumer.linked",
    "consumer.unlinked",
    "consumer.flagged",
    "consumer.flag_contested",
    "consumer.flag_lifted",
    "contact.reported",
    "desk.macro_dropped",
    "desk.macro_kept",
    "desk.view_dropped",
    "desk.view_kept",
    "evidence.blocked",
    "evidence.cleared",
    "evidence.uploaded",
    "order.amount_changed",
    "order.appointment_made",
    "order.contradiction_resolved",
    "order.parcel_exception",
    "order.parcel_handed_over",
    "order.parcel_intercepted",
    "order.parcel_out_for_delivery",
    "order.parcel_returning",
    "order.promise_reopened",
    "order.promise_voided",
    "shortfall.cleared",
    "shortfall.contested",
    "shortfall.detected",
    "trust.contest_answered",
    "trust.point_contested",
}


@pytest.fixture(scope="module", name="matters")
def told_matters() -> Sequence[Matter]:
    return everything()


def explainer(matter: Matter) -> Explainer:
    return Explainer(matter.store, matter.policies.id)


def explained(matter: Matter) -> Iterator[Explanation]:
    for each in matter.events():
        yield explainer(matter).explain(Place(each.stream_id, each.version))


def of_type(matters: Sequence[Matter], event_type: type[Event]) -> list[Explanation]:
    found = [
        explainer(matter).explain(Place(each.stream_id, each.version))
        for matter in matters
        for each in matter.events()
        if isinstance(each.event, event_type)
    ]
    assert found, f"no story tells {event_type.__name__}"
    return found


def test_every_type_of_event_has_its_kind_of_reason() -> None:
    assert set(ALL_EVENTS) == {*ASKED, *FOLLOWS, PoliciesPublished}
    assert not set(ASKED) & FOLLOWS


def test_the_stories_tell_every_type_of_event_that_somebody_decides(
    matters: Sequence[Matter],
) -> None:
    told = {tag_of(type(each.event)) for one in matters for each in one.events()}
    assert {tag_of(each) for each in ALL_EVENTS} - told == UNTOLD


def test_every_decision_of_every_story_comes_to_the_same_again(
    matters: Sequence[Matter],
) -> None:
    for matter in matters:
        for each in explained(matter):
            if each.type == "policy.published":
                continue
            assert each.agrees is (None if each.origin == "fact" else True), each
            assert each.recomputed == (each.recorded if each.agrees else None)


def test_what_a_clock_decided_names_its_row_and_what_the_row_says(
    matters: Sequence[Matter],
) -> None:
    default = of_type(matters, StepDefaulted)[0]
    assert (default.origin, default.asked) == ("clock", "CheckClocks")
    (row,) = default.rows
    assert row.ref == "douyin-like.answer.changed@1"
    assert (row.kind, row.says["on_breach"]) == ("timer", "agree")
    assert row.source
    assert row.title
    agreed = [each for each in of_type(matters, CaseApproved) if each.rows]
    assert {each.origin for each in agreed} == {"clock"}
    assert {each.by.role for each in agreed if each.by} == {"system"}


def test_what_a_person_decided_says_who_as_what_and_which_guard_let_him(
    matters: Sequence[Matter],
) -> None:
    agreed = [each for each in of_type(matters, CaseApproved) if not each.rows]
    one = agreed[0]
    assert (one.origin, one.asked, one.status) == (
        "person",
        "ApproveCase",
        "awaiting_merchant",
    )
    assert one.by is not None
    assert one.guard is not None
    assert one.by.role in one.guard.roles
    assert one.status in one.guard.states


def test_a_fact_was_decided_by_nobody(matters: Sequence[Matter]) -> None:
    for shipped in of_type(matters, ParcelShipped):
        assert (shipped.origin, shipped.agrees, shipped.recomputed) == (
            "fact",
            None,
            None,
        )


def test_a_promise_is_explained_by_the_row_it_was_pinned_under(
    matters: Sequence[Matter],
) -> None:
    (broken,) = of_type(matters, PromiseBreached)
    assert (broken.origin, broken.asked) == ("clock", "CheckPromises")
    assert [row.ref for row in broken.rows] == ["douyin-like.ship-48h@20260810"]


def test_silence_is_explained_by_the_burden_of_proof(
    matters: Sequence[Matter],
) -> None:
    (missed,) = of_type(matters, ProofMissed)
    assert [row.kind for row in missed.rows] == ["burden", "timer"]


def test_a_ruling_says_what_would_have_changed_it(matters: Sequence[Matter]) -> None:
    (ruling,) = of_type(matters, RulingIssued)
    assert "douyin-like.burden.counterfeit@1" in {row.ref for row in ruling.rows}
    proof, finding = ruling.changes[0], ruling.changes[-1]
    assert (proof.what, proof.proves) == ("proof", "merchant")
    assert (finding.what, finding.fact, finding.instead) == (
        "finding",
        "goods_genuine",
        "support_merchant",
    )


def test_compensation_is_quoted_again_from_the_facts_it_was_quoted_from(
    matters: Sequence[Matter],
) -> None:
    first, second = of_type(matters, CompensationReserved)
    assert first.agrees
    assert second.agrees
    assert {row.kind for row in first.rows} == {"merchant_deduction"}
    assert first.inputs["book"] == "douyin-like@1"
    assert second.inputs["facts"].earlier, "the second sees what the first took"


# -- The alarm --


def altered(matter: Matter, event_type: type[Event], **fields: Any) -> Explanation:
    """Explain the first event of a type as if it had been recorded otherwise."""
    found = next(x for x in matter.events() if isinstance(x.event, event_type))
    event: Any = found.event
    spoilt = replace(found, event=replace(event, **fields))
    history = list(matter.store.stream(found.stream_id))
    history[found.version - 1] = spoilt
    published = publications(matter.store.stream(matter.policies.id))
    past = Past(kind_of(history), history, published, ("douyin", None))
    return explain(past, found.version)


def test_a_deadline_that_is_not_the_rows_is_an_alarm(
    matters: Sequence[Matter],
) -> None:
    case = matters[0]
    kept = next(x.event for x in case.events() if isinstance(x.event, TimerStarted))
    later = kept.due_at + timedelta(hours=1)
    found = altered(case, TimerStarted, due_at=later)
    assert found.agrees is False
    assert found.differs == ("due_at",)
    assert isinstance(found.recomputed, TimerStarted)
    assert found.recomputed.due_at == kept.due_at


def test_money_that_is_not_the_rules_is_an_alarm(matters: Sequence[Matter]) -> None:
    paid = next(m for m in matters if has(m, CompensationReserved))
    found = altered(paid, CompensationReserved, total_fen=1)
    assert (found.agrees, found.differs) == (False, ("total_fen",))


def test_what_no_guard_would_let_through_is_an_alarm(
    matters: Sequence[Matter],
) -> None:
    case = matters[0]
    agreed = next(x.event for x in case.events() if isinstance(x.event, CaseApproved))
    found = altered(case, CaseApproved, by=replace(agreed.by, role="carrier"))
    assert found.agrees is False
    assert found.refused == "not_your_part"
    assert found.recomputed is None


def test_a_clock_that_had_not_run_out_is_an_alarm(matters: Sequence[Matter]) -> None:
    case = matters[0]
    history = case.store.stream(case.case_id)
    number = next(
        n for n, x in enumerate(history) if isinstance(x.event, TimerBreached)
    )
    early = history[number].occurred_at - timedelta(days=2)
    spoilt = replace(history[number], occurred_at=early)
    past = Past(
        "after_sales",
        [*history[:number], spoilt, *history[number + 1 :]],
        publications(case.store.stream(case.policies.id)),
        ("douyin",),
    )
    assert explain(past, number + 1).agrees is False


def has(matter: Matter, event_type: type[Event]) -> bool:
    return any(isinstance(each.event, event_type) for each in matter.events())


# -- Finding it --


def test_an_event_is_found_by_its_position_or_its_stream(
    matters: Sequence[Matter],
) -> None:
    case = matters[0]
    third: RecordedEvent = case.store.stream(case.case_id)[2]
    wanted = Place(case.case_id, 3)
    asked = explainer(case)
    assert asked.place(f"{third.partition}.{third.position}") == wanted
    assert asked.place(f"{case.case_id}@3") == wanted


@pytest.mark.parametrize("name", ["", "7", "x.1", "7.x", "999.1", "0.0", "x@1"])
def test_a_name_of_no_event_finds_none(matters: Sequence[Matter], name: str) -> None:
    with pytest.raises(NoSuchEvent):
        explainer(matters[0]).place(name)


def test_what_is_not_there_has_no_reason(matters: Sequence[Matter]) -> None:
    case = matters[0]
    with pytest.raises(NoSuchEvent):
        explainer(case).explain(Place(case.case_id, 9_999))
    with pytest.raises(NoSuchStream):
        explainer(case).explain(Place(case.dispute_id, 1))
