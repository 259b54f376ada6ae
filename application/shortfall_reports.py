"""Shortfalls that somebody tells us of: an agent in a contact, a price, a removal.

They are recorded by the same rows that detectors look at, under the same names: what is
told and what is found is one.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.books import Books
from application.event_store.envelope import Ask, CommandContext, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import EventStore
from application.resolutions.resolutions import Resolutions
from application.resolutions.said import Detecting
from application.sight import Sight
from domain.companionship import COMPANIONSHIP, Companionship
from domain.detection import Known, Rules, WatchPoint, rules_of, shortfall, watch_points
from domain.detection.known import PriceSeen, Removed, Told
from domain.kernel import Code, Name, Refused
from domain.money import Money
from domain.order import ORDER, NoSuchOrder, Order
from domain.party import By
from domain.shortfall import Shortfall, ShortfallCode


class NotAShortfall(Refused):
    """By the rules of the order, and what is known of it, this is no shortfall."""


class ReportShortfall(Struct, frozen=True, kw_only=True):
    """What was said: which code, of which line, in which contact.

    Without a contact an agent noticed it by themselves.
    """

    by: By
    code: ShortfallCode
    line: int | None = None
    contact: Name | None = None


class ReportPrice(Struct, frozen=True, kw_only=True):
    """One piece of a line's goods costs so much now, as somebody saw it."""

    by: By
    line: int
    unit_price: Money


class ReportRemoved(Struct, frozen=True, kw_only=True):
    """Goods of the order were taken down; ``matter`` names the governance's own."""

    by: By
    matter: Name
    reason: Code
    line: int | None = None


Report = ReportShortfall | ReportPrice | ReportRemoved


class ShortfallReports:
    """Takes what people and feeds say of an order, and has it recorded and seen to."""

    def __init__(
        self,
        store: EventStore,
        handler: CommandHandler,
        books: Books,
        resolutions: Resolutions,
    ) -> None:
        self._store, self._handler = store, handler
        self._books, self._resolutions = books, resolutions

    def report_shortfall(
        self, order_id: UUID, said: ReportShortfall, context: CommandContext
    ) -> Receipt:
        """Record what an agent heard in a contact, or noticed.

        What was noticed is what a detector would find: no word of anybody bears it out.
        Where no row is told by words, the code is asked as it is watched: what a
        detector would find anyway is found now. Raises NotAShortfall and NoSuchOrder.
        """
        if said.contact is None:
            return self._take(order_id, said, said.code, Known(), context)
        known = Known(
            told=(
                Told(
                    reason=said.code,
                    at=context.at,
                    matter=said.contact,
                    line=said.line,
                    heard_in=said.contact,
                ),
            )
        )
        return self._take(order_id, said, said.code, known, context)

    def report_price(
        self, order_id: UUID, said: ReportPrice, context: CommandContext
    ) -> Receipt:
        """Record a lower price; raises NotAShortfall where it is not protected."""
        seen = PriceSeen(line=said.line, at=context.at, unit_price=said.unit_price)
        known = Known(prices=(seen,))
        return self._take(order_id, said, "PRICE_DROP", known, context)

    def report_removed(
        self, order_id: UUID, said: ReportRemoved, context: CommandContext
    ) -> Receipt:
        """Record that goods were taken down after their sale; raises NotAShortfall."""
        gone = Removed(
            matter=said.matter, at=context.at, reason=said.reason, line=said.line
        )
        known = Known(removed=(gone,))
        return self._take(order_id, said, "GOVERNANCE_HIT", known, context)

    def _take(
        self,
        order_id: UUID,
        said: Report,
        code: ShortfallCode,
        known: Known,
        context: CommandContext,
    ) -> Receipt:
        """Return the receipt; what was granted once stays, whatever is known since."""

        def ask() -> Ask:
            sight = Sight(self._store, order_id)
            order: Order = sight.of(order_id, ORDER)
            if order.identity is None:
                raise NoSuchOrder(order=str(order_id))
            rules = rules_of(self._books.for_source(order.source), order, context.at)
            days: Companionship = sight.of(beside, COMPANIONSHIP)
            found = known_already(days, said)
            if found is None:
                found = told_now(order, rules, code, known, context.at)
                if isinstance(said, ReportShortfall):
                    found = replace(found, heard_in=said.contact)
            detecting = Detecting(by=said.by, shortfall=found, propose=True)
            return self._resolutions.detecting(order_id, detecting, context)

        beside = self._resolutions.beside(order_id)
        return self._handler.handle_prepared(beside, context, said, ask)


def known_already(days: Companionship, said: Report) -> Shortfall | None:
    """Return what was heard in the same contact before, of the line or the order."""
    if not isinstance(said, ReportShortfall):
        return None
    return next(
        (
            each.shortfall
            for each in days.shortfalls.values()
            if each.shortfall.code == said.code
            and each.shortfall.heard_in == said.contact
            and (said.line is None or each.shortfall.line in {None, said.line})
        ),
        None,
    )


def told_now(
    order: Order, rules: Rules, code: ShortfallCode, known: Known, at: datetime
) -> Shortfall:
    """Return the shortfall of this code that these words make; raises NotAShortfall.

    Of several points the one the words are about; else the longest due.
    """
    due = [
        point
        for point in watch_points(order, rules, known)
        if point.code == code and point.due_at <= at
    ]
    without = {point.name for point in watch_points(order, rules)}
    fresh: list[WatchPoint] = [point for point in due if point.name not in without]
    point = next(iter(fresh or due), None)
    if point is None:
        raise NotAShortfall(code=code)
    return shortfall(point, order, rules, at, known)
