"""Who is asked to show what in a dispute, and what silence comes to, in sentences."""

from functools import reduce

import pytest
from msgspec.structs import replace

from application.policies import pack_rulebook
from domain.dispute import (
    DISPUTE,
    AskForProof,
    ContestFault,
    DisputeCommand,
    DisputeDefaulted,
    DisputeEvent,
    EndRound,
    FaultContested,
    HandledIt,
    MakeOffer,
    NoRoundOpen,
    NoSuchParty,
    NotAssigned,
    NotForYou,
    NotHeard,
    NotNow,
    ProofAsked,
    ProofMissed,
    ProofSubmitted,
    Result,
    RoundEnded,
    Shown,
    Silence,
    StillAwaited,
    SubmitProof,
    TooManyPictures,
    burden_says,
    to_prove,
)
from domain.party import By
from domain.policy.rows import Issue
from domain.timer import (
    CheckClocks,
    TimerBreached,
    TimerMet,
    TimerStarted,
)
from tests.domain.disputes import (
    ANNA,
    BOOK,
    DAY,
    EVIDENCE,
    FRIDAY,
    HOST,
    HOUR,
    INVOICE,
    JUDGE,
    LIN,
    MACHINE,
    MONDAY,
    OTHER_JUDGE,
    PHOTO,
    REPORT,
    SECOND,
    SHOP,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    appealed,
    ask_both,
    ask_shop,
    asked,
    assign_judge,
    contest,
    end_round,
    given,
    negotiating,
    open_,
    opened,
    pending,
    reviewed,
    ruled,
    show_invoice,
    show_report,
)
from tests.given import Given

DUE = WEDNESDAY + 24 * HOUR
EVIDENCE_ROW = EVIDENCE.ref
ruling_begins = TimerStarted(
    at=THURSDAY,
    timer="ruling",
    step="dispute.ruling",
    owes="arbiter",
    seconds=120 * 3600,
    due_at=THURSDAY + 120 * HOUR,
    on_breach="human",
    policy="shop.dispute.ruling@1",
)
MERCHANT_SILENT = Silence(
    issue="counterfeit",
    step=1,
    proves="merchant",
    default="support_consumer",
    remedy="return_refund",
    policy="shop.counterfeit@1",
)
CONSUMER_SILENT = replace(
    MERCHANT_SILENT,
    step=2,
    proves="consumer",
    default="support_merchant",
    remedy="none",
)

# -- Asking --


def test_a_side_asked_for_proof_has_a_day_for_it() -> None:
    given(*reviewed).when(ask_shop, at=WEDNESDAY).then(
        ProofAsked(
            at=WEDNESDAY, by=LIN, number=1, of=("merchant",), shows=("purchase_proof",)
        ),
        TimerMet(at=WEDNESDAY, timer="review", seconds_left=4 * 24 * 3600),
        TimerStarted(
            at=WEDNESDAY,
            timer="evidence/1/merchant",
            step="dispute.evidence",
            owes="merchant",
            seconds=24 * 3600,
            due_at=DUE,
            on_breach="decide",
            policy=EVIDENCE_ROW,
        ),
    )


def test_a_review_nobody_goes_on_with_needs_a_person_and_ends_with_the_first_step() -> (
    None
):
    due = TUESDAY + 120 * HOUR
    given(*reviewed).when(CheckClocks(), at=due).then()
    said = given(*reviewed).when(CheckClocks(), at=due + SECOND).happens().past
    assert said[-1] == DisputeDefaulted(
        at=due + SECOND, timer="review", does="human", policy="shop.dispute.review@1"
    )
    for past in (asked, pending):
        dispute = reduce(DISPUTE.evolve, past, DISPUTE.initial)
        assert dispute.timers["review"].standing == "met"


def test_while_a_round_runs_nobody_has_to_rule() -> None:
    past = given(*pending).when(ask_shop, at=THURSDAY).happens().past
    dispute = reduce(DISPUTE.evolve, past, DISPUTE.initial)
    assert [name for name in dispute.timers if dispute.clock(name)] == [
        "evidence/1/merchant"
    ]


def test_each_side_asked_has_a_clock_of_its_own() -> None:
    past = given(*reviewed).when(ask_both, at=WEDNESDAY).happens().past
    clocks = [
        (event.timer, event.owes) for event in past if isinstance(event, TimerStarted)
    ]
    assert clocks[2:] == [
        ("evidence/1/merchant", "merchant"),
        ("evidence/1/consumer", "consumer"),
    ]


def test_where_no_kinds_are_named_those_that_prove_the_step_are_asked_for() -> None:
    past = given(*reviewed).when(ask_both, at=WEDNESDAY).happens().past
    (ask,) = (event for event in past if isinstance(event, ProofAsked))
    assert ask.shows == ("purchase_proof", "inspection_report")


def test_only_one_round_is_open_at_a_time() -> None:
    given(*asked).when(ask_shop, at=WEDNESDAY).refused(NotNow)


def test_a_party_that_is_not_in_it_is_not_asked() -> None:
    ask = AskForProof(by=LIN, of=("carrier",))
    given(*reviewed).when(ask, at=WEDNESDAY).refused(NoSuchParty)


def test_the_arbiter_who_asks_is_the_one_it_is_assigned_to_and_did_not_handle_it() -> (
    None
):
    other = By(role="arbiter", name="judge-qi")
    given(*reviewed).when(replace(ask_both, by=other), at=WEDNESDAY).refused(
        NotAssigned
    )
    lin = By(role="arbiter", name="lin")
    given(*reviewed).when(replace(ask_both, by=lin), at=WEDNESDAY).refused(HandledIt)
    given(*reviewed).when(replace(ask_both, by=ANNA), at=WEDNESDAY).refused(NotForYou)


def test_more_evidence_can_be_asked_for_in_another_round() -> None:
    past = given(*pending).when(ask_shop, at=THURSDAY).happens().past
    (ask,) = (event for event in past if isinstance(event, ProofAsked))
    assert ask.number == 1
    again = given(*past).when(show_invoice, at=THURSDAY).happens()
    past = again.when(ask_shop, at=THURSDAY).happens().past
    assert [e.number for e in past if isinstance(e, ProofAsked)] == [1, 2]


# -- Showing --


def test_the_round_ends_when_all_who_were_asked_have_answered() -> None:
    first = ProofSubmitted(at=THURSDAY, by=SHOP, files=(replace(INVOICE, asked=True),))
    met = TimerMet(at=THURSDAY, timer="evidence/1/merchant", seconds_left=0)
    given(*asked).when(show_invoice, at=THURSDAY).then(first, met)
    past = given(*asked, first, met)
    past.when(show_report, at=THURSDAY).then(
        ProofSubmitted(at=THURSDAY, by=ANNA, files=(replace(REPORT, asked=True),)),
        TimerMet(at=THURSDAY, timer="evidence/1/consumer", seconds_left=0),
        RoundEnded(at=THURSDAY, number=1),
        ruling_begins,
    )


def test_what_was_not_asked_for_is_taken_all_the_same() -> None:
    shown = ProofSubmitted(at=TUESDAY, by=ANNA, files=(PHOTO,))
    given(*negotiating).when(SubmitProof(by=ANNA, files=(PHOTO,)), at=TUESDAY).then(
        shown
    )


def test_what_was_shown_before_is_not_shown_again() -> None:
    past = given(*asked).when(show_invoice, at=WEDNESDAY).happens()
    past.when(show_invoice, at=THURSDAY).then()


def test_nothing_more_is_shown_once_it_is_ruled() -> None:
    given(*ruled).when(show_report, at=THURSDAY).refused(NotNow)


@pytest.mark.parametrize(("by", "most"), [(SHOP, 4), (ANNA, 8), (HOST, 4)])
def test_a_side_shows_so_many_pictures_in_a_round_and_as_many_files_as_it_likes(
    by: By, most: int
) -> None:
    pictures = tuple(Shown(evidence=f"photo-{n}") for n in range(most + 1))
    many = SubmitProof(by=by, files=pictures)
    given(*asked).when(many, at=WEDNESDAY).refused(TooManyPictures)
    past = given(*asked).when(replace(many, files=pictures[1:]), at=WEDNESDAY).happens()
    past.when(replace(many, files=pictures[:1]), at=WEDNESDAY).refused(TooManyPictures)
    past.when(replace(many, files=(REPORT,)), at=WEDNESDAY).happens()


def test_contesting_with_proof_answers_what_was_asked() -> None:
    contest = ContestFault(by=SHOP, files=(INVOICE,))
    given(*asked).when(contest, at=WEDNESDAY).then(
        FaultContested(at=WEDNESDAY, by=SHOP, files=(replace(INVOICE, asked=True),)),
        TimerMet(at=WEDNESDAY, timer="evidence/1/merchant", seconds_left=24 * 3600),
    )


def test_nobody_ends_a_round_while_a_side_that_was_asked_has_time_to_answer() -> None:
    past = given(*asked).when(show_invoice, at=WEDNESDAY).happens()
    for by in (JUDGE, LIN):
        past.when(EndRound(by=by), at=THURSDAY).refused(StillAwaited)
    ask = AskForProof(by=OTHER_JUDGE, of=("merchant",))
    under_appeal = given(*appealed).when(ask, at=FRIDAY).happens()
    under_appeal.when(EndRound(by=OTHER_JUDGE), at=FRIDAY).refused(StillAwaited)


def test_a_round_that_waits_for_a_person_is_ended_once_all_time_has_passed() -> None:
    human = replace(EVIDENCE, version=2, on_breach="human")
    book = replace(BOOK, rows=(*BOOK.rows, human))
    past = Given(DISPUTE, book, *reviewed).when(ask_both, at=WEDNESDAY).happens()
    past = past.when(show_invoice, at=WEDNESDAY).happens()
    past.when(end_round, at=DUE).refused(StillAwaited)
    past = past.when(CheckClocks(), at=DUE + SECOND).happens()
    said = past.when(end_round, at=FRIDAY).happens().past
    assert RoundEnded(at=FRIDAY, number=1) in said


def test_a_dispute_that_needs_no_evidence_goes_to_its_ruling_once_both_were_heard() -> (
    None
):
    given(*reviewed).when(end_round, at=THURSDAY).refused(NotHeard)
    both = given(*reviewed).when(contest, at=WEDNESDAY).happens()
    both.when(end_round, at=THURSDAY).then(
        TimerMet(at=THURSDAY, timer="review", seconds_left=3 * 24 * 3600),
        RoundEnded(at=THURSDAY, number=0),
        ruling_begins,
    )
    both.when(EndRound(by=LIN), at=THURSDAY).refused(NotForYou)
    given(*pending).when(EndRound(by=LIN), at=FRIDAY).refused(NotNow)


@pytest.mark.parametrize(
    "said",
    [
        MakeOffer(by=SHOP, type="resend"),
        ContestFault(by=SHOP),
        show_invoice,
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_side_is_heard_when_it_offered_contested_or_showed_something(
    said: DisputeCommand,
) -> None:
    past = given(*reviewed).when(said, at=WEDNESDAY).happens()
    past.when(end_round, at=THURSDAY).happens()


def test_a_side_that_let_the_time_to_negotiate_pass_had_its_say() -> None:
    late = MONDAY + 72 * HOUR + SECOND
    past = given(*negotiating).when(assign_judge, at=MONDAY).happens()
    past = past.when(CheckClocks(), at=late).happens()
    past.when(end_round, at=FRIDAY).happens()


def test_what_the_service_opened_is_not_ruled_before_either_side_was_asked() -> None:
    at_once = replace(open_, by=MACHINE, negotiate=False)
    past = given().when(at_once, at=MONDAY).happens()
    past = past.when(assign_judge, at=MONDAY).happens()
    past.when(end_round, at=TUESDAY).refused(NotHeard)
    past = past.when(ask_both, at=TUESDAY).happens()
    said = past.when(CheckClocks(), at=WEDNESDAY + SECOND).happens().past
    assert any(isinstance(event, RoundEnded) for event in said)


def test_in_an_appeal_only_an_open_round_is_ended() -> None:
    end = EndRound(by=OTHER_JUDGE)
    given(*appealed).when(end, at=FRIDAY).refused(NoRoundOpen)


# -- Silence --


def test_evidence_is_in_time_at_its_due_second_and_missed_a_second_later() -> None:
    given(*asked).when(CheckClocks(), at=DUE).then()
    past = given(*asked).when(CheckClocks(), at=DUE + SECOND).happens().past
    missed = [event for event in past if isinstance(event, ProofMissed)]
    assert [event.side for event in missed] == ["consumer", "merchant"]


def test_silence_comes_to_what_the_burden_of_proof_says_and_is_then_ruled() -> None:
    past = given(*asked).when(show_report, at=WEDNESDAY).happens()
    late = DUE + SECOND
    past.when(CheckClocks(), at=late).then(
        TimerBreached(
            at=late,
            timer="evidence/1/merchant",
            owes="merchant",
            due_at=DUE,
            on_breach="decide",
            policy=EVIDENCE_ROW,
        ),
        ProofMissed(
            at=late,
            number=1,
            side="merchant",
            silence=MERCHANT_SILENT,
            policy=EVIDENCE_ROW,
        ),
        DisputeDefaulted(
            at=late, timer="evidence/1/merchant", does="decide", policy=EVIDENCE_ROW
        ),
        RoundEnded(at=late, number=1),
        replace(ruling_begins, at=late, due_at=late + 120 * HOUR),
    )


def test_a_consumer_silent_after_the_merchants_proof_loses_by_it() -> None:
    past = given(*asked).when(show_invoice, at=WEDNESDAY).happens()
    said = past.when(CheckClocks(), at=DUE + SECOND).happens().past
    (missed,) = (event for event in said if isinstance(event, ProofMissed))
    assert missed.silence == CONSUMER_SILENT


def test_a_consumers_silence_means_nothing_before_the_merchant_proved() -> None:
    past = given(*asked).when(CheckClocks(), at=DUE + SECOND).happens().past
    missed = {e.side: e.silence for e in past if isinstance(e, ProofMissed)}
    assert missed == {"merchant": MERCHANT_SILENT, "consumer": None}


def test_a_row_that_wants_a_person_leaves_the_round_open() -> None:
    human = replace(EVIDENCE, version=2, on_breach="human")
    book = replace(BOOK, rows=(*BOOK.rows, human))
    past = Given(DISPUTE, book, *reviewed).when(ask_both, at=WEDNESDAY).happens()
    said = past.when(CheckClocks(), at=DUE + SECOND).happens().past
    does = [event.does for event in said if isinstance(event, DisputeDefaulted)]
    assert does == ["human", "human"]
    assert not any(isinstance(event, RoundEnded) for event in said)


def test_a_ruling_that_never_comes_needs_a_person_whatever_the_row_says() -> None:
    late = WEDNESDAY + 120 * HOUR + SECOND
    past = given(*pending).when(CheckClocks(), at=late).happens().past
    assert past[-1] == DisputeDefaulted(
        at=late, timer="ruling", does="human", policy="shop.dispute.ruling@1"
    )


# -- The burden of proof, row by row (domain rules, section 3.3) --

PACK = pack_rulebook("douyin-like")

BURDENS: tuple[
    tuple[Issue, tuple[tuple[By, str], ...], tuple[str, Result, str] | None], ...
] = (
    ("not_received", (), ("merchant", "support_consumer", "refund")),
    ("not_received", ((SHOP, "delivery_proof"),), None),
    (
        "return_not_received",
        (),
        ("consumer", "support_merchant", "return_not_received"),
    ),
    ("short_or_wrong", (), ("consumer", "support_merchant", "none")),
    (
        "short_or_wrong",
        ((ANNA, "photo"),),
        ("merchant", "support_consumer", "refund_missing"),
    ),
    ("short_or_wrong", ((ANNA, "photo"), (SHOP, "packing_video")), None),
    ("damaged", ((ANNA, "video"),), ("merchant", "support_consumer", "return_refund")),
    (
        "visible_quality",
        ((ANNA, "photo"),),
        ("merchant", "support_consumer", "return_refund"),
    ),
    ("hidden_quality", (), ("merchant", "support_consumer", "return_refund")),
    (
        "hidden_quality",
        ((SHOP, "inspection_report"),),
        ("consumer", "support_merchant", "none"),
    ),
    ("counterfeit", (), ("merchant", "support_consumer", "return_refund")),
    (
        "counterfeit",
        ((SHOP, "purchase_proof"),),
        ("consumer", "support_merchant", "none"),
    ),
    ("counterfeit", ((SHOP, "purchase_proof"), (ANNA, "inspection_report")), None),
    ("description", (), ("merchant", "support_consumer", "return_refund")),
    ("resale_affected", (), ("merchant", "support_consumer", "refund")),
    ("return_unsigned", (), ("merchant", "support_consumer", "refund")),
    ("freight", (), ("merchant", "support_consumer", "refund_freight")),
    ("ambiguous_promise", (), ("merchant", "support_consumer", "perform_promise")),
    ("transit_risk", (), ("merchant", "support_consumer", "refund")),
    ("other", (), ("consumer", "support_merchant", "none")),
)


@pytest.mark.parametrize(("issue", "shown", "expected"), BURDENS)
def test_who_is_silent_loses_by_the_burden_of_proof(
    issue: Issue,
    shown: tuple[tuple[By, str], ...],
    expected: tuple[str, Result, str] | None,
) -> None:
    proofs = [
        ProofSubmitted(
            at=MONDAY, by=by, files=(Shown(evidence=f"file-{n}", shows=kind),)
        )
        for n, (by, kind) in enumerate(shown)
    ]
    past: list[DisputeEvent] = [replace(opened, issue=issue), *proofs]
    dispute = reduce(DISPUTE.evolve, past, DISPUTE.initial)
    said = [
        (each.proves, each.default, each.remedy)
        for each in burden_says(dispute, PACK, MONDAY + DAY)
    ]
    assert said == ([] if expected is None else [expected])


def test_the_template_names_what_proves_ones_own_step_and_nothing_before_it() -> None:
    dispute = reduce(DISPUTE.evolve, reviewed, DISPUTE.initial)
    kinds = to_prove(dispute, "merchant", BOOK, WEDNESDAY)
    assert kinds == ("purchase_proof", "inspection_report")
    assert to_prove(dispute, "consumer", BOOK, WEDNESDAY) == ()


def test_what_came_with_the_opening_counts_as_shown() -> None:
    with_report = replace(open_, by=SHOP, evidence=(INVOICE,))
    past = given().when(with_report, at=MONDAY).happens().past
    dispute = reduce(DISPUTE.evolve, past, DISPUTE.initial)
    assert burden_says(dispute, BOOK, MONDAY) == (CONSUMER_SILENT,)
