"""What a message from outside is to us: kept words, and the reports found in them."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID, uuid5

from msgspec import Struct

from domain.after_sales import ReportCase
from domain.contact import (
    AssignContact,
    CloseContact,
    OpenContact,
    RecordWords,
    ReopenContact,
    ReportContact,
)
from domain.dispute import ReportDispute
from domain.order import OrderReport

NAMESPACE = UUID("6c1f0c2e-6a39-5a0b-9f0e-3d2f4b7a9c11")

NAME_MAX = 64

State = Literal["received", "translated", "waiting", "quarantined", "ignored"]


class Raw(Struct, frozen=True, kw_only=True):
    """A message as it came in, not yet kept.

    ``key`` is the name the source gives it, or a digest of what it says; ``place`` is
    where it stood, "file:line" or "http". ``fault`` is why nothing can be made of it,
    where that is plain from the start.
    """

    source: str
    key: str
    body: bytes
    type: str = ""
    place: str = "http"
    fault: str | None = None

    @property
    def message_id(self) -> UUID:
        """The id that this message of this source always has."""
        return uuid5(NAMESPACE, f"{self.source}\n{self.key}")


class Kept(Struct, frozen=True):
    """Where a message stands after it was handed in; ``new`` if it was never seen."""

    message_id: UUID
    state: State
    new: bool


class Message(Struct, frozen=True, kw_only=True):
    """A message as kept."""

    message_id: UUID
    source: str
    type: str
    body: bytes
    received_at: datetime


# -- What it is about --


class OrderNumber(Struct, frozen=True):
    """An order by its number at its source."""

    source: str
    number: str


class Waybill(Struct, frozen=True):
    """A parcel by its waybill, and the carrier as the source spells it, if it does."""

    number: str
    carrier: str = ""


class PaymentNumber(Struct, frozen=True):
    """A payment by its number; ``source`` is whose orders it pays for, if known."""

    number: str
    source: str = ""


# What leads to the order that a case or a dispute is about.
About = OrderNumber | PaymentNumber


class CaseNumber(Struct, frozen=True):
    """A case of another platform, by its number there.

    ``about`` is what the message says of its order. Without it, or if no order goes by
    that payment, the message waits until a message that says it was told.
    """

    source: str
    number: str
    about: About | None = None


class DisputeNumber(Struct, frozen=True):
    """A dispute of another system, likewise.

    ``case`` is the number, at the same source, of the case it grew out of.
    """

    source: str
    number: str
    about: About | None = None
    case: str | None = None


class ContactNumber(Struct, frozen=True):
    """A contact of another system, by its number there, and whose words it holds."""

    source: str
    number: str
    consumer: str


Reference = (
    OrderNumber | Waybill | PaymentNumber | CaseNumber | DisputeNumber | ContactNumber
)

# Stands in a report for names that only its addressing finds out.
NAMED_LATER: Final = "-"

# -- What it says --

# What other systems may say of contacts. All but the reports may be refused.
ContactTold = (
    OpenContact
    | RecordWords
    | ReportContact
    | AssignContact
    | CloseContact
    | ReopenContact
)
Told = OrderReport | ReportCase | ReportDispute | ContactTold


class Reported(Struct, frozen=True, kw_only=True):
    """One report of a message, about whatever its reference turns out to name.

    ``words`` are free text: they are sealed for the consumer concerned and put into the
    one field of the command that takes such. ``masked``: telephone numbers and
    couriers' names are taken out before. Consumer, order and case of a report about a
    case or a dispute are NAMED_LATER.
    """

    reference: Reference
    command: Told
    occurred_at: datetime
    words: str | None = None
    masked: bool = True


class Untranslatable(Exception):
    """Nothing can be made of the message; ``reason`` is the kind of fault.

    The text may name fields and places but must not quote the message: it is kept where
    erasing a person does not reach.
    """

    reason = "malformed"

    def __init__(self, detail: str, about: Sequence[Reference] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.about = tuple(about)


class UnknownType(Untranslatable):
    """Its source has more types of messages than are understood here.

    The name is the source's; only what may stand in a code is kept of it.
    """

    def __init__(self, name: str, about: Sequence[Reference] = ()) -> None:
        name = plain(name)
        super().__init__(f"Messages of type {name} are not understood yet.", about)
        self.reason = f"unknown_type:{name}"


class UnknownCode(Untranslatable):
    """A field that must be understood holds a code that no table here has.

    The field and the code are the source's; only what may stand in a code is kept.
    """

    def __init__(self, field: str, code: str, about: Sequence[Reference] = ()) -> None:
        field, code = plain(field), plain(code)
        super().__init__(f"The code {code} of {field} is not understood yet.", about)
        self.reason = f"unknown_code:{field}={code}"


def plain(word: str) -> str:
    """Return a word of a source's with only what may stand in a code."""
    return re.sub(r"[^A-Za-z0-9_.:-]", "_", word)[:NAME_MAX]


class NothingSaid(Exception):
    """It is understood and reports nothing; the text is why, as a code."""


# Reads the reports out of a message, from nothing but the message itself. Raises
# Untranslatable or NothingSaid.
Translate = Callable[[Message], Sequence[Reported]]
