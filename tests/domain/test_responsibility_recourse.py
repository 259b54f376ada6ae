"""A claim of one party against another: answered, paid in parts, or given up."""

from datetime import timedelta
from typing import Any

import pytest

from domain.money import Money
from domain.party import SYSTEM, By
from domain.policy.book import NoSuchRule, Rulebook
from domain.responsibility import (
    ACCOUNT,
    AboveCarrierLiability,
    Account,
    AcknowledgeRecourse,
    AlreadyAcknowledged,
    ClaimOnNobody,
    ClaimRecourse,
    ClaimReused,
    ClaimSettled,
    Debt,
    DisputeRecourse,
    MatterAccount,
    MoreThanClaimed,
    NotYourClaim,
    PaymentReused,
    RecordRecoursePaid,
    RecourseAcknowledged,
    RecourseClaimed,
    UnknownClaim,
    WriteOffRecourse,
    borne,
    entries_for_shares,
    owed,
)
from domain.timer import CheckClocks
from tests.domain.accounts import (
    ANNA,
    BOOK,
    CARRIER,
    CREATOR,
    FINN,
    LEILA,
    LIABILITY,
    MERCHANT,
    MONDAY,
    NEXT_TUESDAY,
    OPEN,
    PLATFORM,
    SHOP,
    TUESDAY,
    asked,
    claim,
    clock,
    posting,
    says,
    share,
    yuan,
)

CLAIMED = asked(OPEN, claim(yuan(80)))
YES = AcknowledgeRecourse(by=LEILA, claim="r-1")
NO = DisputeRecourse(by=LEILA, claim="r-1", files=("e-3",))
ACKNOWLEDGED = asked(CLAIMED, YES)
IT_OWES = Debt(CREATOR, MERCHANT, "CNY")


def pay(amount: Money, payment: str = "p-1", by: By = SHOP) -> RecordRecoursePaid:
    return RecordRecoursePaid(by=by, claim="r-1", payment=payment, amount=amount)


def status(account: MatterAccount) -> str:
    return account.claims["r-1"].status


def test_a_claim_is_answered_within_a_week_by_whom_it_is_against() -> None:
    clock = CLAIMED.timers["acknowledge/1"]
    assert (clock.owes, clock.due_at) == ("creator", MONDAY + timedelta(hours=168))
    assert status(asked(CLAIMED, YES)) == "acknowledged"
    assert status(asked(CLAIMED, NO)) == "disputed"
    for by in (SHOP, ANNA, FINN, By(role="creator", name="mara")):
        with pytest.raises(NotYourClaim):
            says(CLAIMED, AcknowledgeRecourse(by=by, claim="r-1"))
        with pytest.raises(NotYourClaim):
            says(CLAIMED, DisputeRecourse(by=by, claim="r-1"))


def test_silence_counts_as_the_row_says() -> None:
    agreed = asked(CLAIMED, CheckClocks(), at=NEXT_TUESDAY)
    assert status(agreed) == "acknowledged"
    (said, *_) = says(CLAIMED, CheckClocks(), NEXT_TUESDAY)
    assert isinstance(said, RecourseAcknowledged)
    assert (said.by, said.policy) == (SYSTEM, "shop.recourse.acknowledge@1")
    assert says(CLAIMED, CheckClocks(), TUESDAY) == ()
    assert says(asked(CLAIMED, NO), CheckClocks(), NEXT_TUESDAY) == ()


def test_an_acknowledged_claim_has_a_week_to_be_paid() -> None:
    assert ACKNOWLEDGED.timers["acknowledge/1"].standing == "met"
    assert ACKNOWLEDGED.timers["pay/1"].owes == "creator"
    late = asked(ACKNOWLEDGED, CheckClocks(), at=NEXT_TUESDAY)
    assert late.timers["pay/1"].standing == "breached"
    assert status(late) == "acknowledged"


def test_who_said_yes_cannot_say_no_but_who_said_no_may_say_yes() -> None:
    with pytest.raises(AlreadyAcknowledged):
        says(ACKNOWLEDGED, NO)
    assert says(ACKNOWLEDGED, YES) == ()
    assert status(asked(CLAIMED, NO, YES)) == "acknowledged"


def test_a_claim_is_made_in_ones_own_name_or_by_the_service() -> None:
    with pytest.raises(NotYourClaim):
        says(OPEN, claim(yuan(80), by=LEILA))
    assert len(says(OPEN, claim(yuan(80), by=FINN))) == 1
    back = claim(yuan(5), by=LEILA, claimant=CREATOR, against=MERCHANT)
    assert len(says(OPEN, back)) == 1
    advance = claim(yuan(5), by=FINN, claimant=PLATFORM, against=MERCHANT)
    assert len(says(OPEN, advance)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        claim(yuan(0)),
        claim(yuan(-1)),
        claim(yuan(5), against=MERCHANT),
        claim(yuan(5), against=Account(kind="escrow")),
        claim(yuan(5), against=Account(kind="deposit", name="m-42")),
    ],
)
def test_a_claim_is_between_two_parties_and_of_something(wrong: object) -> None:
    with pytest.raises(ClaimOnNobody):
        says(OPEN, wrong)  # type: ignore[arg-type]  # each of them is a claim


def test_a_claim_is_made_once_under_its_name() -> None:
    assert says(CLAIMED, claim(yuan(80))) == ()
    with pytest.raises(ClaimReused):
        says(CLAIMED, claim(yuan(81)))
    with pytest.raises(UnknownClaim):
        says(OPEN, YES)


def test_a_claim_is_paid_in_parts_and_never_beyond_what_is_left() -> None:
    half = asked(ACKNOWLEDGED, pay(yuan(50)))
    assert half.claims["r-1"].left == yuan(30)
    with pytest.raises(MoreThanClaimed):
        says(half, pay(yuan(31), "p-2"))
    with pytest.raises(MoreThanClaimed):
        says(half, pay(Money(3_000, "USD"), "p-2"))
    with pytest.raises(MoreThanClaimed):
        says(half, pay(yuan(0), "p-2"))
    assert says(half, pay(yuan(50))) == ()
    with pytest.raises(PaymentReused):
        says(half, pay(yuan(30)))
    whole = asked(half, pay(yuan(30), "p-2"))
    assert status(whole) == "paid"
    assert whole.timers["pay/1"].standing == "met"
    with pytest.raises(ClaimSettled):
        says(whole, pay(yuan(1), "p-3"))


def test_who_owes_does_not_say_that_he_paid() -> None:
    with pytest.raises(NotYourClaim):
        says(ACKNOWLEDGED, pay(yuan(50), by=LEILA))


def test_what_is_acknowledged_is_owed_until_it_is_paid() -> None:
    assert owed(CLAIMED) == {}
    assert owed(ACKNOWLEDGED) == {IT_OWES: yuan(80)}
    assert owed(asked(ACKNOWLEDGED, pay(yuan(50)))) == {IT_OWES: yuan(30)}
    paid = asked(ACKNOWLEDGED, pay(yuan(80)))
    assert owed(paid) == {}
    assert borne(paid) == {CREATOR: yuan(80), MERCHANT: yuan(-80)}


def test_a_debt_the_books_show_already_is_not_owed_twice() -> None:
    shares = share("creator", 10_000), share("merchant", 0)
    debts = entries_for_shares("d-1", yuan(80), shares, {MERCHANT: 8_000})
    account = asked(OPEN, *posting(*debts), claim(yuan(80)), YES)
    assert owed(account) == {IT_OWES: yuan(80)}
    more = claim(yuan(10), name="r-2")
    yes = AcknowledgeRecourse(by=LEILA, claim="r-2")
    assert owed(asked(account, more, yes)) == {IT_OWES: yuan(90)}


def test_a_claim_of_less_than_what_is_owed_adds_nothing() -> None:
    debts = entries_for_shares(
        "d-1", yuan(80), (share("creator", 10_000),), {MERCHANT: 8_000}
    )
    account = asked(OPEN, *posting(*debts), claim(yuan(50)), YES)
    assert owed(account) == {IT_OWES: yuan(80)}
    assert len(account.entries) == 1
    assert owed(asked(account, pay(yuan(50)))) == {IT_OWES: yuan(30)}


def test_what_is_paid_without_owing_it_makes_nobody_a_debtor() -> None:
    account = asked(CLAIMED, NO, pay(yuan(80)))
    assert status(account) == "paid"
    assert owed(account) == {}


def test_what_is_given_up_is_owed_to_nobody_and_not_forgotten() -> None:
    give_up = WriteOffRecourse(by=SHOP, claim="r-1", reason="uncollectable")
    with pytest.raises(NotYourClaim):
        says(ACKNOWLEDGED, WriteOffRecourse(by=LEILA, claim="r-1", reason="no"))
    account = asked(ACKNOWLEDGED, pay(yuan(50)), give_up)
    assert status(account) == "written_off"
    written_off = Account(kind="written_off")
    assert owed(account) == {Debt(CREATOR, written_off, "CNY"): yuan(30)}
    assert account.timers["pay/1"].standing == "cancelled"
    assert says(account, give_up) == ()
    with pytest.raises(ClaimSettled):
        says(account, pay(yuan(1), "p-2"))
    paid = asked(ACKNOWLEDGED, pay(yuan(80)))
    with pytest.raises(ClaimSettled):
        says(paid, give_up)


def test_currencies_never_mix() -> None:
    dollars = claim(Money(500, "USD"), name="r-2")
    account = asked(ACKNOWLEDGED, dollars)
    yes = AcknowledgeRecourse(by=LEILA, claim="r-2")
    account = asked(account, yes)
    in_dollars = Debt(CREATOR, MERCHANT, "USD")
    assert owed(account) == {IT_OWES: yuan(80), in_dollars: Money(500, "USD")}


def test_where_the_row_wants_a_person_silence_is_no_answer() -> None:
    asks = clock("recourse.acknowledge", "merchant", "human")
    rows = [row for row in BOOK.rows if row.id != asks.id]
    book = Rulebook(ref="shop@1", profile="shop", rows=(*rows, asks))
    account = OPEN
    for command, at in ((claim(yuan(5)), MONDAY), (CheckClocks(), NEXT_TUESDAY)):
        for event in ACCOUNT.decide(account, command, book, at):
            account = ACCOUNT.evolve(account, event)
    assert status(account) == "claimed"
    assert account.timers["acknowledge/1"].standing == "breached"


# -- A carrier is liable for what was insured, or up to its own terms --

TEN = yuan(10)  # what the parcel's freight was


def to_carrier(amount: Money, **more: Any) -> ClaimRecourse:
    return claim(amount, against=CARRIER, **more)


def test_an_uninsured_carrier_is_liable_for_seven_times_the_freight() -> None:
    account = asked(OPEN, to_carrier(yuan(70), freight=TEN))
    assert account.claims["r-1"].policy == LIABILITY.ref
    with pytest.raises(AboveCarrierLiability) as refusal:
        says(OPEN, to_carrier(yuan(71), freight=TEN))
    assert refusal.value.details["limit_fen"] == 7_000
    with pytest.raises(AboveCarrierLiability):
        says(account, to_carrier(yuan(1), freight=TEN, name="r-2"))


def test_an_uninsured_carrier_is_liable_for_a_thousand_yuan_an_order() -> None:
    dear = yuan(500)
    assert len(says(OPEN, to_carrier(yuan(1_000), freight=dear))) == 1
    with pytest.raises(AboveCarrierLiability):
        says(OPEN, to_carrier(yuan(1_001), freight=dear))
    with pytest.raises(AboveCarrierLiability):
        says(OPEN, to_carrier(yuan(1_001)))


def test_what_was_given_up_leaves_the_carriers_liability_free_again() -> None:
    give_up = WriteOffRecourse(by=SHOP, claim="r-1", reason="mistaken")
    account = asked(OPEN, to_carrier(yuan(70), freight=TEN), give_up)
    assert len(says(account, to_carrier(yuan(70), freight=TEN, name="r-2"))) == 1


def test_what_was_insured_and_who_is_no_carrier_have_no_such_limit() -> None:
    assert len(says(OPEN, to_carrier(yuan(9_000), freight=TEN, insured=True))) == 1
    assert len(says(OPEN, claim(yuan(9_000), freight=TEN))) == 1


def test_without_a_row_nothing_limits_it_and_without_a_clock_nothing_is_claimed() -> (
    None
):
    rows = tuple(row for row in BOOK.rows if row is not LIABILITY)
    book = Rulebook(ref="shop@1", profile="shop", rows=rows)
    event, _ = ACCOUNT.decide(OPEN, to_carrier(yuan(9_000)), book, MONDAY)
    assert isinstance(event, RecourseClaimed)
    assert event.policy is None
    empty = Rulebook(ref="shop@1", profile="shop", rows=())
    with pytest.raises(NoSuchRule):
        ACCOUNT.decide(OPEN, claim(yuan(5)), empty, MONDAY)
