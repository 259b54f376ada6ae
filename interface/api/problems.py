"""How a "no" reads over HTTP: RFC 9457, one shape for all of them.

``type`` is stable and ends in ``code``; ``title`` is the same for one type always;
``detail`` is for the person in front of it; ``errors`` name the fields.
"""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    ImproperlyConfiguredException,
    ValidationException,
)
from msgspec import UNSET, Struct, UnsetType, ValidationError
from psycopg import DataError, OperationalError
from psycopg_pool import PoolTimeout

from application.access import NotAllowed, NotFound
from application.cited import EvidenceKeptBack, NoSuchEvidence
from application.event_store.store import (
    Busy,
    KeyReused,
    StaleVersion,
    StoreUnavailable,
    UnreadableEvent,
)
from application.evidence import FilesUnavailable, Forgotten, NotEvidence
from application.order_desk import NotInYourName
from application.people import WordsTooLong
from application.projections.paging import BadCursor
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

log = structlog.get_logger(__name__)

PROBLEM_JSON: Final = "application/problem+json"
RETRY_AFTER_SECONDS: Final = 1

# What people have to mend takes them a while.
MENDED_AFTER_SECONDS: Final = 60

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
    "unavailable": "The database does not answer; nothing is lost, ask again.",
    "files_unavailable": "The files of evidence cannot be reached; ask again.",
    "not_ready": "This process is of no use yet, or at the moment.",
    "unexpected": "Something went wrong on our side.",
    "refused": "The request was refused.",
}

# Litestar's own refusals, by status.
CODES: Final[Mapping[int, str]] = {
    400: "malformed",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "not_json",
}

# Names that mean something else to the framework, and what callers know them by.
ALIASES: Final[Mapping[str, str]] = {"standing": "state", "kinds": "kind"}

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


def of_refusal(_request: Request[Any, Any, Any], refusal: Refused) -> Response[Problem]:
    """Translate a rule's "no"."""
    problem = refused(refusal)
    headers = {} if problem.version is UNSET else {"ETag": f'"{problem.version}"'}
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer(problem, headers)


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


def of_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """Translate what the door, or the framework at it, refuses."""
    status = error.status_code
    headers = dict(error.headers or {})
    if isinstance(error, Wrong):
        return answer(document(error.code, status, error.detail, error.errors), headers)
    if isinstance(error, ValidationException):
        found = tuple(field_errors(error, asked_for(request)))
        detail = "; ".join(f"{each.field}: {each.message}" for each in found)
        return answer(document("invalid", status, detail or error.detail, found))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return of_accident(request, error)
    code = CODES.get(status, "refused")
    return answer(document(code, status, error.detail or TITLES[code]), headers)


def asked_for(request: Request[Any, Any, Any]) -> Mapping[str, Any]:
    """Return what each argument of the operation asked of may be, by its name."""
    try:
        parameters = request.route_handler.parsed_fn_signature.parameters
    except (KeyError, AttributeError, ImproperlyConfiguredException):
        return {}
    return {name: each.annotation for name, each in parameters.items()}


def field_errors(
    error: ValidationException, asked: Mapping[str, Any]
) -> Iterable[FieldError]:
    """Return the fields the framework found fault with."""
    for each in error.extra if isinstance(error.extra, list) else ():
        name, dot, rest = str(each.get("key", "body")).partition(".")
        message = str(each.get("message", ""))
        if (name, message) == ("data", "'data'"):
            yield FieldError("body", "A body is needed.")
            continue
        inside = name != "data" and name not in asked
        body = asked.get("data" if inside else name)
        message = with_options(message, body, f"{name}{dot}{rest}" if inside else rest)
        where = "" if name == "data" else ALIASES.get(name, name)
        yield FieldError(field_of(f"{where}{dot}{rest}".strip("."), message), message)


def of_outage(_request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Say that the database does not answer, and when to ask again."""
    log.warning("database_unavailable", kind=type(error).__name__)
    detail = "Ask again with the same Idempotency-Key: it takes effect once."
    problem = document("unavailable", HTTPStatus.SERVICE_UNAVAILABLE, detail)
    return answer(problem, {"Retry-After": str(RETRY_AFTER_SECONDS)})


def of_lost_files(
    _request: Request[Any, Any, Any], error: FilesUnavailable
) -> Response[Problem]:
    """Say that the files cannot be reached, and when to ask again."""
    log.error("files_unavailable", reason=str(error.__cause__).partition("\n")[0])
    detail = "Nothing was kept. Ask again with the same Idempotency-Key."
    status = HTTPStatus.SERVICE_UNAVAILABLE
    problem = document("files_unavailable", status, detail)
    return answer(problem, {"Retry-After": str(RETRY_AFTER_SECONDS)})


def of_unreadable(
    _request: Request[Any, Any, Any], error: UnreadableEvent
) -> Response[Problem]:
    """Say which event stands in the way: all else goes on, and only this waits."""
    record = error.record
    position = f"{record.partition}.{record.position}"
    log.error(
        "unreadable_event", position=position, tag=record.tag, detail=record.detail
    )
    problem = document(
        "unreadable_event",
        HTTPStatus.SERVICE_UNAVAILABLE,
        f"The event at position {position} ({record.tag}) cannot be read by this "
        "release. Nothing was changed; it can be read again once a release that knows "
        "it runs.",
    )
    return answer(problem, {"Retry-After": str(MENDED_AFTER_SECONDS)})


def of_long_words(
    _request: Request[Any, Any, Any], error: WordsTooLong
) -> Response[Problem]:
    """Say that words are too long to be sealed."""
    found = (FieldError("body", str(error)),)
    return answer(document("invalid", HTTPStatus.BAD_REQUEST, str(error), found))


def of_bad_cursor(
    request: Request[Any, Any, Any], _error: BadCursor
) -> Response[Problem]:
    """Say that no page of this list ended with such a cursor."""
    return of_http(
        request, invalid("cursor", "It must be the next of a page of this list.")
    )


def of_gibberish(
    _request: Request[Any, Any, Any], error: Exception
) -> Response[Problem]:
    """Say that something they sent is nothing we, or the database, can read.

    Such as bytes that are no UTF-8, a document nested too deep, a forged cursor.
    """
    log.warning("gibberish", kind=type(error).__name__)
    detail = "Send text as UTF-8, not nested deep, and cursors as they were given."
    return answer(document("malformed", HTTPStatus.BAD_REQUEST, detail))


def of_accident(
    _request: Request[Any, Any, Any], error: Exception
) -> Response[Problem]:
    """Tell the caller that we failed, and the log how."""
    log.error("unexpected", exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return answer(document("unexpected", status, "It has been written down for us."))


HANDLERS: Final[dict[Any, Any]] = {
    HTTPException: of_http,
    Refused: of_refusal,
    WordsTooLong: of_long_words,
    BadCursor: of_bad_cursor,
    FilesUnavailable: of_lost_files,
    UnreadableEvent: of_unreadable,
    StoreUnavailable: of_outage,
    OperationalError: of_outage,
    PoolTimeout: of_outage,
    UnicodeDecodeError: of_gibberish,
    RecursionError: of_gibberish,
    DataError: of_gibberish,
    Exception: of_accident,
}
