"""What happens in a case, a dispute or a contact, as one who follows it is told.

A public status says whether it is final, and a deadline that was moved is told with the
event that moved it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from application.casework import Matter
from application.projections.back_office import unnamed
from application.projections.entries import code_of
from application.projections.facts import facts_of
from application.projections.matter_rows import BY_NOUN
from domain.kernel import Event
from domain.party import SERVICE, By
from domain.plan import DEDUCTS, RECLAIMS
from domain.policy.rows import Owes
from domain.timer import Timer

SEALED: Final = "sealed:"


class Deadline(Struct, frozen=True, kw_only=True):
    """A deadline that was moved: whose, for what, from when to when."""

    timer: str
    step: str
    owes: Owes
    was_due_at: datetime
    due_at: datetime


class Change(Struct, frozen=True, kw_only=True):
    """One event of a matter, and how the matter stood after it."""

    position: int
    version: int
    code: str
    occurred_at: datetime
    facts: Mapping[str, Any]
    status: str
    final: bool
    moved: Deadline | None


def changes(matter: Matter, after: int, reader: By) -> Sequence[Change]:
    """Return what this reader may see of what happened behind a position."""
    fold = BY_NOUN[matter.noun]
    state = fold.initial
    found = []
    for recorded in matter.history:
        before, state = state, fold.evolve(state, recorded.event)
        if recorded.position <= after or not visible(recorded.event, reader):
            continue
        if not of_reader(matter, state, recorded.event, reader):
            continue
        shown = fold.shown(state)
        facts = readable(facts_of(recorded.event))
        found.append(
            Change(
                position=recorded.position,
                version=recorded.version,
                code=code_of(recorded.event),
                occurred_at=recorded.occurred_at,
                facts=facts if reader.role in SERVICE else unnamed(facts),
                status=shown.status,
                final=shown.final,
                moved=moved(fold.shown(before).clocks, shown.clocks),
            )
        )
    return found


def of_reader(matter: Matter, state: Any, event: Event, reader: By) -> bool:
    """Whether an event is about this reader's part of a resolution.

    Of an order of several merchants each is told of what it sold.
    """
    sold = matter.of_order.sold
    if sold is None or reader.role != "merchant" or matter.noun != "resolution":
        return True
    return sold.told(reader.name, event, state)


def readable(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts without sealed words: those are read where they are opened."""
    return {
        name: value
        for name, value in facts.items()
        if not (isinstance(value, str) and value.startswith(SEALED))
    }


def moved(before: Any, after: Any) -> Deadline | None:
    """Return the deadline that is another one now, if one is."""
    known: dict[str, Timer] = {each.name: each for each in before}
    for timer in after:
        was = known.get(timer.name)
        if was is not None and was.due_at != timer.due_at:
            return Deadline(
                timer=timer.name,
                step=timer.step,
                owes=timer.owes,
                was_due_at=was.due_at,
                due_at=timer.due_at,
            )
    return None


# -- What parties see --

Seen = Callable[[Mapping[str, Any], By], bool]


def nobody(_facts: Mapping[str, Any], _reader: By) -> bool:
    """Show it to nobody but the service."""
    return False


def if_shown(facts: Mapping[str, Any], _reader: By) -> bool:
    """Show a note that was written for the parties."""
    return bool(facts.get("shown"))


def if_asked(facts: Mapping[str, Any], reader: By) -> bool:
    """Show what is asked of this reader."""
    of = facts.get("of", ())
    return reader.role == of if isinstance(of, str) else reader.role in of


def unless_charged(facts: Mapping[str, Any], reader: By) -> bool:
    """Show what is done; what others are charged beside it, not to the consumer."""
    does = facts.get("does")
    if does in RECLAIMS:
        return reader.role in {"merchant", "carrier"}
    return does != DEDUCTS or reader.role == "merchant"


# Of the codes that not everybody sees, who does; the rest is for all parties.
SEEN_IF: Final[Mapping[str, Seen]] = {
    "after_sales.assigned": nobody,
    "dispute.assigned": nobody,
    "contact.assigned": nobody,
    "contact.handed_over": nobody,
    "after_sales.noted": if_shown,
    "dispute.noted": if_shown,
    "after_sales.evidence_asked": if_asked,
    "dispute.proof_asked": if_asked,
    "resolution.triaged": nobody,
    "resolution.proposed": nobody,
    "resolution.superseded": nobody,
    "resolution.approval_asked": nobody,
    "resolution.approved": nobody,
    "resolution.rejected": nobody,
    "resolution.step_started": unless_charged,
    "resolution.step_needs_human": nobody,
    "resolution.outcome_measured": nobody,
}


def visible(event: Event, reader: By) -> bool:
    """Whether this reader is told of the event."""
    rule = SEEN_IF.get(code_of(event))
    if rule is None or reader.role in SERVICE:
        return True
    return rule(facts_of(event), reader)
