"""Names in an address: of people, orders, parcels, as the domain takes them."""

from typing import Annotated, Final

from litestar.params import PathParameter, QueryParameter

from domain.kernel import Name

# The framework does not look for a type's own pattern in an address.
PATTERN: Final[str] = Name.__metadata__[0].pattern  # type: ignore[attr-defined]  # of Annotated, which mypy takes for str

NameInPath = Annotated[str, PathParameter(pattern=PATTERN)]
NameAsked = Annotated[str | None, QueryParameter(pattern=PATTERN)]
