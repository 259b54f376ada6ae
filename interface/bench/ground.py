"""What both sides stand on: one durable PostgreSQL, and a database for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

import psycopg
from msgspec import Struct
from psycopg.sql import SQL, Composed, Identifier

from application.event_store.limits import QUEUE_MAX
from interface.postgres.database import DatabaseUrls, database_urls, prepare_database
from interface.postgres.server import EmbeddedPostgres
from interface.postgres.use import in_use
from interface.settings import Settings

PARTITIONS: Final = 64
TEMPLATE: Final = "bench_template"
MAINTENANCE: Final = "postgres"


class Sizes(Struct, frozen=True, kw_only=True):
    """How much is done: rounds, seconds of a timed round, things there are.

    A crowd that waits for nobody asks for ``crowd_seconds``, and a lane then holds
    ``queue``. ``loaded`` are the events of the one long stream, ``entries`` those of
    the small and of the large timeline, ``followed`` those that the peer's projection
    follows. What is ``quick`` is too small to be judged.
    """

    quick: bool = False
    rounds: int = 5
    seconds: float = 5.0
    crowd_seconds: float = 2.0
    callers: int = 64
    queue: int = QUEUE_MAX
    streams: int = 20_000
    feed: int = 20_000
    loaded: int = 1_000
    loads: int = 20
    log: int = 100_000
    orders: int = 2_000
    followed: int = 2_000
    entries: tuple[int, int] = (20_000, 2_000_000)
    pages: int = 2_000
    kept: int = 20_000
    connections: int = 64
    threads: tuple[int, ...] = (1, 4, 8, 16)


FULL: Final = Sizes()
QUICK: Final = Sizes(
    quick=True,
    rounds=2,
    seconds=0.25,
    crowd_seconds=0.25,
    callers=16,
    queue=60,
    streams=300,
    feed=600,
    loads=2,
    log=2_000,
    orders=40,
    followed=100,
    entries=(2_000, 10_000),
    pages=50,
    kept=500,
    connections=16,
    threads=(1, 4),
)


class Ground:
    """The server of a run, its sizes, and dice that fall the same in every run."""

    def __init__(
        self, server: EmbeddedPostgres, folder: Path, sizes: Sizes, peers: Path
    ) -> None:
        self.folder = folder
        self.sizes = sizes
        self.peers = peers
        self.dice = Random(20260301)  # noqa: S311  # to draw streams, not secrets
        self._server = server

    def url(self, database: str) -> str:
        """Return how the owner of everything connects."""
        return self._server.url(database)

    @contextmanager
    def ours(self, name: str) -> Iterator[DatabaseUrls]:
        """Lend a database that is migrated and empty, with every role of ours."""
        with self.bare(name, template=TEMPLATE):
            yield database_urls(self._settings(name))

    @contextmanager
    def bare(self, name: str, template: str = "template1") -> Iterator[str]:
        """Lend an empty database; what others did before is written out by then."""
        named = Identifier(name)
        self._run(
            SQL("CREATE DATABASE {} TEMPLATE {}").format(named, Identifier(template))
        )
        self._run(SQL("CHECKPOINT"))
        try:
            yield self.url(name)
        finally:
            self._run(SQL("DROP DATABASE {} WITH (FORCE)").format(named))

    @contextmanager
    def prepared(self) -> Iterator["Ground"]:
        """Have what every database of ours begins as: migrated once, then copied."""
        with self.bare(TEMPLATE):
            prepare_database(self._settings(TEMPLATE))
            yield self

    def _settings(self, database: str) -> Settings:
        return Settings(
            home=self._server.home,  # The passwords of the roles lie there.
            database_url=self.url(database),
            partitions=PARTITIONS,
        )

    def _run(self, statement: SQL | Composed) -> None:
        with psycopg.connect(self.url(MAINTENANCE), autocommit=True) as owner:
            owner.execute(statement)


@contextmanager
def ground(
    folder: Path, sizes: Sizes, peers: Path, server: EmbeddedPostgres | None = None
) -> Iterator[Ground]:
    """Lend a PostgreSQL that keeps what it acknowledged; started if need be.

    ``peers`` is where packages of Node lie, if they do. Tests, which look at no figure,
    bring a ``server`` of their own. Raises UserError.
    """
    server = server or EmbeddedPostgres(folder / "home")
    with (
        in_use(server, dies_with_us=True),
        Ground(server, folder, sizes, peers).prepared() as there,
    ):
        yield there
