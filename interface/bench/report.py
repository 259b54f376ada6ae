"""What a run came to, for programs, for people and as a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, json

from interface.bench.picture import picture
from interface.bench.runner import Result, Row


class Rows(Struct, frozen=True, kw_only=True):
    """The rows of the table, and what they were taken on: what ``--json`` writes.

    The figures of a ``quick`` run mean nothing.
    """

    quick: bool
    rows: Sequence[Row]
    machine: Mapping[str, object]
    versions: Mapping[str, str]


class Report(Struct, frozen=True, kw_only=True):
    """Every measure with all of its rounds."""

    quick: bool
    results: Sequence[Result]
    machine: Mapping[str, object]
    versions: Mapping[str, str]

    @property
    def rows(self) -> Rows:
        """The rows alone."""
        rows = [each.row for each in self.results]
        return Rows(
            quick=self.quick, rows=rows, machine=self.machine, versions=self.versions
        )

    @property
    def wrong(self) -> Sequence[Result]:
        """What lost something, did it twice, or failed."""
        return [each for each in self.results if each.wrong]


class Kept(Struct, frozen=True):
    """Where a report lies: its picture, and every round of it."""

    drawn: Path
    details: Path


def keep(report: Report, folder: Path, json_file: Path | None) -> Kept:
    """Write the picture and every round into the folder, and the rows where asked."""
    kept = Kept(folder / "bench.svg", folder / "details.json")
    kept.drawn.write_text(picture(report.results, quick=report.quick))
    kept.details.write_bytes(json.format(json.encode(report)))
    if json_file is not None:
        json_file.write_bytes(json.format(json.encode(report.rows)))
    return kept
