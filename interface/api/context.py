"""Read from a request who asks, when, and under which name, so that twice is once."""

from datetime import datetime
from typing import Annotated, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from litestar.params import HeaderParameter
from msgspec import Struct

from application.access import Actor
from application.event_store.envelope import CommandContext
from domain.kernel import Command, ImpossibleTime, Moment, Report, possible
from interface.api.problems import Wrong, invalid
from interface.clock import now

NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:redress:idempotency-key")
KEY_LENGTH_MAX: Final = 200
VERSION_DIGITS_MAX: Final = 18

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="1 to 200 characters of yours. The same key again for the same "
        "thing returns the first answer; with another body, or another Occurred-At, it "
        "is 422.",
    ),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        description='The ETag you last saw, such as "7". People must send it with '
        "every request to an existing order.",
    ),
]
OccurredAt = Annotated[
    str | None,
    HeaderParameter(
        name="Occurred-At",
        description="When what is reported happened, with its time zone (RFC 3339). "
        "Without it: now. For reports only.",
    ),
]
CorrelationId = Annotated[
    str | None,
    HeaderParameter(
        name="Correlation-Id",
        description="A UUID that ties together all that one outside cause set going.",
    ),
]


class Asked(Struct, frozen=True, kw_only=True):
    """What the headers of a change say."""

    key: str
    version: int | None = None
    occurred_at: datetime | None = None
    correlation_id: UUID | None = None

    def context(
        self,
        actor: Actor,
        target: UUID,
        command_type: type[Command],
        *,
        new: bool = False,
        hashed: bool = False,
    ) -> CommandContext:
        """Return the context of a command to this target; ``new``: it begins a thing.

        ``hashed``: its body says by a hash what was seen. That says more than the
        version, which moves on with whatever is carried out meanwhile.

        Raises Wrong: 428 for people who do not say what they saw before they ask for a
        change, 400 for a request that claims to have happened.
        """
        reported = issubclass(command_type, Report)
        if not reported and self.occurred_at is not None:
            raise invalid("Occurred-At", "Only a report has happened somewhere.")
        unseen = self.version is None and not (new or hashed)
        if not reported and unseen and actor.is_person:
            raise Wrong("if_match_missing", 428)
        command_id = uuid5(NAMESPACE, f"{actor.name}\n{target}\n{self.key}")
        return CommandContext(
            actor=actor.name,
            asked_at=now(),
            command_id=command_id,
            correlation_id=self.correlation_id or command_id,
            name=command_type.__name__,
            expected_version=None if new or hashed else self.version,
            occurred_at=self.occurred_at,
        )


def asked(
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
    occurred_at: OccurredAt = None,
    correlation_id: CorrelationId = None,
) -> Asked:
    """Return what the headers say; raises Wrong (400) naming the header."""
    if idempotency_key is None:
        raise Wrong("idempotency_key_missing", 400)
    if not 1 <= len(idempotency_key) <= KEY_LENGTH_MAX:
        message = f"It must have 1 to {KEY_LENGTH_MAX} characters."
        raise invalid("Idempotency-Key", message)
    return Asked(
        key=idempotency_key,
        version=seen_version(if_match),
        occurred_at=moment("Occurred-At", occurred_at),
        correlation_id=uuid("Correlation-Id", correlation_id),
    )


def seen_version(if_match: str | None) -> int | None:
    """Return the version in an If-Match header."""
    if if_match is None:
        return None
    digits = if_match.strip().removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdecimal()):
        raise invalid("If-Match", 'It must be the ETag last seen, such as "7".')
    return int(digits[:VERSION_DIGITS_MAX])


def moment(field: str, text: str | None) -> datetime | None:
    """Return a time with its zone; raises Wrong (400) naming the field."""
    if text is None:
        return None
    try:
        told = msgspec.convert(text, Moment)
    except msgspec.ValidationError:
        example = "2026-03-01T09:30:00+08:00"
        message = f"It must be a time with its zone, such as {example}."
        raise invalid(field, message) from None
    if not possible(told):
        raise invalid(field, str(ImpossibleTime()))
    return told


def uuid(field: str, text: str | None) -> UUID | None:
    """Return an id; raises Wrong (400) naming the field."""
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise invalid(field, "It must be a UUID.") from None
