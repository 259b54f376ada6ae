"""Resolutions, companionships and incidents as a person reads their histories."""

import re
from collections.abc import Sequence

import pytest

from application.audit.resolution_words import shortfall_name, step_name
from application.audit.words import plain_words
from application.event_store.mapper import tag_of
from domain.companionship import CompanionshipStarted, MatterNoted
from domain.companionship.values import CheckIn, MatterRef
from domain.events import ALL_EVENTS
from domain.incident import (
    Bar,
    Impact,
    ImpactEstimated,
    PlanDrafted,
    Segment,
    SegmentImpact,
)
from domain.kernel import Event
from domain.money import Money
from domain.party import SYSTEM
from domain.plan import (
    BearerCost,
    Block,
    Experiment,
    Plan,
    PlanStep,
    Proposed,
    plan_hash,
)
from domain.resolution import (
    ExecutionStarted,
    PlansProposed,
    ResolutionTriaged,
    ShortfallAttached,
    ShortfallHealed,
    StepStarted,
)
from domain.shortfall import Fact, SeverityOf, Shortfall, Weighed
from tests.application.audit.stories import Matter, everything
from tests.domain.orders import MONDAY, TUESDAY, WEDNESDAY

NOUNS = ("resolution", "companionship", "shortfall", "incident")
PARTIAL = PlanStep(
    action="refund_partial",
    part="entitlement",
    amount=Money(4_000, "CNY"),
    bearer="merchant",
    lines=(1, 2),
    sets_aside_fen=5_000,
    policy="douyin-like.late@1",
)
MINIMUM = Plan(name="minimum", steps=())
REFUND = Plan(
    name="refund",
    steps=(PlanStep(action="intercept", part="service", parcel="SF1"), PARTIAL),
)
SHORTFALL = Shortfall(
    code="TRANSIT_STALLED",
    line=2,
    window="w1",
    since=MONDAY,
    due=TUESDAY,
    rule="douyin-like.stalled@1",
    parcel="SF1",
    facts=(Fact(name="hours", value=30), Fact(name="last_scan", at=MONDAY)),
)
GRAVE = SeverityOf(
    severity="high",
    points=12,
    inputs=(Weighed(input="value", value=60_000, points=4),),
    policy="douyin-like.severity@1",
)


@pytest.fixture(scope="module", name="matters")
def told_matters() -> Sequence[Matter]:
    return everything()


def proposed(plan: Plan) -> Proposed:
    return Proposed(plan=plan, hash=plan_hash(plan, "order@4"))


def begins(plan: Plan) -> str:
    return plan_hash(plan, "order@4")[:12]


def test_a_plan_is_read_as_its_name_and_what_each_step_costs_whom() -> None:
    event = PlansProposed(
        at=MONDAY,
        by=SYSTEM,
        round=2,
        minimum=proposed(MINIMUM),
        plans=(proposed(REFUND),),
        rests_on="order@4",
        experiment=Experiment(experiment="gift", arm="b", propensity_bp=2_550),
    )

    assert plain_words(event, str) == (
        "system redress proposed, round 2, resting on order@4; owed: minimum: nothing "
        f"[{begins(MINIMUM)}]; over it: refund: intercept (service, parcel SF1); "
        "refund_partial 40.00 CNY by merchant (entitlement, line 1 and 2, "
        f"10.00 CNY charged beside it, by douyin-like.late@1) [{begins(REFUND)}]; "
        "arm b of gift, drawn at 25.5 %"
    )


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            ResolutionTriaged(
                at=MONDAY,
                by=SYSTEM,
                severity=GRAVE,
                block=Block(reason="empty_parcels", until=WEDNESDAY, flag="f-1"),
            ),
            (
                "system redress says how grave it is: high, 12 points "
                "(value 60000: 4), by douyin-like.severity@1; "
                "goodwill is blocked: empty_parcels until 2026-11-25 09:00:00Z (f-1)"
            ),
        ),
        (
            ShortfallHealed(
                at=MONDAY, by=SYSTEM, shortfall=SHORTFALL.name, cleared_by="scan"
            ),
            "TRANSIT_STALLED of line 2 (window w1) cleared, by scan",
        ),
        (
            ExecutionStarted(
                at=MONDAY,
                by=SYSTEM,
                plan="refund",
                hash="ab" * 32,
                steps=("2/refund/1", "2/refund/2"),
            ),
            (
                "system redress had refund (abababababab) carried out: step 1 of "
                "refund (round 2), step 2 of refund (round 2)"
            ),
        ),
        (
            StepStarted(
                at=MONDAY,
                by=SYSTEM,
                step="2/refund/2",
                does=PARTIAL,
                attempt=1,
                matter="case-1",
            ),
            (
                "system redress began step 2 of refund (round 2), attempt 1: "
                "refund_partial 40.00 CNY by merchant (entitlement, line 1 and 2, "
                "10.00 CNY charged beside it, by douyin-like.late@1); in case-1"
            ),
        ),
        (
            CompanionshipStarted(
                at=MONDAY,
                by=SYSTEM,
                order="A-1",
                consumer="anna",
                anchor="paid",
                anchored_at=MONDAY,
                ends_at=WEDNESDAY,
                check_ins=(CheckIn(name="day-1", at=TUESDAY),),
                policy="douyin-like.companion@1",
            ),
            (
                "system redress goes beside anna until 2026-11-25 09:00:00Z, from "
                "paid at 2026-11-23 09:00:00Z, order A-1; "
                "looks: day-1 at 2026-11-24 09:00:00Z; under douyin-like.companion@1"
            ),
        ),
        (
            MatterNoted(
                at=MONDAY,
                by=SYSTEM,
                matter=MatterRef(kind="dispute", id="x-1"),
                open=False,
            ),
            "system redress noted dispute x-1, open: no",
        ),
        (
            PlanDrafted(
                at=MONDAY,
                by=SYSTEM,
                segments=(
                    Segment(name="stuck", plan="reship", stalled_over_hours=48),
                    Segment(name="rest", plan="tell", goods=("fresh", "toys")),
                ),
            ),
            (
                "system redress drafted the plan of each segment: stuck is offered "
                "reship (stalled over hours 48), rest is offered tell "
                "(goods fresh, toys)"
            ),
        ),
        (
            ImpactEstimated(
                at=MONDAY,
                by=SYSTEM,
                rests_on="1.900",
                impact=Impact(
                    orders=9,
                    total_fen=9_000,
                    entitlement_fen=6_000,
                    goodwill_fen=3_000,
                    by_bearer=(BearerCost(bearer="carrier", fen=9_000),),
                    segments=(
                        SegmentImpact(
                            segment="stuck", plan="reship", orders=9, fen=9_000
                        ),
                    ),
                    histogram=(Bar(from_fen=0, to_fen=None, orders=9),),
                    capped=1,
                ),
            ),
            (
                "system redress estimated on 1.900: 9 orders, 90.00 CNY in all: "
                "60.00 CNY owed, 30.00 CNY goodwill; borne: carrier 90.00 CNY; "
                "by segment: stuck 9 by reship for 90.00 CNY; "
                "by what an order costs: 9 from 0.00 CNY; 1 capped"
            ),
        ),
    ],
)
def test_what_makes_good_is_told_in_plain_words(event: Event, words: str) -> None:
    assert plain_words(event, str) == words


def test_a_shortfall_says_since_when_by_which_rule_and_what_was_known() -> None:
    event = ShortfallAttached(at=MONDAY, by=SYSTEM, shortfall=SHORTFALL)

    assert plain_words(event, str) == (
        "system redress added to it: TRANSIT_STALLED of line 2 (window w1) since "
        "2026-11-23 09:00:00Z, due 2026-11-24 09:00:00Z, parcel SF1, known: hours 30, "
        "last_scan 2026-11-23 09:00:00Z, by douyin-like.stalled@1"
    )


def test_a_shortfall_of_the_whole_order_is_named_so_and_other_names_stay() -> None:
    whole = "order/SHIP_OVERDUE/2026-11-23"
    assert shortfall_name(whole) == "SHIP_OVERDUE of the order (window 2026-11-23)"
    assert shortfall_name("anything") == "anything"
    assert step_name("answer") == "answer"


def test_no_line_of_what_makes_good_shows_how_a_value_is_stored(
    matters: Sequence[Matter],
) -> None:
    raw = re.compile(r"\b(True|False|None)\b|[{}\[]\w+=|(?<!digest )[0-9a-f]{64}")
    seen: dict[str, str] = {}
    for matter in matters:
        for each in matter.events():
            tag = tag_of(type(each.event))
            if tag.partition(".")[0] in NOUNS:
                seen[tag] = plain_words(each.event, str)

    ours = {
        tag
        for each in ALL_EVENTS
        if (tag := tag_of(each)).partition(".")[0] in ("resolution", "incident")
    }
    assert ours <= set(seen)
    assert {tag: words for tag, words in seen.items() if raw.search(words)} == {}
