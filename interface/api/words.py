"""Bodies that carry people's words: plain on the wire, sealed before anything else.

Everywhere else the body is the command itself; here alone something is translated.
"""

from collections.abc import Callable
from typing import Annotated, ClassVar, Protocol

from msgspec import Meta, Struct

from application.people import mask
from domain.kernel import Code, Moment, Name, Sealed
from domain.order import (
    ChangeAddress,
    OrderCommand,
    RecordAddressChange,
    RecordNote,
    RecordReview,
    RecordScan,
    ScanCode,
)

Words = Annotated[str, Meta(min_length=1, max_length=16_000)]

# Seals words for the consumer of the order, for a purpose.
Seal = Callable[[str, str], Sealed]


class Spoken(Protocol):
    """A body that becomes a command once its words are sealed."""

    asks: ClassVar[type[OrderCommand]]

    @property
    def has_words(self) -> bool:
        """Whether anything of it is to be sealed."""
        ...

    def command(self, seal: Seal) -> OrderCommand:
        """Return the command."""
        ...


class ReviewBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the consumer thought of an order: 1 to 5 stars, and words.

    ``asked_at`` is when the consumer was asked for it.
    """

    asks = RecordReview
    review: Name
    score: Annotated[int, Meta(ge=1, le=5)]
    words: Words | None = None
    asked_at: Moment | None = None

    @property
    def has_words(self) -> bool:
        """Whether anything of it is to be sealed."""
        return self.words is not None

    def command(self, seal: Seal) -> RecordReview:
        """Return the command."""
        sealed = None if self.words is None else seal(self.words, "review")
        return RecordReview(
            review=self.review,
            score=self.score,
            words=sealed,
            asked_at=self.asked_at,
        )


class NoteBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A remark of the merchant's or the platform's."""

    asks = RecordNote
    words: Words
    has_words: ClassVar[bool] = True

    def command(self, seal: Seal) -> RecordNote:
        """Return the command."""
        return RecordNote(words=seal(self.words, "note"))


class AddressBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where what is not yet handed over shall go."""

    asks = ChangeAddress
    address: Words
    has_words: ClassVar[bool] = True

    def command(self, seal: Seal) -> ChangeAddress:
        """Return the command."""
        return ChangeAddress(address=seal(self.address, "address"))


class AddressReportBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The address as it was changed elsewhere."""

    asks = RecordAddressChange
    address: Words
    has_words: ClassVar[bool] = True

    def command(self, seal: Seal) -> RecordAddressChange:
        """Return the command."""
        return RecordAddressChange(address=seal(self.address, "address"))


class ScanBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A carrier's tracking scan, with its own words, which are masked and sealed.

    ``outlet`` is where it was made, ``region`` where that lies.
    """

    asks = RecordScan
    parcel: Name
    scan: Code
    code: ScanCode
    raw_code: Code | None = None
    rank: int = 0
    text: Words | None = None
    outlet: Code | None = None
    region: Code | None = None

    @property
    def has_words(self) -> bool:
        """Whether anything of it is to be sealed."""
        return self.text is not None

    def command(self, seal: Seal) -> RecordScan:
        """Return the command."""
        sealed = None if self.text is None else seal(mask(self.text), "scan")
        return RecordScan(
            parcel=self.parcel,
            scan=self.scan,
            code=self.code,
            raw_code=self.raw_code,
            rank=self.rank,
            text=sealed,
            outlet=self.outlet,
            region=self.region,
        )
