"""What a matter's account answers: whose fault it is, and what is written down."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import reduce

from msgspec.structs import replace

from domain.kernel import Decider
from domain.party import SYSTEM, By, LiableParty
from domain.policy.book import Rulebook
from domain.policy.rows import OnBreach, Owes
from domain.responsibility.commands import (
    AcknowledgeRecourse,
    AttributeResponsibility,
    ClaimRecourse,
    ContestAttribution,
    DisputeRecourse,
    FinaliseAttribution,
    OpenAttribution,
    PostEntry,
    RecordRecoursePaid,
    RecordScoreEffect,
    ResponsibilityCommand,
    WriteOffRecourse,
)
from domain.responsibility.events import (
    AttributionContested,
    AttributionFinalised,
    AttributionOpened,
    EntryPosted,
    ResponsibilityAttributed,
    ResponsibilityEvent,
    ScoreEffectRecorded,
)
from domain.responsibility.evolve import evolve
from domain.responsibility.guards import (
    another_person,
    asked,
    bears,
    currency_known,
    proven,
    service,
    sole_bearer,
    whole,
)
from domain.responsibility.recourse import (
    acknowledged,
    claimed,
    disputed,
    paid,
    silent,
    written_off,
)
from domain.responsibility.refusals import (
    AttributionFinal,
    ContestStillOpen,
    ContestTooLate,
    EntryReused,
    NothingAttributed,
    NothingToContest,
    OpenedOtherwise,
)
from domain.responsibility.state import MatterAccount
from domain.timer import (
    CheckClocks,
    Timer,
    TimerRestarted,
    TimerStarted,
    all_moved,
    breached,
    met,
    overdue,
    restarted,
    started,
)

Events = tuple[ResponsibilityEvent, ...]

CONTEST, CONTEST_RULING = "contest", "contest_ruling"

# What a clock's end can mean: that what stands goes on standing.
STANDS: frozenset[OnBreach] = frozenset(
    {"agree", "succeed", "decide", "enforce", "close"}
)

# Who can contest; nobody speaks for force majeure, and the service says it itself.
CONTESTS: Mapping[LiableParty, Owes] = {
    "merchant": "merchant",
    "creator": "creator",
    "carrier": "carrier",
    "service_provider": "service_provider",
    "insurer": "insurer",
    "consumer": "consumer",
}


def decide(
    account: MatterAccount,
    command: ResponsibilityCommand,
    book: Rulebook,
    at: datetime,
) -> Events:
    """Return what happens; raises a Refused of refusals.py, and NoSuchRule.

    What is so already is answered with ``()``.
    """
    if isinstance(command, CheckClocks):
        return clocks(account, book, at)
    if isinstance(command, OpenAttribution):
        return opened(account, command, at)
    asked(account)
    match command:
        case AttributeResponsibility():
            return attributed(account, command, book, at)
        case ContestAttribution():
            return contested(account, command, book, at)
        case FinaliseAttribution(by=by):
            return finalised(account, by, at)
        case PostEntry():
            return posted(account, command, at)
        case ClaimRecourse():
            return claimed(account, command, book, at)
        case AcknowledgeRecourse():
            return acknowledged(account, command.claim, command.by, book, at)
        case DisputeRecourse():
            return disputed(account, command, at)
        case RecordRecoursePaid():
            return paid(account, command, at)
        case WriteOffRecourse():
            return written_off(account, command, at)
        case RecordScoreEffect(by=by, effect=effect, policy=policy):
            service(by)
            if effect in account.scores:
                return ()
            return (ScoreEffectRecorded(at=at, by=by, effect=effect, policy=policy),)


# -- Whose fault it is --


def opened(account: MatterAccount, command: OpenAttribution, at: datetime) -> Events:
    """Begin to ask; asking for the same again says nothing new."""
    service(command.by)
    event = AttributionOpened(
        at=at,
        by=command.by,
        matter=command.matter,
        order=command.order,
        source=command.source,
        consumer=command.consumer,
        ordered_at=command.ordered_at,
        parties=command.parties,
    )
    if account.status == "none":
        return (event,)
    kept = (account.matter, account.order, account.consumer)
    if kept != (event.matter, event.order, event.consumer):
        raise OpenedOtherwise(matter=account.matter)
    return ()


def attributed(
    account: MatterAccount,
    command: AttributeResponsibility,
    book: Rulebook,
    at: datetime,
) -> Events:
    """Say who bears what, first or again; the parties may then contest it."""
    service(command.by)
    whole(command.shares)
    proven(command.knowledge)
    if account.status in {"attributed", "final"} and says_the_same(account, command):
        return ()
    if account.status == "final" and command.ruling in {None, account.ruling}:
        raise AttributionFinal(ruling=account.ruling)
    if account.status in {"contested", "final"}:
        another_person(account, command.by, command.ruling)
    event = ResponsibilityAttributed(
        at=at,
        by=command.by,
        shares=command.shares,
        knowledge=command.knowledge,
        policy=command.policy,
        ruling=command.ruling,
    )
    clock = contest_clock(account, command, book, at)
    return (event, *done(account, CONTEST_RULING, at), *clock)


def says_the_same(account: MatterAccount, command: AttributeResponsibility) -> bool:
    """Say whether these shares, known facts and ruling stand already."""
    return (account.shares, account.knowledge, account.ruling) == (
        command.shares,
        command.knowledge,
        command.ruling,
    )


def contest_clock(
    account: MatterAccount,
    command: AttributeResponsibility,
    book: Rulebook,
    at: datetime,
) -> Events:
    """Start the time to contest: of who alone is to bear it, of several by the row.

    None where nobody is to bear anything who could contest it.
    """
    parties = {
        CONTESTS[share.party]
        for share in command.shares
        if share.share_bp and share.party in CONTESTS
    }
    if not parties:
        return ()
    clock = begun(account, CONTEST, book, at)
    return (replace(clock, owes=parties.pop()) if len(parties) == 1 else clock,)


def contested(
    account: MatterAccount, command: ContestAttribution, book: Rulebook, at: datetime
) -> Events:
    """Deny, as one who is to bear something, that one should; others may join."""
    if account.status in {"none", "attribution_open"}:
        raise NothingAttributed
    if account.status == "final":
        raise ContestTooLate
    if not bears(account, command.by):
        raise NothingToContest(role=command.by.role)
    if command.by in account.contested_by:
        return ()
    moves = put_off(account, book, at)
    account = reduce(evolve, moves, account)
    if any(timer.name == CONTEST for timer in late(account, book, at)):
        raise ContestTooLate(due_at=account.timers[CONTEST].due_at.isoformat())
    event = AttributionContested(
        at=at, by=command.by, files=command.files, words=command.words
    )
    if account.status == "contested":
        return (*moves, event)
    ends = done(account, CONTEST, at)
    return (*moves, event, *ends, begun(account, CONTEST_RULING, book, at))


def finalised(account: MatterAccount, by: By, at: datetime) -> Events:
    """Let it stand: a contested one by another person, any by who alone bears it."""
    match account.status:
        case "final":
            return ()
        case "attributed" if sole_bearer(account, by):
            pass
        case "attributed":
            service(by)
            if running(account, CONTEST):
                due_at = account.timers[CONTEST].due_at
                raise ContestStillOpen(due_at=due_at.isoformat())
        case "contested":
            service(by)
            another_person(account, by)
        case _:
            raise NothingAttributed
    clocks_done = (*done(account, CONTEST, at), *done(account, CONTEST_RULING, at))
    return (AttributionFinalised(at=at, by=by), *clocks_done)


# -- What is written down --


def posted(account: MatterAccount, command: PostEntry, at: datetime) -> Events:
    """Write an entry down, once."""
    service(command.by)
    currency_known(command.entry.currency)
    known = account.entries.get(command.entry.entry)
    if known == command.entry:
        return ()
    if known is not None:
        raise EntryReused(entry=command.entry.entry)
    return (EntryPosted(at=at, by=command.by, entry=command.entry),)


# -- Clocks --


def clocks(account: MatterAccount, book: Rulebook, at: datetime) -> Events:
    """Say which deadlines a calendar moved, which clocks ran out, and what follows."""
    events = put_off(account, book, at)
    account = reduce(evolve, events, account)
    for timer in late(account, book, at):
        new = ran_out(account, timer, book, at)
        account, events = reduce(evolve, new, account), events + new
    return events


def ran_out(
    account: MatterAccount, timer: Timer, book: Rulebook, at: datetime
) -> Events:
    """Return that a clock ran out, and what follows."""
    out = breached(timer, at)
    if timer.name not in {CONTEST, CONTEST_RULING}:
        return (out, *silent(account, timer, book, at))
    if timer.on_breach not in STANDS:
        return (out,)
    stands = AttributionFinalised(at=at, by=SYSTEM, policy=timer.policy)
    return (out, stands)


def late(account: MatterAccount, book: Rulebook, at: datetime) -> Sequence[Timer]:
    """Return the clocks that ran out."""
    return overdue(account.timers, at, book.calendars(account.times(at)))


def put_off(account: MatterAccount, book: Rulebook, at: datetime) -> Events:
    """Say which deadlines a calendar published since has moved."""
    return all_moved(account.timers, at, book.calendars(account.times(at)))


def running(account: MatterAccount, name: str) -> bool:
    """Say whether somebody owes this step."""
    timer = account.timers.get(name)
    return timer is not None and timer.standing == "running"


def begun(
    account: MatterAccount, name: str, book: Rulebook, at: datetime
) -> TimerStarted | TimerRestarted:
    """Start a clock of the attribution, or start it anew; raises NoSuchRule."""
    times = account.times(at)
    row, calendar = book.timer(f"responsibility.{name}", times), book.calendars(times)
    if name in account.timers:
        timer = account.timers[name]
        return restarted(timer, row, at, "attributed_again", calendar)
    return started(row, name, at, calendar)


def done(account: MatterAccount, name: str, at: datetime) -> Events:
    """Say that a step was done, if somebody owed it."""
    return (met(account.timers[name], at),) if running(account, name) else ()


ACCOUNT: Decider[
    MatterAccount, ResponsibilityCommand, ResponsibilityEvent, Rulebook
] = Decider(initial=MatterAccount(), decide=decide, evolve=evolve)
