"""Who the database server runs as: PostgreSQL refuses to be root."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from msgspec import Struct

from interface.errors import UserError

NAME = "redress"

# What lets a server reach its files below folders that only root may enter, such as
# /root: nothing, if it can do without; the right to look; the right to pass. The
# secure bit lets access(2), which PostgreSQL asks, see that right too.
RIGHTS: tuple[str, ...] = ("", "+dac_read_search", "+dac_override")
SEES_THEM = ("--securebits", "+no_setuid_fixup")


class Account(Struct, frozen=True):
    """The account a server runs as, and the words that start a process as it."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    def command(self, *words: str, dies_with_us: bool = False) -> list[str]:
        """Return the command line that runs ``words`` as this account.

        ``dies_with_us``: the kernel asks the process to end when this one ends.
        """
        setpriv = shutil.which("setpriv")
        if dies_with_us and setpriv:
            prefix = self.prefix or (setpriv,)
            return [*prefix, "--pdeathsig", "INT", "--", *words]
        return [*self.prefix, "--", *words] if self.prefix else [*words]

    def own(self, path: Path) -> None:
        """Give a file or folder to this account."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)


def account_for(home: Path, data: Path, program: Path) -> Account:
    """Return the account that runs ``program`` on what lies below ``home``.

    Without root it is our own. As root it is the owner of the data, if there is any
    yet, else an account made for the purpose. Raises UserError if none will do.
    """
    owner = data.stat().st_uid if data.exists() else None
    ours = os.geteuid()
    if ours != 0:
        if owner not in (None, ours):
            message = f"{data} belongs to user {owner}, not to you; start as its owner"
            raise UserError(message)
        return Account(ours, os.getegid())
    if owner == 0:
        message = f"{data} belongs to root, as whom PostgreSQL refuses to run"
        raise UserError(f"{message}; give it to another user (chown -R)")
    uid, gid = unprivileged(owner)
    return reaching(uid, gid, home, program)


def unprivileged(owner: int | None) -> tuple[int, int]:
    """Return the user and group of the data's owner, or of an account of our own."""
    if owner is not None:
        try:
            return owner, pwd.getpwuid(owner).pw_gid
        except KeyError:
            return owner, owner
    for attempt in (own_account, nobody):
        entry = attempt()
        if entry is not None:
            return entry.pw_uid, entry.pw_gid
    raise UserError("No unprivileged account for PostgreSQL: add a user 'redress'")


def own_account() -> pwd.struct_passwd | None:
    """Return the system account ``redress``, made now if it is missing."""
    if named(NAME) is None and (useradd := shutil.which("useradd")):
        words = [useradd, "--system", "--user-group", "--no-create-home"]
        words += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", NAME]
        subprocess.run(words, capture_output=True, check=False)  # noqa: S603  # fixed words
    return named(NAME)


def nobody() -> pwd.struct_passwd | None:
    """Return the account every machine has, where no other can be made."""
    return named("nobody")


def named(name: str) -> pwd.struct_passwd | None:
    """Return the account of this name, if there is one that is not root."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return entry if entry.pw_uid else None


def reaching(uid: int, gid: int, home: Path, program: Path) -> Account:
    """Return the account with the least right that lets it reach what it needs."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        message = "Running as root needs setpriv (package util-linux) to start "
        raise UserError(message + "PostgreSQL as somebody else; or do not be root")
    for right in RIGHTS:
        prefix = [setpriv, "--reuid", str(uid), "--regid", str(gid), "--clear-groups"]
        if right:
            prefix += ["--inh-caps", right, "--ambient-caps", right, *SEES_THEM]
        account = Account(uid, gid, tuple(prefix))
        if reaches(account, home, program):
            return account
    message = f"User {uid}, whom PostgreSQL runs as, cannot reach {home} or {program}"
    raise UserError(f"{message}; choose a REDRESS_HOME others may enter")


def reaches(account: Account, home: Path, program: Path) -> bool:
    """Whether this account may enter the home and run the program."""
    words = account.command("test", "-x", str(home), "-a", "-x", str(program))
    asked = subprocess.run(words, capture_output=True, cwd="/", check=False)  # noqa: S603  # our own words and paths
    return asked.returncode == 0
