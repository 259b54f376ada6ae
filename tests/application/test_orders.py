"""How orders and their consumers are named."""

import pytest
from msgspec import ValidationError, convert

from application.orders import consumer_of_order
from domain.order import PlaceOrder


@pytest.mark.parametrize("number", ["A-1", "2026/11/A-1", "9" * 128])
def test_the_consumer_named_after_an_order_fits_in_an_address(number: str) -> None:
    consumer = consumer_of_order("doudian", number)
    order = {"consumer": consumer, "source": "doudian", "number": number}
    assert convert(order, PlaceOrder).consumer == consumer
    assert consumer != consumer_of_order("doudian", number[:-1])


def test_a_consumers_name_that_no_address_can_hold_is_refused() -> None:
    with pytest.raises(ValidationError):
        convert({"consumer": "shop/42", "source": "shop", "number": "1"}, PlaceOrder)
