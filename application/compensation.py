"""Commands about compensation: caps hold as reservations."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from application.books import Books
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import EventStore
from domain.compensation import (
    COMPENSATION,
    ZONE_USUAL,
    CommitCompensation,
    CompensationCommand,
    Dates,
    ReleaseCompensation,
    ReserveCompensation,
    ReserveGoodwill,
)
from domain.ids import id_from_name, partition_of
from domain.party import By
from domain.policy.quote import Facts

KIND = "compensation"


class PaidOrder(Struct, frozen=True, kw_only=True):
    """An order as far as caps ask: whose, of which merchant, and when it was paid.

    Before anything is paid, ``paid_at`` is when it was placed.
    """

    order: str
    source: str
    consumer: str
    merchant: str
    paid_at: datetime


class Compensations:
    """Sets compensation aside under the caps of its day, pays it, gives it up.

    There is a stream for each consumer, merchant and natural day an order was paid, so
    that whoever is second sees what the first took.
    """

    def __init__(
        self, store: EventStore, handler: CommandHandler, policies: Books
    ) -> None:
        self._partitions = store.partitions
        self._handler = handler
        self._policies = policies

    def id_of(self, paid: PaidOrder) -> UUID:
        """Return the id of the day that this order's compensation counts for."""
        day, zone = self._day(paid)
        partition = partition_of(paid.consumer, self._partitions)
        name = f"{paid.consumer} {paid.merchant} {day} {zone}"
        return id_from_name(partition, KIND, paid.source, name)

    def reservation(  # noqa: PLR0913 - what is asked, for whom, and why
        self,
        paid: PaidOrder,
        *,
        by: By,
        reservation: str,
        matter: str,
        facts: Facts,
        dates: Dates | None = None,
    ) -> ReserveCompensation:
        """Return the command that sets aside what the rules pay for these facts."""
        day, zone = self._day(paid)
        return ReserveCompensation(
            by=by,
            reservation=reservation,
            matter=matter,
            order=paid.order,
            consumer=paid.consumer,
            merchant=paid.merchant,
            paid_on=day,
            zone=zone,
            facts=facts,
            dates=dates or Dates(),
        )

    def goodwill(  # noqa: PLR0913 - what is given, for whom, why, and who lets it go
        self,
        paid: PaidOrder,
        *,
        by: By,
        approved_by: By,
        reservation: str,
        matter: str,
        total_fen: int,
        paid_fen: int,
        dates: Dates | None = None,
    ) -> ReserveGoodwill:
        """Return the command that sets aside exactly so much beyond what is owed."""
        day, zone = self._day(paid)
        return ReserveGoodwill(
            by=by,
            approved_by=approved_by,
            reservation=reservation,
            matter=matter,
            order=paid.order,
            consumer=paid.consumer,
            merchant=paid.merchant,
            paid_on=day,
            zone=zone,
            total_fen=total_fen,
            paid_fen=paid_fen,
            dates=dates or Dates(),
        )

    def part(self, paid: PaidOrder, command: CompensationCommand) -> Part:
        """Return the command as one part of an ask of several."""
        book = self._policies.for_source(paid.source)
        return Part(self.id_of(paid), COMPENSATION, command, book)

    def take(
        self, paid: PaidOrder, command: CompensationCommand, context: CommandContext
    ) -> Receipt:
        """Return where the day then stands; raises as CommandHandler does."""
        return self._handler.handle_one(Ask(context, (self.part(paid, command),)))

    def commit(
        self, paid: PaidOrder, reservation: str, by: By, context: CommandContext
    ) -> Receipt:
        """Say that what was reserved has been paid; raises as CommandHandler does."""
        command = CommitCompensation(by=by, reservation=reservation)
        return self.take(paid, command, context)

    def release(
        self,
        paid: PaidOrder,
        reservation: str,
        reason: str,
        by: By,
        context: CommandContext,
    ) -> Receipt:
        """Give up what was reserved; raises as CommandHandler does."""
        command = ReleaseCompensation(by=by, reservation=reservation, reason=reason)
        return self.take(paid, command, context)

    def _day(self, paid: PaidOrder) -> tuple[date, str]:
        """Return the natural day an order was paid, and the zone that day is of."""
        zone = self._zone(paid)
        return paid.paid_at.astimezone(ZoneInfo(zone)).date(), zone

    def _zone(self, paid: PaidOrder) -> str:
        """Return the zone whose days the caps of the order's profile count in.

        One profile counts its days in one zone: that of its first cap of a day.
        """
        return self._policies.for_source(paid.source).day_zone or ZONE_USUAL
