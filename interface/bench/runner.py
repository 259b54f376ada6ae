"""Takes the rounds of each measure in turn, and says what they came to."""

from collections.abc import Callable, Sequence
from statistics import median

from msgspec import Struct

from interface.bench.callers import quantile
from interface.bench.ground import Ground, Sizes
from interface.bench.measure import Contest, Measure, NotMeasured, Sample, Wrong

Told = Callable[[str], object]


class Row(Struct, frozen=True, kw_only=True):
    """A row of the table, as programs read it. ``ratio`` is of ours to the peer's.

    ``floor`` and ``aim`` are of the ratio, or of ours where there is no peer; ``holds``
    says whether the floor does, None where there is none, nothing was measured, or what
    was is not to be judged: a quick run, a ratio that is not credible. Of a peer that
    is not there ``peer`` says why.
    """

    measure: str
    ours: float | None
    peer: float | str | None
    unit: str
    ratio: float | None
    floor: float | None
    aim: float | None
    holds: bool | None


class Spread(Struct, frozen=True, kw_only=True):
    """The rounds of one side, and what its callers waited, in ms."""

    rounds: Sequence[float]
    p50_ms: float | None = None
    p99_ms: float | None = None
    p999_ms: float | None = None


class Result(Struct, frozen=True, kw_only=True):
    """A row, how it came about, and what went wrong with it, if anything."""

    word: str
    row: Row
    peer_name: str
    less_is_better: bool
    ours: Spread | None = None
    peer: Spread | None = None
    notes: Sequence[str] = ()
    wrong: str | None = None


def measured(measure: Measure, ground: Ground, told: Told) -> Result:
    """Return what a measure comes to; ``told`` hears of each step."""
    measure = measure.sized(ground.sizes)
    told("warming up")
    try:
        with measure.open(ground) as contest:
            result = taken(measure, contest, ground.sizes, told)
    except NotMeasured as reason:
        return absent(measure, str(reason), ground.sizes)
    except Wrong as wrong:
        return absent(measure, "wrong", ground.sizes, wrong=str(wrong))
    except Exception as error:  # noqa: BLE001  # told with the rest, which took long
        why = f"{type(error).__name__}: {error}"
        return absent(measure, "failed", ground.sizes, wrong=why)
    return result


def taken(measure: Measure, contest: Contest, sizes: Sizes, told: Told) -> Result:
    """Return what the rounds come to, taken in turn: A, B, A, B and so on."""
    ours: list[Sample] = []
    peer: list[Sample] = []
    rounds = 1 if measure.steady else sizes.rounds
    for number in range(1, rounds + 1):
        told(f"round {number} of {rounds}, ours")
        ours.append(contest.ours())
        if contest.peer is not None:
            told(f"round {number} of {rounds}, {measure.peer}")
            peer.append(contest.peer())
    told("checking")
    contest.check()
    row = row_of(measure, ours, peer, sizes)
    return Result(
        word=measure.word,
        row=row,
        peer_name=measure.peer,
        less_is_better=measure.less_is_better,
        ours=spread(ours),
        peer=spread(peer) if peer else None,
        notes=(*contest.notes, *doubts(measure, row.ratio)),
    )


def row_of(
    measure: Measure, ours: Sequence[Sample], peer: Sequence[Sample], sizes: Sizes
) -> Row:
    """Return the medians, their ratio, and whether the floor holds."""
    our_median = median(each.value for each in ours)
    peer_median = median(each.value for each in peer) if peer else None
    ratio = our_median / peer_median if peer_median else None
    judged = our_median if peer_median is None else ratio
    if sizes.quick or doubts(measure, ratio):
        judged = None
    return Row(
        measure=measure.title,
        ours=figure(our_median),
        peer=figure(peer_median),
        unit=measure.unit,
        ratio=figure(ratio),
        floor=measure.floor,
        aim=measure.aim,
        holds=keeps(measure, judged, measure.floor),
    )


def keeps(measure: Measure, judged: float | None, bound: float | None) -> bool | None:
    """Say whether a bound is kept; None if there is nothing to say."""
    if judged is None or bound is None:
        return None
    return judged <= bound if measure.less_is_better else judged >= bound


def doubts(measure: Measure, ratio: float | None) -> Sequence[str]:
    """Return why a ratio is not to be judged, if it is not."""
    if measure.credible is None or ratio is None or ratio <= measure.credible:
        return ()
    return (f"not judged: above {measure.credible:g}, so the {measure.peer} is wrong",)


def figure(value: float | None) -> float | None:
    """Return a figure with as many digits as it deserves."""
    return None if value is None else float(f"{value:.4g}")


def spread(samples: Sequence[Sample]) -> Spread:
    """Return the rounds, and the waits of all of them together."""
    waits = [wait for each in samples for wait in each.waits]
    values = [float(f"{each.value:.4g}") for each in samples]
    if not waits:
        return Spread(rounds=values)
    p50, p99, p999 = (quantile(waits, share) for share in (0.5, 0.99, 0.999))
    return Spread(
        rounds=values, p50_ms=figure(p50), p99_ms=figure(p99), p999_ms=figure(p999)
    )


def absent(
    measure: Measure, reason: str, sizes: Sizes, wrong: str | None = None
) -> Result:
    """Return a row without figures, that says why it has none."""
    return Result(
        word=measure.word,
        row=Row(
            measure=measure.title,
            ours=None,
            peer=f"not measured: {reason}",
            unit=measure.unit,
            ratio=None,
            floor=measure.floor,
            aim=measure.aim,
            holds=None if wrong is None or sizes.quick else False,
        ),
        peer_name=measure.peer,
        less_is_better=measure.less_is_better,
        wrong=wrong,
    )
