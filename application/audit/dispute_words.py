"""What an event of a dispute says, in plain words; see ``words``."""

from collections.abc import Mapping
from typing import Final

DISPUTE_SENTENCES: Final[Mapping[str, str]] = {
    "dispute.opened": "{by} opened a dispute about order {order}: {issue}"
    "{case? (case *)}{claimed?, claims *}{exception?, by exception: *}"
    "{evidence?; shown: *}{words?: *}",
    "dispute.negotiation_started": "the two sides try to agree",
    "dispute.offer_made": "on the table: {offer}{words?: *}",
    "dispute.offer_denied": "{by} left offer {offer}{words?: *}",
    "dispute.settled": "{by} settled it: {offer}",
    "dispute.escalated": "{by} handed it to the platform{policy?, under *}",
    "dispute.assigned": "{by}: {duty} is now {person?*}{taken_from?, and was *}",
    "dispute.proof_asked": "{by} asks for evidence (round {number}) of {of}"
    "{shows?: *}{words?, *}",
    "dispute.proof_submitted": "{by} showed {files}{words?: *}",
    "dispute.proof_missed": "{side} showed nothing in round {number}, under {policy}"
    "{silence?; what stands: *}",
    "dispute.round_ended": "round {number} of evidence is over",
    "dispute.fault_contested": "{by} says it is not its fault{files?; shown: *}"
    "{words?: *}",
    "dispute.ruling_issued": "ruling {number} by {by}: {result}{findings?; found: *}"
    "{liability?; shares: *}{awards?; awards: *}{basis?; by *}"
    "{silences?; silent: *}{words?: *}",
    "dispute.enforcement_started": "{by} began to carry the ruling out",
    "dispute.enforcement_completed": "the ruling is carried out, says {by}",
    "dispute.appeal_filed": "{by} appeals, showing {files}{words?: *}",
    "dispute.appeal_decided": "the appeal, by {by}: upheld {upheld}, {result}"
    "{findings?; found: *}{liability?; shares: *}{awards?; awards: *}{basis?; by *}"
    "{words?: *}",
    "dispute.withdrawn": "{by} let the dispute go",
    "dispute.terminated": "ended by {by}: {authority} has it ({reference})",
    "dispute.closed": "closed by {by}{policy?, under *}",
    "dispute.reopened": "{by} took it up again: {reason}{words?, *}",
    "dispute.defaulted": "{timer} ran out, so: {does}, under {policy}",
    "dispute.noted": "a note of {by}: {words}",
    "dispute.rated": "rated {score} of 5 by {by}{words?: *}",
    "dispute.reported": "{source} says of its dispute {number}: {word}{status? (*)}"
    "{outcome?, outcome *}{amount?, *}{deadline?, due *}",
    "dispute.contradiction_flagged": "what is told cannot be so: {code} ({about})",
}
