"""A flag holds for a person, under whichever of the linked names an order is."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from application.consumers import id_of_consumer
from application.event_store.envelope import Ask, Part
from application.event_store.handler import CommandHandler
from application.resolutions.said import Proposing
from domain.consumer import CONSUMER, FlagConsumer, LiftFlag
from domain.incident import handed_out
from domain.kernel import Command
from domain.party import SYSTEM
from domain.resolution import ApprovePlan, StalePreview
from tests.application.resolving import LIN, MONDAY, WEI, shortfall
from tests.application.test_flagged_consumers import Flagged
from tests.application.test_incidents import is_flagged, outbreak

DAY = timedelta(days=1)


class WhoIsWho:
    """Who is the same person, and how often that was asked."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, consumers: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        self.asked.append(tuple(consumers))
        return {
            each: tuple(sorted(self.names, key=lambda name: name != each))
            for each in consumers
            if each in self.names
        }


class Linked(Flagged):
    """Anna, who is Annie too; that name lies in another partition."""

    def __init__(self) -> None:
        super().__init__(persons=WhoIsWho("anna", "annie"))
        self.at = MONDAY + DAY

    def holds_of_annie(self, command: Command) -> None:
        stream_id = id_of_consumer("annie", self.store.partitions)
        part = Part(stream_id, CONSUMER, command)
        CommandHandler(self.store).handle_one(Ask(self.context(command), (part,)))

    def annie_is_flagged(self, days: int = 30) -> None:
        self.holds_of_annie(
            FlagConsumer(
                by=LIN,
                consumer="annie",
                flag="f2",
                reason="repeated_refunds",
                until=MONDAY + days * DAY,
            )
        )


@pytest.fixture(name="anna")
def linked() -> Linked:
    """Return Anna under two names, whose order is overdue by a day."""
    return Linked()


def test_a_flag_of_her_other_name_blocks_goodwill_and_not_what_is_owed(
    anna: Linked,
) -> None:
    anna.annie_is_flagged()
    anna.falls_short()
    block = anna.resolution.block
    assert block is not None
    assert (block.flag, block.reason) == ("f2", "repeated_refunds")
    assert anna.given_as_goodwill() == []
    assert anna.starts(), "what is owed is begun all the same"


def test_of_two_flags_the_longest_counts(anna: Linked) -> None:
    anna.annie_is_flagged(days=60)
    anna.is_flagged()
    anna.falls_short()
    block = anna.resolution.block
    assert block is not None
    assert (block.flag, block.until) == ("f2", MONDAY + 60 * DAY)


def test_lifted_under_the_other_name_goodwill_is_proposed_again(anna: Linked) -> None:
    anna.annie_is_flagged()
    anna.falls_short()
    anna.holds_of_annie(LiftFlag(by=WEI, flag="f2", reason="proved_otherwise"))
    said = Proposing(by=SYSTEM)
    anna.resolutions.propose(anna.resolution_id, said, anna.context(said))
    assert anna.resolution.block is None
    assert anna.given_as_goodwill()


def test_flagged_under_the_other_name_meanwhile_an_approval_is_stale() -> None:
    anna = Linked()
    anna.falls_short(shortfall("PRICE_DROP"))
    seen = anna.resolution.asks["generous"].hash
    anna.annie_is_flagged()
    with pytest.raises(StalePreview):
        anna.asks(ApprovePlan(by=WEI, plan="generous", hash=seen))


def test_an_incident_asks_who_is_who_once_for_a_batch() -> None:
    who = WhoIsWho("person-1", "person-99")
    there = outbreak(persons=who)
    is_flagged(there, 99)
    there.is_ready()
    impact = there.incident.estimate
    assert impact is not None
    assert len(who.asked) == 1
    assert len(who.asked[0]) == 6
    there.rolls_out()
    there.works()
    assert handed_out(there.incident).offered == 6
    assert there.resolution(1).blocked(there.at)
    assert not there.resolution(2).blocked(there.at)
