"""``redress migrate``: bring the database to this version, and nothing else."""

import rich_click as click

from interface.installation import existing_or_new
from interface.postgres.database import database
from interface.settings import read_settings


@click.command()
def command() -> None:
    """Make the database, its roles and its tables, or bring them up to date."""
    with database(existing_or_new(read_settings())) as urls:
        if urls.owner:
            click.echo("The database is up to date.")
        else:
            click.echo("Nothing done: only DATABASE_URL, the owner, may migrate.")
