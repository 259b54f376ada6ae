"""What a publication comes to: what is new in it, or why it may not be."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

import msgspec
from msgspec import Struct

from domain.kernel import Policy, PolicyRef
from domain.policy.changes import changes, plain
from domain.policy.checks import faults_of
from domain.policy.rows import AnyRow, PolicyDocument
from domain.policy_set.commands import PolicySetCommand
from domain.policy_set.events import PackHeader, PoliciesPublished
from domain.policy_set.evolve import NOTHING_YET
from domain.policy_set.refusals import (
    FallbackNeeded,
    RowEdited,
    RowUnusable,
    SourceTaken,
    TakesEffectInThePast,
    VersionGoesBack,
)
from domain.policy_set.state import PolicySet

# A platform shows changed rules so long before they take effect (电子商务法 第34条).
NOTICE = timedelta(days=7)

CANONICAL = msgspec.json.Encoder(order="deterministic")


class Caution(Struct, frozen=True, kw_only=True):
    """What is allowed, and what whoever publishes should know.

    ``short_notice``: it holds within seven days, and those it concerns have a right to
    know seven days before. ``holds_already``: a rule that is new altogether holds since
    before it was published; what was decided stands, what was not is judged by it.
    """

    code: Literal["short_notice", "holds_already"]
    row: PolicyRef
    in_force_from: datetime


class LeftOut(Struct, frozen=True, kw_only=True):
    """A row that may not be published any more, and which rule forbids it."""

    row: PolicyRef
    why: Literal["row_edited", "version_goes_back", "takes_effect_in_the_past"]


def decide(
    policies: PolicySet,
    command: PolicySetCommand,
    _policy: Policy | None,
    at: datetime,
) -> tuple[PoliciesPublished, ...]:
    """Return what is published now; nothing, if all of it was published before.

    Raises RowUnusable, RowEdited, VersionGoesBack and TakesEffectInThePast, each naming
    every row it is about, SourceTaken and FallbackNeeded.
    """
    document = command.document
    known = policies.profiles.get(document.profile, NOTHING_YET)
    if faults := faults_of(document):
        raise RowUnusable(rows="; ".join(faults))
    if edited := edits(policies, document.row):
        raise RowEdited(rows="; ".join(map(": ".join, edited.items())))
    new = tuple(row for row in document.row if row.ref not in known.rows)
    newest = known.newest()
    if back := [row.ref for row in new if goes_back(row, newest)]:
        raise VersionGoesBack(rows=", ".join(back))
    if past := [row for row in new if too_late(row, newest, at)]:
        since = (f"{row.ref} (from {row.in_force_from.isoformat()})" for row in past)
        raise TakesEffectInThePast(rows=", ".join(since), at=at.isoformat())
    check_sources(policies, document)
    header = header_of(document)
    if not new and known.publications and header == known.header:
        return ()
    return (
        PoliciesPublished(
            at=at,
            profile=document.profile,
            publication=known.publication + 1,
            header=header,
            rows=new,
            digest=digest(document),
        ),
    )


def edits(policies: PolicySet, rows: Iterable[AnyRow]) -> Mapping[PolicyRef, str]:
    """Return the rows published with other content, and the fields that differ.

    A reference stands for one content, whichever profile published it first.
    """
    found: dict[PolicyRef, str] = {}
    for row in rows:
        for profile in policies.profiles.values():
            known = profile.rows.get(row.ref)
            if known is not None and known != row:
                fields = changes(known, row)
                found[row.ref] = ", ".join(each.field for each in fields)
    return found


def goes_back(row: AnyRow, newest: Mapping[str, int]) -> bool:
    """Whether a new row is older than what was published of it."""
    return row.version < newest.get(row.id, 0)


def too_late(row: AnyRow, newest: Mapping[str, int], at: datetime) -> bool:
    """Whether a new version of a known row would hold for what is over already.

    A rule that is new altogether may: a disaster is declared after it began, and the
    first pack of an installation judges orders that were there before it.
    """
    return row.id in newest and row.in_force_from < at


def check_sources(policies: PolicySet, document: PolicyDocument) -> None:
    """Raise SourceTaken if another profile speaks for the same orders.

    Raises FallbackNeeded where afterwards no profile would speak for all the others.
    """
    before = policies.profiles.get(document.profile, NOTHING_YET)
    if before.publications and before.header.fallback and not document.fallback:
        raise FallbackNeeded(profile=document.profile)
    for name, other in policies.profiles.items():
        if name == document.profile:
            continue
        if both := sorted({*document.sources} & {*other.header.sources}):
            raise SourceTaken(sources=", ".join(both), profile=name)
        if document.fallback and other.header.fallback:
            raise SourceTaken(sources="all others", profile=name)


def publishable(
    policies: PolicySet, document: PolicyDocument, at: datetime
) -> tuple[PolicyDocument, tuple[LeftOut, ...]]:
    """Return a document without the rows that nobody may publish any more, and those.

    For packs that come with a release: an installation brought up to date late has
    missed the day on which some of their rows take effect, and goes on without them.
    Such a pack only adds rows to a profile; what is said beside them stays.
    """
    known = policies.profiles.get(document.profile, NOTHING_YET)
    newest, edited = known.newest(), edits(policies, document.row)
    left_out: list[LeftOut] = []
    kept: list[AnyRow] = []
    for row in document.row:
        if row.ref in edited:
            left_out.append(LeftOut(row=row.ref, why="row_edited"))
        elif row.ref not in known.rows and goes_back(row, newest):
            left_out.append(LeftOut(row=row.ref, why="version_goes_back"))
        elif row.ref not in known.rows and too_late(row, newest, at):
            left_out.append(LeftOut(row=row.ref, why="takes_effect_in_the_past"))
        else:
            kept.append(row)
    beside = msgspec.structs.asdict(known.header) if known.publications else {}
    rest = msgspec.structs.replace(document, row=tuple(kept), **beside)
    return rest, tuple(left_out)


def cautions(event: PoliciesPublished) -> Sequence[Caution]:
    """Return what whoever published this should know; nothing for a first publication.

    Before its first publication a profile promised nothing to anybody.
    """
    if event.publication == 1:
        return ()
    return [
        Caution(
            code="holds_already" if row.in_force_from < event.at else "short_notice",
            row=row.ref,
            in_force_from=row.in_force_from,
        )
        for row in event.rows
        if row.in_force_from - event.at < NOTICE
    ]


def header_of(document: PolicyDocument) -> PackHeader:
    """Return what a document says beside its rows."""
    return PackHeader(
        title=document.title,
        sources=document.sources,
        fallback=document.fallback,
        usual=document.usual,
        auto_confirm_hours=document.auto_confirm_hours,
    )


def digest(document: PolicyDocument) -> str:
    """Return the SHA-256 of what a document says, however it was written down.

    The order of its rows does not count, nor the zone a moment was told in.
    """
    rows = sorted(document.row, key=lambda row: (row.id, row.version))
    told = plain(msgspec.structs.replace(document, row=tuple(rows)))
    return sha256(CANONICAL.encode(told)).hexdigest()
