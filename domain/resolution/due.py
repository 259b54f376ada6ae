"""By when whoever has the turn in a resolution is to act.

The consumer's clocks say it of the consumer. Our own people answer within the time in
which the rules have consumers answered; what is carried out is tried again, or told of,
within a day at the latest.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from domain.party import SERVICE
from domain.policy.book import NoSuchRule, Rulebook
from domain.resolution.approving import times_of
from domain.resolution.state import DONE, EXECUTING, Resolution
from domain.resolution.turns import RETRY_HOURS_MAX, next_actor, retry_at
from domain.timer import started

# The row of our answers; where there is none, a day (domain rules, section 5: 24h).
ANSWER: Final = "contact.answer"
ANSWER_USUAL: Final = timedelta(hours=24)


def turn_due_at(resolution: Resolution, book: Rulebook) -> datetime | None:
    """Return by when whoever has the turn is to act; None where nothing says so."""
    party = next_actor(resolution)
    if party is None:
        return None
    clocks = (
        each.due_at
        for each in resolution.timers.values()
        if each.standing == "running" and each.owes == party
    )
    told = min(clocks, default=None)
    if told is not None:
        return told
    if party == "system":
        return min(carried_by(resolution, book), default=None)
    if party in SERVICE:
        since = waits_since(resolution)
        return None if since is None else answered_by(resolution, book, since)
    return None


def carried_by(resolution: Resolution, book: Rulebook) -> Iterator[datetime]:
    """Yield by when each step under way goes on: tried again, or told what came of."""
    if resolution.status not in EXECUTING and not resolution.executions:
        return
    for step in resolution.steps():
        if step.standing not in DONE:
            terms = book.offer_terms(times_of(resolution, step.changed_at))
            again = retry_at(resolution, step.key, terms)
            yield again or step.changed_at + timedelta(hours=RETRY_HOURS_MAX)


def waits_since(resolution: Resolution) -> datetime | None:
    """Return since when it waits for one of our people, as far as that is known."""
    steps = [s.changed_at for s in resolution.steps() if s.standing == "needs_human"]
    if steps:
        return min(steps)
    if resolution.asks and resolution.proposal is not None:
        return resolution.proposal.at
    return resolution.since


def answered_by(resolution: Resolution, book: Rulebook, since: datetime) -> datetime:
    """Return by when our people answer what waits since then."""
    times = times_of(resolution, since)
    try:
        row = book.timer(ANSWER, times)
    except NoSuchRule:
        return since + ANSWER_USUAL
    return started(row, ANSWER, since, book.calendars(times)).due_at
