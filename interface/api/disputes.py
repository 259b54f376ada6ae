"""Disputes over HTTP: opened, argued, proven, ruled, appealed; each party its part."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from msgspec import Meta, Struct

from application.access import Actor, authorize
from application.case_items import AskedLines, Line
from application.casework import Casework, Matter, acting, reading
from application.dispute_view import DisputeView, dispute_view
from application.disputes import Disputes
from application.order_desk import OrderDesk, owners_of
from application.people import People
from application.policy_set import Policies
from domain.after_sales import Case
from domain.dispute import (
    AcceptLiability,
    AcceptOffer,
    AskForProof,
    AssignHandler,
    CloseDispute,
    CompleteEnforcement,
    ContestFault,
    DecideAppeal,
    DenyOffer,
    EndRound,
    EnforceRuling,
    EscalateDispute,
    Exception_,
    ExtendDisputeClock,
    FileAppeal,
    IssueRuling,
    MakeOffer,
    NoteDispute,
    OpenDispute,
    RateDispute,
    ReopenDispute,
    Shown,
    SubmitProof,
    TerminateDispute,
    WithdrawDispute,
)
from domain.kernel import Name
from domain.money import Money
from domain.party import By
from domain.policy.book import Rulebook
from domain.policy.rows import Issue, Where
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
from interface.api.problems import invalid
from interface.api.queue import finder
from interface.api.receipts import ReceiptBody, receipt_answer, versioned
from interface.api.words import Words
from interface.clock import now

DISPUTES: Final = "/v1/disputes"
# The case says who worked on it; whoever asks has no say in that.
HANDLERS: Final = frozenset({"handlers"})

DOORS: Final[Sequence[CaseDoor]] = (
    # The parties among themselves
    CaseDoor("offers", MakeOffer),
    CaseDoor("offer-acceptance", AcceptOffer),
    CaseDoor("offer-refusal", DenyOffer),
    CaseDoor("liability-acceptance", AcceptLiability),
    CaseDoor("escalation", EscalateDispute),
    # What is shown
    CaseDoor("evidence-requests", AskForProof),
    CaseDoor("evidence", SubmitProof),
    CaseDoor("round-end", EndRound),
    CaseDoor("fault-contests", ContestFault),
    # What is decided
    CaseDoor("assignment", AssignHandler, HANDLERS),
    CaseDoor("ruling", IssueRuling, HANDLERS),
    CaseDoor("enforcement", EnforceRuling),
    CaseDoor("enforcement-completion", CompleteEnforcement),
    CaseDoor("appeal", FileAppeal),
    CaseDoor("appeal-decision", DecideAppeal, HANDLERS),
    # How it ends, and is worked on
    CaseDoor("withdrawal", WithdrawDispute),
    CaseDoor("termination", TerminateDispute),
    CaseDoor("closing", CloseDispute),
    CaseDoor("reopening", ReopenDispute),
    CaseDoor("extension", ExtendDisputeClock),
    CaseDoor("notes", NoteDispute),
    CaseDoor("rating", RateDispute),
    CaseDoor("clock-checks", CheckClocks),
)
FRONT: Final = Front("dispute", "dispute.act", DISPUTES, DOORS)
Commands: Final = controller(*FRONT)


class OpenDisputeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is argued about: an after-sales case, or lines of an order without one.

    A merchant names the case, or the order without lines: it claims nothing of it.
    A line without an ``amount`` claims all that was really paid for that quantity.
    ``carrier`` draws a carrier into it.
    """

    case: UUID | None = None
    order: UUID | None = None
    lines: Annotated[tuple[Line, ...], Meta(max_length=500)] = ()
    freight: Money | None = None
    issue: Issue
    exception: Exception_ | None = None
    carrier: Name | None = None
    words: Words | None = None
    evidence: Annotated[tuple[Shown, ...], Meta(max_length=20)] = ()
    where: Where = Where()
    negotiate: bool = True


class DisputePage(Struct, frozen=True, kw_only=True):
    """A dispute as its reader sees it, and what that reader may do now, and where."""

    dispute: DisputeView
    may: tuple[Move, ...]
    links: Mapping[str, str]


class DisputeController(Commands):  # type: ignore[misc, valid-type]  # made from the table of doors
    """Open disputes, list them, read them, and say or ask the rest."""

    @post(
        operation_id="openDispute",
        opt=does("dispute.open", OpenDispute),
        sync_to_thread=True,
        status_code=201,
    )
    def open(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        data: Annotated[OpenDisputeBody, json_like("OpenDisputeBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        desk: NamedDependency[OrderDesk],
        casework: NamedDependency[Casework],
        disputes: NamedDependency[Disputes],
        people: NamedDependency[People],
    ) -> Response[ReceiptBody]:
        """Open a dispute; over a case, the platform steps into it at once."""
        body = strictly(raw, type(data))
        order_id = order_meant(body, casework, actor)
        known = desk.find(actor, "dispute.open", order_id)
        owners = owners_of(known.order)
        by = acting(actor, "dispute.open", owners)
        claims_for_itself(body, by)
        context = asked.context(actor, order_id, OpenDispute, new=True)
        dispute_id = disputes.id_of(order_id, str(context.command_id))
        seal = sealer(people, known.consumer, "dispute")
        command = OpenDispute(
            by=by,
            order=str(order_id),
            case=None if body.case is None else str(body.case),
            consumer=known.consumer,
            issue=body.issue,
            exception=body.exception,
            carrier=body.carrier,
            words=None if body.words is None else seal(body.words),
            evidence=body.evidence,
            where=body.where,
            negotiate=body.negotiate,
        )
        about = filter(None, [command.order, command.case])
        command = casework.opening(command, dispute_id, by, owners, *about)
        lines = AskedLines(body.lines, body.freight)
        receipt = disputes.open(dispute_id, command, context, lines=lines)
        return receipt_answer(receipt, 201, f"{DISPUTES}/{dispute_id}")

    find = finder("dispute", "dispute.read", "findDisputes")
    words = spoken("dispute", "dispute.words", "readDisputeWords")

    @get(
        "/{stream_id:uuid}",
        operation_id="readDispute",
        opt=does("dispute.read"),
        sync_to_thread=True,
    )
    def read(
        self,
        stream_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        casework: NamedDependency[Casework],
        policies: NamedDependency[SkipValidation[Policies]],
    ) -> Response[DisputePage]:
        """Read a dispute: always as it stands now. The ETag is its version."""
        matter = casework.find(actor, "dispute.read", "dispute", stream_id)
        book = policies.for_source(matter.source)
        case = None
        if matter.state.opened is not None and matter.state.opened.case is not None:
            case = casework.known("case", UUID(matter.state.opened.case)).state
        return versioned(page(matter, actor, book, case), matter)


def order_meant(body: OpenDisputeBody, casework: Casework, actor: Actor) -> UUID:
    """Return the order it is about; raises Wrong (400) unless one thing is named."""
    if (body.case is None) == (body.order is None):
        raise invalid("case", "Name the case it is about, or the order: one of them.")
    if body.case is None:
        assert body.order is not None, "one of them is named"
        return body.order
    matter = casework.find(actor, "case.read", "case", body.case)
    authorize(actor, "dispute.open", matter.owners)
    if matter.order_id is None:
        raise invalid("case", "It is of an order that is not known here.")
    return matter.order_id


def claims_for_itself(body: OpenDisputeBody, by: By) -> None:
    """Return unless a merchant claims what only its consumer could; raises Wrong (400).

    What a dispute claims of an order is reserved until it ends. A merchant that could
    reserve the lines of its own sale would take the consumer's remedy away: it argues
    over the case there is, or over the order without claiming anything of it.
    """
    if by.role != "merchant" or body.case is not None:
        return
    if body.lines or body.freight is not None:
        field = "lines" if body.lines else "freight"
        raise invalid(field, "A merchant claims nothing; name the case, or no lines.")


def page(
    matter: Matter, actor: Actor, book: Rulebook, case: Case | None
) -> DisputePage:
    """Return a dispute as this reader sees it now."""
    reader = reading(actor, "dispute.read", matter.owners)
    view = dispute_view(
        matter.stream_id, matter.version, matter.state, reader, book, now(), case
    )
    links = links_of(actor, matter, FRONT.here(matter))
    view, moves = FRONT.offer(view, actor, matter)
    return DisputePage(dispute=view, may=moves, links=links)
