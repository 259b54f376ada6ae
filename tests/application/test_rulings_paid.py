"""Whatever a ruling awards is paid, owed in the books, or refused when it is ruled."""

from functools import reduce
from typing import Any
from uuid import uuid5

import pytest
from msgspec.structs import replace

from application.dispute_money import case_of
from domain.after_sales import (
    CaseType,
    OpenCase,
    OrderRefund,
    RecordRefundResult,
    StillDisputed,
    WithdrawCase,
)
from domain.dispute import (
    AskForProof,
    AssignHandler,
    Award,
    ContestFault,
    DecideAppeal,
    EndRound,
    EnforceRuling,
    EscalateDispute,
    FileAppeal,
    Finding,
    IssueRuling,
    Liability,
    MoreThanTheOrderGives,
    ReopenDispute,
    Shown,
    TerminateDispute,
    WithdrawDispute,
)
from domain.order import ORDER, ClaimedAlready, ClaimItem, Order
from domain.party import By, LiableParty
from domain.responsibility import EntryPosted
from tests.application.test_disputes import (
    ANNA,
    DAY,
    JUDGE,
    MACHINE,
    MONDAY,
    NAMES,
    OTHER_JUDGE,
    SHOP,
    WEI,
    Shop,
    fen,
    postings,
    shop,
)

__all__ = ["shop"]  # the fixture is given to these tests too

BAG_FOR_NOTHING = (ClaimItem(line=1, quantity=1, amount=fen(0)),)
# So that no shares are posted: who paid first, bears it.
BY_NOBODY = (Liability(party="consumer", share_bp=10_000, basis="mistaken"),)
OWN_DATA = Finding(fact="other", holds=True, shown_by=JUDGE, source="brand_list")


def asks_for(shop: Shop, kind: CaseType, number: str = "C-1") -> None:
    """Open a case of a kind that asks for goods: one bag, and no money."""
    command = OpenCase(
        by=ANNA,
        order=str(shop.order_id),
        consumer="anna",
        type=kind,
        items=BAG_FOR_NOTHING,
        reason=5,
    )
    case_id = shop.cases.id_of(shop.order_id, number)
    context = shop.context(command, MONDAY)
    shop.cases.open(case_id, shop.order_id, command, context)


def order_of(shop: Shop) -> Order:
    events: list[Any] = list(shop.events(shop.order_id))
    return reduce(ORDER.evolve, events, ORDER.initial)


def awards(*amounts: int, payer: LiableParty = "merchant") -> tuple[Award, ...]:
    return tuple(
        Award(kind="refund", amount=fen(minor), payer=payer) for minor in amounts
    )


def rules(shop: Shop, *given: Award) -> None:
    """Let the arbiter rule for the consumer, in part."""
    shop.ruled(4)
    ruling = IssueRuling(
        by=JUDGE,
        result="partial",
        findings=(OWN_DATA,),
        liability=BY_NOBODY,
        awards=given,
    )
    shop.does(ruling)


def changes(shop: Shop, *given: Award) -> None:
    """Let the shop appeal, and the appeal arbiter change what was awarded."""
    shop.does(
        FileAppeal(by=SHOP, files=(Shown(evidence="file-9", shows="invoice"),)),
        AssignHandler(by=WEI, duty="appeal_arbiter", person="judge-qi"),
        DecideAppeal(
            by=OTHER_JUDGE,
            upheld=False,
            result="partial" if given else "support_merchant",
            findings=(replace(OWN_DATA, shown_by=OTHER_JUDGE),),
            liability=BY_NOBODY,
            awards=given,
        ),
    )


def pays(shop: Shop, refund: str = "R-1") -> None:
    """Let the shop send what is due, and let it arrive."""
    for command in (
        OrderRefund(by=SHOP, refund=refund),
        RecordRefundResult(refund=refund, succeeded=True),
    ):
        context = shop.context(command, MONDAY + 2 * DAY)
        if isinstance(command, RecordRefundResult):
            context = replace(context, occurred_at=MONDAY + 2 * DAY)
        shop.cases.take(shop.case_id, command, context)


# -- A case under dispute stays --


def test_a_case_is_not_withdrawn_while_a_dispute_is_over_it(shop: Shop) -> None:
    shop.opens()
    withdraw = WithdrawCase(by=ANNA)
    context = shop.context(withdraw, MONDAY + DAY)
    with pytest.raises(StillDisputed):
        shop.cases.take(shop.case_id, withdraw, context)
    with pytest.raises(ClaimedAlready):
        asks_for(shop, "exchange", "C-2")
    shop.does(WithdrawDispute(by=ANNA))
    after = shop.context(withdraw, MONDAY + 2 * DAY)
    shop.cases.take(shop.case_id, withdraw, after)
    assert shop.case.status == "closed"


# -- A case about goods --


def test_a_ruling_turns_a_case_about_goods_into_a_refund() -> None:
    shop = Shop()
    asks_for(shop, "exchange")
    shop.opens()
    assert shop.dispute.claimed == fen(60_000)
    rules(shop, *awards(50_000))
    shop.does(EnforceRuling(by=MACHINE))
    assert (shop.case.type, shop.case.status) == ("refund_shipped", "refunding")
    assert shop.case.to_pay == fen(50_000)
    pays(shop)
    assert shop.case.status == "succeeded"
    assert order_of(shop).refunded == {"CNY": 50_000}


def test_no_more_is_awarded_than_the_order_can_still_give() -> None:
    shop = Shop()
    asks_for(shop, "exchange")
    shop.opens()
    beside = OpenCase(
        by=ANNA,
        order=str(shop.order_id),
        consumer="anna",
        type="price_protection",
        items=(ClaimItem(line=1, quantity=1, amount=fen(20_000)),),
        reason=5,
    )
    case_id = shop.cases.id_of(shop.order_id, "C-2")
    context = shop.context(beside, MONDAY + DAY)
    shop.cases.open(case_id, shop.order_id, beside, context)
    with pytest.raises(MoreThanTheOrderGives):
        rules(shop, *awards(40_001))
    ruling = IssueRuling(
        by=JUDGE,
        result="partial",
        findings=(OWN_DATA,),
        liability=BY_NOBODY,
        awards=awards(40_000),
    )
    shop.does(ruling, EnforceRuling(by=MACHINE))
    assert shop.case.to_pay == fen(40_000)


def test_compensation_is_owed_by_its_payer_whatever_is_claimed() -> None:
    shop = Shop()
    asks_for(shop, "exchange")
    shop.opens()
    rules(shop, Award(kind="compensation", amount=fen(90_000), payer="platform"))
    shop.does(EnforceRuling(by=MACHINE))
    owed = ("owed", "platform", "consumer", 90_000)
    assert postings(shop.account_of(shop.case_id)) == [owed]


def test_goods_never_sent_are_refunded_as_such(unsent: Shop) -> None:
    asks_for(unsent, "resend")
    unsent.opens()
    rules(unsent, *awards(50_000))
    unsent.does(EnforceRuling(by=MACHINE))
    assert unsent.case.type == "refund_unshipped"
    assert unsent.case.to_pay == fen(50_000)


@pytest.fixture
def unsent() -> Shop:
    return Shop(sent=False)


# -- A ruling changed on appeal --


@pytest.mark.parametrize(
    ("now", "entries"),
    [
        (awards(30_000), [("owed", "consumer", "merchant", 20_000)]),
        ((), [("owed", "consumer", "merchant", 50_000)]),
        (
            awards(30_000, payer="platform"),
            [
                ("owed", "platform", "merchant", 30_000),
                ("owed", "consumer", "merchant", 20_000),
            ],
        ),
        (awards(70_000), []),  # the case pays the rest
    ],
    ids=["less", "nothing", "another pays less", "more"],
)
def test_what_a_changed_ruling_had_paid_without_a_case_is_evened_in_the_books(
    now: tuple[Award, ...], entries: list[tuple[str, str, str, int]]
) -> None:
    shop = Shop()
    shop.opens(over_case=False)
    rules(shop, *awards(50_000))
    shop.does(EnforceRuling(by=MACHINE))
    shop.case_id = case_of(shop.dispute_id, shop.dispute)
    assert postings(shop.account_of(shop.case_id)) == []
    pays(shop)
    paid = ("paid", "escrow", "consumer", 50_000)
    assert postings(shop.account_of(shop.case_id)) == [paid]
    changes(shop, *now)
    shop.does(EnforceRuling(by=MACHINE))
    news = postings(shop.account_of(shop.case_id))[1:]
    assert sorted(news) == sorted(entries)
    assert order_of(shop).refunded == {"CNY": 50_000}


def test_what_a_case_paid_too_much_by_a_changed_ruling_is_owed_back(shop: Shop) -> None:
    shop.opens()
    rules(shop, *awards(50_000))
    shop.does(EnforceRuling(by=MACHINE))
    pays(shop)
    changes(shop, *awards(30_000))
    shop.does(EnforceRuling(by=MACHINE))
    assert postings(shop.account_of(shop.case_id)) == [
        ("paid", "escrow", "consumer", 50_000),
        ("owed", "consumer", "merchant", 20_000),
    ]


def test_what_a_changed_ruling_gives_more_the_case_pays(shop: Shop) -> None:
    shop.opens()
    rules(shop, *awards(50_000))
    shop.does(EnforceRuling(by=MACHINE))
    pays(shop)
    changes(shop, *awards(70_000))
    shop.does(EnforceRuling(by=MACHINE))
    assert shop.case.to_pay == fen(20_000)
    pays(shop, "R-2")
    assert order_of(shop).refunded == {"CNY": 70_000}


def test_an_award_whose_goods_went_elsewhere_meanwhile_is_owed(shop: Shop) -> None:
    shop.opens()
    shop.ruled(4)
    nothing = IssueRuling(
        by=JUDGE,
        result="support_merchant",
        findings=(OWN_DATA,),
        liability=BY_NOBODY,
    )
    shop.does(nothing, EnforceRuling(by=MACHINE))
    changes(shop, *awards(80_000))
    asks_for(shop, "exchange", "C-2")
    shop.does(EnforceRuling(by=MACHINE))
    assert shop.case.to_pay == fen(20_000)
    assert postings(shop.account_of(shop.case_id)) == [
        ("owed", "merchant", "consumer", 60_000)
    ]


def test_a_round_left_open_at_its_end_is_over_when_a_dispute_begins_anew() -> None:
    shop = Shop()
    shop.opens(over_case=False)
    shop.does(
        AssignHandler(by=WEI, duty="arbiter", person="judge-ma"),
        EscalateDispute(by=ANNA),
        AskForProof(by=JUDGE, of=("merchant",)),
        TerminateDispute(by=MACHINE, authority="court", reference="c-1"),
        ReopenDispute(by=WEI, reason="feedback"),
    )
    assert shop.dispute.round is None
    shop.does(AskForProof(by=JUDGE, of=("merchant",)))
    assert shop.dispute.round is not None


def stands(shop: Shop) -> tuple[int, int]:
    """Return what the books say the consumer was paid, and is owed on balance."""
    moved = {"paid": 0, "owed": 0}
    for event in shop.account_of(shop.case_id):
        if isinstance(event, EntryPosted):
            for each in event.entry.postings:
                if each.account.kind == "consumer":
                    moved[event.entry.kind] += each.minor
    return moved["paid"], moved["owed"]


def taken_up_again(shop: Shop, number: int = 2) -> None:
    """Let the dispute close, be taken up again, and wait for another ruling."""
    late = MONDAY + 40 * DAY
    shop.disputes.check_one(shop.dispute_id, uuid5(NAMES, f"close-{number}"), late)
    assert shop.dispute.status == "closed"
    shop.does(ReopenDispute(by=WEI, reason="feedback"), at=late)


def rules_again(shop: Shop, *given: Award) -> None:
    """Let it be ruled anew by another, and carried out."""
    by = By(role="arbiter", name="judge-xu")
    ruling = IssueRuling(
        by=by,
        result="partial" if given else "support_merchant",
        findings=(replace(OWN_DATA, shown_by=by),),
        liability=BY_NOBODY,
        awards=given,
    )
    late = MONDAY + 40 * DAY
    assign = AssignHandler(by=WEI, duty="arbiter", person="judge-xu")
    shop.does(assign, ContestFault(by=SHOP), EndRound(by=by), at=late)
    shop.does(ruling, EnforceRuling(by=MACHINE), at=late)


@pytest.mark.parametrize("over_case", [True, False])
def test_what_the_shop_wins_back_on_appeal_is_owed_and_given_again_is_owed_no_more(
    shop: Shop, *, over_case: bool
) -> None:
    if not over_case:
        shop = Shop()
    shop.opens(over_case=over_case)
    shop.case_id = case_of(shop.dispute_id, shop.dispute)
    rules(shop, *awards(40_000))
    shop.does(EnforceRuling(by=MACHINE))
    pays(shop)
    changes(shop)
    shop.does(EnforceRuling(by=MACHINE))
    assert stands(shop) == (40_000, -40_000)
    taken_up_again(shop)
    rules_again(shop, *awards(80_000))
    pays(shop, "R-2")
    assert stands(shop) == (80_000, 0)
    assert order_of(shop).refunded == {"CNY": 80_000}


def test_a_ruling_after_a_reopening_takes_the_place_of_the_one_before(
    shop: Shop,
) -> None:
    extra = Award(kind="compensation", amount=fen(9_000), payer="merchant")
    shop.opens()
    rules(shop, *awards(40_000), extra)
    shop.does(EnforceRuling(by=MACHINE))
    pays(shop)
    assert stands(shop) == (40_000, 9_000)
    taken_up_again(shop)
    rules_again(shop, *awards(60_000), replace(extra, amount=fen(10_000)))
    pays(shop, "R-2")
    assert stands(shop) == (60_000, 10_000)
