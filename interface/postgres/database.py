"""The database as the rest of the system meets it: started, migrated, with roles."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from msgspec import Struct
from psycopg.conninfo import conninfo_to_dict

from interface.crashing import crash_point
from interface.errors import UserError, WrongSetting
from interface.home import make_home
from interface.postgres.migrations import migrate
from interface.postgres.roles import CONNECT_SECONDS, ROLES, ensure_roles, url_as
from interface.postgres.server import EmbeddedPostgres
from interface.postgres.use import in_use
from interface.settings import Settings

VERSION_MIN = 15
LOCK = 0x7265_6472_6573_7331  # "redress1", beside that of the migrations


class DatabaseUrls(Struct, frozen=True):
    """How each role connects, as libpq connection strings.

    ``owner`` migrates and nothing else; it is "" where only others are given.
    """

    owner: str
    writer: str
    projector: str
    reader: str
    keys: str

    def __repr__(self) -> str:
        """Show no passwords: this may end in a log."""
        return "DatabaseUrls(…)"


@contextmanager
def database(
    settings: Settings,
    server: EmbeddedPostgres | None = None,
    *,
    dies_with_us: bool = False,
    reset_passwords: bool = False,
) -> Iterator[DatabaseUrls]:
    """Have the database at hand: started if need be, migrated, its roles made.

    The embedded server is left as it was found: started by us, it stops when the last
    that uses it has gone. ``dies_with_us``, if it is we who start it: it also stops
    when this process is killed. ``reset_passwords``: roles whose passwords we do not
    know get ours, whoever else may know them. Raises UserError.
    """
    if not settings.embedded:
        yield prepare_database(settings, reset_passwords=reset_passwords)
        return
    server = server or EmbeddedPostgres(settings.home)
    with in_use(server, dies_with_us=dies_with_us):
        yield prepare_database(settings)


def prepare_database(
    settings: Settings, *, reset_passwords: bool = False
) -> DatabaseUrls:
    """Make the roles, migrate, make the partitions; return how to connect.

    Asking again changes nothing. An embedded server has to run; its roles are nobody
    else's, and so need no leave to be reset. Raises UserError.
    """
    make_home(settings.home)
    urls = database_urls(settings)
    if urls.owner:
        try:
            with psycopg.connect(
                urls.owner, autocommit=True, connect_timeout=CONNECT_SECONDS
            ) as owner:
                check_version(owner)
                given = [role for role, url in given_urls(settings).items() if url]
                with turn(owner):
                    ensure_roles(
                        owner,
                        urls.owner,
                        settings.secrets,
                        given,
                        reset_passwords=reset_passwords or settings.embedded,
                    )
                migrate(urls.owner, crash_point=crash_point(settings))
                with turn(owner):
                    make_partitions(owner, settings)
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()[0]
            raise UserError(f"The database cannot be prepared: {reason}") from None
    return urls


@contextmanager
def turn(owner: psycopg.Connection) -> Iterator[None]:
    """Be the only one who prepares this database; whoever is at it is waited for.

    What is done in the block is done in one transaction: PostgreSQL refuses a change
    of a role that another has just changed.
    """
    with owner.transaction():
        owner.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        yield


def database_urls(settings: Settings) -> DatabaseUrls:
    """Return how each role connects, without touching the database.

    For processes of a database that another one has prepared. Raises UserError.
    """
    given = given_urls(settings)
    owner = settings.database_url
    if settings.embedded:
        owner = EmbeddedPostgres(settings.home).url()
    elif not owner and not all(given.values()):
        message = "Without DATABASE_URL, the URL of every role must be set: "
        raise WrongSetting(message + "writer, projector, reader and keys")
    for url in (owner, *given.values()):
        check_url(url)
    return DatabaseUrls(
        owner,
        *(given[role.name] or url_as(owner, role, settings.secrets) for role in ROLES),
    )


def given_urls(settings: Settings) -> dict[str, str]:
    """Return the URL of each role, "" where none was given."""
    return {
        "redress_writer": settings.database_writer_url,
        "redress_projector": settings.database_projector_url,
        "redress_reader": settings.database_reader_url,
        "redress_keys": settings.database_keys_url,
    }


def check_url(url: str) -> None:
    """Raise WrongSetting for what is no address of a database."""
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        message = "DATABASE_URL, or the URL of a role, is no address of a database; "
        example = "it must look like postgresql://user:password@host:port/database"
        raise WrongSetting(message + example) from None


def check_version(owner: psycopg.Connection) -> None:
    """Raise UserError for a PostgreSQL that is too old."""
    version = owner.info.server_version // 10000
    if version < VERSION_MIN:
        message = f"The database is PostgreSQL {version}; {VERSION_MIN} is the oldest"
        raise UserError(f"{message} that will do")


def make_partitions(owner: psycopg.Connection, settings: Settings) -> None:
    """Give a new store its partitions. Raises UserError if another number is asked.

    The number is chosen once: every id carries its partition.
    """
    known = "SELECT to_regclass('store.partition_head') IS NOT NULL"
    if owner.execute(known).fetchone() != (True,):
        return
    row = owner.execute("SELECT count(*) FROM store.partition_head").fetchone()
    existing = row[0] if row else 0
    if not existing:
        owner.execute("SELECT store.create_partitions(%s)", (settings.partitions,))
    elif "partitions" in settings.given and settings.partitions != existing:
        message = f"This store has {existing} partitions and keeps them; "
        raise WrongSetting(f"{message}REDRESS_PARTITIONS is {settings.partitions}")
