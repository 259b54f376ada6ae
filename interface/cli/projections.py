"""``redress projections``: how far the read models are, filled again, mended."""

import sys
from collections.abc import Callable, Iterator, Sequence
from time import sleep
from uuid import UUID

import rich_click as click
from msgspec import Struct, json
from rich.console import Console
from rich.table import Table

from application.projections.parked import (
    NotParked,
    ParkedStream,
    parked_streams,
    retry,
)
from application.projections.progress import Pace
from application.projections.read_models import (
    READ_MODELS,
    NoSuchProjection,
    read_model,
)
from application.projections.rebuild import (
    RebuildGaveUp,
    Rebuilt,
    in_steps,
    rebuild,
)
from application.projections.runner import Runner
from application.projections.runtime import Projection
from interface.bootstrap import Redress, open_redress
from interface.cli.installation import existing
from interface.cli.progress import progress
from interface.cli.replay import streams_named
from interface.errors import UserError
from interface.long_running import settle_in
from interface.settings import read_settings
from interface.working import stopped_by_signals


class Row(Struct, frozen=True, kw_only=True):
    """How a projection stands. Without a pace nobody watched how fast it reads."""

    name: str
    version: int
    read: int
    behind: int
    events_per_second: float | None
    parked: Sequence[ParkedStream]


@click.group()
def command() -> None:
    """See, fill again and mend what is read from the log."""


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option(
    "--over",
    "seconds",
    type=click.FloatRange(min=0, max=60),
    default=1.0,
    show_default=True,
    help="How many seconds to watch how fast they read; 0 not at all.",
)
def list_(*, as_json: bool, seconds: float) -> None:
    """List the projections: how far behind, how fast, which streams are parked."""
    with open_redress(existing(read_settings())) as redress:
        rows = looked_at(redress, seconds)
    if as_json:
        click.echo(json.format(json.encode(rows)))
        return
    headings = ("projection", "version", "events behind", "events/s", "streams parked")
    table = Table(*headings)
    for each in rows:
        pace = each.events_per_second
        table.add_row(
            each.name,
            str(each.version),
            f"{each.behind:,}",
            "" if pace is None else f"{pace:,.0f}",
            f"{len(each.parked):,}",
        )
    console = Console()
    console.print(table)
    show_parked([stream for each in rows for stream in each.parked], console)


def looked_at(
    redress: Redress, seconds: float, pause: Callable[[float], object] = sleep
) -> Sequence[Row]:
    """Return how the projections stand after so many seconds of watching them."""
    runner = Runner(READ_MODELS, redress.projector)
    runner.prepare()
    progress, pace = redress.queries.progress, Pace()
    if seconds:
        pace.events_per_second(progress.read())
        pause(seconds)
    read, lag = progress.read(), runner.lag()
    paces = pace.events_per_second(read)
    parked = parked_streams(redress.reader)
    return [
        Row(
            name=each.name,
            version=each.version,
            read=read[each.name],
            behind=lag[each.name],
            events_per_second=paces.get(each.name),
            parked=[stream for stream in parked if of(each, stream)],
        )
        for each in READ_MODELS
    ]


def of(projection: Projection, stream: ParkedStream) -> bool:
    """Whether it is this projection that parked the stream."""
    return (projection.name, projection.version) == (stream.projection, stream.version)


@command.command(name="parked")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def parked_(*, as_json: bool) -> None:
    """List the parked streams: at which event, why, how often it was tried."""
    with open_redress(existing(read_settings())) as redress:
        parked = parked_streams(redress.reader)
    if as_json:
        click.echo(json.format(json.encode(parked)))
        return
    show_parked(parked, Console())
    if not parked:
        click.echo("No stream is parked.")


def show_parked(parked: Sequence[ParkedStream], console: Console) -> None:
    """Print which streams wait and why, and what can be done."""
    for each in parked:
        console.print(
            f"{each.projection} parked stream {each.stream_id} at "
            f"{each.partition}.{each.position} ({each.tag or 'not there'}), "
            f"attempts {each.attempts}: "
            f"{each.reason}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    if parked:
        console.print(
            "When the cause is mended: redress projections retry NAME STREAM",
            highlight=False,
        )


@command.command(name="rebuild")
@click.argument("name")
@click.option("--compare", is_flag=True, help="Compare only, and change nothing.")
@click.option(
    "--even-parked",
    is_flag=True,
    help="Put it in place even if that parks streams which are not parked now.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="For programs: whole rows of what differs."
)
def rebuild_(name: str, *, compare: bool, even_parked: bool, as_json: bool) -> None:
    """Fill projection NAME again from zero, and put that in the place of the old rows.

    It is filled beside the live one, which is read meanwhile and goes on; at the end
    the old rows are dropped. With --compare they stay, and the exit code is 1 if the
    two differ. They also stay, with exit code 1, if events are missing from the log, or
    cannot be read that could be before.
    """
    projection = named(name)
    with (
        open_redress(existing(read_settings())) as redress,
        stopped_by_signals() as stop,
    ):
        settle_in()
        events = sum(redress.store.heads().values())
        with progress(f"Rebuilding {name}", events, "events") as advance:
            try:
                result = rebuild(
                    projection,
                    redress.projector,
                    switch=not compare,
                    even_parked=even_parked,
                    progress=in_steps(advance),
                    stop=stop,
                )
            except RebuildGaveUp as error:
                raise UserError(f"{error} Nothing was changed.") from None
    if as_json:
        click.echo(json.format(json.encode(result)))
    else:
        for line in (told(result), *details(result)):
            click.echo(line)
        if not compare and not result.switched:
            click.echo(kept(result))
    if not (result.equal if compare else result.switched):
        sys.exit(1)


def told(result: Rebuilt) -> str:
    """Return what a rebuild came to, as one or two lines."""
    line = f"{result.projection}: {result.events:,} events, {result.rows:,} rows; "
    if result.equal:
        line += "equal to the live table, row for row."
    elif result.differing:
        rows = "row differs" if result.differing == 1 else "rows differ"
        line += f"{result.differing:,} {rows} from the live table."
    elif result.parked_rebuilt:
        line += "no row differs, but not every stream could be read."
    else:
        line += "no row differs, but not every partition could be filled."
    if result.parked_live or result.parked_rebuilt:
        line += f" Streams parked: live {result.parked_live}, "
        line += f"rebuilt {result.parked_rebuilt}."
    if result.switched:
        line += " The rebuilt rows are in place."
    return line


def details(result: Rebuilt) -> Iterator[str]:
    """Yield what could not be filled, which streams would be parked, which rows differ.

    Of the last two the first only.
    """
    for partition, why in result.unfilled.items():
        yield f"partition {partition} cannot be filled again: {why}"
    for each in result.parked_examples:
        where = f"at {each.partition}.{each.position}"
        yield f"not parked before: stream {each.stream_id} {where}: {each.reason}"
    if more := result.newly_parked - len(result.parked_examples):
        yield f"{more:,} more streams that were not parked before"
    yield from map(str, result.examples)
    if more := result.differing - len(result.examples):
        yield f"{more:,} more rows differ"


def kept(result: Rebuilt) -> str:
    """Return why the live rows stay, and what can be done."""
    if result.unfilled:
        return "The live rows stay: events are missing. See `redress verify`."
    return (
        "The live rows stay: streams would be parked that are not parked now. "
        "Mend the cause, or put it in place all the same with --even-parked."
    )


@command.command(name="retry")
@click.argument("name")
@click.argument("stream")
def retry_(name: str, stream: str) -> None:
    """Have projection NAME read on in a STREAM it has parked.

    STREAM is its id, or a name from outside, as for ``redress replay``; of a name that
    leads to several, all that are parked are read.
    """
    projection = named(name)
    with open_redress(existing(read_settings())) as redress:
        for each in meant(redress, projection, stream):
            try:
                parked = retry(projection, each, redress.projector)
            except NotParked as error:
                raise UserError(f"{error} See `redress projections parked`") from None
            for again in parked.values():
                raise UserError(
                    f"{name} parked stream {each} again at {again.partition}."
                    f"{again.position}: {again.reason}"
                )
            click.echo(f"{name} has read stream {each} to where it is itself.")


def meant(redress: Redress, projection: Projection, name: str) -> list[UUID]:
    """Return the streams it has parked that go by this name. Raises UserError."""
    parked = [
        each.stream_id
        for each in parked_streams(redress.reader)
        if of(projection, each)
    ]
    found = [each.stream_id for each in streams_named(redress, name)]
    streams = [each for each in parked if str(each) == name.lower() or each in found]
    if not streams:
        message = f"{projection.name} has not parked {name!r}, or what goes by this "
        raise UserError(f"{message}name. See `redress projections parked`")
    return streams


def named(name: str) -> Projection:
    """Return the projection; raises UserError naming those there are."""
    try:
        return read_model(name)
    except NoSuchProjection as error:
        raise UserError(str(error)) from None
