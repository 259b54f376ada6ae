"""The composition root: the one place that knows every part by its class."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property

from psycopg.conninfo import make_conninfo

from application.event_store.connections import Pool, connection_pool
from application.event_store.handler import CommandHandler
from application.event_store.postgres import PostgresEventStore
from application.orders import Orders
from application.people import People, PostgresKeys
from application.policies import PolicyBook, shipped_policies
from interface.clock import clock
from interface.postgres.roles import ROLES, url_as
from interface.postgres.server import EmbeddedPostgres
from interface.secrets import kept_secret
from interface.settings import Settings
from interface.tokens import Tokens, open_tokens

# Connections a process may hold at most, by role.
POOL_SIZES = {
    "redress_writer": 8,
    "redress_projector": 4,
    "redress_reader": 8,
    "redress_keys": 2,
}


def database_urls(settings: Settings) -> dict[str, str]:
    """Return how each login role connects. Raises UserError if no database runs.

    What the settings name is taken as it is; the rest is derived from the owner's
    address and the passwords in the secrets folder.
    """
    given = {
        "redress_writer": settings.database_writer_url,
        "redress_projector": settings.database_projector_url,
        "redress_reader": settings.database_reader_url,
        "redress_keys": settings.database_keys_url,
    }
    if all(given.values()):
        return given
    owner = settings.database_url or EmbeddedPostgres(settings.home).url()
    return {
        role.name: given[role.name] or url_as(owner, role, settings.secrets)
        for role in ROLES
    }


class Redress:
    """Every part of the product, built on first use and connected to one database.

    Commands go in through ``orders``, words through ``people``; projections are filled
    from ``store`` through ``projector`` and asked through ``reader``. Pools open when
    first needed; :func:`open_redress` closes them.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._closing = ExitStack()

    def close(self) -> None:
        """Give every connection back."""
        self._closing.close()

    # -- Connections --

    @cached_property
    def urls(self) -> dict[str, str]:
        """How each login role connects."""
        return database_urls(self.settings)

    @cached_property
    def writer(self) -> Pool:
        """Connections that may append events."""
        return self._pool("redress_writer")

    @cached_property
    def projector(self) -> Pool:
        """Connections that may fill projections."""
        return self._pool("redress_projector")

    @cached_property
    def reader(self) -> Pool:
        """Connections that only read."""
        return self._pool("redress_reader")

    @cached_property
    def keys(self) -> Pool:
        """Connections that reach people's keys."""
        return self._pool("redress_keys")

    def _pool(self, role: str) -> Pool:
        url = make_conninfo(self.urls[role], application_name=role)
        pool = connection_pool(url, max_size=POOL_SIZES[role])
        return self._closing.enter_context(pool)

    # -- Commands --

    @cached_property
    def store(self) -> PostgresEventStore:
        """The event store."""
        return PostgresEventStore(self.writer, self.reader)

    @cached_property
    def handler(self) -> CommandHandler:
        """The loop that decides and writes."""
        return CommandHandler(self.store)

    @cached_property
    def policies(self) -> PolicyBook:
        """The rules in force."""
        return shipped_policies()

    @cached_property
    def orders(self) -> Orders:
        """Commands to orders."""
        return Orders(self.store, self.handler, self.policies)

    @cached_property
    def people(self) -> People:
        """The words of people, sealed."""
        secret = kept_secret(self.settings.secrets, "people-master")
        keys = PostgresKeys(self.keys, self.store.partitions)
        return People(keys, master_key(secret))

    @cached_property
    def tokens(self) -> Tokens:
        """Who holds which token."""
        return open_tokens(self.settings)


def master_key(secret: str) -> bytes:
    """Return the 32 bytes that a kept secret stands for."""
    return urlsafe_b64decode(secret + "=" * (-len(secret) % 4))


@contextmanager
def open_redress(settings: Settings) -> Iterator[Redress]:
    """Lend the product as these settings ask for it. Raises UserError."""
    clock.set(settings.clock)
    redress = Redress(settings)
    try:
        yield redress
    finally:
        redress.close()
