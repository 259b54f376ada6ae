"""What happened in an incident, in plain words."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from msgspec import structs

from application.audit.resolution_words import bearer_words, listed
from application.audit.spelt import spelt, yuan
from domain.incident import (
    Bar,
    Exclusion,
    Impact,
    Member,
    Segment,
    SegmentImpact,
    Selector,
)

INCIDENT_SENTENCES: Final[Mapping[str, str]] = {
    "incident.declared": "{by} declared incident {number}, {kind}: {reason}, "
    "from {begins}{ends? until *}{source?, of orders of *}; affected: {selector}",
    "incident.scope_revised": "{by} revised who is affected: {reason}{ends?, until *}; "
    "affected: {selector}",
    "incident.scope_frozen": "{by} froze who is affected as of {snapshot}: {orders} "
    "orders, digest {digest}",
    "incident.orders_included": "{by} named chunk {chunk} of the orders affected "
    "(late: {late}){orders?: *}",
    "incident.orders_excluded": "{by} left out{orders?: *}",
    "incident.impact_estimated": "{by} estimated on {rests_on}: {impact}",
    "incident.plan_drafted": "{by} drafted the plan of each segment: {segments}",
    "incident.budget_approved": "{by} granted {total_max_fen} in all and "
    "{per_order_max_fen} for an order, on {rests_on}, under {policy}",
    "incident.pilot_started": "{by} had it tried on {orders} orders",
    "incident.rollout_expanded": "{by} had it rolled out, {orders_per_minute} orders "
    "a minute",
    "incident.paused": "{by} paused it: {reason}",
    "incident.resumed": "{by} had it go on",
    "incident.rollback_ordered": "{by} had taken back what nobody took yet: {reason}",
    "incident.withdrawn": "{by} withdrew it before anything was handed out: {reason}",
    "incident.budget_reserved": "{by} set aside {fen} for batch {batch}{orders?: *}",
    "incident.budget_settled": "{by} handed out batch {batch}{offered? to *}"
    "{left_out?; left out: *}; {released_fen} is free again",
    "incident.budget_spent": "{by} recorded what it cost ({chunk}), {fen} in all"
    "{spent?: *}; {released_fen} is free again",
    "incident.exemption_set": "{by} let nobody be in breach for it, by {policy}",
    "incident.notice_published": "{by} told everybody: {words_zh} / {words_en}",
    "incident.completed": "{by} said that it is over",
    "incident.reviewed": "{by} reviewed it: {cause}{lessons?; learnt: *}",
}


def member_words(value: Member) -> str:
    """Return an order affected: its segment, and what it may cost at most."""
    return f"{value.order} ({value.segment}, {yuan(value.cost_fen)})"


def exclusion_words(value: Exclusion) -> str:
    """Return an order left out, and why."""
    return f"{value.order} ({value.reason})"


def selector_words(value: Selector) -> str:
    """Return which orders are affected: all that is said holds."""
    return said(value)


def segment_words(value: Segment) -> str:
    """Return a segment, what it is offered, and what falls into it."""
    narrowed = said(value, without=("name", "plan"))
    return f"{value.name} is offered {value.plan}{narrowed and f' ({narrowed})'}"


def said(value: Segment | Selector, without: tuple[str, ...] = ()) -> str:
    """Return what is said of what there is to say, under its names."""
    return "; ".join(
        f"{name.replace('_', ' ')} {spelt(each)}"
        for name, each in structs.asdict(value).items()
        if name not in without and each not in {None, ()}
    )


def segment_impact_words(value: SegmentImpact) -> str:
    """Return what one segment comes to."""
    return f"{value.segment} {value.orders} by {value.plan} for {yuan(value.fen)}"


def bar_words(value: Bar) -> str:
    """Return how many orders cost between so much and so much."""
    end = "" if value.to_fen is None else f" to below {yuan(value.to_fen)}"
    return f"{value.orders} from {yuan(value.from_fen)}{end}"


def impact_words(value: Impact) -> str:
    """Return what it comes to, for whom, and who is left out."""
    return "; ".join(impact_said(value))


def impact_said(value: Impact) -> Iterator[str]:
    """Yield what an impact says of something."""
    yield (
        f"{value.orders} orders, {yuan(value.total_fen)} in all: "
        f"{yuan(value.entitlement_fen)} owed, {yuan(value.goodwill_fen)} goodwill"
    )
    if value.by_bearer:
        yield f"borne: {listed(map(bearer_words, value.by_bearer))}"
    if value.segments:
        yield f"by segment: {listed(map(segment_impact_words, value.segments))}"
    if value.histogram:
        yield f"by what an order costs: {listed(map(bar_words, value.histogram))}"
    if value.excluded:
        yield f"left out: {listed(map(exclusion_words, value.excluded))}"
    if value.capped:
        yield f"{value.capped} capped"
    if value.contacts_avoided:
        yield f"{value.contacts_avoided} contacts avoided"


INCIDENT_VALUES: Final[Mapping[type, Callable[[Any], str]]] = {
    Member: member_words,
    Exclusion: exclusion_words,
    Selector: selector_words,
    Segment: segment_words,
    SegmentImpact: segment_impact_words,
    Bar: bar_words,
    Impact: impact_words,
}
