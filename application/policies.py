"""Packs of rules as they are written down: read, checked, and put together."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from domain.policy.book import Rulebook, labels_of, rulebook_of
from domain.policy.checks import faults_of
from domain.policy.rows import PolicyDocument
from domain.promise import PromiseTerms

PACKS = ("douyin-like", "taobao-like", "olist")

# How msgspec says where: "… - at `$.row[11].formula.max_fen`".
PLACE = re.compile(r"^(?P<what>.*) - at `(?P<path>[^`]*)`$", re.DOTALL)
OF_A_FIELD = re.compile(r"field `(?P<name>[^`]+)`")
OF_A_ROW = re.compile(r"^\$\.row\[(?P<index>\d+)\]\.?(?P<field>.*)$")


class BadPolicy(Exception):
    """A pack of rules cannot be used. Every line names a row, its field, and why."""

    def __init__(self, where: str, faults: Sequence[str]) -> None:
        named = f"{where}: " if where else ""
        super().__init__("\n".join(f"{named}{fault}" for fault in faults))
        self.where, self.faults = where, tuple(faults)


class PolicyBook(msgspec.Struct, frozen=True):
    """The policies commands are decided under. ``orders`` knows every pack's labels."""

    orders: PromiseTerms

    @property
    def orders_at_hand(self) -> PromiseTerms:
        """The same: nothing has to be read."""
        return self.orders


def document_from_toml(text: str, where: str = "") -> PolicyDocument:
    """Return a pack as it is written down; ``where`` names it in what is said of it.

    Raises BadPolicy.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(where, [f"it is no TOML: {error}"]) from None
    return document_from(told, where)


def document_from(told: dict[str, Any], where: str) -> PolicyDocument:
    """Return the pack that these tables say. Raises BadPolicy."""
    try:
        document = msgspec.convert(told, PolicyDocument)
    except msgspec.ValidationError as error:
        raise BadPolicy(where, [in_words(str(error), told)]) from None
    if faults := faults_of(document):
        raise BadPolicy(where, faults)
    return document


def in_words(error: str, told: dict[str, Any]) -> str:
    """Return what is wrong, beginning with the row by number and id, and its field."""
    place = PLACE.match(error)
    what, path = (place["what"], place["path"]) if place else (error, "$")
    named = OF_A_FIELD.search(what)
    last = [named["name"]] if named else []
    found = OF_A_ROW.match(path)
    if found is None:
        return f"`{'.'.join([*path.split('.')[1:], *last])}`: {what}"
    index = int(found["index"])
    row = told["row"][index]
    name = row.get("id", "without an id") if isinstance(row, dict) else "no table"
    field = ".".join(filter(None, [found["field"], *last]))
    return f"row {index + 1} ({name}): `{field}`: {what}"


@cache  # what is installed does not change, and reading it takes a while
def read_pack(name: str) -> PolicyDocument:
    """Return a pack that comes with the product. Raises BadPolicy."""
    if name not in PACKS:
        known = ", ".join(PACKS)
        raise BadPolicy(name, [f"no such pack; there are {known}, or a .toml file"])
    shipped = files("domain.policy") / "packs" / f"{name}.toml"
    return document_from_toml(shipped.read_text("utf-8"), name)


def read_document(name: str) -> PolicyDocument:
    """Return a shipped pack, or the one in the .toml file of that path.

    Raises BadPolicy, also where there is no such pack or file.
    """
    path = Path(name)
    if path.suffix != ".toml":
        return read_pack(name)
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise BadPolicy(name, ["it is no text in UTF-8"]) from None
    except OSError as error:
        raise BadPolicy(name, [f"it cannot be read: {error.strerror}"]) from None
    return document_from_toml(text, name)


def pack_rulebook(name: str) -> Rulebook:
    """Return the rules of a shipped pack, or of a file. Raises BadPolicy."""
    return rulebook(read_document(name))


def rulebook(document: PolicyDocument) -> Rulebook:
    """Return a pack that nobody published, named by its newest row."""
    newest = max((row.version for row in document.row), default=0)
    return rulebook_of(document, f"{document.profile}@{newest}")


def shipped_documents() -> tuple[PolicyDocument, ...]:
    """Return the packs that come with the product."""
    return tuple(map(read_pack, PACKS))


def shipped_policies() -> PolicyBook:
    """Return what they promise together, each to the orders of its sources."""
    return PolicyBook(orders=labels_of([*map(rulebook, shipped_documents())]))
