"""``redress demo``: the story of the sample, played in a minute."""

import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import rich_click as click
from msgspec import to_builtins
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table

from application.projections.timeline import Entry
from interface.bootstrap import open_redress
from interface.cli.installation import there
from interface.cli.proactive_headline import lasted
from interface.clock import clock, now
from interface.errors import UserError
from interface.logging import configure_logging
from interface.postgres.database import database
from interface.postgres.server import EmbeddedPostgres
from interface.sample.acts import FAULTS, UNLUCKY
from interface.sample.figures import Figures
from interface.sample.play import Play, Scene
from interface.settings import Settings
from interface.wording import LANGUAGES, said
from interface.wording.demo_words import FRAME, ROWS, SCENES, TRUTHS
from interface.wording.language import Language, Tongue

# How long a scene stands before the next, for whoever reads along.
READING_SECONDS = 0.8
PARTITIONS = 8
# The story begins so long before its end, and is told until so long after.
BEFORE, AFTER = timedelta(hours=6), timedelta(hours=75)
BAR_WIDTH = 24
INDENT = (0, 0, 0, 2)
EXIT_BROKEN = 1


class Interrupted(BaseException):
    """Somebody pressed Ctrl-C, or asked this process to end."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.exit_code = 128 + signum


@click.command()
@click.option("--fast", is_flag=True, help="Without pauses for reading.")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the installation there, in a new folder; else nothing is left behind.",
)
@click.option(
    "--language",
    type=click.Choice([*LANGUAGES]),
    default="en",
    show_default=True,
    help="The language it is told in.",
)
def command(*, fast: bool, home: Path | None, language: Tongue) -> None:
    """Play a story: parcels stall, and are made good before anybody complains.

    In an installation of its own, with simulated gateways and a clock that is set. It
    ends with what it came to, and checks that nobody was paid twice.
    """
    try:
        with ended_by_signals(), stage(home) as settings:
            kept, spoken = home is not None, LANGUAGES[language]
            holds = play(settings, spoken, fast=fast, kept=kept)
            last = worded(FRAME["kept" if kept else "not_kept"], spoken)
            click.echo(last.format(home=settings.home))
    except Interrupted as stopped:
        sys.exit(stopped.exit_code)
    if not holds:
        sys.exit(EXIT_BROKEN)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Have the first Ctrl-C end it in order; cleaning up is not disturbed again."""
    signs = (signal.SIGINT, signal.SIGTERM)

    def end(signum: int, frame: FrameType | None) -> NoReturn:
        del frame  # Where we were makes no difference.
        for sign in signs:
            signal.signal(sign, signal.SIG_IGN)
        raise Interrupted(signum)

    before = {sign: signal.signal(sign, end) for sign in signs}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


@contextmanager
def stage(home: Path | None) -> Iterator[Settings]:
    """Lend the settings of an installation of its own. Raises UserError."""
    with ExitStack() as stack:
        if home is None:
            folder = tempfile.TemporaryDirectory(
                prefix="redress-demo-", ignore_cleanup_errors=True
            )
            home = Path(stack.enter_context(folder)) / "home"
        settings = Settings(
            home=home.expanduser().absolute(),
            partitions=PARTITIONS,
            gateways="simulator",
            simulator=FAULTS,
        )
        if there(settings):
            message = f"There is an installation at {settings.home} already; "
            raise UserError(message + "name a new folder")
        yield settings


def play(settings: Settings, language: Language, *, fast: bool, kept: bool) -> bool:
    """Play it all and tell it; return whether all that must hold does.

    Where it is ``kept`` each scene names an event to ask why of.
    """
    console = Console()
    configure_logging("error")
    console.rule(worded(FRAME["title"], language))
    console.print(worded(FRAME["preparing"], language), style="dim")
    until = now().replace(second=0, microsecond=0)
    server = EmbeddedPostgres(settings.home, durable=False)
    with (
        database(settings, server, dies_with_us=True),
        open_redress(settings, prepared=True) as redress,
    ):
        redress.policies.bring_up_to_date()
        story = Play(redress, until, now, lambda at: clock.set(at.isoformat()))
        for scene in story.scenes():
            tell(scene, until, language, console, asks=kept)
            if not fast:
                time.sleep(READING_SECONDS)
        found = story.figures()
        read = story.timeline()
    console.print(timeline(read, language))
    console.print(summary(found, language))
    console.print(truths(found, language))
    return found.holds


# -- A scene --


def tell(
    scene: Scene, until: datetime, language: Language, console: Console, *, asks: bool
) -> None:
    """Print a scene: how far the time is, what happened, and what to ask why of."""
    line = Table.grid(padding=(0, 1))
    line.add_column(no_wrap=True, style="cyan")
    line.add_column(width=BAR_WIDTH)
    gone = (scene.at - until + BEFORE) / (BEFORE + AFTER)
    bar = ProgressBar(total=1.0, completed=gone, width=BAR_WIDTH)
    line.add_row(language.moment(scene.at.isoformat()), bar)
    console.print(line)
    said = worded(SCENES[scene.what], language)
    console.print(Padding(said.format(**facts_of(scene, language)), INDENT))
    if asks and scene.event is not None:
        asked = worded(FRAME["ask"], language)
        console.print(f"  {asked}: redress explain {scene.event}", style="dim")


def facts_of(scene: Scene, language: Language) -> Mapping[str, Any]:
    """Return the facts of a scene as its sentence has them."""
    facts = dict(scene.facts)
    match scene.what:
        case "bought":
            facts["stuck"] = facts.pop("fates")["stuck"]
        case "noticed":
            facts["codes"] = language.joint.join(
                f"{language.word(f'shortfall:{code}')}: {number}"
                for code, number in facts["by_code"].items()
            )
        case "owed_paid":
            facts["lasted"] = lasted(facts["minutes"])
            facts["rules"] = language.joint.join(
                f"{rule} {yuan(fen, language)}" for rule, fen in facts["rules"].items()
            )
        case "estimated":
            facts |= estimated(facts.pop("impact"), language)
        case "granted":
            facts["fen"] = yuan(facts["fen"], language)
        case "answered":
            facts |= to_builtins(facts.pop("answers"))
        case "carried_out":
            counts = facts.pop("counts")
            facts["refunds"] = counts.get("after_sales.refund_succeeded", 0)
            facts["steps"] = counts.get("resolution.step_succeeded", 0)
            facts["claims"] = counts.get("responsibility.recourse_claimed", 0)
        case _:
            pass
    return facts


def estimated(impact: Any, language: Language) -> Mapping[str, Any]:
    """Return an estimate as its sentence has it."""
    return {
        "offers": impact.orders,
        "excluded": len(impact.excluded),
        "total": yuan(impact.total_fen, language),
        "bearers": language.joint.join(
            f"{language.word(each.bearer)} {yuan(each.fen, language)}"
            for each in impact.by_bearer
        ),
        "segments": language.joint.join(
            f"{each.plan}: {each.orders} ({yuan(each.fen, language)})"
            for each in impact.segments
        ),
    }


# -- The end --


def timeline(entries: Sequence[Entry], language: Language) -> Table:
    """Return what one consumer reads of it, oldest first."""
    title = worded(FRAME["timeline"], language).format(consumer=UNLUCKY)
    table = Table(title=title, box=SIMPLE_HEAD, show_header=False)
    table.add_column(no_wrap=True, style="cyan")
    table.add_column()
    for each in entries:
        at = language.moment(each.occurred_at.isoformat())
        table.add_row(at, escape(said(each.code, each.facts)[language.tag]))
    return table


def summary(found: Figures, language: Language) -> Table:
    """Return what it came to, as a table."""
    of, owed = found.counts, found.entitlements
    unasked = owed.unasked_share or 0
    figures = {
        "orders": len(of.orders),
        "noticed": f"{of.noticed_first} / {of.noticed_first + of.complained}",
        "offers": of.offers_sent,
        "accepted": of.accepted,
        "declined": of.declined,
        "expired": of.expired,
        "withdrawn": of.withdrawn,
        "open": of.offers_open,
        "refunds": counted(of.refunds, of.refunds_fen, language),
        "resent": of.sent_again,
        "compensations": counted(of.compensations, of.compensations_fen, language),
        "goodwill": yuan(of.goodwill_fen, language),
        "failed": of.refunds_failed,
        "people": of.given_to_people,
        "merchants": yuan(of.merchants_charged_fen, language),
        "platform": yuan(of.platform_paid_fen, language),
        "advanced": yuan(of.platform_advanced_fen, language),
        "carriers": yuan(of.carriers_owe_fen, language),
        "budget": f"{yuan(found.used_fen, language)} / "
        f"{yuan(found.budget_fen, language)}",
        "unasked": f"{owed.paid_unasked} / {owed.paid} ({unasked:.1%})",
        "minutes": f"{lasted(owed.minutes_p50)} / {lasted(owed.minutes_p99)}",
        "within": f"{owed.within_aim_share or 0:.1%}",
    }
    title = worded(FRAME["summary"], language)
    table = Table(title=title, box=SIMPLE_HEAD, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, figure in figures.items():
        table.add_row(worded(ROWS[name], language), str(figure))
    return table


def truths(found: Figures, language: Language) -> Table:
    """Return what must hold, and whether it does."""
    table = Table.grid(padding=(0, 1))
    for each in found.truths:
        mark = "[green]✓[/green]" if each.holds else "[red]✗[/red]"
        detail = "" if each.holds else f"[red]{each.detail}[/red]"
        table.add_row(" ", mark, worded(TRUTHS[each.name], language), detail)
    return table


def counted(number: int, fen: int, language: Language) -> str:
    """Return so many things, and what they come to."""
    return f"{number} ({yuan(fen, language)})"


def yuan(fen: int, language: Language) -> str:
    """Return an amount of money."""
    return language.money(fen, "CNY")


def worded(both: tuple[str, str], language: Language) -> str:
    """Return what is said in this language: Chinese stands first, then English."""
    return both[0] if language.tag == "zh-CN" else both[1]
