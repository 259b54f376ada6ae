"""What each event of a contact makes of it."""

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

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
from domain.contact.state import Contact, Word
from domain.contact.values import ENDING, ContactStatus
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


def evolve(contact: Contact, event: ContactEvent) -> Contact:
    """Return the contact after the event."""
    match event:
        case ContactOpened():
            return opened(contact, event)
        case WordsExchanged(message=message):
            word = Word(event.at, event.by, event.direction, event.channel)
            words = {**contact.words, message: word}
            since = contact.waiting_since
            if event.direction == "in" and since is None:
                since = event.at
            return replace(
                contact, words=words, waiting_since=since, status=status(since)
            )
        case ContactAnswered(waited_seconds=waited, first=first):
            return replace(
                contact,
                status="answered",
                waiting_since=None,
                waited_seconds=contact.waited_seconds + waited,
                first_response_seconds=(
                    waited if first else contact.first_response_seconds
                ),
            )
        case ContactAssigned(agent=agent):
            return replace(contact, agent=agent)
        case ContactHandedOver(to=to, team=team):
            return replace(contact, agent=to, team=team or contact.team)
        case ContactLinked(noun=noun, target=target):
            order = target if noun == "order" else contact.order
            links = contact.links | {(noun, target)}
            return replace(contact, links=links, order=order)
        case ContactClosed(outcome=outcome):
            return replace(
                contact, status="closed", outcome=outcome, waiting_since=None
            )
        case ContactReopened():
            return replace(contact, status=status(contact.waiting_since), outcome=None)
        case ContactRated(score=score):
            return replace(contact, scores=(*contact.scores, score))
        case ContactReported():
            return reported(contact, event)
        case ContactDefaulted():
            return contact
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
            return replace(contact, timers=evolve_timers(contact.timers, event))
        case _:
            assert_never(event)


def opened(contact: Contact, event: ContactOpened) -> Contact:
    """Return the contact as it begins."""
    links = contact.links
    if event.order is not None:
        links |= {("order", event.order)}
    return replace(
        contact,
        consumer=event.consumer,
        channel=event.channel,
        about=event.about,
        order=event.order,
        opened_at=event.at,
        opened_by=event.by,
        earlier=event.earlier,
        status="open",
        links=links,
    )


def reported(contact: Contact, event: ContactReported) -> Contact:
    """Return the contact with one more report, whichever of them came first.

    One that was begun here goes by what is done here.
    """
    if event in contact.reports:
        return contact
    told = sorted((*contact.reports, event), key=lambda each: (each.at, each.rank))
    contact = replace(contact, reports=tuple(told))
    if not contact.elsewhere:
        return contact
    standing: ContactStatus = "open"
    agent = None
    for each in told:
        if each.step in ENDING:
            standing = "closed"
        elif each.reopens:
            standing = "open"
        agent = each.agent or agent
    return replace(
        contact,
        consumer=event.consumer,
        opened_at=told[0].at,
        status=standing,
        agent=agent,
    )


def status(waiting_since: datetime | None) -> ContactStatus:
    """Return "open" while the consumer waits, else "answered"."""
    return "open" if waiting_since is not None else "answered"
