"""A run in the terminal: a table, and what it was taken on."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from interface.bench.measure import QUICK_RUN, TIMES
from interface.bench.report import Report
from interface.bench.runner import Result, Spread

LEGEND = (
    "Ours and peer: the median, the range of the rounds below it, then what callers "
    "waited: p50/p99/p99.9. Floor and aim: ≥ is to be at least that, ≤ at most"
)
# A quick run judges nothing, and shows neither.
MARKS = "✓ the floor holds, ✗ it does not"


def show(console: Console, report: Report) -> None:
    """Print the table and its legend, the notes, the machine and the versions."""
    if report.quick:
        line(console, f"{QUICK_RUN}, and no floor is judged.")
    console.print(table(report.results, quick=report.quick))
    line(console, f"{LEGEND}." if report.quick else f"{LEGEND}; {MARKS}.")
    for each in report.results:
        for note in each.notes:
            line(console, f"{each.word}: {note}")
    for known in (report.machine, report.versions):
        told = (f"{name} {value}" for name, value in known.items())
        line(console, ", ".join(told))


def table(results: Sequence[Result], *, quick: bool) -> Table:
    """Return the rows with their medians, ranges and waits."""
    shown = Table(box=SIMPLE_HEAD)
    shown.add_column("measure", min_width=28)
    for heading in ("ours", "peer", "ratio", "floor, aim"):
        shown.add_column(heading, justify="right", no_wrap=heading != "peer")
    for each in results:
        row = each.row
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}{TIMES}"
        bounds = [bound(value, each) for value in (row.floor, row.aim)]
        shown.add_row(
            f"{row.measure} [dim]({each.word}, {row.unit})[/]",
            side(row.ours, each.ours),
            side(row.peer, each.peer),
            f"{ratio} {'[dim]quick[/]' if quick else mark(each)}",
            "\n".join(filter(None, bounds)),
        )
    return shown


def side(median: float | str | None, spread: Spread | None) -> Text:
    """Return a median, the range of its rounds below it, and p50, p99, p99.9."""
    if not isinstance(median, float):
        return Text(median or "")
    said = Text(number(median), style="bold")
    if spread is not None and len(spread.rounds) > 1:
        low, high = min(spread.rounds), max(spread.rounds)
        said.append(f"\n{number(low)} to {number(high)}", style="dim not bold")
    if spread is not None and spread.p50_ms is not None:
        waits = (spread.p50_ms, spread.p99_ms, spread.p999_ms)
        told = "/".join(number(each) for each in waits if each is not None)
        said.append(f"\n{told} ms", style="dim not bold")
    return said


def number(value: float) -> str:
    """Return a number as people read it."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004


def bound(value: float | None, result: Result) -> str:
    """Return a floor or an aim."""
    if value is None:
        return ""
    unit = TIMES if result.peer_name else f" {result.row.unit}"
    return f"{'≤' if result.less_is_better else '≥'} {value:g}{unit}"


def mark(result: Result) -> str:
    """Return whether the floor holds."""
    if result.row.holds is None:
        return ""
    return "[green]✓[/]" if result.row.holds else "[red]✗[/]"


def line(console: Console, text: str) -> None:
    """Print a line as it is, however long."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)
