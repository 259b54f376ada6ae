"""``redress report``: figures over many orders."""

import rich_click as click

from interface.cli.report_proactive import proactive


@click.group()
def command() -> None:
    """Say how well the service did, or would have done."""


command.add_command(proactive)
