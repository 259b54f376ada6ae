"""The home: the one folder everything of an installation lies in."""

import os
import secrets
from base64 import urlsafe_b64decode
from pathlib import Path
from threading import get_ident
from typing import IO

LOG_BYTES_MAX = 10_000_000


def make_home(home: Path) -> None:
    """Make the home folder if there is none; others find nothing to read in it.

    Root's can be passed through, for the sake of the account the database runs as.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    if not home.is_dir():
        home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)


def private_folder(path: Path) -> Path:
    """Return a folder only we may enter, made now if it is missing."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def kept_secret(folder: Path, name: str) -> str:
    """Return the secret of this name: 256 random bits, made when first asked for.

    It is written whole or not at all; of two that ask at once, processes or threads,
    both get the one that was written first.
    """
    path = private_folder(folder) / name
    if not path.exists():
        keep(path, secrets.token_urlsafe(32).encode())
    return path.read_text()


def kept_key(folder: Path, name: str) -> bytes:
    """Return the 32 bytes that the kept secret of this name stands for."""
    secret = kept_secret(folder, name)
    return urlsafe_b64decode(secret + "=" * (-len(secret) % 4))


def keep(path: Path, content: bytes) -> None:
    """Write a secret file whole, for our eyes only, unless it is there already."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)  # unlike a rename, it never replaces
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)


def open_log(path: Path) -> IO[bytes]:
    """Open a log to add to, at its end; a long one is put aside first."""
    private_folder(path.parent)
    if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
        path.replace(path.with_suffix(".log.1"))
    log = path.open("ab")
    log.seek(0, os.SEEK_END)
    return log
