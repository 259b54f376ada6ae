"""Handing a resolution over to be judged: its dispute opens in the same append."""

from collections.abc import Iterator
from uuid import UUID

from msgspec.structs import replace

from application.case_items import AskedLines, Line
from application.disputes import Disputes, Opening
from application.event_store.envelope import CommandContext, Part, Receipt
from application.resolutions.doing import decidable
from application.resolutions.moving import Moving
from application.resolutions.resolutions import Resolutions
from application.sight import Sight
from domain.after_sales import CASE, Case
from domain.dispute import OpenDispute
from domain.kernel import Refused
from domain.order import ORDER, Order
from domain.party import By
from domain.resolution import HandToDispute, Resolution, ResolutionCommand
from domain.resolution.issues import issue_of


class HandsOver:
    """Opens the dispute of a resolution that no plan made good, once."""

    def __init__(self, resolutions: Resolutions, disputes: Disputes) -> None:
        self._resolutions = resolutions
        self._disputes = disputes

    def take(
        self, resolution_id: UUID, command: ResolutionCommand, context: CommandContext
    ) -> Receipt:
        """Hand a resolution over, to the dispute that is named or else to its own.

        Its own opens over a case of the consumer's that is under way, else over the
        lines that fell short, as far as nothing else claims them. The platform steps in
        at once: the consumer was asked often enough. Any other command goes where it
        goes. Raises as CommandHandler does.
        """
        if not isinstance(command, HandToDispute):
            return self._resolutions.take(resolution_id, command, context)

        def move(moving: Moving, order_id: UUID, sight: Sight) -> None:
            if command.dispute is not None or moving.state.handed:
                moving.ask(command)
                return
            name = f"resolution/{resolution_id}"
            dispute_id = self._disputes.id_of(order_id, name)
            moving.ask(replace(command, dispute=str(dispute_id)))
            moving.others.extend(
                self._opening(dispute_id, moving.state, command.by, context, sight)
            )

        return self._resolutions.move(resolution_id, command, context, move)

    def _opening(
        self,
        dispute_id: UUID,
        state: Resolution,
        by: By,
        context: CommandContext,
        sight: Sight,
    ) -> tuple[Part, ...]:
        """Return what opens the dispute, as broadly as the order bears it.

        Raises what forbids even the narrowest.
        """
        plain = replace(context, expected_version=None)
        why: Refused | None = None
        for said in openings(state, by, sight):
            try:
                parts = self._disputes.opening(dispute_id, said, plain, sight).parts
                decidable(parts, sight, context.at)
            except Refused as refused:
                why = refused
            else:
                return parts
        assert why is not None, "there is always something to try"
        raise why


def openings(state: Resolution, by: By, sight: Sight) -> Iterator[Opening]:
    """Yield ways to open the dispute of a resolution, the one that says most first.

    After the after-sales time it is opened on what the platform's own data shows
    (第4条).
    """
    opened = state.opened
    assert opened is not None, "only what was opened is handed over"
    order: Order = sight.of(UUID(opened.order), ORDER)
    command = OpenDispute(
        by=by,
        order=opened.order,
        consumer=opened.consumer,
        merchant=opened.merchant,
        creator=opened.creator,
        carrier=opened.carrier,
        ordered_at=opened.ordered_at,
        issue=issue_of(opened.shortfall.code),
        negotiate=False,
    )
    for name in asked_by_consumer(order, sight):
        yield Opening(replace(command, case=name), (), None, None)
    named = {each.line for each in state.shortfalls.values()}
    lines = AskedLines(
        tuple(
            Line(line=each.line, quantity=each.quantity)
            for each in order.lines
            if None in named or each.line in named
        )
    )
    late = replace(command, exception="platform_data")
    for asked in (lines, None):
        yield Opening(command, (), None, asked)
        yield Opening(late, (), None, asked)


def asked_by_consumer(order: Order, sight: Sight) -> Iterator[str]:
    """Yield the cases under way that the consumer opened over the order herself."""
    for name, claim in order.claims.items():
        if claim.live and claim.kind != "dispute":
            case: Case = sight.of(UUID(name), CASE)
            mine = case.known and case.resolution is None
            if mine and case.dispute is None and not case.final:
                yield name
