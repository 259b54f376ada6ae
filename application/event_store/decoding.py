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
from operator import attrgetter
from types import UnionType
from typing import (
    Annotated,
    Any,
    Final,
    NamedTuple,
    TypeAlias,
    Union,
    get_args,
    get_origin,
)

import msgspec
from msgspec import NODEFAULT, Meta, Struct

from domain.kernel import Event

# Every body is an object on one line that begins with its tag, and is of the first
# schema unless it says otherwise.
BETWEEN: Final = b'}\n{"type":"'
SCHEMA: Final = b'"schema"'

# A pattern that is a row of plain letters and of classes of such, as those of the
# kernel are. No line end can be in what it matches, so a column of lines is matched as
# one.
CHARACTERS: Final = r"(?:\[[\w.:@/+-]+\]|[\w:@])(?:[*+]|\{\d+(?:,\d+)?\})?"
PLAIN_PATTERN: Final = re.compile(rf"\^((?:{CHARACTERS})+)\$\(\?!\\n\)", re.ASCII)

Matches: TypeAlias = Callable[[str], object]


class Draft(NamedTuple):
    """How events of one type are read: as what, whose patterns are looked at after."""

    tag: str
    read_as: type[Struct]
    finish: Callable[[Any], Event]
    texts: tuple[tuple[Callable[[Any], str | None], Matches], ...]


class PageDecoder:
    """Reads pages of bodies of these types, all of which are of the first schema."""

    def __init__(self, event_types: Iterable[type[Event]]) -> None:
        drafts = [draft_of(each) for each in event_types]
        self._tags: dict[type, str] = {each.read_as: each.tag for each in drafts}
        self._texts = {each.read_as: each.texts for each in drafts}
        self._finish = {each.read_as: each.finish for each in drafts}
        read_as: Any = Union[tuple(self._tags)] if drafts else None  # noqa: UP007 - of as many as there are
        self._lines = msgspec.json.Decoder(read_as).decode_lines

    def decode(
        self, tags: Sequence[str], bodies: Sequence[bytes]
    ) -> list[Event] | None:
        """Return the events; None if some body must be looked at on its own."""
        page = b"\n".join(bodies)
        if not self._tags or not ordinary(page, len(bodies)):
            return None
        try:
            drafts: list[Struct] = self._lines(page)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None
        types = list(map(type, drafts))
        if list(map(self._tags.__getitem__, types)) != list(tags):
            return None
        if not self._fitting(types, drafts):
            return None
        finish = map(self._finish.__getitem__, types)
        return [done(draft) for done, draft in zip(finish, drafts, strict=True)]

    def _fitting(self, types: Sequence[type], drafts: Sequence[Struct]) -> bool:
        """Say whether every text is what its pattern says."""
        by_type: dict[type, list[Struct]] = {each: [] for each in types}
        for of, draft in zip(types, drafts, strict=True):
            by_type[of].append(draft)
        return all(
            column_fits(set(map(text, some)), matches)
            for of, some in by_type.items()
            for text, matches in self._texts[of]
        )


def ordinary(page: bytes, count: int) -> bool:
    """Say whether each line is one body, whatever is in it, and of the first schema.

    No body has a line end in it, so the line ends are where bodies meet. A body that
    ends in ``}`` may still leave a text, a list or an object open, and the next would
    go on in it: but none of them goes on with ``{"type":"``. (A text would end there at
    the first quote, and a word that follows a text is no JSON.) So if the page can be
    read, a body has ended at each line end; and if it holds as many values as there are
    bodies, which the tags are counted for, each body is one value.
    """
    return page.count(b"\n") == page.count(BETWEEN) == count - 1 and SCHEMA not in page


def column_fits(texts: set[str | None], matches: Matches) -> bool:
    """Say whether these texts match; what is not given cannot be wrong."""
    column = "".join([f"{each}\n" for each in texts if each is not None])
    return column.count("\n") == len(texts - {None}) and matches(column) is not None


def draft_of(event_type: type[Event]) -> Draft:
    """Return how events of a type are read: as they are, if they have no such text."""
    tag = event_type.__struct_config__.tag
    fields = msgspec.structs.fields(event_type)
    patterns = {each.name: pattern_of(each.type) for each in fields}
    if not any(patterns.values()) or peculiar(event_type):
        return Draft(str(tag), event_type, lambda event: event, ())
    plain: list[Any] = []
    for each in fields:
        kind = without_pattern(each.type) if patterns[each.name] else each.type
        if each.default is not NODEFAULT:
            plain.append((each.name, kind, each.default))
        elif each.default_factory is not NODEFAULT:
            made = msgspec.field(default_factory=each.default_factory)
            plain.append((each.name, kind, made))
        else:
            plain.append((each.name, kind))
    read_as = msgspec.defstruct(
        event_type.__name__, plain, tag_field="type", tag=tag, kw_only=True, gc=False
    )
    texts = tuple(
        (attrgetter(name), column_of(pattern))
        for name, pattern in patterns.items()
        if pattern
    )
    return Draft(str(tag), read_as, finishing(event_type), texts)


def peculiar(event_type: type[Event]) -> bool:
    """Say whether there is more to reading a type than its fields."""
    fields = msgspec.structs.fields(event_type)
    return (
        event_type.__struct_config__.forbid_unknown_fields
        or hasattr(event_type, "__post_init__")
        or any(each.name != each.encode_name for each in fields)
    )


def finishing(event_type: type[Event]) -> Callable[[Any], Event]:
    """Return what makes the event of its draft: ``Type(a=draft.a, b=draft.b)``.

    Written out, as a person would, it takes a third of the time of any loop over names.
    """
    fields = ", ".join(f"{name}=draft.{name}" for name in event_type.__struct_fields__)
    make: Callable[[Any], Event] = eval(  # noqa: S307 - names of our own fields
        f"lambda draft: event_type({fields})", {"event_type": event_type}
    )
    return make


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


def column_of(pattern: str) -> Matches:
    """Return what matches a column of texts, a line each, that all match this."""
    plain = PLAIN_PATTERN.fullmatch(pattern)
    assert plain is not None, "other patterns are left to msgspec"
    return re.compile(rf"(?:{plain[1]}\n)*+\Z").match
