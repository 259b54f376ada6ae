"""Many bodies read at once, at a fraction of what they cost one by one.

msgspec reads lines of JSON about as fast as PostgreSQL sends them, but asks Python's
``re`` about every text of a pattern, each time anew: five names in an event cost five
times the event. So a page is read into drafts, which are the events without those
patterns, and then each column of texts is held against its pattern in one go. Nothing
is let through that reading one by one would refuse: wherever anything is out of the
ordinary, the page is left to be read one by one, which says what is wrong, and where.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from types import UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NamedTuple,
    TypeAlias,
    Union,
    get_args,
    get_origin,
)

import msgspec
from msgspec import Meta, Struct

from domain.kernel import Event

# Every body is an object on one line: this finds a line end that is not the seam of two
# such. It looks for the line end first, as there are few.
NO_SEAM: Final = re.compile(rb"\n(?!(?<=}\n){)").search

# A pattern that is a row of plain letters and of classes of such, as those of the
# kernel are. No line end can be in what it matches, so a column of lines is matched as
# one.
CHARACTERS: Final = r"(?:\[[\w.:@/+-]+\]|[\w:@])(?:[*+]|\{\d+(?:,\d+)?\})?"
PLAIN_PATTERN: Final = re.compile(rf"\^((?:{CHARACTERS})+)\$\(\?!\\n\)", re.ASCII)

Matches: TypeAlias = Callable[[str], object]


class Draft(NamedTuple):
    """How events of one type are read: as what, and what is done with all of a page.

    ``finish`` makes the events of their drafts, ``columns`` look at one text of each.
    """

    tag: str
    read_as: type[Struct]
    finish: Callable[[list[Any]], list[Event]]
    columns: tuple[tuple[Callable[[list[Any]], set[str | None]], Matches], ...]


class PageDecoder:
    """Reads pages of bodies of these types, all of which are of the first schema."""

    def __init__(self, event_types: Iterable[type[Event]]) -> None:
        drafts = [draft_of(each) for each in event_types if not peculiar(each)]
        self._drafts: dict[type, Draft] = {each.read_as: each for each in drafts}
        self._tags: dict[type, str] = {each.read_as: each.tag for each in drafts}
        read_as: Any = Union[tuple(self._tags)] if drafts else None  # noqa: UP007 - of as many as there are
        self._lines = msgspec.json.Decoder(read_as).decode_lines

    def decode(self, tags: str, page: bytes, count: int) -> list[Event] | None:
        """Return so many events of a page; None if one must be looked at on its own.

        ``tags`` and ``page`` hold a line for each.

        No body has a line end in it, so the line ends are where bodies meet. A body
        that ends in ``}`` may still leave a list or an object open, and the next would
        go on in it: but none of them goes on with ``{``, and no text has a line end in
        it. So if the page can be read and has no other line ends, a body has ended at
        each of them; and if it holds as many values as there are bodies, each is one
        value.
        """
        if NO_SEAM(page) or not self._tags:
            return None
        try:
            drafts: list[Struct] = self._lines(page)
            types = list(map(type, drafts))
            if len(types) != count:
                return None
            if "\n".join(map(self._tags.__getitem__, types)) != tags:
                return None
            return self._finished(types, drafts)
        except (msgspec.MsgspecError, ValueError, TypeError):
            # Or what a type says that looks at itself once it is made.
            return None

    def _finished(
        self, types: Sequence[type], drafts: list[Struct]
    ) -> list[Event] | None:
        """Return the events of these drafts, if every text is what its pattern says."""
        by_type: dict[type, list[Struct]] = {each: [] for each in set(types)}
        if len(by_type) == 1:
            return finished(self._drafts[types[0]], drafts)
        for of, draft in zip(types, drafts, strict=True):
            by_type[of].append(draft)
        events = {of: finished(self._drafts[of], some) for of, some in by_type.items()}
        each = {of: iter(some) for of, some in events.items() if some is not None}
        if len(each) < len(events):
            return None
        return list(map(next, map(each.__getitem__, types)))


def finished(how: Draft, drafts: list[Struct]) -> list[Event] | None:
    """Return the events of drafts of one type, if every text fits its pattern."""
    for column, matches in how.columns:
        if not column_fits(column(drafts), matches):
            return None
    return how.finish(drafts)


def column_fits(texts: set[str | None], matches: Matches) -> bool:
    """Say whether these texts match; what is not given cannot be wrong."""
    texts.discard(None)
    column = "\n".join((*texts, ""))  # type: ignore[arg-type]  # None was taken out
    return column.count("\n") == len(texts) and matches(column) is not None


@cache
def draft_of(event_type: type[Event]) -> Draft:
    """Return how events of a type are read: as such without a pattern, of schema 1."""
    tag = event_type.__struct_config__.tag
    fields = msgspec.structs.fields(event_type)
    patterns = {each.name: pattern_of(each.type) for each in fields}
    plain: list[Any] = [("schema", Literal[1], 1)]
    for each in fields:
        made = msgspec.field(  # type: ignore[call-overload]  # one of both is NODEFAULT
            default=each.default,
            default_factory=each.default_factory,
            name=each.encode_name,
        )
        kind = without_pattern(each.type) if patterns[each.name] else each.type
        plain.append((each.name, kind, made))
    read_as = msgspec.defstruct(
        event_type.__name__, plain, tag_field="type", tag=tag, kw_only=True, gc=False
    )
    columns = tuple(
        (column_of(name), matching(pattern))
        for name, pattern in patterns.items()
        if pattern
    )
    return Draft(str(tag), read_as, finishing(event_type), columns)


def peculiar(event_type: type[Event]) -> bool:
    """Say whether there is more to reading a type than its fields: one by one, then."""
    fields = msgspec.structs.fields(event_type)
    names = {name for each in fields for name in (each.name, each.encode_name)}
    return event_type.__struct_config__.forbid_unknown_fields or "schema" in names


# Both are written out, as a person would: that takes a third of the time of any loop
# over names.


def finishing(event_type: type[Event]) -> Callable[[list[Any]], list[Event]]:
    """Return what makes events of drafts: ``[Type(a=each.a, b=each.b) ...]``."""
    fields = ", ".join(f"{name}=each.{name}" for name in event_type.__struct_fields__)
    make: Callable[[list[Any]], list[Event]] = eval(  # noqa: S307 - names of our own fields
        f"lambda drafts: [event_type({fields}) for each in drafts]",
        {"event_type": event_type},
    )
    return make


def column_of(name: str) -> Callable[[list[Any]], set[str | None]]:
    """Return what takes one text of each draft: ``{each.name for each in drafts}``."""
    take: Callable[[list[Any]], set[str | None]] = eval(  # noqa: S307 - a name of our own fields
        f"lambda drafts: {{each.{name} for each in drafts}}"
    )
    return take


def pattern_of(kind: Any) -> str | None:
    """Return the pattern of a text, given or not, that has one and nothing else."""
    if get_origin(kind) in {Union, UnionType}:
        some = [each for each in get_args(kind) if each is not type(None)]
        return pattern_of(some[0]) if len(some) == 1 else None
    if get_origin(kind) is not Annotated or get_args(kind)[0] is not str:
        return None
    (meta, *more) = get_args(kind)[1:]
    pattern = meta.pattern if isinstance(meta, Meta) else None
    if more or pattern is None or meta != Meta(pattern=pattern):
        return None
    return pattern if PLAIN_PATTERN.fullmatch(pattern) else None


def without_pattern(kind: Any) -> Any:
    """Return the type of a text that has a pattern, without it."""
    return str if get_origin(kind) is Annotated else str | None


def matching(pattern: str) -> Matches:
    """Return what matches a column of texts, a line each, that all match this."""
    plain = PLAIN_PATTERN.fullmatch(pattern)
    assert plain is not None, "other patterns are left to msgspec"
    return re.compile(rf"(?:{plain[1]}\n)*+\Z").match
