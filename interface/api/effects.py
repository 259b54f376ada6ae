"""Effects over HTTP: how they stand, what people do about them, what gateways tell."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Response
from msgspec import Struct

from application.access import Actor
from application.effects.callbacks import BadCallback, NotOurs
from application.effects.commands import AssignEffect, ResendEffect
from application.effects.desk import Effects
from application.effects.effect import Gateway, Kind
from application.effects.runs import Deed, Run, RunState
from application.inbound import BadSignature
from domain.kernel import Name
from domain.money import Money
from interface.api.auth import OPEN, does
from interface.api.context import Asked
from interface.api.examples import json_like
from interface.api.order_commands import strictly
from interface.api.paging import (
    USUAL_LIMIT,
    Cursor,
    Limit,
    Listed,
    listed,
)
from interface.api.problems import Wrong, invalid

PATH: Final = "/v1/effects"
CALLBACK_BYTES_MAX: Final = 100_000


class AssignEffectBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who shall see to it."""

    assignee: Name


class DeedBody(Struct, frozen=True, kw_only=True):
    """What somebody did about an effect."""

    deed: str
    by: str
    assignee: str | None
    at: datetime


class EffectBody(Struct, frozen=True, kw_only=True):
    """An effect: what is asked of whom, how it stands, why it waits or was given up.

    ``id`` is the key every attempt goes by. ``told`` is what the gateway says it moved.
    ``attempts`` are those since it was last asked for, ``attempts_ever`` all.
    """

    id: UUID
    gateway: Gateway
    kind: Kind
    action: str | None
    about: UUID
    asks: str | None
    state: RunState
    reason: str | None
    amount: Money | None
    told: Money | None
    reference: str | None
    attempts: int
    attempts_ever: int
    first_sent_at: datetime | None
    last_at: datetime | None
    settled_at: datetime | None
    assignee: str | None
    created_at: datetime


class WholeEffectBody(EffectBody, frozen=True, kw_only=True):
    """An effect with what people did about it, in order."""

    deeds: tuple[DeedBody, ...]


class EffectController(Controller):
    """What follows outside from what happened here."""

    path = PATH
    tags = ("effects",)

    @get(operation_id="listEffects", opt=does("effect.read"), sync_to_thread=True)
    def all(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        request: Request[Actor, None, Any],
        actor: NamedDependency[Actor],
        effects: NamedDependency[Effects],
        standing: Annotated[
            RunState | None,
            QueryParameter(name="state", description="Only these."),
        ] = None,
        kinds: Annotated[
            Kind | None, QueryParameter(name="kind", description="Only these.")
        ] = None,
        assignee: Annotated[
            str | None, QueryParameter(description="Only what is given to them.")
        ] = None,
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
    ) -> Response[Listed[EffectBody]]:
        """List effects, newest first; ``dead`` are those that need a person."""
        page = effects.all(
            actor,
            limit=limit,
            state=standing,
            kind=kinds,
            assignee=assignee,
            cursor=cursor,
        )
        served = effects.served()
        return listed(request, page, lambda run: effect_body(run, served))

    @get(
        "/{effect:uuid}",
        operation_id="readEffect",
        opt=does("effect.read"),
        sync_to_thread=True,
    )
    def one(
        self,
        effect: FromPath[UUID],
        actor: NamedDependency[Actor],
        effects: NamedDependency[Effects],
    ) -> WholeEffectBody:
        """Read how an effect stands, and what people did about it."""
        run, deeds = effects.find(actor, effect)
        return whole_body(run, deeds, effects.served())

    @post(
        "/{effect:uuid}/resend",
        operation_id="resendEffect",
        opt=does("effect.act", ResendEffect),
        sync_to_thread=True,
        status_code=202,
    )
    def resend(
        self,
        effect: FromPath[UUID],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        effects: NamedDependency[Effects],
    ) -> EffectBody:
        """Have a dead letter sent again; its gateway is asked about it first.

        What is under way or done stays as it is.
        """
        run = effects.resend(actor, effect, asked.key)
        return effect_body(run, effects.served())

    @post(
        "/{effect:uuid}/assignment",
        operation_id="assignEffect",
        opt=does("effect.act", AssignEffect),
        sync_to_thread=True,
        status_code=200,
    )
    def assign(  # noqa: PLR0913, PLR0917 - who gives what to whom, once
        self,
        effect: FromPath[UUID],
        data: Annotated[AssignEffectBody, json_like("AssignEffectBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        effects: NamedDependency[Effects],
    ) -> EffectBody:
        """Give an effect to somebody to see to."""
        body = strictly(raw, type(data))
        run = effects.assign(actor, effect, asked.key, body.assignee)
        return effect_body(run, effects.served())


@post(
    f"{PATH}/callbacks/{{gateway:str}}",
    opt=OPEN,
    include_in_schema=False,  # for gateways, which are told of it by the documentation
    status_code=200,
    request_max_body_size=CALLBACK_BYTES_MAX,
)
async def callback(
    request: Request[Any, Any, Any],
    gateway: FromPath[str],
    effects: NamedDependency[Effects],
) -> dict[str, str]:
    """Take what a gateway tells of an effect; signed, and once however often told."""
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        run = await sync_to_thread(effects.told, gateway, headers, body)
    except BadSignature:
        raise Wrong("bad_signature", 401) from None
    except BadCallback as error:
        raise invalid("body", str(error)) from None
    except NotOurs:
        return {"state": "ignored"}
    return {"state": run.state}


HANDLERS: Final = (EffectController, callback)


def effect_body(run: Run, served: Collection[Gateway]) -> EffectBody:
    """Return an effect as the API shows it; ``served`` are who is there."""
    return EffectBody(**shown_of(run, served))


def whole_body(
    run: Run, deeds: Sequence[Deed], served: Collection[Gateway]
) -> WholeEffectBody:
    """Return an effect with what people did about it."""
    return WholeEffectBody(
        **shown_of(run, served), deeds=tuple(deed_body(each) for each in deeds)
    )


def shown_of(run: Run, served: Collection[Gateway]) -> dict[str, Any]:
    """Return what both show. What waits for nobody says so."""
    reason = run.reason
    if run.state == "waiting" and run.gateway not in served:
        reason = "no_gateway"
    return {
        "id": run.key,
        "gateway": run.gateway,
        "kind": run.kind,
        "action": run.action,
        "about": run.stream_id,
        "asks": run.asks,
        "state": run.state,
        "reason": reason,
        "amount": money(run.amount_minor, run.currency),
        "told": money(run.told_minor, run.told_currency),
        "reference": run.reference,
        "attempts": run.attempts,
        "attempts_ever": run.claims,
        "first_sent_at": utc(run.first_sent_at),
        "last_at": utc(run.last_at),
        "settled_at": utc(run.settled_at),
        "assignee": run.assignee,
        "created_at": run.created_at.astimezone(UTC),
    }


def deed_body(deed: Deed) -> DeedBody:
    """Return a deed as the API shows it."""
    return DeedBody(
        deed=deed.deed,
        by=deed.actor,
        assignee=deed.assignee,
        at=deed.done_at.astimezone(UTC),
    )


def money(minor: int | None, currency: str | None) -> Money | None:
    """Return an amount, if there is one."""
    return None if minor is None or currency is None else Money(minor, currency)


def utc(moment: datetime | None) -> datetime | None:
    """Return a moment in UTC, if there is one."""
    return None if moment is None else moment.astimezone(UTC)
