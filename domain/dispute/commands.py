"""What a dispute is told and asked. Whoever acts is in ``by``."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.dispute.values import (
    Award,
    DisputeStatus,
    Exception_,
    Finding,
    Liability,
    OfferType,
    OutsideOutcome,
    Result,
    Shown,
    Side,
)
from domain.kernel import (
    Code,
    ConsumerName,
    Moment,
    Name,
    PolicyRef,
    Report,
    Request,
    Sealed,
)
from domain.money import Money
from domain.party import By
from domain.policy.rows import Issue, Where
from domain.timer import CheckClocks, TimerName

Findings = Annotated[tuple[Finding, ...], Meta(max_length=50)]
Liabilities = Annotated[tuple[Liability, ...], Meta(max_length=20)]
Awards = Annotated[tuple[Award, ...], Meta(max_length=20)]
Handlers = Annotated[tuple[Name, ...], Meta(max_length=100)]
Files = Annotated[tuple[Shown, ...], Meta(min_length=1, max_length=20)]


class OpenDispute(Request, frozen=True, kw_only=True):
    """Open a dispute over an order, or over an after-sales case of it.

    The service may open one itself (第64条). ``window_ends`` is the last moment of the
    merchant's after-sales time; later only an ``exception`` lets it be opened (第4条).
    ``handlers`` are those who worked on the case: none of them may rule on it.
    ``paid`` is what the consumer paid for what it is about.
    """

    by: By
    order: Name
    case: Name | None = None
    consumer: ConsumerName
    merchant: Name | None = None
    creator: Name | None = None
    carrier: Name | None = None
    ordered_at: Moment | None = None
    issue: Issue
    claimed: Money | None = None
    paid: Money | None = None
    window_ends: Moment | None = None
    exception: Exception_ | None = None
    handlers: Handlers = ()
    words: Sealed | None = None
    evidence: Annotated[tuple[Shown, ...], Meta(max_length=20)] = ()
    where: Where = Where()
    negotiate: bool = True


class MakeOffer(Request, frozen=True, kw_only=True):
    """Put something on the table, in answer to an offer or of one's own."""

    by: By
    type: OfferType
    amount: Money | None = None
    words: Sealed | None = None


class AcceptOffer(Request, frozen=True, kw_only=True):
    """Take the other side's offer; that settles the dispute."""

    by: By
    offer: int


class DenyOffer(Request, frozen=True, kw_only=True):
    """Leave the other side's offer."""

    by: By
    offer: int
    words: Sealed | None = None


class AcceptLiability(Request, frozen=True, kw_only=True):
    """Give in, as the merchant, to the whole of what is claimed."""

    by: By


class EscalateDispute(Request, frozen=True, kw_only=True):
    """Hand it to the platform to decide."""

    by: By


class AssignHandler(Request, frozen=True, kw_only=True):
    """Give the dispute to a handler, an arbiter or an appeal arbiter, or take over.

    ``handlers`` are those who worked on its case by now, as of whoever rules too.
    """

    by: By
    duty: Literal["handler", "arbiter", "appeal_arbiter"]
    person: Name | None
    handlers: Handlers = ()


class AskForProof(Request, frozen=True, kw_only=True):
    """Begin a round: ask a side, or several, for kinds of evidence by a template."""

    by: By
    of: Annotated[tuple[Side, ...], Meta(min_length=1, max_length=4)]
    shows: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    words: Sealed | None = None


class SubmitProof(Request, frozen=True, kw_only=True):
    """Show something, asked for or not, while the dispute is not decided."""

    by: By
    files: Files
    words: Sealed | None = None


class EndRound(Request, frozen=True, kw_only=True):
    """End a round whose sides have answered or let their time pass.

    While none is open under review, its arbiter says so that no evidence is needed,
    once both sides have had their say (第8条).
    """

    by: By


class ContestFault(Request, frozen=True, kw_only=True):
    """Say, as a party drawn into it, that it is not one's fault."""

    by: By
    words: Sealed | None = None
    files: Annotated[tuple[Shown, ...], Meta(max_length=20)] = ()


class IssueRuling(Request, frozen=True, kw_only=True):
    """Rule, as an arbiter who did not handle the case: facts, shares, money.

    The shares sum to 10,000 basis points. ``basis`` are the rows the ruling rests on:
    without a finding, the one by which somebody's silence comes to this result. Only
    the result "none" needs neither finding nor shares, and gives nothing.
    ``return_first``: the goods come back before the money goes.
    """

    by: By
    result: Result
    findings: Findings
    liability: Liabilities = ()
    awards: Awards = ()
    basis: Annotated[tuple[PolicyRef, ...], Meta(max_length=20)] = ()
    return_first: bool = False
    handlers: Handlers = ()
    words: Sealed | None = None


class EnforceRuling(Request, frozen=True, kw_only=True):
    """Begin to carry out what was ruled. It stands during an appeal (第6条)."""

    by: By


class CompleteEnforcement(Request, frozen=True, kw_only=True):
    """Say that everything ruled was carried out."""

    by: By


class FileAppeal(Request, frozen=True, kw_only=True):
    """Appeal, within the time for it and with something new to show."""

    by: By
    files: Files
    words: Sealed | None = None


class DecideAppeal(Request, frozen=True, kw_only=True):
    """Uphold or change a ruling, as an appeal arbiter who did neither before."""

    by: By
    upheld: bool
    result: Result | None = None
    findings: Findings = ()
    liability: Liabilities = ()
    awards: Awards = ()
    basis: Annotated[tuple[PolicyRef, ...], Meta(max_length=20)] = ()
    return_first: bool = False
    handlers: Handlers = ()
    words: Sealed | None = None


class WithdrawDispute(Request, frozen=True, kw_only=True):
    """Let it go, as the one who opened it, before it is ruled (第62条)."""

    by: By


class TerminateDispute(Request, frozen=True, kw_only=True):
    """End it because a court or the police has it now (第63条)."""

    by: By
    authority: Literal["court", "police"]
    reference: Name


class CloseDispute(Request, frozen=True, kw_only=True):
    """End it, once there is nothing more to do and the time to appeal has passed."""

    by: By


class ReopenDispute(Request, frozen=True, kw_only=True):
    """Take it up again on the consumer's feedback (第69条), for a logged reason."""

    by: By
    reason: Code
    words: Sealed | None = None


class ExtendDisputeClock(Request, frozen=True, kw_only=True):
    """Give a step more time, as far as its row lets."""

    by: By
    timer: TimerName
    hours: Annotated[int, Meta(ge=1, le=24 * 60)]
    reason: Code


class NoteDispute(Request, frozen=True, kw_only=True):
    """Write a note for colleagues, or with ``shown`` for the parties."""

    by: By
    words: Sealed
    shown: bool = False


class RateDispute(Request, frozen=True, kw_only=True):
    """Say, as the consumer, how it was handled: 1 to 5."""

    by: By
    score: Annotated[int, Meta(ge=1, le=5)]
    words: Sealed | None = None


class ReportDispute(Report, frozen=True, kw_only=True):
    """Record what another system says of a dispute it runs itself.

    ``deadline`` is theirs and wins over our rows; ``word`` is their own status word,
    ``stage`` and ``reason`` theirs too.
    """

    order: Name
    case: Name | None = None
    consumer: ConsumerName
    source: Code
    number: Name
    status: DisputeStatus | None = None
    outcome: OutsideOutcome | None = None
    issue: Issue | None = None
    amount: Money | None = None
    deadline: Moment | None = None
    answers: Side | None = None
    word: Code
    stage: Code | None = None
    reason: Code | None = None
    merchant: Name | None = None


DisputeRequest = (
    OpenDispute
    | MakeOffer
    | AcceptOffer
    | DenyOffer
    | AcceptLiability
    | EscalateDispute
    | AssignHandler
    | AskForProof
    | SubmitProof
    | EndRound
    | ContestFault
    | IssueRuling
    | EnforceRuling
    | CompleteEnforcement
    | FileAppeal
    | DecideAppeal
    | WithdrawDispute
    | TerminateDispute
    | CloseDispute
    | ReopenDispute
    | ExtendDisputeClock
    | NoteDispute
    | RateDispute
    | CheckClocks
)
DisputeCommand = DisputeRequest | ReportDispute
