"""Where rules come from: whoever decides is given them."""

from typing import Protocol

from domain.policy.book import Rulebook


class Books(Protocol):
    """The rules for the orders of a source, or for none in particular."""

    def for_source(self, source: str | None) -> Rulebook:
        """Return the rules for orders of a source."""
        ...
