"""``redress quarantine``: messages nothing could be made of, and another try."""

from uuid import UUID

import msgspec
import rich_click as click
import structlog

from application.inbound import Listed
from application.people import mask
from interface.bootstrap import open_redress
from interface.cli.installation import existing
from interface.cli.person import at_terminal
from interface.errors import UserError
from interface.inbound.messages import SPLITS
from interface.inbound.olist_words import SOURCE as OLIST
from interface.settings import read_settings

log = structlog.get_logger(__name__)

AS_JSON = click.option("--json", "as_json", is_flag=True, help="A JSON line for each.")
# Whose messages there may be, and the export whose bad rows are set aside.
SOURCES = sorted({*SPLITS, OLIST})


def known(
    ctx: click.Context, option: click.Parameter, source: str | None
) -> str | None:
    """Return the source, if there is one of this name. Raises UserError."""
    del ctx, option  # What is asked does not depend on where.
    if source is not None and source not in SOURCES:
        message = f"There is no source {source!r}; there are {', '.join(SOURCES)}"
        raise UserError(message)
    return source


OF_SOURCE = click.option(
    "--source", callback=known, help="Only messages of this source."
)


@click.group()
def command() -> None:
    """Look at messages that could not be understood, and try them again.

    Nothing is lost: a message stays in quarantine with its reason until it is
    understood, and then ends as if it had been understood at once.
    """


@command.command("list")
@OF_SOURCE
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1, 10_000))
@AS_JSON
def list_(source: str | None, limit: int, *, as_json: bool) -> None:
    """List them, oldest first: which, from where, and what is wrong."""
    with open_redress(existing(read_settings())) as redress:
        found = redress.inbound.store.listed("quarantined", source=source, limit=limit)
    for each in found:
        click.echo(as_line(each) if as_json else told(each))
    if not found and not as_json:
        click.echo("Nothing is in quarantine.")


@command.command()
@click.argument("message", type=click.UUID)
@click.option("--body", is_flag=True, help="Show its words too; that is written down.")
def show(message: UUID, *, body: bool) -> None:
    """Show all that is known of one message."""
    with open_redress(existing(read_settings())) as redress:
        found = redress.inbound.store.find(message)
        if found is None:
            raise UserError(f"There is no message {message}")
        for name in Listed.__struct_fields__:
            value = getattr(found, name)
            click.echo(f"{name:12} {'' if value is None else value}")
        if body:
            log.warning("inbound.read", message=str(message), actor=at_terminal())
            words = redress.inbound.store.load([message], found.state)
            text = "".join(each.body.decode(errors="replace") for each in words)
            click.echo(mask(text) or "Its words were erased.")


@command.command()
@click.argument("message", type=click.UUID, required=False)
@OF_SOURCE
@click.option("--all", "everything", is_flag=True, help="Try every message again.")
def retry(message: UUID | None, source: str | None, *, everything: bool) -> None:
    """Try one MESSAGE again, those of a source, or all.

    Rows of a file that was not a feed of messages, such as an Olist export, are tried
    again by taking in the mended file.
    """
    if message is None and source is None and not everything:
        raise UserError("Say which: a message, --source NAME, or --all")
    with open_redress(existing(read_settings())) as redress:
        tried = redress.inbound.retry(source, message)
        left = redress.inbound.store.listed(
            "quarantined", source=source, message_id=message, limit=10_000
        )
    click.echo(f"Tried again: {tried}. Still in quarantine: {len(left)}.")


def told(listed: Listed) -> str:
    """Return a message as a line for people."""
    detail = f": {listed.detail}" if listed.detail else ""
    kind = f" {listed.type}" if listed.type else ""
    return (
        f"{listed.message_id}  {listed.received_at:%Y-%m-%d %H:%M}  "
        f"{listed.source}{kind} at {listed.place}  {listed.reason}{detail}"
    )


def as_line(listed: Listed) -> str:
    """Return a message as a line for programs."""
    return msgspec.json.encode(listed).decode()
