"""What becomes of a claim of one party against another: 追偿."""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from domain.money import Money
from domain.party import SERVICE, SYSTEM, By
from domain.policy.book import Rulebook
from domain.policy.rows import OnBreach, Owes
from domain.responsibility.commands import (
    ClaimRecourse,
    DisputeRecourse,
    RecordRecoursePaid,
    WriteOffRecourse,
)
from domain.responsibility.events import (
    EntryPosted,
    RecourseAcknowledged,
    RecourseClaimed,
    RecourseDisputed,
    RecoursePaid,
    RecourseWrittenOff,
    ResponsibilityEvent,
)
from domain.responsibility.guards import (
    between_two,
    claim_of,
    currency_known,
    live,
    speaks_for,
    within_liability,
)
from domain.responsibility.ledger import (
    entries_for_recourse_paid,
    entries_for_written_off,
    named,
    owes,
)
from domain.responsibility.refusals import (
    AlreadyAcknowledged,
    ClaimReused,
    MoreThanClaimed,
    NotYourClaim,
    PaymentReused,
)
from domain.responsibility.state import Debt, MatterAccount, Recourse
from domain.responsibility.values import Account, Entry
from domain.timer import Timer, TimerEvent, cancelled, met, started

Events = tuple[ResponsibilityEvent, ...]

# When nobody answers a claim in time: these count as a yes.
COUNTS_AS_YES: Final[frozenset[OnBreach]] = frozenset(
    {"agree", "succeed", "decide", "enforce"}
)


def claimed(
    account: MatterAccount, command: ClaimRecourse, book: Rulebook, at: datetime
) -> Events:
    """Claim something; the other side's time to answer begins."""
    if not speaks_for(command.by, command.claimant) and command.by.role not in SERVICE:
        raise NotYourClaim(claim=command.claim)
    between_two(command)
    currency_known(command.amount.currency)
    if command.claim in account.claims:
        return same_claim(account.claims[command.claim], command)
    row = within_liability(account, command, book, account.times(at))
    event = RecourseClaimed(
        at=at,
        by=command.by,
        claim=command.claim,
        claimant=command.claimant,
        against=command.against,
        amount=command.amount,
        basis=command.basis,
        freight=command.freight,
        insured=command.insured,
        policy=None if row is None else row.ref,
        files=command.files,
        words=command.words,
    )
    number = len(account.claims) + 1
    against = debtor(command.against)
    return (event, begun(account, "acknowledge", number, against, book, at))


def same_claim(known: Recourse, command: ClaimRecourse) -> Events:
    """Say nothing new; raises ClaimReused where it says something else."""
    told = (command.claimant, command.against, command.amount, command.basis)
    if (known.claimant, known.against, known.amount, known.basis) != told:
        raise ClaimReused(claim=command.claim)
    return ()


def acknowledged(
    account: MatterAccount, claim: str, by: By, book: Rulebook, at: datetime
) -> Events:
    """Accept to owe it; what the books do not show as owed yet, they then do."""
    recourse = claim_of(account, claim)
    if not speaks_for(by, recourse.against):
        raise NotYourClaim(claim=claim)
    if recourse.status == "acknowledged":
        return ()
    live(recourse, claim)
    ends = done(account, "acknowledge", recourse, at)
    return (*owed_now(account, claim, by, at), *ends, *to_pay(account, claim, book, at))


def owed_now(
    account: MatterAccount, claim: str, by: By, at: datetime, policy: str | None = None
) -> Events:
    """Return that it is acknowledged, and the debt as far as the books lack it."""
    recourse = account.claims[claim]
    event = RecourseAcknowledged(at=at, by=by, claim=claim, policy=policy)
    lacking = recourse.left.minor - uncollected(account, recourse.debt)
    if lacking <= 0:
        return (event,)
    entry = owes(
        named(claim, "owed"),
        recourse.basis,
        recourse.against,
        recourse.claimant,
        Money(lacking, recourse.amount.currency),
        policy,
    )
    return (event, entered(account, entry, by, at))


def uncollected(account: MatterAccount, debt: Debt) -> int:
    """Return what is owed by the books that no acknowledged claim collects yet."""
    collected = sum(
        each.left.minor
        for each in account.claims.values()
        if each.status == "acknowledged" and each.debt == debt
    )
    return account.debts.get(debt, 0) - collected


def to_pay(account: MatterAccount, claim: str, book: Rulebook, at: datetime) -> Events:
    """Return that its time to pay begins."""
    recourse = account.claims[claim]
    owes_it = debtor(recourse.against)
    return (begun(account, "pay", recourse.number, owes_it, book, at),)


def disputed(account: MatterAccount, command: DisputeRecourse, at: datetime) -> Events:
    """Deny to owe it, before one has accepted to."""
    recourse = claim_of(account, command.claim)
    if not speaks_for(command.by, recourse.against):
        raise NotYourClaim(claim=command.claim)
    if recourse.status == "disputed":
        return ()
    live(recourse, command.claim)
    if recourse.status == "acknowledged":
        raise AlreadyAcknowledged(claim=command.claim)
    event = RecourseDisputed(
        at=at,
        by=command.by,
        claim=command.claim,
        files=command.files,
        words=command.words,
    )
    return (event, *done(account, "acknowledge", recourse, at))


def paid(account: MatterAccount, command: RecordRecoursePaid, at: datetime) -> Events:
    """Write down a payment: the books show it, and that so much less is owed.

    Who got it says so, or the service; never who owes it.
    """
    recourse = claim_of(account, command.claim)
    if not speaks_for(command.by, recourse.claimant) and command.by.role not in SERVICE:
        raise NotYourClaim(claim=command.claim)
    if command.payment in recourse.payments:
        if recourse.payments[command.payment] != command.amount:
            raise PaymentReused(payment=command.payment)
        return ()
    live(recourse, command.claim)
    left, amount = recourse.left, command.amount
    if amount.currency != left.currency or not 0 < amount.minor <= left.minor:
        raise MoreThanClaimed(left=str(left), currency=left.currency)
    event = RecoursePaid(
        at=at,
        by=command.by,
        claim=command.claim,
        payment=command.payment,
        amount=amount,
    )
    entries = entries_for_recourse_paid(
        named(command.claim, command.payment),
        recourse.against,
        recourse.claimant,
        amount,
        account.debts.get(recourse.debt, 0),
        "recourse",
    )
    posted = (entered(account, each, command.by, at) for each in entries)
    ends = () if amount != left else ended(account, recourse, at)
    return (event, *posted, *ends)


def ended(account: MatterAccount, recourse: Recourse, at: datetime) -> Events:
    """Return that every step of a claim is done."""
    steps = ("acknowledge", "pay")
    return tuple(event for step in steps for event in done(account, step, recourse, at))


def written_off(
    account: MatterAccount, command: WriteOffRecourse, at: datetime
) -> Events:
    """Give up what is left; the books keep it as written off."""
    recourse = claim_of(account, command.claim)
    if not speaks_for(command.by, recourse.claimant) and command.by.role not in SERVICE:
        raise NotYourClaim(claim=command.claim)
    if recourse.status == "written_off":
        return ()
    live(recourse, command.claim)
    event = RecourseWrittenOff(
        at=at,
        by=command.by,
        claim=command.claim,
        reason=command.reason,
        amount=recourse.left,
    )
    owed = min(recourse.left.minor, account.debts.get(recourse.debt, 0))
    ends = (
        cancelled(timer, at, "written_off")
        for step in ("acknowledge", "pay")
        if (timer := clock(account, step, recourse)) is not None
    )
    if owed == 0:
        return (event, *ends)
    entries = entries_for_written_off(
        command.claim,
        recourse.against,
        recourse.claimant,
        Money(owed, recourse.amount.currency),
    )
    posted = (entered(account, each, command.by, at) for each in entries)
    return (event, *posted, *ends)


# -- Clocks --


def silent(
    account: MatterAccount, timer: Timer, book: Rulebook, at: datetime
) -> Events:
    """Return what follows when nobody answered a claim, or paid it, in time."""
    step, _, number = timer.name.partition("/")
    claim = next(
        name for name, each in account.claims.items() if each.number == int(number)
    )
    if step != "acknowledge" or timer.on_breach not in COUNTS_AS_YES:
        return ()
    says = owed_now(account, claim, SYSTEM, at, timer.policy)
    return (*says, *to_pay(account, claim, book, at))


def debtor(account: Account) -> Owes:
    """Return who owes the answer to a claim."""
    match account.kind:
        case "escrow" | "deposit" | "written_off":
            raise AssertionError("claims are between parties")
        case kind:
            return kind


def begun(  # noqa: PLR0913, PLR0917 - which clock, whose, and by which rules
    account: MatterAccount,
    step: str,
    number: int,
    owes_it: Owes,
    book: Rulebook,
    at: datetime,
) -> TimerEvent:
    """Start a clock of a claim, for whom it is against; raises NoSuchRule."""
    times = account.times(at)
    row = book.timer(f"recourse.{step}", times)
    clock = started(row, f"{step}/{number}", at, book.calendars(times))
    return replace(clock, owes=owes_it)


def clock(account: MatterAccount, step: str, recourse: Recourse) -> Timer | None:
    """Return the running clock of a claim's step, if there is one."""
    timer = account.timers.get(f"{step}/{recourse.number}")
    return timer if timer is not None and timer.standing == "running" else None


def done(account: MatterAccount, step: str, recourse: Recourse, at: datetime) -> Events:
    """Say that a claim's step was done, if somebody owed it."""
    timer = clock(account, step, recourse)
    return () if timer is None else (met(timer, at),)


def entered(account: MatterAccount, entry: Entry, by: By, at: datetime) -> EntryPosted:
    """Return an entry as posted, under a name that is free."""
    name, number = entry.entry, 1
    while name in account.entries:
        number += 1
        name = named(entry.entry, str(number))
    return EntryPosted(at=at, by=by, entry=replace(entry, entry=name))
