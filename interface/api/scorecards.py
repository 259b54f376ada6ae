"""Scorecards over HTTP: how merchants, creators and carriers do, figure by figure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from msgspec import Struct

from application.access import Actor
from application.projections.progress import ReadingProgress
from application.projections.read_models import read_model
from application.scorecards import Scorecard, ScorecardDesk, TooManyDays
from domain.kernel import Name, PolicyRef
from domain.scorecard import Metric, Role, Tally, Unit
from interface.api.auth import does
from interface.api.paging import AtLeast, shown
from interface.api.problems import invalid
from interface.clock import now
from interface.wording import LANGUAGES, Tongue

RoleAsked = Annotated[
    Role, QueryParameter(name="role", description="As what the party is measured.")
]
PartyAsked = Annotated[
    Name | None,
    QueryParameter(name="party", description="Whose; without it, one's own."),
]
First = Annotated[
    str | None,
    QueryParameter(name="from", description="The first day, such as 2026-03-01."),
]
Last = Annotated[
    str | None,
    QueryParameter(name="to", description="The last day, such as 2026-03-30."),
]


class TallyBody(Struct, frozen=True, kw_only=True):
    """One figure: so much of so much, by a version of a rule.

    ``day`` null is all days asked for. In ``seconds`` the numerator is how long all of
    the denominator took together. ``text`` is what is measured, in both languages.
    """

    metric: Metric
    text: Mapping[Tongue, str]
    day: date | None
    numerator: int
    denominator: int
    unit: Unit
    rule: PolicyRef


class ScorecardBody(Struct, frozen=True, kw_only=True):
    """A party's figures from ``first`` to ``last``, days of ``zone``: in all, by day.

    What is still pending is in no denominator. Figures under two versions of a rule are
    never added up.
    """

    role: Role
    party: str
    first: date
    last: date
    zone: str
    totals: Sequence[TallyBody]
    days: Sequence[TallyBody]


class ScorecardController(Controller):
    """The scorecards of merchants, creators and carriers."""

    path = "/v1/scorecards"
    tags = ("scorecards",)

    @get(operation_id="readScorecard", opt=does("scorecards.read"), sync_to_thread=True)
    def read(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        actor: NamedDependency[Actor],
        scorecards: NamedDependency[ScorecardDesk],
        progress: NamedDependency[ReadingProgress],
        role: RoleAsked = "merchant",
        party: PartyAsked = None,
        first: First = None,
        last: Last = None,
        at_least: AtLeast = None,
    ) -> ScorecardBody:
        """Read a party's scorecard; of the last 30 days where none are named."""
        days = {"first": day("from", first), "last": day("to", last)}
        for model in ("scorecard", "promise_board"):
            shown(progress, read_model(model), at_least)
        try:
            card = scorecards.read(actor, role, party, now=now(), **days)
        except TooManyDays as error:
            raise invalid("from", str(error)) from None
        return scorecard_body(card)


def day(field: str, text: str | None) -> date | None:
    """Return a day; raises Wrong (400) naming the field."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid(field, "It must be a day, such as 2026-03-01.") from None


def scorecard_body(card: Scorecard) -> ScorecardBody:
    """Return a scorecard as the API shows it."""
    return ScorecardBody(
        role=card.role,
        party=card.party,
        first=card.first,
        last=card.last,
        zone=card.zone,
        totals=tuple(map(tally_body, card.totals)),
        days=tuple(map(tally_body, card.days)),
    )


def tally_body(tally: Tally) -> TallyBody:
    """Return a figure as the API shows it."""
    word = f"metric:{tally.metric}"
    return TallyBody(
        metric=tally.metric,
        text={name: LANGUAGES[name].word(word) for name in LANGUAGES},
        day=tally.day,
        numerator=tally.numerator,
        denominator=tally.denominator,
        unit=tally.unit,
        rule=tally.rule,
    )
