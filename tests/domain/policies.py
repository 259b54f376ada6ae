"""A small profile: one row of every kind, as a shop's platform might publish it."""

from datetime import UTC, datetime, timedelta
from functools import partial

from msgspec.structs import replace

from domain.kernel import Moment, Policy
from domain.policy.rows import (
    AnyRow,
    ApprovalRow,
    BurdenRow,
    BurdenStep,
    CalendarRow,
    CapRow,
    DeductionRow,
    EntitlementRow,
    Formula,
    LabelRow,
    PolicyDocument,
    TimerRow,
)
from domain.policy_set import (
    POLICY_SET,
    PackHeader,
    PoliciesPublished,
    PublishPolicies,
    digest,
)
from tests.given import Given

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
TUESDAY, FRIDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)
NEXT_MONTH = MONDAY + timedelta(days=30)
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)

LATE = EntitlementRow(
    id="shop.ship-late",
    version=1,
    title="Late shipping",
    binding="conduct_time",
    in_force_from=JANUARY,
    source="[Δ]",
    trigger="SHIP_OVERDUE",
    formula=Formula(base="paid", rate_bp=500, min_fen=300, max_fen=5_000),
    caps=("shop.order-cap",),
)
FINE = DeductionRow(
    id="shop.fake-ship",
    version=1,
    title="Fake shipping",
    binding="conduct_time",
    in_force_from=JANUARY,
    source="[Δ]",
    trigger="FAKE_SHIP",
    formula=Formula(base="fixed", fixed_fen=300),
    payee="none",
    payout="deduct_only",
)
LABEL = LabelRow(
    id="shop.ship-48h",
    version=1,
    title="Ships within 48 hours",
    binding="order_time",
    in_force_from=JANUARY,
    source="[Δ]",
    label="ship-48h",
    promise="ship_by",
    hours=48,
)
CLOCK = TimerRow(
    id="shop.merchant-approval",
    version=1,
    title="The merchant answers",
    binding="adjudication_time",
    in_force_from=JANUARY,
    source="[K]",
    step="answer.refund_unshipped",
    owes="merchant",
    hours=48,
    on_breach="agree",
)
CAP = CapRow(
    id="shop.order-cap",
    version=1,
    title="At most so much for an order",
    binding="conduct_time",
    in_force_from=JANUARY,
    source="[Δ]",
    scope="order",
    amount_fen=5_000,
)
BURDEN = BurdenRow(
    id="shop.not-received",
    version=1,
    title="Whether it arrived",
    binding="adjudication_time",
    in_force_from=JANUARY,
    source="[Δ]",
    issue="not_received",
    steps=(
        BurdenStep(
            proves="merchant",
            evidence=("delivery_proof",),
            default="support_consumer",
            remedy="refund",
        ),
    ),
)
APPROVAL = ApprovalRow(
    id="shop.approval",
    version=1,
    title="What an agent may grant",
    binding="adjudication_time",
    in_force_from=JANUARY,
    source="[Δ]",
    step="goodwill",
    role="agent",
    up_to_fen=5_000,
)
NIGHT = CalendarRow(
    id="shop.night",
    version=1,
    title="Nights do not count",
    binding="conduct_time",
    in_force_from=JANUARY,
    source="[Δ]",
    effect="night",
    night_from=22,
    night_to=8,
    reason="night",
)
ROWS: tuple[AnyRow, ...] = (LATE, FINE, LABEL, CLOCK, CAP, BURDEN, APPROVAL, NIGHT)

PACK = PolicyDocument(
    profile="shop",
    title="A shop of our own making",
    sources=("shop",),
    usual=("ship-48h",),
    row=ROWS,
)
HEADER = PackHeader(
    title="A shop of our own making", sources=("shop",), usual=("ship-48h",)
)


def publish(*rows: AnyRow, pack: PolicyDocument = PACK) -> PublishPolicies:
    """Ask that these rows be published, or all those of the pack."""
    return PublishPolicies(document=replace(pack, row=rows or pack.row))


def published(
    *rows: AnyRow, at: Moment, publication: int, whole: PolicyDocument = PACK
) -> PoliciesPublished:
    """Return what a publication of the shop's is written down as."""
    return PoliciesPublished(
        at=at,
        profile="shop",
        publication=publication,
        header=HEADER,
        rows=rows,
        digest=digest(whole),
    )


first = published(*ROWS, at=MONDAY, publication=1)
# Publishing is judged by no policy; any stands in for it.
given = partial(Given, POLICY_SET, Policy(ref="none@1"))
