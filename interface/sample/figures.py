"""What the story came to, read off the log and the simulator's journal, and checked."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct, field

from application.audit.state import fold
from application.effects.invariants import Broken, broken
from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import tag_of
from application.event_store.store import Unreadable
from application.proactive.entitlements import Entitlements, entitlements_in
from domain.after_sales import CaseOpened, RefundFailed, RefundSucceeded
from domain.companionship import ShortfallDetected
from domain.compensation.events import GoodwillReserved
from domain.incident import Incident
from domain.kernel import Code, Event
from domain.plan import Action, PlanStep
from domain.policy.money import share
from domain.policy.rows import CapRow
from domain.resolution.events import (
    OfferExpired,
    PlanAccepted,
    PlansDeclined,
    PlansOffered,
    ResolutionOpened,
    StepNeedsHuman,
    StepStarted,
    StepSucceeded,
)
from domain.responsibility import MatterAccount, borne
from interface.bootstrap import Redress
from interface.outbound.simulator.journal import Line

PAGE: Final = 5_000
SENT_AGAIN: Final[frozenset[Action]] = frozenset(
    {"resend", "exchange", "reship_other_carrier"}
)
PAID_BESIDE: Final[frozenset[Action]] = frozenset(
    {"coupon_compensation", "cash_compensation"}
)
OFFLINE: Final = "offline"
MONEY: Final = frozenset({"refund", "coupon"})
AIM_SHARE: Final = 0.99


class Counts(Struct, kw_only=True):
    """Whom it concerned, and what became of it. Amounts are in fen.

    ``moved`` is what the log says gateways moved, by order.
    """

    orders: set[str] = field(default_factory=set)
    noticed_first: int = 0
    complained: int = 0
    offers_sent: int = 0
    accepted: int = 0
    declined: int = 0
    expired: int = 0
    refunds: int = 0
    refunds_fen: int = 0
    refunds_failed: int = 0
    given_to_people: int = 0
    sent_again: int = 0
    compensations: int = 0
    compensations_fen: int = 0
    goodwill_fen: int = 0
    goodwill_over_caps: int = 0
    merchants_charged_fen: int = 0
    platform_bore_fen: int = 0
    carriers_owe_fen: int = 0
    unbalanced: int = 0
    moved: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class Truth(Struct, frozen=True, kw_only=True):
    """One thing that must hold, and whether it does; ``detail`` is what does not."""

    name: Code
    holds: bool
    detail: str = ""


class Figures(Struct, frozen=True, kw_only=True):
    """The whole summary. ``open_steps`` still need a person."""

    counts: Counts
    entitlements: Entitlements
    incident_orders: int
    incident_offered: int
    budget_fen: int
    used_fen: int
    open_steps: int
    truths: tuple[Truth, ...]

    @property
    def holds(self) -> bool:
        """Whether all that must hold does."""
        return all(each.holds for each in self.truths)


def figures(
    redress: Redress, incident: Incident, now: datetime, open_steps: int
) -> Figures:
    """Return what the story came to, as of a moment. Reads the whole log."""
    log = [
        each for part in range(redress.store.partitions) for each in of(redress, part)
    ]
    counts = counted(log, redress)
    owed = entitlements_in(log, now)
    with redress.writer.connection() as connection:
        faults = broken(connection)
    lines = redress.outside.simulated.lines(limit=PAGE * 10)
    budget = incident.budget.total_max_fen if incident.budget else 0
    return Figures(
        counts=counts,
        entitlements=owed,
        incident_orders=incident.tally.members,
        incident_offered=incident.tally.offered + incident.tally.spent,
        budget_fen=budget,
        used_fen=incident.committed_fen,
        open_steps=open_steps,
        truths=(
            *nobody_paid_twice(counts, faults, lines),
            Truth(name="budget_holds", holds=incident.committed_fen <= budget),
            Truth(name="caps_hold", holds=not counts.goodwill_over_caps),
            Truth(name="books_balance", holds=not counts.unbalanced),
            Truth(name="nothing_left_open", holds=not open_steps),
            Truth(
                name="paid_within_half_an_hour",
                holds=(owed.within_aim_share or 0) >= AIM_SHARE,
                detail=f"{owed.within_aim_share}",
            ),
        ),
    )


def of(redress: Redress, partition: int) -> Iterator[RecordedEvent]:
    """Yield all events of a partition."""
    after = 0
    while page := redress.store.read(partition, after, PAGE):
        yield from (each for each in page if not isinstance(each, Unreadable))
        after = page[-1].position


# -- Counting --


def counted(log: Sequence[RecordedEvent], redress: Redress) -> Counts:
    """Return what happened, counted."""
    counts, streams = Counts(), Streams()
    for each in log:
        streams.saw(each.stream_id, each.event)
        with_customers(counts, each.event)
        with_money(counts, each.stream_id, each.event, streams)
        if isinstance(each.event, GoodwillReserved):
            counts.goodwill_fen += each.event.total_fen
            counts.goodwill_over_caps += over_caps(each.event, redress)
    of_books(counts, log)
    return counts


class Streams:
    """Of which order a stream is, and what its steps do."""

    def __init__(self) -> None:
        self.orders: dict[UUID, str] = {}
        self.does: dict[tuple[UUID, str], PlanStep] = {}

    def saw(self, stream_id: UUID, event: Event) -> None:
        """Take note of what begins a stream or a step."""
        match event:
            case CaseOpened() | ResolutionOpened():
                self.orders[stream_id] = event.order
            case StepStarted():
                self.does[stream_id, event.step] = event.does
            case _:
                pass


def with_customers(counts: Counts, event: Event) -> None:
    """Count what was noticed, offered and answered."""
    match event:
        case ShortfallDetected():
            counts.orders.add(event.order)
        case ResolutionOpened():
            heard = event.complained or event.shortfall.heard_in is not None
            counts.complained += heard
            counts.noticed_first += not heard
        case PlansOffered():
            counts.offers_sent += 1
        case PlanAccepted():
            counts.accepted += 1
        case PlansDeclined():
            counts.declined += 1
        case OfferExpired():
            counts.expired += 1
        case StepNeedsHuman():
            counts.given_to_people += 1
        case _:
            pass


def with_money(counts: Counts, stream_id: UUID, event: Event, streams: Streams) -> None:
    """Count what was refunded, compensated and sent again."""
    order = streams.orders.get(stream_id, "")
    match event:
        case RefundSucceeded():
            counts.refunds += 1
            counts.refunds_fen += event.amount.minor
            if event.route != OFFLINE:
                counts.moved[order] += event.amount.minor
        case RefundFailed():
            counts.refunds_failed += 1
        case StepSucceeded():
            does = streams.does[stream_id, event.step]
            counts.sent_again += does.action in SENT_AGAIN
            if does.action in PAID_BESIDE and does.amount is not None:
                counts.compensations += 1
                counts.compensations_fen += does.amount.minor
                counts.moved[order] += does.amount.minor
        case _:
            pass


def over_caps(event: GoodwillReserved, redress: Redress) -> bool:
    """Say whether goodwill passed a cap of its rows."""
    for ref in event.caps:
        for book in redress.policies.current().books.values():
            row = book.row(ref)
            if not isinstance(row, CapRow):
                continue
            of_paid = share(event.paid_fen, row.rate_bp) if row.rate_bp else None
            limits = [row.amount_fen, of_paid]
            given = event.before_fen + event.total_fen
            if any(limit is not None and given > limit for limit in limits):
                return True
    return False


def of_books(counts: Counts, log: Iterable[RecordedEvent]) -> None:
    """Count who really paid, and who still owes it, by the accounts of all matters."""
    streams: dict[UUID, list[Event]] = defaultdict(list)
    for each in log:
        streams[each.stream_id].append(each.event)
    for history in streams.values():
        if not tag_of(type(history[0])).startswith("responsibility."):
            continue
        account: MatterAccount = fold("responsibility", history)
        gave = borne(account)
        counts.unbalanced += bool(sum(amount.minor for amount in gave.values()))
        for party, amount in gave.items():
            if party.kind == "merchant":
                counts.merchants_charged_fen += amount.minor
            elif party.kind == "platform":
                counts.platform_bore_fen += amount.minor
        for claim in account.claims.values():
            if claim.against.kind == "carrier":
                counts.carriers_owe_fen += claim.left.minor


# -- What must hold --


def nobody_paid_twice(
    counts: Counts, faults: Sequence[Broken], lines: Iterable[Line]
) -> Iterator[Truth]:
    """Yield whether the journal of what moved tells the same as the log, by order."""
    moved: dict[str, int] = defaultdict(int)
    for line in lines:
        if line.deed == "did" and line.gateway in MONEY and line.minor is not None:
            moved[line.about or ""] += line.minor
    logged = {order: fen for order, fen in counts.moved.items() if fen}
    differ = sorted({o for o, _ in moved.items() ^ logged.items()})
    yield Truth(
        name="nobody_paid_twice",
        holds=not faults,
        detail=", ".join(f"{each.invariant} {each.of}" for each in faults),
    )
    yield Truth(
        name="log_equals_journal", holds=not differ, detail=", ".join(differ[:5])
    )
