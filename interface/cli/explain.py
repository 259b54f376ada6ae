"""``redress explain``: why a decision fell as it did, and the same decision again."""

import rich_click as click
from msgspec import json

from application.audit.explain import Explanation, NoSuchEvent
from application.audit.state import NoSuchStream
from application.event_store.store import UnreadableEvent
from interface.bootstrap import open_redress
from interface.cli.installation import existing
from interface.errors import UserError
from interface.settings import read_settings
from interface.wording import LANGUAGES, Tongue
from interface.wording.explanations import explained

# What differs from what was decided is an alarm, and no mistake of whoever asked.
DIFFERS = 3


@click.command()
@click.argument("event")
@click.option("--json", "as_json", is_flag=True, help="All of it, for programs.")
@click.option(
    "--language",
    "--lang",
    "language",
    type=click.Choice(list(LANGUAGES)),
    default=None,
    help="One language; without it, both.",
)
def command(event: str, *, as_json: bool, language: Tongue | None) -> None:
    """Say why EVENT is as it is: by which rows, from what, and if it comes to the same.

    EVENT is a position such as 7.123, or STREAM@VERSION. The decision is made again
    under the rules published then; if it differs, both are shown, and the exit code is
    3.
    """
    with open_redress(existing(read_settings())) as redress:
        try:
            place = redress.desks.explainer.place(event)
            found = redress.desks.explainer.explain(place)
        except (NoSuchEvent, NoSuchStream):
            raise UserError(
                f"There is no event {event!r}: name a position such as 7.123, or "
                "STREAM@VERSION; `redress replay` lists both"
            ) from None
        except UnreadableEvent as error:
            raise UserError(str(error)) from None
    if as_json:
        click.echo(json.encode(found))
    else:
        tongues = [language] if language else list(LANGUAGES)
        click.echo("\n\n".join(spoken(found, each) for each in tongues))
    if found.agrees is False:
        raise SystemExit(DIFFERS)


def spoken(found: Explanation, tongue: Tongue) -> str:
    """Return an explanation in one language."""
    head = f"{found.position}  {found.stream_id}@{found.version}  {found.type}"
    return "\n  ".join((head, *explained(found, tongue)))
