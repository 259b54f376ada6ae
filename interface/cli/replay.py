"""``redress replay``: a history as a person reads it."""

from collections.abc import Sequence
from uuid import UUID

import rich_click as click
from msgspec import json
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from application.audit.replay import (
    Found,
    Open,
    ReplayLine,
    find_streams,
    replay,
)
from application.audit.spelt import moment
from application.audit.state import NoSuchStream
from application.people import WHY_LENGTH_MAX, WrongMasterKey
from application.projections.references import References
from application.projections.runner import Runner
from interface.bootstrap import Redress, open_redress
from interface.cli.installation import existing
from interface.cli.person import at_terminal
from interface.errors import UserError
from interface.settings import read_settings
from interface.wording import LANGUAGES

LEAF_SHOWN = 12
WIDE = 140  # columns, from which a table leaves the words of an event enough room


@click.command()
@click.argument("stream")
@click.option("--open", "opening", is_flag=True, help="Show sealed words; it is noted.")
@click.option("--why", default="replay", help="Why they are opened; it is noted too.")
@click.option("--wide", is_flag=True, help="Every column, however narrow the terminal.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each event.")
def command(stream: str, *, opening: bool, why: str, wide: bool, as_json: bool) -> None:
    """Print what happened to STREAM, oldest first.

    STREAM is a stream's id, or a name from outside: an order number, a waybill, a
    payment number, a consumer. If it leads to several streams, they are listed.
    """
    with open_redress(existing(read_settings())) as redress:
        found = wanted(redress, stream)
        if len(found) > 1:
            list_found(stream, found)
            return
        try:
            reading = open_words(redress, why) if opening else None
            lines = replay(
                redress.store, found[0].stream_id, reading, LANGUAGES["en"].word
            )
        except (NoSuchStream, WrongMasterKey) as error:
            raise UserError(str(error)) from None
    console = Console(markup=False, highlight=False)
    if as_json:
        for line in lines:
            click.echo(json.encode(line))
    elif console.is_terminal:
        show(lines, console, wide=wide or console.width >= WIDE)
    else:
        for line in lines:
            click.echo("  ".join(cells(line)))


def wanted(redress: Redress, name: str) -> list[Found]:
    """Return the streams that are meant, at least one. Raises UserError."""
    if stream_id := stream_id_of(redress, name):
        return [Found(stream_id, "stream", name, None, None)]
    found = streams_named(redress, name)
    if not found:
        Runner([References()], redress.projector).catch_up()
        found = streams_named(redress, name)
    if not found:
        raise UserError(
            f"{name!r} is no id of a stream, and no order, waybill, payment or "
            "consumer of this name is known"
        )
    return found


def stream_id_of(redress: Redress, name: str) -> UUID | None:
    """Return the id the name is; an order number may look like one without being it."""
    try:
        stream_id = UUID(name)
    except ValueError:
        return None
    return stream_id if redress.store.stream(stream_id) else None


def streams_named(redress: Redress, name: str) -> list[Found]:
    """Return the streams of a name, each once."""
    found = find_streams(redress.reader, redress.store.partitions, name)
    return list({each.stream_id: each for each in found}.values())


def open_words(redress: Redress, why: str) -> Open:
    """Return what opens sealed words and writes down who read them, and why.

    Raises UserError for a reason that is none, or too long to be one.
    """
    actor = at_terminal()
    if not 1 <= len(why.strip()) <= WHY_LENGTH_MAX:
        raise UserError(f"--why takes 1 to {WHY_LENGTH_MAX} characters")

    def opened(consumer: str, sealed: Sequence[str]) -> list[str | None]:
        pairs = [(consumer, each) for each in sealed]
        return redress.people.open_many(pairs, actor=actor, why=why)

    return opened


def list_found(name: str, found: Sequence[Found]) -> None:
    """Print which streams a name leads to."""
    click.echo(f"{name} leads to {len(found)} streams; say which of them:")
    for each in found:
        source = f" at {each.source}" if each.source else ""
        consumer = f", consumer {each.consumer}" if each.consumer else ""
        click.echo(f"{each.stream_id}  {each.kind} {each.name}{source}{consumer}")


def show(lines: Sequence[ReplayLine], console: Console, *, wide: bool) -> None:
    """Print a history on a terminal: a table if it is wide, else a few lines an event.

    Where there is little room, what is left out is in the table and for programs: the
    position, the time of recording, the leaf.
    """
    if wide:
        console.width = max(console.width, WIDE)
        console.print(table(lines))
        return
    margin = len(str(len(lines))) + 2
    for line in lines:
        happened = moment(line.occurred_at) if line.occurred_at else "-"
        number = str(line.version).ljust(margin)
        console.print(f"{number}{happened}  {line.actor or '-'}", style="bold")
        console.print(Padding(Text(line.words), (0, 0, 0, margin), expand=False))


def table(lines: Sequence[ReplayLine]) -> Table:
    """Return a history as a table."""
    whole = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("#", "Position", "Happened", "Recorded", "Who"):
        whole.add_column(heading, no_wrap=heading != "Who")
    whole.add_column("What", overflow="fold", ratio=1)
    whole.add_column("Leaf", no_wrap=True, style="dim")
    for line in lines:
        whole.add_row(*cells(line))
    return whole


def cells(line: ReplayLine) -> tuple[str, ...]:
    """Return one event as short texts."""
    return (
        str(line.version),
        line.position,
        moment(line.occurred_at) if line.occurred_at else "-",
        moment(line.recorded_at),
        line.actor or "-",
        line.words,
        line.leaf[:LEAF_SHOWN] or "-",
    )
