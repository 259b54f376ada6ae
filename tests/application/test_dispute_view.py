"""What each reader of a dispute sees: whose turn it is, by when, what next, and why."""

from datetime import datetime
from functools import reduce
from uuid import UUID

import pytest
from msgspec import json
from msgspec.structs import replace

from application.dispute_view import DisputeView, dispute_view
from domain.dispute import (
    DISPUTE,
    AskForProof,
    AssignHandler,
    DecideAppeal,
    DenyOffer,
    DisputeEvent,
    ExtendDisputeClock,
    MakeOffer,
    ReportDispute,
)
from domain.party import By
from domain.timer import CheckClocks
from tests.domain.disputes import (
    ANNA,
    BOOK,
    DAY,
    FRIDAY,
    HOST,
    JUDGE,
    LIN,
    MONDAY,
    OTHER_JUDGE,
    REFUND,
    SECOND,
    SHOP,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    WEI,
    appealed,
    asked,
    enforced,
    fen,
    given,
    negotiating,
    pending,
    reviewed,
    ruled,
    settled,
    show_invoice,
)

NAME = UUID("6f3a1c52-0c47-8b1a-8c2e-3f1d2a4b5c6d")
offer = MakeOffer(by=SHOP, type="refund", amount=fen(40_000))


def seen(
    past: tuple[DisputeEvent, ...], reader: By = ANNA, at: datetime = WEDNESDAY
) -> DisputeView:
    dispute = reduce(DISPUTE.evolve, past, DISPUTE.initial)
    return dispute_view(NAME, len(past), dispute, reader, BOOK, at)


def whose(view: DisputeView) -> tuple[tuple[str, ...], str] | None:
    return None if view.turn is None else (view.turn.parties, view.turn.deed)


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        (negotiating, (("merchant",), "answer")),
        (reviewed, (("platform",), "review")),
        (asked, (("merchant", "consumer"), "show")),
        (pending, (("arbiter",), "rule")),
        (ruled, (("platform",), "carry_out")),
        (enforced, None),
        (appealed, (("arbiter",), "decide_appeal")),
        (settled, None),
    ],
)
def test_it_says_whose_turn_it_is(
    past: tuple[DisputeEvent, ...], expected: tuple[tuple[str, ...], str] | None
) -> None:
    assert whose(seen(past)) == expected


def test_while_the_platform_looks_at_it_its_clock_is_shown() -> None:
    turn = seen(reviewed).turn
    assert turn is not None
    assert turn.clock is not None
    assert (turn.clock.timer, turn.clock.due_at) == ("review", TUESDAY + 5 * DAY)


def test_an_offer_waits_for_the_other_side_by_its_own_clock() -> None:
    past = given(*negotiating).when(offer, at=TUESDAY).happens()
    view = seen(past.past)
    assert whose(view) == (("consumer",), "answer_the_offer")
    assert view.turn is not None
    assert view.turn.clock is not None
    assert (view.turn.clock.timer, view.turn.clock.due_at) == (
        "offer/1",
        TUESDAY + 2 * DAY,
    )
    assert [(each.number, each.standing) for each in view.offers] == [(1, "open")]
    assert {"AcceptOffer", "DenyOffer"} <= set(view.may)
    denied = past.when(DenyOffer(by=ANNA, offer=1), at=TUESDAY).happens().past
    assert whose(seen(denied)) == (("merchant",), "answer")


def test_what_became_of_each_offer_is_told() -> None:
    past = given(*negotiating).when(offer, at=MONDAY).happens()
    more = replace(offer, amount=fen(50_000))
    past = past.when(more, at=MONDAY).happens()
    late = past.when(CheckClocks(), at=MONDAY + 2 * DAY + SECOND).happens().past
    assert [each.standing for each in seen(late).offers] == ["replaced", "lapsed"]
    assert [each.standing for each in seen(settled).offers] == []


def test_a_clock_reads_the_same_as_it_runs_and_says_why_it_was_moved() -> None:
    extend = ExtendDisputeClock(by=LIN, timer="negotiation", hours=24, reason="ill")
    past = given(*negotiating).when(extend, at=TUESDAY).happens().past
    for reader, by in ((ANNA, "agent"), (WEI, "lin")):
        (clock,) = seen(past, reader, TUESDAY).clocks
        assert (clock.seconds_left, clock.wall_seconds_left) == (
            3 * 24 * 3600,
            3 * 24 * 3600,
        )
        assert clock.moved is not None
        assert (clock.moved.reason, clock.moved.by) == ("ill", by)


def test_a_party_sees_what_it_still_has_to_show() -> None:
    assert seen(asked, SHOP).missing_evidence == (
        "purchase_proof",
        "inspection_report",
    )
    assert seen(reviewed, SHOP).missing_evidence == (
        "purchase_proof",
        "inspection_report",
    )
    assert seen(reviewed, ANNA).missing_evidence == ()
    answered = given(*asked).when(show_invoice, at=WEDNESDAY).happens().past
    assert seen(answered, SHOP).missing_evidence == ()
    assert seen(answered, ANNA).missing_evidence == (
        "purchase_proof",
        "inspection_report",
    )
    assert seen(ruled, SHOP).missing_evidence == ()
    ask = AskForProof(by=OTHER_JUDGE, of=("creator",))
    under_appeal = given(*appealed).when(ask, at=FRIDAY).happens().past
    assert seen(under_appeal, HOST).missing_evidence == ("other",)


def test_parties_see_no_names_of_the_service_and_none_of_its_work() -> None:
    handler = AssignHandler(by=WEI, duty="handler", person="zhao")
    past = given(*appealed).when(handler, at=FRIDAY).happens()
    past = past.when(DecideAppeal(by=OTHER_JUDGE, upheld=True), at=FRIDAY).happens()
    for reader in (ANNA, SHOP, HOST):
        view = seen(past.past, reader, FRIDAY)
        told = json.encode(view).decode()
        assert view.back_office is None
        for name in ("judge-ma", "judge-qi", '"lin"', '"wei"', "zhao"):
            assert name not in told, (reader, name)
    office = seen(past.past, WEI, FRIDAY).back_office
    assert office is not None
    assert (office.handler, office.arbiter) == ("zhao", "judge-ma")
    assert office.handlers == ("lin", "zhao")


def test_the_arbiter_sees_what_the_burden_of_proof_proposes() -> None:
    office = seen(pending, JUDGE, THURSDAY).back_office
    assert office is not None
    (proposed,) = office.proposed
    assert (proposed.proves, proposed.default) == ("merchant", "support_consumer")


def test_a_ruling_says_what_is_awarded_why_and_what_would_have_changed_it() -> None:
    view = seen(ruled, SHOP, THURSDAY)
    (ruling,) = view.rulings
    assert ruling.by == By(role="arbiter", name="arbiter")
    assert view.money.awarded == (REFUND,)
    assert (view.money.because, view.money.policies) == (
        "ruling",
        ("shop.counterfeit@1",),
    )
    missing = ruling.would_change[0]
    assert (missing.what, missing.proves, missing.instead) == (
        "proof",
        "merchant",
        "support_merchant",
    )


def test_everybody_reads_until_when_his_side_may_appeal() -> None:
    assert seen(ruled, SHOP, THURSDAY).appeal_until == THURSDAY + 7 * DAY
    assert seen(ruled, HOST, THURSDAY).appeal_until == THURSDAY + 14 * DAY
    assert seen(appealed, SHOP, FRIDAY).appeal_until is None
    assert seen(pending, SHOP, THURSDAY).appeal_until is None


def test_an_agreement_says_what_was_agreed() -> None:
    view = seen(settled)
    assert (view.money.because, view.money.agreed) == ("agreed", fen(80_000))
    assert view.final


def test_a_dispute_run_elsewhere_says_where_and_who_has_to_answer_there() -> None:
    told = ReportDispute(
        order="order-9",
        consumer="anna",
        source="paypal",
        number="PP-D-1",
        status="evidence_round",
        answers="merchant",
        merchant="shop-1",
        deadline=FRIDAY,
        word="REQUIRED_ACTION",
    )
    past = given().when(told, at=MONDAY).happens().past
    view = seen(past, SHOP, TUESDAY)
    assert whose(view) == (("merchant",), "answer_there")
    assert view.turn is not None
    assert view.turn.clock is not None
    assert view.turn.clock.due_at == FRIDAY
    assert view.outside is not None
    assert (view.outside.source, view.outside.word) == ("paypal", "REQUIRED_ACTION")
    assert view.may == ("NoteDispute",)
