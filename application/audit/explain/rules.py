"""The rules as they were known when something was decided, and what a row says."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, Final

from msgspec import Struct, structs

from application.event_store.envelope import RecordedEvent
from application.event_store.store import Unreadable
from application.policy_set import InForce, in_force
from domain.kernel import PolicyRef
from domain.policy.book import Rulebook, rulebook_of
from domain.policy.quote import Line
from domain.policy.rows import AnyRow, Row
from domain.policy_set import POLICY_SET, PoliciesPublished, PolicySet

# A process may judge for so long by what it last read; twice what it is, to be sure.
LAG: Final = timedelta(seconds=5)

# Fields of events that name rows.
NAMING: Final = frozenset({"policy", "basis"})

# What a reference to a row looks like: the basis of a share is a code, and none.
REF: Final = re.compile(r"^[a-z0-9][a-z0-9_.-]*@[0-9]{1,8}$")

# What every row says of itself; the rest is what it says of the matter.
OF_ITSELF: Final = frozenset(Row.__struct_fields__)


class UsedRow(Struct, frozen=True, kw_only=True):
    """A row a decision rests on. ``known`` is False for one nobody ever published.

    ``says`` are the fields of its kind that are set.
    """

    ref: PolicyRef
    known: bool = True
    kind: str | None = None
    title: str = ""
    title_zh: str = ""
    source: str = ""
    binding: str | None = None
    in_force_from: datetime | None = None
    in_force_to: datetime | None = None
    says: Mapping[str, Any] = {}


class Publications(Struct, frozen=True):
    """All that was ever published, and when we came to know it."""

    events: Sequence[tuple[datetime, PoliciesPublished]] = ()

    def known(self, at: datetime) -> Iterator[InForce]:
        """Yield what was in force as known then; then what a process may have had.

        Before the first publication, the first counts: nothing is decided without.
        """
        counts = [
            sum(recorded_at <= moment for recorded_at, _ in self.events)
            for moment in (at, at - LAG)
        ]
        first = self.events[0][0] if self.events else at
        least = sum(recorded_at - first <= LAG for recorded_at, _ in self.events)
        for count in dict.fromkeys(max(each, least) for each in counts):
            if count:
                yield self.of(count)

    def of(self, count: int) -> InForce:
        """Return what the first so many publications come to."""
        return in_force(count, self.policies(count))

    def policies(self, count: int | None = None) -> PolicySet:
        """Return the profiles as published so far, or after so many publications."""
        events = [event for _, event in self.events[:count]]
        return reduce(POLICY_SET.evolve, events, POLICY_SET.initial)

    def book(self, ref: PolicyRef) -> Rulebook | None:
        """Return the book an event names: a profile as of one of its publications."""
        profile, _, number = ref.rpartition("@")
        try:
            document = self.policies().document(profile, int(number))
        except KeyError:
            return None
        return rulebook_of(document, ref)

    def row(self, ref: PolicyRef) -> AnyRow | None:
        """Return the row of a reference, whoever published it."""
        for _, event in self.events:
            for row in event.rows:
                if row.ref == ref:
                    return row
        return None


def publications(history: Sequence[RecordedEvent | Unreadable]) -> Publications:
    """Return what the stream of policies says. Raises UnreadableEvent."""
    told: list[tuple[datetime, PoliciesPublished]] = []
    for each in history:
        if isinstance(each, Unreadable):
            raise each.error()
        if isinstance(each.event, PoliciesPublished):
            told.append((each.recorded_at, each.event))
    return Publications(tuple(told))


def book_for(rules: InForce, source: str | None) -> Rulebook | None:
    """Return the rules for orders of a source, as ``Policies.for_source`` did."""
    books = rules.books.values()
    of_source = (book for book in books if source in book.sources)
    fallback = (book for book in books if book.fallback)
    return next(of_source, None) or next(fallback, None)


def refs_in(value: Any) -> Iterator[PolicyRef]:
    """Yield every row an event names, at any depth, in its own order."""
    match value:
        case Line(rule=rule, version=version):
            yield f"{rule}@{version}"
        case PoliciesPublished(rows=rows):
            yield from (row.ref for row in rows)
        case Struct():
            for field in structs.fields(value):
                part = getattr(value, field.name)
                if field.name in NAMING:
                    named = (part,) if isinstance(part, str) else part or ()
                    yield from (each for each in named if REF.match(str(each)))
                else:
                    yield from refs_in(part)
        case tuple() | list():
            for part in value:
                yield from refs_in(part)
        case _:
            return


def used_row(ref: PolicyRef, row: AnyRow | None) -> UsedRow:
    """Return a row as a reader is told of it."""
    if row is None:
        return UsedRow(ref=ref, known=False)
    return UsedRow(
        ref=ref,
        kind=str(row.__struct_config__.tag),
        title=row.title,
        title_zh=row.title_zh,
        source=row.source,
        binding=row.binding,
        in_force_from=row.in_force_from,
        in_force_to=row.in_force_to,
        says=told_of(row),
    )


def told_of(row: AnyRow) -> dict[str, Any]:
    """Return what a row says beside what every row does, as far as it is set."""
    return {
        field.name: value
        for field in structs.fields(row)
        if field.name not in OF_ITSELF
        and (value := getattr(row, field.name)) is not None
        and value != ()
    }
