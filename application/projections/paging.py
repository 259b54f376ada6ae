"""Pages by key: where the next one begins is a cursor that nobody need understand."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

PAGE_MAX = 200

Row = TypeVar("Row")
Key = TypeVar("Key")


class BadCursor(ValueError):
    """The cursor is not one that a page of this list ended with."""


class Page(Struct, Generic[Row], frozen=True):
    """Some rows, and the cursor the rows after them are asked with; None at the end."""

    rows: Sequence[Row]
    next: str | None


def page(rows: Sequence[Row], limit: int, key: Callable[[Row], Any]) -> Page[Row]:
    """Return the page of rows that were asked with ``limit`` + 1."""
    more = len(rows) > limit
    return Page(rows[:limit], cursor(key(rows[limit - 1])) if more else None)


def page_size(limit: int) -> int:
    """Return the limit, at least 1 and at most PAGE_MAX."""
    return max(1, min(limit, PAGE_MAX))


def cursor(key: Any) -> str:
    """Return the key of a page's last row as an opaque word."""
    return urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def key_of(cursor: str, key_type: type[Key]) -> Key:
    """Return the key that a cursor stands for; raises BadCursor."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(text, type=key_type)
    except (ValueError, msgspec.MsgspecError) as error:
        raise BadCursor(cursor) from error
