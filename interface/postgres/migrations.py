"""The migrations, run one at a time, each whole or not at all."""

import logging
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict
from yoyo import read_migrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import DatabaseURI
from yoyo.migrations import Migration, default_migration_table

from application.crashing import CrashPoint, never
from interface.errors import UserError

WAIT = "120s"  # for another process that migrates at the same time
LOCK = 0x7265_6472_6573_73  # "redress"

# As the library makes it.
LOCK_TABLE = (
    "yoyo_lock (locked INT DEFAULT 1, ctime TIMESTAMP, pid INT NOT NULL, "
    "PRIMARY KEY (locked))"
)

log = logging.getLogger(__name__)


class WholeMigrations(PostgresqlPsycopgBackend):  # type: ignore[misc]  # yoyo has no types
    """Applies a migration and notes that it is applied in one transaction.

    The library does this in two: killed between them, it would run the migration
    again. It would also cut the file into statements; PostgreSQL reads it better. And
    it would find out by errors, in the server's log, what is known of PostgreSQL.
    """

    crash_point: CrashPoint = staticmethod(never)

    def init_database(self) -> None:
        """Make the library's lock table if it is missing; DDL is transactional here."""
        with self.transaction():
            self.execute(f"CREATE TABLE IF NOT EXISTS {LOCK_TABLE}")
        self.has_transactional_ddl = True

    def apply_one(
        self,
        migration: Migration,
        force: bool = False,  # noqa: FBT001, FBT002, ARG002  # the library's signature
        mark: bool = True,  # noqa: FBT001, FBT002, ARG002  # the library's signature
    ) -> None:
        """Apply a single migration, and mark it."""
        self.ensure_internal_schema_updated()
        with self.transaction():
            self.cursor().execute(Path(migration.path).read_bytes())
            self.crash_point("migration.step")
            self.mark_one(migration, log=False)


def migrations_folder() -> Path:
    """Return where the migrations are: beside the code, or in the installed wheel."""
    here = Path(__file__).resolve().parents[2] / "migrations"
    if not here.is_dir():
        raise UserError(f"No migrations in {here}: the installation is not whole")
    return here


def migrate(
    url: str, folder: Path | None = None, crash_point: CrashPoint = never
) -> list[str]:
    """Bring the database to the latest migration; return those applied now.

    Whoever migrates at the same time is waited for. Raises UserError naming the
    migration that failed; nothing of it stays.
    """
    folder = folder or migrations_folder()
    with psycopg.connect(url) as guard:
        # In a transaction, so that a pooler cannot hand the lock to somebody else.
        guard.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
        guard.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        try:
            guard.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        except psycopg.errors.LockNotAvailable:
            message = f"Another process has been migrating for {WAIT}; try again later"
            raise UserError(message) from None
        return run(url, folder, crash_point)


def run(url: str, folder: Path, crash_point: CrashPoint) -> list[str]:
    """Apply what is missing. The caller holds the lock."""
    uri = DatabaseURI(None, None, None, None, None, None, conninfo_to_dict(url))
    with WholeMigrations(uri, default_migration_table) as backend:
        backend.crash_point = crash_point
        # If we are killed, the server notices at once, not when the statement ends.
        backend.execute("SET client_connection_check_interval = '1s'")
        backend.init_database()
        backend.break_lock()  # of a run that was killed: we hold the real lock
        with backend.lock():
            applied = []
            for migration in backend.to_apply(read_migrations(str(folder))):
                try:
                    backend.apply_one(migration)
                except psycopg.Error as error:
                    reason = str(error).strip().splitlines()[0]
                    message = f"Migration {migration.id} failed: {reason}"
                    raise UserError(f"{message}; nothing of it was kept") from error
                applied.append(migration.id)
        return applied
