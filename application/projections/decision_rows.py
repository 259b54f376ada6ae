"""How the decisions are filled: a row for each event somebody may search for."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from psycopg import Cursor

from application.audit.explain.rules import refs_in
from application.audit.worth import ids_in, noun_of, worth
from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import tag_of
from application.projections.decisions import DecisionRow
from application.projections.runtime import Projection, columns
from domain.after_sales.events import CaseEvent
from domain.agent_promise import AgentPromiseEvent
from domain.companionship import CompanionshipEvent
from domain.compensation import CompensationEvent
from domain.contact import ContactEvent
from domain.dispute.events import DisputeEvent
from domain.evidence import EvidenceEvent
from domain.order import (
    ClaimChanged,
    ClaimOpened,
    ClaimSettled,
    FundsHeldAgain,
    FundsReleased,
    PaymentCaptured,
    PromiseMade,
    PromiseStarted,
    PromiseWaived,
    RefundReported,
)
from domain.party import By
from domain.policy_set import PoliciesPublished
from domain.resolution import ResolutionEvent
from domain.responsibility.events import ResponsibilityEvent
from domain.timer import (
    TimerBreached,
    TimerEvent,
    TimerExtended,
    TimerRestarted,
    TimerStarted,
)

# An order's scans and notes decide nothing; what pins, claims or moves money does.
OF_ORDERS = (
    PaymentCaptured,
    RefundReported,
    FundsReleased,
    FundsHeldAgain,
    PromiseMade,
    PromiseStarted,
    PromiseWaived,
    ClaimOpened,
    ClaimChanged,
    ClaimSettled,
)
OF_CLOCKS = (TimerStarted, TimerRestarted, TimerExtended, TimerBreached)
OF_MATTERS = tuple(
    dict.fromkeys(
        event_type
        for union in (
            CaseEvent,
            DisputeEvent,
            ContactEvent,
            AgentPromiseEvent,
            ResponsibilityEvent,
            CompensationEvent,
            CompanionshipEvent,
            ResolutionEvent,
            EvidenceEvent,
        )
        for event_type in get_args(union)
        if event_type not in get_args(TimerEvent)
    )
)

SAVE = """
INSERT INTO decision_v1
       (partition, position, stream_id, version, noun, tag, occurred_at, recorded_at,
        role, name, policies, about, amount_minor, currency)
SELECT partition, position, stream_id, version, noun, tag, occurred_at, recorded_at,
       role, name,
       ARRAY (SELECT jsonb_array_elements_text(policies)),
       ARRAY (SELECT jsonb_array_elements_text(about)::uuid),
       amount_minor, currency
  FROM unnest(
       %(partition)b::smallint[], %(position)b::bigint[], %(stream_id)b::uuid[],
       %(version)b::bigint[], %(noun)b::text[], %(tag)b::text[],
       %(occurred_at)b::timestamptz[], %(recorded_at)b::timestamptz[],
       %(role)b::text[], %(name)b::text[], %(policies)s::jsonb[], %(about)s::jsonb[],
       %(amount_minor)b::bigint[], %(currency)b::text[])
    AS row (partition, position, stream_id, version, noun, tag, occurred_at,
            recorded_at, role, name, policies, about, amount_minor, currency)
"""


class Decisions(Projection):
    """Finds what was decided: by whom, under which rule, for how much, when."""

    name = "decision"
    version = 1
    event_types = (*OF_ORDERS, *OF_CLOCKS, *OF_MATTERS, PoliciesPublished)
    tables = ("decision_v1",)

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Write a row for each."""
        values = columns(DecisionRow, [row_of(each) for each in batch])
        # Lists of lists have no form of their own: each list goes as JSON.
        for name in ("policies", "about"):
            values[name] = [as_json(each) for each in values[name]]
        cursor.execute(SAVE, values)


def as_json(names: Sequence[object]) -> str:
    """Return names as a JSON list of texts; none of them needs escaping."""
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def row_of(recorded: RecordedEvent) -> DecisionRow:
    """Return the row of one event."""
    event = recorded.event
    by = by_of(recorded)
    amount = worth(event)
    return DecisionRow(
        partition=recorded.partition,
        position=recorded.position,
        stream_id=recorded.stream_id,
        version=recorded.version,
        noun=noun_of(tag_of(type(event)).partition(".")[0]),
        tag=tag_of(type(event)),
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        role=by[0],
        name=by[1],
        policies=tuple(dict.fromkeys(refs_in(event))),
        about=tuple(dict.fromkeys(named(recorded))),
        amount_minor=amount.minor if amount else None,
        currency=amount.currency if amount else None,
    )


def by_of(recorded: RecordedEvent) -> tuple[str, str]:
    """Return who did it, as what: as the event says, else as the log does."""
    by = getattr(recorded.event, "by", None)
    if isinstance(by, By):
        return by.role, by.name
    role, _, name = recorded.actor.partition(":")
    return role, name or role


def named(recorded: RecordedEvent) -> Iterator[Any]:
    """Yield the other streams it names."""
    for found in ids_in(recorded.event, recorded.partition):
        if found != recorded.stream_id:
            yield found
