"""What the events of after-sales cases say at a terminal; see ``words``."""

from collections.abc import Mapping
from typing import Final

CASE_SENTENCES: Final[Mapping[str, str]] = {
    "after_sales.opened": "{by} asks for {type} of order {order}{items?: *}"
    "{freight?, postage *}; reason {reason}{evidence?; shown: *}{words?: *}",
    "after_sales.changed": "{by} asks for {type} instead{items?: *}"
    "{freight?, postage *}; reason {reason}{evidence?; shown: *}{words?: *}",
    "after_sales.withdrawn": "{by} let the request go",
    "after_sales.approved": "{by} agreed{policy?, under *}{address?; goods go to *}",
    "after_sales.rejected": "{by} refused: {reason}{evidence?; shown: *}{words?: *}",
    "after_sales.countered": "{by} offers {type}{items?: *}{freight?, postage *}"
    "{words?: *}",
    "after_sales.counter_accepted": "{by} took the offer: {type}{items?: *}"
    "{freight?, postage *}",
    "after_sales.counter_declined": "{by} left the offer{words?: *}",
    "after_sales.return_sent": "{by} sent the goods back by {carrier}, "
    "waybill {waybill}",
    "after_sales.parcel_scanned": "the {direction} parcel scanned: {code}"
    "{raw_code? (carrier's code *)}{text?, *}",
    "after_sales.return_received": "{by} has {items}{evidence?; shown: *}",
    "after_sales.return_judged": "{by} finds the goods {acceptance}{reason?: *}"
    "{accepted?; taken: *}{policy?, under *}{evidence?; shown: *}{words?: *}",
    "after_sales.reception": "{by} says of the reception: {reception}",
    "after_sales.replacement_shipped": "{by} sent goods by {carrier}, "
    "waybill {waybill}{contents?, holding *}",
    "after_sales.replacement_received": "{by}: the goods arrived{policy?, under *}",
    "after_sales.refund_due": "{total} is to go back: {because}{policy?, under *}"
    "{dispute?, dispute *}",
    "after_sales.refund_ordered": "{by} sent refund {refund} off: {amount}, "
    "route {route}",
    "after_sales.refund_succeeded": "refund {refund} arrived: {amount}, route {route}",
    "after_sales.refund_failed": "refund {refund}, route {route}, failed: {failure}",
    "after_sales.refund_recovered": "{amount} of refund {refund} is back",
    "after_sales.escalated": "{by} asked the platform to step in: dispute {dispute}"
    "{words?: *}",
    "after_sales.intervention_ended": "{by}: the platform stepped out of {dispute}",
    "after_sales.ruling_executed": "{by} carried out the ruling in {dispute}"
    "{items?: *}{freight?, postage *}",
    "after_sales.frozen": "{by} set frozen to {frozen}: {reason}",
    "after_sales.defaulted": "{timer} ran out: {does}, under {policy}",
    "after_sales.assigned": "given to {agent? *} by {by}{taken_from?, taken from *}",
    "after_sales.evidence_asked": "{by} asks the {of} to show {shows}{words?: *}",
    "after_sales.evidence_added": "{by} shows {evidence}{words?: *}",
    "after_sales.noted": "{by} noted: {words}",
    "after_sales.merged": "{by} merged it into {into}",
    "after_sales.reopened": "{by} took it up again: {reason}{words?: *}"
    "{dispute?, with dispute *}; it goes on in {status}",
    "after_sales.succeeded": "what was asked is done",
    "after_sales.closed": "closed: {why}{policy?, under *}",
    "after_sales.rated": "{by} rated it {score} of 5{words?: *}",
    "after_sales.reported": "{source} tells of its case {number}: {word}"
    "{type?, *}{status?, *}{amount?, *}{deadline?, due *}",
    "after_sales.inspection_appointed": "{by}: somebody looks at the goods at the "
    "door, {appointed_for}",
    "after_sales.inspection_recorded": "{by} says what was found at the door: {result}"
    "{policy?, under *}",
    "after_sales.ticket_opened": "{by} asks the merchant to act: ticket {ticket}"
    "{words?: *}",
    "after_sales.ticket_answered": "{by} answers ticket {ticket}{words?: *}",
    "after_sales.resolution_confirmed": "{by} says whether it is settled: {resolved}"
    "{policy?, under *}",
    "after_sales.taken_over": "{by}: it carries on for {merged} too",
    "after_sales.fallback_told": "{by}: for goods not sent, {items} can go back",
    "after_sales.contradiction_flagged": "told and known clash: {code} ({about})",
}
