"""What a case answers: what is asked, what follows, and what becomes of its clocks."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import reduce

from domain.after_sales.clocks import clocks_after
from domain.after_sales.commands import CaseCommand
from domain.after_sales.conclude import follows
from domain.after_sales.events import CaseEvent, CaseReported, StepDefaulted
from domain.after_sales.evolve import evolve
from domain.after_sales.guards import guard
from domain.after_sales.reports import told
from domain.after_sales.requests import requested
from domain.after_sales.side_clocks import beside, still_asked
from domain.after_sales.standing import deadline_told, standing_still
from domain.after_sales.state import Case
from domain.after_sales.steps import Rules, still_owed
from domain.kernel import Decider, Report
from domain.policy.book import Rulebook
from domain.timer import CheckClocks, Timer, all_moved, breached, overdue

CaseEvents = tuple[CaseEvent, ...]


def decide(
    case: Case, command: CaseCommand, policy: Rulebook, at: datetime
) -> CaseEvents:
    """Return what happens, and what follows from it; raises a Refused of refusals.py.

    A report already known, and a question about clocks asked late or twice, say nothing
    new and return ``()``.
    """
    rules = Rules(policy, at.astimezone(UTC))
    if isinstance(command, CheckClocks):
        return checked(case, rules)
    if isinstance(command, Report):
        return with_clocks(
            case, unfolded(case, told(case, command, rules.at), rules), rules
        )
    guard(case, type(command), command.by.role, policy, rules.at)
    said = requested(case, command, policy, rules.at)
    return with_clocks(case, unfolded(case, said, rules), rules)


def unfolded(case: Case, said: Iterable[CaseEvent], rules: Rules) -> CaseEvents:
    """Return what was said, each event followed by what follows from it."""
    story: CaseEvents = ()
    for event in said:
        case = evolve(case, event)
        after = unfolded(case, follows(case, event, rules.at), rules)
        case = reduce(evolve, after, case)
        story += (event, *after)
    return story


def checked(case: Case, rules: Rules) -> CaseEvents:
    """Return which deadlines a calendar moved, then what ran out all the same.

    What has closed since a clock began is given back before anybody is late.
    """
    moves: CaseEvents = all_moved(
        case.timers, rules.at, rules.calendar(case), case.where
    )
    case = reduce(evolve, moves, case)
    return moves + with_clocks(case, run_out(case, rules), rules)


def run_out(case: Case, rules: Rules) -> CaseEvents:
    """Return every clock that ran out, and what the service does about each.

    What one leads to may let another off. A case run elsewhere is only watched.
    """
    story: CaseEvents = ()
    for timer in overdue(case.timers, rules.at, rules.calendar(case), case.where):
        now = reduce(evolve, story, case)
        if not watched(now, timer):
            continue
        said: CaseEvents = (breached(timer, rules.at),)
        if not case.elsewhere:
            said += (
                StepDefaulted(
                    at=rules.at,
                    timer=timer.name,
                    does=timer.on_breach,
                    policy=timer.policy,
                ),
            )
        story += unfolded(now, said, rules)
    return story


def watched(case: Case, timer: Timer) -> bool:
    """Whether what a clock watches is still owed as the case stands."""
    if beside(timer):
        return still_asked(case, timer)
    return timer.name.partition("/")[0] in still_owed(case)


def with_clocks(before: Case, story: CaseEvents, rules: Rules) -> CaseEvents:
    """Return the story with what becomes of the clocks; of nothing, nothing."""
    if not story:
        return ()
    case = reduce(evolve, story, before)
    clocks: CaseEvents = tuple(clocks_after(before, story, case, rules))
    case = reduce(evolve, clocks, case)
    for event in story:
        if isinstance(event, CaseReported):
            moved = tuple(deadline_told(before, event, case, rules))
            case = reduce(evolve, moved, case)
            clocks += moved
    return story + clocks + tuple(standing_still(case, rules))


CASE: Decider[Case, CaseCommand, CaseEvent, Rulebook] = Decider(
    initial=Case(), decide=decide, evolve=evolve
)
