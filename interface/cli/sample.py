"""``redress sample``: load a small invented market to try the product with."""

from datetime import datetime

import rich_click as click

from interface.bootstrap import open_redress
from interface.cli.installation import existing_or_new
from interface.cli.progress import progress
from interface.clock import now
from interface.errors import UserError
from interface.sample import load_sample
from interface.settings import read_settings

ORDERS_MAX = 100_000


@click.command()
@click.option(
    "--orders", default=600, show_default=True, type=click.IntRange(1, ORDERS_MAX)
)
@click.option("--seed", default=1, show_default=True, help="Another one, other orders.")
@click.option("--days", default=45, show_default=True, type=click.IntRange(1, 365))
@click.option("--until", help="The moment it ends at, with its zone. Else now.")
def command(orders: int, seed: int, days: int, until: str | None) -> None:
    """Load orders of our own making: late, stalled, lost, returned, and fine ones.

    They end now, so that some promises are about to fall due. The same seed and the
    same moment load the same orders: with both, loading twice changes nothing.
    """
    with open_redress(existing_or_new(read_settings())) as redress:
        end = moment_of(until) if until else now().replace(second=0, microsecond=0)
        with progress("Loading the sample", orders, "orders") as advance:
            loaded = load_sample(
                redress.orders,
                redress.people,
                redress.consumers,
                seed=seed,
                orders_count=orders,
                until=end,
                days=days,
                progress=advance,
            )
    click.echo(
        f"Loaded {loaded.orders:,} orders in {loaded.commands:,} commands, "
        f"{loaded.refused:,} of them refused. To have the same again: "
        f"redress sample --orders {orders} --seed {seed} --days {days} "
        f"--until {end.isoformat()}"
    )


def moment_of(text: str) -> datetime:
    """Return a moment with its time zone. Raises UserError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = f"--until is {text!r}; it must be a moment with its time zone, "
        raise UserError(message + "such as 2026-11-30T12:00:00Z")
    return moment
