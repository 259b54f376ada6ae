"""The HTTP API put together once, and stood on the product of each test in turn.

Putting some hundred routes together takes longer than most tests of them do. Nothing of
a test stays in it: all it knows of a product are the parts it is made of, and for these
it asks whichever product it stands on.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from litestar import Litestar

from interface.api.app import Parts
from interface.bootstrap import Redress
from interface.serving import api_parts, build_api


class StandIn:
    """To whoever holds it, the part that the product at hand has."""

    def __init__(self, at_hand: Callable[[], Any]) -> None:
        self._at_hand = at_hand

    @property  # type: ignore[misc]  # a handler is given what it asks for by its class
    def __class__(self) -> type:
        return type(self._at_hand())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._at_hand(), name)

    def __call__(self, *values: Any, **named: Any) -> Any:
        return self._at_hand()(*values, **named)


class StandingApi:
    """One API, which stands on one product at a time."""

    def __init__(self) -> None:
        self._redress: Redress | None = None
        self._parts: Parts | None = None
        self._api: Litestar | None = None

    def on(self, redress: Redress) -> Litestar:
        """Return the API; from now on it stands on this product."""
        self._redress, self._parts = redress, api_parts(redress)
        if self._api is None:
            self._api = self._put_together(self._parts.partitions)
        return self._api

    def _put_together(self, partitions: int) -> Litestar:
        """Build it as the product is built; a number, the same for all, is itself."""
        parts = {name: self._part(name) for name in Parts._fields}
        outside = SimpleNamespace(
            inbound=StandIn(lambda: self._product.outside.inbound),
            doors=StandIn(lambda: self._product.outside.doors),
        )
        return build_api(
            cast("Redress", SimpleNamespace(outside=outside)),
            parts=Parts(**(parts | {"partitions": partitions})),
        )

    def _part(self, name: str) -> Any:
        return StandIn(lambda: getattr(self._parts, name))

    @property
    def _product(self) -> Redress:
        assert self._redress is not None, "it stands on something"
        return self._redress
