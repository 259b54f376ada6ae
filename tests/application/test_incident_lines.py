"""An incident makes good the lines it is about, whatever else was bought with them."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from domain.companionship import Companionship
from domain.incident import IncidentKind, Segment, Selector
from domain.money import Money
from domain.order import OrderLine
from domain.plan import PlanStep
from tests.application.outbreak import AMONG, REFUND, ROWS, URUMQI, Outbreak


def line(number: int, product: str, minor: int, merchant: str) -> OrderLine:
    price = Money(minor, "CNY")
    return OrderLine(line=number, product=product, price=price, merchant=merchant)


BOUGHT = (
    line(1, "jacket", 50_000, "shop-1"),
    line(2, "mask", 1_000, "shop-2"),
    line(3, "gloves", 3_000, "shop-2"),
)
MASKS, SHOP = Selector(products=("mask",)), Selector(merchants=("shop-2",))
REMOVED = replace(
    AMONG, code="GOVERNANCE_HIT", reasons=("listing", "merchant", "carrier_outlet")
)
BACK = replace(REFUND, codes=("GOVERNANCE_HIT", "CARRIER_INCIDENT"))
OTHERS = tuple(row for row in ROWS if row.id not in {"shop.among", "shop.refund-stuck"})


def declared(kind: IncidentKind, selector: Selector) -> Outbreak:
    """Declare an incident of one order of two merchants, and estimate a refund."""
    there = Outbreak(rows=(REMOVED, BACK, *OTHERS))
    there.selector = selector
    there.ships(1, lines=BOUGHT)
    there.declares(kind=kind)
    there.plans(Segment(name="all", plan="refund-stuck"))
    return there


def offered(there: Outbreak) -> Sequence[PlanStep]:
    """Hand it out, and return the steps that one order is offered."""
    there.grants(100_000_000)
    there.rolls_out()
    there.works()
    proposal = there.resolution(1).proposal
    assert proposal is not None
    return [step for each in proposal.plans for step in each.plan.steps]


@pytest.mark.parametrize(
    ("kind", "selector", "lines", "fen"),
    [
        ("listing", MASKS, (2,), 1_000),
        ("merchant", SHOP, (2, 3), 4_000),
        ("merchant", replace(MASKS, merchants=("shop-2",)), (2,), 1_000),
    ],
)
def test_only_the_lines_that_a_selector_names_are_made_good(
    kind: IncidentKind, selector: Selector, lines: tuple[int, ...], fen: int
) -> None:
    there = declared(kind, selector)
    estimated = there.estimates().impact
    (step,) = offered(there)
    assert (step.lines, step.amount) == (lines, Money(fen, "CNY"))
    assert estimated.total_fen == fen


def test_each_line_falls_short_by_itself_in_one_resolution() -> None:
    there = declared("merchant", SHOP)
    there.estimates()
    offered(there)
    short = there.resolution(1).shortfalls.values()
    assert [each.line for each in short] == [2, 3]
    order_id = there.order_id(1)
    beside: Companionship = there.resolutions.companionship(order_id)[0]
    assert [each.shortfall.line for each in beside.shortfalls.values()] == [2, 3]
    assert {each.resolution for each in beside.shortfalls.values()} == {
        str(there.resolutions.id_of(order_id, 1))
    }


def test_a_product_of_another_merchant_is_no_part_of_it() -> None:
    there = declared("listing", Selector(products=("mask",), merchants=("shop-1",)))
    impact = there.estimates().impact
    assert [each.reason for each in impact.excluded] == ["not_affected"]


def test_what_a_carrier_has_is_the_parcel_whoever_sold_it() -> None:
    there = declared("carrier_outlet", replace(URUMQI, merchants=("shop-2",)))
    assert there.estimates().impact.total_fen == 54_000
    assert {step.lines for step in offered(there)} == {(1,), (2, 3)}
