"""``redress serve``: the HTTP API alone."""

import rich_click as click

from interface.installation import existing_or_new
from interface.logging import configure_logging
from interface.postgres.database import database
from interface.running import one_of_many
from interface.serving import serve
from interface.settings import read_settings
from interface.trust import check_trust


@click.command()
def command() -> None:
    """Serve the HTTP API until Ctrl-C; the workers are ``redress work``."""
    settings = existing_or_new(read_settings())
    configure_logging(settings.log_level)
    check_trust(settings)
    with one_of_many(settings.home, "serve"), database(settings):
        serve(settings)
