"""An outlet in Urumqi has stopped, and what is asked of the incident it leads to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial, reduce

from domain.incident import (
    INCIDENT,
    ApproveBudget,
    DeclareIncident,
    DraftPlan,
    Exclusion,
    ExpandRollout,
    FreezeScope,
    Impact,
    Incident,
    IncidentCommand,
    IncludeOrders,
    Member,
    RecordEstimate,
    ReserveBudget,
    Segment,
    SegmentImpact,
    Selector,
    SettleBudget,
    StartPilot,
    scope_digest,
)
from domain.kernel import Refused
from domain.party import SYSTEM, By
from domain.policy.book import Rulebook
from domain.policy.rows import ApprovalRow, CalendarRow
from tests.given import Given

MONDAY = datetime.fromisoformat("2026-11-23T12:00:00+00:00")
TUESDAY = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
FRIDAY = datetime.fromisoformat("2026-11-27T12:00:00+00:00")
JANUARY = datetime.fromisoformat("2026-01-01T00:00:00+00:00")

LIN = By(role="agent", name="lin")
MEI = By(role="senior_agent", name="mei")
TAO = By(role="senior_agent", name="tao")
FEN = By(role="finance_approver", name="fen")
SHOP = By(role="merchant", name="m-42")

SNOW = CalendarRow(
    id="shop.snow",
    version=1,
    title="Snow in Urumqi: nobody is in breach",
    binding="conduct_time",
    in_force_from=JANUARY,
    source="[Δ]",
    effect="exempt",
    begins=MONDAY,
    ends=FRIDAY,
    reason="force_majeure",
)


def may_approve(role: str, up_to_fen: int | None) -> ApprovalRow:
    """Return a row that lets a role grant an incident's budget up to so much."""
    return ApprovalRow(
        id=f"shop.approve.incident-{role.replace('_', '-')}",
        version=3,
        title="An incident's budget",
        binding="adjudication_time",
        in_force_from=JANUARY,
        source="[Δ]",
        step="incident_budget",
        role=role,  # type: ignore[arg-type]  # tests name roles that rows may name
        up_to_fen=up_to_fen,
    )


# Rules that say nothing of incidents' budgets, and rules that do.
BOOK = Rulebook(ref="shop@1", profile="shop", fallback=True, rows=(SNOW,))
ROWS = Rulebook(
    ref="shop@2",
    profile="shop",
    fallback=True,
    rows=(
        may_approve("system", 5_000),
        may_approve("senior_agent", 200_000),
        may_approve("finance_approver", None),
    ),
)

given = partial(Given, INCIDENT, BOOK)

URUMQI = Selector(carriers=("SF",), outlets=("urumqi-3",))
STUCK = Segment(name="stuck", plan="reship-or-refund", shipped=True)
LATER = Segment(name="later", plan="tell-and-extend")

DECLARE = DeclareIncident(
    by=LIN,
    number="I-7",
    kind="carrier_outlet",
    reason="outlet_stopped",
    selector=URUMQI,
    begins=MONDAY,
    ends=FRIDAY,
)
DRAFT = DraftPlan(by=LIN, segments=(STUCK, LATER))


def members(numbers: Iterable[int], cost_fen: int = 1_000) -> tuple[Member, ...]:
    """Return orders by their numbers, each stuck, and what each may cost."""
    return tuple(
        Member(order=f"o-{number:06d}", segment="stuck", cost_fen=cost_fen)
        for number in numbers
    )


def freeze(orders: Sequence[Member], snapshot: str = "1.900") -> FreezeScope:
    """Ask that these orders be who is affected."""
    return FreezeScope(
        by=SYSTEM,
        snapshot=snapshot,
        orders=len(orders),
        digest=scope_digest(member.order for member in orders),
    )


def include(
    chunk: int, orders: tuple[Member, ...], *, late: bool = False
) -> IncludeOrders:
    """Name some of them."""
    return IncludeOrders(by=SYSTEM, chunk=chunk, orders=orders, late=late)


def estimate(orders: int, fen: int, rests_on: str = "1.901") -> RecordEstimate:
    """Say what it would cost."""
    part = SegmentImpact(segment="stuck", plan=STUCK.plan, orders=orders, fen=fen)
    return RecordEstimate(
        by=SYSTEM,
        impact=Impact(orders=orders, total_fen=fen, segments=(part,)),
        rests_on=rests_on,
    )


def approve(
    total_max_fen: int,
    per_order_max_fen: int = 1_000,
    *,
    by: By = MEI,
    rests_on: str = "1.901",
) -> ApproveBudget:
    """Grant so much."""
    return ApproveBudget(
        by=by,
        total_max_fen=total_max_fen,
        per_order_max_fen=per_order_max_fen,
        rests_on=rests_on,
    )


def reserve(batch: str, orders: tuple[Member, ...]) -> ReserveBudget:
    """Ask that these orders' costs be set aside."""
    return ReserveBudget(by=SYSTEM, batch=batch, orders=orders)


PILOT = StartPilot(by=LIN, orders=2)
EXPAND = ExpandRollout(by=MEI, orders_per_minute=600)

TEN = members(range(10))


def planned(orders: tuple[Member, ...] = TEN) -> tuple[IncidentCommand, ...]:
    """Return what is asked until an estimate of these orders stands."""
    fen = sum(member.cost_fen for member in orders)
    return (
        DECLARE,
        freeze(orders),
        *(
            include(number + 1, orders[number * 500 : number * 500 + 500])
            for number in range((len(orders) + 499) // 500)
        ),
        DRAFT,
        estimate(len(orders), fen),
    )


def granted(
    total_max_fen: int, orders: tuple[Member, ...] = TEN
) -> tuple[IncidentCommand, ...]:
    """Return what is asked until a budget is granted for them."""
    return (*planned(orders), approve(total_max_fen, by=FEN))


def piloting(total_max_fen: int = 10_000) -> tuple[IncidentCommand, ...]:
    """Return what is asked until two of the ten are being tried."""
    return (*granted(total_max_fen), PILOT)


def rolling_out(
    total_max_fen: int = 10_000, orders: tuple[Member, ...] = TEN
) -> tuple[IncidentCommand, ...]:
    """Return what is asked until all of them are being handed out."""
    return (*granted(total_max_fen, orders), PILOT, EXPAND)


def after(*commands: IncidentCommand, at: datetime = MONDAY) -> Given:  # type: ignore[type-arg]  # of an incident
    """Return the past in which these were asked, and none was refused."""
    past = given()
    for command in commands:
        past = past.when(command, at=at).happens()
    return past


def stands(
    incident: Incident, *commands: IncidentCommand, at: datetime = MONDAY
) -> Incident:
    """Return the incident after these, refused ones left out."""
    for command in commands:
        try:
            events = INCIDENT.decide(incident, command, BOOK, at)
        except Refused:
            continue
        incident = reduce(INCIDENT.evolve, events, incident)
    return incident


def settle(
    batch: str, offered: tuple[Member, ...], left_out: tuple[Member, ...] = ()
) -> SettleBudget:
    """Say who of a batch was offered something, and who has a plan already."""
    return SettleBudget(
        by=SYSTEM,
        batch=batch,
        offered=tuple(member.order for member in offered),
        left_out=tuple(
            Exclusion(order=member.order, reason="has_a_plan") for member in left_out
        ),
    )
