"""The events a trust balance is read from."""

from typing import Final, get_args

from domain.after_sales import CaseOpened, CaseRated, RefundSucceeded
from domain.agent_promise import PromiseBreached as AgentBreached
from domain.agent_promise import PromiseKept as AgentKept
from domain.agent_promise import PromiseMade as AgentPromised
from domain.agent_promise import PromisePutOff as AgentPutOff
from domain.companionship.events import CompanionshipRated
from domain.compensation import (
    CompensationPaid,
    CompensationReserved,
    GoodwillReserved,
)
from domain.contact import ContactAnswered, ContactRated
from domain.dispute import DisputeOpened, DisputeRated
from domain.kernel import Event
from domain.order.claims import RefundReported
from domain.order.events import (
    OrderCancelled,
    PromiseBreached,
    PromiseCleared,
    PromiseKept,
    PromiseRenegotiated,
    PromiseReopened,
    PromiseStarted,
    PromiseVoided,
    PromiseWaived,
    ReviewRecorded,
)
from domain.resolution.events import ResolutionConfirmed, ResolutionOpened
from domain.timer import TimerBreached
from domain.trust.contest import TrustEvent

OfPromise = (
    PromiseKept
    | PromiseCleared
    | PromiseBreached
    | PromiseWaived
    | PromiseVoided
    | PromiseReopened
    | PromiseStarted
    | PromiseRenegotiated
)
OfAgent = AgentPromised | AgentPutOff | AgentKept | AgentBreached
OfMoney = (
    RefundSucceeded
    | RefundReported
    | CompensationReserved
    | GoodwillReserved
    | CompensationPaid
)
Opened = CaseOpened | DisputeOpened | ResolutionOpened
Rated = (
    ContactRated
    | CaseRated
    | DisputeRated
    | ReviewRecorded
    | ResolutionConfirmed
    | CompanionshipRated
)
OfWaiting = OrderCancelled | ContactAnswered | TimerBreached
Folded = OfPromise | OfAgent | OfMoney | Opened | Rated | OfWaiting
Counted = Folded | TrustEvent

# Whoever loads them loads their streams whole: what counts may depend on what was said
# before.
COUNTED: Final[tuple[type[Event], ...]] = get_args(Counted)
