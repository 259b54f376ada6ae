"""``redress ingest``: take in what other systems have to say, source by source."""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

import rich_click as click

from application.inbound import InboundStore
from application.processes.holds import EVERYTHING
from interface.bootstrap import open_redress
from interface.cli.ingest_olist import OlistReport, held, show, take_olist
from interface.cli.installation import existing_or_new
from interface.cli.interrupt import give_way, interruptible
from interface.cli.progress import progress
from interface.errors import UserError
from interface.inbound.feed import Feed, FeedReport, Reads, count
from interface.inbound.files import read
from interface.inbound.helpdesk_files import count_traces, read_log
from interface.settings import read_settings

LOOK = "redress quarantine list"

FEEDS = {
    "kuaidi100": "Take in pushes and answers of Kuaidi100 (快递100).",
    "kdniao": "Take in pushes and answers of Kdniao (快递鸟).",
    "doudian": "Take in messages of Doudian (抖店): trade, refunds, arbitration.",
    "easypost": "Take in trackers anywhere in recordings of EasyPost.",
    "wechat": "Take in events and documents of WeChat shops (微信小店).",
    "shopify": "Take in refunds, transactions and disputes of Shopify.",
    "stripe": "Take in events, disputes and refunds of Stripe.",
    "paypal": "Take in events and disputes of PayPal.",
    "helpdesk": "Take in the event log of a help desk (XES, perhaps gzipped).",
}

# States of messages that do not say by themselves what is meant.
STATES: Final = {"waiting": "waiting for a name that nobody has told yet"}

# Who tells of orders or contacts of its own; all others tell of parcels and payments,
# which are of any order.
SHOPS: Final = frozenset({"doudian", "wechat", "shopify", "helpdesk"})


class Reading(NamedTuple):
    """How the files of a source are read, and how much of what is in them."""

    reads: Reads
    count: Callable[[Sequence[Path]], int]
    nouns: str


# All but these hold JSON documents.
LOGS: Final = {"helpdesk": Reading(read_log, count_traces, "tickets")}
DOCUMENTS: Final = Reading(read, count, "documents")


@click.group()
def command() -> None:
    """Take in orders, trade messages and parcel traces of other systems.

    It may be interrupted and run again: what is known already changes nothing. What
    cannot be read is set aside, with its file and line; the rest goes on.
    """


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
def olist(folder: Path) -> None:
    """Take in the seven CSV files of an Olist export, in the order of their times."""
    with (
        open_redress(existing_or_new(read_settings()), feed=True) as redress,
        interruptible() as stop,
    ):
        report = take_olist(redress, folder, stop)
        click.echo("\n".join(olist_lines(report)))
        if not report.told.whole:
            give_way()


def olist_lines(report: OlistReport) -> list[str]:
    """Return what came of an export, for people."""
    told = report.told
    lines = [
        f"olist: {many(report.rows, 'row')} read, {many(report.orders, 'order')}",
        f"{many(told.new, 'report')} new, {told.known:,} already known",
        f"{many(report.bad, 'row')} in quarantine",
    ]
    if report.waiting:
        lines.append(f"{many(report.waiting, 'order')} held back by a bad row")
    if report.mended:
        lines.append(f"{many(report.mended, 'row')} of quarantine mended by now")
    if report.overdue:
        lines.append(f"{many(report.overdue, 'order')} with a promise that ran out")
    if report.bad:
        lines.append(f"To see why: {LOOK} --source olist")
    return lines


# -- Sources of messages --


def take_feed(source: str, paths: Sequence[Path]) -> None:
    """Take in files of one source. Raises UserError if there is nothing in them."""
    with (
        open_redress(existing_or_new(read_settings()), feed=True) as redress,
        interruptible() as stop,
    ):
        reading = LOGS.get(source, DOCUMENTS)
        total = reading.count(paths)
        catch_up = redress.runner().catch_up
        feed = Feed(redress.inbound, source, catch_up, reading.reads)
        begun = monotonic()
        with (
            held(redress.processes.holds, held_for(source)),
            progress(f"Taking in {source}", total, reading.nouns) as advance,
        ):
            report = feed.take(paths, advance, stop.is_set)
        took = monotonic() - begun
        if report.whole:
            show(redress, stop)
        waiting = sum(
            number
            for name, state, _, number in InboundStore(redress.writer).counts()
            if (name, state) == (source, "waiting")
        )
        click.echo("\n".join(feed_lines(source, report, waiting)))
        click.echo(f"taken in within {took:.1f} seconds", err=True)
        if not report.whole:
            give_way()
        if not report.new + report.known:
            raise UserError(f"There is no message of {source} in these files")


def held_for(source: str) -> str:
    """Return whose deadlines wait while a feed of this source is taken in."""
    return source if source in SHOPS else EVERYTHING


def feed_lines(source: str, report: FeedReport, waiting: int) -> list[str]:
    """Return what came of a feed, for people."""
    read = report.new + report.known
    stand = {"translated": 0, "ignored": 0, "waiting": 0, "quarantined": 0}
    stand |= report.states
    lines = [
        f"{source}: {many(read, 'message')} read",
        f"{report.new:,} new, {report.known:,} already known",
        ", ".join(
            f"{number:,} {STATES.get(state, state)}" for state, number in stand.items()
        ),
    ]
    skipped = sum(report.skipped.values())
    if skipped:
        kinds = ", ".join(
            f"{kind} {number:,}" for kind, number in sorted(report.skipped.items())
        )
        lines.append(f"{many(skipped, 'document')} of other kinds skipped: {kinds}")
    if report.waited:
        lines.append(f"{report.waited:,} that had waited could be translated")
    if waiting:
        lines.append(f"{many(waiting, 'message')} of {source} waiting in all")
    if stand["quarantined"]:
        lines.append(f"To see why: {LOOK} --source {source}")
    return lines


def many(number: int, noun: str) -> str:
    """Return so many of them, as people say it."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def feed_command(source: str, sentence: str) -> Callable[..., None]:
    """Return the command of a source of messages."""

    @command.command(source, help=sentence)
    @click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
    def take(files: Sequence[Path]) -> None:
        take_feed(source, files)

    return take


for _source, _sentence in FEEDS.items():
    feed_command(_source, _sentence)
