"""How disputes are ruled, carried out and appealed, and by whom not, in sentences."""

from functools import reduce

import pytest
from msgspec.structs import replace

from domain.dispute import (
    DISPUTE,
    AboveTheLimit,
    AppealDecided,
    AppealedBefore,
    AppealFiled,
    AppealTooLate,
    AskForProof,
    AssignHandler,
    Award,
    AwardNeeded,
    AwardTooMuch,
    ChangedToWhat,
    CompleteEnforcement,
    DecideAppeal,
    DisputeClosed,
    DisputeDefaulted,
    EndRound,
    EnforcementCompleted,
    EnforcementStarted,
    EnforceRuling,
    FileAppeal,
    Finding,
    FindingNeeded,
    HandledIt,
    IssueRuling,
    Liability,
    MoreThanClaimed,
    NobodyPays,
    NotAssigned,
    NoteDispute,
    NotEnforcing,
    NotForYou,
    NothingNew,
    NothingToAward,
    NotNow,
    NotTakingPart,
    NotYourDispute,
    OtherCurrency,
    PartyOfIt,
    PartyTwice,
    ProofAsked,
    ReopenDispute,
    RoundOpen,
    RuledIt,
    RulingIssued,
    SameHands,
    SharesDoNotSum,
    SharesNeeded,
    Shown,
    ShownByAnother,
    SubmitProof,
    UnknownBasis,
    UnknownEvidence,
    UnprovenFinding,
    burden_says,
)
from domain.money import Money
from domain.party import SYSTEM, By, LiableParty
from domain.timer import CheckClocks, TimerCancelled, TimerMet, TimerStarted
from tests.domain.disputes import (
    ANNA,
    BOOK,
    CASHIER,
    DAY,
    FAKE,
    FRIDAY,
    HOST,
    INVOICE,
    JUDGE,
    LIN,
    MACHINE,
    OTHER_JUDGE,
    PAID,
    PHOTO,
    REFUND,
    REPORT,
    SECOND,
    SHOP,
    SHOP_BEARS_MOST,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    WEI,
    appeal,
    appealed,
    asked,
    assign_judge,
    enforced,
    enforcing,
    fen,
    given,
    pending,
    reviewed,
    rule,
    ruled,
    show_invoice,
)
from tests.given import Given

# -- The ruling --


def test_a_ruling_names_what_the_burden_of_proof_gave_and_starts_three_clocks() -> None:
    past = given(*pending).when(rule, at=THURSDAY).happens().past
    said = past[len(pending) :]
    dispute = reduce(DISPUTE.evolve, pending, DISPUTE.initial)
    assert said[0] == RulingIssued(
        at=THURSDAY,
        by=JUDGE,
        number=1,
        result="support_consumer",
        findings=rule.findings,
        liability=SHOP_BEARS_MOST,
        awards=(REFUND,),
        basis=("shop.counterfeit@1",),
        silences=burden_says(dispute, BOOK, THURSDAY),
    )
    assert isinstance(said[1], TimerMet)
    clocks = [(e.timer, e.due_at) for e in said if isinstance(e, TimerStarted)]
    assert clocks == [
        ("appeal_window", THURSDAY + 7 * DAY),
        ("appeal_window_creator", THURSDAY + 14 * DAY),
        ("enforcement", THURSDAY + 3 * DAY),
    ]


def test_an_arbiter_may_find_otherwise_than_the_burden_of_proof() -> None:
    shown = given(*pending).when(show_invoice, at=THURSDAY).happens()
    genuine = Finding(
        fact="goods_genuine", holds=True, shown_by=SHOP, evidence=("file-invoice",)
    )
    other = replace(rule, result="support_merchant", findings=(genuine,), awards=())
    shown.when(other, at=THURSDAY).happens()


@pytest.mark.parametrize("shares", [(7_000, 2_999), (7_000, 3_001), (10_000, 1)])
def test_the_shares_of_all_parties_come_to_the_whole(shares: tuple[int, int]) -> None:
    parties: tuple[LiableParty, LiableParty] = ("merchant", "creator")
    liability = tuple(
        Liability(party=party, share_bp=bp, basis="sold_fake")
        for party, bp in zip(parties, shares, strict=True)
    )
    given(*pending).when(replace(rule, liability=liability), at=THURSDAY).refused(
        SharesDoNotSum
    )


def test_a_party_has_one_share_by_whatever_name() -> None:
    half = Liability(party="merchant", name="shop-1", share_bp=5_000, basis="sold_fake")
    for other in (half, replace(half, name=None)):
        twice = replace(rule, liability=(half, other))
        given(*pending).when(twice, at=THURSDAY).refused(PartyTwice)


def test_whatever_is_decided_somebody_is_to_blame_for_it() -> None:
    past, to_pay = given(*pending), replace(rule, liability=())
    past.when(to_pay, at=THURSDAY).refused(SharesNeeded)
    for_shop = replace(to_pay, result="support_merchant", awards=())
    past.when(for_shop, at=THURSDAY).refused(SharesNeeded)
    consumers = (Liability(party="consumer", share_bp=10_000, basis="misused"),)
    past.when(replace(for_shop, liability=consumers), at=THURSDAY).happens()


def test_a_ruling_that_decides_nothing_needs_no_ground_and_gives_nothing() -> None:
    nothing = IssueRuling(by=JUDGE, result="none", findings=())
    past = given(*pending)
    past.when(nothing, at=THURSDAY).happens()
    gives = replace(nothing, liability=SHOP_BEARS_MOST, awards=(REFUND,))
    past.when(gives, at=THURSDAY).refused(NothingToAward)
    sends_back = replace(nothing, return_first=True)
    past.when(sends_back, at=THURSDAY).refused(NothingToAward)


def test_without_a_finding_a_ruling_follows_from_silence_by_the_row_it_names() -> None:
    past, silent = given(*pending), replace(rule, findings=())
    past.when(silent, at=THURSDAY).happens()
    past.when(replace(silent, basis=()), at=THURSDAY).refused(FindingNeeded)
    other = replace(silent, result="partial")
    past.when(other, at=THURSDAY).refused(FindingNeeded)


@pytest.mark.parametrize(
    ("party", "name"),
    [("carrier", None), ("merchant", "shop-2"), ("consumer", "bo"), ("creator", "x")],
)
def test_only_who_takes_part_is_at_fault_and_pays(
    party: LiableParty, name: str | None
) -> None:
    stranger = Liability(party=party, name=name, share_bp=10_000, basis="test")
    past = given(*pending)
    past.when(replace(rule, liability=(stranger,)), at=THURSDAY).refused(NotTakingPart)


def test_no_creator_pays_in_a_dispute_without_one_but_the_platform_may() -> None:
    alone = (replace(pending[0], creator=None), *pending[1:])
    shop = (Liability(party="merchant", share_bp=10_000, basis="sold_fake"),)
    by_creator = replace(
        rule, liability=shop, awards=(replace(REFUND, payer="creator"),)
    )
    given(*alone).when(by_creator, at=THURSDAY).refused(NotTakingPart)
    platform = (replace(REFUND, payer="platform"),)
    given(*alone).when(replace(by_creator, awards=platform), at=THURSDAY).happens()


def test_a_finding_says_who_showed_its_evidence_and_nobody_else() -> None:
    past = given(*pending).when(show_invoice, at=THURSDAY).happens()
    by_anna = Finding(
        fact="goods_genuine", holds=True, shown_by=ANNA, evidence=("file-invoice",)
    )
    for other in (ANNA, JUDGE, By(role="merchant", name="shop-2")):
        ruling = replace(rule, findings=(replace(by_anna, shown_by=other),))
        past.when(ruling, at=THURSDAY).refused(ShownByAnother)


def test_what_the_service_opened_it_with_is_its_own_to_show() -> None:
    data = Shown(evidence="file-data", shows="tracking")
    first = (replace(pending[0], by=WEI, evidence=(data,)), *pending[1:])
    ours = Finding(
        fact="goods_received", holds=False, shown_by=WEI, evidence=("file-data",)
    )
    given(*first).when(replace(rule, findings=(ours,)), at=THURSDAY).happens()


def test_a_merchant_nobody_named_is_nobody() -> None:
    nameless = (replace(pending[0], merchant=None), *pending[1:])
    given(*nameless).when(show_invoice, at=THURSDAY).refused(NotYourDispute)


def test_nothing_is_awarded_beyond_the_claim_or_in_another_currency() -> None:
    past = given(*pending)
    more = replace(rule, awards=(REFUND, replace(REFUND, amount=fen(1))))
    past.when(more, at=THURSDAY).refused(MoreThanClaimed)
    dollars = replace(rule, awards=(replace(REFUND, amount=Money(1, "USD")),))
    past.when(dollars, at=THURSDAY).refused(OtherCurrency)


@pytest.mark.parametrize(
    "award",
    [
        Award(kind="refund", amount=PAID, payer="consumer"),
        Award(kind="refund", amount=PAID, payer="force_majeure"),
        Award(kind="refund", amount=fen(0), payer="merchant"),
    ],
)
def test_an_award_is_paid_by_somebody_who_can(award: Award) -> None:
    given(*pending).when(replace(rule, awards=(award,)), at=THURSDAY).refused(
        NobodyPays
    )


def test_supporting_the_consumer_gives_him_something() -> None:
    empty = replace(rule, awards=())
    given(*pending).when(empty, at=THURSDAY).refused(AwardNeeded)
    given(*pending).when(replace(empty, return_first=True), at=THURSDAY).happens()
    free = (replace(pending[0], claimed=None), *pending[1:])
    given(*free).when(empty, at=THURSDAY).happens()


def test_supporting_the_merchant_gives_the_consumer_nothing() -> None:
    both = replace(rule, result="support_merchant")
    given(*pending).when(both, at=THURSDAY).refused(AwardTooMuch)


def test_a_finding_names_evidence_of_the_dispute_or_the_row_on_who_proves() -> None:
    past = given(*pending)
    past.when(replace(rule, findings=(FAKE,)), at=THURSDAY).refused(UnknownEvidence)
    bare = Finding(fact="goods_genuine", holds=False, shown_by=ANNA)
    past.when(replace(rule, findings=(bare,)), at=THURSDAY).refused(UnprovenFinding)
    nobody = replace(bare, shown_by=None)
    past.when(replace(rule, findings=(nobody,)), at=THURSDAY).refused(UnprovenFinding)
    by_row = replace(nobody, policy="shop.counterfeit@1")
    past.when(replace(rule, findings=(by_row,)), at=THURSDAY).happens()
    own_data = replace(bare, shown_by=MACHINE, source="order_record")
    past.when(replace(rule, findings=(own_data,)), at=THURSDAY).happens()


def test_a_finding_by_default_names_the_row_of_the_issue_and_no_other() -> None:
    clock = Finding(fact="goods_genuine", holds=False, policy="shop.dispute.evidence@1")
    given(*pending).when(replace(rule, findings=(clock,)), at=THURSDAY).refused(
        UnknownBasis
    )


def test_a_ruling_rests_on_rows_that_exist() -> None:
    unknown = replace(rule, basis=("shop.counterfeit@2",))
    given(*pending).when(unknown, at=THURSDAY).refused(UnknownBasis)


# -- Four eyes --


def test_only_the_arbiter_it_is_assigned_to_rules() -> None:
    past = given(*pending)
    past.when(replace(rule, by=OTHER_JUDGE), at=THURSDAY).refused(NotAssigned)
    past.when(replace(rule, by=WEI), at=THURSDAY).refused(NotForYou)
    past.when(replace(rule, by=SHOP), at=THURSDAY).refused(NotForYou)


def test_whoever_handled_the_case_is_not_made_its_arbiter() -> None:
    lin = AssignHandler(by=WEI, duty="arbiter", person="lin")
    given(*reviewed).when(lin, at=WEDNESDAY).refused(HandledIt)


@pytest.mark.parametrize("party", ["anna", "shop-1", "host-7"])
def test_no_party_of_a_dispute_is_made_its_arbiter_or_its_handler(party: str) -> None:
    arbiter = AssignHandler(by=WEI, duty="arbiter", person=party)
    handler = replace(arbiter, duty="handler")
    given(*reviewed).when(arbiter, at=FRIDAY).refused(PartyOfIt)
    given(*reviewed).when(handler, at=FRIDAY).refused(PartyOfIt)
    of_the_appeal = replace(arbiter, duty="appeal_arbiter")
    given(*appealed).when(of_the_appeal, at=FRIDAY).refused(PartyOfIt)


def test_whoever_handles_the_dispute_does_not_rule_on_it() -> None:
    handler = AssignHandler(by=WEI, duty="handler", person="judge-qi")
    past = given(*reviewed).when(handler, at=WEDNESDAY).happens()
    nobody = AssignHandler(by=WEI, duty="handler", person=None)
    past = past.when(nobody, at=WEDNESDAY).happens()
    judge = AssignHandler(by=WEI, duty="arbiter", person="judge-qi")
    past.when(judge, at=WEDNESDAY).refused(HandledIt)


def test_an_arbiter_who_worked_on_it_as_an_agent_does_not_rule_on_it() -> None:
    as_agent = By(role="agent", name="judge-ma")
    note = NoteDispute(by=as_agent, words="sealed:words")
    past = given(*pending).when(note, at=THURSDAY).happens()
    past.when(rule, at=THURSDAY).refused(HandledIt)
    ask = AskForProof(by=as_agent, of=("merchant",))
    past = given(*reviewed).when(ask, at=WEDNESDAY).happens()
    past = past.when(show_invoice, at=WEDNESDAY).happens()
    past.when(rule, at=THURSDAY).refused(HandledIt)


def test_handing_it_out_is_not_handling_it() -> None:
    as_agent = By(role="agent", name="judge-ma")
    hand_out = AssignHandler(by=as_agent, duty="handler", person="wei")
    past = given(*pending).when(hand_out, at=THURSDAY).happens()
    past.when(rule, at=THURSDAY).happens()


def test_an_agent_does_not_make_himself_its_arbiter() -> None:
    take = AssignHandler(by=WEI, duty="arbiter", person="wei")
    given(*reviewed).when(take, at=WEDNESDAY).refused(NotAssigned)


def test_the_arbiter_does_not_become_its_handler() -> None:
    swap = AssignHandler(by=WEI, duty="handler", person="judge-ma")
    given(*reviewed).when(swap, at=WEDNESDAY).refused(RuledIt)


def test_whoever_ruled_is_not_made_the_appeals_arbiter() -> None:
    same = AssignHandler(by=WEI, duty="appeal_arbiter", person="judge-ma")
    given(*appealed).when(same, at=FRIDAY).refused(RuledIt)
    handler = AssignHandler(by=WEI, duty="appeal_arbiter", person="lin")
    given(*appealed).when(handler, at=FRIDAY).refused(HandledIt)


def test_only_the_arbiter_of_the_appeal_decides_it() -> None:
    past = given(*appealed)
    for by, why in (
        (JUDGE, RuledIt),
        (By(role="arbiter", name="lin"), HandledIt),
        (By(role="arbiter", name="judge-xu"), NotAssigned),
        (WEI, NotForYou),
    ):
        past.when(replace(uphold, by=by), at=FRIDAY).refused(why)


# -- Carrying it out --


def test_a_ruling_is_carried_out_and_done() -> None:
    given(*ruled).when(EnforceRuling(by=MACHINE), at=THURSDAY).then(
        EnforcementStarted(at=THURSDAY, by=MACHINE)
    )
    given(*enforcing).when(EnforceRuling(by=MACHINE), at=THURSDAY).then()
    given(*enforcing).when(CompleteEnforcement(by=MACHINE), at=FRIDAY).then(
        EnforcementCompleted(at=FRIDAY, by=MACHINE),
        TimerMet(at=FRIDAY, timer="enforcement", seconds_left=2 * 24 * 3600),
    )
    given(*enforced).when(CompleteEnforcement(by=MACHINE), at=FRIDAY).then()
    given(*ruled).when(CompleteEnforcement(by=MACHINE), at=FRIDAY).refused(NotNow)


def test_done_after_the_time_to_appeal_it_closes() -> None:
    late = THURSDAY + 14 * DAY + SECOND
    past = given(*enforcing).when(CheckClocks(), at=late).happens()
    done = past.when(CompleteEnforcement(by=MACHINE), at=late).happens().past
    assert done[-1] == DisputeClosed(at=late, by=SYSTEM)


def test_what_is_not_carried_out_in_time_the_service_carries_out() -> None:
    due = THURSDAY + 3 * DAY
    given(*ruled).when(CheckClocks(), at=due).then()
    said = given(*ruled).when(CheckClocks(), at=due + SECOND).happens().past
    policy = "shop.dispute.enforcement@1"
    assert said[-1] == DisputeDefaulted(
        at=due + SECOND, timer="enforcement", does="enforce", policy=policy
    )
    said = given(*enforcing).when(CheckClocks(), at=due + SECOND).happens().past
    assert said[-1] == DisputeDefaulted(
        at=due + SECOND, timer="enforcement", does="human", policy=policy
    )


def test_money_above_the_arbiters_limit_is_approved_by_somebody_else() -> None:
    much = (replace(pending[0], claimed=fen(200_000)), *pending[1:])
    award = replace(REFUND, amount=fen(100_001))
    past = given(*much).when(replace(rule, awards=(award,)), at=THURSDAY).happens()
    past.when(EnforceRuling(by=MACHINE), at=THURSDAY).refused(AboveTheLimit)
    past.when(EnforceRuling(by=CASHIER), at=THURSDAY).happens()
    himself = By(role="finance_approver", name="judge-ma")
    past.when(EnforceRuling(by=himself), at=THURSDAY).refused(SameHands)


# -- Appeals --

uphold = DecideAppeal(by=OTHER_JUDGE, upheld=True)
change = DecideAppeal(
    by=OTHER_JUDGE,
    upheld=False,
    result="support_merchant",
    findings=(
        Finding(
            fact="goods_genuine", holds=True, shown_by=SHOP, evidence=("file-invoice",)
        ),
    ),
    liability=(Liability(party="consumer", share_bp=10_000, basis="misused"),),
)


def test_a_party_appeals_with_something_new() -> None:
    given(*ruled).when(appeal, at=FRIDAY).then(
        AppealFiled(at=FRIDAY, by=SHOP, files=(INVOICE,)),
        TimerMet(at=FRIDAY, timer="appeal_window", seconds_left=6 * 24 * 3600),
        TimerCancelled(at=FRIDAY, timer="appeal_window_creator", reason="appealed"),
        TimerStarted(
            at=FRIDAY,
            timer="appeal_ruling",
            step="dispute.appeal_ruling",
            owes="arbiter",
            seconds=120 * 3600,
            due_at=FRIDAY + 5 * DAY,
            on_breach="human",
            policy="shop.dispute.appeal-ruling@1",
        ),
    )


def test_an_appeal_with_what_was_shown_before_is_none() -> None:
    past = given(*asked).when(show_invoice, at=WEDNESDAY).happens()
    past = past.when(CheckClocks(), at=THURSDAY + SECOND).happens()
    past = past.when(rule, at=THURSDAY + DAY).happens()
    past.when(appeal, at=FRIDAY).refused(NothingNew)
    past.when(replace(appeal, files=(INVOICE, PHOTO)), at=FRIDAY).happens()


def test_an_appeal_is_in_time_at_the_last_second_and_not_after() -> None:
    ends = THURSDAY + 7 * DAY
    given(*ruled).when(appeal, at=ends).happens()
    given(*ruled).when(appeal, at=ends + SECOND).refused(AppealTooLate)
    past = given(*ruled).when(CheckClocks(), at=ends + SECOND).happens()
    past.when(appeal, at=ends + DAY).refused(AppealTooLate)


def test_a_creator_has_fourteen_days() -> None:
    ends = THURSDAY + 14 * DAY
    hosts = replace(appeal, by=HOST)
    given(*ruled).when(hosts, at=ends).happens()
    given(*ruled).when(hosts, at=ends + SECOND).refused(AppealTooLate)


def test_nobody_else_appeals_and_nothing_but_a_ruling_is_appealed() -> None:
    stranger = replace(appeal, by=By(role="merchant", name="shop-2"))
    given(*ruled).when(stranger, at=FRIDAY).refused(NotYourDispute)
    given(*ruled).when(replace(appeal, by=LIN), at=FRIDAY).refused(NotForYou)
    given(*pending).when(appeal, at=FRIDAY).refused(NotNow)


def test_a_ruling_stands_and_is_carried_out_while_it_is_appealed() -> None:
    past = given(*appealed).when(EnforceRuling(by=MACHINE), at=FRIDAY).happens()
    past = past.when(CompleteEnforcement(by=MACHINE), at=FRIDAY).happens()
    assert not any(isinstance(event, DisputeClosed) for event in past.past)
    closed = past.when(uphold, at=FRIDAY).happens().past[-1]
    assert closed == DisputeClosed(at=FRIDAY, by=SYSTEM)


def test_an_upheld_ruling_still_to_be_carried_out_does_not_close() -> None:
    given(*appealed).when(uphold, at=FRIDAY).then(
        AppealDecided(
            at=FRIDAY, by=OTHER_JUDGE, upheld=True, result="support_consumer"
        ),
        TimerMet(at=FRIDAY, timer="appeal_ruling", seconds_left=5 * 24 * 3600),
    )


def test_a_changed_ruling_takes_the_place_of_the_first_and_is_carried_out() -> None:
    past = given(*appealed).when(change, at=FRIDAY).happens()
    dispute = reduce(DISPUTE.evolve, past.past, DISPUTE.initial)
    assert dispute.status == "ruling_changed"
    assert dispute.ruling is not None
    assert (dispute.ruling.result, dispute.ruling.awards) == ("support_merchant", ())
    past = past.when(EnforceRuling(by=MACHINE), at=FRIDAY).happens()
    done = past.when(CompleteEnforcement(by=MACHINE), at=FRIDAY).happens().past
    assert done[-1] == DisputeClosed(at=FRIDAY, by=SYSTEM)


def test_a_changed_ruling_is_checked_as_the_first_was() -> None:
    past = given(*appealed)
    past.when(replace(change, result=None), at=FRIDAY).refused(ChangedToWhat)
    past.when(replace(change, awards=(REFUND,)), at=FRIDAY).refused(AwardTooMuch)
    gone = replace(change.findings[0], evidence=("file-report",))
    past.when(replace(change, findings=(gone,)), at=FRIDAY).refused(UnknownEvidence)


def test_a_ruling_is_appealed_once() -> None:
    again = FileAppeal(by=ANNA, files=(REPORT,))
    given(*appealed).when(again, at=FRIDAY).refused(AppealedBefore)
    past = given(*appealed).when(uphold, at=FRIDAY).happens()
    past.when(again, at=FRIDAY).refused(AppealedBefore)


def test_in_an_appeal_the_appeals_arbiter_asks_for_more_within_its_own_time() -> None:
    ask = AskForProof(by=OTHER_JUDGE, of=("merchant",), shows=("inspection_report",))
    given(*appealed).when(ask, at=FRIDAY).then(
        ProofAsked(
            at=FRIDAY,
            by=OTHER_JUDGE,
            number=1,
            of=("merchant",),
            shows=("inspection_report",),
        ),
        TimerStarted(
            at=FRIDAY,
            timer="evidence/1/merchant",
            step="dispute.appeal_evidence",
            owes="merchant",
            seconds=72 * 3600,
            due_at=FRIDAY + 3 * DAY,
            on_breach="decide",
            policy="shop.dispute.appeal-evidence@1",
        ),
    )
    given(*appealed).when(replace(ask, by=LIN), at=FRIDAY).refused(NotForYou)
    given(*appealed).when(replace(ask, by=JUDGE), at=FRIDAY).refused(RuledIt)


def test_enforcing_needs_to_have_begun_before_it_is_done() -> None:
    past = given(*appealed)
    past.when(CompleteEnforcement(by=MACHINE), at=FRIDAY).refused(NotEnforcing)


def test_an_arbiter_is_assigned_before_the_case_is_reviewed_or_later() -> None:
    past = Given(DISPUTE, BOOK, pending[0]).when(assign_judge, at=TUESDAY).happens()
    assert len(past.past) == 2


def test_more_is_shown_while_an_appeal_is_looked_at() -> None:
    more = SubmitProof(by=ANNA, files=(Shown(evidence="file-late"),))
    given(*appealed).when(more, at=FRIDAY).happens()


def test_whoever_decided_an_appeal_does_not_rule_when_it_is_taken_up_again() -> None:
    past = given(*appealed).when(change, at=FRIDAY).happens()
    for command in (
        EnforceRuling(by=MACHINE),
        CompleteEnforcement(by=MACHINE),
        ReopenDispute(by=WEI, reason="feedback"),
        EndRound(by=JUDGE),
    ):
        past = past.when(command, at=FRIDAY).happens()
    past.when(replace(rule, by=OTHER_JUDGE), at=FRIDAY).refused(RuledIt)
    past.when(rule, at=FRIDAY).happens()


def test_in_an_appeal_too_only_one_round_is_open_at_a_time() -> None:
    ask = AskForProof(by=OTHER_JUDGE, of=("merchant",))
    past = given(*appealed).when(ask, at=FRIDAY).happens()
    past.when(ask, at=FRIDAY).refused(RoundOpen)
