"""A help desk's event log: every ticket is a contact, told step by step.

The log knows no consumer by name: each ticket has one of its own, named after it. It
holds no words, and says of nobody that he was answered, so that no clock of ours runs.
"""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Final

from application.inbound import (
    NAMED_LATER,
    ContactNumber,
    Message,
    Reported,
    UnknownCode,
    Untranslatable,
)
from application.inbound.messages import plain
from domain.contact import ENDING, ReportContact
from interface.inbound.documents import CANONICAL, At
from interface.inbound.helpdesk_words import ACTIVITIES
from interface.inbound.xes import NoLog, Trace, read_trace

SOURCE: Final = "helpdesk"
TICKET: Final = "ticket"
DIGITS: Final = 32
NAME, RESOURCE, TIME = "concept:name", "org:resource", "time:timestamp"

# When, which activity, by whom.
Step = tuple[datetime, str, str]


def digest_of(body: bytes) -> str:
    """Return a name for what a trace says, however it is spaced. Raises NoLog."""
    trace = read_trace(body)
    return sha256(CANONICAL.encode([trace.attributes, trace.events])).hexdigest()


def translate(message: Message) -> tuple[Reported, ...]:
    """Return the steps of a ticket, oldest first. Raises Untranslatable."""
    try:
        trace = read_trace(message.body)
    except NoLog as fault:
        raise Untranslatable(str(fault)) from None
    told = At(trace.attributes.get(NAME), f"$.{NAME}").text()
    number = named(At(told, f"$.{NAME}"))
    ticket = ContactNumber(SOURCE, number, f"contact:{SOURCE}:{number}")
    steps = sorted(steps_of(trace, ticket), key=lambda step: step[0])
    return tuple(reports(ticket, steps))


def named(told: At) -> str:
    """Return a name of theirs as ours; one that cannot be so spelt, by its digest."""
    text = told.text().replace(" ", "_")
    if not text:
        raise told.fault("a name")
    if plain(text) == text and text[0].isalnum():
        return At(text, told.path).name()
    return sha256(text.encode()).hexdigest()[:DIGITS]


def steps_of(trace: Trace, ticket: ContactNumber) -> Iterator[Step]:
    """Yield the steps as the log has them. Raises Untranslatable."""
    for number, event in enumerate(trace.events):
        path = f"$.event[{number}]"
        activity = event.get(NAME, "")
        if activity not in ACTIVITIES:
            raise UnknownCode(NAME, activity or "none", (ticket,))
        at = At(event.get(TIME), f"{path}.{TIME}").instant()
        yield at, activity, event.get(RESOURCE, "")


def reports(ticket: ContactNumber, steps: list[Step]) -> Iterator[Reported]:
    """Yield each step, with what it follows: who had the ticket, and whether it ended.

    It goes on if somebody works on it after its end, or resolves it once more; a step
    told twice in one second by one person is told once more, and nothing else.
    """
    ended = False
    agent: str | None = None
    rank = 0
    for place, (at, activity, resource) in enumerate(steps):
        before = steps[place - 1] if place else None
        rank = rank + 1 if before is not None and before[0] == at else 0
        done = ACTIVITIES[activity]
        again = done.works or done.step == "resolved"
        reopens = ended and again and before != steps[place]
        person = named(At(resource, RESOURCE)) if resource else None
        taken_from = None
        if done.step == "assigned" and person is not None:
            taken_from = agent if agent != person else None
            agent = person
        yield Reported(
            reference=ticket,
            command=ReportContact(
                consumer=NAMED_LATER,
                source=SOURCE,
                number=ticket.number,
                step=done.step,
                by=person,
                agent=person if done.step == "assigned" else None,
                taken_from=taken_from,
                reopens=reopens,
                word=plain(activity),
                rank=rank,
            ),
            occurred_at=at,
        )
        ended = done.step in ENDING or (ended and not reopens)
