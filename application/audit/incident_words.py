"""What happened in an incident, in plain words."""

from collections.abc import Mapping
from typing import Final

INCIDENT_SENTENCES: Final[Mapping[str, str]] = {
    "incident.declared": "{by} declared incident {number}, {kind}: {reason}, "
    "from {begins}{ends? until *}{source?, of orders of *}; affected: {selector}",
    "incident.scope_revised": "{by} revised who is affected: {reason}{ends?, until *}; "
    "affected: {selector}",
    "incident.scope_frozen": "{by} froze who is affected as of {snapshot}: {orders} "
    "orders, digest {digest}",
    "incident.orders_included": "{by} named chunk {chunk} of the orders affected "
    "(late: {late}){orders?: *}",
    "incident.orders_excluded": "{by} left out{orders?: *}",
    "incident.impact_estimated": "{by} estimated on {rests_on}: {impact}",
    "incident.plan_drafted": "{by} drafted the plan of each segment: {segments}",
    "incident.budget_approved": "{by} granted {total_max_fen} in all and "
    "{per_order_max_fen} for an order, on {rests_on}, under {policy}",
    "incident.pilot_started": "{by} had it tried on {orders} orders",
    "incident.rollout_expanded": "{by} had it rolled out, {orders_per_minute} orders "
    "a minute",
    "incident.paused": "{by} paused it: {reason}",
    "incident.resumed": "{by} had it go on",
    "incident.rollback_ordered": "{by} had taken back what nobody took yet: {reason}",
    "incident.withdrawn": "{by} withdrew it before anything was handed out: {reason}",
    "incident.budget_reserved": "{by} set aside {fen} for batch {batch}{orders?: *}",
    "incident.budget_settled": "{by} handed out batch {batch}{offered? to *}"
    "{left_out?; left out: *}; {released_fen} is free again",
    "incident.budget_spent": "{by} recorded what it cost ({chunk}), {fen} in all"
    "{spent?: *}; {released_fen} is free again",
    "incident.exemption_set": "{by} let nobody be in breach for it, by {policy}",
    "incident.notice_published": "{by} told everybody: {words_zh} / {words_en}",
    "incident.completed": "{by} said that it is over",
    "incident.reviewed": "{by} reviewed it: {cause}{lessons?; learnt: *}",
}
