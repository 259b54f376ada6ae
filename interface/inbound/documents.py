"""Strangers' JSON: what is asked for is there and fits, or it is said where not.

Nothing here quotes a value: what is said of a fault is kept where erasing a person does
not reach.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Raw as Slice

from application.inbound import Untranslatable
from domain.kernel import Code, Name

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

TIME_FORMS: Final = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
)
CANONICAL: Final = msgspec.json.Encoder(order="deterministic")

# What reading a stranger's document raises.
UNREADABLE: Final = (msgspec.DecodeError, UnicodeError, RecursionError)

# Epoch times from 2000 to 2100; larger ones are milliseconds.
SECONDS: Final = range(946_684_800, 4_102_444_800)


def parse(body: bytes) -> Any:
    """Return what a body says; Untranslatable if it is no JSON."""
    try:
        return msgspec.json.decode(body)
    except UNREADABLE as error:
        raise Untranslatable(fault_of(error)) from None


def fault_of(error: Exception) -> str:
    """Return why a document cannot be read, without quoting it."""
    match error:
        case UnicodeError():
            return "It is no UTF-8."
        case RecursionError():
            return "It is nested too deeply."
        case _:
            return str(error)


def elements(body: bytes) -> list[bytes]:
    """Return the elements of an array as they stand in it."""
    return [bytes(each) for each in msgspec.json.decode(body, type=list[Slice])]


def fields(body: bytes) -> dict[str, bytes]:
    """Return the fields of an object as they stand in it."""
    found = msgspec.json.decode(body, type=dict[str, Slice])
    return {name: bytes(value) for name, value in found.items()}


def canonical_digest(body: bytes) -> str:
    """Return a name for what a body says, however it is spaced or ordered."""
    with suppress(msgspec.DecodeError):  # Then what it says is its bytes.
        body = CANONICAL.encode(msgspec.json.decode(body))
    return sha256(body).hexdigest()


class At:
    """A value in a document, and the path to it."""

    def __init__(self, value: Any, path: str = "$") -> None:
        self.value = value
        self.path = path

    def fault(self, expected: str) -> Untranslatable:
        """Return the fault of a value that is not what it must be."""
        return Untranslatable(f"Expected {expected} at {self.path}.")

    def get(self, *names: str) -> "At":
        """Return the first of the fields that is there, None's At without any.

        Vendors spell one field in several ways.
        """
        value = self.value if isinstance(self.value, Mapping) else {}
        for name in names:
            if value.get(name) is not None:
                return At(value[name], f"{self.path}.{name}")
        return At(None, f"{self.path}.{names[0]}")

    def has(self, *names: str) -> bool:
        """Say whether any of the fields is there, be it empty."""
        return isinstance(self.value, Mapping) and any(n in self.value for n in names)

    def object(self) -> "At":
        """Return this, being an object; Untranslatable if it is none."""
        if not isinstance(self.value, Mapping):
            raise self.fault("an object")
        return self

    def items(self) -> list["At"]:
        """Return the elements of an array, none of a missing one."""
        if self.value is None or self.value == "":
            return []
        if not isinstance(self.value, Sequence) or isinstance(self.value, str):
            raise self.fault("an array")
        return [
            At(each, f"{self.path}[{number}]") for number, each in enumerate(self.value)
        ]

    def text(self) -> str:
        """Return a string or a number as text, "" for a missing one."""
        if self.value is None:
            return ""
        if isinstance(self.value, bool) or not isinstance(self.value, str | int):
            raise self.fault("a string or a number")
        text = str(self.value).strip()
        if "\0" in text:  # PostgreSQL keeps none
            raise self.fault("text without NUL characters")
        return text

    def name(self) -> str:
        """Return an outside name, such as a number too long for a float."""
        return self._fitting(Name, "a name")

    def code(self) -> str:
        """Return a word of a vocabulary."""
        return self._fitting(Code, "a code")

    def _fitting(self, kind: Any, expected: str) -> str:
        try:
            return str(msgspec.convert(self.text(), kind))
        except msgspec.ValidationError:
            raise self.fault(expected) from None

    def integer(self) -> int:
        """Return a whole number that may be written as text."""
        try:
            return int(self.text())
        except ValueError:
            raise self.fault("a whole number") from None

    def local_time(self, zone: ZoneInfo = SHANGHAI) -> datetime:
        """Return a wall-clock time of a zone, to the second."""
        text = self.text().replace("T", " ")
        for form in TIME_FORMS:
            try:
                return datetime.strptime(text, form).replace(tzinfo=zone)
            except ValueError:
                continue
        raise self.fault("a time such as 2022-06-30 10:34:33")

    def day(self, zone: ZoneInfo = SHANGHAI) -> datetime:
        """Return the beginning of a day such as 2021-05-16, whatever follows it."""
        try:
            day = datetime.strptime(self.text()[:10], "%Y-%m-%d")  # noqa: DTZ007  # the file says no zone; the next line does
        except ValueError:
            raise self.fault("a day such as 2021-05-16") from None
        return day.replace(tzinfo=zone)

    def end_of_day(self, zone: ZoneInfo = SHANGHAI) -> datetime:
        """Return the last second of a day, or the time itself if it has one."""
        if ":" in self.text():
            return self.local_time(zone)
        return self.day(zone) + timedelta(days=1, seconds=-1)

    def instant(self) -> datetime:
        """Return a time as written in RFC 3339; without a zone it is UTC."""
        try:
            read = msgspec.convert(self.value, datetime)
        except msgspec.ValidationError:
            raise self.fault("a time such as 2025-02-06T19:48:03Z") from None
        return read if read.tzinfo else read.replace(tzinfo=UTC)

    def epoch(self) -> datetime:
        """Return a time given in seconds since 1970, or in milliseconds."""
        seconds = self.integer()
        if seconds >= SECONDS.stop:
            seconds //= 1000
        if seconds not in SECONDS:
            raise self.fault("seconds since 1970")
        return datetime.fromtimestamp(0, SHANGHAI) + timedelta(seconds=seconds)
