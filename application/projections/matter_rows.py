"""How the board of matters is filled: the domain's own folds, and what people want."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from typing import Any, Final, NamedTuple, get_args
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg import Cursor

from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import tag_of
from application.projections.matters import MatterNoun, MatterRow
from application.projections.runtime import Projection, columns, replaced
from domain.after_sales import Case
from domain.after_sales.events import CaseEvent
from domain.after_sales.evolve import evolve as evolve_case
from domain.agent_promise import AGENT_PROMISE, AgentPromise, AgentPromiseEvent
from domain.contact import CONTACT, Contact, ContactEvent
from domain.dispute import Dispute
from domain.dispute.events import DisputeEvent
from domain.dispute.evolve import evolve as evolve_dispute
from domain.dispute.values import FINAL as DISPUTE_FINAL
from domain.kernel import Event, State
from domain.money import Money
from domain.plan import DEDUCTS, RECLAIMS
from domain.resolution import (
    RESOLUTION,
    Resolution,
    ResolutionEvent,
    needing_people,
    proposal_due,
    startable,
    to_compensate,
)
from domain.responsibility import ACCOUNT, MatterAccount
from domain.responsibility.events import ResponsibilityEvent
from domain.timer import Timer

LOAD = """
SELECT partition, stream_id, noun, state, opened_at
  FROM matter_v1
  JOIN unnest(%(partition)b::smallint[], %(stream_id)b::uuid[])
       AS touched (partition, stream_id) USING (partition, stream_id)
"""


class Shown(NamedTuple):
    """What the board shows of a matter; ``clocks`` are all it has."""

    status: str
    final: bool
    kind: str | None
    consumer: str | None
    clocks: Iterable[Timer]
    order: str | None = None
    case: str | None = None
    merchant: str | None = None
    creator: str | None = None
    carrier: str | None = None
    source: str | None = None
    number: str | None = None
    flags: Sequence[str] = ()
    assigned: str | None = None
    amount: Money | None = None
    score: int | None = None


def flagged(**flags: bool) -> tuple[str, ...]:
    """Return the names of what is so."""
    return tuple(name for name, so in flags.items() if so)


def case_shown(case: Case) -> Shown:
    """Return what the board shows of an after-sales case."""
    told = case.told
    return Shown(
        status=case.status,
        final=case.final,
        kind=case.type,
        consumer=case.consumer,
        clocks=case.timers.values(),
        order=case.order,
        merchant=case.merchant,
        source=told.source if told else None,
        number=told.number if told else None,
        flags=flagged(
            intervening=case.intervening,
            frozen=case.frozen,
            needs_human=case.needs_human,
            needs_dispute=case.needs_dispute,
            refund_due=case.refund_status == "due",
            refund_failed=case.refund_status == "failed",
            contradictory=bool(case.contradictions),
            elsewhere=case.elsewhere,
        ),
        assigned=case.agent,
        amount=case.claimed,
        score=case.score[0] if case.score else None,
    )


def dispute_shown(dispute: Dispute) -> Shown:
    """Return what the board shows of a dispute."""
    opened, told = dispute.opened, dispute.report
    return Shown(
        status=dispute.status,
        final=dispute.status in DISPUTE_FINAL,
        kind=opened.issue if opened else (told.issue if told else None),
        consumer=dispute.party("consumer"),
        clocks=dispute.timers.values(),
        order=opened.order if opened else (told.order if told else None),
        case=opened.case if opened else (told.case if told else None),
        merchant=dispute.party("merchant"),
        creator=dispute.party("creator"),
        carrier=dispute.party("carrier"),
        source=told.source if told else None,
        number=told.number if told else None,
        flags=flagged(
            appealed=dispute.appeal is not None,
            contradictory=bool(dispute.contradictions),
            elsewhere=dispute.mirrored,
            unruled=dispute.status == "ruling_pending",
        ),
        assigned=dispute.arbiter or dispute.handler,
        amount=dispute.claimed,
        score=dispute.score,
    )


def contact_shown(contact: Contact) -> Shown:
    """Return what the board shows of a contact."""
    told = contact.reports[-1] if contact.reports else None
    cases = sorted(target for noun, target in contact.links if noun == "case")
    return Shown(
        status=contact.status,
        final=contact.status == "closed",
        kind=contact.about,
        consumer=contact.consumer,
        clocks=contact.timers.values(),
        order=contact.order,
        case=cases[0] if cases else None,
        source=told.source if told else None,
        number=told.number if told else None,
        flags=flagged(
            repeated=bool(contact.earlier),
            waiting=contact.waiting_since is not None,
            elsewhere=contact.elsewhere,
            reopened=contact.reopenings > 0,
            resolved_again=contact.resolutions > 1,
        ),
        assigned=contact.agent,
        score=contact.scores[-1] if contact.scores else None,
    )


def promise_shown(promise: AgentPromise) -> Shown:
    """Return what the board shows of an agent's promise."""
    return Shown(
        status=promise.standing,
        final=promise.standing == "kept",
        kind=promise.deed,
        consumer=promise.consumer,
        clocks=promise.timers.values(),
        assigned=promise.promiser.name if promise.promiser else None,
    )


def account_shown(account: MatterAccount) -> Shown:
    """Return what the board shows of the account of a case or a dispute."""
    named = {each.kind: each.name for each in account.parties}
    open_claims = [each for each in account.claims.values() if each.left.minor > 0]
    return Shown(
        status=account.status,
        final=account.status == "final" and not open_claims,
        kind="recourse" if open_claims else "attribution",
        consumer=account.consumer,
        clocks=account.timers.values(),
        order=account.order,
        case=account.matter,
        merchant=named.get("merchant"),
        creator=named.get("creator"),
        carrier=named.get("carrier"),
        flags=flagged(contested=account.status == "contested"),
        amount=open_claims[0].left if open_claims else None,
    )


def resolution_shown(resolution: Resolution) -> Shown:
    """Return what the board shows of a proactive resolution."""
    opened = resolution.opened
    plan = resolution.plan or resolution.minimum
    steps = plan.steps.values() if plan else ()
    costs = [
        step.does.amount
        for step in steps
        if step.does.amount and step.does.action not in {*RECLAIMS, DEDUCTS}
    ]
    return Shown(
        status=resolution.status or "none",
        final=resolution.over,
        kind=opened.shortfall.code if opened else None,
        consumer=opened.consumer if opened else None,
        clocks=resolution.timers.values(),
        order=opened.order if opened else None,
        merchant=opened.merchant if opened else None,
        creator=opened.creator if opened else None,
        carrier=opened.carrier if opened else None,
        number=opened.incident if opened else None,
        flags=flagged(
            proposal_due=proposal_due(resolution),
            steps_due=bool(startable(resolution)),
            undo_due=bool(to_compensate(resolution)),
            approval_due=bool(resolution.asks),
            needs_human=bool(needing_people(resolution)),
            blocked=resolution.block is not None,
            complained=bool(opened and opened.complained),
            incident=bool(opened and opened.incident),
        ),
        amount=sum(costs[1:], costs[0]) if costs else None,
        score=resolution.score,
    )


# The same state is always the same bytes, whatever the order its sets are walked in: as
# JSON, in which numbers may be keys. What has maps whose order or keys JSON would lose
# stays as it grew, and has no sets: those are walked in another order by each process.
def in_order(state: Any) -> bytes:
    """Return a state as bytes, its sets and maps sorted."""
    plain = msgspec.to_builtins(state, order="deterministic", str_keys=True)
    return msgspec.json.encode(plain)


AS_GROWN: Final = msgspec.msgpack.Encoder().encode


class Fold(NamedTuple):
    """How the events of one noun are folded and shown."""

    noun: MatterNoun
    initial: Any
    evolve: Callable[[Any, Any], Any]
    shown: Callable[[Any], Shown]
    encode: Callable[[Any], bytes] = in_order
    read: Callable[..., Any] = msgspec.json.decode

    def decode(self, stored: bytes) -> Any:
        """Return the state as it was stored."""
        return self.read(stored, type=type(self.initial))


# By what the tags of a noun's events begin with.
FOLDS: Final[Mapping[str, Fold]] = {
    "after_sales": Fold("case", Case(), evolve_case, case_shown),
    "dispute": Fold("dispute", Dispute(), evolve_dispute, dispute_shown),
    "contact": Fold("contact", CONTACT.initial, CONTACT.evolve, contact_shown),
    "promise": Fold(
        "promise", AGENT_PROMISE.initial, AGENT_PROMISE.evolve, promise_shown
    ),
    "resolution": Fold(
        "resolution",
        RESOLUTION.initial,
        RESOLUTION.evolve,
        resolution_shown,
        AS_GROWN,
        msgspec.msgpack.decode,
    ),
    "responsibility": Fold(
        "account",
        ACCOUNT.initial,
        ACCOUNT.evolve,
        account_shown,
        AS_GROWN,
        msgspec.msgpack.decode,
    ),
}
BY_NOUN: Final = {fold.noun: fold for fold in FOLDS.values()}


class StoredMatter(MatterRow, frozen=True, kw_only=True):
    """A row as stored, with what the next batch goes on from; flags as an array."""

    state: bytes
    flags: str  # as PostgreSQL writes an array


class Stream(Struct, frozen=True):
    """Where a matter lies, partition first."""

    partition: int
    stream_id: UUID


class Known(NamedTuple):
    """A matter as known before a batch."""

    fold: Fold
    state: State
    opened_at: datetime


TYPES: Final = {
    "partition": "smallint",
    "stream_id": "uuid",
    "version": "bigint",
    "order_id": "uuid",
    "case_id": "uuid",
    "final": "boolean",
    "due_at": "timestamptz",
    "amount_minor": "bigint",
    "score": "smallint",
    "opened_at": "timestamptz",
    "changed_at": "timestamptz",
    "state": "bytea",
}
NAMES: Final = StoredMatter.__struct_fields__
SAVE: Final = f"""
INSERT INTO matter_v1 ({", ".join(NAMES)})
SELECT {", ".join("flags::text[]" if each == "flags" else each for each in NAMES)}
  FROM unnest({", ".join(f"%({each})b::{TYPES.get(each, 'text')}[]" for each in NAMES)})
    AS known ({", ".join(NAMES)})
    ON CONFLICT (partition, stream_id) DO UPDATE
   SET {replaced(StoredMatter, "partition", "stream_id")}
"""  # noqa: S608 - the columns are those of the row above


EVENT_TYPES: Final[tuple[type[Event], ...]] = tuple(
    dict.fromkeys(
        (
            *get_args(CaseEvent),
            *get_args(DisputeEvent),
            *get_args(ContactEvent),
            *get_args(AgentPromiseEvent),
            *get_args(ResponsibilityEvent),
            *get_args(ResolutionEvent),
        )
    )
)


class Matters(Projection):
    """Shows each matter as its events left it."""

    name = "matter"
    version = 1
    event_types = EVENT_TYPES
    tables = ("matter_v1",)

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Fold the batch over the matters it touches: one read, one write."""
        told: dict[Stream, list[RecordedEvent]] = {}
        for each in batch:
            told.setdefault(Stream(each.partition, each.stream_id), []).append(each)
        with cursor.connection.cursor(binary=True) as reader:
            reader.execute(LOAD, columns(Stream, list(told)))
            known = {
                Stream(partition, stream_id): Known(
                    BY_NOUN[noun], BY_NOUN[noun].decode(state), opened_at
                )
                for partition, stream_id, noun, state, opened_at in reader
            }
        rows = []
        for stream, events in told.items():
            before = known.get(stream) or begun(events)
            if before is not None:
                rows.append(row_of(stream, before, events))
        if rows:
            cursor.execute(SAVE, columns(StoredMatter, rows))


def begun(events: Sequence[RecordedEvent]) -> Known | None:
    """Return a matter of which nothing was known: its first event says what it is.

    None for a stream that is no matter, such as one that only has clocks.
    """
    prefix = tag_of(type(events[0].event)).partition(".")[0]
    fold = FOLDS.get(prefix)
    return Known(fold, fold.initial, events[0].occurred_at) if fold else None


def row_of(
    stream: Stream, known: Known, events: Sequence[RecordedEvent]
) -> StoredMatter:
    """Return what the board shows of a matter after these events."""
    state = reduce(known.fold.evolve, (each.event for each in events), known.state)
    shown = known.fold.shown(state)
    running = (timer for timer in shown.clocks if timer.standing == "running")
    clock = min(running, key=lambda timer: (timer.due_at, timer.name), default=None)
    return StoredMatter(
        partition=stream.partition,
        stream_id=stream.stream_id,
        noun=known.fold.noun,
        version=events[-1].version,
        state=known.fold.encode(state),
        consumer=shown.consumer,
        order_id=uuid(shown.order),
        case_id=uuid(shown.case),
        merchant=shown.merchant,
        creator=shown.creator,
        carrier=shown.carrier,
        source=shown.source,
        number=shown.number,
        kind=shown.kind,
        status=shown.status,
        final=shown.final,
        flags="{" + ",".join(shown.flags) + "}",
        assigned=shown.assigned,
        owes=clock.owes if clock else None,
        step=clock.step if clock else None,
        due_at=clock.due_at if clock else None,
        amount_minor=shown.amount.minor if shown.amount else None,
        currency=shown.amount.currency if shown.amount else None,
        score=shown.score,
        opened_at=known.opened_at,
        changed_at=events[-1].occurred_at,
    )


def uuid(name: str | None) -> UUID | None:
    """Return the id a name holds; None if it is a name of another system."""
    try:
        return UUID(name) if name else None
    except ValueError:
        return None
