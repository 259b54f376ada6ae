"""What is told of a listing over HTTP: what it costs now, and that it was removed."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from msgspec import Meta, Struct

from application.access import Action, Actor, NotAllowed, scope
from application.listing_reports import (
    Concerned,
    ListingPrice,
    ListingRemoved,
    ListingReports,
)
from domain.companionship import DetectShortfall
from domain.kernel import Code, ImpossibleTime, Moment, Name, possible
from domain.money import Money
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.examples import json_like
from interface.api.names import NameInPath
from interface.api.order_commands import strictly
from interface.api.problems import invalid
from interface.clock import now

Sku = Annotated[Name | None, Meta(description="One variant; without it, all.")]
After = Annotated[
    UUID | None,
    Meta(description="Where the last answer broke off: its ``next``."),
]


class TellListingPriceBody(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """What one piece costs, since when, and of which variant."""

    unit_price: Money
    at: Moment
    sku: Sku = None
    after: After = None


class TellListingRemovedBody(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Which governance matter took it down, why, since when, and which variant."""

    matter: Name
    reason: Code
    at: Moment
    sku: Sku = None
    after: After = None


class ListingController(Controller):
    """What befalls every order of a listing at once."""

    path = "/v1/listings"
    tags = ("shortfalls",)

    @post(
        "/{listing:str}/prices",
        operation_id="tellListingPrice",
        opt=does("listing.price", DetectShortfall),
        sync_to_thread=True,
        status_code=200,
    )
    def price(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        listing: NameInPath,
        data: Annotated[TellListingPriceBody, json_like("TellListingPriceBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        listing_reports: NamedDependency[ListingReports],
    ) -> Response[Concerned]:
        """Tell what a listing costs; whoever paid more while protected is seen to.

        A thousand orders are looked at in one request, the rest from ``next`` on. The
        same price of the same moment counts once, whoever tells it how often.
        """
        body = strictly(raw, type(data))
        said = ListingPrice(
            listing=listing, sku=body.sku, unit_price=body.unit_price, at=body.at
        )
        return told(actor, "listing.price", said, body.after, asked, listing_reports)

    @post(
        "/{listing:str}/removal",
        operation_id="tellListingRemoved",
        opt=does("listing.removal", DetectShortfall),
        sync_to_thread=True,
        status_code=200,
    )
    def removal(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        listing: NameInPath,
        data: Annotated[TellListingRemovedBody, json_like("TellListingRemovedBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        listing_reports: NamedDependency[ListingReports],
    ) -> Response[Concerned]:
        """Tell that governance took a listing down; whoever bought it is seen to.

        A thousand orders are looked at in one request, the rest from ``next`` on. One
        matter counts once for a listing, whoever tells it how often.
        """
        body = strictly(raw, type(data))
        said = ListingRemoved(
            listing=listing,
            sku=body.sku,
            matter=body.matter,
            reason=body.reason,
            at=body.at,
        )
        return told(actor, "listing.removal", said, body.after, asked, listing_reports)


def told(  # noqa: PLR0913, PLR0917  # who tells what, of which orders, to whom
    actor: Actor,
    action: Action,
    said: ListingPrice | ListingRemoved,
    after: UUID | None,
    asked: Asked,
    reports: ListingReports,
) -> Response[Concerned]:
    """Return what came of it; raises NotAllowed, and Wrong for a time to come."""
    within = scope(actor, action)
    if within.empty:
        raise NotAllowed(action=action)
    if asked.occurred_at is not None:
        raise invalid("Occurred-At", "The body says since when it is so.")
    at = now()
    if not possible(said.at):
        raise invalid("at", str(ImpossibleTime()))
    if said.at > at:
        raise invalid("at", "It must not lie in the future.")
    return Response(
        reports.tell(said, actor=actor.name, asked_at=at, within=within, after=after)
    )
