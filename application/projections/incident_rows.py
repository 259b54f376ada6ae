"""How the board of incidents is filled: how each stands, what became of offers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from psycopg import Cursor
from psycopg.rows import class_row

from application.event_store.envelope import RecordedEvent
from application.projections.runtime import Projection, columns, replaced
from domain.incident import (
    IncidentCompleted,
    IncidentDeclared,
    IncidentPaused,
    IncidentResumed,
    IncidentReviewed,
    IncidentWithdrawn,
    NoticePublished,
    PilotStarted,
    RollbackOrdered,
    RolloutExpanded,
    ScopeRevised,
)
from domain.planning import MINIMUM
from domain.resolution.events import (
    OfferExpired,
    PlanAccepted,
    PlanExecuted,
    PlansCountered,
    PlansDeclined,
    PlansOffered,
    PlansRejected,
    PlansSuperseded,
    ResolutionConfirmed,
    ResolutionDismissed,
    ResolutionHandedOver,
    ResolutionOpened,
    ResolutionReopened,
    ResolutionSelfHealed,
    StepNeedsHuman,
)

INCIDENT_EVENTS: Final = (
    IncidentDeclared,
    ScopeRevised,
    PilotStarted,
    RolloutExpanded,
    IncidentPaused,
    IncidentResumed,
    RollbackOrdered,
    IncidentWithdrawn,
    IncidentCompleted,
    IncidentReviewed,
    NoticePublished,
)
# What became of an offer, by the last thing that happened to it.
STANDINGS: Final[Mapping[type, str]] = {
    PlansOffered: "offered",
    PlanAccepted: "accepted",
    PlansDeclined: "declined",
    PlansCountered: "countered",
    PlansRejected: "rejected",
    PlansSuperseded: "superseded",
    OfferExpired: "expired",
    PlanExecuted: "executed",
    StepNeedsHuman: "failed",
    ResolutionConfirmed: "resolved",
    ResolutionDismissed: "dismissed",
    ResolutionSelfHealed: "healed",
    ResolutionHandedOver: "disputed",
    ResolutionReopened: "reopened",
}
# Then it may be known what it cost.
ENDED: Final = frozenset(
    {"executed", "expired", "resolved", "dismissed", "healed", "disputed", "declined"}
    | {"rejected"}
)

LOAD = """
SELECT partition, stream_id, version, number, kind, reason, source, phase, paused, over,
       to_jsonb(merchants)::text AS merchants, notice_zh, notice_en, notice_at,
       declared_at, ends_at
  FROM incident_v1
  JOIN unnest(%(partition)b::smallint[], %(stream_id)b::uuid[])
       AS touched (partition, stream_id) USING (partition, stream_id)
"""


class Place(Struct, frozen=True):
    """Where a stream lies, partition first."""

    partition: int
    stream_id: UUID


class StoredIncident(Struct, frozen=True, kw_only=True):
    """A row: an incident as it stands; ``merchants`` are JSON on their way."""

    partition: int
    stream_id: UUID
    version: int
    number: str
    kind: str
    reason: str
    source: str | None
    phase: str = "preparing"
    paused: bool = False
    over: bool = False
    merchants: str = "[]"
    notice_zh: str | None = None
    notice_en: str | None = None
    notice_at: datetime | None = None
    declared_at: datetime
    ends_at: datetime | None = None


class OfferRow(Struct, frozen=True, kw_only=True):
    """A row: what became of a resolution that an incident opened."""

    partition: int
    stream_id: UUID
    incident: str
    order_id: UUID
    standing: str
    ended_at: datetime | None = None


class Moved(Struct, frozen=True):
    """What happened last to a resolution, whoever opened it."""

    partition: int
    stream_id: UUID
    standing: str
    ended_at: datetime | None


SAVE = f"""
INSERT INTO incident_v1
       (partition, stream_id, version, number, kind, reason, source, phase, paused,
        over, merchants, notice_zh, notice_en, notice_at, declared_at, ends_at)
SELECT partition, stream_id, version, number, kind, reason, source, phase, paused, over,
       array(SELECT jsonb_array_elements_text(merchants::jsonb)),
       notice_zh, notice_en, notice_at, declared_at, ends_at
  FROM unnest(
       %(partition)b::smallint[], %(stream_id)b::uuid[], %(version)b::bigint[],
       %(number)b::text[], %(kind)b::text[], %(reason)b::text[], %(source)b::text[],
       %(phase)b::text[], %(paused)b::boolean[], %(over)b::boolean[],
       %(merchants)b::text[], %(notice_zh)b::text[], %(notice_en)b::text[],
       %(notice_at)b::timestamptz[], %(declared_at)b::timestamptz[],
       %(ends_at)b::timestamptz[])
    AS known (partition, stream_id, version, number, kind, reason, source, phase,
              paused, over, merchants, notice_zh, notice_en, notice_at, declared_at,
              ends_at)
    ON CONFLICT (partition, stream_id) DO UPDATE
   SET {replaced(StoredIncident, "partition", "stream_id")}
"""  # noqa: S608 - the columns are those of the row above

SAVE_OFFERS = f"""
INSERT INTO incident_offer_v1
       (partition, stream_id, incident, order_id, standing, ended_at)
SELECT * FROM unnest(
       %(partition)b::smallint[], %(stream_id)b::uuid[], %(incident)b::text[],
       %(order_id)b::uuid[], %(standing)b::text[], %(ended_at)b::timestamptz[])
    ON CONFLICT (partition, stream_id) DO UPDATE
   SET {replaced(OfferRow, "partition", "stream_id")}
"""  # noqa: S608 - the columns are those of the row above

MOVE_OFFERS = """
UPDATE incident_offer_v1 AS offer
   SET standing = moved.standing,
       ended_at = coalesce(moved.ended_at, offer.ended_at)
  FROM unnest(%(partition)b::smallint[], %(stream_id)b::uuid[], %(standing)b::text[],
              %(ended_at)b::timestamptz[])
       AS moved (partition, stream_id, standing, ended_at)
 WHERE (offer.partition, offer.stream_id) = (moved.partition, moved.stream_id)
"""


class IncidentBoard(Projection):
    """Keeps each incident as it stands, and what became of what it offered."""

    name = "incident"
    version = 1
    event_types = (*INCIDENT_EVENTS, ResolutionOpened, *STANDINGS)
    tables = ("incident_v1", "incident_offer_v1")

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Fold the batch over the incidents and the resolutions it touches."""
        own = [each for each in batch if isinstance(each.event, INCIDENT_EVENTS)]
        project_incidents(own, cursor)
        project_offers(
            [each for each in batch if not isinstance(each.event, INCIDENT_EVENTS)],
            cursor,
        )


def project_incidents(batch: Sequence[RecordedEvent], cursor: Cursor[Any]) -> None:
    """Write what the batch says of incidents."""
    if not batch:
        return
    places = {Place(each.partition, each.stream_id) for each in batch}
    rows: dict[UUID, StoredIncident] = {}
    with cursor.connection.cursor(row_factory=class_row(StoredIncident)) as reader:
        for row in reader.execute(LOAD, columns(Place, list(places))):
            rows[row.stream_id] = row
    for each in batch:
        known = rows.get(each.stream_id)
        if after := incident_after(known, each):
            rows[each.stream_id] = replace(after, version=each.version)
    cursor.execute(SAVE, columns(StoredIncident, list(rows.values())))


def incident_after(
    row: StoredIncident | None, recorded: RecordedEvent
) -> StoredIncident | None:
    """Return the row after the event; None before it was declared."""
    event = recorded.event
    if isinstance(event, IncidentDeclared):
        return StoredIncident(
            partition=recorded.partition,
            stream_id=recorded.stream_id,
            version=recorded.version,
            number=event.number,
            kind=event.kind,
            reason=event.reason,
            source=event.source,
            merchants=as_list(event.selector.merchants),
            declared_at=event.at,
            ends_at=event.ends,
        )
    if row is None:
        return None
    match event:
        case ScopeRevised(selector=selector, ends=ends):
            merchants = as_list(selector.merchants)
            return replace(row, merchants=merchants, ends_at=ends, phase="preparing")
        case PilotStarted():
            return replace(row, phase="piloting", paused=False)
        case RolloutExpanded():
            return replace(row, phase="rolling_out", paused=False)
        case IncidentPaused():
            return replace(row, paused=True)
        case IncidentResumed():
            return replace(row, paused=False)
        case IncidentCompleted():
            return replace(row, phase="completed", over=True)
        case RollbackOrdered():
            return replace(row, phase="rolled_back", over=True)
        case IncidentWithdrawn():
            return replace(row, phase="withdrawn", over=True)
        case IncidentReviewed():
            return replace(row, phase="reviewed", over=True)
        case NoticePublished(words_zh=zh, words_en=en, at=at):
            return replace(row, notice_zh=zh, notice_en=en, notice_at=at)
        case _:
            return row


def as_list(names: Sequence[str]) -> str:
    """Return names as JSON."""
    return msgspec.json.encode(names).decode()


# -- What became of offers --


def project_offers(batch: Sequence[RecordedEvent], cursor: Cursor[Any]) -> None:
    """Write what became of resolutions, of those that an incident opened."""
    opened: dict[UUID, OfferRow] = {}
    moved: dict[UUID, Moved] = {}
    for each in batch:
        event: Any = each.event
        if isinstance(event, ResolutionOpened):
            if event.incident is not None:
                opened[each.stream_id] = OfferRow(
                    partition=each.partition,
                    stream_id=each.stream_id,
                    incident=event.incident,
                    order_id=UUID(event.order),
                    standing="detected",
                )
        elif not of_minimum(event):
            standing = STANDINGS[type(event)]
            at = event.at if standing in ENDED else None
            moved[each.stream_id] = Moved(each.partition, each.stream_id, standing, at)
    if opened:
        cursor.execute(SAVE_OFFERS, columns(OfferRow, list(opened.values())))
    if moved:
        cursor.execute(MOVE_OFFERS, columns(Moved, list(moved.values())))


def of_minimum(event: Any) -> bool:
    """Whether something is said of what is owed anyway, not of what was offered."""
    return isinstance(event, PlanExecuted) and event.plan == MINIMUM
