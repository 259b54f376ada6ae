"""Who answers each refusal and each accident over HTTP, and with which problem.

The documents themselves are those of ``problems``.
"""

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
from msgspec import UNSET
from psycopg import DataError, OperationalError
from psycopg_pool import PoolTimeout

from application.event_store.store import (
    Overloaded,
    StoreUnavailable,
    UnreadableEvent,
)
from application.evidence import FilesUnavailable
from application.people import WordsTooLong
from application.projections.paging import BadCursor
from domain.kernel import Refused
from interface.api.options import with_options
from interface.api.problems import (
    TITLES,
    FieldError,
    Problem,
    Wrong,
    answer,
    document,
    field_of,
    invalid,
    refused,
)

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS: Final = 1

# What people have to mend takes them a while.
MENDED_AFTER_SECONDS: Final = 60

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


def of_refusal(_request: Request[Any, Any, Any], refusal: Refused) -> Response[Problem]:
    """Translate a rule's "no"."""
    problem = refused(refusal)
    headers = {} if problem.version is UNSET else {"ETag": f'"{problem.version}"'}
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer(problem, headers)


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


def of_overload(
    _request: Request[Any, Any, Any], _error: Overloaded
) -> Response[Problem]:
    """Say at once that more is asked than can be done soon, and when to ask again."""
    detail = "Nothing was written. Ask again with the same Idempotency-Key."
    problem = document("busy", HTTPStatus.SERVICE_UNAVAILABLE, detail)
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
    Overloaded: of_overload,
    StoreUnavailable: of_outage,
    OperationalError: of_outage,
    PoolTimeout: of_outage,
    UnicodeDecodeError: of_gibberish,
    RecursionError: of_gibberish,
    DataError: of_gibberish,
    Exception: of_accident,
}
