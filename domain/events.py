"""The closed union of every event there is."""

from typing import get_args

from domain.after_sales.events import CaseEvent
from domain.agent_promise import AgentPromiseEvent
from domain.companionship.events import CompanionshipEvent
from domain.compensation.events import CompensationEvent
from domain.consumer import ConsumerEvent
from domain.contact import ContactEvent
from domain.desk import DeskEvent
from domain.dispute.events import DisputeEvent
from domain.evidence import EvidenceEvent
from domain.incident.events import IncidentEvent
from domain.kernel import Event
from domain.order.events import OrderEvent
from domain.policy_set.events import PolicySetEvent
from domain.resolution.events import ResolutionEvent
from domain.responsibility.events import ResponsibilityEvent
from domain.timer import TimerEvent
from domain.trust import TrustEvent

AnyEvent = (
    OrderEvent
    | ConsumerEvent
    | ContactEvent
    | CaseEvent
    | DisputeEvent
    | AgentPromiseEvent
    | EvidenceEvent
    | PolicySetEvent
    | DeskEvent
    | ResponsibilityEvent
    | CompensationEvent
    | CompanionshipEvent
    | ResolutionEvent
    | TrustEvent
    | IncidentEvent
    | TimerEvent
)

ALL_EVENTS: tuple[type[Event], ...] = get_args(AnyEvent)
