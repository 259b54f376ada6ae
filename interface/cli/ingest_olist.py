"""The road of an Olist export: read, set aside, told, asked about, shown."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Signal
from threading import Thread

import psycopg
import structlog
from msgspec import Struct

from application.event_store.store import StoreUnavailable
from application.inbound import InboundStore
from application.inbound.rows import RowQuarantine
from application.processes.holds import Holds
from interface.bootstrap import Redress
from interface.cli.progress import progress
from interface.clock import now
from interface.errors import UserError
from interface.inbound.olist import OlistImport, Told
from interface.inbound.olist_export import Export, read_export
from interface.inbound.olist_words import SOURCE, steps

HEARTBEAT_SECONDS = 10.0

log = structlog.get_logger(__name__)


class OlistReport(Struct, frozen=True, kw_only=True):
    """What came of an export: its rows and orders, what was told, what was set aside.

    ``waiting`` are orders held back by a bad row, ``mended`` bad rows of earlier runs
    that are right by now, ``overdue`` orders of which a promise turned out broken.
    """

    rows: int
    orders: int
    told: Told
    bad: int
    waiting: int
    mended: int = 0
    overdue: int = 0


def take_olist(redress: Redress, folder: Path, stop: Signal) -> OlistReport:
    """Take an export in; stopped half-way, the same again goes on from there.

    Deadlines of its orders are asked after the last row: what a later row says in time
    shall not be held for missing before. Raises UserError.
    """
    with held(redress.processes.holds, SOURCE):
        importer = OlistImport(redress.orders, redress.people, now())
        export = read_export(folder)
        bad_rows = importer.bad_rows(export)
        quarantine = RowQuarantine(SOURCE, InboundStore(redress.writer), redress.writer)
        quarantine.put(bad_rows)
        if not export.orders:
            raise UserError(
                f"No order could be read in {folder}: of {export.rows:,} rows "
                f"{len(bad_rows):,} are in quarantine; redress quarantine list"
            )
        told = tell(importer, export, stop)
        mended = quarantine.mended(bad_rows) if told.whole else 0
    report = OlistReport(
        rows=export.rows,
        orders=len(export.orders),
        told=told,
        bad=len(bad_rows),
        waiting=len(export.waiting),
        mended=mended,
        overdue=ask_deadlines(redress, importer, export) if told.whole else 0,
    )
    show(redress, stop)
    return report


def tell(importer: OlistImport, export: Export, stop: Signal) -> Told:
    """Tell the orders, and show how far it is."""
    total = sum(1 for order in export.orders.values() for _ in steps(order))
    with progress("Telling orders", total, "reports") as advance:
        return importer.tell(export, advance, stop.is_set)


def ask_deadlines(redress: Redress, importer: OlistImport, export: Export) -> int:
    """Ask the orders what has run out by now; return how many had to say yes."""
    try:
        return redress.processes.overdue.ask_deadlines(
            importer.order_ids(export), now()
        )
    except StoreUnavailable as silent:
        raise UserError(
            f"The event store does not answer ({silent}); all rows are told, "
            "run the same command again to have their promises judged"
        ) from silent


def show(redress: Redress, stop: Signal) -> None:
    """Let the projections read what was told, so that what is asked next is there."""
    runner = redress.runner()
    runner.prepare()
    left = sum(
        each.head - each.position
        for behind in runner.behind().values()
        for each in behind
    )
    if left:
        with progress("Filling projections", left, "events") as advance:
            seen = 0

            def on(done: int, total: int) -> None:
                nonlocal seen
                del total  # It was counted before the bar was drawn.
                advance(done - seen)
                seen = done

            runner.catch_up(progress=on, stop=stop)


@contextmanager
def held(holds: Holds, source: str) -> Iterator[None]:
    """Have the source's deadlines wait while the block runs, however long it takes.

    Let go of in the end; a block that fails lets the hold run out by itself.
    """
    holder, done = f"ingest:{secrets.token_hex(8)}", Signal()

    def keep_on() -> None:
        while not done.wait(HEARTBEAT_SECONDS):
            try:
                holds.hold(source, holder)
            except psycopg.Error as error:
                log.warning("hold_not_renewed", source=source, error=str(error))

    holds.hold(source, holder)
    heart = Thread(target=keep_on, name=holder, daemon=True)
    heart.start()
    try:
        yield
        holds.release(source, holder)
    finally:
        done.set()
        heart.join()
