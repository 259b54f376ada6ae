"""``redress policy``: the rules as data, seen and asked."""

import rich_click as click


@click.group()
def command() -> None:
    """Ask what the rules pay, publish new ones, and see what changed."""
