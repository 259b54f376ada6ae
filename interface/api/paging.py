"""What lists have in common: limits, cursors, links, and positions to wait for."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Generic, TypeVar
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.params import QueryParameter
from msgspec import Struct

from application.projections.paging import PAGE_MAX, Page
from application.projections.progress import Behind, NotAPosition, ReadingProgress
from application.projections.runtime import Projection
from interface.api.problems import Wrong, invalid

Limit = Annotated[
    int, QueryParameter(ge=1, le=PAGE_MAX, description="How many at most, up to 200.")
]
Cursor = Annotated[
    str | None,
    QueryParameter(description="Where the page before ended: its ``next``."),
]
AtLeast = Annotated[
    str | None,
    QueryParameter(
        description="A position token of a receipt, such as 7.123: the answer shows "
        "that change, or is 503 after two seconds."
    ),
]
USUAL_LIMIT: Final = 50

Row = TypeVar("Row")
Item = TypeVar("Item")


class Listed(Struct, Generic[Item], frozen=True):
    """A page of a list; ``next`` is the cursor of the one after it, if there is one."""

    items: Sequence[Item]
    next: str | None


def listed(
    request: Request[Any, Any, Any], page: Page[Row], item: Callable[[Row], Item]
) -> Response[Listed[Item]]:
    """Return the page as an answer, with a link to the one after it."""
    headers = {}
    if page.next is not None:
        asked = [
            (name, value)
            for name, value in request.query_params.multi_items()
            if name not in {"cursor", "at_least"}
        ]
        query = urlencode([*asked, ("cursor", page.next)])
        headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    body = Listed(tuple(item(row) for row in page.rows), page.next)
    return Response(body, headers=headers)


def shown(progress: ReadingProgress, model: Projection, at_least: str | None) -> None:
    """Return once the read model shows this position; raises Wrong: 400, or 503."""
    try:
        progress.wait(model, at_least)
    except NotAPosition:
        raise invalid("at_least", "It must be a position, such as 7.123.") from None
    except Behind:
        headers = {"Retry-After": "1"}
        raise Wrong("behind", 503, headers=headers) from None
