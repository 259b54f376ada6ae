"""What the timeline keeps of each event: the facts that its wording needs."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from application.projections.case_facts import CASE_EVENTS, case_facts
from application.projections.companionship_facts import (
    COMPANIONSHIP_EVENTS,
    companionship_facts,
)
from application.projections.dispute_facts import DISPUTE_EVENTS, dispute_facts
from application.projections.fact_rows import UNTOLD, EmptyInTwoWays, Taking, taking
from application.projections.incident_facts import INCIDENT_EVENTS, incident_facts
from application.projections.order_facts import (
    ORDER_EVENTS,
    ORDER_FACTS_MADE,
    Facts,
    order_facts,
)
from application.projections.resolution_facts import (
    RESOLUTION_EVENTS,
    resolution_facts,
)
from domain.compensation import CompensationReserved
from domain.compensation.values import consumer_fen_of
from domain.desk import MacroKept, ViewKept
from domain.kernel import Event
from domain.policy_set import PoliciesPublished
from domain.responsibility import Entry, EntryPosted, ResponsibilityAttributed

encode_lines = msgspec.json.Encoder().encode_lines

# What is no fact: a field without a value.
NOTHING: Final[tuple[Any, ...]] = (None, [], ())


def facts_of(event: Event) -> Facts:
    """Return ids, codes, numbers, times and sealed values: never free text.

    Lists that may be long are given as their count and sum.
    """
    return told(event, msgspec.to_builtins(event).items())


def facts_json(events: Iterable[Event]) -> list[bytes]:
    """Return the same of each, as JSON, without a copy of all the event on the way."""
    taken = [taking_of(type(each))(each) for each in events]
    # No line end can be in a line of JSON.
    return encode_lines(taken).split(b"\n")[:-1]


@cache
def taking_of(event_type: type[Event]) -> Taking:
    """Return what takes the facts of events of this type."""
    if event_type not in SHAPES:
        with suppress(EmptyInTwoWays):
            return taking(event_type, ORDER_FACTS_MADE.get(event_type, {}))
    names = event_type.__struct_encode_fields__
    return lambda event: told(event, zip(names, astuple(event), strict=True))


def told(event: Event, values: Iterable[tuple[str, Any]]) -> Facts:
    """Return the facts among the values of the fields, each with its name."""
    facts = {name: each for name, each in values if each or each not in NOTHING}
    for name in UNTOLD:
        facts.pop(name, None)
    event_type = type(event)
    if event_type in SHAPES:
        facts = SHAPES[event_type](event, facts)
    for name, make in ORDER_FACTS_MADE.get(event_type, {}).items():
        facts[name] = make(event)
    if event_type in COMPLETE:
        return facts
    if "timer" in facts:
        facts = {"step": facts["timer"].partition("/")[0]} | facts
        if "closures" in facts:
            facts["closures"] = len(facts["closures"])
    elif "promise" in facts:
        facts["promise_kind"] = facts["promise"].partition("/")[0]
    return facts


def policy_facts(event: PoliciesPublished, facts: Facts) -> Facts:
    """Return what was published, and how many rows it has."""
    shown = ("profile", "publication")
    return {name: facts[name] for name in shown} | {"rows": len(event.rows)}


def view_facts(_event: ViewKept, facts: Facts) -> Facts:
    """Return the facts without what a view looks for."""
    return {name: facts[name] for name in facts if name != "filters"}


def macro_facts(event: MacroKept, facts: Facts) -> Facts:
    """Return how many steps a macro has."""
    return facts | {"steps": len(event.steps)}


def attribution_facts(event: ResponsibilityAttributed, facts: Facts) -> Facts:
    """Return among how many it was shared, and on how much that was known."""
    return facts | {"shares": len(event.shares), "knowledge": len(event.knowledge)}


def posting_facts(event: EntryPosted, facts: Facts) -> Facts:
    """Return what the entry is about."""
    return facts | entry_facts(event.entry)


def reservation_facts(event: CompensationReserved, facts: Facts) -> Facts:
    """Return how many lines there are, and how much of them is the consumer's."""
    kept = {name: facts[name] for name in facts if name != "facts"}
    hers = consumer_fen_of(event.lines)
    return kept | {"lines": len(event.lines), "consumer_fen": hers}


def entry_facts(entry: Entry) -> Facts:
    """Return what an entry is of, and how much of money it moves or owes."""
    minor = sum(posting.minor for posting in entry.postings if posting.minor > 0)
    return {
        "entry": entry.entry,
        "kind": entry.kind,
        "why": entry.why,
        "amount": {"minor": minor, "currency": entry.currency},
    }


# Who makes an event's facts of what stands in it. Its own type finds that at once: a
# search among a hundred types, for every event, would be most of what a timeline costs.
SINGLE: Final[dict[type[Event], Callable[[Any, Facts], Facts]]] = {
    PoliciesPublished: policy_facts,
    ViewKept: view_facts,
    MacroKept: macro_facts,
    ResponsibilityAttributed: attribution_facts,
    EntryPosted: posting_facts,
    CompensationReserved: reservation_facts,
}
SHAPES: Final[dict[type[Event], Callable[[Any, Facts], Facts]]] = {
    **dict.fromkeys(ORDER_EVENTS, order_facts),
    **dict.fromkeys(CASE_EVENTS, case_facts),
    **dict.fromkeys(DISPUTE_EVENTS, dispute_facts),
    **dict.fromkeys(RESOLUTION_EVENTS, resolution_facts),
    **dict.fromkeys(COMPANIONSHIP_EVENTS, companionship_facts),
    **dict.fromkeys(INCIDENT_EVENTS, incident_facts),
    **SINGLE,
}
# Those whose facts are as they are made, with nothing to add.
COMPLETE: Final = frozenset(
    (
        *ORDER_EVENTS,
        *RESOLUTION_EVENTS,
        *COMPANIONSHIP_EVENTS,
        *INCIDENT_EVENTS,
        *SINGLE,
    )
)
