"""Decisions over HTTP: by agent, rule version, amount and time, newest first."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from application.access import Actor
from application.projections.decisions import DecisionQueries, DecisionRow, Sought
from application.projections.progress import ReadingProgress
from application.projections.read_models import read_model
from domain.money import Money
from interface.api.auth import does
from interface.api.context import moment
from interface.api.names import NameAsked
from interface.api.paging import (
    USUAL_LIMIT,
    AtLeast,
    Cursor,
    Limit,
    Listed,
    listed,
    shown,
)

Since = Annotated[
    str | None,
    QueryParameter(name="from", description="Recorded at this time or later."),
]
Until = Annotated[
    str | None, QueryParameter(name="to", description="Recorded before this time.")
]
RowAsked = Annotated[
    str | None,
    QueryParameter(
        pattern=r"^[a-z0-9][a-z0-9_.-]*@[0-9]{1,8}$",
        description="Only what names this version of a row, such as a.b@20260810.",
    ),
]
Tag = Annotated[
    str | None,
    QueryParameter(
        pattern="^[a-z_]+[.][a-z_]+$",
        description="Only events of this type, such as after_sales.approved.",
    ),
]
MinorUnits = Annotated[
    int | None, QueryParameter(description="In minor units of the currency.")
]
DecisionNoun = Literal[
    "order",
    "case",
    "dispute",
    "contact",
    "promise",
    "account",
    "compensation",
    "resolution",
    "evidence",
    "policy",
    "timer",
]


class DecisionFound(Struct, frozen=True, kw_only=True):
    """A decision at one glance: who, what, by which rows, for how much."""

    position: str
    recorded_at: datetime
    occurred_at: datetime
    noun: str
    stream_id: UUID
    version: int
    type: str
    role: str
    name: str
    rows: tuple[str, ...]
    amount: Money | None
    event: str
    explanation: str


class DecisionController(Controller):
    """What was decided: by whom, under which version of a rule, for how much, when."""

    path = "/v1/decisions"
    tags = ("histories",)

    @get(
        operation_id="searchDecisions",
        opt=does("decisions.search"),
        sync_to_thread=True,
    )
    def find(  # noqa: PLR0913, PLR0917 - one for each thing that can be asked for
        self,
        request: Request[Actor, None, Any],
        decisions: NamedDependency[DecisionQueries],
        progress: NamedDependency[ReadingProgress],
        agent: NameAsked = None,
        role: NameAsked = None,
        policy: RowAsked = None,
        tag: Tag = None,
        noun: FromQuery[DecisionNoun | None] = None,
        amount_from: MinorUnits = None,
        amount_to: MinorUnits = None,
        currency: NameAsked = None,
        since: Since = None,
        until: Until = None,
        limit: Limit = USUAL_LIMIT,
        cursor: Cursor = None,
        at_least: AtLeast = None,
    ) -> Response[Listed[DecisionFound]]:
        """Search decisions, newest first: all conditions named have to hold."""
        sought = Sought(
            agent=agent,
            role=role,
            policy=policy,
            tag=tag,
            noun=noun,
            amount_from=amount_from,
            amount_to=amount_to,
            currency=currency,
            since=moment("from", since),
            until=moment("to", until),
        )
        shown(progress, read_model("decision"), at_least)
        page = decisions.find(sought, limit=limit, cursor=cursor)
        return listed(request, page, decision_found)


def decision_found(row: DecisionRow) -> DecisionFound:
    """Return a decision at one glance."""
    amount = None
    if row.amount_minor is not None and row.currency is not None:
        amount = Money(row.amount_minor, row.currency)
    event = f"/v1/streams/{row.stream_id}/events/{row.version}"
    return DecisionFound(
        position=f"{row.partition}.{row.position}",
        recorded_at=row.recorded_at.astimezone(UTC),
        occurred_at=row.occurred_at.astimezone(UTC),
        noun=row.noun,
        stream_id=row.stream_id,
        version=row.version,
        type=row.tag,
        role=row.role,
        name=row.name,
        rows=tuple(row.policies),
        amount=amount,
        event=event,
        explanation=f"{event}/explanation",
    )
