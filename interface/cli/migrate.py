"""``redress migrate``: bring the database to this version, and nothing else."""

import rich_click as click

from interface.bootstrap import open_redress
from interface.cli.installation import existing_or_new
from interface.postgres.database import database
from interface.settings import read_settings


@click.command()
@click.option(
    "--reset-passwords",
    is_flag=True,
    help="Give roles whose passwords are not in our secrets new ones: after the "
    "secrets were lost. Another Redress on the same server is locked out by it.",
)
def command(*, reset_passwords: bool) -> None:
    """Make the database, its roles and its tables, or bring them up to date.

    The policies that come with this release are published, as far as they are new.
    """
    settings = existing_or_new(read_settings())
    with database(settings, reset_passwords=reset_passwords) as urls:
        if urls.owner:
            with open_redress(settings, prepared=True) as redress:
                redress.policies.bring_up_to_date()
            click.echo("The database is up to date.")
        else:
            click.echo("Nothing done: only DATABASE_URL, the owner, may migrate.")
