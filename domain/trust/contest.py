"""A point of the trust balance contested, and the answer to it.

The stream is the consumer's whose event the point rests on. What is contested stands
until it is answered, and what is corrected is shown as corrected: nothing is erased.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, assert_never

from msgspec import Meta, Struct

from domain.kernel import (
    Code,
    ConsumerName,
    Decider,
    Event,
    LongName,
    Moment,
    Policy,
    Refused,
    Request,
    Sealed,
    State,
)
from domain.party import ActingRole, By
from domain.trust.points import What

# Why a point is not so.
Reason = Literal[
    "did_not_happen",
    "wrong_time",
    "wrong_amount",
    "not_mine",
    "not_what_was_promised",
    "other",
]
Outcome = Literal["upheld", "corrected"]

# So often may one point be contested: new facts deserve a hearing, quarrels an end.
CONTESTS_MAX: Final = 3


class Correction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a point says from now on; what is not named stays as it was.

    ``counts`` False: the point is shown, and part of no total. ``minor`` is in minor
    units of the point's own currency.
    """

    counts: bool = True
    minutes: Annotated[int, Meta(ge=0, le=60 * 24 * 400)] | None = None
    minor: Annotated[int, Meta(ge=0, le=10**12)] | None = None


# -- Commands --


class ContestPoint(Request, frozen=True, kw_only=True):
    """Say that a point of one's trust balance is not so.

    ``event`` is "stream/version" as the point names it, ``what`` what it counts.
    """

    by: By
    consumer: ConsumerName
    event: LongName
    what: What
    reason: Reason
    words: Sealed | None = None


class AnswerContest(Request, frozen=True, kw_only=True):
    """Answer a contest: the point is upheld as it stands, or corrected."""

    by: By
    event: LongName
    what: What
    outcome: Outcome
    because: Code
    correction: Correction | None = None
    words: Sealed | None = None


TrustCommand = ContestPoint | AnswerContest

# -- Events --


class PointContested(Event, frozen=True, kw_only=True, tag="trust.point_contested"):
    """The consumer, or an agent for them, says that a point is not so."""

    at: Moment
    by: By
    consumer: ConsumerName
    event: LongName
    what: What
    reason: Reason
    words: Sealed | None = None


class ContestAnswered(Event, frozen=True, kw_only=True, tag="trust.contest_answered"):
    """The point is upheld as it stood, or says something else from now on."""

    at: Moment
    by: By
    event: LongName
    what: What
    outcome: Outcome
    because: Code
    correction: Correction | None = None
    words: Sealed | None = None


TrustEvent = PointContested | ContestAnswered

# -- State --


class Hearing(Struct, frozen=True, kw_only=True):
    """What was said of one point: by whom last, how often, and whether it is open."""

    by: By
    times: int
    open: bool


class Contests(State, frozen=True):
    """Every point of a consumer that was ever contested, by its name."""

    hearings: Mapping[str, Hearing] = {}


# -- Rules --


class NotYoursToContest(Refused):
    """Only the consumer contests a point of the balance, or an agent for them."""


class AlreadyContested(Refused):
    """Somebody contests this point already; it will be answered."""


class ContestedTooOften(Refused):
    """A point may be contested three times; a dispute can still be opened."""


class NotContested(Refused):
    """Nobody contests this point, or it was answered."""


class NotYoursToAnswer(Refused):
    """A contest is answered by an agent or an arbiter who did not raise it."""


class AnswerDoesNotFit(Refused):
    """A corrected point needs its correction, and one that is upheld has none."""


CONTESTING: Final[frozenset[ActingRole]] = frozenset(
    {"consumer", "agent", "senior_agent"}
)
ANSWERING: Final[frozenset[ActingRole]] = frozenset(
    {"agent", "senior_agent", "arbiter"}
)

# -- Decide --


def decide(
    contests: Contests, command: TrustCommand, _policy: Policy | None, at: datetime
) -> tuple[TrustEvent, ...]:
    """Return what happens; raises a Refused above where nothing may."""
    at = at.astimezone(UTC)
    found = contests.hearings.get(f"{command.event}/{command.what}")
    match command:
        case ContestPoint():
            return (contested(found, command, at),)
        case AnswerContest():
            return (answered(found, command, at),)
    assert_never(command)


def contested(
    found: Hearing | None, command: ContestPoint, at: datetime
) -> PointContested:
    """Return the contest; raises NotYoursToContest, Already…, ContestedTooOften."""
    if command.by.role not in CONTESTING:
        raise NotYoursToContest(role=command.by.role)
    if found is not None and found.open:
        raise AlreadyContested(event=command.event, what=command.what)
    if found is not None and found.times >= CONTESTS_MAX:
        raise ContestedTooOften(event=command.event, times=found.times)
    return PointContested(
        at=at,
        by=command.by,
        consumer=command.consumer,
        event=command.event,
        what=command.what,
        reason=command.reason,
        words=command.words,
    )


def answered(
    found: Hearing | None, command: AnswerContest, at: datetime
) -> ContestAnswered:
    """Return the answer; raises NotContested, NotYoursToAnswer, AnswerDoesNotFit."""
    if found is None or not found.open:
        raise NotContested(event=command.event, what=command.what)
    if command.by.role not in ANSWERING or command.by.name == found.by.name:
        raise NotYoursToAnswer(role=command.by.role)
    if (command.correction is None) is (command.outcome == "corrected"):
        raise AnswerDoesNotFit(outcome=command.outcome)
    return ContestAnswered(
        at=at,
        by=command.by,
        event=command.event,
        what=command.what,
        outcome=command.outcome,
        because=command.because,
        correction=command.correction,
        words=command.words,
    )


# -- Evolve --


def evolve(contests: Contests, event: TrustEvent) -> Contests:
    """Return the state after the event."""
    point = f"{event.event}/{event.what}"
    before = contests.hearings.get(point)
    match event:
        case PointContested(by=by):
            times = 1 if before is None else before.times + 1
            after = Hearing(by=by, times=times, open=True)
        case ContestAnswered():
            assert before is not None, "only what is contested is answered"
            after = Hearing(by=before.by, times=before.times, open=False)
        case _:
            assert_never(event)
    return Contests({**contests.hearings, point: after})


TRUST: Final[Decider[Contests, TrustCommand, TrustEvent, Policy]] = Decider(
    initial=Contests(), decide=decide, evolve=evolve
)
