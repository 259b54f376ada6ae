"""A message on its way through a batch, and what can become of it."""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from application.event_store.store import Busy, KeyReused
from application.inbound.messages import (
    CaseNumber,
    DisputeNumber,
    Message,
    PaymentNumber,
    Reference,
    Reported,
)
from application.inbound.store import Meant, Settled, kind_of


class Draft(Struct):
    """A message on its way through a batch: what it says, or what came of it."""

    message: Message
    reports: tuple[Reported, ...] = ()
    meant: Mapping[Reference, tuple[Meant, ...]] = {}
    state: Settled | None = None

    @property
    def about(self) -> list[Reference]:
        """What it speaks of, each once."""
        return list(dict.fromkeys(each.reference for each in self.reports))


class Progress(NamedTuple):
    """What came of a batch: messages by the state they were left in."""

    translated: int = 0
    waiting: int = 0
    quarantined: int = 0
    ignored: int = 0
    received: int = 0

    @property
    def total(self) -> int:
        """All messages of the batch."""
        return sum(self)


def pairs(draft: Draft) -> tuple[tuple[Reference, Meant | None], ...]:
    """Return what a draft is about, with every stream meant.

    What is about an unknown payment is about that too, until one goes by it.
    """
    return tuple(
        (each, meant)
        for reference in draft.about
        for each, meant in (
            *((reference, meant) for meant in draft.meant.get(reference, ())),
            *((each, None) for each in missing(draft, reference)),
        )
    )


def missing(draft: Draft, reference: Reference) -> tuple[Reference, ...]:
    """Return the names, any of which would tell what a reference means."""
    if draft.meant.get(reference):
        return ()
    if isinstance(reference, CaseNumber | DisputeNumber):
        about = reference.about
        return (reference, about) if isinstance(about, PaymentNumber) else (reference,)
    return (reference,)


def unknown_names(draft: Draft) -> str:
    """Return why a message waits, as a code: the first name that nobody knows."""
    unknown = next(each for each in draft.about if not draft.meant.get(each))
    return f"unknown_{kind_of(missing(draft, unknown)[-1])}"


def told(draft: Draft) -> Settled:
    """Return a message all of whose reports were answered as settled."""
    return Settled(
        message_id=draft.message.message_id, state="translated", about=pairs(draft)
    )


def quarantined(
    draft: Draft,
    reason: str,
    detail: str,
    about: tuple[tuple[Reference, Meant | None], ...] = (),
) -> Draft:
    """Set a message aside that nothing can be made of, with the reason."""
    draft.state = Settled(
        message_id=draft.message.message_id,
        state="quarantined",
        reason=reason,
        detail=detail,
        about=about,
    )
    return draft


def refused(draft: Draft, error: Exception) -> Settled | None:
    """Return what becomes of a message one of whose reports was not taken.

    None if it was taken before: a command id follows from what is reported, so another
    request under the same id is the same report, its words sealed anew. A message that
    lost every race stays received.
    """
    if isinstance(error, KeyReused):
        return None
    lost = isinstance(error, Busy)
    code = getattr(error, "code", type(error).__name__)
    return Settled(
        message_id=draft.message.message_id,
        state="received" if lost else "quarantined",
        reason=f"refused:{code}",
        detail=f"A report of this message was not taken: {code}.",
        about=pairs(draft),
    )


def forgotten(settled: Settled) -> Settled:
    """Return a message about an erased consumer: its words go, and stay unread."""
    if settled.state == "translated":
        return replace(settled, forgotten=True)
    return replace(
        settled, state="ignored", reason="erased", detail=None, forgotten=True
    )
