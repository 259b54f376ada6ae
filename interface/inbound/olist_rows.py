"""The rows of an Olist export: what each file says, in our units.

Times are wall-clock times of São Paulo, amounts are in reais.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timezone
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from domain.kernel import Code, Name
from domain.money import minor_units
from interface.inbound.csv_rows import Table, Texts

CURRENCY: Final = "BRL"
SAO_PAULO: Final = ZoneInfo("America/Sao_Paulo")
TIME_FORM: Final = "2018-07-13 14:02:37"
YEARS: Final = range(1990, 2200)
AMOUNT_DIGITS_MAX: Final = 15
COUNT_MAX: Final = 9_999
STATE: Final = re.compile(r"[A-Z]{2}")

# -- The rows --


class CustomerRow(Struct, frozen=True):
    """Which consumer a customer number is, and the state they live in."""

    customer: Name
    consumer: Name
    region: Code | None = None


class OrderRow(Struct, frozen=True):
    """An order, and the times its steps were taken at, as far as known."""

    order: Name
    customer: Name
    status: str
    purchased: datetime
    approved: datetime | None
    handed_over: datetime | None
    delivered: datetime | None
    estimated: date | None


class ItemRow(Struct, frozen=True):
    """A line of an order; amounts in centavos."""

    order: Name
    line: int
    product: Name
    seller: Name
    limit: datetime
    price: int
    freight: int


class PaymentRow(Struct, frozen=True):
    """One tender of an order's payment; the amount in centavos."""

    order: Name
    sequence: int
    tender: Code
    installments: int
    amount: int


class ReviewRow(Struct, frozen=True):
    """What a consumer said of an order, and when it was said."""

    order: Name
    review: Name
    score: int
    words: str
    asked: datetime
    answered: datetime


class NamedRow(Struct, frozen=True):
    """A product: that it is named is all that is used of it."""

    name: Name


class SellerRow(Struct, frozen=True):
    """A seller, and the state it sends from."""

    seller: Name
    region: Code | None = None


# -- Their fields --


class Fields:
    """The fields of one row by column; what does not fit raises ValueError.

    The error names the column and quotes nothing: in a row that slipped, anything may
    stand anywhere, a person's words too.
    """

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def text(self, column: str) -> str:
        """Return the text as it is."""
        return self._texts[column]

    def word(self, column: str, kind: Any = Name) -> str:
        """Return an outside name, or a code."""
        text = self._texts[column]
        try:
            return msgspec.convert(text, type=kind, strict=True)  # type: ignore[no-any-return]  # kind is Name or Code
        except msgspec.ValidationError:
            raise ValueError(f"{column} is no plain name") from None

    def time(self, column: str) -> datetime:
        """Return the moment a wall clock in São Paulo showed this time.

        An hour shown twice, when summer time ends, is read as the first; one never
        shown, when it starts, as the hour after.
        """
        text = self._texts[column]
        try:
            wall = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  # the file says no zone; the next line does
        except ValueError:
            wall = datetime.min  # noqa: DTZ901  # only its year is looked at
        if wall.year not in YEARS or len(text) != len(TIME_FORM):
            raise ValueError(f"{column} is no time like {TIME_FORM}")
        there = wall.replace(tzinfo=SAO_PAULO)
        # A fixed offset: spans between two such times are true ones, also over the
        # night summer time ends.
        offset = there.utcoffset()
        assert offset is not None, "a zone knows its offset"
        return there.replace(tzinfo=timezone(offset))

    def time_if_any(self, column: str) -> datetime | None:
        """Return the moment, or None for an empty field."""
        return self.time(column) if self._texts[column] else None

    def day_if_any(self, column: str) -> date | None:
        """Return the day of a moment, or None for an empty field."""
        moment = self.time_if_any(column)
        return moment.date() if moment else None

    def region_if_any(self, column: str) -> Code | None:
        """Return a state of Brazil, as "BR-SP"; None for anything that is none.

        Nothing depends on it but how likely a parcel is late: no row is bad for it.
        """
        text = self._texts.get(column, "").strip().upper()
        return f"BR-{text}" if STATE.fullmatch(text) else None

    def amount(self, column: str) -> int:
        """Return an amount in centavos, never below zero."""
        text = self._texts[column]
        try:
            amount = minor_units(text, CURRENCY)
        except ValueError:
            amount = -1
        if amount < 0 or len(text) > AMOUNT_DIGITS_MAX:
            raise ValueError(f"{column} is no amount like 129.90")
        return amount

    def count(self, column: str, least: int = 0, most: int = COUNT_MAX) -> int:
        """Return a whole number."""
        text = self._texts[column]
        plain = text.isascii() and text.isdecimal() and len(text) <= len(str(most))
        number = int(text) if plain else -1
        if not least <= number <= most:
            raise ValueError(f"{column} is no whole number from {least} to {most}")
        return number


def customer(of: Fields) -> CustomerRow:
    """Read a row of the customers; of where they live, no more than the state."""
    return CustomerRow(
        of.word("customer_id"),
        of.word("customer_unique_id"),
        of.region_if_any("customer_state"),
    )


def order(of: Fields) -> OrderRow:
    """Read a row of the orders."""
    return OrderRow(
        order=of.word("order_id"),
        customer=of.word("customer_id"),
        status=of.word("order_status", Code),
        purchased=of.time("order_purchase_timestamp"),
        approved=of.time_if_any("order_approved_at"),
        handed_over=of.time_if_any("order_delivered_carrier_date"),
        delivered=of.time_if_any("order_delivered_customer_date"),
        estimated=of.day_if_any("order_estimated_delivery_date"),
    )


def item(of: Fields) -> ItemRow:
    """Read a row of the order lines."""
    return ItemRow(
        order=of.word("order_id"),
        line=of.count("order_item_id", least=1),
        product=of.word("product_id"),
        seller=of.word("seller_id"),
        limit=of.time("shipping_limit_date"),
        price=of.amount("price"),
        freight=of.amount("freight_value"),
    )


def payment(of: Fields) -> PaymentRow:
    """Read a row of the payments."""
    return PaymentRow(
        order=of.word("order_id"),
        sequence=of.count("payment_sequential", least=1),
        tender=of.word("payment_type", Code),
        installments=of.count("payment_installments"),
        amount=of.amount("payment_value"),
    )


def review(of: Fields) -> ReviewRow:
    """Read a row of the reviews. It was said when it was answered."""
    title = of.text("review_comment_title")
    said = (title, of.text("review_comment_message"))
    return ReviewRow(
        order=of.word("order_id"),
        review=of.word("review_id"),
        score=of.count("review_score", least=1, most=5),
        words="\n".join(text for text in said if text.strip()),
        asked=of.time("review_creation_date"),
        answered=of.time("review_answer_timestamp"),
    )


def product(of: Fields) -> NamedRow:
    """Read a row of the products."""
    return NamedRow(of.word("product_id"))


def seller(of: Fields) -> SellerRow:
    """Read a row of the sellers."""
    return SellerRow(of.word("seller_id"), of.region_if_any("seller_state"))


# -- The files --

R = TypeVar("R")


def table(file: str, columns: str, read: Callable[[Fields], R]) -> Table[R]:
    """Return the kind of file whose rows are read so."""
    owner = "order_id"
    return Table(file, tuple(columns.split()), lambda texts: read(Fields(texts)), owner)


CUSTOMERS = table(
    "olist_customers_dataset.csv", "customer_id customer_unique_id", customer
)
ORDERS = table(
    "olist_orders_dataset.csv",
    "order_id customer_id order_status order_purchase_timestamp order_approved_at "
    "order_delivered_carrier_date order_delivered_customer_date "
    "order_estimated_delivery_date",
    order,
)
ITEMS = table(
    "olist_order_items_dataset.csv",
    "order_id order_item_id product_id seller_id shipping_limit_date price "
    "freight_value",
    item,
)
PAYMENTS = table(
    "olist_order_payments_dataset.csv",
    "order_id payment_sequential payment_type payment_installments payment_value",
    payment,
)
REVIEWS = table(
    "olist_order_reviews_dataset.csv",
    "review_id order_id review_score review_comment_title review_comment_message "
    "review_creation_date review_answer_timestamp",
    review,
)
PRODUCTS = table("olist_products_dataset.csv", "product_id", product)
SELLERS = table("olist_sellers_dataset.csv", "seller_id", seller)
