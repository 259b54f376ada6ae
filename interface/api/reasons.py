"""Why somebody reads people's words: said with the question, and written down."""

from typing import Annotated

from litestar.params import HeaderParameter, QueryParameter

from application.people import WHY_LENGTH_MAX
from interface.api.problems import invalid

Reason = Annotated[
    str | None,
    QueryParameter(
        name="reason",
        description="Why words are read, 1 to 200 characters; it is written down.",
    ),
]
ReasonHeader = Annotated[
    str | None,
    HeaderParameter(name="Reason", description="The same, as a header."),
]


def reason_for(usual: str, *said: str | None) -> str:
    """Return why words are read: the first reason said, else what is usual.

    Raises Wrong (400) for a reason that says nothing, or too much.
    """
    told = next((each for each in said if each is not None), None)
    if told is None:
        return usual
    if not 1 <= len(why := told.strip()) <= WHY_LENGTH_MAX:
        raise invalid("reason", f"Say why in 1 to {WHY_LENGTH_MAX} letters.")
    return why
