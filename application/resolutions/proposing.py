"""Plans: made on things as they stand, previewed, and offered where they go alone.

Goodwill is blocked where a flag of the person stands by now, under whichever name, and
no more where it was lifted.
"""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from application.resolutions.flags import Flags
from application.resolutions.ground import Grounds, Priced
from application.resolutions.moving import Moving, beside
from application.resolutions.own_plans import own
from application.resolutions.said import Preview, Proposing
from application.sight import Sight
from domain.companionship import COMPANIONSHIP, Companionship
from domain.kernel import Refused
from domain.party import SYSTEM, By
from domain.plan import Block, Plan, plan_hash
from domain.planning import minimum_of, plans_of, rests_on
from domain.resolution import (
    RESOLUTION,
    NothingProposed,
    OfferPlans,
    Proposal,
    ProposePlans,
    Resolution,
    TriageResolution,
)
from domain.resolution.approving import spent


class PricedOnOther(Exception):
    """What a proposal was priced on has changed since."""


class Proposals:
    """Makes plans of a resolution that moves; what they rest on is pinned."""

    def __init__(self, grounds: Grounds, flags: Flags) -> None:
        self._grounds = grounds
        self._flags = flags

    def preview(
        self, resolution_id: UUID, order_id: UUID, moving: Moving, sight: Sight
    ) -> Preview:
        """Return what would be proposed now.

        Where what stands proposed rests on the same, it is just that: a date counted
        from now makes no other plan of it.
        """
        self.mind_flags(moving, sight)
        priced = self._grounds.of(
            order_id, resolution_id, moving.state, sight, moving.at
        )
        seen, standing = previewed(priced), moving.state.standing
        if standing is None or standing.rests_on != seen.rests_on:
            return seen
        named = (standing.minimum, *standing.plans)
        return Preview(
            minimum=standing.minimum.plan,
            plans=tuple(each.plan for each in standing.plans),
            rests_on=seen.rests_on,
            hashes={each.plan.name: each.hash for each in named},
            priced=priced,
        )

    def propose(
        self,
        order_id: UUID,
        resolution_id: UUID,
        moving: Moving,
        sight: Sight,
        said: Proposing | None = None,
    ) -> None:
        """Have plans made on things as they stand, and offer what goes by itself.

        That nothing is left of what was worth something else is said too: the rest goes
        on as it would without it.
        """
        said = said or Proposing(by=SYSTEM)
        over = moving.state.over
        self.mind_flags(moving, sight)
        priced = self._grounds.of(
            order_id, resolution_id, moving.state, sight, moving.at
        )
        seen = previewed(priced)
        plans = seen.plans if said.plans is None else own(said.plans, seen)
        plans = () if over else plans  # then only what is owed is left to do
        settles = moving.state.worth_else and said.by.role == "system"
        if not (seen.minimum.steps or plans or settles):
            if moving.commands:
                return
            raise NothingProposed
        moving.ask(
            ProposePlans(
                by=said.by,
                minimum=seen.minimum,
                plans=plans,
                rests_on=seen.rests_on,
                experiment=said.experiment,
                before_fen=self._before(order_id, resolution_id, moving, sight, said),
            )
        )
        if said.offer and not over:
            self.offer(moving, by=SYSTEM)

    def anew(
        self,
        order_id: UUID,
        resolution_id: UUID,
        moving: Moving,
        sight: Sight,
        *,
        offer: bool,
    ) -> None:
        """Propose at the price of now what was proposed at another.

        An agent's own plans stay the agent's where the order still bears them; else
        the rules make theirs, in the service's name. Raises as ``propose``
        does.
        """
        last = moving.state.proposal
        if last is not None and any(each.plan.policy is None for each in last.plans):
            plans = self._still(last, order_id, resolution_id, moving, sight)
            said = Proposing(
                by=last.by, plans=plans, offer=offer, experiment=last.experiment
            )
            with suppress(Refused):
                self.propose(order_id, resolution_id, moving, sight, said)
                return
        said = Proposing(by=SYSTEM, offer=offer)
        self.propose(order_id, resolution_id, moving, sight, said)

    def _still(
        self,
        last: Proposal,
        order_id: UUID,
        resolution_id: UUID,
        moving: Moving,
        sight: Sight,
    ) -> tuple[Plan, ...]:
        """Return the plans of a proposal, those of a row at the row's price of now."""
        priced = self._grounds.of(
            order_id, resolution_id, moving.state, sight, moving.at
        )
        rows = {each.policy: each for each in previewed(priced).plans}
        plans = (
            rows.get(each.plan.policy) if each.plan.policy else each.plan
            for each in last.plans
        )
        return tuple(each for each in plans if each is not None)

    def _before(
        self,
        order_id: UUID,
        resolution_id: UUID,
        moving: Moving,
        sight: Sight,
        said: Proposing,
    ) -> int:
        """Return what the same one gave within a day in the order's other resolutions.

        Parts of one amount, given one after the other, need one approval together.
        """
        known: Companionship = sight.of(beside(order_id), COMPANIONSHIP)
        named = {each.resolution for each in known.shortfalls.values()}
        return sum(
            spent(sight.of(UUID(name), RESOLUTION), said.by, "resolution", moving.at)
            for name in sorted(filter(None, named - {str(resolution_id)}))
        )

    def offer(self, moving: Moving, by: By, *, whole: bool = True) -> None:
        """Offer what is approved, unless something is offered or under way already.

        Nothing goes out by itself while another plan still waits to be approved: the
        consumer is shown one ``whole`` choice. Whoever approves one of several chose.
        """
        state = moving.state
        proposal = state.standing
        ready = {"approved"} if whole else {"approved", "approval_pending"}
        if proposal is None or state.status not in ready:
            return
        names = [each.plan.name for each in proposal.plans]
        approved = [name for name in names if name in state.approvals]
        if approved:
            first = state.shortfalls[next(iter(state.shortfalls))]
            moving.ask(
                OfferPlans(
                    by=by,
                    hash=state.approvals[approved[0]].hash,
                    reason=first.code,
                )
            )

    def check_ground(
        self, order_id: UUID, resolution_id: UUID, moving: Moving, sight: Sight
    ) -> None:
        """Raise PricedOnOther where what a proposal was priced on has changed since.

        What is owed and waits to be approved counts where the rest stands no more.
        """
        proposal = moving.state.approvable
        if proposal is None:
            return
        self.mind_flags(moving, sight)
        priced = self._grounds.of(
            order_id, resolution_id, moving.state, sight, moving.at
        )
        if rests_on(priced.ground) != proposal.rests_on:
            raise PricedOnOther

    def flag(self, state: Resolution, sight: Sight, at: datetime) -> Block | None:
        """Return the block that a flag of the person means, if one stands."""
        assert state.opened is not None, "it was just opened, or found"
        return self._flags.block(state.opened.consumer, sight, at)

    def mind_flags(self, moving: Moving, sight: Sight) -> None:
        """Block goodwill where a flag stands by now, and no more where it was lifted.

        What is lifted is lifted here by whoever judged the objection, once it is
        proposed anew; what was offered before a flag was set stays offered.
        """
        state, at = moving.state, moving.at
        if state.severity is None or state.over or state.opened is None:
            return
        had, block = state.block, self.flag(state, sight, at)
        by: By | None = None
        if had and state.blocked(at):
            held = self._flags.held(state.opened.consumer, sight)
            flags = (each.flags.get(had.flag) for each in held)
            by = next((flag.lifted_by for flag in flags if flag), None)
        if by is None and block and (had is None or had.until < block.until):
            by = SYSTEM
        if by is not None:
            triage = TriageResolution(by=by, severity=state.severity, block=block)
            moving.ask(triage)


def previewed(priced: Priced) -> Preview:
    """Return the plans of a ground, with the hashes they are approved by."""
    minimum, plans = minimum_of(priced.ground), plans_of(priced.ground)
    name = rests_on(priced.ground)
    return Preview(
        minimum=minimum,
        plans=plans,
        rests_on=name,
        hashes={plan.name: plan_hash(plan, name) for plan in (minimum, *plans)},
        priced=priced,
    )
