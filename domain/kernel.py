"""The shared kernel: the few words every aggregate speaks."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from msgspec import Meta, Struct

# A point in time, always with its time zone.
Moment = Annotated[datetime, Meta(tz=True)]

# The years things happen in. Beyond them a time is a mistake, such as a date nobody
# filled in, and no other zone could tell it.
YEAR_MIN, YEAR_MAX = 1970, 2199

# ``$`` alone would let a line end follow: what stands in a header or an address has
# none.

# A policy and its version, such as "douyin-like.late-shipment@20260810".
PolicyRef = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]*@[0-9]{1,8}$(?!\n)")]

# An outside name: an order number, a consumer's id, a waybill. Never a sentence.
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:@/+-]{0,127}$(?!\n)")]

# A consumer's id: a name that fits in one segment of an address.
ConsumerName = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:@+-]{0,127}$(?!\n)")
]

# A name composed of such names, as a promise's within its order.
LongName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:@/+-]{0,399}$(?!\n)")]

# A short word of a closed vocabulary of somebody else's, such as a carrier's code.
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$(?!\n)")]

# Free text, encrypted under the key of the consumer it concerns: erased with the key.
Sealed = Annotated[str, Meta(pattern=r"^sealed:[A-Za-z0-9:_-]{1,65536}$(?!\n)")]


class Command(Struct, frozen=True, forbid_unknown_fields=True):
    """Something asked of an aggregate, in the imperative."""


class Request(Command, frozen=True):
    """Asks for something to be so, as of when it is asked. It may be refused."""


class Report(Command, frozen=True):
    """Says what happened outside, as of when it happened there.

    A report is never refused: what does not fit is kept, and flagged.
    """


class Event(Struct, frozen=True, tag_field="type"):
    """Something that happened, in the past tense. It is never changed.

    Its fields are ids, codes, numbers, zoned times and sealed values. An event that
    has a field ``at`` says itself when it happened; else the command's time holds.
    """


class State(Struct, frozen=True):
    """What is so, as far as the next decision needs to know it."""


class Policy(Struct, frozen=True, kw_only=True):
    """A rule as data. Every event it leads to names it by its reference."""

    ref: PolicyRef


class Refused(Exception):
    """The command does not fit the state of the aggregate.

    The first line of a subclass's docstring is the sentence the caller reads.
    """

    def __init__(self, **details: object) -> None:
        sentence = (type(self).__doc__ or "").partition("\n")[0]
        super().__init__(sentence)
        self.details = details

    @property
    def code(self) -> str:
        """The name clients see: ``NoExtensionsLeft`` is ``no_extensions_left``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class ImpossibleTime(Refused):
    """A time must lie in the years 1970 to 2199."""


def possible(moment: date) -> bool:
    """Say whether a moment or a day lies in the years things happen in."""
    return YEAR_MIN <= moment.year <= YEAR_MAX


S = TypeVar("S", bound=State)
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
P = TypeVar("P", bound=Policy)


class Decider(NamedTuple, Generic[S, C, E, P]):
    """An aggregate, whole: where it starts, what it answers, how it changes.

    ``decide`` is given all it may know, the time included, and raises Refused.
    ``evolve`` is given history, and refuses nothing.
    """

    initial: S
    decide: Callable[[S, C, P, datetime], Sequence[E]]
    evolve: Callable[[S, E], S]


# A decider of any aggregate, where one batch carries commands to several kinds.
AnyDecider = Decider[Any, Any, Any, Any]
