"""Handing a resolution over to be judged: its disputes open in the same append."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from application.case_items import AskedLines, Line
from application.disputes import Disputes, Opening
from application.event_store.envelope import CommandContext, Part, Receipt
from application.resolutions.doing import decidable
from application.resolutions.moving import Moving
from application.resolutions.resolutions import Resolutions
from application.sellers import by_seller
from application.sight import Sight
from domain.after_sales import CASE, Case
from domain.dispute import OpenDispute
from domain.kernel import Refused
from domain.order import ORDER, Order
from domain.party import SYSTEM, By
from domain.resolution import (
    DeclinePlans,
    HandToDispute,
    Resolution,
    ResolutionCommand,
)
from domain.resolution.issues import issue_of
from domain.shortfall import Shortfall


class Judging(NamedTuple):
    """A resolution that is handed over, its order, and by whom."""

    resolution_id: UUID
    state: Resolution
    order_id: UUID
    order: Order
    by: By


class HandsOver:
    """Opens the disputes of a resolution that no plan made good, once."""

    def __init__(self, resolutions: Resolutions, disputes: Disputes) -> None:
        self._resolutions = resolutions
        self._disputes = disputes

    def take(
        self, resolution_id: UUID, command: ResolutionCommand, context: CommandContext
    ) -> Receipt:
        """Hand a resolution over, to the dispute that is named or else to its own.

        One opens with each merchant whose lines fell short: over a case of the
        consumer's about them that is under way, else over the lines, as far as nothing
        else claims them. The platform steps in at once: the consumer was asked often
        enough. Whoever declines for the last time need not ask for it. Any other
        command goes where it goes. Raises as CommandHandler does.
        """
        if isinstance(command, DeclinePlans):
            return self._decline(resolution_id, command, context)
        if not isinstance(command, HandToDispute):
            return self._resolutions.take(resolution_id, command, context)

        def move(moving: Moving, order_id: UUID, sight: Sight) -> None:
            if command.dispute is not None or moving.state.handed:
                moving.ask(command)
                return
            order: Order = sight.of(order_id, ORDER)
            judging = Judging(resolution_id, moving.state, order_id, order, command.by)
            self._hand_over(judging, command, moving, context, sight)

        return self._resolutions.move(resolution_id, command, context, move)

    def _decline(
        self, resolution_id: UUID, command: DeclinePlans, context: CommandContext
    ) -> Receipt:
        """Take a no; the last that is asked for hands it over at once.

        What keeps its disputes from being opened keeps nobody from saying no: whoever
        carries resolutions on tries again.
        """

        def move(moving: Moving, order_id: UUID, sight: Sight) -> None:
            moving.ask(command)
            if self._resolutions.out_of_plans(order_id, moving.state, sight):
                order: Order = sight.of(order_id, ORDER)
                judging = Judging(resolution_id, moving.state, order_id, order, SYSTEM)
                hand = HandToDispute(by=SYSTEM)
                with suppress(Refused):
                    self._hand_over(judging, hand, moving, context, sight)

        return self._resolutions.move(resolution_id, command, context, move)

    def _hand_over(
        self,
        judging: Judging,
        command: HandToDispute,
        moving: Moving,
        context: CommandContext,
        sight: Sight,
    ) -> None:
        """Ask that it be judged, and for the disputes; raises what forbids one."""
        opened: dict[UUID, tuple[Part, ...]] = {}
        sellers = concerned(judging.state, judging.order)
        for merchant, lines in sellers.items():
            name = f"resolution/{judging.resolution_id}"
            # The only one has the name it always had.
            name = f"{name}/{merchant or ''}" if len(sellers) > 1 else name
            dispute_id = self._disputes.id_of(judging.order_id, name)
            before = tuple(part for parts in opened.values() for part in parts)
            says = openings(judging, merchant, lines, sight)
            opened[dispute_id] = self._opening(dispute_id, says, before, context, sight)
        names = tuple(map(str, opened))
        moving.ask(replace(command, dispute=names[0], disputes=names))
        for parts in opened.values():
            moving.others.extend(parts)

    def _opening(
        self,
        dispute_id: UUID,
        says: Iterator[Opening],
        before: tuple[Part, ...],
        context: CommandContext,
        sight: Sight,
    ) -> tuple[Part, ...]:
        """Return what opens a dispute, as broadly as the order bears it.

        ``before`` is what opens the others. Raises what forbids even the narrowest.
        """
        plain = replace(context, expected_version=None)
        why: Refused | None = None
        for said in says:
            try:
                parts = self._disputes.opening(dispute_id, said, plain, sight).parts
                decidable((*before, *parts), sight, context.at)
            except Refused as refused:
                why = refused
            else:
                return parts
        assert why is not None, "there is always something to try"
        raise why


def concerned(state: Resolution, order: Order) -> Mapping[str | None, tuple[int, ...]]:
    """Return the lines that fell short, by who sold them; all where none is named."""
    lines: set[int] = set()
    for each in state.shortfalls.values():
        lines |= lines_of(each, order)
    return by_seller(order, lines) or {None: ()}


def lines_of(short: Shortfall, order: Order) -> frozenset[int]:
    """Return the lines a shortfall is about: its own, its parcel's, or all."""
    ordered = frozenset(each.line for each in order.lines)
    if short.line is not None:
        return frozenset({short.line}) & ordered or ordered
    parcel = order.parcels.get(short.parcel or "")
    contents = (parcel.contents if parcel else None) or ()
    held = frozenset(each.line for each in contents)
    return held & ordered or ordered


def openings(
    judging: Judging, merchant: str | None, about: Collection[int], sight: Sight
) -> Iterator[Opening]:
    """Yield ways to open a dispute with a merchant, the one that says most first.

    After the after-sales time it is opened on what the platform's own data shows
    (第4条).
    """
    opened = judging.state.opened
    assert opened is not None, "only what was opened is handed over"
    order, known = judging.order, judging.state.shortfalls.values()
    theirs = (each for each in known if lines_of(each, order) & set(about))
    short = next(theirs, opened.shortfall)
    command = OpenDispute(
        by=judging.by,
        order=opened.order,
        consumer=opened.consumer,
        merchant=merchant if about else opened.merchant,
        creator=opened.creator,
        carrier=opened.carrier,
        ordered_at=opened.ordered_at,
        issue=issue_of(short.code),
        negotiate=False,
    )
    for name in asked_by_consumer(order, about, sight):
        yield Opening(replace(command, case=name), (), None, None)
    lines = AskedLines(
        tuple(
            Line(line=each.line, quantity=each.quantity)
            for each in order.lines
            if each.line in about
        )
    )
    late = replace(command, exception="platform_data")
    for asked in (lines, None):
        yield Opening(command, (), None, asked)
        yield Opening(late, (), None, asked)


def asked_by_consumer(
    order: Order, about: Collection[int], sight: Sight
) -> Iterator[str]:
    """Yield the cases under way that the consumer opened over these lines herself."""
    for name, claim in order.claims.items():
        theirs = any(item.line in about for item in claim.items)
        if theirs and claim.live and claim.kind != "dispute":
            case: Case = sight.of(UUID(name), CASE)
            mine = case.known and case.resolution is None
            if mine and case.dispute is None and not case.final:
                yield name
