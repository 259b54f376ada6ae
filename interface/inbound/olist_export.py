"""An Olist export as its orders: what the seven files say of each, put together.

An order is told whole or not at all. What is written to the log cannot be taken back,
so an order of which a row is missing waits until the file is put right. A bad review
alone holds nothing back: a review can follow at any time.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct

from domain.kernel import Code
from interface.errors import UserError
from interface.inbound.csv_rows import Malformed, Numbered, Table
from interface.inbound.olist_rows import (
    CUSTOMERS,
    ITEMS,
    ORDERS,
    PAYMENTS,
    PRODUCTS,
    REVIEWS,
    SELLERS,
    ItemRow,
    OrderRow,
    PaymentRow,
    ReviewRow,
)

FILES: tuple[Table[Any], ...] = (
    CUSTOMERS,
    ORDERS,
    ITEMS,
    PAYMENTS,
    REVIEWS,
    PRODUCTS,
    SELLERS,
)

R = TypeVar("R", bound=Struct)


class OlistOrder(NamedTuple):
    """All that is said of one order; its rows in the order of their numbers."""

    consumer: str
    row: OrderRow
    where: Malformed
    items: tuple[ItemRow, ...]
    payments: tuple[PaymentRow, ...]
    reviews: tuple[ReviewRow, ...]
    ships_from: Code | None = None
    ships_to: Code | None = None


class Export(Struct, frozen=True):
    """The orders of an export, and what keeps others from being told.

    ``rows`` counts all rows, ``bad`` are those nothing can be made of, ``waiting`` the
    orders held back by one. ``consumers`` are those of all orders, as far as known.
    """

    orders: dict[str, OlistOrder]
    rows: int
    bad: tuple[Malformed, ...]
    waiting: frozenset[str]
    consumers: dict[str, str]


class _Reading:
    """Reads the tables one after the other, counting rows and remembering bad ones."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.rows = 0
        self.bad: list[Malformed] = []
        self.spoilt: set[str] = set()

    def refuse(self, malformed: Malformed, *, spoils: bool) -> None:
        """Set a row aside, and hold back the order it belongs to."""
        if spoils and malformed.owner is not None:
            self.spoilt.add(malformed.owner)
        self.bad.append(malformed)

    def rows_of(self, table: Table[R], *, spoils: bool) -> Iterator[Numbered[R]]:
        """Yield the rows of a table; bad ones are counted and set aside."""

        def refuse(malformed: Malformed) -> None:
            self.rows += 1
            self.refuse(malformed, spoils=spoils)

        for numbered in table.rows(self._folder, refuse):
            self.rows += 1
            yield numbered

    def once(
        self,
        table: Table[R],
        key: Callable[[R], Hashable],
        *,
        spoils: bool,
    ) -> dict[Hashable, Numbered[R]]:
        """Return the rows by key. The same row twice is one; two that differ are none.

        Which of two to believe would depend on which stands first.
        """
        known: dict[Hashable, Numbered[R]] = {}
        torn: set[Hashable] = set()
        for numbered in self.rows_of(table, spoils=spoils):
            other = known.setdefault(key(numbered.row), numbered)
            if other.row == numbered.row:
                continue
            reason = f"it differs from line {other.line} about the same thing"
            self.refuse(malformed(table, numbered, reason), spoils=spoils)
            if key(numbered.row) not in torn:
                reason = f"it differs from line {numbered.line} about the same thing"
                self.refuse(malformed(table, other, reason), spoils=spoils)
            torn.add(key(numbered.row))
        return {name: row for name, row in known.items() if name not in torn}


def read_export(folder: Path) -> Export:
    """Return the orders of the export in a folder, and its bad rows.

    Raises UserError, naming the file, for one that is missing or is none of Olist's.
    """
    for table in FILES:
        if not (folder / table.file).is_file():
            raise UserError(
                f"{folder / table.file} is missing; an Olist export is a folder with "
                f"{len(FILES)} files, from {CUSTOMERS.file} to {SELLERS.file}"
            )
    reading = _Reading(folder)
    for _ in reading.rows_of(PRODUCTS, spoils=False):
        pass  # Read to be checked: no event says more of them than their id.
    sellers = reading.rows_of(SELLERS, spoils=False)
    regions = {seller.row.seller: seller.row.region for seller in sellers}
    customers = reading.once(CUSTOMERS, lambda row: row.customer, spoils=False)
    orders = reading.once(ORDERS, lambda row: row.order, spoils=True)
    parts = _Parts(reading, frozenset(orders))
    items = parts.of(ITEMS, lambda row: row.line, spoils=True)
    payments = parts.of(PAYMENTS, lambda row: row.sequence, spoils=True)
    reviews = parts.of(REVIEWS, lambda row: row.review, spoils=False)
    told: dict[str, OlistOrder] = {}
    consumers: dict[str, str] = {}
    for name, numbered in orders.items():
        row = numbered.row
        customer = customers.get(row.customer)
        if customer is None:
            reason = f"customer_id {row.customer} is not in {CUSTOMERS.file}"
            reading.refuse(malformed(ORDERS, numbered, reason), spoils=True)
            continue
        consumers[row.order] = customer.row.consumer
        if row.order not in reading.spoilt:
            told[row.order] = OlistOrder(
                consumer=customer.row.consumer,
                row=row,
                where=malformed(ORDERS, numbered, ""),
                items=tuple(items.get(name, ())),
                payments=tuple(payments.get(name, ())),
                reviews=tuple(reviews.get(name, ())),
                ships_from=region_of(items.get(name, ()), regions),
                ships_to=customer.row.region,
            )
    waiting = frozenset(reading.spoilt & parts.named)
    return Export(told, reading.rows, tuple(reading.bad), waiting, consumers)


def region_of(
    items: Iterable[ItemRow], regions: Mapping[str, Code | None]
) -> Code | None:
    """Return the region an order is sent from, if it is one."""
    found = {regions.get(item.seller) for item in items}
    return found.pop() if len(found) == 1 else None


P = TypeVar("P", ItemRow, PaymentRow, ReviewRow)


class _Parts:
    """Reads the tables whose rows are parts of orders."""

    def __init__(self, reading: _Reading, orders: frozenset[Hashable]) -> None:
        self.reading, self.orders = reading, orders
        # Orders whose own row is bad have been spoilt by it.
        self.named = orders | reading.spoilt

    def of(
        self, table: Table[P], number: Callable[[P], Any], *, spoils: bool
    ) -> dict[Hashable, list[P]]:
        """Return each order's rows by their number; rows of no order are set aside.

        A row of an order that cannot be read waits with it, and is no error itself.
        """

        def key(row: P) -> tuple[str, Any]:
            return row.order, number(row)

        rows = self.reading.once(table, key, spoils=spoils)
        found: dict[Hashable, list[P]] = {}
        for _, numbered in sorted(rows.items(), key=lambda each: each[0]):  # type: ignore[arg-type,return-value]  # keys are tuples of str and one type
            owner = numbered.row.order
            if owner in self.orders:
                found.setdefault(owner, []).append(numbered.row)
            elif owner not in self.named:
                reason = f"order_id {owner} is not in {ORDERS.file}"
                self.reading.refuse(malformed(table, numbered, reason), spoils=False)
        return found


def malformed(table: Table[Any], numbered: Numbered[Any], reason: str) -> Malformed:
    """Return a row that was read as one that cannot be used."""
    owner = getattr(numbered.row, "order", None)
    return Malformed(table.file, numbered.line, numbered.raw, reason, owner)
