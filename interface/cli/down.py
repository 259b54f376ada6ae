"""``redress down``: stop what runs for this home."""

import rich_click as click

from interface.cli.installation import existing
from interface.postgres.server import EmbeddedPostgres
from interface.postgres.use import turn
from interface.running import stop_running
from interface.settings import read_settings


@click.command()
def command() -> None:
    """Stop API, workers and embedded database of this REDRESS_HOME.

    Those started by themselves, with ``serve`` and ``work``, too.
    """
    settings = read_settings()
    stopped = stop_running(settings.home)
    server = EmbeddedPostgres(settings.home)
    if server.running:  # Left behind by a killed process, or in use by a command.
        with turn(server):
            server.stop()
        stopped = True
    if not stopped:
        existing(settings)
    click.echo("Stopped." if stopped else f"Nothing runs for {settings.home}.")
