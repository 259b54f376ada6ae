"""How an event of an older shape becomes one of today's.

A new field with a default needs nothing here. When the shape of a type really changes,
its class says so by a field ``schema: Literal[2] = 2``, every body then written carries
``"schema":2``, and the step from 1 to 2 is entered below. A body without that key is
of schema 1. A new *meaning* is never an upcast: it is a new tag.
"""

from collections.abc import Callable, Mapping
from typing import Any

# What a body said then, in; what it says today, out. Neither knows the Struct.
Upcast = Callable[[dict[str, Any]], dict[str, Any]]

# By tag and the schema it comes from; each step leads to the next schema.
Upcasts = Mapping[tuple[str, int], Upcast]

UPCASTS: Upcasts = {}


def todays_schema(tag: str, upcasts: Upcasts) -> int:
    """Return the schema that all steps of a tag lead to; 1 if it never changed."""
    schema = 1
    while (tag, schema) in upcasts:
        schema += 1
    return schema


def upcast(tag: str, body: dict[str, Any], upcasts: Upcasts) -> dict[str, Any]:
    """Return the body as of today's schema, step by step."""
    schema: int = body.get("schema", 1)
    while step := upcasts.get((tag, schema)):
        schema += 1
        body = {**step(body), "schema": schema}
    return body
