"""What of a consumer's matters is the service's own, and stands on no consumer's page.

Staff see all of it. One table, read by the database, so that pages stay full pages.
"""

from collections.abc import Mapping
from typing import Any, Final, get_args

from domain.party import SERVICE, ActingRole
from domain.plan import DEDUCTS, RECLAIMS

SERVICES_NAME: Final = "redress"  # as the service signs what it says
ALWAYS: Final = "true"
NOT_SHOWN: Final = "coalesce((entry.facts ->> 'shown')::boolean, false) = false"
DEDUCTED: Final = "coalesce((entry.facts ->> 'consumer_fen')::bigint, 1) = 0"

# What is between the service and who bears it: the consumer gets nothing of it.
CHARGES: Final[frozenset[str]] = RECLAIMS | {DEDUCTS}
CHARGING: Final = "entry.facts ->> 'does' IN ({})".format(
    ", ".join(f"'{each}'" for each in sorted(CHARGES))
)

# Who is known by name to the others; of whom a clock does not say what he is, is not.
PARTIES: Final = frozenset(get_args(ActingRole)) - SERVICE

# Which entries are for the service alone, and under which condition.
HIDDEN: Final[Mapping[str, str]] = {
    # Who works on it
    "after_sales.assigned": ALWAYS,
    "dispute.assigned": ALWAYS,
    "contact.assigned": ALWAYS,
    "contact.handed_over": ALWAYS,
    # What colleagues write to each other
    "after_sales.noted": NOT_SHOWN,
    "dispute.noted": NOT_SHOWN,
    # What is asked of somebody else
    "after_sales.evidence_asked": "entry.facts ->> 'of' IS DISTINCT FROM 'consumer'",
    "dispute.proof_asked": "NOT coalesce(entry.facts -> 'of' ? 'consumer', false)",
    # What the others settle among themselves; what the consumer is owed stays
    "responsibility.entry_posted": ALWAYS,
    "responsibility.recourse_claimed": ALWAYS,
    "responsibility.recourse_acknowledged": ALWAYS,
    "responsibility.recourse_disputed": ALWAYS,
    "responsibility.recourse_paid": ALWAYS,
    "responsibility.recourse_written_off": ALWAYS,
    "responsibility.score_effect_recorded": ALWAYS,
    # That a matter is open stands beside the matter itself
    "companionship.matter_noted": ALWAYS,
    # What the service weighs before it offers anything; that goodwill is blocked, and
    # until when, whoever it concerns may know and object to
    "resolution.triaged": "NOT coalesce(entry.facts ? 'blocked_until', false)",
    "resolution.proposed": ALWAYS,
    "resolution.superseded": ALWAYS,
    "resolution.approval_asked": ALWAYS,
    "resolution.approved": ALWAYS,
    "resolution.rejected": ALWAYS,
    # What others are charged or asked for beside what the consumer gets
    "resolution.step_started": CHARGING,
    "compensation.reserved": DEDUCTED,
    "compensation.paid": DEDUCTED,
    "compensation.released": DEDUCTED,
    "resolution.step_needs_human": ALWAYS,
    "resolution.outcome_measured": ALWAYS,
}
# Clocks of what the others settle, by the first part of their names.
CLOCKS_HIDDEN: Final = ("acknowledge", "pay", "contest_ruling")


def hidden() -> str:
    """Return the table as one condition over ``entry``, in SQL."""
    names = ", ".join(f"'{name}'" for name in CLOCKS_HIDDEN)
    clocks = (
        "(starts_with(entry.code, 'timer.')"
        f" AND split_part(entry.facts ->> 'timer', '/', 1) IN ({names}))"
    )
    codes = [f"(entry.code = '{code}' AND {when})" for code, when in HIDDEN.items()]
    return "(" + "\n OR ".join([*codes, clocks]) + ")"


def unnamed(facts: Any) -> Any:
    """Return facts in which nobody sees which of the service's people it was."""
    match facts:
        case {"timer": str(), "by": str()} if facts.get("role") not in PARTIES:
            return {**facts, "by": SERVICES_NAME}
        case {"role": role, "name": _} | {"by": str(role), "name": _} if (
            role in SERVICE
        ):
            return {**facts, "name": SERVICES_NAME}
        case dict():
            return {name: unnamed(value) for name, value in facts.items()}
        case list():
            return [unnamed(each) for each in facts]
        case _:
            return facts
