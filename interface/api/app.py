"""The HTTP API, put together."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from litestar import Litestar, Request
from litestar.di import Provide
from litestar.types import BeforeMessageSendHookHandler, ControllerRouterHandler

from application.access import Actor
from application.after_sales import AfterSales
from application.audit.explain import Explainer
from application.audit.history import MergedHistories
from application.audit.state import Histories
from application.casework import Casework
from application.compensating import Compensating
from application.consumers import Consumers
from application.contacts import Contacts
from application.desk import AgentDesk
from application.disputes import Disputes
from application.effects.desk import Effects
from application.evidence import EvidenceDesk
from application.incidents.office import IncidentOffice
from application.listing_reports import ListingReports
from application.order_desk import OrderDesk
from application.people import People
from application.policy_set import Policies
from application.projections.decisions import DecisionQueries
from application.projections.matters import MatterQueries
from application.projections.persons import PersonQueries
from application.projections.progress import ReadingProgress
from application.projections.shortfalls import ShortfallQueries
from application.queue import Queue
from application.reading import Reading
from application.resolutions.resolutions import Resolutions
from application.scorecards import ScorecardDesk
from application.shortfall_reports import ShortfallReports
from application.trust import TrustDesk
from application.webhooks.desk import Webhooks
from interface.api import (
    compensations,
    contacts,
    desk,
    documentation,
    effects,
    live_matters,
    macro_runs,
    webhooks,
)
from interface.api.accounts import AccountController
from interface.api.all_shortfalls import ShortfallController
from interface.api.auth import actor_now, doorkeeper
from interface.api.canonical import canonical_line, stopwatch
from interface.api.cases import CaseController
from interface.api.consumers import ConsumerController
from interface.api.context import (
    CorrelationId,
    IdempotencyKey,
    IfMatch,
    OccurredAt,
    asked,
)
from interface.api.deadline import in_time
from interface.api.decisions import DecisionController
from interface.api.disputes import DisputeController
from interface.api.evidence import EvidenceController
from interface.api.evidence_templates import EvidenceTemplateController
from interface.api.flags import FlagController
from interface.api.health import Checks, HealthController
from interface.api.history import HistoryController, asking, reader
from interface.api.incidents import IncidentController, NoticeController
from interface.api.listings import ListingController
from interface.api.live import LiveController, OpenStreams
from interface.api.metrics import Metrics
from interface.api.order_commands import Desks, Posted
from interface.api.orders import OrderController
from interface.api.policies import PolicyController
from interface.api.problem_handlers import HANDLERS
from interface.api.promises import PromiseController
from interface.api.queue import QueueController
from interface.api.resolutions import ResolutionController
from interface.api.scorecards import ScorecardController
from interface.api.shortfalls import OrderShortfallController
from interface.api.stats import ReadStats, StatsController
from interface.api.straight import straight
from interface.api.streams import StreamController
from interface.api.trust import TrustController
from interface.tokens import Tokens

BODY_BYTES_MAX = 1_000_000


class Parts(NamedTuple):
    """What the API is made of; the composition root builds them."""

    tokens: Tokens
    desk: OrderDesk
    consumers: Consumers
    trust: TrustDesk
    scorecards: ScorecardDesk
    evidence: EvidenceDesk
    reading: Reading
    persons: PersonQueries
    people: People
    casework: Casework
    queue: Queue
    matters: MatterQueries
    after_sales: AfterSales
    resolutions: Resolutions
    shortfall_reports: ShortfallReports
    listing_reports: ListingReports
    shortfalls: ShortfallQueries
    disputes: Disputes
    compensating: Compensating
    contacts: Contacts
    agent_desk: AgentDesk
    policies: Policies
    histories: Histories
    explainer: Explainer
    merged: MergedHistories
    decisions: DecisionQueries
    progress: ReadingProgress
    checks: Checks
    metrics: Metrics
    read_stats: ReadStats
    partitions: int
    streams: OpenStreams
    webhooks: Webhooks
    effects: Effects
    incidents: IncidentOffice


async def raw_body(request: Request[Any, Any, Any]) -> bytes:
    """Return the body as it came."""
    return await request.body()


def build_app(
    parts: Parts,
    more: Sequence[ControllerRouterHandler] = (),
    before_send: Sequence[BeforeMessageSendHookHandler] = (),
) -> Litestar:
    """Return the API over these parts, with what else is to be served."""
    desks = Desks(parts.desk, parts.people)

    async def actor(request: Request[Actor, Any, Any]) -> Actor:
        return await actor_now(request.user, parts.persons)

    async def posted(
        request: Request[Actor, Any, Any],
        idempotency_key: IdempotencyKey = None,
        if_match: IfMatch = None,
        occurred_at: OccurredAt = None,
        correlation_id: CorrelationId = None,
    ) -> Posted:
        return Posted(
            asked=asked(idempotency_key, if_match, occurred_at, correlation_id),
            actor=await actor_now(request.user, parts.persons),
            raw=await request.body(),
            desks=desks,
        )

    return Litestar(
        route_handlers=[
            OrderController,
            PromiseController,
            ConsumerController,
            TrustController,
            FlagController,
            ScorecardController,
            IncidentController,
            NoticeController,
            PolicyController,
            EvidenceController,
            EvidenceTemplateController,
            QueueController,
            CaseController,
            DisputeController,
            AccountController,
            ResolutionController,
            OrderShortfallController,
            ShortfallController,
            ListingController,
            *compensations.HANDLERS,
            *contacts.HANDLERS,
            desk.DeskController,
            *macro_runs.HANDLERS,
            LiveController,
            *live_matters.HANDLERS,
            StreamController,
            HistoryController,
            DecisionController,
            StatsController,
            *webhooks.HANDLERS,
            *effects.HANDLERS,
            HealthController,
            *documentation.HANDLERS,
            *more,
        ],
        dependencies={
            "actor": Provide(actor),
            "posted": Provide(posted),
            "asked": Provide(asked, sync_to_thread=False),
            "raw": Provide(raw_body),
            "asking": Provide(asking, sync_to_thread=False),
            "history": Provide(reader, sync_to_thread=False),
            **{
                name: provided(getattr(parts, name))
                for name in Parts._fields
                if name != "tokens"
            },
        },
        middleware=[
            stopwatch,
            in_time,
            doorkeeper(parts.tokens),
            straight(desks, parts.persons),
        ],
        exception_handlers=HANDLERS,
        before_send=[canonical_line(parts.metrics), *before_send],
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=documentation.openapi_config(),
        logging_config=None,
    )


def provided(part: Any) -> Provide:
    """Return how a handler is given one part."""
    return Provide(lambda: part, sync_to_thread=False)
