"""The evidence a command names: there, about the same matter, and not kept back.

Whoever names a file as evidence says its id and nothing else: what kind of file it is,
its own stream says. What feeds report of other systems is taken as it is told.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import reduce
from typing import Any, Final, NamedTuple, TypeVar, cast
from uuid import UUID

from msgspec import Struct
from msgspec.structs import fields, replace

from application.access import Owners
from application.audit.state import fold, kind_of
from application.event_store.envelope import RecordedEvent
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore
from domain.after_sales import Case, EvidenceItem
from domain.agent_promise import AgentPromise
from domain.contact import Contact, OpenContact, Write
from domain.dispute import Dispute, Finding, Shown
from domain.evidence import EVIDENCE, Evidence, EvidenceEvent, EvidenceUploaded
from domain.ids import partition_in
from domain.kernel import Command, Refused, Report
from domain.party import SERVICE, By
from domain.responsibility import (
    ClaimRecourse,
    ContestAttribution,
    DisputeRecourse,
    Knowledge,
    MatterAccount,
)

Told = TypeVar("Told")

# Which field of what names files of evidence, wherever in a command it stands.
CITING: Final[Mapping[type[Struct], str]] = {
    EvidenceItem: "evidence",
    Shown: "evidence",
    Finding: "evidence",
    Knowledge: "evidence",
    OpenContact: "files",
    Write: "files",
    ContestAttribution: "files",
    ClaimRecourse: "files",
    DisputeRecourse: "files",
}
# What streams of these kinds may have files about them, beside orders.
MATTERS: Final = frozenset({"after_sales", "dispute", "contact", "responsibility"})


class NoSuchEvidence(Refused):
    """Name a file that a party of this matter, or the service, handed in about it."""


class EvidenceKeptBack(Refused):
    """Name another file: what was looked at and kept from all parties shows nothing."""


class Place(Struct, frozen=True, kw_only=True):
    """What a command is put to, and by whom.

    ``stream_id`` is the matter, also while nobody has opened it; ``ties`` are the names
    of what hangs together with it, such as its order; ``owners`` whose files may be
    named. ``again``: the command was taken before, and is judged no more.
    """

    stream_id: UUID
    ties: frozenset[str]
    owners: Owners
    by: By
    again: bool = False


class Citation(NamedTuple):
    """Where in a command a file is named, such as ``findings[0].evidence[1]``."""

    field: str
    evidence: str


class CitedEvidence:
    """Looks up the files that commands name."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def checked(self, command: Command, place: Place) -> Command:
        """Return the command, each file it shows being of the kind that it is.

        A file nobody has judged yet may be named by those who see it: who handed it in,
        and the service. Raises NoSuchEvidence and EvidenceKeptBack, each naming the
        field; UnreadableEvent.
        """
        if isinstance(command, Report):
            return command
        cited = list(citations(command))
        if not cited:
            return command
        known = self._files({each.evidence for each in cited}, place.stream_id)
        if not place.again:
            abouts = {each.about for each in map(uploaded, known.values())}
            near = self._near(abouts, place)
            for each in cited:
                judge(each, known.get(each.evidence), near, place)
        kinds = {name: uploaded(each).kind for name, each in known.items()}
        return with_kinds(command, kinds)

    def _files(self, names: Collection[str], beside: UUID) -> Mapping[str, Evidence]:
        """Return the files there are of these names, in one load."""
        ids = {name: stream_id for name in names if (stream_id := id_of(name, beside))}
        loaded = self._store.load(list(dict.fromkeys(ids.values())))
        found: dict[str, Evidence] = {}
        for name, stream_id in ids.items():
            events: list[EvidenceEvent] = events_of(loaded.histories[stream_id])
            if not events or not isinstance(events[0], EvidenceUploaded):
                continue
            if unreadable := loaded.unreadable.get(stream_id):
                raise unreadable.error()
            found[name] = reduce(EVIDENCE.evolve, events, EVIDENCE.initial)
        return found

    def _near(self, abouts: Collection[UUID], place: Place) -> frozenset[UUID]:
        """Return which of these are the matter, or hang together with it."""
        near = {
            each
            for each in abouts
            if each == place.stream_id or str(each) in place.ties
        }
        if others := [each for each in abouts if each not in near]:
            histories = self._store.load(others).histories
            near |= {
                each for each in others if hangs_together(each, histories[each], place)
            }
        return frozenset(near)


# -- Whether a file may be named --


def judge(
    cited: Citation, file: Evidence | None, near: Collection[UUID], place: Place
) -> None:
    """Raise NoSuchEvidence or EvidenceKeptBack for what may not be named here.

    What the reader may not see is answered like what there is not.
    """
    if file is None or uploaded(file).about not in near or not theirs(file, place):
        raise NoSuchEvidence(field=cited.field, evidence=cited.evidence)
    own = (uploaded(file).by, uploaded(file).name) == (place.by.role, place.by.name)
    consumers = uploaded(file).by == place.by.role == "consumer"
    sees_all = own or consumers or place.by.role in SERVICE
    if file.standing == "blocked" and sees_all:
        raise EvidenceKeptBack(field=cited.field, evidence=cited.evidence)
    if file.standing != "clean" and not sees_all:
        raise NoSuchEvidence(field=cited.field, evidence=cited.evidence)


def theirs(file: Evidence, place: Place) -> bool:
    """Whether a party of the matter handed it in, or the service.

    What is about a consumer's order only that consumer hands in as one, under whichever
    of its names.
    """
    told, owners = uploaded(file), place.owners
    match told.by:
        case "merchant":
            return told.name in owners.merchants
        case "creator":
            return told.name in owners.creators
        case "carrier":
            return told.name in owners.carriers
        case _:
            return True


def uploaded(file: Evidence) -> EvidenceUploaded:
    """Return the file as it came in."""
    assert file.file is not None, "a stream of evidence begins with its file"
    return file.file


# -- What hangs together --


def hangs_together(
    stream_id: UUID, history: Collection[RecordedEvent], place: Place
) -> bool:
    """Whether a stream is a matter of the same consumer, tied to the same as ours."""
    kind = kind_of(history)
    if kind not in MATTERS:
        return False
    state = fold(kind, events_of(history))
    same = consumer_of(state) == place.owners.consumer
    return same and not place.ties.isdisjoint({str(stream_id)} | ties(state))


def ties(state: Any) -> frozenset[str]:
    """Return the names of what a matter hangs together with: its order, its case."""
    match state:
        case Dispute(opened=opened) if opened is not None:
            named = {opened.order, opened.case}
        case Dispute(report=report) if report is not None:
            named = {report.order, report.case}
        case MatterAccount(order=order, matter=matter):
            named = {order, matter}
        case AgentPromise(contact=contact):
            named = {contact}
        case Contact(order=order, links=links):
            named = {order, *(target for _, target in links)}
        case Case(order=order):
            named = {order}
        case _:
            named = set()
    return frozenset(filter(None, named))


def consumer_of(state: Any) -> str | None:
    """Return whose matter it is."""
    if isinstance(state, Dispute):
        return state.party("consumer")
    return state.consumer or None


# -- Where in a command files are named --


def citations(told: Any, at: str = "") -> Iterator[Citation]:
    """Yield every file of evidence that is named in a command, at any depth."""
    if isinstance(told, tuple):
        for number, each in enumerate(told):
            yield from citations(each, f"{at}[{number}]")
    elif isinstance(told, Struct):
        for field in fields(told):
            value = getattr(told, field.name)
            where = f"{at}.{field.name}" if at else field.name
            if CITING.get(type(told)) == field.name:
                yield from named_in(value, where)
            else:
                yield from citations(value, where)


def named_in(value: str | tuple[str, ...], at: str) -> Iterator[Citation]:
    """Yield the files a field names: one, or several."""
    if isinstance(value, str):
        yield Citation(at, value)
        return
    for number, each in enumerate(value):
        yield Citation(f"{at}[{number}]", each)


def with_kinds(told: Told, kinds: Mapping[str, Any]) -> Told:
    """Return a command whose files are shown as what they are.

    Whether it was asked for, its round says.
    """
    if isinstance(told, Shown):
        kind = kinds.get(told.evidence, told.kind)
        return replace(told, kind=kind, asked=False)
    if isinstance(told, tuple):
        return cast("Told", tuple(with_kinds(each, kinds) for each in told))
    if not isinstance(told, Command):
        return told
    files = {
        field.name: with_kinds(value, kinds)
        for field in fields(told)
        if isinstance(value := getattr(told, field.name), tuple)
    }
    return replace(told, **files)


def id_of(name: str, beside: UUID) -> UUID | None:
    """Return the id a name holds, if it can be of a file about what lies there."""
    try:
        stream_id = UUID(name)
    except ValueError:
        return None
    return stream_id if partition_in(stream_id) == partition_in(beside) else None
