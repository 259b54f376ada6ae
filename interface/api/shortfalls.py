"""What fell short of an order over HTTP, and the days beside its consumer."""

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta, Struct

from application.access import Actor, NotFound, allows
from application.casework import Casework, acting, reading
from application.companionship_view import CompanionshipView, companionship_view
from application.order_desk import KnownOrder, OrderDesk, owners_of
from application.projections.persons import PersonQueries
from application.resolutions.resolutions import Resolutions
from application.shortfall_reports import ReportShortfall, ShortfallReports
from domain.companionship import (
    CompanionshipCommand,
    ContestShortfall,
    DetectShortfall,
    RateCompanionship,
)
from domain.companionship.values import Score
from domain.kernel import Code
from domain.shortfall import ShortfallCode
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.doors import Move
from interface.api.examples import json_like
from interface.api.order_commands import ORDERS, strictly
from interface.api.receipts import ReceiptBody, receipt_answer, receipt_body
from interface.api.resolution_page import RESOLUTIONS, ResolutionPage, page
from interface.clock import now

OF_ORDER: Final = "/{order_id:uuid}"
# Where each request about the days is made.
ASKED_AT: Final[Mapping[str, str]] = {
    "RateCompanionship": "companionship/rating",
    "ContestShortfall": "shortfalls/contest",
}


class ReportShortfallBody(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """What an agent heard: which code, of which line, in which contact.

    Without a line it is of the whole order, without a contact the agent noticed it.
    """

    code: ShortfallCode
    line: Annotated[int, Meta(ge=1, le=9999)] | None = None
    contact: UUID | None = None


class RateCompanionshipBody(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """How the days were, 1 to 5, and what of them was good or bad."""

    score: Score
    tags: Annotated[tuple[Code, ...], Meta(max_length=10)] = ()


class ContestShortfallBody(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Which shortfall is not so, by its name, and why."""

    shortfall: Annotated[str, Meta(min_length=1, max_length=300)]
    reason: Code


class ReportedBody(ReceiptBody, frozen=True, kw_only=True):
    """A receipt, and the resolution it came to with its proposal.

    The ETag is the resolution's version: what the next request needs.
    """

    shortfall: str | None
    resolution: ResolutionPage | None


class CompanionshipPage(Struct, frozen=True, kw_only=True):
    """The days beside a consumer, and what their reader may do now, and where."""

    companionship: CompanionshipView
    may: tuple[Move, ...]
    links: Mapping[str, str]


class OrderShortfallController(Controller):
    """What fell short of an order, and the days beside its consumer."""

    path = ORDERS
    tags = ("shortfalls",)

    @post(
        f"{OF_ORDER}/shortfalls",
        operation_id="reportShortfall",
        opt=does("resolution.report", DetectShortfall),
        sync_to_thread=True,
        status_code=201,
    )
    def report(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        order_id: FromPath[UUID],
        data: Annotated[ReportShortfallBody, json_like("ReportShortfallBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        desk: NamedDependency[OrderDesk],
        casework: NamedDependency[Casework],
        persons: NamedDependency[PersonQueries],
        resolutions: NamedDependency[Resolutions],
        shortfall_reports: NamedDependency[ShortfallReports],
    ) -> Response[ReportedBody]:
        """Record what fell short as it was heard, and have it made good at once.

        The answer holds the resolution with what is proposed. What is known already,
        or was found by a detector meanwhile, is the same.
        """
        body = strictly(raw, type(data))
        known = desk.find(actor, "resolution.report", order_id)
        by = acting(actor, "resolution.report", owners_of(known.order))
        if body.contact is not None:
            whose = casework.owners("contact", body.contact).consumer
            if whose not in persons.persons_of(known.consumer):
                raise NotFound
        contact = None if body.contact is None else str(body.contact)
        said = ReportShortfall(by=by, code=body.code, line=body.line, contact=contact)
        context = asked.context(actor, order_id, DetectShortfall, new=True)
        receipt = shortfall_reports.report_shortfall(order_id, said, context)
        first = receipt_answer(receipt, 201)
        answer = reported(order_id, said, actor, casework, resolutions)
        told = receipt_body(receipt)
        content = ReportedBody(
            stream_id=told.stream_id,
            version=told.version,
            position=told.position,
            leaves=told.leaves,
            shortfall=answer[0],
            resolution=answer[1],
        )
        headers = dict(first.headers)
        if content.resolution is not None:
            view = content.resolution.resolution
            headers["ETag"] = f'"{view.version}"'
            headers["Location"] = f"{RESOLUTIONS}/{view.resolution_id}"
        return Response(content, status_code=201, headers=headers)

    @get(
        f"{OF_ORDER}/companionship",
        operation_id="readCompanionship",
        opt=does("companionship.read"),
        sync_to_thread=True,
    )
    def read(
        self,
        order_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        desk: NamedDependency[OrderDesk],
        resolutions: NamedDependency[Resolutions],
    ) -> Response[CompanionshipPage]:
        """Read the days beside an order's consumer: always as they stand now."""
        known = desk.find(actor, "companionship.read", order_id)
        body = companionship_page(known, actor, resolutions)
        version = body.companionship.version
        return Response(body, headers={"ETag": f'"{version}"'})

    @post(
        f"{OF_ORDER}/companionship/rating",
        operation_id="rateCompanionship",
        opt=does("companionship.act", RateCompanionship),
        sync_to_thread=True,
        status_code=200,
    )
    def rate(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        order_id: FromPath[UUID],
        data: Annotated[RateCompanionshipBody, json_like("RateCompanionshipBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        desk: NamedDependency[OrderDesk],
        resolutions: NamedDependency[Resolutions],
    ) -> Response[ReceiptBody]:
        """Say how the days beside you were, as the consumer."""
        body = strictly(raw, type(data))
        known = desk.find(actor, "companionship.act", order_id)
        by = acting(actor, "companionship.act", owners_of(known.order))
        command = RateCompanionship(by=by, score=body.score, tags=body.tags)
        return taken(actor, asked, resolutions, order_id, command)

    @post(
        f"{OF_ORDER}/shortfalls/contest",
        operation_id="contestShortfall",
        opt=does("companionship.act", ContestShortfall),
        sync_to_thread=True,
        status_code=200,
    )
    def contest(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        order_id: FromPath[UUID],
        data: Annotated[ContestShortfallBody, json_like("ContestShortfallBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        desk: NamedDependency[OrderDesk],
        resolutions: NamedDependency[Resolutions],
    ) -> Response[ReceiptBody]:
        """Say that a shortfall is not so, as somebody it concerns.

        A shortfall's name has slashes, so it stands in the body.
        """
        body = strictly(raw, type(data))
        known = desk.find(actor, "companionship.act", order_id)
        by = acting(actor, "companionship.act", owners_of(known.order))
        command = ContestShortfall(by=by, shortfall=body.shortfall, reason=body.reason)
        return taken(actor, asked, resolutions, order_id, command)


def taken(
    actor: Actor,
    asked: Asked,
    resolutions: Resolutions,
    order_id: UUID,
    command: CompanionshipCommand,
) -> Response[ReceiptBody]:
    """Return the receipt of a request about the days beside a consumer."""
    beside = resolutions.beside(order_id)
    context = asked.context(actor, beside, type(command))
    return receipt_answer(resolutions.take_beside(order_id, command, context))


def reported(
    order_id: UUID,
    said: ReportShortfall,
    actor: Actor,
    casework: Casework,
    resolutions: Resolutions,
) -> tuple[str | None, ResolutionPage | None]:
    """Return what was heard as it is known now, and the resolution it came to."""
    days, _ = resolutions.companionship(order_id)
    found = [
        (name, each)
        for name, each in days.shortfalls.items()
        if each.shortfall.code == said.code and said.line in {None, each.shortfall.line}
    ]
    heard = [
        each
        for each in found
        if said.contact is not None and each[1].shortfall.heard_in == said.contact
    ]
    last = next(reversed(heard or found), None)
    if last is None or last[1].resolution is None:
        return (last[0] if last else None), None
    resolution_id = UUID(last[1].resolution)
    matter = casework.find(actor, "resolution.report", "resolution", resolution_id)
    book = resolutions.rules(matter.source)
    return last[0], page(matter, actor, now(), book)


def companionship_page(
    known: KnownOrder, actor: Actor, resolutions: Resolutions
) -> CompanionshipPage:
    """Return the days beside an order's consumer as this reader sees them now."""
    owners = owners_of(known.order)
    reader = reading(actor, "companionship.read", owners)
    days, version = resolutions.companionship(known.order_id)
    view = companionship_view(
        resolutions.beside(known.order_id),
        version,
        days,
        known.order_id,
        reader.role,
        now(),
    )
    here = f"{ORDERS}/{known.order_id}"
    may = view.may if allows(actor, "companionship.act", owners) else ()
    moves = tuple(
        Move(f"{name[0].lower()}{name[1:]}", f"{here}/{ASKED_AT[name]}") for name in may
    )
    return CompanionshipPage(companionship=view, may=moves, links={"order": here})
