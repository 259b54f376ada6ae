"""The login roles of the database, and how long each may take."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import psycopg
from msgspec import Struct
from psycopg import sql
from psycopg.conninfo import make_conninfo

from interface.errors import UserError
from interface.home import kept_secret

CONNECT_SECONDS = 10

# Limits on everything, reliability first: a session that hangs must not hold others.
EVERYONE = {
    "idle_in_transaction_session_timeout": "5s",
    "lock_timeout": "2s",
    "timezone": "UTC",
}


class Role(Struct, frozen=True):
    """A login role, and the settings each of its sessions begins with."""

    name: str
    settings: Mapping[str, str]


ROLES = (
    Role("redress_writer", {**EVERYONE, "statement_timeout": "5s"}),
    # It decodes and folds a thousand events between two statements of a transaction, on
    # a machine that may have others to do; who is killed lets go at once all the same.
    Role(
        "redress_projector",
        EVERYONE
        | {"idle_in_transaction_session_timeout": "30s", "statement_timeout": "60s"},
    ),
    Role("redress_reader", {**EVERYONE, "statement_timeout": "15s"}),
    Role("redress_keys", {**EVERYONE, "statement_timeout": "5s"}),
)


def ensure_roles(
    owner: psycopg.Connection,
    owner_url: str,
    secrets: Path,
    given: Collection[str] = (),
    *,
    reset_passwords: bool = False,
) -> None:
    """Make the login roles, or bring those there are to what is said here.

    Their passwords lie in ``secrets``, but for those of ``given`` roles, which are
    somebody else's to set. PostgreSQL is handed only SCRAM verifiers, so that no log
    can hold a password. A role belongs to the whole server: where another installation
    knows its password, a new one would lock that out, and so it is set only if asked
    by ``reset_passwords``. Raises UserError otherwise, before anything is changed.
    """
    there = {role.name for role in ROLES if configuration(owner, role) is not None}
    ours = [role for role in ROLES if role.name not in given]
    locked = [
        role
        for role in ours
        if role.name in there and not lets_in(url_as(owner_url, role, secrets))
    ]
    if locked and not reset_passwords:
        raise UserError(not_ours([role.name for role in locked], secrets))
    for role in ROLES:
        name = sql.Identifier(role.name)
        if role.name not in there:
            made = sql.SQL("CREATE ROLE {} LOGIN").format(name)
            if role in ours:
                made += sql.SQL(" PASSWORD {}").format(verifier(owner, role, secrets))
            owner.execute(made)
        elif role in locked:
            change = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
            owner.execute(change.format(name, verifier(owner, role, secrets)))
        wanted = {f"{key}={value}" for key, value in role.settings.items()}
        if not wanted <= set(configuration(owner, role) or ()):
            for key, value in role.settings.items():
                change = sql.SQL("ALTER ROLE {} SET {} = {}")
                setting = sql.Identifier(key)
                owner.execute(change.format(name, setting, sql.Literal(value)))


def not_ours(names: Sequence[str], secrets: Path) -> str:
    """Return what to do about roles whose passwords we do not know."""
    those = "role" if len(names) == 1 else "roles"
    return (
        f"The server has the {those} {', '.join(names)} already, with a password that "
        f"is not in {secrets}; perhaps another Redress uses this server. Copy the "
        "files postgres-redress_* from its secrets, or set DATABASE_WRITER_URL, "
        "DATABASE_PROJECTOR_URL, DATABASE_READER_URL and DATABASE_KEYS_URL; only if "
        "no other uses them: redress migrate --reset-passwords"
    )


def verifier(owner: psycopg.Connection, role: Role, secrets: Path) -> sql.Literal:
    """Return what PostgreSQL keeps of this role's password."""
    password = kept_secret(secrets, f"postgres-{role.name}")
    kept = owner.pgconn.encrypt_password(
        password.encode(), role.name.encode(), b"scram-sha-256"
    )
    return sql.Literal(kept.decode())


def configuration(owner: psycopg.Connection, role: Role) -> list[str] | None:
    """Return what a role's sessions begin with; None if there is no such role."""
    query = "SELECT coalesce(rolconfig, '{}') FROM pg_roles WHERE rolname = %s"
    row = owner.execute(query, (role.name,)).fetchone()
    return None if row is None else row[0]


def url_as(owner_url: str, role: Role, secrets: Path) -> str:
    """Return how this role connects to the owner's database."""
    password = kept_secret(secrets, f"postgres-{role.name}")
    return make_conninfo(owner_url, user=role.name, password=password)


def lets_in(url: str) -> bool:
    """Whether one can log in with this."""
    try:
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.OperationalError:
        return False
    return True
