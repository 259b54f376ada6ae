"""``redress verify``: whether all that must be so of the store is so."""

import sys
from threading import Event as Signal

import rich_click as click
from msgspec import json
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from application.projections.read_models import READ_MODELS
from application.projections.rebuild import RebuildGaveUp
from application.verify.findings import SHOWN_MAX, Findings, Report
from application.verify.projections import check_projections
from application.verify.verify import NoSuchPartition, Scope, scope_of, verify
from interface.bootstrap import Redress, open_redress
from interface.cli.installation import existing
from interface.cli.progress import progress
from interface.errors import UserError
from interface.long_running import settle_in
from interface.settings import read_settings
from interface.working import stopped_by_signals

HIDDEN = (
    "What this cannot see: a superuser who rewrites the whole end of a partition, with "
    "leaves, commands, head and projections. Only what is kept outside the database, "
    "such as a receipt, shows that."
)


@click.command()
@click.option(
    "--rebuild", is_flag=True, help="Fill every projection again, and compare."
)
@click.option(
    "--partition",
    type=click.IntRange(0, 4095),
    help="Look at this one only, with --rebuild too.",
)
@click.option(
    "--since",
    type=click.IntRange(0),
    default=0,
    metavar="POSITION",
    help="Look at what lies behind this position of the partition.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(*, rebuild: bool, partition: int | None, since: int, as_json: bool) -> None:
    """Check the log, row by row, and what was made of it; nothing is changed.

    Works beside whoever writes. Ends with exit code 1 if anything is wrong, and says
    in which partition, at which position.
    """
    if since and partition is None:
        raise UserError(
            "--since is a position of one partition: name it by --partition"
        )
    with open_redress(existing(read_settings())) as redress:
        settle_in()
        report, gave_up = verified(redress, partition, since, rebuild=rebuild)
    if as_json:
        click.echo(json.format(json.encode({"holds": report.holds, "report": report})))
    else:
        show(report, Console())
    if gave_up is not None:
        raise UserError(f"{gave_up} Nothing was changed.")
    if not report.holds:
        sys.exit(1)


def verified(
    redress: Redress, partition: int | None, since: int, *, rebuild: bool
) -> tuple[Report, RebuildGaveUp | None]:
    """Return what is found, and why that is not all; show how far it is.

    Raises UserError.
    """
    found = Findings()
    with redress.connections.verifier.connection() as connection:
        try:
            scope = scope_of(connection, partition, since)
        except NoSuchPartition as error:
            raise UserError(str(error)) from None
        with progress("Verifying", scope.events, "events") as advance:
            verify(connection, scope, found, advance)
    gave_up = None
    if rebuild:
        with stopped_by_signals() as stop:
            try:
                compare(redress, scope, found, stop)
            except RebuildGaveUp as error:
                gave_up = error
    return found.report(), gave_up


def compare(redress: Redress, scope: Scope, found: Findings, stop: Signal) -> None:
    """Check every projection within the scope's partitions. Raises RebuildGaveUp."""
    events = len(READ_MODELS) * sum(each.end for each in scope.heads)
    with progress("Filling again", events, "events") as advance:
        check_projections(
            READ_MODELS,
            redress.projector,
            found,
            advance,
            stop,
            partition=scope.partition,
        )


def show(report: Report, console: Console) -> None:
    """Print what was looked at, what is wrong, and what nobody can see from here."""
    table = Table("", "", "looked at", "", box=SIMPLE_HEAD)
    table.columns[2].justify = "right"
    for each in report.invariants:
        looked = f"{each.checked:,} {each.unit}"
        wrong = f"[red]✗ {each.broken:,}[/]" if each.broken else "[green]✓[/]"
        table.add_row(each.invariant, each.says, looked, wrong)
    console.print(table)
    for found in report.findings:
        where = f"{found.invariant}  {found.place}"
        line(console, f"{where}  {found.what}{about(found.of)}")
    for each in report.invariants:
        if each.broken > SHOWN_MAX:
            line(
                console, f"{each.invariant}  {each.broken:,} in all; not all are shown"
            )
    for note in report.notes:
        line(console, note)
    line(console, HIDDEN)


def about(of: str | None) -> str:
    """Return what a finding is about, behind its words."""
    return f"  ({of})" if of else ""


def line(console: Console, text: str) -> None:
    """Print a line as it is, however long."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)
