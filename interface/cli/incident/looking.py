"""Looking at incidents: all of them, one, and one while it is handed out."""

import msgspec
import rich_click as click

from application.incidents.office import ListedIncident, listed
from interface.bootstrap import Redress
from interface.cli.incident.asking import AS_JSON, NUMBER, asked, found, shown
from interface.cli.incident.told import line, told
from interface.cli.incident.watching import watched


@click.command("list")
@AS_JSON
def list_(*, as_json: bool) -> None:
    """List incidents, the newest first."""

    def ask(redress: Redress) -> list[ListedIncident]:
        found = redress.queries.incidents.newest(limit=200)
        return listed(found.rows, redress.incidents)

    rows = asked("list", ask)
    for row in rows:
        click.echo(msgspec.json.encode(row) if as_json else line(row))
    if not rows and not as_json:
        click.echo("There is no incident.")


@click.command()
@NUMBER
@AS_JSON
def show(number: str, *, as_json: bool) -> None:
    """Show how an incident stands: whom it affects, what it costs, who has what."""
    seen = asked(number, lambda redress: found(redress, number))
    click.echo(msgspec.json.encode(seen) if as_json else told(seen))


@click.command()
@NUMBER
@click.option("--work", is_flag=True, help="Hand out here, where no worker runs.")
def watch(number: str, *, work: bool) -> None:
    """Watch an incident being handed out, until nobody waits any more."""
    asked(number, lambda redress: watched(redress, number, work=work))
    click.echo(asked(number, lambda redress: shown(redress, number)))
