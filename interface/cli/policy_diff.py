"""``redress policy diff``: what differs between two sets of rules, field by field."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import rich_click as click
from msgspec import json
from rich.console import Console
from rich.text import Text

from application.policy_set import InForce
from domain.policy.changes import Change, Difference, difference
from domain.policy.rows import AnyRow
from interface.bootstrap import open_redress
from interface.cli.installation import existing
from interface.cli.policy_files import named
from interface.settings import read_settings


@click.command()
@click.argument("a")
@click.argument("b")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def diff(a: str, b: str, *, as_json: bool) -> None:
    """Show what leads from A to B: rows added, removed, and changed field by field.

    Each is a file, a pack that comes with Redress, or a profile as this installation
    published it: `douyin-like@2` is its second publication. A new version of a row is
    shown as what differs from the version before it.
    """
    with ExitStack() as stack:

        def installed() -> InForce:
            redress = stack.enter_context(open_redress(existing(read_settings())))
            return redress.policies.fresh()

        found = difference(named(a, installed), named(b, installed))
    if as_json:
        click.echo(json.format(json.encode(found)))
        return
    console = Console(markup=False, highlight=False, soft_wrap=True)
    for line in lines(found):
        console.print(line)
    if not found:
        console.print(f"{a} and {b} say the same.")


def lines(found: Difference) -> Iterator[Text]:
    """Yield the difference as lines: "-" went, "+" came, "~" changed."""
    for change in found.pack:
        yield Text(f"~ {change_told(change)}", style="yellow")
    for row in found.removed:
        yield Text(f"- {row_told(row)}", style="red")
    for row in found.added:
        yield Text(f"+ {row_told(row)}", style="green")
    for changed in found.changed:
        edited = changed.before == changed.after
        named = changed.after if edited else f"{changed.before} -> {changed.after}"
        yield Text(f"~ {named}", style="yellow")
        for change in changed.fields:
            yield Text(f"    {change_told(change)}")


def row_told(row: AnyRow) -> str:
    """Return a row in one line."""
    return f"{row.ref} ({row.__struct_config__.tag}): {row.title}"


def change_told(change: Change) -> str:
    """Return a changed field in one line."""
    return f"{change.field}: {value(change.before)} -> {value(change.after)}"


def value(told: Any) -> str:
    """Return a field's value as it is written; "(none)" for what is not set."""
    if told is None or told == []:
        return "(none)"
    return told if isinstance(told, str) else json.encode(told).decode()
