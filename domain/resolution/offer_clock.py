"""The clocks of a resolution: the consumer's answer, and the consumer's silence after.

Both are of the row of offers, so they have no rows of their own.
"""

from datetime import UTC, datetime
from typing import Final

from domain.plan import OnSilence
from domain.policy.rows import OnBreach, TimerRow
from domain.policy.service_rows import OfferRow
from domain.resolution.state import Resolution
from domain.resolution.values import CONFIRM
from domain.timer import TimerCancelled, TimerMet, TimerStarted, cancelled, met, started

# What follows the end of an offer, in the words of clocks.
SILENCE: Final[dict[OnSilence, OnBreach]] = {
    "minimum": "close",
    "accept": "agree",
    "close": "close",
}
ENDLESS: Final = datetime(1970, 1, 1, tzinfo=UTC)


def clock(step: str, hours: int, on_breach: OnBreach, terms: OfferRow) -> TimerRow:
    """Return the row of a clock, under the reference of the row of offers."""
    return TimerRow(
        id=terms.id,
        version=terms.version,
        title=terms.title,
        binding=terms.binding,
        in_force_from=ENDLESS,
        source=terms.source,
        step=step,
        owes="consumer",
        hours=hours,
        on_breach=on_breach,
    )


def begun(
    resolution: Resolution, step: str, terms: OfferRow, at: datetime
) -> TimerStarted:
    """Start the clock of an offer or of a confirmation."""
    hours, on_breach = terms.expires_hours, SILENCE[terms.on_silence]
    if step == CONFIRM:
        hours, on_breach = terms.confirm_hours, "succeed"
    number = 1 + sum(each.step == step for each in resolution.timers.values())
    return started(clock(step, hours, on_breach, terms), f"{step}/{number}", at)


def answered(resolution: Resolution, at: datetime) -> tuple[TimerMet, ...]:
    """Say that the consumer answered, if it was asked."""
    return tuple(
        met(timer, at)
        for timer in resolution.timers.values()
        if timer.standing == "running"
    )


def let_go(
    resolution: Resolution, at: datetime, reason: str
) -> tuple[TimerCancelled, ...]:
    """Say that nobody waits for the consumer any more, for a reason."""
    return tuple(
        cancelled(timer, at, reason)
        for timer in resolution.timers.values()
        if timer.standing == "running"
    )
