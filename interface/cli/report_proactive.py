"""``redress report proactive``: what would have been noticed, how early, how surely."""

from pathlib import Path

import rich_click as click
from msgspec import json
from msgspec.structs import replace
from rich.console import Console

from application.proactive import (
    Entitlements,
    NoOrders,
    OrderSeen,
    Proactive,
    report_on,
)
from application.proactive.stored import stored_entitlements, stored_orders
from domain.risk import DELIVERY_RISK
from interface.bootstrap import open_redress
from interface.cli.installation import existing
from interface.cli.proactive_picture import curve_picture
from interface.cli.proactive_tables import show
from interface.cli.stats import catch_up
from interface.errors import UserError
from interface.inbound.olist_parcels import read_parcels
from interface.settings import read_settings

REPORT_FILE, PICTURE_FILE = "proactive.json", "proactive.svg"


@click.command("proactive")
@click.option(
    "--olist",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of an Olist export; without it the orders of this installation.",
)
@click.option(
    "--source", help="Of the orders of this installation only those of a source."
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help=f"Also write {REPORT_FILE} and {PICTURE_FILE}, the curve, into this folder.",
)
def proactive(
    *, folder: Path | None, source: str | None, as_json: bool, out: Path | None
) -> None:
    """Walk the clock over past orders: who would have been told, how early, how surely.

    At every moment only what was known by then counts. Beside it stands a plain timer.
    Of this installation also: what was paid before anybody asked, and how soon.
    """
    orders, owed = (of_export(folder), None) if folder else of_installation(source)
    try:
        report = replace(report_on(orders, DELIVERY_RISK), entitlements=owed)
    except NoOrders:
        raise UserError(
            "There are no orders to walk over; take some in with redress ingest, "
            "or give the folder of an Olist export with --olist"
        ) from None
    written = json.format(json.encode(report))
    if out is not None:
        keep(out, written, report)
    if as_json:
        click.echo(written)
    else:
        show(report, Console())


def of_export(folder: Path) -> tuple[OrderSeen, ...]:
    """Return the orders of an Olist export; what is missing is said aside."""
    seen = read_parcels(folder)
    for file in seen.missing:
        click.echo(f"{file} is not there: less is known.", err=True)
    if seen.rows_left_out:
        click.echo(f"{seen.rows_left_out:,} rows were left out.", err=True)
    return seen.orders


def of_installation(
    source: str | None,
) -> tuple[tuple[OrderSeen, ...], Entitlements | None]:
    """Return the orders of this installation, once its projections have read on.

    Its entitlements are those of all sources; of one source alone they are not told.
    """
    with open_redress(existing(read_settings())) as redress:
        catch_up(redress)
        owed = stored_entitlements(redress.reader) if source is None else None
        return stored_orders(redress.reader, source), owed


def keep(out: Path, written: bytes, report: Proactive) -> None:
    """Write the report and its picture into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    (out / REPORT_FILE).write_bytes(written)
    (out / PICTURE_FILE).write_text(curve_picture(report.curve), "utf-8")
