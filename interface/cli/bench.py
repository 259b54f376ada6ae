"""``redress bench``: how fast this store is here, beside its peers."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.status import Status

from interface.bench.ground import FULL, MAINTENANCE, QUICK, Ground, Sizes, ground
from interface.bench.machine import machine_of, versions
from interface.bench.measure import Measure
from interface.bench.measures import MEASURES
from interface.bench.others import fetch_peers
from interface.bench.report import Report, keep
from interface.bench.runner import Result, measured
from interface.cli.bench_table import line, show
from interface.errors import UserError
from interface.long_running import settle_in
from interface.postgres.server import EmbeddedPostgres

# How wide the table is where nobody looks, as in a log.
WIDTH = 120
PEERS = "peers"
WORDS = [each.word for each in MEASURES]


@click.command()
@click.option("--quick", is_flag=True, help="Small sizes, two rounds: does it work?")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Write the rows here."
)
@click.option(
    "--only", multiple=True, type=click.Choice(WORDS), help="These measures alone."
)
@click.option(
    "--peers", is_flag=True, help="Fetch the peers that run on Node, by npm install."
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("bench"),
    show_default=True,
    help="Where the picture, the details and the peers go.",
)
def command(
    *,
    quick: bool,
    json_file: Path | None,
    only: Sequence[str],
    peers: bool,
    folder: Path,
) -> None:
    """Measure this store and its peers, in turn, on one PostgreSQL of their own.

    Both sides keep what they acknowledge. Ends with exit code 1 if anything was lost
    or doubled; a figure below its floor is only shown.
    """
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    chosen = [each for each in MEASURES if not only or each.word in only]
    folder.mkdir(parents=True, exist_ok=True)
    if peers:
        fetch_peers(folder / PEERS)
    report = take(chosen, QUICK if quick else FULL, folder)
    show(console, report)
    kept = keep(report, folder, json_file)
    line(console, f"The picture is {kept.drawn}, every round in {kept.details}")
    for each in report.wrong:
        raise UserError(f"{each.word}: {each.wrong}")


def take(
    chosen: Sequence[Measure],
    sizes: Sizes,
    folder: Path,
    server: EmbeddedPostgres | None = None,
) -> Report:
    """Take every measure, on a machine looked at before. Raises UserError."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch,
        ground(Path(scratch), sizes, folder / PEERS, server) as there,
    ):
        machine = machine_of(Path(scratch))
        known = versions(there.url(MAINTENANCE))
        settle_in()  # Both sides run in this process, as in one that serves.
        results = [
            taken(each, there, number, len(chosen))
            for number, each in enumerate(chosen, 1)
        ]
    return Report(quick=sizes.quick, results=results, machine=machine, versions=known)


def taken(measure: Measure, there: Ground, number: int, of: int) -> Result:
    """Take a measure, and show on standard error how far it is."""
    console = Console(stderr=True)
    where = f"{number}/{of} {measure.word}"
    if not console.is_terminal:
        line(console, where)
        return measured(measure, there, lambda _step: None)
    with Status(where, console=console) as status:
        return measured(measure, there, lambda step: status.update(f"{where}: {step}"))
