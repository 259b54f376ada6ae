"""The trust balance over HTTP: read point by point, contested, and answered."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Struct

from application.access import Actor
from application.projections.paging import BadCursor, key_of, page
from application.projections.progress import ReadingProgress
from application.projections.read_models import read_model
from application.trust import Answered, Contested, TrustDesk
from domain.kernel import Code, LongName
from domain.money import Money
from domain.trust import (
    Amended,
    AnswerContest,
    Balance,
    Contest,
    ContestPoint,
    Correction,
    Outcome,
    Point,
    Reason,
    Standing,
    Totals,
    What,
)
from domain.trust.points import Ended
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.entries import AcceptLanguage, spoken_language
from interface.api.examples import json_like
from interface.api.names import NameInPath
from interface.api.order_commands import strictly
from interface.api.paging import (
    USUAL_LIMIT,
    AtLeast,
    Cursor,
    Limit,
    shown,
)
from interface.api.receipts import ReceiptBody, receipt_answer
from interface.api.words import Words
from interface.wording import LANGUAGES, Tongue

TRUST: Final = "/{consumer:str}/trust"


class ContestPointBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which point is not so: its ``event`` and ``what``, as the balance names them."""

    event: LongName
    what: What
    reason: Reason
    words: Words | None = None


class AnswerContestBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The point is upheld as it stands, or is what ``correction`` says."""

    event: LongName
    what: What
    outcome: Outcome
    because: Code
    correction: Correction | None = None
    words: Words | None = None


class PointBody(Struct, frozen=True, kw_only=True):
    """One thing the balance counts, and the event it rests on; fields as of Point.

    ``said`` is what it counts in the language asked for, ``text`` in all of them.
    ``href`` leads to the event.
    """

    what: What
    said: str
    text: Mapping[Tongue, str]
    event: str
    place: str
    tag: str
    consumer: str
    at: datetime
    about: str
    order: str | None
    minutes: int | None
    amount: Money | None
    score: int | None
    since: datetime | None
    until: datetime | None
    ended: Ended | None
    standing: Standing
    counts: bool
    replaced_by: str | None
    contests: tuple[Contest, ...]
    before: Amended | None
    href: str


class TrustBody(Struct, frozen=True, kw_only=True):
    """How we kept faith with a consumer: what the points come to, and a page of them.

    It is our account, not the consumer's: there is no score in it.
    """

    totals: Totals
    open_contests: int
    items: Sequence[PointBody]
    next: str | None


class Place(Struct, frozen=True, array_like=True):
    """Where a point stands: a point is named by its event and what it counts."""

    event: str
    what: What


class TrustController(Controller):
    """The trust balance of a person, and the contests of its points."""

    path = "/v1/consumers"
    tags = ("consumers",)

    @get(TRUST, operation_id="readTrust", opt=does("trust.read"), sync_to_thread=True)
    def read(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        request: Request[Actor, None, Any],
        consumer: NameInPath,
        actor: NamedDependency[Actor],
        trust: NamedDependency[TrustDesk],
        progress: NamedDependency[ReadingProgress],
        language: FromQuery[str | None] = None,
        accept_language: AcceptLanguage = None,
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
        at_least: AtLeast = None,
    ) -> Response[TrustBody]:
        """Read how faith was kept with a person, newest point first, and the totals."""
        del request
        tongue = spoken_language(language, accept_language)
        shown(progress, read_model("timeline"), at_least)
        found = trust.read(actor, consumer)
        rest = after(found.points, cursor)
        body = trust_body(found, rest, limit, tongue)
        headers = {"Content-Language": tongue, "Vary": "Accept-Language"}
        return Response(body, headers=headers)

    @post(
        f"{TRUST}/contests",
        operation_id="contestTrustPoint",
        opt=does("trust.contest", ContestPoint),
        sync_to_thread=True,
        status_code=200,
    )
    def contest(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        consumer: NameInPath,
        data: Annotated[ContestPointBody, json_like("ContestPointBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        trust: NamedDependency[TrustDesk],
    ) -> Response[ReceiptBody]:
        """Say that a point of the balance is not so."""
        body = strictly(raw, type(data))
        context = asked.context(actor, trust.id_of(consumer), ContestPoint, new=True)
        seal = trust.sealer(actor, "trust.contest", consumer, body.event)
        said = Contested(
            event=body.event,
            what=body.what,
            reason=body.reason,
            words=seal(body.words),
        )
        return receipt_answer(trust.contest(actor, consumer, said, context))

    @post(
        f"{TRUST}/contests/answers",
        operation_id="answerTrustContest",
        opt=does("trust.answer", AnswerContest),
        sync_to_thread=True,
        status_code=200,
    )
    def answer(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        consumer: NameInPath,
        data: Annotated[AnswerContestBody, json_like("AnswerContestBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        trust: NamedDependency[TrustDesk],
    ) -> Response[ReceiptBody]:
        """Answer a contest: the point is upheld, or corrected and shown as such."""
        body = strictly(raw, type(data))
        context = asked.context(actor, trust.id_of(consumer), AnswerContest, new=True)
        seal = trust.sealer(actor, "trust.answer", consumer, body.event)
        said = Answered(
            event=body.event,
            what=body.what,
            outcome=body.outcome,
            because=body.because,
            correction=body.correction,
            words=seal(body.words),
        )
        return receipt_answer(trust.answer(actor, consumer, said, context))


def after(points: Sequence[Point], cursor: str | None) -> Sequence[Point]:
    """Return the points after those of the page before; raises BadCursor."""
    if cursor is None:
        return points
    last = key_of(cursor, Place)
    for number, each in enumerate(points, start=1):
        if place(each) == last:
            return points[number:]
    raise BadCursor(cursor)


def place(point: Point) -> Place:
    """Return where a point stands."""
    return Place(point.event, point.what)


def trust_body(
    found: Balance, rest: Sequence[Point], limit: int, tongue: Tongue
) -> TrustBody:
    """Return the totals, and one page of the points."""
    rows = page(rest[: limit + 1], limit, place)
    return TrustBody(
        totals=found.totals,
        open_contests=found.open_contests,
        items=tuple(point_body(each, tongue) for each in rows.rows),
        next=rows.next,
    )


def point_body(point: Point, tongue: Tongue) -> PointBody:
    """Return a point as the API shows it."""
    text = {name: LANGUAGES[name].word(f"point:{point.what}") for name in LANGUAGES}
    stream, _, version = point.event.rpartition("/")
    told: dict[str, Any] = {
        name: getattr(point, name)
        for name in PointBody.__struct_fields__
        if name in Point.__struct_fields__
    }
    told["at"] = point.at.astimezone(UTC)
    href = f"/v1/streams/{stream}/events/{version}"
    return PointBody(said=text[tongue], text=text, href=href, **told)
