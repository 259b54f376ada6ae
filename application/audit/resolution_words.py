"""What happened in a proactive resolution, in plain words."""

from collections.abc import Mapping
from typing import Final

RESOLUTION_SENTENCES: Final[Mapping[str, str]] = {
    "resolution.opened": "{by} saw that order {order} of {consumer} falls short "
    "(resolution {number}): {shortfall}{incident?, in incident *}",
    "resolution.shortfall_attached": "{by} added to it: {shortfall}",
    "resolution.shortfall_healed": "{shortfall} cleared, by {cleared_by}",
    "resolution.triaged": "{by} says how grave it is: {severity}"
    "{block?; goodwill is blocked: *}",
    "resolution.dismissed": "{by} let it be: {reason}{words?: *}",
    "resolution.self_healed": "everything cleared before anything was done",
    "resolution.proposed": "{by} proposed, round {round}, resting on {rests_on}; "
    "owed: {minimum}{plans?; over it: *}{experiment?; drawn in *}"
    "{before_fen?; * beside it within a day}",
    "resolution.superseded": "round {round} stands no more: {reason}",
    "resolution.approval_asked": "{plan} ({hash}), {amount_fen}, waits for {role}, "
    "under {policy}",
    "resolution.approved": "{by} approved {plan} ({hash}), {amount_fen}, "
    "under {policy}",
    "resolution.rejected": "{by} sent round {round} back: {reason}{words?: *}",
    "resolution.offered": "{by} offered {plans} until {expires_at}: {reason}; "
    "silence means {on_silence}, under {policy}",
    "resolution.accepted": "{by} took {plan} ({hash})",
    "resolution.declined": "{by} took none{reason?: *}{words?: *}",
    "resolution.countered": "{by} asks for something else: {wish}{words?: *}",
    "resolution.expired": "nobody answered: {on_silence}, under {policy}",
    "resolution.execution_started": "{by} had {plan} ({hash}) carried out{steps?: *}",
    "resolution.step_started": "{by} began {step}, attempt {attempt}: {does}"
    "{matter?; in *}",
    "resolution.step_succeeded": "{step} done, attempt {attempt}"
    "{reference?, known as *}",
    "resolution.step_failed": "{step} failed, attempt {attempt}: {reason}",
    "resolution.step_compensated": "{by} undid {step}{reference?, known as *}",
    "resolution.step_needs_human": "{step} needs somebody: {reason}",
    "resolution.step_settled": "{by} decided of {step}: {way} ({reason})",
    "resolution.executed": "{plan} is carried out, {paid_fen} paid",
    "resolution.confirmed": "{by} says it is made good{score?: * of 5}",
    "resolution.reopened": "{by} took it up again: {reason}",
    "resolution.handed_to_dispute": "{by} hands it over to be judged{dispute?, in *}",
    "resolution.outcome_measured": "{after_days} days after: complained later "
    "{complained_later}, refunded again {refunded_again}, bought again "
    "{bought_again}{score?, * of 5}{paid_by?; borne: *}",
}
