"""What falls short, and what heals: in the live resolution, else in a new one."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from application.books import Books
from application.event_store.envelope import Ask, CommandContext, Part
from application.event_store.store import EventStore
from application.resolutions.carrying import Carrying
from application.resolutions.moving import Moving, beside, id_of
from application.resolutions.proposing import Proposals
from application.resolutions.said import Detecting
from application.sight import Sight
from domain.companionship import (
    COMPANIONSHIP,
    ClearShortfall,
    Companionship,
    DetectShortfall,
)
from domain.detection.severity import severity_of, value_fen
from domain.kernel import Refused
from domain.order import ORDER, NoSuchOrder, Order
from domain.party import SYSTEM
from domain.policy.book import Rulebook
from domain.policy.rows import Times
from domain.resolution import (
    RESOLUTION,
    AttachShortfall,
    HealShortfall,
    OpenResolution,
    Resolution,
    TriageResolution,
    times_of,
)
from domain.shortfall import SeverityOf, Shortfall


class Noticing:
    """Sees to what fell short, and takes note of what healed."""

    def __init__(
        self,
        store: EventStore,
        books: Books,
        proposals: Proposals,
        carrying: Carrying,
    ) -> None:
        self._store = store
        self._books = books
        self._proposals = proposals
        self._carrying = carrying

    def detecting(
        self,
        order_id: UUID,
        said: Detecting,
        context: CommandContext,
        sight: Sight | None = None,
    ) -> Ask:
        """Return the ask of a shortfall that was detected; raises NoSuchOrder.

        ``sight`` is what was read of the order, where it was read among many.
        """
        stream_id = beside(order_id)
        sight = sight or Sight(self._store, stream_id)
        order: Order = sight.of(order_id, ORDER)
        if order.identity is None:
            raise NoSuchOrder(order=str(order_id))
        known: Companionship = sight.of(stream_id, COMPANIONSHIP)
        book = self._books.for_source(order.source)
        resolution_id, number, state = self.live(order_id, known, sight)
        tell = DetectShortfall(
            by=said.by,
            order=str(order_id),
            consumer=order.identity.consumer,
            shortfall=said.shortfall,
            resolution=str(resolution_id),
        )
        first = Part(stream_id, COMPANIONSHIP, tell, book)
        if said.shortfall.name in known.shortfalls:
            return Ask(context, (first,), rests_on=sight.rests_on)
        moving = Moving(state, book, context.at)
        moving.ask(
            AttachShortfall(by=said.by, shortfall=said.shortfall)
            if state.known
            else opening(order_id, order, number, said)
        )
        grave = gravity(said.shortfall, order, book, context.at)
        if not moving.state.triaged:
            block = self._proposals.flag(moving.state, sight, context.at)
            moving.ask(TriageResolution(by=SYSTEM, severity=grave, block=block))
        if said.propose:
            # What is carried out goes on, and a wish waits for people: it is recorded
            # nevertheless, and proposed for when its turn comes.
            with suppress(Refused):
                self._proposals.propose(order_id, resolution_id, moving, sight)
        parts = (first, *moving.parts(resolution_id))
        return Ask(context, parts, rests_on=sight.rests_on)

    def clearing(
        self,
        order_id: UUID,
        told: ClearShortfall,
        context: CommandContext,
        sight: Sight,
    ) -> Ask:
        """Return the ask of a shortfall that healed; its resolution takes note."""
        stream_id = beside(order_id)
        known: Companionship = sight.of(stream_id, COMPANIONSHIP)
        order: Order = sight.of(order_id, ORDER)
        book = self._books.for_source(order.source)
        parts = [Part(stream_id, COMPANIONSHIP, told, book)]
        kept = known.shortfalls.get(told.shortfall)
        if kept is not None and kept.resolution is not None:
            resolution_id = UUID(kept.resolution)
            state: Resolution = sight.of(resolution_id, RESOLUTION)
            if told.shortfall in state.open_shortfalls:
                moving = Moving(state, book, context.at)
                moving.ask(
                    HealShortfall(
                        by=SYSTEM,
                        shortfall=told.shortfall,
                        cleared_by=told.cleared_by,
                    )
                )
                parts.extend(moving.parts(resolution_id))
                parts.extend(
                    self._carrying.freed(resolution_id, state, moving, sight, context)
                )
        return Ask(context, tuple(parts), rests_on=sight.rests_on)

    def live(
        self, order_id: UUID, known: Companionship, sight: Sight
    ) -> tuple[UUID, int, Resolution]:
        """Return the order's live resolution, else the next, with its number."""
        named = dict.fromkeys(
            each.resolution for each in known.shortfalls.values() if each.resolution
        )
        for name in reversed(named):
            state: Resolution = sight.of(UUID(name), RESOLUTION)
            if state.opened is None or state.over:
                continue
            if not self.declined_out(order_id, state, sight):
                return UUID(name), state.opened.number, state
        number = len(named) + 1
        return id_of(order_id, number), number, RESOLUTION.initial

    def declined_out(self, order_id: UUID, state: Resolution, sight: Sight) -> bool:
        """Say whether only people judge it, so that what comes now is seen to anew.

        Else what is owed for it would wait for a proposal that nobody may make.
        """
        assert state.opened is not None, "only what was opened is declined"
        order: Order = sight.of(order_id, ORDER)
        times = times_of(state, state.opened.at)
        terms = self._books.for_source(order.source).offer_terms(times)
        return state.status == "declined" and state.declines >= terms.proposals_max


def gravity(
    shortfall: Shortfall, order: Order, book: Rulebook, at: datetime
) -> SeverityOf:
    """Return how grave a shortfall is: as its detector said, else by the book's row.

    Where no row weighs it, it is of little weight, as far as anybody knows.
    """
    if shortfall.severity is not None:
        return shortfall.severity
    times = Times(
        ordered_at=order.placed_at or order.paid_at,
        conduct_at=shortfall.since,
        judged_at=at,
    )
    row = book.severity(times)
    if row is None:
        return SeverityOf(severity="low", points=1, inputs=(), policy=shortfall.rule)
    return severity_of(
        row,
        value_fen=value_fen(order, shortfall.line),
        delay_seconds=(at - (shortfall.due or shortfall.since)).total_seconds(),
        effort=0,
    )


def opening(
    order_id: UUID, order: Order, number: int, said: Detecting
) -> OpenResolution:
    """Return what opens an order's resolution of this number."""
    placed, shortfall = order.placement, said.shortfall
    sold = [line.merchant for line in order.lines if line.line == shortfall.line]
    parcel = order.parcels.get(shortfall.parcel or "")
    # Goods that go back go by a carrier of their own, which the detector names.
    told = [str(each.value) for each in shortfall.facts if each.name == "carrier"]
    carriers = [each.carrier for each in order.parcels.values() if each.carrier]
    creators = [
        each.party
        for each in (placed.participants if placed else ())
        if "creator" in each.roles
    ]
    return OpenResolution(
        by=said.by,
        order=str(order_id),
        consumer=order.identity.consumer if order.identity else "",
        merchant=next(filter(None, sold), placed.merchant if placed else None),
        creator=next(iter(creators), None),
        carrier=parcel.carrier if parcel else next(iter((*told, *carriers)), None),
        ordered_at=order.placed_at or order.paid_at,
        number=number,
        shortfall=shortfall,
        complained=shortfall.heard_in is not None
        or any(claim.live for claim in order.claims.values()),
        incident=said.incident,
    )
