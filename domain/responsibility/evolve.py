"""What each event makes of a matter's account."""

from typing import assert_never

from msgspec.structs import replace

from domain.money import Money
from domain.responsibility.events import (
    AttributionContested,
    AttributionFinalised,
    AttributionOpened,
    EntryPosted,
    RecourseAcknowledged,
    RecourseClaimed,
    RecourseDisputed,
    RecoursePaid,
    RecourseWrittenOff,
    ResponsibilityAttributed,
    ResponsibilityEvent,
    ScoreEffectRecorded,
)
from domain.responsibility.state import (
    Balance,
    Debt,
    MatterAccount,
    Owing,
    Recourse,
    RecourseStatus,
    Stands,
)
from domain.responsibility.values import Entry
from domain.timer import (
    TimerBreached,
    TimerCancelled,
    TimerExtended,
    TimerMet,
    TimerPaused,
    TimerRestarted,
    TimerResumed,
    TimerStarted,
    evolve_timers,
)

SIDES = 2


def evolve(account: MatterAccount, event: ResponsibilityEvent) -> MatterAccount:
    """Return the account after the event."""
    match event:
        case AttributionOpened():
            return replace(
                account,
                status="attribution_open",
                matter=event.matter,
                order=event.order,
                source=event.source,
                consumer=event.consumer,
                ordered_at=event.ordered_at,
                parties=event.parties,
            )
        case ResponsibilityAttributed():
            return attributed(account, event)
        case AttributionContested(by=by):
            deny = (*account.contested_by, by)
            return replace(account, status="contested", contested_by=deny)
        case AttributionFinalised():
            return replace(account, status="final")
        case EntryPosted(entry=entry):
            return posted(account, entry)
        case RecourseClaimed():
            return claimed(account, event)
        case RecourseAcknowledged(claim=claim):
            return standing(account, claim, "acknowledged")
        case RecourseDisputed(claim=claim):
            return standing(account, claim, "disputed")
        case RecoursePaid():
            return paid(account, event.claim, event.payment, event.amount)
        case RecourseWrittenOff(claim=claim):
            return standing(account, claim, "written_off")
        case ScoreEffectRecorded(effect=effect):
            return replace(account, scores=(*account.scores, effect))
        case (
            TimerStarted()
            | TimerPaused()
            | TimerResumed()
            | TimerExtended()
            | TimerRestarted()
            | TimerMet()
            | TimerBreached()
            | TimerCancelled()
        ):
            return replace(account, timers=evolve_timers(account.timers, event))
        case _:
            assert_never(event)


def attributed(
    account: MatterAccount, event: ResponsibilityAttributed
) -> MatterAccount:
    """Return the account with these shares in place of those before."""
    return replace(
        account,
        status="attributed",
        shares=event.shares,
        knowledge=event.knowledge,
        ruling=event.ruling,
        attributions=account.attributions + 1,
        attributed_by=(*account.attributed_by, event.by),
        contested_by=(),
    )


def posted(account: MatterAccount, entry: Entry) -> MatterAccount:
    """Return the account with the entry in its balances."""
    balances, debts = account.balances, account.debts
    for posting in entry.postings:
        balance = Balance(entry.kind, posting.account, entry.currency)
        balances[balance] = balances.get(balance, 0) + posting.minor
    if entry.kind == "owed" and len(entry.postings) == SIDES:
        less, more = sorted(entry.postings, key=lambda posting: posting.minor)
        debt = Debt(less.account, more.account, entry.currency)
        back = Debt(more.account, less.account, entry.currency)
        debts[debt], debts[back] = offset(
            debts.get(debt, 0) + more.minor, debts.get(back, 0)
        )
    return replace(
        account,
        entries={**account.entries, entry.entry: entry},
        books=tuple(
            Stands(kind=kind, account=whose, currency=currency, minor=minor)
            for (kind, whose, currency), minor in balances.items()
        ),
        owing=tuple(
            Owing(debtor=debtor, creditor=creditor, currency=currency, minor=minor)
            for (debtor, creditor, currency), minor in debts.items()
            if minor
        ),
    )


def offset(one: int, other: int) -> tuple[int, int]:
    """Return two debts against each other, less what they have in common."""
    both = min(one, other)
    return one - both, other - both


def claimed(account: MatterAccount, event: RecourseClaimed) -> MatterAccount:
    """Return the account with one more claim."""
    recourse = Recourse(
        number=len(account.claims) + 1,
        claimant=event.claimant,
        against=event.against,
        amount=event.amount,
        basis=event.basis,
        freight=event.freight,
        insured=event.insured,
        policy=event.policy,
    )
    return replace(account, claims={**account.claims, event.claim: recourse})


def standing(
    account: MatterAccount, claim: str, status: RecourseStatus
) -> MatterAccount:
    """Return the account with a claim standing so."""
    recourse = replace(account.claims[claim], status=status)
    return replace(account, claims={**account.claims, claim: recourse})


def paid(
    account: MatterAccount, claim: str, payment: str, amount: Money
) -> MatterAccount:
    """Return the account with a payment on a claim, which may be over by it."""
    before = account.claims[claim]
    recourse = replace(before, payments={**before.payments, payment: amount})
    if recourse.left.minor == 0:
        recourse = replace(recourse, status="paid")
    return replace(account, claims={**account.claims, claim: recourse})
