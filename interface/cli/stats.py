"""``redress stats``: an operator's first questions."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event as Signal
from threading import Timer

import rich_click as click
from msgspec import json
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from application.projections.read_models import READ_MODELS
from application.projections.runner import Runner
from application.projections.stats import PromiseStats, Stats, read_stats
from interface.bootstrap import Redress, open_redress
from interface.cli.installation import existing
from interface.cli.progress import progress
from interface.settings import read_settings

CATCH_UP_SECONDS = 60.0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(*, as_json: bool) -> None:
    """Count orders, payments, promises, reviews, contacts, and what was not understood.

    The projections read on first, for a minute at most; what is then still to be read
    is said.
    """
    with open_redress(existing(read_settings())) as redress:
        catch_up(redress)
        stats = read_stats(redress.reader)
    if as_json:
        click.echo(json.format(json.encode(stats)))
    else:
        show(stats, Console())


def catch_up(redress: Redress) -> None:
    """Have the projections read on, and show how far they are."""
    runner = Runner(READ_MODELS, redress.projector)
    runner.prepare()
    total = sum(runner.lag().values())
    with progress("Reading on", total, "events") as advance, time_limit() as stop:
        done = 0

        def moved(count: int, _total: int) -> None:
            nonlocal done
            advance(count - done)
            done = count

        runner.catch_up(progress=moved, stop=stop)


@contextmanager
def time_limit(seconds: float = CATCH_UP_SECONDS) -> Iterator[Signal]:
    """Lend what is set when the time is over."""
    stop = Signal()
    timer = Timer(seconds, stop.set)
    timer.daemon = True
    timer.start()
    try:
        yield stop
    finally:
        timer.cancel()


def show(stats: Stats, console: Console) -> None:
    """Print the answers for people."""
    projections = stats.projections
    if projections.behind:
        console.print(f"The figures are {projections.behind:,} events behind.")
    if projections.parked:
        console.print(
            f"{projections.parked:,} streams are parked and not counted whole; "
            "see `redress projections list`."
        )
    orders = stats.orders
    console.print(
        figures(
            "Orders",
            {
                "in all": orders.total,
                **orders.by_state,
                "contradictory": orders.contradictory,
                "paid differs from items and freight": orders.paid_differs,
                "… by more than one minor unit": orders.paid_differs_by_more_than_one,
                "paid, no items known": orders.paid_without_items,
            },
        )
    )
    for currency, paid in stats.payments.items():
        amounts = {"in all": paid.total, **paid.by_tender}
        console.print(figures(f"Payments, {currency}", amounts))
    console.print(promises(stats))
    console.print(figures("Reviews by stars", stats.reviews.by_score))
    contacts = stats.contacts
    console.print(
        figures(
            "Contacts",
            {
                "in all": contacts.total,
                **contacts.by_status,
                "reopened": contacts.reopened,
                "resolved more than once": contacts.resolved_again,
            },
        )
    )
    if contacts.steps_told:
        steps = {
            **contacts.steps_told,
            "taken over": contacts.taken_over,
            "reopenings": contacts.reopenings,
        }
        console.print(figures("Steps told by other systems", steps))
    console.print(figures("Quarantined, by source", stats.quarantine.by_source))
    console.print(figures("Waiting, by reason", stats.waiting.by_reason))
    console.print(f"Events: {stats.events.total:,}")


def figures(title: str, rows: Mapping[str, int | str]) -> Table:
    """Return a table of names and figures."""
    table = Table(title=title, show_header=False, title_justify="left", min_width=48)
    table.add_column()
    table.add_column(justify="right")
    for name, figure in rows.items():
        table.add_row(name, f"{figure:,}" if isinstance(figure, int) else figure)
    if not rows:
        table.add_row("none", "")
    return table


def promises(stats: Stats) -> Table:
    """Return the table of promises by kind."""
    fields = PromiseStats.__struct_fields__
    title = "Promises (late, never: how they were breached)"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("kind", no_wrap=True)
    for field in fields:
        heading = field.removeprefix("breached_")
        table.add_column(heading, justify="right", no_wrap=True)
    for kind, counts in stats.promises.items():
        table.add_row(kind, *(f"{getattr(counts, field):,}" for field in fields))
    return table
