"""An installation's policies as they were published."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from domain.kernel import PolicyRef, State
from domain.policy.rows import AnyRow, PolicyDocument
from domain.policy_set.events import PackHeader


class Publication(Struct, frozen=True, kw_only=True):
    """One publication of a profile: its number, when, and the rows it added."""

    number: int
    at: datetime
    header: PackHeader
    rows: tuple[PolicyRef, ...]
    digest: str


class PublishedProfile(Struct, frozen=True, kw_only=True):
    """A profile as published so far, and the publications that made it, in order."""

    rows: Mapping[PolicyRef, AnyRow]
    publications: tuple[Publication, ...]

    @property
    def header(self) -> PackHeader:
        """What was last said beside the rows."""
        return self.publications[-1].header

    @property
    def publication(self) -> int:
        """How often it was published."""
        return len(self.publications)

    def newest(self) -> Mapping[str, int]:
        """Return the highest version of every row id."""
        versions: dict[str, int] = {}
        for row in self.rows.values():
            versions[row.id] = max(row.version, versions.get(row.id, 0))
        return versions


class PolicySet(State, frozen=True):
    """Every profile by its name."""

    profiles: Mapping[str, PublishedProfile] = {}

    def document(self, profile: str, publication: int | None = None) -> PolicyDocument:
        """Return a profile as a document, as of one of its publications or the latest.

        Raises KeyError for a profile or a publication that there never was.
        """
        found = self.profiles[profile]
        last = found.publication if publication is None else publication
        if not 1 <= last <= found.publication:
            raise KeyError(f"{profile}@{last}")
        made = found.publications[:last]
        header = made[-1].header
        return PolicyDocument(
            profile=profile,
            title=header.title,
            sources=header.sources,
            fallback=header.fallback,
            usual=header.usual,
            auto_confirm_hours=header.auto_confirm_hours,
            row=tuple(found.rows[ref] for each in made for ref in each.rows),
        )
