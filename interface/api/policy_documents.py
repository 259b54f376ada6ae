"""A policy document as it comes over HTTP: TOML or JSON, and what is wrong with it."""

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from application.policies import BadPolicy, document_from
from domain.policy.rows import PolicyDocument
from interface.api.problems import FieldError, Wrong, invalid

JSON: Final = "application/json"
TOML: Final = "application/toml"

# What is wrong, as packs are told: "row 3 (shop.ship-48h): `hours`: it needs …".
FAULT: Final = re.compile(
    r"^(?:(?P<row>row [^:]*): )?`(?P<field>[^`]*)`: (?P<what>.*)$"
)


def read_document(raw: bytes, content_type: str | None) -> PolicyDocument:
    """Return the document; raises Wrong: 415, or 400 naming row and field."""
    said = (content_type or "").partition(";")[0].strip().lower()
    readers: Mapping[str, Callable[[bytes], Any]] = {JSON: json_told, TOML: toml_told}
    if said not in readers:
        raise Wrong("not_json", 415, f"Send it as Content-Type: {TOML}, or {JSON}.")
    try:
        return document_from(readers[said](raw), "body")
    except BadPolicy as error:
        errors = [field_error(fault) for fault in error.faults]
        detail = "; ".join(f"{each.field}: {each.message}" for each in errors)
        raise Wrong("invalid", 400, detail, errors=errors) from None


def json_told(raw: bytes) -> Any:
    """Return what a body of JSON says; raises Wrong (400)."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise invalid("body", str(error)) from None


def toml_told(raw: bytes) -> Any:
    """Return what a body of TOML says; raises Wrong (400)."""
    try:
        return tomllib.loads(raw.decode())
    except tomllib.TOMLDecodeError as error:
        raise invalid("body", str(error)) from None


def field_error(fault: str) -> FieldError:
    """Return a fault as a problem document names it: "row 3 (shop.ship-48h).hours"."""
    found = FAULT.match(fault)
    if found is None:
        return FieldError("body", fault)
    where = filter(None, (found["row"], found["field"]))
    return FieldError(".".join(where) or "body", found["what"])
