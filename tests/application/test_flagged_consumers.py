"""Goodwill is blocked for a flagged consumer for a while; what is owed never is."""

from uuid import UUID

import pytest

from application.consumers import Consumers
from application.event_store.handler import CommandHandler
from application.resolutions.said import Proposing
from domain.consumer import FlagConsumer, LiftFlag
from domain.kernel import Command
from domain.party import SYSTEM
from domain.resolution import ApprovePlan, GoodwillBlocked, StalePreview
from tests.application.resolving import DAY, LIN, MONDAY, ROWS, WEI, Anna, shortfall

UNTIL = MONDAY + 30 * DAY


class Flagged(Anna):
    """Anna, and what is held of her."""

    def holds(self, command: Command) -> UUID:
        """Ask something of Anna's own stream."""
        consumers = Consumers(self.store, CommandHandler(self.store))
        ask = consumers.ask("anna", command, self.context(command))  # type: ignore[arg-type]  # of a consumer
        CommandHandler(self.store).handle_one(ask)
        return consumers.id_of("anna")

    def is_flagged(self) -> None:
        self.holds(
            FlagConsumer(
                by=LIN,
                consumer="anna",
                flag="f1",
                reason="false_claims",
                until=UNTIL,
            )
        )

    def is_cleared(self) -> None:
        self.holds(LiftFlag(by=WEI, flag="f1", reason="proved_otherwise"))

    def given_as_goodwill(self) -> list[str]:
        """Return the goodwill in what stands proposed."""
        proposal = self.resolution.proposal
        plans = proposal.plans if proposal else ()
        return [
            step.action
            for each in plans
            for step in each.plan.steps
            if step.part == "goodwill"
        ]

    def looks(self) -> list[str]:
        """Return the goodwill in a preview."""
        seen = self.resolutions.preview(self.resolution_id, self.at)
        return [
            step.action
            for plan in seen.plans
            for step in plan.steps
            if step.part == "goodwill"
        ]


@pytest.fixture(name="anna")
def late() -> Flagged:
    """Return Anna, whose order is overdue by a day."""
    anna = Flagged(ROWS)
    anna.at = MONDAY + DAY
    return anna


def test_flagged_she_gets_what_is_owed_and_no_goodwill(anna: Flagged) -> None:
    anna.is_flagged()
    anna.falls_short()
    resolution = anna.resolution
    assert resolution.block is not None
    assert (resolution.block.reason, resolution.block.flag) == ("false_claims", "f1")
    assert resolution.block.until == UNTIL
    assert resolution.minimum is not None
    (owed,) = resolution.minimum.steps.values()
    assert owed.does.action == "coupon_compensation"
    assert not anna.given_as_goodwill()


def test_noticed_only_it_is_blocked_from_the_first(anna: Flagged) -> None:
    anna.is_flagged()
    anna.falls_short(propose=False)
    assert anna.resolution.block is not None
    assert anna.resolution.proposal is None


def test_without_a_flag_the_same_order_is_offered_goodwill(anna: Flagged) -> None:
    anna.falls_short()
    assert anna.given_as_goodwill()
    assert anna.resolution.block is None


def test_a_flag_that_ran_out_blocks_nothing(anna: Flagged) -> None:
    anna.is_flagged()
    anna.at = UNTIL
    anna.falls_short()
    assert anna.resolution.block is None


def test_flagged_after_the_proposal_its_approval_is_stale(anna: Flagged) -> None:
    anna.falls_short(shortfall("PRICE_DROP"))
    proposal = anna.resolution.standing
    assert proposal is not None
    (generous,) = proposal.plans
    anna.is_flagged()
    with pytest.raises(StalePreview):
        anna.asks(ApprovePlan(by=WEI, plan="generous", hash=generous.hash))
    assert anna.resolution.standing is None
    assert anna.resolution.block is not None


def test_an_agents_own_goodwill_is_refused_as_well(anna: Flagged) -> None:
    anna.falls_short()
    proposal = anna.resolution.standing
    assert proposal is not None
    plans = tuple(each.plan for each in proposal.plans)
    anna.is_flagged()
    said = Proposing(by=LIN, plans=plans)
    with pytest.raises(GoodwillBlocked):
        anna.resolutions.propose(anna.resolution_id, said, anna.context(said))


def test_what_is_previewed_minds_a_flag_and_its_lifting(anna: Flagged) -> None:
    anna.falls_short()
    assert anna.looks()
    anna.is_flagged()
    assert not anna.looks()
    anna.is_cleared()
    assert anna.looks()


def test_lifted_goodwill_is_proposed_again_in_the_name_of_who_lifted(
    anna: Flagged,
) -> None:
    anna.is_flagged()
    anna.falls_short()
    anna.is_cleared()
    said = Proposing(by=SYSTEM)
    anna.resolutions.propose(anna.resolution_id, said, anna.context(said))
    assert anna.resolution.block is None
    assert anna.given_as_goodwill()
