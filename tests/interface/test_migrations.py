"""Migrations: each whole or not at all, whoever dies, whoever else is at it."""

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from interface.errors import UserError
from interface.postgres.database import (
    DatabaseUrls,
    database_urls,
    prepare_database,
)
from interface.postgres.migrations import LOCK, migrate
from interface.postgres.server import EmbeddedPostgres
from interface.postgres.use import in_use
from interface.settings import Settings
from tests.eventually import eventually
from tests.interface.pretend import PYTHON, ROOT, redress

FIRST = "CREATE TABLE first (promise text); INSERT INTO first VALUES ('100% kept')"
SECOND = "CREATE TABLE second AS SELECT promise FROM first"
SLOW = "CREATE TABLE second (); SELECT pg_sleep(600)"


@pytest.fixture
def empty(database: DatabaseUrls) -> Iterator[str]:
    """Make a database beside the others', without a single table."""
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute("CREATE DATABASE empty")
        yield make_conninfo(database.owner, dbname="empty")
        owner.execute("DROP DATABASE empty WITH (FORCE)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text(FIRST)
    (tmp_path / "0002_second.sql").write_text(SECOND)
    return tmp_path


def tables(url: str) -> set[str]:
    query = "SELECT relname FROM pg_class WHERE relname IN ('first', 'second')"
    with psycopg.connect(url) as owner:
        return {name for (name,) in owner.execute(query)}


def test_all_migrations_run_on_an_empty_database_and_only_once(empty: str) -> None:
    every = sorted(path.stem for path in (ROOT / "migrations").glob("*.sql"))
    assert migrate(empty) == every
    assert migrate(empty) == []


def test_they_run_in_the_order_of_their_numbers(empty: str, folder: Path) -> None:
    assert migrate(empty, folder) == ["0001_first", "0002_second"]


def test_the_servers_log_holds_no_error_of_a_start_at_which_all_went_well(
    empty: str, folder: Path
) -> None:
    with psycopg.connect(empty) as looking:
        row = looking.execute("SELECT current_setting('data_directory')").fetchone()
    assert row is not None
    log = Path(row[0]).parent / "logs" / "postgres.log"
    begun = log.stat().st_size
    for _ in range(2):
        migrate(empty, folder)
    said = log.read_bytes()[begun:].decode()
    assert [line for line in said.splitlines() if "yoyo" in line] == []


def test_of_two_at_once_one_waits_for_the_other(empty: str, folder: Path) -> None:
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'"
    with ThreadPoolExecutor() as another, psycopg.connect(empty) as looking:
        looking.autocommit = True
        with psycopg.connect(empty) as migrating:
            migrating.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            second = another.submit(migrate, empty, folder)
            eventually(lambda: looking.execute(waits).fetchone() == (1,))
            assert tables(empty) == set()
        assert second.result() == ["0001_first", "0002_second"]


def test_of_one_that_fails_nothing_stays_and_it_is_named(
    empty: str, folder: Path
) -> None:
    (folder / "0002_second.sql").write_text(f"{SECOND}; SELECT nonsense")
    with pytest.raises(UserError, match='0002_second failed: column "nonsense"'):
        migrate(empty, folder)
    assert tables(empty) == {"first"}
    (folder / "0002_second.sql").write_text(SECOND)
    assert migrate(empty, folder) == ["0002_second"]


def test_one_killed_half_way_leaves_nothing_and_the_next_start_works(
    empty: str, folder: Path
) -> None:
    (folder / "0002_second.sql").write_text(SLOW)
    code = "import sys; from interface.postgres.migrations import migrate; "
    code += "migrate(sys.argv[1], __import__('pathlib').Path(sys.argv[2]))"
    with (
        subprocess.Popen(
            [PYTHON, "-c", code, empty, str(folder)], cwd=ROOT
        ) as migrating,
        psycopg.connect(empty, autocommit=True) as owner,
    ):
        busy = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        eventually(lambda: owner.execute(busy).fetchone() == (1,))
        migrating.kill()
    (folder / "0002_second.sql").write_text(SECOND)
    assert migrate(empty, folder) == ["0002_second"]
    assert tables(empty) == {"first", "second"}


# -- Any PostgreSQL will do, and an owner that is no superuser --


def test_an_ordinary_owner_can_prepare_a_database_of_his_own(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "theirs", durable=False)
    with in_use(server, dies_with_us=True):
        with psycopg.connect(server.url(), autocommit=True) as administrator:
            make = "CREATE ROLE shop LOGIN CREATEROLE PASSWORD 'open sesame'"
            administrator.execute(make)
            administrator.execute("CREATE DATABASE shop OWNER shop")
        as_shop = {"user": "shop", "password": "open sesame", "dbname": "shop"}
        url = make_conninfo(server.url(), **as_shop)
        settings = Settings(home=tmp_path / "ours", database_url=url, partitions=8)
        urls = prepare_database(settings)
        assert prepare_database(settings) == urls
        with psycopg.connect(urls.reader) as reader:
            query = "SELECT count(*) FROM store.partition_head"
            assert reader.execute(query).fetchone() == (8,)


# -- Login roles belong to the whole server, and so perhaps to somebody else --


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[str]:
    """Run a server that asks for passwords and is nobody's in particular."""
    server = EmbeddedPostgres(tmp_path / "shared", durable=False)
    with in_use(server, dies_with_us=True):
        yield server.url()


def one_more(shared: str, home: Path) -> Settings:
    """Return the settings of an installation with a database of its own there."""
    with psycopg.connect(shared, autocommit=True) as owner:
        make = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(home.name))
        owner.execute(make)
    url = make_conninfo(shared, dbname=home.name)
    return Settings(home=home, database_url=url, partitions=8)


def test_a_second_installation_does_not_lock_out_the_first(
    shared: str, tmp_path: Path
) -> None:
    first = one_more(shared, tmp_path / "first")
    second = one_more(shared, tmp_path / "second")
    urls = prepare_database(first)
    with pytest.raises(UserError, match="perhaps another Redress uses") as refused:
        prepare_database(second)
    assert "DATABASE_WRITER_URL" in str(refused.value)
    assert "redress migrate --reset-passwords" in str(refused.value)
    for url in (urls.writer, urls.projector, urls.reader, urls.keys):
        psycopg.connect(url).close()
    shutil.copytree(first.secrets, second.secrets, dirs_exist_ok=True)
    with psycopg.connect(prepare_database(second).writer) as writer:
        assert writer.execute("SHOW statement_timeout").fetchone() == ("5s",)


def test_after_the_secrets_were_lost_migrate_sets_new_passwords_if_asked(
    shared: str, tmp_path: Path
) -> None:
    settings = one_more(shared, tmp_path / "forgetful")
    url, migrate_it = settings.database_url, partial(redress, "migrate")
    prepare_database(settings)
    shutil.rmtree(settings.secrets)
    told = migrate_it(home=settings.home, DATABASE_URL=url)
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert "--reset-passwords" in told.stderr
    reset = migrate_it("--reset-passwords", home=settings.home, DATABASE_URL=url)
    assert reset.returncode == 0, reset.stderr
    assert migrate_it(home=settings.home, DATABASE_URL=url).returncode == 0
    psycopg.connect(database_urls(settings).writer).close()


def test_an_embedded_server_is_nobody_elses(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", partitions=8)
    server = EmbeddedPostgres(settings.home, durable=False)
    with in_use(server, dies_with_us=True):
        prepare_database(settings)
        (settings.secrets / "postgres-redress_writer").unlink()
        psycopg.connect(prepare_database(settings).writer).close()


@pytest.mark.parametrize(
    ("role", "statement", "silence"),
    [("writer", "5s", "5s"), ("projector", "1min", "30s"), ("reader", "15s", "5s")],
)
def test_no_role_can_keep_others_waiting(
    database: DatabaseUrls, role: str, statement: str, silence: str
) -> None:
    with psycopg.connect(getattr(database, role)) as connection:
        for setting, limit in (
            ("statement_timeout", statement),
            ("idle_in_transaction_session_timeout", silence),
            ("lock_timeout", "2s"),
        ):
            show = sql.SQL("SHOW {}").format(sql.Identifier(setting))
            assert connection.execute(show).fetchone() == (limit,)


def test_a_role_whose_address_is_given_keeps_its_password(
    database: DatabaseUrls, tmp_path: Path
) -> None:
    another_machine = Settings(
        home=tmp_path,
        database_url=database.owner,
        database_writer_url=database.writer,
        database_projector_url=database.projector,
        database_reader_url=database.reader,
        database_keys_url=database.keys,
    )
    assert prepare_database(another_machine) == database
    psycopg.connect(database.writer).close()


def test_many_may_prepare_one_database_at_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", partitions=2)
    with in_use(EmbeddedPostgres(settings.home, durable=False), dies_with_us=True):
        urls = database_urls(settings)  # Its passwords are made.
        with ThreadPoolExecutor() as pool:
            waiting = [pool.submit(prepare_database, settings) for _ in range(8)]
        assert [each.result() for each in waiting] == [urls] * 8


def test_a_store_keeps_the_partitions_it_was_made_with(
    database: DatabaseUrls, tmp_path: Path
) -> None:
    asked = Settings(
        home=tmp_path / "home",
        database_url=database.owner,
        database_writer_url=database.writer,
        database_projector_url=database.projector,
        database_reader_url=database.reader,
        database_keys_url=database.keys,
        partitions=9,
        given=frozenset({"partitions"}),
    )
    with pytest.raises(UserError, match="has 8 partitions and keeps them"):
        prepare_database(asked)
