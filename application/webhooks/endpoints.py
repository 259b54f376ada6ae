"""Where webhooks go: endpoints, whose they are, and the secrets that sign."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Meta, Struct
from psycopg.rows import class_row

from application.access import NotFound
from application.event_store.connections import Connection, Pool
from application.people.sealing import new_key, unwrap, wrap
from application.webhooks.public import PING, TYPES
from application.webhooks.schedule import ROTATION_LASTS
from domain.kernel import Refused

ENDPOINTS_MAX: Final = 20
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
PATTERN: Final = r"^(\*|redress\.([a-z_]+\.)*(\*|v[0-9]+))$"
URL: Final = r"^https?://[!-~]{1,2000}$(?!\n)"

# A pattern of types: a type, or how it begins, and a star.
TypePattern = Annotated[str, Meta(pattern=PATTERN, max_length=100)]
EndpointUrl = Annotated[str, Meta(pattern=URL, max_length=2048)]
EndpointState = Literal["active", "disabled"]
Reason = Literal["failing", "gone"]

# Signed with at once are the newest secret and so many before it, at most.
REPLACED_MAX: Final = 4

FIELDS: Final = """
       endpoint_id, owner, audiences, url, types, state, reason,
       (SELECT max(until) FROM webhook.replaced_secret AS replaced
         WHERE replaced.endpoint_id = endpoint.endpoint_id) AS previous_until,
       failing_since, created_at
"""

ADD = """
INSERT INTO webhook.endpoint (endpoint_id, owner, audiences, url, types, secret)
SELECT %(endpoint_id)s, %(owner)s, %(audiences)s, %(url)s, %(types)s, %(secret)s
 WHERE (SELECT count(*) FROM webhook.endpoint WHERE owner = %(owner)s)
     < %(endpoints_max)s
    ON CONFLICT (endpoint_id) DO NOTHING
"""
LIST = f"""
SELECT {FIELDS} FROM webhook.endpoint
 WHERE %(owners)s::text[] IS NULL OR owner = ANY (%(owners)s::text[])
 ORDER BY created_at, endpoint_id
 LIMIT 1000
"""  # noqa: S608 - the columns are the constant above
FIND = f"""
SELECT {FIELDS} FROM webhook.endpoint WHERE endpoint_id = %(endpoint_id)s
"""  # noqa: S608 - the columns are the constant above
# The newest first, and those before it in whose day we still are.
SECRETS = """
SELECT secret FROM (
       SELECT secret, NULL::bigint AS number FROM webhook.endpoint
        WHERE endpoint_id = %(endpoint_id)s
        UNION ALL
       SELECT secret, number FROM webhook.replaced_secret
        WHERE endpoint_id = %(endpoint_id)s
          AND until > coalesce(%(now)s, clock_timestamp())) AS signing
 ORDER BY number DESC NULLS FIRST
"""
# The same rotation asked for again changes nothing, also after another.
ROTATE = """
  WITH before AS (
       SELECT endpoint_id, secret, rotation FROM webhook.endpoint
        WHERE endpoint_id = %(endpoint_id)s
          AND rotation IS DISTINCT FROM %(rotation)s
          AND NOT EXISTS (
              SELECT FROM webhook.replaced_secret AS replaced
               WHERE replaced.endpoint_id = %(endpoint_id)s
                 AND replaced.rotation = %(rotation)s)
          FOR UPDATE),
       replaced AS (
       INSERT INTO webhook.replaced_secret (endpoint_id, secret, rotation, until)
       SELECT endpoint_id, secret, rotation,
              coalesce(%(now)s, clock_timestamp()) + %(lasts)s
         FROM before)
UPDATE webhook.endpoint AS endpoint
   SET secret = %(secret)s, rotation = %(rotation)s
  FROM before WHERE endpoint.endpoint_id = before.endpoint_id
"""
# Changed too often within a day, the oldest signs no more.
BOUND = """
DELETE FROM webhook.replaced_secret
 WHERE endpoint_id = %(endpoint_id)s AND number NOT IN (
       SELECT number FROM webhook.replaced_secret
        WHERE endpoint_id = %(endpoint_id)s
        ORDER BY number DESC LIMIT %(replaced_max)s)
"""
FORGET = """
DELETE FROM webhook.replaced_secret
 WHERE until <= coalesce(%(now)s, clock_timestamp())
"""
REMOVE = "DELETE FROM webhook.endpoint WHERE endpoint_id = %(endpoint_id)s"


class NotAnEndpoint(Refused):
    """Webhooks go to an https address by name, without user, password or fragment."""


class NoSuchType(Refused):
    """No public event has a type like this."""


class TooManyEndpoints(Refused):
    """There are as many endpoints as one may have: remove one first."""


class Endpoint(Struct, frozen=True, kw_only=True):
    """An endpoint as it stands. ``owner`` and ``audiences`` read "consumer:li-mei".

    ``previous_until``: till then a secret before signs beside the new one.
    ``failing_since`` is the first failure after the last success.
    """

    endpoint_id: UUID
    owner: str
    audiences: tuple[str, ...]
    url: str
    types: tuple[str, ...]
    state: EndpointState
    reason: Reason | None = None
    previous_until: datetime | None = None
    failing_since: datetime | None = None
    created_at: datetime


class Wish(Struct, frozen=True, kw_only=True):
    """What an endpoint is asked to be."""

    endpoint_id: UUID
    owner: str
    audiences: tuple[str, ...]
    url: str
    types: tuple[str, ...]


class Endpoints:
    """Keeps endpoints.

    ``master`` seals their secrets; ``loopback`` lets this machine's own addresses be
    among them, over http: for tests and demonstrations.
    """

    def __init__(
        self, writer: Pool, reader: Pool, master: bytes, *, loopback: bool = False
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._master = master
        self._loopback = loopback

    def add(self, wish: Wish) -> Endpoint:
        """Return the endpoint, made now unless it was before under this id.

        Raises NotAnEndpoint, NoSuchType, TooManyEndpoints.
        """
        check_url(wish.url, loopback=self._loopback)
        check_types(wish.types)
        secret = wrap(self._master, sealed_as(wish.endpoint_id), new_key())
        values = {
            "endpoint_id": wish.endpoint_id,
            "owner": wish.owner,
            "audiences": list(wish.audiences),
            "url": wish.url,
            "types": list(wish.types),
            "secret": secret,
            "endpoints_max": ENDPOINTS_MAX,
        }
        with self._writer.connection() as connection:
            connection.execute(ADD, values)
            found = one(connection, wish.endpoint_id)
        if found is None:
            raise TooManyEndpoints(limit=ENDPOINTS_MAX)
        return found

    def listed(self, owners: Collection[str] | None = None) -> Sequence[Endpoint]:
        """Return these owners' endpoints, or all, oldest first, up to a thousand."""
        values = {"owners": None if owners is None else sorted(owners)}
        with (
            self._reader.connection() as connection,
            connection.cursor(row_factory=class_row(Row)) as cursor,
        ):
            return [endpoint_of(row) for row in cursor.execute(LIST, values)]

    def find(self, endpoint_id: UUID) -> Endpoint:
        """Return the endpoint; raises NotFound."""
        with self._reader.connection() as connection:
            found = one(connection, endpoint_id)
        if found is None:
            raise NotFound
        return found

    def secrets(
        self, endpoint_id: UUID, now: datetime | None = None
    ) -> Sequence[bytes]:
        """Return what signs now, the newest first; raises NotFound, WrongMasterKey."""
        values = {"endpoint_id": endpoint_id, "now": now}
        with self._writer.connection() as connection:
            rows = connection.execute(SECRETS, values).fetchall()
        if not rows:
            raise NotFound
        named = sealed_as(endpoint_id)
        return [unwrap(self._master, named, secret) for (secret,) in rows]

    def rotate(
        self, endpoint_id: UUID, rotation: UUID, now: datetime | None = None
    ) -> Endpoint:
        """Give it a new secret; each before it signs for its day. Raises NotFound."""
        values = {
            "endpoint_id": endpoint_id,
            "rotation": rotation,
            "secret": wrap(self._master, sealed_as(endpoint_id), new_key()),
            "lasts": ROTATION_LASTS,
            "replaced_max": REPLACED_MAX,
            "now": now,
        }
        with self._writer.connection() as connection:
            connection.execute(ROTATE, values)
            connection.execute(BOUND, values)
            found = one(connection, endpoint_id)
        if found is None:
            raise NotFound
        return found

    def forget(self, now: datetime | None = None) -> None:
        """Forget the secrets whose day is over."""
        with self._writer.connection() as connection:
            connection.execute(FORGET, {"now": now})

    def remove(self, endpoint_id: UUID) -> None:
        """Forget it, and what was to be delivered there."""
        with self._writer.connection() as connection:
            connection.execute(REMOVE, {"endpoint_id": endpoint_id})


class Row(Struct, frozen=True, kw_only=True):
    """A row as it is read, its arrays lists."""

    endpoint_id: UUID
    owner: str
    audiences: list[str]
    url: str
    types: list[str]
    state: EndpointState
    reason: Reason | None
    previous_until: datetime | None
    failing_since: datetime | None
    created_at: datetime


def endpoint_of(row: Row) -> Endpoint:
    """Return the endpoint of a row."""
    fields: dict[str, Any] = {
        name: getattr(row, name) for name in Row.__struct_fields__
    }
    arrays = {"audiences": tuple(row.audiences), "types": tuple(row.types)}
    return Endpoint(**(fields | arrays))


def one(connection: Connection, endpoint_id: UUID) -> Endpoint | None:
    """Return the endpoint, if there is one."""
    with connection.cursor(row_factory=class_row(Row)) as cursor:
        row = cursor.execute(FIND, {"endpoint_id": endpoint_id}).fetchone()
    return endpoint_of(row) if row else None


def sealed_as(endpoint_id: UUID) -> str:
    """Return what a secret is sealed for: it opens for no other endpoint."""
    return f"webhook:{endpoint_id}"


def check_url(url: str, *, loopback: bool = False) -> None:
    """Raise NotAnEndpoint for an address nothing may be sent to, as far as it shows."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise NotAnEndpoint(url=url) from None
    near = loopback and host in LOOPBACK
    plain = not (parts.username or parts.password or parts.fragment)
    far = parts.scheme == "https" and by_name(host or "")
    if not plain or not (near or far):
        raise NotAnEndpoint(url=url)


def by_name(host: str) -> bool:
    """Whether a host is named, and no number of a machine: no name ends in one."""
    last = host.rstrip(".").rpartition(".")[2]
    return bool(last) and not last[0].isdigit() and ":" not in host


def check_types(types: Collection[str]) -> None:
    """Raise NoSuchType for a pattern that nothing will ever fit."""
    for each in types:
        if not any(fits(each, known) for known in (*TYPES, PING)):
            raise NoSuchType(type=each)


def fits(pattern: str, type_: str) -> bool:
    """Whether a type is of this pattern: the same, or beginning as it does."""
    if pattern.endswith("*"):
        return type_.startswith(pattern[:-1])
    return type_ == pattern


def like(patterns: Collection[str]) -> list[str]:
    """Return patterns as SQL compares with LIKE."""
    return [each.replace("_", r"\_").replace("*", "%") for each in patterns]
