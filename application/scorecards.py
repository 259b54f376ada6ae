"""Scorecards as they are asked for: whose, of which days, and by which rules."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, Protocol, get_args
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from application.access import Actor, NotFound, Scope, scope
from application.projections.scorecards import Asked, Rule, ScorecardQueries
from domain.policy.book import Rulebook, in_force
from domain.policy.rows import Times
from domain.policy.score_rows import RuledMetric, ScoreRow, ServiceMetric
from domain.policy.service_rows import RegionsRow
from domain.scorecard import (
    AtStake,
    Role,
    ScoreEffect,
    Tally,
    Way,
    change_if,
    ruled,
    score_effect,
    weights_of,
)

ZONE: Final = "Asia/Shanghai"
WINDOW_DAYS: Final = 30
DAYS_MAX: Final = 400
SERVICE: Final[frozenset[str]] = frozenset(get_args(ServiceMetric))


class Books(Protocol):
    """Where the rules are read from."""

    @property
    def books(self) -> Mapping[str, Rulebook]:
        """Every profile's rows."""
        ...


class BooksInForce(Protocol):
    """What is published just now."""

    def current(self) -> Books:
        """Return the rules as they stand."""
        ...


class TooManyDays(ValueError):
    """A scorecard is asked of at most 400 days, the first of them first."""


class Scorecard(Struct, frozen=True, kw_only=True):
    """A party's figures: of all the days together, and of each.

    ``first`` and ``last`` are days of ``zone``, both of them counted. Figures under two
    versions of a rule are never added up.
    """

    role: Role
    party: str
    first: date
    last: date
    zone: str
    totals: tuple[Tally, ...]
    days: tuple[Tally, ...]


class ScorecardDesk:
    """Where scorecards, and what a matter would do to one, are asked."""

    def __init__(self, queries: ScorecardQueries, policies: BooksInForce) -> None:
        self._queries, self._policies = queries, policies

    def read(  # noqa: PLR0913 - one for each thing that can be asked for
        self,
        actor: Actor,
        role: Role,
        party: str | None,
        *,
        now: datetime,
        first: date | None = None,
        last: date | None = None,
    ) -> Scorecard:
        """Return a party's scorecard; its own where none is named.

        Raises NotFound for somebody else's, and TooManyDays.
        """
        reach = scope(actor, "scorecards.read")
        named = party or own(reach, role)
        if named is None or not (reach.everything or named in ours(reach, role)):
            raise NotFound
        return self.of_party(role, named, now=now, first=first, last=last)

    def of_party(
        self,
        role: Role,
        party: str,
        *,
        now: datetime,
        first: date | None = None,
        last: date | None = None,
    ) -> Scorecard:
        """Return a party's scorecard, whoever asks; the last 30 days if none are named.

        Raises TooManyDays.
        """
        last = last or now.astimezone(ZoneInfo(ZONE)).date()
        first = first or last - timedelta(days=WINDOW_DAYS - 1)
        if not 0 <= (last - first).days < DAYS_MAX:
            raise TooManyDays(str(TooManyDays.__doc__))
        asked = Asked(
            role=role,
            party=party,
            since=midnight(first),
            until=midnight(last + timedelta(days=1)),
            now=now,
            zone=ZONE,
        )
        books = self._policies.current().books
        days = tuple(self._queries.tallies(asked, [*rules(books, role, asked.until)]))
        return Scorecard(
            role=role,
            party=party,
            first=first,
            last=last,
            zone=ZONE,
            totals=summed(days),
            days=days,
        )

    def effects(
        self,
        merchant: str,
        book: Rulebook,
        stake: AtStake,
        *,
        now: datetime,
        industry: str | None = None,
    ) -> Mapping[Way, ScoreEffect]:
        """Return what a matter does to its merchant's score, either way it may go.

        By the figures of the last 30 days, and by the weights of the book that judges
        the matter; nothing moves where no row of it weighs anything.
        """
        rows = [*in_force(of_kind(book), Times(judged_at=now))]
        weights = weights_of(rows, industry)
        before = self.figures(merchant, now=now) if weights else {}
        ways: tuple[Way, ...] = get_args(Way)
        return {
            way: score_effect(before, change_if(way, stake), weights) for way in ways
        }

    def figures(
        self, merchant: str, *, now: datetime
    ) -> Mapping[RuledMetric, tuple[int, int]]:
        """Return a merchant's service figures of the last 30 days, by metric."""
        found: dict[RuledMetric, tuple[int, int]] = {}
        for each in self.of_party("merchant", merchant, now=now).totals:
            if each.metric in SERVICE:
                metric: RuledMetric = each.metric  # type: ignore[assignment]  # just asked
                more, of = found.get(metric, (0, 0))
                found[metric] = (more + each.numerator, of + each.denominator)
        return found


def own(reach: Scope, role: Role) -> str | None:
    """Return whose card is meant where none is named."""
    return next(iter(sorted(ours(reach, role))), None)


def ours(reach: Scope, role: Role) -> frozenset[str]:
    """Return which parties of a role are the actor's own."""
    return {
        "merchant": reach.merchants,
        "creator": reach.creators,
        "carrier": reach.carriers,
    }[role]


def midnight(day: date) -> datetime:
    """Return when a day begins."""
    return datetime.combine(day, time(), ZoneInfo(ZONE))


def of_kind(book: Rulebook) -> list[ScoreRow]:
    """Return the rows of a book that measure, whenever they hold."""
    return [row for row in book.rows if isinstance(row, ScoreRow)]


def rules(books: Mapping[str, Rulebook], role: Role, until: datetime) -> Iterator[Rule]:
    """Yield the versions of rows that measure a role, each for its book's own orders.

    The fallback judges the orders of every source whose book measures nothing.
    """
    measuring = {
        name: [row for row in of_kind(book) if row.of == role]
        for name, book in books.items()
    }
    for name, rows in measuring.items():
        book = books[name]
        for each in ruled(rows):
            others = tuple(
                source
                for other, theirs in measuring.items()
                if other != name
                and any(row.metric == each.row.metric for row in theirs)
                for source in books[other].sources
            )
            yield Rule(
                ruled=each,
                sources=None if book.fallback else book.sources,
                other_sources=others if book.fallback else None,
                regions=regions_of(book, until),
            )


def regions_of(book: Rulebook, at: datetime) -> RegionsRow | None:
    """Return which regions count as one and which as remote, if any row says so."""
    rows = [row for row in book.rows if isinstance(row, RegionsRow)]
    return next(in_force(rows, Times(judged_at=at)), None)


def summed(days: Sequence[Tally]) -> tuple[Tally, ...]:
    """Return the figures of all days together, each rule's by itself."""
    sums: dict[tuple[str, str], Tally] = {}
    for each in days:
        known = sums.get((each.metric, each.rule))
        sums[each.metric, each.rule] = replace(
            each,
            day=None,
            numerator=each.numerator + (known.numerator if known else 0),
            denominator=each.denominator + (known.denominator if known else 0),
        )
    return tuple(sums.values())
