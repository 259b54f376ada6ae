"""What was made of the log: checkpoints, projections, effects, money and approvals."""

from collections.abc import Callable
from typing import Final
from uuid import uuid4

import pytest
from msgspec import json

from application.projections.promise_rows import PromiseBoard
from application.projections.runner import Runner
from application.verify.asked import check_failed, check_receipts
from application.verify.findings import Findings
from application.verify.projections import check_projections
from domain.ids import partition_in, random_id
from domain.money import Money
from domain.order.claims import ClaimItem, ClaimOpened, ClaimSettled
from tests.application.projections.conftest import MONDAY
from tests.application.projections.shop import PRICE
from tests.application.verify.conftest import Found, Ledger

BOARD = PromiseBoard()


# -- Projections --


@pytest.fixture
def read(ledger: Ledger) -> Ledger:
    """Have the promise board read all there is."""
    Runner([BOARD], ledger.pools.projector).catch_up()
    return ledger


def test_a_checkpoint_beyond_the_head_is_found(read: Ledger) -> None:
    assert not read.found()
    read.tampers(
        """UPDATE projection.checkpoint SET position = position + 1
            WHERE partition = %(partition)s"""
    )
    assert read.found() == {("I7", read.place(read.head + 1))}


def test_a_checkpoint_of_no_partition_is_found(read: Ledger) -> None:
    read.tampers(
        """UPDATE projection.checkpoint SET partition = 99
            WHERE partition = %(partition)s"""
    )
    assert read.found() == {("I7", f"99.{read.head}")}


def test_a_parked_stream_is_told_and_is_no_fault(read: Ledger) -> None:
    park = """INSERT INTO projection.parked
              (projection, version, partition, stream_id, position, reason)
              VALUES (%(name)s, %(version)s, %(partition)s, %(stream)s, %(at)s, 'odd')
           """
    values = {"name": BOARD.name, "version": BOARD.version}
    read.tampers(park, at=3, stream=uuid4(), **values)
    report = read.report()
    assert report.holds
    assert f"at {read.place(3)}: odd" in report.notes[0]

    read.tampers(park, at=read.head + 1, stream=uuid4(), **values)
    assert read.found() == {("I7", read.place(read.head + 1))}


def compared(ledger: Ledger) -> Findings:
    found, told = Findings(), list[int]()
    check_projections([BOARD], ledger.pools.projector, found, told.append)
    assert sum(told) == sum(ledger.store.heads().values()), "all of it was read again"
    return found


def test_a_row_changed_by_hand_differs_from_one_filled_again(read: Ledger) -> None:
    assert compared(read).report().holds
    read.tampers(
        """UPDATE projection.promise_board_v1 SET standing = 'waived'
            WHERE partition = %(partition)s AND kind = 'ship_by'"""
    )
    report = compared(read).report()
    assert not report.holds
    assert {each.invariant for each in report.findings} == {"I6"}
    assert {each.partition for each in report.findings} == {read.partition}
    streams = {each.what.partition(":")[0] for each in report.findings}
    assert len(streams) == len(report.findings), "a changed row is one finding"
    assert any("waived" in each.what for each in report.findings)
    assert {each.of for each in report.findings} == {BOARD.name}


# -- Effects --


def test_money_that_moved_without_being_asked_is_found(ledger: Ledger) -> None:
    key = uuid4()
    ledger.tampers(
        """INSERT INTO effect.simulated (gateway, key, deed, action, minor, currency)
           VALUES ('refunds', %(key)s, 'did', 'refund', 100, 'CNY')""",
        key=key,
    )
    assert ledger.found() == {("I9", str(key))}


def test_a_result_recorded_twice_is_found(ledger: Ledger) -> None:
    case = random_id(3, 0, uuid4().int)
    result = b'{"type": "after_sales.refund_succeeded", "refund": "1"}'
    ledger.writes(case, *[("after_sales.refund_succeeded", result)] * 2)
    found = {each for each in ledger.found() if each[0] == "I8"}
    assert found == {("I8", f"{case}/1")}


# -- Money --


MOST: Final = PRICE.minor


@pytest.mark.parametrize(
    ("goods", "freight", "what"),
    [
        (Money(MOST, "CNY"), Money(500, "CNY"), None),
        (Money(MOST + 1, "CNY"), None, f"line 1: {MOST + 1} go back, {MOST} were paid"),
        (Money(1, "CNY"), Money(501, "CNY"), "501 of postage go back, 500 were paid"),
        (Money(100, "USD"), None, "100 USD go back, 0 USD were paid"),
    ],
)
def test_no_more_goes_back_than_was_paid(
    ledger: Ledger, goods: Money, freight: Money | None, what: str | None
) -> None:
    order_id = ledger.shop.order_id(0)
    items = (ClaimItem(line=1, quantity=1, amount=goods),)
    opened = ClaimOpened(at=MONDAY, claim="forged", kind="return_refund", items=items)
    ended = ClaimSettled(at=MONDAY, claim="forged", refunded=items, freight=freight)
    history = ledger.store.stream(order_id)
    ledger.writes(
        order_id,
        ("order.claim_opened", json.encode(opened)),
        ("order.claim_settled", json.encode(ended)),
        version=len(history),
    )
    report = ledger.report()
    assert [each.what for each in report.findings if what and what in each.what] == [
        each.what for each in report.findings
    ]
    assert report.holds == (what is None)
    for each in report.findings:
        assert (each.invariant, each.of) == ("I10", f"order {order_id}")
        assert each.partition == partition_in(order_id)


def entry(*minor: int) -> bytes:
    postings = [{"account": {"kind": "platform"}, "minor": each} for each in minor]
    return json.encode({"entry": {"entry": "E1", "postings": postings}})


def test_an_entry_that_makes_money_is_found(ledger: Ledger) -> None:
    account = random_id(3, 0, uuid4().int)
    ledger.writes(account, ("responsibility.entry_posted", entry(-100, 100)))
    assert not ledger.found()
    ledger.writes(account, ("responsibility.entry_posted", entry(-100, 99)), version=1)
    at = ledger.store.stream(account)[-1].position
    assert ledger.found() == {("I10", f"3.{at}")}


# -- Approvals --

ANNA: Final = {"role": "senior_agent", "name": "anna"}
BO: Final = {"role": "senior_agent", "name": "bo"}
CHEN: Final = {"role": "finance_approver", "name": "chen"}
ITSELF: Final = {"role": "system", "name": "system"}
Told = dict[str, object]


def proposed(by: dict[str, str]) -> tuple[str, bytes]:
    return told("resolution.proposed", {"by": by})


def asked(role: str) -> tuple[str, bytes]:
    return told("resolution.approval_asked", {"plan": "A", "hash": "h", "role": role})


def approved(by: dict[str, str]) -> tuple[str, bytes]:
    return told("resolution.approved", {"plan": "A", "hash": "h", "by": by})


def goodwill(by: dict[str, str], approver: dict[str, str]) -> tuple[str, bytes]:
    return told("compensation.goodwill_reserved", {"by": by, "approved_by": approver})


def told(tag: str, values: Told) -> tuple[str, bytes]:
    return tag, json.encode(values)


@pytest.mark.parametrize(
    ("events", "what"),
    [
        ([proposed(ANNA), asked("senior_agent"), approved(BO)], None),
        ([proposed(ITSELF), approved(ITSELF)], None),
        ([proposed(ANNA), asked("finance_approver"), approved(CHEN)], None),
        (
            [proposed(ANNA), asked("finance_approver"), approved(BO)],
            "a senior_agent approved what a finance_approver had to",
        ),
        (
            [proposed(ANNA), asked("senior_agent"), approved(ANNA)],
            "anna approved what anna proposed",
        ),
        (
            [proposed(BO), proposed(ANNA), asked("senior_agent"), approved(ANNA)],
            "anna approved what anna proposed",
        ),
        ([goodwill(ANNA, BO)], None),
        ([goodwill(ITSELF, ITSELF)], None),
        ([goodwill(ANNA, ANNA)], "anna approved what anna proposed"),
    ],
)
def test_who_approves_has_the_rank_and_did_not_propose(
    ledger: Ledger, events: list[tuple[str, bytes]], what: str | None
) -> None:
    resolution = random_id(3, 0, uuid4().int)
    ledger.writes(resolution, *events)
    findings = ledger.report().findings
    assert [each.what for each in findings] == ([what] if what else [])
    at = ledger.store.stream(resolution)[-1].position
    assert {each.place for each in findings} <= {f"3.{at}"}


# -- What callers were told --


def found_by(ledger: Ledger, check: Callable[..., None], told: object) -> Found:
    found = Findings()
    with ledger.pools.reader.connection() as connection:
        check(connection, told, found)
    return {(each.invariant, each.place) for each in found.report().findings}


def test_what_was_acknowledged_is_stored_as_it_was_told(ledger: Ledger) -> None:
    shelf = random_id(3, 0, uuid4().int)
    command_id = ledger.writes(shelf, ("any.thing", b"{}"))
    _, receipt = ledger.store.load([shelf], [(3, command_id)]).seen[3, command_id]
    assert not found_by(ledger, check_receipts, [(command_id, receipt)])
    assert found_by(ledger, check_receipts, [(uuid4(), receipt)]) == {
        ("I1", receipt.position)
    }
    ledger.tampers(
        """UPDATE store.event SET body = 'other', leaf = store.leaf(
               partition, position, stream_id, version, type, 'other', occurred_at,
               recorded_at, command_id, actor, correlation_id)
            WHERE stream_id = %(stream)s""",
        stream=shelf,
    )
    assert not ledger.found(), "in itself the log holds"
    assert found_by(ledger, check_receipts, [(command_id, receipt)]) == {
        ("I1", receipt.position)
    }


def test_what_was_said_to_have_failed_is_not_stored(ledger: Ledger) -> None:
    shelf = random_id(3, 0, uuid4().int)
    command_id = ledger.writes(shelf, ("any.thing", b"{}"))
    at = ledger.store.heads()[3]
    assert not found_by(ledger, check_failed, [(3, uuid4()), (2, command_id)])
    assert found_by(ledger, check_failed, [(3, command_id)]) == {("I2", f"3.{at}")}
