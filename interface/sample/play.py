"""Plays the story of the sample, act by act; the worker does the rest, as always.

Each act yields what there is to tell of it. The clock is set, never waited for.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Event as Signal
from time import monotonic
from typing import Any, Final, Literal

from msgspec import Struct

from application.event_store.mapper import tag_of
from application.proactive.stored import stored_entitlements
from application.processes.worker import Worker
from application.projections.timeline import Entry
from domain.after_sales import RefundSucceeded
from domain.resolution.events import PlansOffered, StepFailed
from domain.shortfall import ShortfallCode
from interface.bootstrap import Redress
from interface.sample.acts import (
    INCIDENT,
    PILOT,
    STALLED_BEFORE,
    UNLUCKY,
    Acts,
)
from interface.sample.feeds import Feeds
from interface.sample.figures import Figures, figures
from interface.sample.urumqi import COUNTS
from interface.working import worker

Told = Literal[
    "bought",
    "noticed",
    "owed_paid",
    "approved",
    "declared",
    "estimated",
    "granted",
    "piloted",
    "rolled_out",
    "answered",
    "carried_out",
    "refund_failed",
    "another_way",
    "went_on",
    "silence",
]

# From so many hours before the end, until it is complete.
NIGHT_HOURS: Final = 6
# A refund that failed is tried again after minutes, twice as many each time.
RETRIES: Final = tuple(timedelta(minutes=each) for each in (37, 49, 71, 113, 127))
HOUR: Final = timedelta(hours=1)
# So much of a timeline is read, and what of it is shown: the landmarks.
READ_MAX: Final = 100
LANDMARKS: Final = frozenset(
    {
        "order.placed",
        "order.parcel_shipped",
        "resolution.opened",
        "resolution.offered",
        "resolution.accepted",
        "after_sales.refund_failed",
        "after_sales.refund_succeeded",
        "resolution.executed",
    }
)
# Effects of which nothing is heard are waited for so long, looked at so often.
PATIENCE_SECONDS, PAUSE_SECONDS = 20.0, 0.5

COUNT_SHORT: Final = """
SELECT convert_from(body, 'UTF8')::jsonb -> 'shortfall' ->> 'code', count(*)
  FROM store.event WHERE type = 'shortfall.detected' GROUP BY 1 ORDER BY 2 DESC, 1
"""
BY_RULE: Final = """
SELECT line ->> 'rule', sum((line ->> 'fen')::bigint)::bigint
  FROM store.event, jsonb_array_elements(
       convert_from(body, 'UTF8')::jsonb -> 'lines') AS line
 WHERE type = 'compensation.reserved' GROUP BY 1 ORDER BY 2 DESC, 1
"""
UNHEARD: Final = """
SELECT count(*) FROM effect.run
 WHERE state IN ('waiting', 'sending', 'unknown', 'accepted')
"""
COUNTS_OF: Final = "SELECT type, count(*) FROM store.event GROUP BY type"
LATEST: Final = """
SELECT stream_id, version FROM store.event
 WHERE type = %(tag)s
 ORDER BY recorded_at DESC, stream_id, version DESC LIMIT 1
"""


class Scene(Struct, frozen=True, kw_only=True):
    """Something to tell: what, when by the clock, its figures, and an event to ask of.

    ``event`` is as ``redress explain`` takes it.
    """

    what: Told
    at: datetime
    facts: Mapping[str, Any] = {}
    event: str | None = None


class Play:
    """The story in an installation. ``set_clock`` sets the time ``now`` tells."""

    def __init__(
        self,
        redress: Redress,
        until: datetime,
        now: Callable[[], datetime],
        set_clock: Callable[[datetime], object],
    ) -> None:
        self._redress, self.until = redress, until
        self._now, self._set_clock = now, set_clock
        self.feeds = Feeds(redress, until)
        self.acts = Acts(redress, self.feeds, now)
        self._worker: Worker = worker(redress)
        self._stop = Signal()

    def scenes(self) -> Iterator[Scene]:
        """Play it all, and yield what there is to tell."""
        yield from self.night()
        yield from self.incident()
        yield from self.making_good()
        yield from self.afterwards()

    def figures(self) -> Figures:
        """Return what it came to so far."""
        incident, _ = self._redress.incidents.find(INCIDENT)
        left = len(self.acts.stuck_steps())
        return figures(self._redress, incident, self._now(), left)

    def timeline(self) -> Sequence[Entry]:
        """Return what the consumer whose refund failed reads, oldest first, in brief.

        What happened several times is told as it happened last.
        """
        found = self._redress.queries.timeline.newest(
            [UNLUCKY], limit=READ_MAX, back_office=False
        )
        last: dict[str, Entry] = {}
        for each in found.rows:
            if each.code in LANDMARKS:
                last.setdefault(each.code, each)
        return [*reversed(last.values())]

    # -- The acts --

    def night(self) -> Iterator[Scene]:
        """Let parcels stall, and be noticed hour by hour."""
        start = self.until - NIGHT_HOURS * HOUR
        self._set_clock(start)
        self.feeds.tell(start)
        yield self._scene("bought", orders=len(self.feeds.orders), fates=dict(COUNTS))
        self._work()
        known: Counter[ShortfallCode] = Counter()
        for hour in range(1, NIGHT_HOURS + 1):
            at = start + hour * HOUR
            self._set_clock(at)
            self.feeds.tell(at)
            self._work()
            known, before = self._short(), known
            yield self._scene(
                "noticed",
                "shortfall.detected",
                total=known.total(),
                by_code=known - before,
            )
        owed = stored_entitlements(self._redress.reader)
        yield self._scene(
            "owed_paid",
            "compensation.paid",
            paid=owed.paid,
            unasked=owed.paid_unasked,
            minutes=owed.minutes_p50,
            rules=self._rules(),
        )

    def incident(self) -> Iterator[Scene]:
        """Have a person see that it is one thing, and go about all of it at once."""
        approved = self.acts.approve()
        self._work()
        yield self._scene("approved", tag_of(PlansOffered), approved=approved)
        members = self.acts.declare(self.until - STALLED_BEFORE)
        yield self._scene("declared", "incident.declared", orders=members)
        impact = self.acts.estimate()
        yield self._scene("estimated", "incident.impact_estimated", impact=impact)
        total = self.acts.grant()
        yield self._scene("granted", "incident.budget_approved", fen=total)
        self.acts.pilot()
        self._work()
        yield self._scene("piloted", "incident.pilot_started", orders=PILOT)
        self._later(timedelta(minutes=5))
        self.acts.roll_out()
        self._work()
        incident, _ = self._redress.incidents.find(INCIDENT)
        offered = incident.tally.offered + incident.tally.spent
        yield self._scene("rolled_out", "resolution.offered", orders=offered)

    def making_good(self) -> Iterator[Scene]:
        """Have consumers answer, and what they took carried out."""
        self._later(timedelta(minutes=25))
        answers = self.acts.answer()
        yield self._scene("answered", "resolution.accepted", answers=answers)
        self._work()
        self.feeds.stops(self.acts.stopped(), self._now())
        self._work()
        yield self._scene("carried_out", "resolution.executed", counts=self._counts())
        for pause in RETRIES:
            self._later(pause)
            self._work()
        yield self._scene(
            "refund_failed",
            tag_of(StepFailed),
            steps=self.acts.stuck_steps(),
            consumer=UNLUCKY,
            times=self._counts().get("after_sales.refund_failed", 0),
        )
        again = self.acts.by_another_way()
        self._work()
        left = len(self.acts.stuck_steps())
        yield self._scene(
            "another_way", tag_of(RefundSucceeded), again=again, left=left
        )

    def afterwards(self) -> Iterator[Scene]:
        """Let the hub work again, and time run out for who said nothing."""
        self._set_clock(self.until + 20 * HOUR)
        stopped = self.acts.stopped()
        self.feeds.moves_on(self._now(), stopped)
        self._work()
        cleared = self._counts().get("shortfall.cleared", 0)
        yield self._scene(
            "went_on", "shortfall.cleared", stopped=len(stopped), cleared=cleared
        )
        self._set_clock(self.until + 75 * HOUR)
        self._work()
        expired = self._counts().get("resolution.expired", 0)
        yield self._scene("silence", "resolution.expired", expired=expired)

    # -- Time, work, and what is told --

    def _later(self, pause: timedelta) -> None:
        self._set_clock(self._now() + pause)

    def _work(self) -> None:
        """Have the worker do all there is, effects outside included.

        Gateways go by real time: who did not answer is asked again in some seconds.
        """
        patience = monotonic() + PATIENCE_SECONDS
        while True:
            self._worker.until_idle(self._stop)
            self._redress.outside.effect_worker.finish(self._stop)
            if self._worker.round():
                continue
            if not self._unheard() or monotonic() > patience:
                return
            self._stop.wait(PAUSE_SECONDS)

    def _unheard(self) -> int:
        """Return of how many effects nobody knows yet what became of them."""
        with self._redress.writer.connection() as connection:
            row = connection.execute(UNHEARD).fetchone()
        return 0 if row is None else int(row[0])

    def _scene(self, what: Told, tag: str | None = None, **facts: Any) -> Scene:
        event = self._latest(tag) if tag else None
        return Scene(what=what, at=self._now(), facts=facts, event=event)

    def _latest(self, tag: str) -> str | None:
        with self._redress.reader.connection() as connection:
            row = connection.execute(LATEST, {"tag": tag}).fetchone()
        return f"{row[0]}@{row[1]}" if row else None

    def _rules(self) -> Mapping[str, int]:
        """Return what each rule of money came to so far, in fen."""
        with self._redress.reader.connection() as connection:
            return dict(connection.execute(BY_RULE).fetchall())

    def _short(self) -> Counter[ShortfallCode]:
        with self._redress.reader.connection() as connection:
            return Counter(dict(connection.execute(COUNT_SHORT).fetchall()))

    def _counts(self) -> dict[str, int]:
        with self._redress.reader.connection() as connection:
            return dict(connection.execute(COUNTS_OF).fetchall())
