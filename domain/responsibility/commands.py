"""What is asked of the account of a case or a dispute: whose fault, who owes whom."""

from typing import Annotated

from msgspec import Meta

from domain.kernel import Code, ConsumerName, Moment, Name, PolicyRef, Request, Sealed
from domain.money import Money
from domain.party import By
from domain.responsibility.values import (
    Account,
    Entry,
    Knowledge,
    ScoreEffect,
    Share,
)
from domain.timer import CheckClocks

Shares = Annotated[tuple[Share, ...], Meta(min_length=1, max_length=20)]
Files = Annotated[tuple[Name, ...], Meta(max_length=50)]


class OpenAttribution(Request, frozen=True, kw_only=True):
    """Begin to ask whose fault a matter is: a case's, or a dispute's.

    ``source`` is where the order was placed, and so whose rules it is judged by.
    """

    by: By
    matter: Name
    order: Name
    source: Code | None = None
    consumer: ConsumerName
    ordered_at: Moment | None = None
    parties: Annotated[tuple[Account, ...], Meta(max_length=20)] = ()


class AttributeResponsibility(Request, frozen=True, kw_only=True):
    """Say who bears which share; the shares sum to 10,000 basis points."""

    by: By
    shares: Shares
    knowledge: Annotated[tuple[Knowledge, ...], Meta(max_length=20)] = ()
    policy: PolicyRef | None = None
    ruling: Name | None = None


class ContestAttribution(Request, frozen=True, kw_only=True):
    """Say, as a party that is to bear something, that it should not."""

    by: By
    files: Files = ()
    words: Sealed | None = None


class FinaliseAttribution(Request, frozen=True, kw_only=True):
    """Let the attribution stand; then it cannot be contested any more."""

    by: By


class PostEntry(Request, frozen=True, kw_only=True):
    """Write down a movement of money or a debt; the same entry once only."""

    by: By
    entry: Entry


class ClaimRecourse(Request, frozen=True, kw_only=True):
    """Claim, as any party, from any other what one had to bear for it (追偿).

    ``freight`` and ``insured`` matter against a carrier alone: without insurance it is
    liable for a multiple of its freight only.
    """

    by: By
    claim: Name
    claimant: Account
    against: Account
    amount: Money
    basis: Code
    freight: Money | None = None
    insured: bool = False
    files: Files = ()
    words: Sealed | None = None


class AcknowledgeRecourse(Request, frozen=True, kw_only=True):
    """Accept to owe what is claimed."""

    by: By
    claim: Name


class DisputeRecourse(Request, frozen=True, kw_only=True):
    """Deny to owe what is claimed."""

    by: By
    claim: Name
    files: Files = ()
    words: Sealed | None = None


class RecordRecoursePaid(Request, frozen=True, kw_only=True):
    """Record that some or all of a claim was paid."""

    by: By
    claim: Name
    payment: Name
    amount: Money


class WriteOffRecourse(Request, frozen=True, kw_only=True):
    """Give up what is left of a claim, as the one who made it or the platform."""

    by: By
    claim: Name
    reason: Code


class RecordScoreEffect(Request, frozen=True, kw_only=True):
    """Write down what the matter does to a party's score."""

    by: By
    effect: ScoreEffect
    policy: PolicyRef | None = None


ResponsibilityCommand = (
    OpenAttribution
    | AttributeResponsibility
    | ContestAttribution
    | FinaliseAttribution
    | PostEntry
    | ClaimRecourse
    | AcknowledgeRecourse
    | DisputeRecourse
    | RecordRecoursePaid
    | WriteOffRecourse
    | RecordScoreEffect
    | CheckClocks
)
