"""Flags over HTTP: why goodwill is blocked for a consumer, in the open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from msgspec import Struct

from application.access import Action, Actor, Owners, authorize, scope
from application.consumers import Consumers
from application.order_view import utc
from application.people import People
from application.projections.back_office import SERVICES_NAME
from domain.consumer import (
    Consumer,
    ContestFlag,
    Flag,
    FlagConsumer,
    FlagReason,
    LiftFlag,
)
from domain.kernel import Code, Moment
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.examples import json_like
from interface.api.names import NameInPath
from interface.api.order_commands import strictly
from interface.api.receipts import ReceiptBody, receipt_answer
from interface.api.words import Words
from interface.clock import now
from interface.wording import LANGUAGES, Tongue

FLAGS: Final = "/{consumer:str}/flags"


class FlagConsumerBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why goodwill is blocked, and until when: half a year at the latest."""

    reason: FlagReason
    until: Moment


class ContestFlagBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What you have to say to it, in your own words."""

    words: Words | None = None


class LiftFlagBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is taken away before its time."""

    reason: Code


class FlagBody(Struct, frozen=True, kw_only=True):
    """A flag: why, since when, until when, and whether it still blocks goodwill.

    Who of the service set or lifted it is for colleagues to know.
    """

    flag: str
    reason: FlagReason
    text: Mapping[Tongue, str]
    set_by: str
    set_at: datetime | None
    until: datetime | None
    stands: bool
    contested_at: datetime | None
    lifted_by: str | None
    lifted_at: datetime | None
    lifted_for: str | None


class FlagsBody(Struct, frozen=True, kw_only=True):
    """All flags of a consumer, the latest first. What is owed is blocked by none."""

    consumer: str
    blocked_until: datetime | None
    flags: tuple[FlagBody, ...]


class FlagController(Controller):
    """Flags of consumers: set, read, contested and lifted."""

    path = "/v1/consumers"
    tags = ("consumers",)

    @get(
        FLAGS,
        operation_id="readFlags",
        opt=does("consumer.read"),
        sync_to_thread=True,
    )
    def read(
        self,
        consumer: NameInPath,
        actor: NamedDependency[Actor],
        consumers: NamedDependency[Consumers],
    ) -> Response[FlagsBody]:
        """Read why goodwill is or was blocked; the consumer sees all of it."""
        version, known = consumers.read(actor, consumer)
        staff = scope(actor, "consumer.read").everything
        body = flags_body(consumer, known, now(), staff=staff)
        return Response(body, headers={"ETag": f'"{version}"'})

    @post(
        FLAGS,
        operation_id="flagConsumer",
        opt=does("consumer.flag", FlagConsumer),
        sync_to_thread=True,
        status_code=201,
    )
    def flag(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        consumer: NameInPath,
        data: Annotated[FlagConsumerBody, json_like("FlagConsumerBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        consumers: NamedDependency[Consumers],
    ) -> Response[ReceiptBody]:
        """Block goodwill for a consumer until then; what is owed goes on."""
        body = strictly(raw, type(data))
        stream_id = consumers.id_of(consumer)
        context = asked.context(actor, stream_id, FlagConsumer, new=True)
        name = str(context.command_id)
        receipt = consumers.act(
            actor,
            "consumer.flag",
            consumer,
            lambda by: FlagConsumer(
                by=by,
                consumer=consumer,
                flag=name,
                reason=body.reason,
                until=body.until,
            ),
            context,
        )
        where = f"/v1/consumers/{consumer}/flags/{name}"
        return receipt_answer(receipt, 201, where)

    @post(
        f"{FLAGS}/{{flag:str}}/contest",
        operation_id="contestFlag",
        opt=does("consumer.contest_flag", ContestFlag),
        sync_to_thread=True,
        status_code=200,
    )
    def contest(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        consumer: NameInPath,
        flag: NameInPath,
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        consumers: NamedDependency[Consumers],
        people: NamedDependency[People],
        data: Annotated[ContestFlagBody | None, json_like("ContestFlagBody")] = None,
    ) -> Response[ReceiptBody]:
        """Say that a flag is wrong; somebody else than who set it judges that."""
        del data  # Described to readers; here is the strict reading.
        body = strictly(raw, ContestFlagBody)
        action: Action = "consumer.contest_flag"
        authorize(actor, action, Owners(consumer=consumer))
        context = asked.context(actor, consumers.id_of(consumer), ContestFlag)
        words = body.words and people.seal(consumer, body.words, "flag")
        receipt = consumers.act(
            actor,
            action,
            consumer,
            lambda by: ContestFlag(by=by, flag=flag, words=words),
            context,
        )
        return receipt_answer(receipt)

    @post(
        f"{FLAGS}/{{flag:str}}/lifting",
        operation_id="liftFlag",
        opt=does("consumer.lift_flag", LiftFlag),
        sync_to_thread=True,
        status_code=200,
    )
    def lift(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        consumer: NameInPath,
        flag: NameInPath,
        data: Annotated[LiftFlagBody, json_like("LiftFlagBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        consumers: NamedDependency[Consumers],
    ) -> Response[ReceiptBody]:
        """Take a flag away before its time, as a senior agent who did not set it."""
        body = strictly(raw, type(data))
        context = asked.context(actor, consumers.id_of(consumer), LiftFlag)
        receipt = consumers.act(
            actor,
            "consumer.lift_flag",
            consumer,
            lambda by: LiftFlag(by=by, flag=flag, reason=body.reason),
            context,
        )
        return receipt_answer(receipt)


def flags_body(
    consumer: str, known: Consumer, at: datetime, *, staff: bool
) -> FlagsBody:
    """Return a consumer's flags as this reader sees them."""
    standing = known.flagged(at)
    return FlagsBody(
        consumer=consumer,
        blocked_until=utc(standing.until) if standing else None,
        flags=tuple(
            flag_body(each, at, staff=staff)
            for each in sorted(known.flags.values(), key=lambda each: each.at)[::-1]
        ),
    )


def flag_body(flag: Flag, at: datetime, *, staff: bool) -> FlagBody:
    """Return a flag; whose hand it was is told to colleagues only."""
    lifted = flag.lifted_by
    return FlagBody(
        flag=flag.name,
        reason=flag.reason,
        text={
            name: language.word(f"flagged:{flag.reason}")
            for name, language in LANGUAGES.items()
        },
        set_by=flag.by.name if staff else SERVICES_NAME,
        set_at=utc(flag.at),
        until=utc(flag.until),
        stands=flag.stands(at),
        contested_at=utc(flag.contested_at),
        lifted_by=None if lifted is None else lifted.name if staff else SERVICES_NAME,
        lifted_at=utc(flag.lifted_at),
        lifted_for=flag.lifted_for,
    )
