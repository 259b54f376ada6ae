"""I6: each projection, row for row, equals one filled again from the log."""

from collections.abc import Callable, Iterable
from threading import Event as Signal

from msgspec import json

from application.event_store.connections import Pool
from application.projections.rebuild import Difference, Rebuilt, rebuild
from application.projections.runtime import Projection
from application.verify.findings import Findings

ROW_LENGTH_MAX = 1_000


def check_projections(
    projections: Iterable[Projection],
    projector: Pool,
    found: Findings,
    advance: Callable[[int], object],
    stop: Signal | None = None,
) -> None:
    """Fill each again beside the live one, and compare; nothing is changed.

    ``advance`` is told of events as they are read. Raises RebuildGaveUp.
    """
    for projection in projections:
        done = 0

        def moved(count: int, _total: int) -> None:
            nonlocal done
            advance(count - done)
            done = count

        rebuilt = rebuild(projection, projector, progress=moved, stop=stop)
        take_down(rebuilt, found)


def take_down(rebuilt: Rebuilt, found: Findings) -> None:
    """Take down what a rebuild came to."""
    found.looked_at("I6", rebuilt.rows)
    for each in rebuilt.examples:
        found.add(
            "I6",
            told(each),
            partition=each.row.get("partition"),
            position=each.row.get("position"),
            of=rebuilt.projection,
        )
    if more := rebuilt.differing - len(rebuilt.examples):
        what = f"{rebuilt.projection}: {more:,} more rows differ"
        found.add("I6", what, of=rebuilt.projection, times=more)
    if rebuilt.parked_rebuilt:
        found.note(
            f"{rebuilt.projection}: {rebuilt.parked_rebuilt} streams cannot be read, "
            "live or anew, so nobody can say what their rows should be"
        )


def told(difference: Difference) -> str:
    """Return which row only one side has; both sides of a changed row are told."""
    row = json.encode(difference.row).decode()
    where = "stands there" if difference.only_in == "live" else "should stand there"
    return f"only this {where}, {difference.table}: {row[:ROW_LENGTH_MAX]}"
