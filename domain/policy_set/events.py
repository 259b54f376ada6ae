"""What happened to an installation's policies."""

from typing import Annotated

from msgspec import Meta, Struct

from domain.kernel import Code, Event, Moment
from domain.policy.rows import AnyRow, Sentence
from domain.promise import Hours

Profile = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,49}$")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class PackHeader(Struct, frozen=True, kw_only=True):
    """What a document says beside its rows; fields as of PolicyDocument.

    It has no dates of its own: it holds from its publication on.
    """

    title: Sentence = ""
    sources: tuple[Code, ...] = ()
    fallback: bool = False
    usual: tuple[Code, ...] = ()
    auto_confirm_hours: Hours = 240


class PoliciesPublished(Event, frozen=True, kw_only=True, tag="policy.published"):
    """Rows of a profile were published; each holds for ever, within its own dates.

    ``publication`` counts those of the profile from 1. ``rows`` are the new ones alone,
    whole: they are what every later decision is judged by, whatever is deployed. So a
    field of a row is never renamed or removed, and a new one has a default. ``digest``
    is of the whole document that was handed in.
    """

    at: Moment
    profile: Profile
    publication: Annotated[int, Meta(ge=1)]
    header: PackHeader
    rows: tuple[AnyRow, ...]
    digest: Sha256


PolicySetEvent = PoliciesPublished
