"""The description of the API as clients read it: the framework's, made whole.

The framework knows parameters and bodies; what it cannot know is said here: that every
"no" is a problem document, which headers an answer has, and what is open to everybody.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from litestar import Litestar

from interface.api.problems import PROBLEM_JSON

Schema = dict[str, Any]

WHEN: Final[Mapping[int, str]] = {
    400: "The request cannot be read, or a field holds what it may not.",
    401: "No bearer token, or none we believe.",
    403: "This role may not do that.",
    404: "There is no such thing, or it is not yours.",
    409: "A rule refuses it; `code` says which.",
    410: "It was erased with who sent it.",
    412: "`If-Match` is stale; `version` says where it stands now.",
    413: "The body is larger than 1 MB; a file of evidence, than 25 MB.",
    415: "The body is not JSON; a file of evidence, not what evidence may be.",
    422: "The `Idempotency-Key` was used before, for something else.",
    428: "People must send `If-Match` with what they ask of an existing order.",
    503: "Ask again: the database does not answer, the read model is behind, or others "
    "keep changing the same; `code` says which.",
}
READING: Final = (400, 401, 403, 404, 503)
GONE: Final = (410,)
CHANGING: Final = (400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503)

PROBLEM: Final[Schema] = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "version": {"type": "integer", "description": "Where it stands now."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
    "examples": [
        {
            "type": "urn:redress:refused:already_shipped",
            "title": "What is on its way can be stopped or sent back, but not "
            "cancelled or changed.",
            "status": 409,
            "detail": "What is on its way can be stopped or sent back, but not "
            "cancelled or changed. (status: shipped)",
            "code": "already_shipped",
        }
    ],
}

RECEIPT_HEADERS: Final[Schema] = {
    "ETag": {"description": "The version.", "schema": {"type": "string"}},
    "Redress-Position": {
        "description": "The position token, for `at_least`.",
        "schema": {"type": "string"},
    },
    "Idempotency-Replayed": {
        "description": "Present if this is the first answer again.",
        "schema": {"type": "string", "const": "true"},
    },
}

# "Listed_interface.api.entries.EntryBody_" says where we keep our code.
GENERIC: Final = re.compile(r"\b(\w+?)_(?:\w+\.)+(\w+?)_(?!\w)")
OPEN_TO_ALL: Final = ("/livez", "/readyz", "/metrics")


@lru_cache(maxsize=4)
def described(app: Litestar) -> Schema:
    """Return the description, in OpenAPI 3.1."""
    schema: Schema = plainly_named(app.openapi_schema.to_schema())
    schema["components"]["schemas"]["Problem"] = PROBLEM
    for path, method, operation in operations(schema):
        complete(path, method, operation)
    return schema


def operations(schema: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Yield every operation with its path and method."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def plainly_named(value: Any) -> Any:
    """Return the description with the names of generic types made plain."""
    match value:
        case dict():
            return {plainly_named(k): plainly_named(v) for k, v in value.items()}
        case list():
            return [plainly_named(each) for each in value]
        case str():
            return GENERIC.sub(r"\1\2", value)
        case _:
            return value


def complete(path: str, method: str, operation: Schema) -> None:
    """Say of an operation what the framework could not know."""
    sentence, _, _ = operation.get("description", "").partition("\n\n")
    operation["summary"] = sentence.replace("\n", " ").replace("``", "").rstrip(".")
    operation["description"] = operation.get("description", "").replace("``", "`")
    responses = operation["responses"]
    responses.pop("400", None)
    if path in OPEN_TO_ALL:
        operation["security"] = []
        return
    changes = method == "post"
    if changes and path.startswith("/v1/inbound"):
        operation["security"] = []  # It is signed instead.
        return
    statuses = CHANGING if changes else READING
    for status in (*statuses, *(GONE if path.startswith("/v1/evidence") else ())):
        content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        responses[str(status)] = {"description": WHEN[status], "content": content}
    if changes:
        for fine in ("200", "201"):
            responses.get(fine, {})["headers"] = RECEIPT_HEADERS
        for parameter in operation["parameters"]:
            if parameter["name"] == "Idempotency-Key":
                parameter["required"] = True


def older(schema: Any) -> Any:
    """Return a description in the words of OpenAPI 3.0: "or null" is a flag there."""
    match schema:
        case {"openapi": str(), **rest}:
            return {"openapi": "3.0.3", **older(rest)}
        case {"oneOf": list(choices), **rest} if {"type": "null"} in choices:
            others = [older(each) for each in choices if each != {"type": "null"}]
            if len(others) == 1 and "$ref" not in others[0]:
                return {**older(rest), **others[0], "nullable": True}
            return {**older(rest), "oneOf": others, "nullable": True}
        case {"examples": [first, *_], **rest}:
            return {**older(rest), "example": first}
        case dict():
            return {key: older(value) for key, value in schema.items()}
        case list():
            return [older(value) for value in schema]
        case _:
            return schema
