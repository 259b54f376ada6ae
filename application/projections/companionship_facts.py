"""What the timeline says of a companionship's events: shortfalls short and flat."""

from typing import Any, Final, get_args

from domain.companionship.events import (
    CompanionshipEvent,
    CompanionshipStarted,
    MatterNoted,
    ShortfallCleared,
    ShortfallContested,
    ShortfallDetected,
)
from domain.kernel import Event
from domain.timer import TimerEvent

COMPANIONSHIP_EVENTS: Final[tuple[type[Any], ...]] = tuple(
    each for each in get_args(CompanionshipEvent) if each not in get_args(TimerEvent)
)


def companionship_facts(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of an event of a companionship, flat and short."""
    match event:
        case CompanionshipStarted(check_ins=check_ins):
            return facts | {"check_ins": len(check_ins)}
        case MatterNoted(matter=matter, open=is_open):
            how = "opened" if is_open else "ended"
            return facts | {"matter": matter.id, how: matter.kind}
        case ShortfallDetected(shortfall=shortfall):
            told = {
                "shortfall": shortfall.name,
                "code": shortfall.code,
                "line": shortfall.line,
                "since": shortfall.since.isoformat(),
                "due": shortfall.due and shortfall.due.isoformat(),
                "rule": shortfall.rule,
                "parcel": shortfall.parcel,
                "breach": shortfall.breach,
                "incident": shortfall.incident,
                "severity": shortfall.severity and shortfall.severity.severity,
            }
            return facts | {name: told[name] for name in told if told[name]}
        case ShortfallCleared(shortfall=name) | ShortfallContested(shortfall=name):
            short = {each: facts[each] for each in facts if each != "facts"}
            return short | {"code": name.split("/")[1]}
        case _:
            return facts
