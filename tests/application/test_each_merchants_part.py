"""Of an order of several merchants each reads its own part of a resolution."""

import pytest
from msgspec.structs import replace

from application.access import Actor, allows
from application.casework import Matter
from application.matter_changes import changes
from application.order_desk import owners_of
from application.resolutions.view import ResolutionView, resolution_view
from application.rooms import resolution_owners
from application.sellers import first_seller
from domain.order import Packed, PlaceOrder, ShipParcel
from domain.party import By
from domain.plan import PlanStep
from domain.resolution import AcceptPlan
from tests.application.resolving import ANNA, shortfall
from tests.application.test_several_merchants import Basket

SHOP_1 = By(role="merchant", name="shop-1")
SHOP_2 = By(role="merchant", name="shop-2")


def refunded() -> Basket:
    """Return a basket that was late as a whole, and is paid back to Anna."""
    basket = Basket()
    basket.falls_short()
    basket.asks(AcceptPlan(by=ANNA, plan="refund"))
    basket.starts()
    return basket


def seen(basket: Basket, by: By) -> ResolutionView:
    return resolution_view(
        basket.resolution_id,
        1,
        basket.resolution,
        by,
        basket.at,
        sold=owners_of(basket.order).sold,
    )


def may_read(basket: Basket, name: str) -> bool:
    owners = resolution_owners(basket.resolution, owners_of(basket.order))
    reader = Actor(subject=name, roles=frozenset({"merchant"}))
    return allows(reader, "resolution.read", owners)


def matter(basket: Basket) -> Matter:
    history = basket.store.stream(basket.resolution_id)
    of_order = owners_of(basket.order)
    return Matter(
        noun="resolution",
        stream_id=basket.resolution_id,
        version=len(history),
        state=basket.resolution,
        owners=resolution_owners(basket.resolution, of_order),
        history=history,
        of_order=of_order,
    )


def test_each_merchant_reads_what_it_is_charged_and_never_the_others() -> None:
    basket = refunded()
    charged = {
        by.name: [
            each.amount.minor
            for each in seen(basket, by).parts
            if each.what == "refund_full" and each.amount
        ]
        for by in (SHOP_1, SHOP_2)
    }
    steps = [step.does for step in basket.resolution.steps()]
    by_lines = {
        step.lines: step.amount.minor
        for step in steps
        if step.action == "refund_full" and step.amount
    }
    assert charged == {"shop-1": [by_lines[1, 3]], "shop-2": [by_lines[2,]]}
    assert charged["shop-1"] != charged["shop-2"]


@pytest.mark.parametrize("by", [SHOP_1, SHOP_2])
def test_the_order_that_fell_short_as_a_whole_is_each_merchants(by: By) -> None:
    basket = refunded()
    assert may_read(basket, by.name)
    assert [each.code for each in seen(basket, by).shortfalls] == ["SHIP_OVERDUE"]
    assert seen(basket, by).merchant == by.name


def test_a_line_that_fell_short_is_of_who_sold_it_alone() -> None:
    basket = Basket()
    basket.falls_short(shortfall("PRICE_DROP", line=2))
    assert may_read(basket, "shop-2")
    assert not may_read(basket, "shop-1")
    assert not may_read(basket, "shop-9")


def test_each_reads_what_fell_short_of_its_own_where_both_did() -> None:
    basket = Basket()
    basket.falls_short(shortfall("PRICE_DROP", line=2))
    basket.falls_short(shortfall("SHIP_OVERDUE", line=1))
    found = {
        by.name: [each.line for each in seen(basket, by).shortfalls]
        for by in (SHOP_1, SHOP_2)
    }
    assert found == {"shop-1": [1], "shop-2": [2]}


def test_a_parcel_is_of_those_whose_goods_it_holds() -> None:
    basket = Basket()
    held = Packed(line=2, quantity=1)
    basket.told(ShipParcel(parcel="SF2", carrier="zto", contents=(held,)))
    basket.falls_short(shortfall("TRANSIT_STALLED", parcel="SF2"))
    assert may_read(basket, "shop-2")
    assert not may_read(basket, "shop-1")


def test_what_names_no_line_is_of_whom_it_is_charged_to() -> None:
    basket = refunded()
    sold = owners_of(basket.order).sold
    assert sold is not None
    whole = PlanStep(action="resend", part="service", bearer="merchant")
    assert sold.charged(whole, basket.resolution) == first_seller(basket.order)


def test_of_several_lines_the_first_that_names_its_merchant_is_charged() -> None:
    basket = Basket()
    basket.order_id = basket.orders.id_of("anna", "shop", "mixed")
    unnamed, *named = Basket().order.lines
    lines = (replace(unnamed, merchant=None), *named)
    basket.told(
        PlaceOrder(
            consumer="anna",
            source="shop",
            number="mixed",
            merchant="shop-3",
            lines=lines,
            offers=(),
        )
    )
    sold = owners_of(basket.order).sold
    assert sold is not None
    assert sold.by()[0] == first_seller(basket.order) == "shop-2"
    assert sold.by({1}) == ("shop-3",)


def test_what_happens_live_tells_each_of_its_own_steps_and_no_sum_of_both() -> None:
    basket = refunded()
    told = {
        by.name: {
            each.facts["step"]
            for each in changes(matter(basket), 0, by)
            if each.code == "resolution.step_started"
        }
        for by in (SHOP_1, SHOP_2)
    }
    mine, theirs = told["shop-1"], told["shop-2"]
    assert mine
    assert theirs
    assert not mine & theirs
    sums = {"resolution.executed", "resolution.execution_started"}
    codes = {each.code for each in changes(matter(basket), 0, SHOP_2)}
    assert not codes & sums


def test_whoever_sold_an_order_alone_reads_all_that_is_done() -> None:
    basket = refunded()
    alone = resolution_view(
        basket.resolution_id, 1, basket.resolution, SHOP_1, basket.at
    )
    assert len(alone.parts) > len(seen(basket, SHOP_1).parts)
