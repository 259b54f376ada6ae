"""What follows when the last step of a plan is done."""

from datetime import datetime
from functools import reduce

from domain.policy.book import Rulebook
from domain.resolution.approving import times_of
from domain.resolution.events import PlanExecuted, PlansSuperseded, ResolutionEvent
from domain.resolution.evolve import evolve
from domain.resolution.offer_clock import begun
from domain.resolution.state import Resolution
from domain.resolution.values import CONFIRM

Events = tuple[ResolutionEvent, ...]


def finishing(now: Resolution, book: Rulebook, at: datetime) -> Events:
    """Return which plans are carried out, and what follows when all of them are.

    The consumer has some days to say whether it is made good; where something else
    fell short meanwhile, or something owed is worth something else by now, it is
    proposed for anew instead.
    """
    story: Events = tuple(
        PlanExecuted(
            at=at,
            plan=each.plan,
            round=each.round,
            paid_fen=each.paid_fen,
            paid_out=each.paid_out,
        )
        for each in now.executions.values()
        if each.done and not each.executed
    )
    now = reduce(evolve, story, now)
    if now.status == "executed" and (now.unanswered or now.worth_else):
        reason = "shortfall_attached" if now.unanswered else "worth_something_else"
        return (*story, PlansSuperseded(at=at, round=now.round, reason=reason))
    if now.status == "executed" or nothing_left(now):
        terms = book.offer_terms(times_of(now, at))
        return (*story, begun(now, CONFIRM, terms, at))
    return story


def nothing_left(now: Resolution) -> bool:
    """Say whether what was owed is done and the rest cleared: no plan is needed."""
    return (
        now.status in {"superseded", "rejected"}
        and bool(now.executions)
        and not now.minimum_asked
        and not now.open_shortfalls
        and not now.worth_else
        and all(each.executed for each in now.executions.values())
    )
