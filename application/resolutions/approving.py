"""A plan approved as it was previewed; what has another price by now is put anew."""

from contextlib import suppress
from uuid import UUID, uuid5

from application.event_store.envelope import CommandContext, Receipt
from application.orders import context_for
from application.processes.check_overdue_clocks import ACTOR
from application.resolutions.moves import Moves
from application.resolutions.moving import Moving
from application.resolutions.proposing import PricedOnOther, Proposals
from application.resolutions.said import Proposing
from application.sight import Sight
from domain.kernel import Refused
from domain.party import SYSTEM
from domain.resolution import ApprovePlan, StalePreview


class Approving:
    """Takes approvals, each of what stands priced on what still is so."""

    def __init__(self, moves: Moves, proposals: Proposals) -> None:
        self._moves = moves
        self._proposals = proposals

    def approve(
        self, resolution_id: UUID, command: ApprovePlan, context: CommandContext
    ) -> Receipt:
        """Approve a plan as previewed, and offer at once what is approved.

        Where what it was priced on has changed it is refused as stale (StalePreview),
        and proposed anew, so that there is something to look at: the same plans again,
        where they are an agent's own and the order still bears them.
        """

        def move(moving: Moving, order_id: UUID, sight: Sight) -> None:
            self._proposals.check_ground(order_id, resolution_id, moving, sight)
            moving.ask(command)
            self._proposals.offer(moving, by=SYSTEM, whole=False)

        try:
            return self._moves.move(resolution_id, command, context, move)
        except PricedOnOther as moved:
            raise self._anew(resolution_id, command, context) from moved

    def _anew(
        self, resolution_id: UUID, command: ApprovePlan, context: CommandContext
    ) -> StalePreview:
        """Propose anew what was priced on other facts; return what to answer."""
        before, _ = self._moves.find(resolution_id)
        cause = uuid5(context.command_id, "proposed anew")
        said = Proposing(by=SYSTEM, offer=False)
        machine = context_for(cause, said, actor=ACTOR, asked_at=context.asked_at)

        def move(moving: Moving, order_id: UUID, sight: Sight) -> None:
            if moving.state.standing is None:  # what stands no more is not put again
                owed = Proposing(by=SYSTEM, plans=(), offer=False)
                self._proposals.propose(order_id, resolution_id, moving, sight, owed)
            else:
                self._proposals.anew(
                    order_id, resolution_id, moving, sight, offer=False
                )

        with suppress(Refused):
            self._moves.move(resolution_id, said, machine, move)
        state, _ = self._moves.find(resolution_id)
        proposal = state.approvable
        seen = proposal.plan(command.plan) if proposal else None
        made = proposal is not None and state.round > before.round
        return StalePreview(
            current=seen.hash if seen else None,
            round=state.round,
            proposed_anew_by=proposal.by.name if made and proposal else None,
        )
