"""Evidence: a file somebody handed in, from its arrival until it may be shown or not.

Each file is a stream of its own, in the partition of what it is about. Only what the
file is stands here; its bytes lie outside, and are known by their SHA-256.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal, assert_never
from uuid import UUID

from msgspec import Meta

from domain.kernel import (
    Decider,
    Event,
    Moment,
    Name,
    Policy,
    Refused,
    Request,
    State,
)

EVIDENCE_BYTES_MAX: Final = 25_000_000

# What evidence comes as; platforms number them 1图 2视 3音 4文 5pdf (domain rules,
# section 3.3).
EvidenceKind = Literal["image", "video", "audio", "text", "pdf"]

# Every type a file may have; what is not here is refused by name.
MediaType = Literal[
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/heic",
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "audio/mpeg",
    "audio/mp4",
    "audio/wav",
    "audio/ogg",
    "audio/amr",
    "text/plain",
    "application/pdf",
]

KINDS: Final[Mapping[str, EvidenceKind]] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "text": "text",
    "application": "pdf",
}

# Who hands a file in: a party of the sale, the service, or a system for one of them.
UploadedBy = Literal[
    "consumer",
    "merchant",
    "creator",
    "carrier",
    "agent",
    "senior_agent",
    "arbiter",
    "service",
]

# Whether it may be shown to the parties.
Standing = Literal["pending", "clean", "blocked"]

# Why a file may not be shown.
BlockReason = Literal[
    "malware",  # it harms whoever opens it
    "illegal_content",  # showing it is against the law
    "private_data",  # it shows persons who have no part in this
    "unreadable",  # nothing can be made out of it
    "unrelated",  # it has nothing to do with the matter
]

Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
FileBytes = Annotated[int, Meta(ge=1)]

# -- Commands --


class AddEvidence(Request, frozen=True, kw_only=True):
    """Keep a file as evidence; it was measured, and is what it says it is.

    ``evidence`` is its id; ``name`` is the party in the role ``by``, such as the
    consumer or the merchant.
    """

    evidence: UUID
    about: UUID
    by: UploadedBy
    name: Name
    media_type: MediaType
    sha256: Sha256
    bytes: FileBytes


class ClearEvidence(Request, frozen=True):
    """Let the parties see the file: nothing speaks against it."""


class BlockEvidence(Request, frozen=True, kw_only=True):
    """Keep the file from all parties."""

    reason: BlockReason


EvidenceCommand = AddEvidence | ClearEvidence | BlockEvidence

# -- Events --


class EvidenceUploaded(Event, frozen=True, kw_only=True, tag="evidence.uploaded"):
    """A file came in. ``about`` is the stream of the order, case or dispute.

    The name it had on its owner's device is not kept: such names name people.
    """

    at: Moment
    evidence: UUID
    about: UUID
    by: UploadedBy
    name: Name
    kind: EvidenceKind
    media_type: MediaType
    sha256: Sha256
    bytes: FileBytes


class EvidenceCleared(Event, frozen=True, kw_only=True, tag="evidence.cleared"):
    """The parties may see it."""

    at: Moment


class EvidenceBlocked(Event, frozen=True, kw_only=True, tag="evidence.blocked"):
    """No party may see it."""

    at: Moment
    reason: BlockReason


EvidenceEvent = EvidenceUploaded | EvidenceCleared | EvidenceBlocked

# -- State --


class Evidence(State, frozen=True, kw_only=True):
    """The file as it was handed in, and whether it may be shown."""

    file: EvidenceUploaded | None = None
    standing: Standing = "pending"
    reason: BlockReason | None = None


# -- Rules --


class NoEvidence(Refused):
    """Only a file that was handed in can be judged."""


class AlreadyJudged(Refused):
    """A file is judged once, and stays clean or blocked from then on."""


class TooLarge(Refused):
    """A file of evidence has at most 25 MB."""


# -- Decide --


def decide(
    evidence: Evidence, command: EvidenceCommand, _policy: Policy | None, at: datetime
) -> tuple[EvidenceEvent, ...]:
    """Return what happens; raises NoEvidence, AlreadyJudged, TooLarge."""
    match evidence, command:
        case Evidence(file=None), AddEvidence():
            return (uploaded(command, at),)
        case Evidence(file=None), _:
            raise NoEvidence
        case _, AddEvidence():
            return ()
        case Evidence(standing="pending"), ClearEvidence():
            return (EvidenceCleared(at=at),)
        case Evidence(standing="pending"), BlockEvidence(reason=reason):
            return (EvidenceBlocked(at=at, reason=reason),)
        case (Evidence(standing="clean"), ClearEvidence()) | (
            Evidence(standing="blocked"),
            BlockEvidence(),
        ):
            return ()
        case _:
            raise AlreadyJudged(standing=evidence.standing)


def uploaded(command: AddEvidence, at: datetime) -> EvidenceUploaded:
    """Return that the file came in; raises TooLarge."""
    if command.bytes > EVIDENCE_BYTES_MAX:
        raise TooLarge(bytes=command.bytes, bytes_max=EVIDENCE_BYTES_MAX)
    return EvidenceUploaded(
        at=at,
        evidence=command.evidence,
        about=command.about,
        by=command.by,
        name=command.name,
        kind=kind_of(command.media_type),
        media_type=command.media_type,
        sha256=command.sha256,
        bytes=command.bytes,
    )


def kind_of(media_type: MediaType) -> EvidenceKind:
    """Return what evidence of this type counts as."""
    return KINDS[media_type.partition("/")[0]]


# -- Evolve --


def evolve(evidence: Evidence, event: EvidenceEvent) -> Evidence:
    """Return the state after the event."""
    match event:
        case EvidenceUploaded():
            return Evidence(file=event)
        case EvidenceCleared():
            return Evidence(file=evidence.file, standing="clean")
        case EvidenceBlocked(reason=reason):
            return Evidence(file=evidence.file, standing="blocked", reason=reason)
    assert_never(event)


EVIDENCE: Decider[Evidence, EvidenceCommand, EvidenceEvent, Policy] = Decider(
    initial=Evidence(), decide=decide, evolve=evolve
)
