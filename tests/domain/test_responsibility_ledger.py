"""The books of a matter: whatever is asked of them, they sum to zero."""

import itertools
from collections import defaultdict
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import convert
from msgspec.json import decode as loads
from msgspec.json import encode
from msgspec.structs import replace

from domain.kernel import Refused
from domain.money import EXPONENTS, CurrenciesMixed, Money
from domain.party import SYSTEM
from domain.responsibility import (
    ACCOUNT,
    Account,
    AcknowledgeRecourse,
    Debt,
    DisputeRecourse,
    Entry,
    EntryPosted,
    EntryReused,
    MatterAccount,
    NotYoursToSay,
    PostEntry,
    Posting,
    RecordRecoursePaid,
    ResponsibilityCommand,
    Share,
    Unbalanced,
    UnknownCurrency,
    WriteOffRecourse,
    after,
    bears_in_the_end,
    borne,
    entries_for_recourse_paid,
    entries_for_refund,
    entries_for_shares,
    named,
    owed,
    split,
)
from tests.domain.accounts import (
    BOOK,
    CONSUMER,
    CREATOR,
    FINN,
    MERCHANT,
    MONDAY,
    OPEN,
    PLATFORM,
    SHOP,
    asked,
    claim,
    posting,
    says,
    share,
    yuan,
)

ENTRY = Entry(
    entry="x-1",
    kind="paid",
    why="refund",
    currency="CNY",
    postings=(
        Posting(account=MERCHANT, minor=-100),
        Posting(account=CONSUMER, minor=100),
    ),
)


def test_an_entry_is_written_down_once_by_the_service() -> None:
    command = PostEntry(by=FINN, entry=ENTRY)
    assert says(OPEN, command) == (EntryPosted(at=MONDAY, by=FINN, entry=ENTRY),)
    account = asked(OPEN, command)
    assert says(account, command) == ()
    other = replace(ENTRY, why="goodwill")
    with pytest.raises(EntryReused):
        says(account, PostEntry(by=FINN, entry=other))
    with pytest.raises(NotYoursToSay):
        says(OPEN, PostEntry(by=SHOP, entry=ENTRY))


def test_an_entry_neither_makes_nor_loses_money_and_has_a_currency() -> None:
    with pytest.raises(ValueError, match="sum to zero"):
        replace(ENTRY, postings=(ENTRY.postings[0], ENTRY.postings[0]))
    with pytest.raises(UnknownCurrency):
        says(OPEN, PostEntry(by=FINN, entry=replace(ENTRY, currency="ZZZ")))


# -- Refunds: the order of money --


def refund(
    fen: int, route: str = "original", **funds: int
) -> tuple[dict[str, int], MatterAccount]:
    """Return what each source gave for a refund, and the account then."""
    known: Mapping[str, Money] = {
        name: Money(minor, "CNY") for name, minor in funds.items()
    }
    entries = entries_for_refund(
        "f-1",
        Money(fen, "CNY"),
        route,  # type: ignore[arg-type]  # a route
        merchant="m-42",
        consumer="anna",
        funds=known or None,  # type: ignore[arg-type]  # sources
    )
    account = asked(OPEN, *posting(*entries))
    gave = {each.why: each.postings[1].minor for each in entries if each.kind == "paid"}
    return gave, account


def test_money_comes_from_escrow_then_balance_then_deposit_then_the_platform() -> None:
    funds = {"escrow": 5_000, "merchant_balance": 3_000, "deposit": 1_000}
    gave, account = refund(10_000, "original", **funds)
    assert gave == {
        "refund.escrow": 5_000,
        "refund.merchant_balance": 3_000,
        "refund.deposit": 1_000,
        "refund.platform_advance": 1_000,
    }
    assert borne(account) == {
        MERCHANT: yuan(90),
        PLATFORM: yuan(10),
        CONSUMER: yuan(-100),
    }
    assert owed(account) == {Debt(MERCHANT, PLATFORM, "CNY"): yuan(10)}
    in_the_end = bears_in_the_end(account)
    assert (in_the_end[MERCHANT], in_the_end[PLATFORM]) == (yuan(100), yuan(0))


def test_what_escrow_holds_is_enough() -> None:
    assert refund(10_000)[0] == {"refund.escrow": 10_000}
    assert refund(10_000, escrow=20_000)[0] == {"refund.escrow": 10_000}


@pytest.mark.parametrize(
    ("route", "source", "owing"),
    [
        ("merchant_balance", "refund.merchant_balance", 0),
        ("deposit", "refund.deposit", 0),
        ("offline", "refund.merchant_balance", 0),
        ("platform_advance", "refund.platform_advance", 100),
    ],
)
def test_another_route_has_one_source(route: str, source: str, owing: int) -> None:
    gave, account = refund(10_000, route)
    assert gave == {source: 10_000}
    assert sum(each.minor for each in owed(account).values()) == owing * 100


def test_an_advance_is_recovered() -> None:
    _, account = refund(10_000, "platform_advance")
    debt = owed(account)[Debt(MERCHANT, PLATFORM, "CNY")]
    recovered = entries_for_recourse_paid(
        "f-1", MERCHANT, PLATFORM, debt, debt.minor, "advance"
    )
    account = asked(account, *posting(*recovered))
    assert owed(account) == {}
    assert borne(account)[MERCHANT] == yuan(100)
    assert borne(account)[PLATFORM] == yuan(0)


def test_funds_of_two_currencies_do_not_mix() -> None:
    with pytest.raises(CurrenciesMixed):
        entries_for_refund(
            "f-1",
            yuan(5),
            "original",
            merchant="m-42",
            consumer="anna",
            funds={"escrow": Money(500, "USD")},
        )


# -- Shares: each bears his part to the fen --


def test_the_odd_fen_goes_to_who_lost_most_by_rounding_the_first_of_two() -> None:
    thirds = share("merchant", 3_333), share("creator", 3_333), share("carrier", 3_334)
    assert split(100, thirds) == (33, 33, 34)
    halves = share("merchant", 5_000), share("creator", 5_000)
    assert split(101, halves) == (51, 50)


def test_who_bears_less_than_his_share_owes_who_bears_more() -> None:
    shares = share("merchant", 3_000), share("creator", 7_000)
    entries = entries_for_shares("d-1", yuan(100), shares, {MERCHANT: 10_000})
    account = asked(OPEN, *posting(*entries))
    assert owed(account) == {Debt(CREATOR, MERCHANT, "CNY"): yuan(70)}


def test_what_an_appeal_changes_is_the_difference() -> None:
    paid_first = {MERCHANT: 10_000}
    first = entries_for_shares(
        "d-1", yuan(100), (share("creator", 10_000),), paid_first
    )
    halves = share("merchant", 5_000), share("creator", 5_000)
    second = entries_for_shares("a-1", yuan(100), halves, after(paid_first, first))
    account = asked(OPEN, *posting(*first, *second))
    assert owed(account) == {Debt(CREATOR, MERCHANT, "CNY"): yuan(50)}


def test_what_nobody_is_at_fault_for_stays_where_it_fell() -> None:
    shares = share("force_majeure", 6_000), share("carrier", 4_000)
    (entry,) = entries_for_shares("d-1", yuan(100), shares, {MERCHANT: 10_000})
    assert [each.minor for each in entry.postings] == [-4_000, 4_000]


def test_a_share_without_a_name_is_that_of_the_one_party_of_its_kind() -> None:
    nameless = Share(party="merchant", share_bp=10_000, basis="contract.merchant")
    assert entries_for_shares("d-1", yuan(5), (nameless,), {MERCHANT: 500}) == ()


def test_only_what_was_paid_is_shared() -> None:
    with pytest.raises(Unbalanced):
        entries_for_shares("d-1", yuan(5), (share("creator", 10_000),), {MERCHANT: 4})


def test_a_part_of_a_long_name_is_still_a_name() -> None:
    assert len(named("x" * 128, "escrow")) < 128
    assert named("f-1", "escrow") == "f-1/escrow"


PARTIES = ("merchant", "creator", "carrier", "platform", "consumer")


@st.composite
def wholes(draw: st.DrawFn) -> tuple[Share, ...]:
    """Return shares of one whole, some of them of nothing."""
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=1, max_size=4)))
    ends = [0, *cuts, 10_000]
    parts = [right - left for left, right in itertools.pairwise(ends)]
    return tuple(
        share(party, part)  # type: ignore[arg-type]  # parties
        for party, part in zip(PARTIES, parts, strict=False)
    )


@given(fen=st.integers(0, 10**12), shares=wholes())
def test_shares_split_an_amount_to_the_fen(fen: int, shares: tuple[Share, ...]) -> None:
    parts = split(fen, shares)
    assert sum(parts) == fen
    for part, each in zip(parts, shares, strict=True):
        assert abs(part * 10_000 - fen * each.share_bp) < 10_000
        assert part == 0 or each.share_bp > 0


@given(
    shares=wholes(), again=wholes(), paid=st.lists(st.integers(0, 10**6), max_size=3)
)
def test_after_its_debts_each_bears_his_share(
    shares: tuple[Share, ...], again: tuple[Share, ...], paid: list[int]
) -> None:
    who = (MERCHANT, PLATFORM, CREATOR)
    paid_first = dict(zip(who, paid, strict=False))
    amount = Money(sum(paid), "CNY")
    first = entries_for_shares("d-1", amount, shares, paid_first)
    second = entries_for_shares("a-1", amount, again, after(paid_first, first))
    stands = after(paid_first, (*first, *second))
    targets = dict(zip(PARTIES, split(amount.minor, again), strict=False))
    found = {account.kind: fen for account, fen in stands.items() if fen}
    assert found == {kind: fen for kind, fen in targets.items() if fen}


def test_an_account_can_be_shown_whole() -> None:
    _, account = refund(10_000, "platform_advance")
    assert convert(loads(encode(account)), MatterAccount) == account


# -- Whatever is asked --

ACCOUNTS = (
    MERCHANT,
    CREATOR,
    PLATFORM,
    CONSUMER,
    Account(kind="carrier", name="swift"),
)
NAMES = st.sampled_from(["a", "b", "c"])
AMOUNTS = st.builds(
    Money, st.integers(-50, 400), st.sampled_from(["CNY", "USD", "JPY"])
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    minor = draw(st.lists(st.integers(-500, 500), min_size=1, max_size=3))
    sides = [*minor, -sum(minor)]
    return Entry(
        entry=draw(NAMES),
        kind=draw(st.sampled_from(["paid", "owed"])),
        why="test",
        currency=draw(st.sampled_from(["CNY", "USD"])),
        postings=tuple(
            Posting(account=draw(st.sampled_from(ACCOUNTS)), minor=side)
            for side in sides
        ),
    )


COMMANDS: st.SearchStrategy[ResponsibilityCommand] = st.one_of(
    st.builds(PostEntry, by=st.just(SYSTEM), entry=entries()),
    st.builds(
        claim,
        AMOUNTS,
        by=st.just(SYSTEM),
        claimant=st.sampled_from(ACCOUNTS),
        against=st.sampled_from(ACCOUNTS),
        name=NAMES,
    ),
    st.builds(
        AcknowledgeRecourse,
        by=st.sampled_from([SHOP, SYSTEM]),
        claim=NAMES,
    ),
    st.builds(DisputeRecourse, by=st.sampled_from([SHOP, SYSTEM]), claim=NAMES),
    st.builds(
        RecordRecoursePaid,
        by=st.just(SYSTEM),
        claim=NAMES,
        payment=st.sampled_from(["p", "q", "r", "s"]),
        amount=AMOUNTS,
    ),
    st.builds(
        WriteOffRecourse, by=st.just(SYSTEM), claim=NAMES, reason=st.just("lost")
    ),
)


def after_all(commands: list[ResponsibilityCommand]) -> MatterAccount:
    """Return the account after all that was not refused."""
    account = OPEN
    for command in commands:
        try:
            events = ACCOUNT.decide(account, command, BOOK, MONDAY)
        except Refused:
            continue
        for event in events:
            account = ACCOUNT.evolve(account, event)
    return account


@settings(max_examples=200)
@given(commands=st.lists(COMMANDS, max_size=40))
def test_whatever_is_asked_the_books_sum_to_zero(
    commands: list[ResponsibilityCommand],
) -> None:
    account = after_all(commands)
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for balance, minor in account.balances.items():
        sums[balance.kind, balance.currency] += minor
    assert not any(sums.values())
    for currency in EXPONENTS:
        assert not sum(each.minor for each in borne(account, currency).values())
    assert all(minor >= 0 for minor in account.debts.values())


@settings(max_examples=200)
@given(commands=st.lists(COMMANDS, max_size=40))
def test_whatever_is_asked_no_claim_is_paid_beyond_itself(
    commands: list[ResponsibilityCommand],
) -> None:
    for recourse in after_all(commands).claims.values():
        assert 0 <= recourse.paid.minor <= recourse.amount.minor
        assert (recourse.status == "paid") == (recourse.paid == recourse.amount)
        currencies = {each.currency for each in recourse.payments.values()}
        assert currencies <= {recourse.amount.currency}
