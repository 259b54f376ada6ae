"""``redress policy``: the rules as data, seen and asked."""

import rich_click as click

from interface.cli.policy_diff import diff
from interface.cli.policy_list import list_
from interface.cli.policy_publish import publish
from interface.cli.policy_quote import policy_quote


@click.group()
def command() -> None:
    """Ask what the rules pay, publish new ones, and see what changed."""


for word in (policy_quote, publish, diff, list_):
    command.add_command(word)
