"""``redress inbound``: what those who send us messages must know."""

import rich_click as click

from interface.cli.installation import existing
from interface.inbound.messages import SPLITS
from interface.inbound.secrets import secrets_from
from interface.settings import read_settings


@click.group()
def command() -> None:
    """See to the sources that leave messages at /v1/inbound/SOURCE."""


@command.command()
@click.argument("source", type=click.Choice(sorted(SPLITS)))
def secret(source: str) -> None:
    """Print what SOURCE signs with; a secret is made if there is none yet.

    REDRESS_INBOUND_SECRETS sets another. With two, the last is the one to use.
    """
    click.echo(secrets_from(existing(read_settings()))(source)[-1])
