"""A companionship's events as auditors read them."""

from collections.abc import Mapping

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
