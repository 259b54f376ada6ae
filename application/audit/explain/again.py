"""A decision made again: the same question to the same past, under the same rules."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, get_args

from application.audit.explain.asked import asked
from application.audit.explain.rules import Publications, book_for
from application.audit.state import DECIDERS, fold
from application.event_store.envelope import RecordedEvent
from domain.compensation import CompensationEvent
from domain.kernel import Command, Event, Refused, Report
from domain.order import CheckPromises, PromiseStarted
from domain.order.as_of import CONCLUDED as SETTLED
from domain.order.events import (
    FundsHeldAgain,
    FundsReleased,
    PromiseMade,
    PromiseRenegotiated,
)
from domain.order.follow import follow
from domain.promise import PromiseTerms

# What an order concludes of its facts.
CONCLUDED = (
    *get_args(SETTLED),
    PromiseMade,
    PromiseStarted,
    PromiseRenegotiated,
    FundsReleased,
    FundsHeldAgain,
)


class Decided(NamedTuple):
    """What one command came to, as recorded and as decided again.

    ``first`` is the version of the first event. ``command`` is None where nobody can
    tell any more what was asked; then ``again`` is None too. ``refused`` says which
    rule would not let it through today, ``rules`` are those it was decided under.
    """

    first: int
    before: Any
    story: tuple[Event, ...]
    command: Command | None
    again: tuple[Event, ...] | None
    refused: str | None = None
    rules: Any = None

    def recomputed(self, version: int) -> Event | None:
        """Return what the same question leads to in this place."""
        place = version - self.first
        if self.again is None or place >= len(self.again):
            return None
        return self.again[place]

    @property
    def agrees(self) -> bool:
        """Whether all of it comes to the same."""
        return self.again == self.story


class Past(NamedTuple):
    """A stream of a kind, what it was judged by, and whose orders it is about."""

    kind: str
    history: Sequence[RecordedEvent]
    published: Publications
    sources: tuple[str | None, ...] = (None,)

    def rules(self, event: Event, recorded_at: datetime) -> Iterator[Any]:
        """Yield the rules it may have been decided under, the likeliest first."""
        if isinstance(event, get_args(CompensationEvent)):
            ref = getattr(event, "policy", None)
            book = self.published.book(ref) if ref else None
            if book is not None:
                yield book
                return
        if self.kind in {"evidence", "consumer", "trust"}:
            yield None
            return
        for known in self.published.known(recorded_at):
            if self.kind == "order":
                yield known.orders
                continue
            for source in self.sources:
                if book := book_for(known, source):
                    yield book


def decided_again(past: Past, version: int) -> Decided:
    """Return the decision that the event of this version is part of, made again."""
    together = asked_together(past.history, version)
    first = together[0].version
    state = fold(past.kind, [each.event for each in past.history[: first - 1]])
    evolve = DECIDERS[past.kind].evolve
    rest = list(together)
    while True:
        one = answered(past, state, rest)
        if not one.agrees or one.first + len(one.story) > version:
            return one
        for event in one.story:
            state = evolve(state, event)
        rest = rest[len(one.story) :]


def asked_together(
    history: Sequence[RecordedEvent], version: int
) -> Sequence[RecordedEvent]:
    """Return the events that were written because of one thing asked."""
    name = history[version - 1].command_id
    first = last = version - 1
    while first > 0 and history[first - 1].command_id == name:
        first -= 1
    while last + 1 < len(history) and history[last + 1].command_id == name:
        last += 1
    return history[first : last + 1]


def answered(past: Past, state: Any, rest: Sequence[RecordedEvent]) -> Decided:
    """Return what one command came to; of several in one go, the first.

    If no command leads to what was recorded, the first that can have been asked
    counts, with what it leads to.
    """
    story = tuple(each.event for each in rest)
    first, at = rest[0].version, rest[0].occurred_at
    missed: list[Decided] = []
    for rules in past.rules(story[0], rest[0].recorded_at):
        for command in asked(past.kind, state, story, rest[0].actor):
            when = at
            if isinstance(command, CheckPromises):
                when = rest[0].recorded_at
            one = tried(past.kind, state, command, rules, when)
            said = one.again or ()
            if said and said == story[: len(said)]:
                part = story[: len(said)]
                return one._replace(first=first, story=part)
            missed.append(one._replace(first=first, story=story))
        if past.kind == "order":
            known = facts_followed(state, story, rules, at)
            if known == story:
                likeliest = missed[0].command if missed else None
                return Decided(first, state, story, likeliest, known, rules=rules)
    unknown = Decided(first, state, story, None, None)
    return next(
        (each for each in missed if each.again is not None),
        next(iter(missed), unknown),
    )


def tried(kind: str, state: Any, command: Command, rules: Any, at: datetime) -> Decided:
    """Return what the noun's own ``decide`` says."""
    try:
        again = tuple(DECIDERS[kind].decide(state, command, rules, at))
    except Refused as refused:
        return Decided(0, state, (), command, None, refused.code, rules)
    except ValueError as error:
        return Decided(0, state, (), command, None, str(error), rules)
    return Decided(0, state, (), command, again, rules=rules)


def facts_followed(
    state: Any, story: tuple[Event, ...], terms: PromiseTerms, at: datetime
) -> tuple[Event, ...]:
    """Return the facts of an order as told, with what they lead to."""
    count = next(
        (n for n, each in enumerate(story) if isinstance(each, CONCLUDED)), len(story)
    )
    evolve = DECIDERS["order"].evolve
    for event in story[:count]:
        state = evolve(state, event)
    return (*story[:count], *follow(state, terms, at, None))


def is_report(command: Command | None) -> bool:
    """Whether the command only says what happened outside."""
    return isinstance(command, Report)
