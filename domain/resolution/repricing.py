"""What is owed and worth something else by now: priced anew, and paid without asking.

What was previewed is what is paid, or nothing is: so a step whose price has changed
since is given up for one that is proposed at the price of now.
"""

from datetime import datetime
from typing import Final

from domain.kernel import Code
from domain.party import SYSTEM
from domain.plan import DEDUCTS
from domain.resolution.events import PlansSuperseded, ResolutionEvent, StepSettled
from domain.resolution.evolve import evolve
from domain.resolution.offer_clock import let_go
from domain.resolution.state import EXECUTING, Resolution, StepState
from domain.resolution.values import SUPERSEDED

Events = tuple[ResolutionEvent, ...]

# The ledger's word for a price that is another by now.
WORTH_ELSE: Final[Code] = "worth_something_else"
# A price that holds no better than this is looked at by people.
REPRICED_MAX: Final = 3


def repriced(
    resolution: Resolution, step: StepState, reason: Code, at: datetime
) -> Events:
    """Return that a step makes way for one at the price of now; nothing if it does not.

    What is carried out alone stands no more, so that it can be proposed anew at once;
    a plan that the consumer took is carried out first. ``resolution`` knows already
    that the step failed.
    """
    by_rule = step.does.part == "entitlement" or step.does.action == DEDUCTS
    if reason != WORTH_ELSE or not by_rule:
        return ()
    if times_repriced(resolution, step) >= REPRICED_MAX:
        return ()
    event = StepSettled(at=at, by=SYSTEM, step=step.key, way=SUPERSEDED, reason=reason)
    now = evolve(resolution, event)
    others = all(each.executed for each in now.executions.values() if not each.owed)
    if now.status == "confirming" or (now.status in EXECUTING and others):
        over = PlansSuperseded(at=at, round=now.round, reason=reason)
        return (event, over, *let_go(now, at, reason))
    return (event,)


def times_repriced(resolution: Resolution, step: StepState) -> int:
    """Return how often the same thing for the same shortfall was priced anew."""
    same = (step.does.action, step.does.shortfall)
    return sum(
        (each.does.action, each.does.shortfall) == same
        for each in resolution.steps()
        if each.settled == SUPERSEDED
    )
