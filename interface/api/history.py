"""One merged history of a matter over HTTP, a page at a time or whole as a table.

Sealed words are opened on request alone, and every opening leaves who did it and why.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, cast
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, QueryParameter
from litestar.response import Stream
from msgspec import Struct

from application.access import Actor
from application.audit.explain import UsedRow
from application.audit.history import Line, Merged, MergedHistories
from application.audit.replay import opened_by
from application.casework import Casework
from application.people import WHY_LENGTH_MAX, People
from application.projections.progress import ReadingProgress
from application.projections.read_models import read_model
from domain.ids import partition_in
from domain.money import Money
from interface.api.auth import does
from interface.api.context import moment
from interface.api.entries import AcceptLanguage, spoken_language
from interface.api.history_csv import CSV, csv_rows
from interface.api.paging import (
    USUAL_LIMIT,
    AtLeast,
    Limit,
    shown,
)
from interface.api.problems import invalid
from interface.wording import Tongue, said

SEALED: Final = "sealed:"

At = Annotated[
    str | None,
    QueryParameter(description="As it was known at this position, such as 7.123."),
]
AsAt = Annotated[
    str | None,
    QueryParameter(description="As it was known at this recorded time (RFC 3339)."),
]
After = Annotated[
    str | None, QueryParameter(description="Only what comes after this position.")
]
Opened = Annotated[
    bool,
    QueryParameter(description="Open sealed words; then say why, as the reason."),
]
Why = Annotated[
    str | None,
    QueryParameter(
        name="reason",
        description="Why words are opened, 1 to 200 characters; it is written down.",
    ),
]
WhyHeader = Annotated[
    str | None,
    HeaderParameter(name="Reason", description="The same, as a header."),
]
Format = Annotated[
    Literal["json", "csv"] | None,
    QueryParameter(name="format", description="csv is the whole, as Accept: text/csv."),
]
Accept = Annotated[str | None, HeaderParameter(name="Accept")]


class LineBody(Struct, frozen=True, kw_only=True):
    """One event of a merged history.

    ``said`` is its sentence in the language asked for. Among ``facts`` words are sealed
    unless they were opened; erased ones are then null. ``money`` is what moved.
    """

    position: str
    recorded_at: datetime
    occurred_at: datetime | None
    noun: str
    stream_id: UUID
    version: int
    type: str
    role: str
    name: str
    said: str
    facts: Mapping[str, Any]
    money: tuple[Money, ...]
    rows: tuple[str, ...]
    event: str
    explanation: str
    unreadable: str | None


class StreamBody(Struct, frozen=True, kw_only=True):
    """A stream of a history; ``state`` leads to how it stood there."""

    stream_id: UUID
    noun: str
    version: int
    state: str


class HistoryBody(Struct, frozen=True, kw_only=True):
    """A merged history up to the position ``at``, a page of it.

    ``streams`` and ``rows`` are those of the whole: what hangs together, and every row
    of the policies that was used. ``next`` is the ``after`` of the next page.
    """

    at: str
    items: Sequence[LineBody]
    next: str | None
    streams: Sequence[StreamBody]
    rows: Sequence[UsedRow]


class Asking(Struct, frozen=True, kw_only=True):
    """What of a history is asked for, and by whom."""

    at: str | None
    as_at: str | None
    after: str | None
    limit: int
    words: bool
    reason: str | None
    tongue: Tongue
    csv: bool


def asking(  # noqa: PLR0913, PLR0917 - one for each thing that can be asked for
    at: At = None,
    as_at: AsAt = None,
    after: After = None,
    limit: Limit = USUAL_LIMIT,
    words: Opened = False,  # noqa: FBT002  # a question of the query
    why: Why = None,
    why_header: WhyHeader = None,
    language: FromQuery[str | None] = None,
    accept_language: AcceptLanguage = None,
    form: Format = None,
    accept: Accept = None,
) -> Asking:
    """Return what the query and the headers ask for."""
    wants_csv = form == "csv" or (form is None and CSV in (accept or ""))
    return Asking(
        at=at,
        as_at=as_at,
        after=after,
        limit=limit,
        words=words,
        reason=why or why_header,
        tongue=spoken_language(language, accept_language),
        csv=wants_csv,
    )


class HistoryReader(Struct, frozen=True):
    """Who reads the history of what, as far as it is the reader's to read."""

    actor: Actor
    casework: Casework
    merged: MergedHistories
    people: People

    def read(
        self, noun: Literal["case", "dispute"], matter_id: UUID, asked: Asking
    ) -> Response[HistoryBody]:
        """Return a page of it, or the whole as CSV; raises NotFound and Wrong."""
        matter = self.casework.find(self.actor, "history.read", noun, matter_id)
        found = self.merged.of(
            matter_id,
            at=position("at", asked.at, matter_id),
            as_at=moment("as_at", asked.as_at),
        )
        after = position("after", asked.after, matter_id) or 0
        lines = [each for each in found.lines if each.position > after]
        page = lines if asked.csv else lines[: asked.limit]
        words = self._words(matter.consumer, page, asked)
        bodies = (line_body(each, asked.tongue, words) for each in page)
        if asked.csv:
            return as_csv(bodies, matter_id)
        more = page[-1].place if len(lines) > len(page) else None
        return Response(history_body(found, tuple(bodies), more))

    def _words(
        self, consumer: str, lines: Iterable[Line], asked: Asking
    ) -> Mapping[str, str | None]:
        """Return the words that are asked for, opened; none without a reason."""
        if not asked.words:
            return {}
        why = (asked.reason or "").strip()
        if not 1 <= len(why) <= WHY_LENGTH_MAX:
            raise invalid(
                "reason", f"Say why words are opened, in 1 to {WHY_LENGTH_MAX} letters."
            )
        sealed = dict.fromkeys(
            value for each in lines for value in sealed_in(each.facts)
        )

        def opening(name: str, values: Sequence[str]) -> Sequence[str | None]:
            pairs = [(name, each) for each in values]
            return self.people.open_many(pairs, actor=self.actor.name, why=why)

        return opened_by(consumer, list(sealed), opening) if sealed else {}


def reader(
    actor: NamedDependency[Actor],
    casework: NamedDependency[Casework],
    merged: NamedDependency[MergedHistories],
    people: NamedDependency[People],
) -> HistoryReader:
    """Return who reads, and what of."""
    return HistoryReader(actor, casework, merged, people)


class HistoryController(Controller):
    """One merged history of a case or a dispute and all that hangs together with it."""

    path = "/v1"
    tags = ("histories",)

    @get(
        "/cases/{stream_id:uuid}/history",
        operation_id="readCaseHistory",
        opt=does("history.read"),
        sync_to_thread=True,
    )
    def case(
        self,
        stream_id: FromPath[UUID],
        history: NamedDependency[HistoryReader],
        asking: NamedDependency[Asking],
        progress: NamedDependency[ReadingProgress],
        at_least: AtLeast = None,
    ) -> Response[HistoryBody]:
        """Read all that happened around a case, oldest first, at any position.

        Its order, contacts, disputes, accounts and compensation, and the rows used.
        """
        shown(progress, read_model("decision"), at_least)
        return history.read("case", stream_id, asking)

    @get(
        "/disputes/{stream_id:uuid}/history",
        operation_id="readDisputeHistory",
        opt=does("history.read"),
        sync_to_thread=True,
    )
    def dispute(
        self,
        stream_id: FromPath[UUID],
        history: NamedDependency[HistoryReader],
        asking: NamedDependency[Asking],
        progress: NamedDependency[ReadingProgress],
        at_least: AtLeast = None,
    ) -> Response[HistoryBody]:
        """Read all that happened around a dispute, as around a case."""
        shown(progress, read_model("decision"), at_least)
        return history.read("dispute", stream_id, asking)


def position(name: str, text: str | None, matter: UUID) -> int | None:
    """Return a position within the partition of a matter; raises Wrong (400)."""
    if text is None:
        return None
    partition, dot, number = text.partition(".")
    own = str(partition_in(matter))
    if not dot or partition != own or not (number.isascii() and number.isdecimal()):
        raise invalid(name, f"It must be a position of this history, such as {own}.7.")
    return int(number)


def history_body(
    found: Merged, items: Sequence[LineBody], more: str | None
) -> HistoryBody:
    """Return a page of a history as the API shows it."""
    return HistoryBody(
        at=f"{found.partition}.{found.at}",
        items=items,
        next=more,
        streams=tuple(
            StreamBody(
                stream_id=each.stream_id,
                noun=each.noun,
                version=each.version,
                state=f"/v1/streams/{each.stream_id}/state?version={each.version}",
            )
            for each in found.streams
        ),
        rows=found.rows,
    )


def line_body(line: Line, tongue: Tongue, words: Mapping[str, str | None]) -> LineBody:
    """Return one event as the API shows it, with what was opened."""
    role, _, name = line.actor.partition(":")
    if line.by is not None:
        role, name = line.by.role, line.by.name
    event = f"/v1/streams/{line.stream_id}/events/{line.version}"
    return LineBody(
        position=line.place,
        recorded_at=line.recorded_at.astimezone(UTC),
        occurred_at=line.occurred_at and line.occurred_at.astimezone(UTC),
        noun=line.noun,
        stream_id=line.stream_id,
        version=line.version,
        type=line.tag,
        role=role,
        name=name,
        said=said(line.tag, line.facts)[tongue],
        facts={
            name: words.get(value, value) if is_sealed(value) else value
            for name, value in line.facts.items()
        },
        money=line.money,
        rows=line.rows,
        event=event,
        explanation=f"{event}/explanation",
        unreadable=line.unreadable,
    )


def sealed_in(facts: Mapping[str, Any]) -> Iterable[str]:
    """Return the sealed values among an event's facts."""
    return (value for value in facts.values() if is_sealed(value))


def is_sealed(value: object) -> bool:
    """Whether a fact is words that are sealed."""
    return isinstance(value, str) and value.startswith(SEALED)


def as_csv(bodies: Iterable[LineBody], matter_id: UUID) -> Response[HistoryBody]:
    """Return the whole as a table that spreadsheets open, line by line."""
    headers = {"Content-Disposition": f'attachment; filename="history-{matter_id}.csv"'}
    answer = Stream(csv_rows(bodies), media_type=CSV, headers=headers)
    return cast("Response[HistoryBody]", answer)
