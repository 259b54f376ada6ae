"""I6: each projection, row for row, equals one filled again from the log."""

from collections.abc import Callable, Iterable
from threading import Event as Signal

from application.event_store.connections import Pool
from application.projections.rebuild import (
    RebuildGaveUp,
    RebuildUnderWay,
    Rebuilt,
    in_steps,
    rebuild,
)
from application.projections.runtime import Projection
from application.verify.findings import BothSides, Findings


def check_projections(  # noqa: PLR0913 - what is compared, and whom to tell and to obey
    projections: Iterable[Projection],
    projector: Pool,
    found: Findings,
    advance: Callable[[int], object],
    stop: Signal | None = None,
    *,
    partition: int | None = None,
) -> None:
    """Fill each again beside the live one, and compare; nothing is changed.

    In one ``partition`` or in all of them. What cannot be filled is a finding, and the
    others are filled. ``advance`` is told of events as they are read. Raises
    RebuildGaveUp once it was asked to stop, or somebody fills the same tables.
    """
    for projection in projections:
        try:
            rebuilt = rebuild(
                projection,
                projector,
                partition=partition,
                progress=in_steps(advance),
                stop=stop,
            )
        except RebuildUnderWay:
            raise
        except RebuildGaveUp as error:
            if stop is not None and stop.is_set():
                raise
            what = f"could not be filled again: {error}"
            found.add("I6", what, partition=partition, of=projection.name)
        else:
            take_down(rebuilt, found)


def take_down(rebuilt: Rebuilt, found: Findings) -> None:
    """Take down what a rebuild came to."""
    found.looked_at("I6", rebuilt.rows)
    for partition, why in rebuilt.unfilled.items():
        what = f"{rebuilt.projection} cannot be filled again in partition {partition}"
        found.add("I6", f"{what}: {why}", partition=partition, of=rebuilt.projection)
    for each in rebuilt.examples:
        found.add(
            "I6",
            str(each),
            partition=each.key.get("partition"),
            position=each.key.get("position"),
            of=rebuilt.projection,
            rows=BothSides(each.live, each.rebuilt),
        )
    if more := rebuilt.differing - len(rebuilt.examples):
        what = f"{rebuilt.projection}: {more:,} more rows differ"
        found.add("I6", what, of=rebuilt.projection, times=more)
    for parked in rebuilt.parked_examples:
        where = f"stream {parked.stream_id} at {parked.partition}.{parked.position}"
        found.note(f"{rebuilt.projection} filled again parks {where}: {parked.reason}")
    if rebuilt.parked_rebuilt:
        found.note(
            f"{rebuilt.projection}: {rebuilt.parked_rebuilt} streams cannot be read, "
            "live or anew, so nobody can say what their rows should be"
        )
