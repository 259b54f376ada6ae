"""Consumers over HTTP: the trust timeline of a person, and which names are one."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from application.access import Actor
from application.consumers import Consumers
from application.projections.entries import EntryKind
from application.projections.progress import ReadingProgress
from application.projections.read_models import read_model
from application.reading import Reading
from domain.consumer import LinkBasis, LinkConsumer, UnlinkConsumer
from domain.kernel import Name
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.entries import (
    AcceptLanguage,
    EntryBody,
    entry_body,
    spoken_language,
)
from interface.api.examples import json_like
from interface.api.names import NameInPath
from interface.api.order_commands import strictly
from interface.api.paging import (
    USUAL_LIMIT,
    AtLeast,
    Cursor,
    Limit,
    Listed,
    listed,
    shown,
)
from interface.api.reasons import Reason, ReasonHeader, reason_for
from interface.api.receipts import ReceiptBody, receipt_answer

Kinds = Annotated[
    list[EntryKind] | None,
    QueryParameter(name="kind", description="Only these kinds; may be repeated."),
]


class LinkBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another name that is the same person, and why it is held to be."""

    other: Name
    basis: LinkBasis


class UnlinkBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The name that is not the same person after all."""

    other: Name


class ConsumerController(Controller):
    """The trust timeline, and the links between names."""

    path = "/v1/consumers"
    tags = ("consumers",)

    @get(
        "/{consumer:str}/timeline",
        operation_id="readTimeline",
        opt=does("consumer.read"),
        sync_to_thread=True,
    )
    def timeline(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        request: Request[Actor, None, Any],
        consumer: NameInPath,
        actor: NamedDependency[Actor],
        reading: NamedDependency[Reading],
        progress: NamedDependency[ReadingProgress],
        kinds: Kinds = None,
        order: FromQuery[UUID | None] = None,
        language: FromQuery[str | None] = None,
        accept_language: AcceptLanguage = None,
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
        at_least: AtLeast = None,
        reason: Reason = None,
        reason_header: ReasonHeader = None,
    ) -> Response[Listed[EntryBody]]:
        """Read all that happened to a person under all its names, newest first."""
        tongue = spoken_language(language, accept_language)
        shown(progress, read_model("timeline"), at_least)
        why = reason_for(f"consumer.read {consumer}", reason, reason_header)
        page = reading.timeline(
            actor,
            consumer,
            limit=limit,
            cursor=cursor,
            kinds=kinds or (),
            order_id=order,
            why=why,
        )
        answer = listed(request, page, lambda entry: entry_body(entry, tongue))
        answer.headers["Content-Language"] = tongue
        answer.headers["Vary"] = "Accept-Language"
        return answer

    @post(
        "/{consumer:str}/links",
        operation_id="linkConsumer",
        opt=does("consumer.link", LinkConsumer),
        sync_to_thread=True,
        status_code=200,
    )
    def link(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        consumer: NameInPath,
        data: Annotated[LinkBody, json_like("LinkBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        consumers: NamedDependency[Consumers],
    ) -> Response[ReceiptBody]:
        """Record that another name is the same person."""
        body = strictly(raw, type(data))
        command = LinkConsumer(consumer=consumer, other=body.other, basis=body.basis)
        stream_id = consumers.id_of(consumer)
        context = asked.context(actor, stream_id, LinkConsumer)
        return receipt_answer(consumers.take(actor, consumer, command, context))

    @post(
        "/{consumer:str}/unlinks",
        operation_id="unlinkConsumer",
        opt=does("consumer.unlink", UnlinkConsumer),
        sync_to_thread=True,
        status_code=200,
    )
    def unlink(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        consumer: NameInPath,
        data: Annotated[UnlinkBody, json_like("UnlinkBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        consumers: NamedDependency[Consumers],
    ) -> Response[ReceiptBody]:
        """Take back a link that was wrong."""
        body = strictly(raw, type(data))
        stream_id = consumers.id_of(consumer)
        context = asked.context(actor, stream_id, UnlinkConsumer)
        command = UnlinkConsumer(other=body.other)
        return receipt_answer(consumers.take(actor, consumer, command, context))
