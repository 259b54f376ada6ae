"""``redress policy quote``: which rows apply to given facts, and what each pays."""

import difflib
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo

import msgspec
import rich_click as click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from application.policies import PACKS
from domain.kernel import possible
from domain.money import decimal_string
from domain.policy.book import Rulebook
from domain.policy.quote import Earlier, Facts, FactsWrong, Quote, quote
from interface.cli.policy_files import rules_of
from interface.errors import UserError

STDIN: Final = "-"
TIMES: Final = ("admitted_at", "due_at", "original_due_at")
SIZE_MAX: Final = 1_000_000

# What msgspec says of a field, and where: "… - at `$.earlier[0].fen`".
PLACE: Final = re.compile(r"^(?P<what>.*) - at `\$\.?(?P<path>[^`]*)`$", re.DOTALL)
UNKNOWN: Final = re.compile(r"unknown field `(?P<name>.*)`", re.DOTALL)
MISSING: Final = re.compile(r"missing required field `(?P<name>.*)`", re.DOTALL)

# What msgspec calls the values facts are made of, and what people do.
KINDS: Final = {
    "`int | null`": "a whole number",
    "`int`": "a whole number",
    "`float | null`": "a number",
    "`float`": "a fraction",
    "`datetime | null`": "a time in ISO 8601, such as 2026-08-22T10:00:00+08:00",
    "`array`": "a list",
    "`object`": "an object",
    "`str`": "a text",
}


class WrongQuestion(UserError):
    """The pack, the time or the facts of a question cannot be used."""

    exit_code = 2


@click.command("quote")
@click.option(
    "--pack",
    "name",
    required=True,
    metavar="NAME",
    help=f"A pack ({', '.join(PACKS)}): as this installation published it, or as it "
    "is shipped where there is none. Or NAME@N, its Nth publication; or a .toml file.",
)
@click.option(
    "--at",
    "at",
    required=True,
    metavar="TIME",
    help="The time each rule is chosen by, such as 2026-08-22T10:00:00+08:00. "
    "Without a zone it is told in the pack's.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.argument("facts", metavar="FACTS.json")
def policy_quote(name: str, at: str, facts: str, *, as_json: bool) -> None:
    """Say which rows of a pack apply to FACTS.json, what each pays, and what cut it.

    FACTS.json holds item_fen, postage_fen, paid_fen, promise_hours, late_hours,
    breaches in their order, out_of_stock (none, admitted or proven), admitted_at,
    due_at, original_due_at and earlier payouts with their rule; "-" is standard input.
    """
    try:
        book = rules_of(name)
        when = moment("--at", at, book.zone)
    except FactsWrong as error:
        raise WrongQuestion(str(error)) from None
    try:
        answer = quote(book, facts_in(text_of(facts), book.zone), when)
    except FactsWrong as error:
        where = "standard input" if facts == STDIN else facts
        raise WrongQuestion(f"{where}: {error}") from None
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(answer)))
    else:
        show(book, answer, when, Console(markup=False, highlight=False))


# -- What was asked --


def text_of(path: str) -> bytes:
    """Return what a file or standard input holds. Raises FactsWrong, OSError."""
    if path == STDIN:
        text = sys.stdin.buffer.read(SIZE_MAX + 1)
    else:
        try:
            with Path(path).open("rb") as file:
                text = file.read(SIZE_MAX + 1)
        except OSError as error:
            raise FactsWrong(f"it cannot be read: {error.strerror}") from None
    if len(text) > SIZE_MAX:
        raise FactsWrong(f"more than {SIZE_MAX:,} bytes are no facts of one order")
    return text


def facts_in(text: bytes, zone: str) -> Facts:
    """Return the facts of a JSON text; its times without a zone are of this one.

    Raises FactsWrong, naming the field and what is allowed.
    """
    try:
        told = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FactsWrong(f"it is no JSON: {error}") from None
    if not isinstance(told, dict):
        raise FactsWrong('the facts are one JSON object, such as {"paid_fen": 10000}')
    for field in TIMES:
        if isinstance(told.get(field), str):
            told[field] = moment(field, told[field], zone)
    try:
        return msgspec.convert(told, Facts, str_keys=True)
    except msgspec.ValidationError as error:
        raise FactsWrong(in_words(str(error))) from None


def moment(field: str, text: str, zone: str) -> datetime:
    """Return a time in ISO 8601, in this zone if it names none. Raises FactsWrong."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        told = None
    if told is None or not possible(told):
        raise FactsWrong(
            f"{field}: {text!r} is no time; allowed are times in ISO 8601, "
            "such as 2026-08-22T10:00:00+08:00"
        )
    return told if told.tzinfo else told.replace(tzinfo=ZoneInfo(zone))


def in_words(error: str) -> str:
    """Return what is wrong with the facts: the field, and what is allowed there."""
    place = PLACE.match(error)
    what, path = (place["what"], place["path"]) if place else (error, "")
    asked = Earlier if path.startswith("earlier[") else Facts
    within = f"{path}." if path else ""
    if unknown := UNKNOWN.search(what):
        known = asked.__struct_fields__
        like = difflib.get_close_matches(unknown["name"], known, n=1)
        meant = f" (do you mean {like[0]}?)" if like else ""
        allowed = ", ".join(known)
        return f"{within}{unknown['name']}: no such fact{meant}; allowed are {allowed}"
    if missing := MISSING.search(what):
        return f"{within}{missing['name']}: it is missing"
    field = re.split(r"[.\[]", path)[0]
    allowed = ", ".join(words_of(Facts.__annotations__.get(field)))
    what = what[:1].lower() + what[1:]
    for told, meant in KINDS.items():
        what = what.replace(told, meant)
    return f"{path}: {what}" + (f"; allowed are {allowed}" if allowed else "")


def words_of(kind: Any) -> Sequence[str]:
    """Return the words a type lets one choose from; none where it is no choice."""
    origin = get_origin(kind)
    if origin is Literal:
        return get_args(kind)
    if origin in {Union, UnionType, tuple, Annotated}:
        return [word for part in get_args(kind) for word in words_of(part)]
    return []


# -- What is answered --


def show(book: Rulebook, answer: Quote, at: datetime, console: Console) -> None:
    """Print the answer for people."""
    table = Table(title_justify="left", box=SIMPLE_HEAD)
    table.title = f"{book.profile}, as of {at.isoformat()}"
    table.add_column("rule", overflow="fold")
    table.add_column("yuan", justify="right", no_wrap=True)
    table.add_column("from → to", overflow="fold")
    table.add_column("cut by", overflow="fold")
    for line in answer.lines:
        ref = f"{line.rule}@{line.version}"
        row = book.row(ref)
        assert row is not None, "a line is of a row"
        table.add_row(
            f"{ref}\n{row.title_zh}\n{row.title}",
            decimal_string(line.fen, "CNY"),
            f"{line.payer} → {'(deducted)' if line.payee == 'none' else line.payee}",
            "what it paid before"
            if line.cut_by == line.rule
            else (line.cut_by or "").removeprefix(f"{book.profile}."),
        )
    if answer.lines:
        console.print(table)
    else:
        console.print(f"No row of {book.profile} applies as of {at.isoformat()}.")
    console.print(f"Total: {decimal_string(answer.total_fen, 'CNY')} yuan")
