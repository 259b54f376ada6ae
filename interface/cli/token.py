"""``redress token``: a bearer token to ask the API with."""

import rich_click as click

from application.access import ROLES, AccessRole
from interface.cli.installation import existing
from interface.settings import read_settings
from interface.tokens import HOURS_MAX, open_tokens


@click.command(epilog=f"ROLE is one of: {', '.join(ROLES)}.")
@click.argument("role", type=click.Choice(ROLES), metavar="ROLE")
@click.option("--subject", required=True, help="Who holds it: a consumer's id, a name.")
@click.option("--merchant", help="The merchant the holder works for.")
@click.option(
    "--hours",
    default=24.0,
    show_default=True,
    type=click.FloatRange(0, HOURS_MAX, min_open=True),
    help="How long it is good for.",
)
def command(role: AccessRole, subject: str, merchant: str | None, hours: float) -> None:
    """Print a token of this installation for one ROLE, and nothing else."""
    tokens = open_tokens(existing(read_settings()))
    click.echo(tokens.issue(role, subject, merchant=merchant, hours=hours))
