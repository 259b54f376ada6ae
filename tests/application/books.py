"""The rules of one book, for orders of every source."""

from typing import NamedTuple

from domain.policy.book import Rulebook, labels_of
from domain.promise import PromiseTerms


class OneBook(NamedTuple):
    """A book that speaks for all orders, their labels included."""

    book: Rulebook

    def for_source(self, source: str | None) -> Rulebook:
        """Return the one book, whatever the source."""
        del source
        return self.book

    @property
    def orders_at_hand(self) -> PromiseTerms:
        """The same: nothing is read."""
        return self.orders

    @property
    def orders(self) -> PromiseTerms:
        """What its labels promise."""
        return labels_of([self.book])
