"""``redress settings``: what can be set, what is set, and where that came from."""

import msgspec
import rich_click as click

from interface.settings import listed, read_settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(*, as_json: bool) -> None:
    """List every setting with its value, its source and its meaning."""
    settings = listed(read_settings())
    if as_json:
        rows = [each._asdict() for each in settings]
        click.echo(msgspec.json.format(msgspec.json.encode(rows)))
        return
    for each in settings:
        click.echo(f"{each.variable} = {each.value or '(empty)'}  ({each.source})")
        click.echo(f"    {each.meaning} It may be {each.allowed}.")
