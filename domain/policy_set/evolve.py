"""What a publication makes of an installation's policies."""

from typing import assert_never

from domain.policy_set.events import PoliciesPublished, PolicySetEvent
from domain.policy_set.state import PolicySet, Publication, PublishedProfile

NOTHING_YET = PublishedProfile(rows={}, publications=())


def evolve(policies: PolicySet, event: PolicySetEvent) -> PolicySet:
    """Return the state after the event."""
    match event:
        case PoliciesPublished(profile=name):
            known = policies.profiles.get(name, NOTHING_YET)
            return PolicySet({**policies.profiles, name: published(known, event)})
    assert_never(event)


def published(known: PublishedProfile, event: PoliciesPublished) -> PublishedProfile:
    """Return a profile with what is new in it."""
    publication = Publication(
        number=event.publication,
        at=event.at,
        header=event.header,
        rows=tuple(row.ref for row in event.rows),
        digest=event.digest,
    )
    return PublishedProfile(
        rows={**known.rows, **{row.ref: row for row in event.rows}},
        publications=(*known.publications, publication),
    )
