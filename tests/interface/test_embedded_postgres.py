"""The database of a fresh machine: real servers, killed, broken and started again."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from interface.errors import UserError
from interface.postgres import postmaster
from interface.postgres.account import account_for
from interface.postgres.cluster import programs_folder
from interface.postgres.server import EmbeddedPostgres
from interface.postgres.use import in_use
from tests.eventually import eventually
from tests.interface.pretend import PYTHON, ROOT, environment

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused entry")


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a home whose database holds one word, and does not run."""
    home = tmp_path_factory.mktemp("first") / "home"
    server = EmbeddedPostgres(home)
    with in_use(server), psycopg.connect(server.url()) as owner:
        owner.execute("CREATE TABLE word AS SELECT 'kept' AS word")
    return home


@pytest.fixture
def server(first_day: Path, tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """Copy that home for each test."""
    home = tmp_path / "home"
    subprocess.run(["cp", "-a", str(first_day), str(home)], check=True)
    server = EmbeddedPostgres(home)
    yield server
    server.stop()


def word(server: EmbeddedPostgres) -> object:
    with psycopg.connect(server.url()) as owner:
        return owner.execute("SELECT word FROM word").fetchone()


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files}


# -- It is there, and safe --


def test_it_keeps_what_it_was_given(server: EmbeddedPostgres) -> None:
    server.start()
    assert word(server) == ("kept",)


def test_it_waits_for_the_disk(server: EmbeddedPostgres) -> None:
    server.start()
    with psycopg.connect(server.url()) as owner:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert owner.execute(f"SHOW {setting}").fetchone() == ("on",)


def test_one_that_does_not_wait_for_the_disk_is_refused(
    server: EmbeddedPostgres,
) -> None:
    with (server.data / "postgresql.conf").open("a") as configuration:
        configuration.write("fsync = off\n")
    with pytest.raises(UserError, match="fsync = off; it must be on"):
        server.start()
    assert not server.running


def test_nobody_gets_in_without_the_password(server: EmbeddedPostgres) -> None:
    server.start()
    stranger = make_conninfo(server.url(), password="guessed")  # noqa: S106  # it is wrong
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(stranger)


def test_nothing_listens_on_a_network(server: EmbeddedPostgres) -> None:
    server.start()
    with psycopg.connect(server.url()) as owner:
        assert owner.execute("SHOW listen_addresses").fetchone() == ("",)
    sockets = Path(str(conninfo_to_dict(server.url())["host"]))
    assert sockets.stat().st_mode & 0o777 == 0o700


def test_its_secrets_are_for_our_eyes_only(server: EmbeddedPostgres) -> None:
    secrets = server.home / "secrets"
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in secrets.iterdir()} == {0o600}


def test_a_home_with_a_long_name_will_do(first_day: Path, tmp_path: Path) -> None:
    home = tmp_path / ("long" * 40)
    subprocess.run(["cp", "-a", str(first_day), str(home)], check=True)
    server = EmbeddedPostgres(home)
    with in_use(server):
        assert word(server) == ("kept",)


# -- Root --


@ROOT_ONLY
def test_root_may_keep_it_where_nobody_else_may_enter(
    server: EmbeddedPostgres,
) -> None:
    server.home.parent.chmod(0o700)
    server.start()
    found = postmaster.running(server.data)
    assert found is not None
    assert Path(f"/proc/{found.pid}").stat().st_uid != 0
    assert word(server) == ("kept",)


@ROOT_ONLY
def test_the_server_gets_no_right_it_can_do_without(tmp_path: Path) -> None:
    programs = programs_folder()
    tmp_path.chmod(0o700)
    closed = account_for(tmp_path, tmp_path / "postgres", programs / "postgres")
    assert "--ambient-caps" in closed.prefix
    with ExitStack() as stack:
        home = Path("/run/redress-open-home-of-a-test")
        home.mkdir(mode=0o711, exist_ok=True)
        stack.callback(home.rmdir)
        account = account_for(home, home / "postgres", Path("/bin/true"))
        assert "--ambient-caps" not in account.prefix


# -- It was killed, or broken --


def test_it_starts_again_after_its_server_was_killed(server: EmbeddedPostgres) -> None:
    server.start()
    killed = postmaster.running(server.data)
    assert killed is not None
    os.kill(killed.pid, signal.SIGKILL)
    again = EmbeddedPostgres(server.home)
    again.start()
    assert word(again) == ("kept",)
    again.stop()


def test_a_number_left_behind_that_is_another_program_now_is_no_obstacle(
    server: EmbeddedPostgres,
) -> None:
    with subprocess.Popen(["sleep", "600"]) as bystander:
        (server.data / "postmaster.pid").write_text(f"{bystander.pid}\n")
        server.start()
        assert word(server) == ("kept",)
        assert bystander.poll() is None
        bystander.kill()


def test_data_of_another_version_is_left_alone(server: EmbeddedPostgres) -> None:
    (server.data / "PG_VERSION").write_text("17\n")
    before = contents(server.home)
    with pytest.raises(UserError, match="is of PostgreSQL 17, this is 18"):
        server.start()
    assert contents(server.home) == before


def test_a_server_that_does_not_come_up_says_why_and_where(
    server: EmbeddedPostgres,
) -> None:
    control = server.data / "global" / "pg_control"
    control.rename(control.with_name("elsewhere"))
    with pytest.raises(UserError, match=r"pg_control.*postgres\.log"):
        server.start()
    control.with_name("elsewhere").rename(control)
    server.start()
    assert word(server) == ("kept",)


def test_a_folder_that_holds_no_database_is_left_alone(tmp_path: Path) -> None:
    photo = tmp_path / "home" / "postgres" / "photo.jpg"
    photo.parent.mkdir(parents=True)
    photo.touch()
    if os.geteuid() == 0:
        os.chown(photo.parent, 65534, 65534)
    with pytest.raises(UserError, match="holds no database"):
        EmbeddedPostgres(tmp_path / "home").start()
    assert list(photo.parent.iterdir()) == [photo]


def test_being_killed_while_it_is_made_leaves_nothing_in_the_way(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    with subprocess.Popen(
        [PYTHON, "-m", "interface.cli.main", "migrate"],
        cwd=ROOT,
        env=environment(home, 1),
    ) as maker:
        eventually(lambda: any(home.glob("postgres.new.*/data/base")))
        maker.kill()
    assert not (home / "postgres").exists()
    server = EmbeddedPostgres(home)
    with in_use(server), psycopg.connect(server.url()) as owner:
        assert owner.execute("SELECT 1").fetchone() == (1,)
    assert not list(home.glob("postgres.new.*"))


def fill(disk: Path, leaving: int) -> None:
    with suppress(OSError), (disk / "rest").open("wb", buffering=0) as rest:
        while shutil.disk_usage(disk).free > leaving:
            rest.write(bytes(10_000))


@ROOT_ONLY
def test_a_full_disk_is_said_and_damages_nothing(
    first_day: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=120m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        server = EmbeddedPostgres(disk / "home")
        subprocess.run(["cp", "-a", str(first_day), str(server.home)], check=True)
        fill(disk, leaving=0)
        with pytest.raises(UserError, match="is full; make room"):
            server.start()
        (disk / "rest").unlink()
        with in_use(server):
            assert word(server) == ("kept",)

        shutil.rmtree(server.home)
        server.home.mkdir(mode=0o711)
        fill(disk, leaving=20_000_000)
        with pytest.raises(UserError, match="is full; make room"):
            server.start()
        assert not server.data.exists()
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


# -- Several use it at once --


def test_the_last_command_to_go_stops_what_the_first_one_started(
    server: EmbeddedPostgres,
) -> None:
    other = EmbeddedPostgres(server.home)
    first, second = ExitStack(), ExitStack()
    first.enter_context(in_use(server))
    second.enter_context(in_use(other))
    first.close()
    assert word(other) == ("kept",)
    second.close()
    assert not other.running


def test_a_server_that_was_found_running_goes_on_running(
    server: EmbeddedPostgres,
) -> None:
    server.start()
    with in_use(EmbeddedPostgres(server.home)):
        pass
    assert server.running
