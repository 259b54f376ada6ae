"""What differs between two rows, field by field, and between two packs, row by row."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from domain.kernel import PolicyRef
from domain.policy.rows import AnyRow, PolicyDocument

# What names a row, and so differs between two versions of it by itself.
NAMES = ("id", "version")


class Change(Struct, frozen=True, kw_only=True):
    """One field that differs, by its path within the row; None is not set."""

    field: str
    before: Any
    after: Any


class RowChange(Struct, frozen=True, kw_only=True):
    """Two rows of one id: the versions compared, and the fields that differ.

    Both refer to the same version only where a row was edited, which publishing
    refuses.
    """

    before: PolicyRef
    after: PolicyRef
    fields: tuple[Change, ...]


class Difference(Struct, frozen=True, kw_only=True):
    """What leads from one pack to another."""

    pack: tuple[Change, ...]
    added: tuple[AnyRow, ...]
    removed: tuple[AnyRow, ...]
    changed: tuple[RowChange, ...]

    def __bool__(self) -> bool:
        """Whether anything differs at all."""
        return bool(self.pack or self.added or self.removed or self.changed)


def plain(value: Any) -> Any:
    """Return a struct as dicts, lists and scalars; one moment is written one way."""
    return one_way(msgspec.to_builtins(value, builtin_types=(datetime,)))


def one_way(told: Any) -> Any:
    """Return what is plain but for its moments, each told in UTC."""
    match told:
        case datetime() as moment:
            return moment.astimezone(UTC).isoformat()
        case dict() as fields:
            return {name: one_way(each) for name, each in fields.items()}
        case list() | tuple() as items:
            return [one_way(each) for each in items]
        case scalar:
            return scalar


def changes(before: Any, after: Any) -> tuple[Change, ...]:
    """Return the fields in which two structs differ, in their order, deepest named."""
    return tuple(differing("", plain(before), plain(after)))


def differing(path: str, before: Any, after: Any) -> Iterator[Change]:
    """Yield what differs below a path."""
    if before == after:
        return
    match before, after:
        case dict(), dict():
            for name in {**before, **after}:
                below = f"{path}.{name}" if path else name
                yield from differing(below, before.get(name), after.get(name))
        case [dict(), *_], [dict(), *_] if len(before) == len(after):
            for number, (one, other) in enumerate(zip(before, after, strict=True)):
                yield from differing(f"{path}[{number}]", one, other)
        case _:
            yield Change(field=path, before=before, after=after)


def difference(before: PolicyDocument, after: PolicyDocument) -> Difference:
    """Return what leads from one pack to another.

    A row that the first pack lacks is held against the version before it, if there is
    one in either pack; only a rule that is new altogether counts as added.
    """
    old, new = by_ref(before.row), by_ref(after.row)
    added: list[AnyRow] = []
    changed: list[RowChange] = []
    for ref, row in new.items():
        if ref in old:
            fields = changes(old[ref], row)
            if fields:
                changed.append(RowChange(before=ref, after=ref, fields=fields))
        elif (known := predecessor(row, (old | new).values())) is None:
            added.append(row)
        else:
            fields = tuple(
                each for each in changes(known, row) if each.field not in NAMES
            )
            changed.append(RowChange(before=known.ref, after=ref, fields=fields))
    followed = {each.before for each in changed}
    removed = (old[ref] for ref in old if ref not in new and ref not in followed)
    return Difference(
        pack=changes(bare(before), bare(after)),
        added=tuple(added),
        removed=tuple(removed),
        changed=tuple(changed),
    )


def predecessor(row: AnyRow, others: Iterable[AnyRow]) -> AnyRow | None:
    """Return the version of a row that comes before it; None for the first."""
    earlier = (
        each for each in others if each.id == row.id and each.version < row.version
    )
    return max(earlier, key=lambda each: each.version, default=None)


def by_ref(rows: Sequence[AnyRow]) -> dict[PolicyRef, AnyRow]:
    """Return the rows by the references events name them by."""
    return {row.ref: row for row in rows}


def bare(document: PolicyDocument) -> PolicyDocument:
    """Return what a pack says beside its rows."""
    return msgspec.structs.replace(document, row=())
