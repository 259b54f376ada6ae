"""``redress policy``: the rules as data, seen and asked."""

import rich_click as click

from interface.cli.policy_quote import policy_quote


@click.group()
def command() -> None:
    """Ask what the rules pay, publish new ones, and see what changed."""


command.add_command(policy_quote)
