"""Where incidents are asked from outside: who may, and what of them is shown whom."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from msgspec import Struct

from application.access import Action, Actor, Owners, allows, authorize
from application.casework import acting
from application.event_store.envelope import CommandContext, Receipt
from application.incidents.exemption import Exempt, Exemptions
from application.incidents.incidents import Estimate, Freeze, Incidents
from application.incidents.scores import Figures, MerchantEffect, effects_of
from application.incidents.view import IncidentView, OrderView, view
from application.projections.affected import Preview
from application.projections.incidents import IncidentQueries, IncidentRow
from application.projections.paging import Page, key_of, page, page_size
from domain.incident import (
    ApproveBudget,
    DeclareIncident,
    IncidentStatus,
    Selector,
)
from domain.incident.state import How
from domain.kernel import Command
from domain.party import By

NOBODYS: Final = Owners()


class OrderPlace(Struct, frozen=True):
    """Where a page of orders ended."""

    order: str


class ListedIncident(Struct, frozen=True, kw_only=True):
    """A row of the board, and where its incident stands in the domain's own word."""

    row: IncidentRow
    status: IncidentStatus


def listed(rows: Sequence[IncidentRow], incidents: Incidents) -> list[ListedIncident]:
    """Return rows with where each incident stands.

    The board knows what is handed out and what is over. How far one is prepared its
    stream says, and there are few of those.
    """
    return [ListedIncident(row=row, status=status_of(row, incidents)) for row in rows]


def status_of(row: IncidentRow, incidents: Incidents) -> IncidentStatus:
    """Return where an incident stands, as whoever reads it is told."""
    if row.phase == "preparing":
        state, _ = incidents.find(row.number)
        assert state.status is not None, "what is found was declared"
        return state.status
    handing_out = row.phase in {"piloting", "rolling_out"}
    return cast("IncidentStatus", "paused" if handing_out and row.paused else row.phase)


class IncidentOffice:
    """Asks incidents for whoever may."""

    def __init__(
        self,
        incidents: Incidents,
        exemptions: Exemptions,
        board: IncidentQueries,
        figures: Figures,
    ) -> None:
        self._incidents = incidents
        self._figures = figures
        self._exemptions = exemptions
        self._board = board

    def id_of(self, number: str) -> UUID:
        """Return the id of the incident of this number."""
        return self._incidents.id_of(number)

    # -- Commands --

    def declare(
        self,
        actor: Actor,
        make: Callable[[By], DeclareIncident],
        context: CommandContext,
    ) -> Receipt:
        """Declare one; raises NotAllowed, and as CommandHandler does."""
        authorize(actor, "incident.act", NOBODYS)
        command = make(acting(actor, "incident.act", NOBODYS))
        return self._incidents.take(command.number, command, context)

    def take(
        self,
        actor: Actor,
        number: str,
        make: Callable[[By], Command],
        context: CommandContext,
    ) -> Receipt:
        """Return where the incident then stands; raises as its parts do."""
        authorize(actor, "incident.read", NOBODYS)
        command = make(acting(actor, "incident.act", NOBODYS))
        action: Action = "incident.act"
        if isinstance(command, ApproveBudget):
            action = "incident.approve"
        authorize(actor, action, NOBODYS)
        match command:
            case Freeze():
                return self._incidents.freeze(number, command, context)
            case Estimate():
                return self._incidents.estimate(number, command, context).receipt
            case Exempt():
                return self._exemptions.take(number, command, context)
            case _:
                return self._incidents.take(number, command, context)  # type: ignore[arg-type]  # the doors' commands

    # -- Questions --

    def preview(
        self, actor: Actor, selector: Selector, at: datetime, samples: int
    ) -> Preview:
        """Return how many orders a selector affects now, and some of them."""
        authorize(actor, "incident.read", NOBODYS)
        return self._incidents.preview(selector, at, samples)

    def newest(
        self, actor: Actor, *, limit: int, cursor: str | None, over: bool | None
    ) -> Page[ListedIncident]:
        """Return a page of incidents, the newest first. Raises BadCursor."""
        authorize(actor, "incident.read", NOBODYS)
        found = self._board.newest(limit=limit, cursor=cursor, over=over)
        return Page(listed(found.rows, self._incidents), found.next)

    def notices(
        self, actor: Actor, *, limit: int, cursor: str | None
    ) -> Page[IncidentRow]:
        """Return what was published of incidents, for everybody. Raises BadCursor."""
        authorize(actor, "notice.read", NOBODYS)
        return self._board.notices(limit=limit, cursor=cursor)

    def read(self, actor: Actor, number: str, at: datetime) -> IncidentView:
        """Return an incident as it stands; raises NoSuchIncident."""
        authorize(actor, "incident.read", NOBODYS)
        acts = allows(actor, "incident.act", NOBODYS)
        state, version = self._incidents.find(number)
        return view(
            state,
            version,
            self.id_of(number),
            self._board.counts(number),
            reader=acting(actor, "incident.act", NOBODYS) if acts else None,
            book=self._incidents.book(state),
            at=at,
        )

    def scores(
        self, actor: Actor, number: str, now: datetime
    ) -> Sequence[MerchantEffect]:
        """Return what it does to its merchants' scores; raises NoSuchIncident."""
        authorize(actor, "incident.read", NOBODYS)
        state, _ = self._incidents.find(number)
        orders = self._incidents.orders_of(state)
        return effects_of(orders, self._incidents.book(state), self._figures, now)

    def orders(
        self,
        actor: Actor,
        number: str,
        *,
        limit: int,
        cursor: str | None,
        standing: How | None = None,
    ) -> Page[OrderView]:
        """Return a page of an incident's orders. NoSuchIncident and BadCursor."""
        authorize(actor, "incident.read", NOBODYS)
        state, _ = self._incidents.find(number)
        after = key_of(cursor, OrderPlace).order if cursor else ""
        size = page_size(limit)
        found = sorted(
            (order, known)
            for order, known in state.standings.items()
            if order > after and standing in {None, known.how}
        )[: size + 1]
        became = {
            str(each.order_id): each.standing for each in self._board.offers(number)
        }
        rows = [
            OrderView(
                order_id=UUID(order),
                segment=known.member.segment,
                standing=known.how,
                fen=known.fen,
                reason=known.reason,
                offer=became.get(order),
            )
            for order, known in found
        ]
        return page(rows, size, lambda row: OrderPlace(str(row.order_id)))
