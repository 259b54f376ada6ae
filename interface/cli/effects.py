"""``redress effects``: what is asked of gateways, and what came of it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, get_args
from uuid import UUID, uuid4

import msgspec
import rich_click as click
from msgspec.structs import replace

from application.access import NotFound
from application.effects.effect import Kind
from application.effects.runs import Run, RunState
from application.effects.whose import Whose, whose
from domain.money import decimal_string
from interface.bootstrap import Redress, open_redress
from interface.cli.installation import existing
from interface.errors import UserError
from interface.sample.note import gateways_of
from interface.settings import read_settings
from interface.wording import LANGUAGES

AS_JSON = click.option("--json", "as_json", is_flag=True, help="A JSON line for each.")
TERMINAL = "terminal"


@click.group()
def command() -> None:
    """See to refunds, messages and all else that is asked of others.

    Dead are those no machine gets any further with: show them, send them again, or
    give them to somebody.
    """


def asked(question: Callable[[Redress], Any]) -> Any:
    """Return the answer of this installation. Raises UserError."""
    settings = existing(read_settings())
    # As redress up sets it up, whether it runs or not.
    settings = replace(settings, gateways=gateways_of(settings))
    with open_redress(settings) as redress:
        try:
            return question(redress)
        except NotFound:
            raise UserError("There is no such effect") from None


@command.command("list")
@click.option("--state", type=click.Choice(get_args(RunState)), help="Only these.")
@click.option("--kind", type=click.Choice(get_args(Kind)), help="Only these.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200))
@AS_JSON
def list_(
    state: RunState | None, kind: Kind | None, limit: int, *, as_json: bool
) -> None:
    """List effects, newest first."""

    def found(redress: Redress) -> list[str]:
        page = redress.effects.runs.listed(limit=limit, state=state, kind=kind)
        served = redress.effects.served()
        if as_json:
            return [as_line(each) for each in page.rows]
        owners = whose(redress.reader, {each.stream_id for each in page.rows})
        lines = [row(each, served, owners.get(each.stream_id)) for each in page.rows]
        return [columns(HEADS), *map(columns, lines)] if lines else ["There are none."]

    for line in asked(found):
        click.echo(line)


@command.command()
@click.argument("effect", type=click.UUID)
def show(effect: UUID) -> None:
    """Show EFFECT, and what people did about it."""

    def found(redress: Redress) -> list[str]:
        run = redress.effects.runs.find(effect)
        deeds = redress.effects.runs.deeds(effect)
        return [
            told(run, redress.effects.served()),
            *(f"  {name.replace('_', ' ')}: {value}" for name, value in known(run)),
            *(
                f"  {each.done_at:%Y-%m-%d %H:%M} {each.actor} {each.deed}"
                f"{f' to {each.assignee}' if each.assignee else ''}"
                for each in deeds
            ),
        ]

    for line in asked(found):
        click.echo(line)


@command.command()
@click.argument("effect", type=click.UUID)
def resend(effect: UUID) -> None:
    """Send EFFECT again if it is dead; its gateway is asked about it first."""

    def sent(redress: Redress) -> str:
        run = redress.effects.runs.resend(effect, uuid4(), TERMINAL)
        return told(run, redress.effects.served())

    click.echo(asked(sent))


@command.command()
@click.argument("effect", type=click.UUID)
@click.argument("assignee")
def assign(effect: UUID, assignee: str) -> None:
    """Give EFFECT to ASSIGNEE to see to."""

    def given(redress: Redress) -> str:
        run = redress.effects.runs.assign(effect, uuid4(), TERMINAL, assignee)
        return told(run, redress.effects.served())

    click.echo(asked(given))


@command.command()
@click.argument("effect", type=click.UUID, required=False)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@AS_JSON
def journal(effect: UUID | None, limit: int, *, as_json: bool) -> None:
    """Show what simulated gateways were asked and did, newest first."""
    for line in asked(lambda redress: redress.outside.simulated.lines(effect, limit)):
        amount = "" if line.amount is None else f"  {line.amount}"
        fault = f"  ({line.fault})" if line.fault else ""
        click.echo(
            as_line(line)
            if as_json
            else f"{line.number}  {line.at:%Y-%m-%d %H:%M:%S}  {line.key}  "
            f"{line.gateway} {line.deed} {line.action}{amount}{fault}"
        )


# -- In words --

# What a line of the list shows, and how wide; the key stands last, to be copied.
HEADS: Final = ("when", "order", "consumer", "what", "how it stands", "key")
WIDTHS: Final = (17, 14, 12, 34, 24, 0)
AMOUNTS: Final = frozenset(
    {"amount_minor", "currency", "told_minor", "told_currency", "key"}
)


def columns(cells: Sequence[str]) -> str:
    """Return cells under each other; what is wider than its column pushes the rest."""
    pairs = zip(cells, WIDTHS, strict=True)
    return "  ".join(cell.ljust(width) for cell, width in pairs).rstrip()


def row(run: Run, served: frozenset[str], of: Whose | None) -> tuple[str, ...]:
    """Return an effect as the cells of its line: when, whose, what, and how it is."""
    why = reason_of(run, served)
    given = f", given to {run.assignee}" if run.assignee else ""
    return (
        f"{run.created_at:%Y-%m-%d %H:%M}",
        (of.order_number if of else None) or "-",
        (of.consumer if of else None) or "-",
        f"{action_of(run)}{amount_of(run)}",
        f"{run.state}{f' ({why})' if why else ''}{given}",
        str(run.key),
    )


def known(run: Run) -> Iterator[tuple[str, str]]:
    """Yield what is known of an effect, by name; what nobody said is left out."""
    for name, value in msgspec.structs.asdict(run).items():
        if value is None or name in AMOUNTS:
            continue
        if isinstance(value, datetime):
            yield name, f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        else:
            yield name, word(str(value))
    if run.told_minor is not None and run.told_currency is not None:
        moved = decimal_string(run.told_minor, run.told_currency)
        yield "moved, as the gateway says", f"{moved} {run.told_currency}"


def word(code: str) -> str:
    """Return the word for a code, where there is one."""
    return LANGUAGES["en"].word(code)


def action_of(run: Run) -> str:
    """Return what is asked."""
    action = run.action or run.kind
    named = LANGUAGES["en"].words.get(f"action:{action}", action)
    return named.replace("_", " ")


def amount_of(run: Run) -> str:
    """Return how much is asked for, if it is money."""
    if run.amount_minor is None or run.currency is None:
        return ""
    return f" {decimal_string(run.amount_minor, run.currency)} {run.currency}"


def reason_of(run: Run, served: frozenset[str]) -> str | None:
    """Return why it stands as it does, if anything says so."""
    if run.state == "waiting" and run.gateway not in served:
        return "no gateway is set up: REDRESS_GATEWAYS"
    return run.reason and word(run.reason)


def told(run: Run, served: frozenset[str]) -> str:
    """Return an effect as a line for people."""
    reason = reason_of(run, served)
    times = "once" if run.claims == 1 else f"{run.claims} times"
    given = f", given to {run.assignee}" if run.assignee else ""
    return (
        f"{run.key}  {run.state}  {action_of(run)}{amount_of(run)}"
        f"{f'  ({reason})' if reason else ''}  tried {times}{given}"
    )


def as_line(row: msgspec.Struct) -> str:
    """Return a row as a line for programs."""
    return msgspec.json.encode(row).decode()
