"""After-sales cases over HTTP: opened by consumers, answered by merchants."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from msgspec import Meta, Struct

from application.access import Actor, Owners, allows
from application.after_sales import AfterSales
from application.after_sales_view import CaseView, case_view
from application.case_items import AskedLines, Line
from application.casework import Casework, Matter, acting, reading
from application.order_desk import OrderDesk, owners_of
from application.people import People
from application.policy_set import Policies
from domain.after_sales import (
    AcceptCounter,
    AddEvidence,
    AnswerTicket,
    AppointInspection,
    ApproveCase,
    AskForEvidence,
    AssignCase,
    CaseType,
    ChangeRequest,
    ConfirmReplacement,
    ConfirmResolved,
    ConfirmReturnReceived,
    CounterOffer,
    DeclineCounter,
    EscalateCase,
    EvidenceItem,
    ExtendClock,
    FreezeCase,
    JudgeReturn,
    MergeCase,
    NoteCase,
    OpenCase,
    OpenTicket,
    OrderRefund,
    RateCase,
    ReasonCode,
    RecordInspection,
    RecordParcelScan,
    RecordReception,
    RecordRecovery,
    RecordRefundResult,
    RejectCase,
    ReopenCase,
    ShipReplacement,
    SubmitReturnWaybill,
    WithdrawCase,
)
from domain.money import Money
from domain.policy.book import Rulebook
from domain.policy.rows import Where
from domain.timer import CheckClocks
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.doors import (
    CaseDoor,
    Front,
    Move,
    controller,
    links_of,
    sealer,
)
from interface.api.examples import json_like
from interface.api.matter_words import spoken
from interface.api.order_commands import strictly
from interface.api.queue import finder
from interface.api.receipts import ReceiptBody, receipt_answer, versioned
from interface.api.words import Words
from interface.clock import now

CASES: Final = "/v1/cases"
DISPUTES: Final = "/v1/disputes"

DOORS: Final[Sequence[CaseDoor]] = (
    # What is asked for, and the merchant's answer
    CaseDoor("changes", ChangeRequest),
    CaseDoor("withdrawal", WithdrawCase),
    CaseDoor("approval", ApproveCase),
    CaseDoor("rejection", RejectCase),
    CaseDoor("counter-offer", CounterOffer),
    CaseDoor("counter-acceptance", AcceptCounter),
    CaseDoor("counter-refusal", DeclineCounter),
    # Goods back, and goods again
    CaseDoor("return-waybill", SubmitReturnWaybill),
    CaseDoor("parcel-scans", RecordParcelScan, action="case.report"),
    CaseDoor("return-receipt", ConfirmReturnReceived),
    CaseDoor("return-judgement", JudgeReturn),
    CaseDoor("reception", RecordReception),
    CaseDoor("replacement", ShipReplacement),
    CaseDoor("replacement-receipt", ConfirmReplacement),
    # Money
    CaseDoor("refunds", OrderRefund),
    CaseDoor("refund-results", RecordRefundResult, action="case.report_money"),
    CaseDoor("recoveries", RecordRecovery, action="case.report_money"),
    # Time, and working on it
    CaseDoor("extension", ExtendClock),
    CaseDoor("freezing", FreezeCase),
    CaseDoor("assignment", AssignCase),
    CaseDoor("evidence-requests", AskForEvidence),
    CaseDoor("evidence", AddEvidence),
    CaseDoor("notes", NoteCase),
    CaseDoor("merging", MergeCase),
    CaseDoor("reopening", ReopenCase),
    CaseDoor("rating", RateCase),
    # Beside the request
    CaseDoor("inspection", AppointInspection),
    CaseDoor("inspection-result", RecordInspection),
    CaseDoor("tickets", OpenTicket),
    CaseDoor("ticket-answers", AnswerTicket),
    CaseDoor("resolution", ConfirmResolved),
    CaseDoor("clock-checks", CheckClocks),
)
FRONT: Final = Front("case", "case.act", CASES, DOORS)
Commands: Final = controller(*FRONT)


class OpenCaseBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be made good, for which lines of an order.

    A line without an ``amount`` asks for all that was really paid for that quantity.
    """

    order: UUID
    type: CaseType
    lines: Annotated[tuple[Line, ...], Meta(max_length=500)]
    freight: Money | None = None
    reason: ReasonCode
    words: Words | None = None
    evidence: Annotated[tuple[EvidenceItem, ...], Meta(max_length=20)] = ()
    where: Where = Where()


class CasePage(Struct, frozen=True, kw_only=True):
    """A case as its reader sees it, and what that reader may do now, and where."""

    case: CaseView
    may: tuple[Move, ...]
    links: Mapping[str, str]


class CaseController(Commands):  # type: ignore[misc, valid-type]  # made from the table of doors
    """Open cases, list them, read them, and say or ask the rest."""

    @post(
        operation_id="openCase",
        opt=does("case.open", OpenCase),
        sync_to_thread=True,
        status_code=201,
    )
    def open(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        data: Annotated[OpenCaseBody, json_like("OpenCaseBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        desk: NamedDependency[OrderDesk],
        after_sales: NamedDependency[AfterSales],
        casework: NamedDependency[Casework],
        people: NamedDependency[People],
    ) -> Response[ReceiptBody]:
        """Ask for something to be made good; ``stream_id`` names the case."""
        body = strictly(raw, type(data))
        known = desk.find(actor, "case.open", body.order)
        context = asked.context(actor, body.order, OpenCase, new=True)
        case_id = after_sales.id_of(body.order, str(context.command_id))
        seal = sealer(people, known.consumer, "case")
        owners = owners_of(known.order)
        by = acting(actor, "case.open", owners)
        command = OpenCase(
            by=by,
            order=str(body.order),
            consumer=known.consumer,
            type=body.type,
            items=(),  # The order says what was paid for the lines asked about.
            reason=body.reason,
            words=None if body.words is None else seal(body.words),
            evidence=body.evidence,
            where=body.where,
        )
        command = casework.opening(command, case_id, by, owners, str(body.order))
        lines = AskedLines(body.lines, body.freight)
        receipt = after_sales.open(case_id, body.order, command, context, lines=lines)
        return receipt_answer(receipt, 201, f"{CASES}/{case_id}")

    find = finder("case", "case.read", "findCases")
    words = spoken("case", "case.words", "readCaseWords")

    @get(
        "/{stream_id:uuid}",
        operation_id="readCase",
        opt=does("case.read"),
        sync_to_thread=True,
    )
    def read(
        self,
        stream_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        casework: NamedDependency[Casework],
        policies: NamedDependency[SkipValidation[Policies]],
    ) -> Response[CasePage]:
        """Read a case: always as it stands now. The ETag is its version."""
        matter = casework.find(actor, "case.read", "case", stream_id)
        book = policies.for_source(matter.source)
        return versioned(page(matter, actor, book), matter)


def page(matter: Matter, actor: Actor, book: Rulebook) -> CasePage:
    """Return a case as this reader sees it now."""
    reader = reading(actor, "case.read", matter.owners)
    view = case_view(
        matter.stream_id, matter.version, matter.state, reader.role, book, now()
    )
    links = links_of(actor, matter, FRONT.here(matter))
    view, moves = FRONT.offer(view, actor, matter)
    # Help is asked of a dispute.
    if EscalateCase.__name__ in view.may and may_dispute(actor, matter):
        moves = (*moves, Move("openDispute", DISPUTES))
    return CasePage(case=view, may=moves, links=links)


def may_dispute(actor: Actor, matter: Matter) -> bool:
    """Whether this reader could open a dispute over a case: its order has to be here.

    It is asked of the order, so both have to be the reader's.
    """
    whose = (matter.owners, matter.of_order)
    known = matter.of_order != Owners()
    return known and all(allows(actor, "dispute.open", each) for each in whose)
