"""How a "no" reads over HTTP: RFC 9457, one shape for all of them.

``type`` is stable and ends in ``code``; ``title`` is the same for one type always;
``detail`` is for the person in front of it; ``errors`` name the fields.
"""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from litestar import Response
from litestar.exceptions import (
    HTTPException,
)
from msgspec import UNSET, Struct, UnsetType, ValidationError

from application.access import NotAllowed, NotFound
from application.cited import EvidenceKeptBack, NoSuchEvidence
from application.event_store.store import (
    Busy,
    KeyReused,
    StaleVersion,
)
from application.evidence import Forgotten, NotEvidence
from application.order_desk import NotInYourName
from application.webhooks.endpoints import NoSuchType, NotAnEndpoint
from domain.companionship import (
    NoSuchCheckIn,
    NoSuchCompanionship,
    NoSuchShortfall,
)
from domain.consumer import NoSuchFlag
from domain.desk import NotKept
from domain.evidence import TooLarge
from domain.incident import NoSuchIncident
from domain.kernel import Refused
from domain.resolution import NoSuchResolution
from interface.api.options import with_options

PROBLEM_JSON: Final = "application/problem+json"
# What a rule's "no" is over HTTP; every other Refused is 409.
STATUSES: Final[Mapping[type[Refused], int]] = {
    StaleVersion: 412,
    Busy: 503,
    KeyReused: 422,
    NotFound: 404,
    NotKept: 404,
    NoSuchResolution: 404,
    NoSuchCompanionship: 404,
    NoSuchShortfall: 404,
    NoSuchCheckIn: 404,
    NoSuchFlag: 404,
    NoSuchIncident: 404,
    NotAllowed: 403,
    NotInYourName: 403,
    NotEvidence: 415,
    TooLarge: 413,
    Forgotten: 410,
    NoSuchEvidence: 422,
    EvidenceKeptBack: 422,
    NotAnEndpoint: 422,
    NoSuchType: 422,
}

# The sentences of what the door itself refuses, by code.
TITLES: Final[Mapping[str, str]] = {
    "malformed": "The request cannot be read.",
    "invalid": "Some fields hold what they may not.",
    "idempotency_key_missing": "A change needs an Idempotency-Key header.",
    "if_match_missing": "Say which version you last saw, in an If-Match header.",
    "unauthenticated": "This needs a valid bearer token.",
    "bad_signature": "The message is not signed as its source signs.",
    "forbidden": "Your role may not do this.",
    "not_found": "There is no such thing here.",
    "method_not_allowed": "This address does not take that method.",
    "body_too_large": "The body is larger than we take.",
    "not_json": "The body must be JSON.",
    "too_many_streams": "Too many live streams are open.",
    "behind": "What you wait for is not shown yet; ask again.",
    "unreadable_event": "One of its events cannot be read by this release.",
    "busy": "More is asked than can be done at once; ask again.",
    "unavailable": "The database does not answer; nothing is lost, ask again.",
    "files_unavailable": "The files of evidence cannot be reached; ask again.",
    "not_ready": "This process is of no use yet, or at the moment.",
    "unexpected": "Something went wrong on our side.",
    "refused": "The request was refused.",
}

# What a library says of a value, and where: "Expected `int` - at `$.lines[0].price`".
WHERE: Final = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$\.?(?P<where>.*)`)?$")


# What a library says of a field that stands where it says, and not of that place.
NAMED: Final = re.compile(r"(?:unknown|required) field `(?P<name>[^`]+)`")


class FieldError(Struct, frozen=True):
    """What is wrong with one field: where it stands, by its name in the request."""

    field: str
    message: str


class Problem(Struct, frozen=True, kw_only=True):
    """A problem document (RFC 9457). ``version`` is where the thing stands now."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[FieldError, ...] | UnsetType = UNSET
    version: int | UnsetType = UNSET


class Wrong(HTTPException):
    """What the door refuses: a code of TITLES, a status, words for people."""

    def __init__(
        self,
        code: str,
        status: int,
        detail: str = "",
        *,
        errors: Iterable[FieldError] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(
            detail=detail or TITLES[code], status_code=status, headers=headers
        )
        self.code = code
        self.errors = tuple(errors)


def invalid(field: str, message: str) -> Wrong:
    """Return the "no" to one field that holds what it may not."""
    return Wrong("invalid", 400, errors=[FieldError(field, message)])


def invalid_body(error: ValidationError, body: Any = None) -> Wrong:
    """Return the "no" to a body, naming the field the library stumbled over.

    Where it may hold one of a few names, and ``body`` says what is read, they are said.
    """
    found = WHERE.match(str(error))
    assert found is not None, "the pattern fits any text of one line"
    where, what = found["where"] or "", found["what"]
    return invalid(field_of(where, what), with_options(what, body, where))


def field_of(where: str, what: str) -> str:
    """Return the field at fault: where the library stood, and which it missed there."""
    named = NAMED.search(what)
    return ".".join(filter(None, [where, named and named["name"]])) or "body"


def answer(
    problem: Problem, headers: Mapping[str, str] | None = None
) -> Response[Problem]:
    """Return the problem as a response."""
    return Response(
        problem,
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def document(
    code: str, status: int, detail: str, errors: tuple[FieldError, ...] = ()
) -> Problem:
    """Return the problem document of a code."""
    return Problem(
        type=f"urn:redress:{code}",
        title=TITLES[code],
        status=status,
        detail=detail,
        code=code,
        errors=errors or UNSET,
    )


def refused(refusal: Refused) -> Problem:
    """Return the problem document of a rule's "no"."""
    if isinstance(refusal, NotFound):
        return document("not_found", 404, str(refusal))
    said = ", ".join(f"{name}: {value}" for name, value in refusal.details.items())
    version, field = refusal.details.get("version"), refusal.details.get("field")
    return Problem(
        type=f"urn:redress:refused:{refusal.code}",
        title=str(refusal),
        status=STATUSES.get(type(refusal), HTTPStatus.CONFLICT),
        detail=f"{refusal} ({said})" if said else str(refusal),
        code=refusal.code,
        errors=(FieldError(field, str(refusal)),) if isinstance(field, str) else UNSET,
        version=version if isinstance(version, int) else UNSET,
    )
