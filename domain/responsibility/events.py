"""What happened in the account of a case or a dispute."""

from domain.kernel import (
    Code,
    ConsumerName,
    Event,
    Moment,
    Name,
    PolicyRef,
    Sealed,
)
from domain.money import Money
from domain.party import By
from domain.responsibility.commands import Files, Shares
from domain.responsibility.values import Account, Entry, Knowledge, ScoreEffect
from domain.timer import TimerEvent


class AttributionOpened(Event, frozen=True, kw_only=True, tag="responsibility.opened"):
    """It is asked whose fault a matter is."""

    at: Moment
    by: By
    matter: Name
    order: Name
    source: Code | None = None
    consumer: ConsumerName
    ordered_at: Moment | None = None
    parties: tuple[Account, ...] = ()


class ResponsibilityAttributed(
    Event, frozen=True, kw_only=True, tag="responsibility.attributed"
):
    """Who bears which share, and why."""

    at: Moment
    by: By
    shares: Shares
    knowledge: tuple[Knowledge, ...] = ()
    policy: PolicyRef | None = None
    ruling: Name | None = None


class AttributionContested(
    Event, frozen=True, kw_only=True, tag="responsibility.contested"
):
    """A party that is to bear something says it should not."""

    at: Moment
    by: By
    files: Files = ()
    words: Sealed | None = None


class AttributionFinalised(
    Event, frozen=True, kw_only=True, tag="responsibility.finalised"
):
    """It stands; ``policy`` names the row when nobody contested it in time."""

    at: Moment
    by: By
    policy: PolicyRef | None = None


class EntryPosted(Event, frozen=True, kw_only=True, tag="responsibility.entry_posted"):
    """Money moved, or is owed. Its postings sum to zero."""

    at: Moment
    by: By
    entry: Entry


class RecourseClaimed(
    Event, frozen=True, kw_only=True, tag="responsibility.recourse_claimed"
):
    """One party wants from another what it had to bear for it.

    ``policy`` names the row that limits what a carrier is liable for, if one was asked.
    """

    at: Moment
    by: By
    claim: Name
    claimant: Account
    against: Account
    amount: Money
    basis: Code
    freight: Money | None = None
    insured: bool = False
    policy: PolicyRef | None = None
    files: Files = ()
    words: Sealed | None = None


class RecourseAcknowledged(
    Event, frozen=True, kw_only=True, tag="responsibility.recourse_acknowledged"
):
    """It accepts to owe that; ``policy`` names the row when it was silent."""

    at: Moment
    by: By
    claim: Name
    policy: PolicyRef | None = None


class RecourseDisputed(
    Event, frozen=True, kw_only=True, tag="responsibility.recourse_disputed"
):
    """It denies to owe that."""

    at: Moment
    by: By
    claim: Name
    files: Files = ()
    words: Sealed | None = None


class RecoursePaid(
    Event, frozen=True, kw_only=True, tag="responsibility.recourse_paid"
):
    """So much of it was paid."""

    at: Moment
    by: By
    claim: Name
    payment: Name
    amount: Money


class RecourseWrittenOff(
    Event, frozen=True, kw_only=True, tag="responsibility.recourse_written_off"
):
    """What was left of it was given up."""

    at: Moment
    by: By
    claim: Name
    reason: Code
    amount: Money


class ScoreEffectRecorded(
    Event, frozen=True, kw_only=True, tag="responsibility.score_effect_recorded"
):
    """What the matter does to a party's score."""

    at: Moment
    by: By
    effect: ScoreEffect
    policy: PolicyRef | None = None


ResponsibilityEvent = (
    AttributionOpened
    | ResponsibilityAttributed
    | AttributionContested
    | AttributionFinalised
    | EntryPosted
    | RecourseClaimed
    | RecourseAcknowledged
    | RecourseDisputed
    | RecoursePaid
    | RecourseWrittenOff
    | ScoreEffectRecorded
    | TimerEvent
)
