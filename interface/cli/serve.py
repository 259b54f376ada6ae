"""``redress serve``: the HTTP API alone."""

import rich_click as click

from interface.bootstrap import open_redress
from interface.cli.installation import existing_or_new
from interface.listening import free_address
from interface.logging import configure_logging
from interface.postgres.database import database
from interface.running import one_of_many, wait_until_ready
from interface.serving import serve
from interface.settings import read_settings
from interface.trust import check_trust


@click.command()
@click.option("--quiet", is_flag=True, help="Do not say where.")
def command(*, quiet: bool) -> None:
    """Serve the HTTP API until Ctrl-C; the workers are ``redress work``.

    Several may run, each at a REDRESS_HTTP_PORT of its own, behind a balancer.
    """
    settings = read_settings()
    free_address(settings)  # Said before anything is made or started.
    configure_logging(existing_or_new(settings).log_level)
    check_trust(settings)
    wait_until_ready(settings.home)
    with one_of_many(settings.home, "serve"), database(settings):
        with open_redress(settings, prepared=True) as redress:
            redress.policies.bring_up_to_date()
        if not quiet:
            click.echo(f"Serving at {settings.url}; Ctrl-C stops it.")
        serve(settings)
