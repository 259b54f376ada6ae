"""Policies over HTTP: the rules as data, published and read, never edited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    Operation,
    Reference,
    RequestBody,
    Schema,
)
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import (
    FromPath,
    FromQuery,
    HeaderParameter,
    QueryParameter,
    SkipValidation,
)
from msgspec import Struct

from application.access import Actor, NotFound, Owners, authorize
from application.policy_set import InForce, Policies, Published
from domain.kernel import PolicyRef
from domain.policy.book import in_force
from domain.policy.rows import AnyRow, PolicyDocument, Times
from domain.policy_set import (
    Caution,
    Publication,
    PublishPolicies,
)
from interface.api.auth import does
from interface.api.context import Asked, moment
from interface.api.examples import EXAMPLES, POLICY_TOML
from interface.api.paging import Listed
from interface.api.policy_documents import JSON, TOML, read_document
from interface.api.receipts import ReceiptBody, receipt_answer, versioned

POLICIES: Final = "/v1/policies"

RowKind = Literal[
    "entitlement",
    "merchant_deduction",
    "label_promise",
    "timer",
    "cap",
    "burden",
    "approval",
    "calendar",
]

ContentType = Annotated[
    str | None,
    HeaderParameter(name="Content-Type", description=f"{TOML}, or {JSON}."),
]
At = Annotated[
    str | None,
    QueryParameter(description="Only rows in force at this time (RFC 3339)."),
]
OfPublication = Annotated[
    int | None,
    QueryParameter(ge=1, description="As of this publication; without it: the latest."),
]


@dataclass
class SendDocument(Operation):
    """The operation with its body: a document in one of two ways to write it down."""

    def __post_init__(self) -> None:
        """Show a document in both."""
        as_json = OpenAPIMediaType(
            schema=Reference(ref="#/components/schemas/PolicyDocument"),
            examples={"shop": Example(value=EXAMPLES["PolicyDocument"])},
        )
        as_toml = OpenAPIMediaType(
            schema=Schema(type=OpenAPIType.STRING, description="The same, as TOML."),
            examples={"shop": Example(value=POLICY_TOML)},
        )
        content = {TOML: as_toml, JSON: as_json}
        self.request_body = RequestBody(content=content, required=True)


class PolicyReceipt(ReceiptBody, frozen=True, kw_only=True):
    """What was published: nothing new leaves ``rows`` empty, and writes nothing.

    ``publication`` is the reference decisions name the profile by from now on.
    ``cautions`` are what was allowed, and yet should be known.
    """

    publication: PolicyRef
    rows: tuple[PolicyRef, ...]
    cautions: tuple[Caution, ...]


class PublicationFound(Struct, frozen=True, kw_only=True):
    """One publication of a profile, and the rows it added."""

    ref: PolicyRef
    published_at: datetime
    rows: tuple[PolicyRef, ...]
    digest: str


class ProfileFound(Struct, frozen=True, kw_only=True):
    """A profile at one glance; ``href`` is its page."""

    profile: str
    ref: PolicyRef
    title: str
    sources: tuple[str, ...]
    fallback: bool
    rows: int
    publications: tuple[PublicationFound, ...]
    href: str


class ProfilePage(Struct, frozen=True, kw_only=True):
    """A profile as of a publication, as a document that could be published again."""

    ref: PolicyRef
    published_at: datetime
    document: PolicyDocument


class RowPage(Struct, frozen=True, kw_only=True):
    """One row, whose it is, and since which publication."""

    ref: PolicyRef
    profile: str
    publication: PolicyRef
    published_at: datetime
    row: AnyRow


class PolicyController(Controller):
    """Publish policies, and read what was ever published."""

    path = POLICIES
    tags = ("policies",)

    @post(
        operation_id="publishPolicies",
        operation_class=SendDocument,
        opt=does("policy.publish", PublishPolicies, takes_file=True),
        sync_to_thread=True,
        status_code=201,
    )
    def publish(
        self,
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        policies: NamedDependency[SkipValidation[Policies]],
        content_type: ContentType = None,
    ) -> Response[PolicyReceipt]:
        """Publish what is new in a document; what was published is never edited.

        Rows published before may be left out, and stay. A new version of a row holds
        from now at the earliest.
        """
        document = read_document(raw, content_type)
        context = asked.context(actor, policies.id, PublishPolicies)
        published = policies.take(actor, document, context)
        return published_answer(document.profile, published, policies.current())

    @get(operation_id="listPolicies", opt=does("policy.read"), sync_to_thread=True)
    def profiles(
        self,
        actor: NamedDependency[Actor],
        policies: NamedDependency[SkipValidation[Policies]],
    ) -> Response[Listed[ProfileFound]]:
        """List the profiles and their publications. The ETag is the version of all."""
        authorize(actor, "policy.read", Owners())
        known = policies.fresh()
        found = tuple(profile_found(name, known) for name in known.policies.profiles)
        return versioned(Listed(found, None), known)

    @get(
        "/{profile:str}",
        operation_id="readPolicies",
        opt=does("policy.read"),
        sync_to_thread=True,
    )
    def profile(  # noqa: PLR0913, PLR0917  # one for each thing that can be asked for
        self,
        profile: FromPath[str],
        actor: NamedDependency[Actor],
        policies: NamedDependency[SkipValidation[Policies]],
        at: At = None,
        kind: FromQuery[RowKind | None] = None,
        publication: OfPublication = None,
    ) -> Response[ProfilePage]:
        """Read a profile's rows: all, those in force at a time, those of a kind."""
        authorize(actor, "policy.read", Owners())
        known, when = policies.fresh(), moment("at", at)
        try:
            document = known.policies.document(profile, publication)
        except KeyError:
            raise NotFound from None
        rows: Iterable[AnyRow] = document.row
        if when is not None:
            rows = in_force(rows, Times(judged_at=when))
        if kind is not None:
            rows = (row for row in rows if row.__struct_config__.tag == kind)
        made = known.policies.profiles[profile].publications
        last = made[publication - 1 if publication else -1]
        page = ProfilePage(
            ref=f"{profile}@{last.number}",
            published_at=last.at.astimezone(UTC),
            document=msgspec.structs.replace(document, row=tuple(rows)),
        )
        return versioned(page, known)

    @get(
        "/rows/{ref:str}",
        operation_id="readPolicyRow",
        opt=does("policy.read"),
        sync_to_thread=True,
    )
    def row(
        self,
        ref: FromPath[str],
        actor: NamedDependency[Actor],
        policies: NamedDependency[SkipValidation[Policies]],
    ) -> Response[RowPage]:
        """Read one row by the reference that events name it by, with its source."""
        authorize(actor, "policy.read", Owners())
        known = policies.fresh()
        for name, profile in known.policies.profiles.items():
            for publication in profile.publications:
                if ref in publication.rows:
                    page = RowPage(
                        ref=ref,
                        profile=name,
                        publication=f"{name}@{publication.number}",
                        published_at=publication.at.astimezone(UTC),
                        row=profile.rows[ref],
                    )
                    return versioned(page, known)
        raise NotFound


def published_answer(
    profile: str, published: Published, known: InForce
) -> Response[PolicyReceipt]:
    """Return the receipt of a publication; 200 instead of 201 if nothing was new."""
    event, receipt = published.event, published.receipt
    number = event and event.publication
    plain = receipt_answer(receipt, 201 if event else 200, f"{POLICIES}/{profile}")
    body = PolicyReceipt(
        stream_id=receipt.stream_id,
        version=receipt.version,
        position=receipt.position,
        leaves=receipt.leaves,
        publication=f"{profile}@{number}" if number else known.books[profile].ref,
        rows=tuple(row.ref for row in event.rows) if event else (),
        cautions=tuple(published.cautions),
    )
    return Response(body, status_code=plain.status_code, headers=plain.headers)


def profile_found(name: str, known: InForce) -> ProfileFound:
    """Return a profile at one glance."""
    profile = known.policies.profiles[name]
    return ProfileFound(
        profile=name,
        ref=known.books[name].ref,
        title=profile.header.title,
        sources=profile.header.sources,
        fallback=profile.header.fallback,
        rows=len(profile.rows),
        publications=tuple(
            publication_found(name, each) for each in profile.publications
        ),
        href=f"{POLICIES}/{name}",
    )


def publication_found(profile: str, made: Publication) -> PublicationFound:
    """Return one publication at one glance."""
    return PublicationFound(
        ref=f"{profile}@{made.number}",
        published_at=made.at.astimezone(UTC),
        rows=made.rows,
        digest=made.digest,
    )
