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


def consumer_fen_of(lines: Lines) -> int:
    """Return what of some lines a consumer gets; the rest a merchant is charged."""
    return sum(line.fen for line in lines if line.payee == "consumer")


class Dates(Struct, frozen=True, kw_only=True):
    """The dates beside the moment of the decision that rules may be chosen by."""

    ordered_at: Moment | None = None
    conduct_at: Moment | None = None
