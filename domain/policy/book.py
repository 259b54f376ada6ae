"""A pack as decisions see it: every row chosen by its own binding and dates."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final, Generic, TypeVar, get_args

from msgspec import structs

from domain.kernel import YEAR_MIN, Code, Policy, PolicyRef, Refused
from domain.policy.rows import (
    AnyRow,
    ApprovalRow,
    Binding,
    BurdenRow,
    CalendarRow,
    CapRow,
    Issue,
    LabelRow,
    MoneyRow,
    PolicyDocument,
    Row,
    TimerRow,
    Times,
)
from domain.policy.service_rows import (
    CompanionshipRow,
    DetectorRow,
    OfferRow,
    PlanRow,
    RegionsRow,
    SeverityRow,
)
from domain.promise import Hours, PromiseRule, PromiseTerms

R = TypeVar("R", bound=Row)

# How an offer runs where no row says otherwise (domain rules, section 3.4).
USUAL_OFFER: Final = OfferRow(
    id="default.offer",
    version=1,
    title="An offer runs 72 hours; silence means what is owed",
    binding="adjudication_time",
    in_force_from=datetime(YEAR_MIN, 1, 1, tzinfo=UTC),
    source="[Δ] section 3.4",
)


BINDINGS: Final[tuple[Binding, ...]] = get_args(Binding)


class NoSuchRule(Refused):
    """The policies in force have no rule for this step."""


class Rulebook(Policy, frozen=True, kw_only=True, dict=True):
    """The rows of one profile, as of every date.

    Which row holds is asked with the dates of the matter at hand: among the rows of one
    id in force at the date their binding looks at, the one of the highest version.
    ``usual`` are the labels of an order that named none; ``sources`` and ``fallback``
    say whose orders it speaks for.
    """

    profile: str
    rows: tuple[AnyRow, ...]
    usual: tuple[Code, ...] = ()
    auto_confirm_hours: Hours = 240
    sources: tuple[Code, ...] = ()
    fallback: bool = False

    def timer(self, step: str, times: Times, goods: str | None = None) -> TimerRow:
        """Return the clock of a step; a row narrowed to these goods beats the general.

        Raises NoSuchRule.
        """
        rows = list(in_force(self._timers.get(step, ()), times))
        narrowed = [row for row in rows if goods is not None and goods in row.goods]
        found = narrowed or [row for row in rows if not row.goods]
        if not found:
            raise NoSuchRule(step=step, profile=self.profile)
        return max(found, key=lambda row: row.in_force_from)

    def burden(self, issue: Issue, times: Times) -> BurdenRow:
        """Return who proves what; of an issue without a row, that of ``other``.

        Raises NoSuchRule.
        """
        of_kind = self._of(BurdenRow)
        for asked in (issue, "other"):
            rows = [row for row in of_kind if row.issue == asked]
            for row in in_force(rows, times):
                return row
        raise NoSuchRule(step=f"burden.{issue}", profile=self.profile)

    def approvals(self, step: str, times: Times) -> tuple[ApprovalRow, ...]:
        """Return who may approve a step, from the least amount to the greatest."""
        spans = self._approvals.get(step)
        if spans is None:
            rows = [row for row in self._of(ApprovalRow) if row.step == step]
            spans = self._approvals[step] = Spans(rows, order=up_to)
        return spans.holding(times)

    def money(self, breach: str, times: Times) -> tuple[MoneyRow, ...]:
        """Return what a breach costs, before its conditions are asked."""
        return tuple(row for row in self.all_money(times) if row.trigger == breach)

    def all_money(self, times: Times) -> tuple[MoneyRow, ...]:
        """Return what any breach costs, in the order of the pack."""
        return self._holding(MoneyRow, times)

    def caps(
        self, times: Times, ids: Sequence[str] | None = None
    ) -> tuple[CapRow, ...]:
        """Return the caps in force; with ``ids`` those named, in that order."""
        rows = {row.id: row for row in self._holding(CapRow, times)}
        return tuple(
            rows[name] for name in (rows if ids is None else ids) if name in rows
        )

    def goodwill_caps(self, times: Times) -> tuple[CapRow, ...]:
        """Return what compensation above what is owed may come to."""
        return tuple(cap for cap in self.caps(times) if cap.goodwill)

    def calendars(self, times: Times) -> tuple[CalendarRow, ...]:
        """Return when time does not count, or counts otherwise."""
        return self._holding(CalendarRow, times)

    def detectors(self, times: Times) -> tuple[DetectorRow, ...]:
        """Return what counts as a shortfall, in the order of the pack."""
        return self._holding(DetectorRow, times)

    def regions(self, times: Times) -> RegionsRow | None:
        """Return which regions count as one and which as remote, if any row says so."""
        return next(iter(self._holding(RegionsRow, times)), None)

    def severity(self, times: Times) -> SeverityRow | None:
        """Return how grave a shortfall is, if any row says so."""
        return next(iter(self._holding(SeverityRow, times)), None)

    def plans(self, code: str, times: Times) -> tuple[PlanRow, ...]:
        """Return the solutions proposed for a shortfall, before their conditions.

        The lowest rank first; what is owed anyway is not among them.
        """
        return tuple(row for row in self._plans(code, times) if not row.minimum)

    def minimum_plans(self, code: str, times: Times) -> tuple[PlanRow, ...]:
        """Return what a shortfall owes anyway, before its conditions are asked."""
        return tuple(row for row in self._plans(code, times) if row.minimum)

    def _plans(self, code: str, times: Times) -> list[PlanRow]:
        rows = self._holding(PlanRow, times)
        return sorted(
            (row for row in rows if code in row.codes),
            key=lambda row: (row.rank, row.id),
        )

    def companionship(self, times: Times) -> CompanionshipRow:
        """Return how long we stay beside a consumer. Raises NoSuchRule."""
        for row in in_force(self._of(CompanionshipRow), times):
            return row
        raise NoSuchRule(step="companionship", profile=self.profile)

    def offer_terms(self, times: Times) -> OfferRow:
        """Return how an offer to a consumer runs; the usual terms where no row does."""
        return next(iter(self._holding(OfferRow, times)), USUAL_OFFER)

    def row(self, ref: PolicyRef) -> AnyRow | None:
        """Return the row an event names, in force or not."""
        return self._by_ref.get(ref)

    @cached_property
    def zone(self) -> str:
        """The time zone its rows are written in."""
        zoned = (getattr(row, "zone", None) for row in self.rows)
        return next(filter(None, zoned), "Asia/Shanghai")

    @cached_property
    def day_zone(self) -> str | None:
        """The zone whose days its caps count in: that of its first cap of a day."""
        caps = (row for row in self._of(CapRow) if row.scope == "buyer_seller_day")
        return next((cap.zone for cap in caps), None)

    def label_terms(self) -> PromiseTerms:
        """Return what the labels of its orders promise."""
        return self._terms

    def _of(self, kind: type[R]) -> tuple[R, ...]:
        rows = self._by_kind.get(kind)
        if rows is None:
            rows = tuple(row for row in self.rows if isinstance(row, kind))
            self._by_kind[kind] = rows
        return rows  # type: ignore[return-value]  # kept under its own kind, above

    def _holding(self, kind: type[R], times: Times) -> tuple[R, ...]:
        """Return the rows of a kind that are in force, in the order of the pack."""
        spans = self._spans.get(kind)
        if spans is None:
            spans = self._spans[kind] = Spans(self._of(kind))
        return spans.holding(times)

    # What is looked up often is found once; a book never changes.

    @cached_property
    def _spans(self) -> dict[type, "Spans[Any]"]:
        return {}

    @cached_property
    def _approvals(self) -> dict[str, "Spans[ApprovalRow]"]:
        return {}

    @cached_property
    def _by_kind(self) -> dict[type, tuple[Row, ...]]:
        return {}

    @cached_property
    def _by_ref(self) -> dict[PolicyRef, AnyRow]:
        return {row.ref: row for row in self.rows}

    @cached_property
    def _timers(self) -> dict[str, list[TimerRow]]:
        found: dict[str, list[TimerRow]] = {}
        for row in self._of(TimerRow):
            found.setdefault(row.step, []).append(row)
        return found

    @cached_property
    def _terms(self) -> PromiseTerms:
        return PromiseTerms(
            ref=self.ref,
            rules=tuple(promise_rule(row) for row in self._of(LabelRow)),
            usual=self.usual,
            auto_confirm_hours=self.auto_confirm_hours,
        )


def up_to(row: ApprovalRow) -> float:
    """Return up to how much a row lets its role approve; without an end, all."""
    return float("inf") if row.up_to_fen is None else row.up_to_fen


class Spans(Generic[R]):
    """Rows, and which of them hold between any two dates on which one begins or ends.

    Thousands of orders ask the same in between, and are answered by one look.
    """

    def __init__(
        self, rows: Sequence[R], order: Callable[[R], float] | None = None
    ) -> None:
        ends = (row.in_force_to for row in rows)
        self._dates = sorted(
            {*(row.in_force_from for row in rows), *(to for to in ends if to)}
        )
        self._rows, self._order = rows, order
        self._known: dict[tuple[int, ...], tuple[R, ...]] = {}

    def holding(self, times: Times) -> tuple[R, ...]:
        """Return the rows in force at these dates, as ``in_force`` finds them."""
        span = tuple(bisect_right(self._dates, times.of(each)) for each in BINDINGS)
        known = self._known.get(span)
        if known is None:
            found = list(in_force(self._rows, times))
            if self._order is not None:
                found.sort(key=self._order)
            known = self._known[span] = tuple(found)
        return known


def in_force(rows: Iterable[R], times: Times) -> Iterator[R]:
    """Yield, of each id, the highest version in force, in the order of the pack."""
    found: dict[str, R] = {}
    for row in rows:
        at = times.of(row.binding)
        ended = row.in_force_to is not None and at >= row.in_force_to
        if at < row.in_force_from or ended:
            continue
        if row.id not in found or row.version > found[row.id].version:
            found[row.id] = row
    yield from found.values()


def promise_rule(row: LabelRow) -> PromiseRule:
    """Return a label as orders pin it; ValueError for a deed that never falls due."""
    return PromiseRule(
        ref=row.ref,
        label=row.label,
        kind=row.promise,
        since=row.in_force_from,
        anchor=row.anchor,
        hours=row.hours,
        day=row.day,
        cutoff_hour=row.cutoff_hour,
        from_midnight=row.from_midnight,
        zone=row.zone,
        notice=row.source,
        until=row.in_force_to,
    )


def labels_of(books: Sequence[Rulebook]) -> PromiseTerms:
    """Return what labels promise, by the source of an order.

    The fallback's rules hold for all orders whose source no book speaks for; a book
    that speaks for no source is none's. Raises NoSuchRule where there is no fallback.
    """
    fallback = next((book for book in books if book.fallback), None)
    if fallback is None:
        raise NoSuchRule(step="labels", profile="")
    rules = list(fallback.label_terms().rules)
    usual_of: dict[str, tuple[Code, ...]] = {}
    for book in books:
        if book is fallback or not book.sources:
            continue
        usual_of |= dict.fromkeys(book.sources, book.usual)
        rules += [
            structs.replace(rule, sources=book.sources)
            for rule in book.label_terms().rules
        ]
    terms = fallback.label_terms()
    return structs.replace(terms, rules=tuple(rules), usual_of=usual_of)


def rulebook_of(document: PolicyDocument, ref: PolicyRef) -> Rulebook:
    """Return a document as decisions see it, under the reference it is known by."""
    return Rulebook(
        ref=ref,
        profile=document.profile,
        rows=document.row,
        usual=document.usual,
        auto_confirm_hours=document.auto_confirm_hours,
        sources=document.sources,
        fallback=document.fallback,
    )
