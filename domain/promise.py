"""What a service promise is, and how one is judged by what is known.

An order's promises (服务承诺) lie in the order's stream. A promise is pinned once, at
payment, with the rule it was given under; how it stands afterwards follows from the
facts alone, never from the order in which they were reported.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from domain.kernel import (
    YEAR_MAX,
    YEAR_MIN,
    Code,
    LongName,
    Moment,
    Name,
    Policy,
    PolicyRef,
    possible,
)

PromiseKind = Literal[
    "ship_by",  # 发货: the first pickup scan (揽收), or the merchant's word without one
    "hand_over_by",  # 交付承运: the carrier has it
    "deliver_by",  # 送达
    "return_within",  # 七天无理由: a right that lasts until it falls due
    "freight_insurance",  # 运费险: likewise
    "price_protection",  # 价保: likewise
]
PromiseSource = Literal["merchant", "creator", "platform"]

# What starts a promise's clock. A window's clock may start long after payment.
Anchor = Literal["paid", "shipped", "signed"]

# Promises of a deed are kept by doing it; a window is kept by lasting to its end.
DEEDS: frozenset[PromiseKind] = frozenset({"ship_by", "hand_over_by", "deliver_by"})

# What is counted in: a begun second does not count.
SECOND = timedelta(seconds=1)

Hours = Annotated[int, Meta(ge=1, le=24 * 400)]


class Offer(Struct, frozen=True, kw_only=True):
    """A promise as shown to the consumer: on the page, in the cart, in a live room.

    ``label`` names the rule in the policy pack. Without ``due_at`` (outright) or
    ``by_day`` (until 23:59:59 of that day in the rule's time zone) the rule's own clock
    counts, or ``hours`` in its place. ``by`` is who said it, ``line`` the order line it
    is about; without one it is about the whole order.
    """

    label: Code
    source: PromiseSource = "merchant"
    by: Name | None = None
    line: int | None = None
    due_at: Moment | None = None
    by_day: date | None = None
    hours: Hours | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a time nothing can be due at."""
        times = filter(None, (self.due_at, self.by_day))
        if not all(map(possible, times)):
            raise ValueError(f"due in the years {YEAR_MIN} to {YEAR_MAX}")


class PromiseRule(Policy, frozen=True, kw_only=True):
    """One row of a policy pack: what a label promises, and from when it is in force.

    ``day`` counts in days of ``zone``: "same" is the end of the anchor's day when it
    lies before ``cutoff_hour``, else of the next (极速发货); "next" is the end of the
    next day. ``from_midnight`` counts ``hours`` from 00:00 of the day after the anchor
    (七天无理由). ``notice`` names the platform's own rule text. It holds before
    ``until``, for orders of ``sources``; none are all that no other rule is for.
    """

    label: Code
    kind: PromiseKind
    since: Moment
    anchor: Anchor = "paid"
    hours: Hours | None = None
    day: Literal["same", "next"] | None = None
    cutoff_hour: int = 16
    from_midnight: bool = False
    zone: str = "Asia/Shanghai"
    notice: str = ""
    until: Moment | None = None
    sources: tuple[Code, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for a deed that would never fall due."""
        if self.kind in DEEDS and self.hours is None and self.day is None:
            raise ValueError(f"{self.ref}: {self.kind} needs `hours` or `day`")


class PromiseTerms(Policy, frozen=True, kw_only=True, dict=True):
    """The rules promises are pinned under, newest first for each label.

    ``usual`` are the labels of an order that was placed without naming any,
    ``usual_of`` those of orders of one source. An order shipped
    ``auto_confirm_hours`` ago may be completed without the consumer's word
    (自动确认收货, a default of domestic express).
    """

    rules: tuple[PromiseRule, ...]
    usual: tuple[Code, ...] = ()
    usual_of: Mapping[Code, tuple[Code, ...]] = {}
    auto_confirm_hours: Hours = 240

    def rule(
        self, label: str, at: datetime, source: str | None = None
    ) -> PromiseRule | None:
        """Return the label's rule at order time, for an order of the source.

        The oldest holds from the start. A label its source's rules do not know means
        what it does for all other orders.
        """
        of_label = self._by_label.get(label, [])
        mine = [rule for rule in of_label if source in rule.sources]
        mine = mine or [rule for rule in of_label if not rule.sources]
        started = [rule for rule in mine if rule.since <= at]
        if not started:
            return min(mine, key=lambda rule: rule.since, default=None)
        in_force = [rule for rule in started if rule.until is None or at < rule.until]
        return max(in_force, key=lambda rule: rule.since, default=None)

    @cached_property
    def _by_label(self) -> Mapping[str, list[PromiseRule]]:
        """The rules by their label: every command asks for those of its order."""
        found: dict[str, list[PromiseRule]] = {}
        for rule in self.rules:
            found.setdefault(rule.label, []).append(rule)
        return found

    def usual_labels(self, source: str) -> tuple[Code, ...]:
        """Return what an order of the source promises where nobody named a label."""
        return self.usual_of.get(source, self.usual)


def promise_key(kind: str, offer: Offer) -> str:
    """Return the name of a promise within its order, whoever reports it first."""
    about = f"line-{offer.line}" if offer.line is not None else "order"
    return "/".join((kind, about, offer.source, *filter(None, (offer.by,))))


def end_of_day(day: date, zone: str) -> datetime:
    """Return 23:59:59 of the day there: the last moment that keeps "by that day".

    Of a day that has it twice, because summer time ends at midnight, the second.
    """
    last = time(23, 59, 59, fold=1)
    return datetime.combine(day, last, ZoneInfo(zone)).astimezone(UTC)


def due_time(offer: Offer, rule: PromiseRule, anchor: datetime) -> datetime | None:
    """Return the last moment that still keeps the promise; None if it has no end."""
    if offer.due_at is not None:
        return offer.due_at.astimezone(UTC)
    if offer.by_day is not None:
        return end_of_day(offer.by_day, rule.zone)
    hours = offer.hours or rule.hours
    if offer.hours is None and rule.day is not None:
        there = anchor.astimezone(ZoneInfo(rule.zone))
        same = rule.day == "same" and there.hour < rule.cutoff_hour
        day = there.date() if same else there.date() + timedelta(days=1)
        return end_of_day(day, rule.zone)
    if hours is None:
        return None
    if rule.from_midnight:
        zone = ZoneInfo(rule.zone)
        tomorrow = anchor.astimezone(zone).date() + timedelta(days=1)
        start = datetime.combine(tomorrow, time(), zone)
        return start.astimezone(UTC) + timedelta(hours=hours)
    return anchor.astimezone(UTC) + timedelta(hours=hours)


def in_time(met_at: datetime, due_at: datetime) -> bool:
    """Say whether a deed kept its promise; rules count in whole seconds."""
    return met_at - due_at < SECOND


Standing = Literal["open", "kept", "breached", "waived", "voided"]


class Outcome(Struct, frozen=True, kw_only=True):
    """How a promise stands. Breached without ``met_at`` is breached by the clock."""

    standing: Standing
    met_at: datetime | None = None
    evidence: LongName | None = None


OPEN, WAIVED = Outcome(standing="open"), Outcome(standing="waived")


class PinnedPromise(Struct, frozen=True, kw_only=True):
    """A promise of an order as it stands. ``due_at`` is None until its clock starts.

    Once waived it stays so, whatever is learnt later.
    """

    kind: PromiseKind
    source: PromiseSource
    by: Name | None
    line: int | None
    policy: PolicyRef
    due_at: datetime | None
    first_due_at: datetime | None
    outcome: Outcome = OPEN
    waived_at: datetime | None = None


def whole_seconds(span: timedelta) -> int:
    """Return a span in whole seconds, a begun second counting as none."""
    return span // SECOND
