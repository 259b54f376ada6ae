"""What happened in the story, counted off the log."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct, field

from application.audit.state import fold
from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import tag_of
from domain.after_sales import CaseOpened, RefundFailed, RefundSucceeded
from domain.companionship import ShortfallDetected
from domain.compensation.events import GoodwillReserved
from domain.kernel import Event
from domain.plan import Action, PlanStep
from domain.policy.money import share
from domain.policy.rows import CapRow
from domain.resolution.events import (
    OfferExpired,
    PlanAccepted,
    PlansCountered,
    PlansDeclined,
    PlansOffered,
    PlansProposed,
    PlansRejected,
    PlansSuperseded,
    ResolutionDismissed,
    ResolutionHandedOver,
    ResolutionOpened,
    ResolutionSelfHealed,
    StepNeedsHuman,
    StepStarted,
    StepSucceeded,
)
from domain.responsibility import MatterAccount, borne
from interface.bootstrap import Redress

SENT_AGAIN: Final[frozenset[Action]] = frozenset(
    {"resend", "exchange", "reship_other_carrier"}
)
PAID_BESIDE: Final[frozenset[Action]] = frozenset(
    {"coupon_compensation", "cash_compensation"}
)
OFFLINE: Final = "offline"
ADVANCED: Final = "platform_advance"
# What ends an offer that nobody answered, or that is answered by another.
WITHDRAWING: Final = (
    PlansCountered,
    PlansProposed,
    PlansRejected,
    PlansSuperseded,
    ResolutionDismissed,
    ResolutionHandedOver,
    ResolutionSelfHealed,
)


class Counts(Struct, kw_only=True):
    """Whom it concerned, and what became of it. Amounts are in fen.

    ``moved`` is what the log says gateways moved, by order. Goodwill is given by the
    platform, beside the accounts of who bears what, where the rest of what it bore
    stands, advances included.
    """

    orders: set[str] = field(default_factory=set)
    noticed_first: int = 0
    complained: int = 0
    offers_sent: int = 0
    accepted: int = 0
    declined: int = 0
    expired: int = 0
    withdrawn: int = 0
    offers_open: int = 0
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
    platform_advanced_fen: int = 0
    others_bore_fen: int = 0
    carriers_owe_fen: int = 0
    unbalanced: int = 0
    moved: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def platform_paid_fen(self) -> int:
        """What the platform paid: its share, its advances and all goodwill."""
        return self.platform_bore_fen + self.goodwill_fen

    @property
    def payers_fen(self) -> int:
        """What all who pay have paid."""
        others = self.merchants_charged_fen + self.others_bore_fen
        return others + self.platform_paid_fen

    @property
    def paid_fen(self) -> int:
        """What consumers were paid."""
        return self.refunds_fen + self.compensations_fen


def counted(log: Sequence[RecordedEvent], redress: Redress) -> Counts:
    """Return what happened, counted."""
    counts, streams = Counts(), Streams()
    for each in log:
        streams.saw(each.stream_id, each.event)
        with_customers(counts, each.event)
        with_offers(counts, each.stream_id, each.event, streams)
        with_money(counts, each.stream_id, each.event, streams)
        if isinstance(each.event, GoodwillReserved):
            counts.goodwill_over_caps += over_caps(each.event, redress)
    of_books(counts, log)
    counts.offers_open = len(streams.offered)
    return counts


class Streams:
    """Of which order a stream is, and what its steps do."""

    def __init__(self) -> None:
        self.orders: dict[UUID, str] = {}
        self.does: dict[tuple[UUID, str], PlanStep] = {}
        # The resolutions that have an offer out.
        self.offered: set[UUID] = set()

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
    """Count what was noticed, and what came to people."""
    match event:
        case ShortfallDetected():
            counts.orders.add(event.order)
        case ResolutionOpened():
            heard = event.complained or event.shortfall.heard_in is not None
            counts.complained += heard
            counts.noticed_first += not heard
        case StepNeedsHuman():
            counts.given_to_people += 1
        case _:
            pass


def with_offers(
    counts: Counts, stream_id: UUID, event: Event, streams: Streams
) -> None:
    """Count each offer under the one way it ended: all of them add up.

    Where silence accepts, it is the acceptance that counts. What ends an offer without
    an answer, such as a parcel that moved on, withdraws it.
    """
    if isinstance(event, PlansOffered):
        counts.offers_sent += 1
        counts.withdrawn += stream_id in streams.offered
        streams.offered.add(stream_id)
        return
    if stream_id not in streams.offered:
        return
    match event:
        case PlanAccepted():
            counts.accepted += 1
        case PlansDeclined():
            counts.declined += 1
        case OfferExpired(on_silence=silence) if silence != "accept":
            counts.expired += 1
        case event if isinstance(event, WITHDRAWING):
            counts.withdrawn += 1
        case _:
            return
    streams.offered.remove(stream_id)


def with_money(counts: Counts, stream_id: UUID, event: Event, streams: Streams) -> None:
    """Count what was refunded, compensated and sent again."""
    order = streams.orders.get(stream_id, "")
    match event:
        case RefundSucceeded():
            counts.refunds += 1
            counts.refunds_fen += event.amount.minor
            if event.route == ADVANCED:
                counts.platform_advanced_fen += event.amount.minor
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
                if does.part == "goodwill":
                    counts.goodwill_fen += does.amount.minor
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
            elif party.kind != "consumer":
                counts.others_bore_fen += amount.minor
        for claim in account.claims.values():
            if claim.against.kind == "carrier":
                counts.carriers_owe_fen += claim.left.minor
