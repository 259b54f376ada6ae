"""The words compensation's commands, events and state share."""

from typing import Annotated

from msgspec import Meta, Struct

from domain.kernel import Moment
from domain.policy.quote import Line

ZONE_USUAL = "Asia/Shanghai"

# A time zone by its name, such as "Asia/Shanghai".
Zone = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{0,63}$")]

# What the rules said of one breach each, as the quote gave it.
Lines = Annotated[tuple[Line, ...], Meta(max_length=100)]


class Dates(Struct, frozen=True, kw_only=True):
    """The dates beside the moment of the decision that rules may be chosen by."""

    ordered_at: Moment | None = None
    conduct_at: Moment | None = None
