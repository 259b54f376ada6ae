"""What a contact answers.

Who is kept waiting is the consumer: every word of the consumer's that nobody answered
keeps one clock running, and the first answer stops it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Final, assert_never

from domain.contact.commands import (
    AssignContact,
    CloseContact,
    ContactCommand,
    HandOverContact,
    LinkContact,
    OpenContact,
    RateContact,
    RecordWords,
    ReopenContact,
    ReportContact,
    Write,
)
from domain.contact.events import (
    ContactAnswered,
    ContactAssigned,
    ContactClosed,
    ContactDefaulted,
    ContactEvent,
    ContactHandedOver,
    ContactLinked,
    ContactOpened,
    ContactRated,
    ContactReopened,
    ContactReported,
    WordsExchanged,
)
from domain.contact.evolve import evolve
from domain.contact.refusals import (
    ContactIsClosed,
    ContactNotYours,
    NobodyNamed,
    NoSuchContact,
    NotClosed,
    NotYoursToSay,
    RatedWithoutAnswer,
    RunElsewhere,
    StillWaiting,
)
from domain.contact.state import Contact
from domain.contact.values import Outcome, WordDirection
from domain.kernel import Decider
from domain.party import ActingRole, By
from domain.policy.book import Rulebook
from domain.policy.rows import Times
from domain.timer import (
    CheckClocks,
    all_moved,
    breached,
    cancelled,
    met,
    overdue,
    started,
)

Events = tuple[ContactEvent, ...]

STAFF: Final[frozenset[ActingRole]] = frozenset(
    {"agent", "senior_agent", "arbiter", "system"}
)
BOTH: Final[frozenset[ActingRole]] = STAFF | frozenset[ActingRole]({"consumer"})

# Who may do what with a contact that is open.
WHO: Final[Mapping[type, frozenset[ActingRole]]] = {
    Write: BOTH,
    AssignContact: STAFF,
    HandOverContact: STAFF,
    LinkContact: BOTH,
    CloseContact: BOTH,
    ReopenContact: BOTH,
    RateContact: frozenset({"consumer"}),
}
# What can be done with one that another system runs.
WHEN_ELSEWHERE: Final = frozenset({LinkContact})
# What still can be done with a closed one; of those who write, the consumer alone.
WHEN_CLOSED: Final = frozenset({Write, ReopenContact, RateContact, LinkContact})


def decide(
    contact: Contact, command: ContactCommand, policy: Rulebook, at: datetime
) -> Events:
    """Return what happens; raises a Refused of refusals.py."""
    at = at.astimezone(UTC)
    match command:
        case OpenContact():
            return opened(contact, command, policy, at)
        case RecordWords():
            return recorded(contact, command, policy, at)
        case ReportContact():
            return reported(contact, command, at)
        case CheckClocks():
            return checked(contact, policy, at)
        case _ if not contact.exists:
            raise NoSuchContact
        case _:
            guard(contact, type(command), command.by)
            return taken(contact, command, policy, at)


def taken(
    contact: Contact,
    command: Write
    | AssignContact
    | HandOverContact
    | LinkContact
    | CloseContact
    | ReopenContact
    | RateContact,
    policy: Rulebook,
    at: datetime,
) -> Events:
    """Return what a command that may be taken does."""
    match command:
        case Write():
            return written(contact, command, policy, at)
        case AssignContact(by=by, agent=agent):
            if agent == contact.agent:
                return ()
            before = contact.agent
            return (ContactAssigned(at=at, by=by, agent=agent, taken_from=before),)
        case HandOverContact(by=by, to=to, team=team, words=words):
            if to is None and team is None:
                raise NobodyNamed
            return (ContactHandedOver(at=at, by=by, to=to, team=team, words=words),)
        case LinkContact(by=by, noun=noun, target=target):
            if (noun, target) in contact.links:
                return ()
            return (ContactLinked(at=at, by=by, noun=noun, target=target),)
        case CloseContact(by=by, outcome=outcome):
            return closed(contact, by, outcome, at)
        case ReopenContact(by=by, reason=reason):
            if contact.status != "closed":
                raise NotClosed(status=contact.status)
            return (ContactReopened(at=at, by=by, reason=reason),)
        case RateContact(by=by, score=score, words=words):
            if contact.first_response_seconds is None:
                raise RatedWithoutAnswer
            return (ContactRated(at=at, by=by, score=score, words=words),)
    assert_never(command)


def guard(contact: Contact, asked: type, by: By) -> None:
    """Raise unless this role may do this with the contact as it stands."""
    if by.role not in WHO[asked]:
        raise NotYoursToSay(role=by.role)
    if contact.elsewhere and asked not in WHEN_ELSEWHERE:
        raise RunElsewhere(source=contact.reports[-1].source)
    reopens = asked is not Write or by.role == "consumer"
    if contact.status == "closed" and not (asked in WHEN_CLOSED and reopens):
        raise ContactIsClosed(outcome=contact.outcome)
    answers = asked in {Write, CloseContact} and by.role in {"agent", "senior_agent"}
    if answers and contact.agent not in {None, by.name}:
        raise ContactNotYours(agent=contact.agent)


def allowed(contact: Contact, by: By) -> tuple[type, ...]:
    """Return what this one may do now, by the guard that will judge it."""
    if not contact.exists:
        return ()
    possible = []
    for asked in WHO:
        if asked is ReopenContact and contact.status != "closed":
            continue
        if asked is RateContact and contact.first_response_seconds is None:
            continue
        try:
            guard(contact, asked, by)
        except (NotYoursToSay, RunElsewhere, ContactIsClosed, ContactNotYours):
            continue
        possible.append(asked)
    return tuple(possible)


# -- Words --


def opened(
    contact: Contact, command: OpenContact, policy: Rulebook, at: datetime
) -> Events:
    """Return a contact that begins, with its first words if there are any."""
    if contact.exists:
        return ()
    if command.by.role not in BOTH:
        raise NotYoursToSay(role=command.by.role)
    begun: Events = (
        ContactOpened(
            at=at,
            by=command.by,
            consumer=command.consumer,
            channel=command.channel,
            about=command.about,
            order=command.order,
            earlier=command.earlier,
        ),
    )
    if command.words is None and command.by.role != "consumer":
        return begun
    word = WordsExchanged(
        at=at,
        by=command.by,
        message=command.message,
        direction=direction(command.by),
        channel=command.channel,
        words=command.words,
        files=command.files,
    )
    return begun + said(reduce(evolve, begun, contact), word, policy)


def written(contact: Contact, command: Write, policy: Rulebook, at: datetime) -> Events:
    """Return what is said; a consumer who writes to a closed contact reopens it."""
    if command.message in contact.words:
        return ()
    again: Events = ()
    if contact.status == "closed":
        again = (ContactReopened(at=at, by=command.by, reason="consumer_wrote"),)
    word = WordsExchanged(
        at=at,
        by=command.by,
        message=command.message,
        direction=direction(command.by),
        channel=command.channel or contact.channel,
        words=command.words,
        files=command.files,
    )
    return again + said(reduce(evolve, again, contact), word, policy)


def recorded(
    contact: Contact, command: RecordWords, policy: Rulebook, at: datetime
) -> Events:
    """Return what was said elsewhere, once."""
    if command.message in contact.words:
        return ()
    word = WordsExchanged(
        at=at,
        by=command.by,
        message=command.message,
        direction=direction(command.by),
        channel=command.channel,
        words=command.words,
    )
    return said(contact, word, policy)


def said(contact: Contact, word: WordsExchanged, policy: Rulebook) -> Events:
    """Return the words, and what they do to the clock of the answer."""
    clock = contact.clock
    if word.direction == "in":
        if contact.waiting_since is not None or not contact.exists:
            return (word,)
        first = contact.first_response_seconds is None
        step = "contact.first_response" if first else "contact.answer"
        row = policy.timer(step, Times(conduct_at=word.at, judged_at=word.at))
        name = "answer/" + str(len(contact.timers) + 1)
        times = Times(conduct_at=word.at, judged_at=word.at)
        timer = started(row, name, word.at, policy.calendars(times))
        return word, timer
    if word.by.role == "system" or contact.waiting_since is None:
        return (word,)  # An automatic acknowledgement answers nothing.
    waited = max(word.at - contact.waiting_since, timedelta())
    answered = ContactAnswered(
        at=word.at,
        message=word.message,
        agent=word.by,
        waited_seconds=waited // timedelta(seconds=1),
        first=contact.first_response_seconds is None,
    )
    return (word, answered) if clock is None else (word, answered, met(clock, word.at))


def reported(contact: Contact, command: ReportContact, at: datetime) -> Events:
    """Return a step told by another system, once. It starts no clock of ours."""
    event = ContactReported(
        at=at,
        consumer=command.consumer,
        source=command.source,
        number=command.number,
        step=command.step,
        agent=command.agent,
        taken_from=command.taken_from,
        done_by=command.by,
        reopens=command.reopens,
        word=command.word,
        rank=command.rank,
    )
    return () if event in contact.reports else (event,)


def direction(by: By) -> WordDirection:
    """Return "in" for the consumer's own words, "out" for all others."""
    return "in" if by.role == "consumer" else "out"


# -- Its end, and time --


def closed(contact: Contact, by: By, outcome: Outcome, at: datetime) -> Events:
    """Return the end; raises StillWaiting while the consumer is owed an answer.

    The consumer may close at any time: then nobody waits any more.
    """
    owed = contact.waiting_since is not None and by.role != "consumer"
    if owed and outcome not in {"consumer_gone", "duplicate"}:
        raise StillWaiting(since=contact.waiting_since)
    clock = contact.clock
    end = ContactClosed(at=at, by=by, outcome=outcome)
    return (end,) if clock is None else (end, cancelled(clock, at, "closed"))


def checked(contact: Contact, policy: Rulebook, at: datetime) -> Events:
    """Return which deadlines a calendar moved, which clocks ran out, and what follows.

    What has closed since a clock began is given back before anybody is late.
    """
    calendar = policy.calendars(Times(judged_at=at))
    moves = all_moved(contact.timers, at, calendar)
    late: list[ContactEvent] = list(moves)
    timers = reduce(evolve, moves, contact).timers
    for timer in overdue(timers, at, calendar):
        late += (
            breached(timer, at),
            ContactDefaulted(
                at=at, timer=timer.name, does=timer.on_breach, policy=timer.policy
            ),
        )
    return tuple(late)


CONTACT: Decider[Contact, ContactCommand, ContactEvent, Rulebook] = Decider(
    initial=Contact(), decide=decide, evolve=evolve
)
