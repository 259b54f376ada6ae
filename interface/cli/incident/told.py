"""An incident in lines for a terminal."""

from collections.abc import Iterator, Mapping

from application.incidents.office import ListedIncident
from application.incidents.view import ImpactView, IncidentView
from domain.money import decimal_string
from interface.wording import LANGUAGES


def yuan(fen: int) -> str:
    """Return an amount as people write it."""
    return f"¥{decimal_string(fen, 'CNY')}"


def line(one: ListedIncident) -> str:
    """Return an incident in one line of a list."""
    return f"{one.row.number}  {one.row.kind}  {one.status}  {one.row.reason}"


def told(seen: IncidentView) -> str:
    """Return an incident as it stands."""
    return "\n".join(lines(seen))


def lines(seen: IncidentView) -> Iterator[str]:
    """Yield what an incident comes to."""
    yield f"{seen.number}: {seen.kind}, {seen.status} ({seen.reason})"
    if seen.turn is not None:
        due = seen.turn.due_at
        until = f" until {LANGUAGES['en'].moment(due.isoformat())}" if due else ""
        yield f"  next: {seen.turn.deed}, by {seen.turn.party}{until}"
    counts = seen.counts
    yield (
        f"  orders {counts.members}: {counts.left} wait, {counts.reserved} in hand, "
        f"{counts.offered} handed out, {counts.spent} done, "
        f"{counts.excluded} left out"
    )
    if seen.offers:
        yield f"  offers: {listed(seen.offers)}"
    for segment in seen.segments:
        yield f"  segment {segment.name}: {segment.plan}{worth(seen, segment.name)}"
    if seen.impact is not None:
        yield from costs(seen.impact)
    if seen.budget is not None:
        stale = "" if seen.budget.granted else ", to be granted anew"
        over = seen.budget.beyond_fen
        beyond = f", {yuan(over)} paid beyond it" if over else ""
        yield (
            f"  budget {yuan(seen.budget.total_max_fen)} by {seen.budget.by.name}"
            f"{stale}: {yuan(seen.budget.set_aside_fen)} set aside, "
            f"{yuan(seen.budget.spent_fen)} spent, {yuan(seen.budget.left_fen)} left"
            f"{beyond}"
        )


def worth(seen: IncidentView, segment: str) -> str:
    """Return how many orders a segment has and what they cost, once estimated."""
    for each in seen.impact.segments if seen.impact else ():
        if each.segment == segment:
            return f", orders {each.orders}, {yuan(each.fen)}"
    return ""


def costs(impact: ImpactView) -> Iterator[str]:
    """Yield what it would cost, whom, and how it spreads."""
    bearers: dict[str, str] = {each.bearer: yuan(each.fen) for each in impact.by_bearer}
    yield f"  estimate {yuan(impact.total_fen)} for {impact.orders}: {listed(bearers)}"
    yield f"    rests on {impact.rests_on}"
    for bar in impact.histogram:
        ends = " or more" if bar.to_fen is None else f" to {yuan(bar.to_fen)}"
        yield f"    {yuan(bar.from_fen)}{ends}: {bar.orders}"
    if impact.excluded:
        yield f"    left out: {listed(impact.excluded)}"


def listed(counted: Mapping[str, object]) -> str:
    """Return names with their counts, in a line."""
    return ", ".join(f"{name} {count}" for name, count in counted.items()) or "none"
