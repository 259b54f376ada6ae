"""A pgbouncer between a store and its database, in transaction mode."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psycopg
import pytest
from msgspec import structs
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from interface.postgres.database import DatabaseUrls
from tests.eventually import eventually

PORT: Final = 6432

# Nobody has a session of his own, and what a caller asks of one is ignored.
SETTINGS: Final = """
[databases]
* = host={server} port={server_port}

[pgbouncer]
pool_mode = transaction
listen_port = {port}
unix_socket_dir = {folder}
auth_type = scram-sha-256
auth_file = {folder}/users
ignore_startup_parameters = options,extra_float_digits
default_pool_size = 5
max_client_conn = 200
"""


@contextmanager
def pooler(urls: DatabaseUrls) -> Iterator[DatabaseUrls]:
    """Have pgbouncer stand before this database; yield how each role reaches it so.

    The owner, who migrates, still connects directly. As root it runs as whoever owns
    the server, for it refuses to be root.
    """
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip(
            "pgbouncer is not installed (Debian, Ubuntu: apt install pgbouncer)"
        )
    roles = {"writer", "projector", "reader", "keys"}
    known = {role: conninfo_to_dict(getattr(urls, role)) for role in roles}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with psycopg.connect(urls.owner) as owner:
            server, server_port = owner.info.host, owner.info.port
        (folder / "settings").write_text(
            SETTINGS.format(
                server=server, server_port=server_port, port=PORT, folder=folder
            )
        )
        users = [f'"{each["user"]}" "{each["password"]}"' for each in known.values()]
        (folder / "users").write_text("\n".join(users))
        command = [program, "-q", str(folder / "settings")]
        if os.geteuid() == 0:
            account = pwd.getpwuid(Path(server).stat().st_uid)
            for each in (folder, *folder.iterdir()):
                os.chown(each, account.pw_uid, account.pw_gid)
            command[1:1] = ["-u", account.pw_name]
        through = structs.replace(
            urls,
            **{
                role: make_conninfo(getattr(urls, role), host=name, port=PORT)
                for role in roles
            },
        )
        with subprocess.Popen(command) as process:
            try:
                eventually(lambda: answers(through.reader))
                yield through
            finally:
                process.terminate()


def answers(url: str) -> bool:
    with suppress(psycopg.OperationalError), psycopg.connect(url):
        return True
    return False
