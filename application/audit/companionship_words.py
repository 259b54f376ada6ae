"""A companionship's events as auditors read them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from application.audit.spelt import moment
from domain.companionship.values import CheckIn, MatterRef

COMPANIONSHIP_SENTENCES: Mapping[str, str] = {
    "companionship.started": "{by} goes beside {consumer} until {ends_at}, from "
    "{anchor} at {anchored_at}, order {order}{merchant? of *}{creator?, creator *}"
    "{check_ins?; looks: *}; under {policy}",
    "companionship.prolonged": "{by} stays until {ends_at}: {reason}, under {policy}",
    "companionship.check_in_reached": "{by} looked at it ({name}): {finding}",
    "companionship.matter_noted": "{by} noted {matter}, open: {open}",
    "companionship.rated": "{by} rated the days {score} of 5{tags?: *}",
    "companionship.closed": "{by} ended the days: {outcome}; {shortfalls} fell short, "
    "{made_good} made good",
    "shortfall.detected": "{by} noticed for {consumer}, order {order}: {shortfall}"
    "{resolution?; seen to in *}",
    "shortfall.cleared": "{shortfall} cleared by {cleared_by}, says {by}{facts?: *}",
    "shortfall.contested": "{by} says {shortfall} is not so: {reason}",
}


def check_in_words(value: CheckIn) -> str:
    """Return a planned look at the order: its name, and when."""
    return f"{value.name} at {moment(value.at)}"


def matter_words(value: MatterRef) -> str:
    """Return a matter of the order."""
    return f"{value.kind} {value.id}"


COMPANIONSHIP_VALUES: Final[Mapping[type, Callable[[Any], str]]] = {
    CheckIn: check_in_words,
    MatterRef: matter_words,
}
