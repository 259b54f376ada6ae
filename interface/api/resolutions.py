"""Resolutions over HTTP: seen, previewed, approved, offered, taken and carried out."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, PathParameter, QueryParameter

from application.access import Actor, scope
from application.casework import Casework, Matter, acting
from application.projections.matters import MatterQueries, Wanted
from application.projections.progress import ReadingProgress
from application.projections.read_models import read_model
from application.queue import Queue
from application.resolutions.resolutions import Resolutions
from application.resolutions.said import Proposing
from application.scorecards import ScorecardDesk
from domain.kernel import Command
from domain.party import By
from domain.plan import Block
from domain.resolution import (
    ApprovePlan,
    NotNow,
    ProposePlans,
    SettleStep,
    StalePreview,
    TriageResolution,
)
from domain.resolution.values import ResolutionStatus
from domain.shortfall import ShortfallCode
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.examples import json_like
from interface.api.matter_words import spoken
from interface.api.names import NameAsked
from interface.api.order_commands import strictly
from interface.api.paging import (
    USUAL_LIMIT,
    AtLeast,
    Cursor,
    Limit,
    Listed,
    shown,
)
from interface.api.preview_page import PreviewPage
from interface.api.problems import invalid
from interface.api.queue import OF_ALL, MatterFound, Open, found
from interface.api.receipts import ReceiptBody, receipt_answer, versioned
from interface.api.resolution_bodies import (
    ApprovePlanBody,
    ProposePlansBody,
    SettleStepBody,
    TriageBody,
    seen,
    stale_answer,
)
from interface.api.resolution_doors import Commands
from interface.api.resolution_page import ResolutionPage, page
from interface.clock import now

Flag = Annotated[
    str | None,
    QueryParameter(
        pattern="^[a-z_]{1,40}$",
        description="Only what is so flagged: proposal_due, approval_due, steps_due, "
        "undo_due, needs_human, blocked, complained, incident.",
    ),
]
PlanInPath = Annotated[str, PathParameter(pattern="^[a-z][a-z0-9_-]{0,49}$")]


class ResolutionController(Commands):  # type: ignore[misc, valid-type]  # made from the table of doors
    """List resolutions, read them, and say or ask the rest."""

    words = spoken("resolution", "resolution.words", "readResolutionWords")

    @get(
        operation_id="findResolutions",
        opt=does("resolution.read"),
        sync_to_thread=True,
    )
    def find(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        request: Request[Actor, None, Any],
        actor: NamedDependency[Actor],
        queue: NamedDependency[Queue],
        progress: NamedDependency[ReadingProgress],
        status: FromQuery[ResolutionStatus | None] = None,
        final: Open = None,
        flag: Flag = None,
        code: FromQuery[ShortfallCode | None] = None,
        merchant: NameAsked = None,
        consumer: NameAsked = None,
        order: FromQuery[UUID | None] = None,
        incident: NameAsked = None,
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
        at_least: AtLeast = None,
    ) -> Response[Listed[MatterFound]]:
        """List resolutions, soonest due first; parties see their own."""
        staff = scope(actor, "resolution.read").everything
        if flag is not None and not staff and flag not in OF_ALL:
            raise invalid("flag", "Only the service asks for this one.")
        wanted = Wanted(
            nouns=("resolution",),
            status=status,
            final=final,
            flag=flag,
            kind=code,
            merchant=merchant,
            consumers=None if consumer is None else (consumer,),
            order_id=order,
            number=incident,
        )
        shown(progress, read_model("matter"), at_least)
        return found(request, actor, queue, "resolution.read", wanted, limit, cursor)

    @get(
        "/{stream_id:uuid}",
        operation_id="readResolution",
        opt=does("resolution.read"),
        sync_to_thread=True,
    )
    def read(
        self,
        stream_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        casework: NamedDependency[Casework],
        resolutions: NamedDependency[Resolutions],
    ) -> Response[ResolutionPage]:
        """Read a resolution: always as it stands now. The ETag is its version."""
        matter = casework.find(actor, "resolution.read", "resolution", stream_id)
        book = resolutions.rules(matter.source)
        return versioned(page(matter, actor, now(), book), matter)

    @get(
        "/{stream_id:uuid}/preview",
        operation_id="previewResolution",
        opt=does("resolution.preview"),
        sync_to_thread=True,
    )
    def preview(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        stream_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        casework: NamedDependency[Casework],
        resolutions: NamedDependency[Resolutions],
        scorecards: NamedDependency[ScorecardDesk],
        matters: NamedDependency[MatterQueries],
        industry: NameAsked = None,
    ) -> Response[PreviewPage]:
        """Say what it would cost now, whom, and under which hash; nothing is written.

        The hash of a plan is what is approved and carried out, or refused as stale.
        The effect on the merchant's score is by the weights of its ``industry``, where
        it is said and the rules have some; else by the usual ones.
        """
        matter = casework.find(actor, "resolution.preview", "resolution", stream_id)
        view = seen(matter, resolutions, scorecards, matters, industry)
        return versioned(view, matter)

    @post(
        "/{stream_id:uuid}/proposals",
        operation_id="resolutionProposePlans",
        opt=does("resolution.act", ProposePlans),
        sync_to_thread=True,
        status_code=200,
    )
    def propose(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        stream_id: FromPath[UUID],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        casework: NamedDependency[Casework],
        resolutions: NamedDependency[Resolutions],
        data: Annotated[ProposePlansBody | None, json_like("ProposePlansBody")] = None,
    ) -> Response[ReceiptBody]:
        """Propose anew: what the rules make of it now, or plans of your own."""
        del data  # Described to readers; here is the strict reading.
        body = strictly(raw, ProposePlansBody)
        matter = casework.find(actor, "resolution.act", "resolution", stream_id)
        by = acting(actor, "resolution.act", matter.owners)
        context = asked.context(actor, stream_id, ProposePlans)
        said = Proposing(
            by=by, plans=body.plans, offer=body.offer, experiment=body.experiment
        )
        return receipt_answer(resolutions.propose(stream_id, said, context))

    @post(
        "/{stream_id:uuid}/approval",
        operation_id="resolutionApprovePlan",
        opt=does("resolution.approve", ApprovePlan),
        sync_to_thread=True,
        status_code=200,
    )
    def approve(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        stream_id: FromPath[UUID],
        data: Annotated[ApprovePlanBody, json_like("ApprovePlanBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        casework: NamedDependency[Casework],
        resolutions: NamedDependency[Resolutions],
        scorecards: NamedDependency[ScorecardDesk],
        matters: NamedDependency[MatterQueries],
    ) -> Response[ReceiptBody]:
        """Approve a plan as it was previewed, and offer it to the consumer at once.

        Where the ground moved since it is refused as stale (409), and the answer holds
        the preview as it is now.
        """
        body = strictly(raw, type(data))
        action: Final = "resolution.approve"
        context = asked.context(actor, stream_id, ApprovePlan, hashed=True)

        def command(_matter: Matter, by: By) -> Command:
            return ApprovePlan(by=by, plan=body.plan, hash=body.hash)

        try:
            receipt = casework.take(
                actor, action, "resolution", stream_id, command, context
            )
        except StalePreview as stale:
            matter = casework.find(actor, action, "resolution", stream_id)
            view = seen(matter, resolutions, scorecards, matters)
            return stale_answer(stale, view)
        return receipt_answer(receipt)

    @post(
        "/{stream_id:uuid}/triage",
        operation_id="resolutionTriageResolution",
        opt=does("resolution.act", TriageResolution),
        sync_to_thread=True,
        status_code=200,
    )
    def triage(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        stream_id: FromPath[UUID],
        data: Annotated[TriageBody, json_like("TriageBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        casework: NamedDependency[Casework],
    ) -> Response[ReceiptBody]:
        """Block goodwill for this resolution, or as a senior agent let it go again."""
        body = strictly(raw, type(data))
        context = asked.context(actor, stream_id, TriageResolution)

        def command(matter: Matter, by: By) -> Command:
            severity, told = matter.state.severity, body.block
            if severity is None:
                raise NotNow(status=matter.state.status)
            block = None
            if told is not None:
                name = str(context.command_id)
                block = Block(reason=told.reason, until=told.until, flag=name)
            return TriageResolution(by=by, severity=severity, block=block)

        receipt = casework.take(
            actor, "resolution.act", "resolution", stream_id, command, context
        )
        return receipt_answer(receipt)

    @post(
        "/{stream_id:uuid}/steps/{turn:int}/{plan:str}/{number:int}/settlement",
        operation_id="resolutionSettleStep",
        opt=does("resolution.act", SettleStep),
        sync_to_thread=True,
        status_code=200,
    )
    def settle(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        stream_id: FromPath[UUID],
        turn: FromPath[int],
        plan: PlanInPath,
        number: FromPath[int],
        data: Annotated[SettleStepBody, json_like("SettleStepBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        casework: NamedDependency[Casework],
    ) -> Response[ReceiptBody]:
        """Decide what becomes of a step that needs a person.

        The three parts of the address are the step's key, such as 1/refund/2.
        """
        body = strictly(raw, type(data))
        key = f"{turn}/{plan}/{number}"
        context = asked.context(actor, stream_id, SettleStep)

        def command(_matter: Matter, by: By) -> Command:
            return SettleStep(by=by, step=key, way=body.way, reason=body.reason)

        receipt = casework.take(
            actor, "resolution.act", "resolution", stream_id, command, context
        )
        return receipt_answer(receipt)
