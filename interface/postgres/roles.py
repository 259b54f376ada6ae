"""The login roles of the database, and how long each may take."""

from collections.abc import Collection, Mapping
from pathlib import Path

import psycopg
from msgspec import Struct
from psycopg import sql
from psycopg.conninfo import make_conninfo

from interface.home import kept_secret

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
    Role("redress_projector", {**EVERYONE, "statement_timeout": "60s"}),
    Role("redress_reader", {**EVERYONE, "statement_timeout": "15s"}),
    Role("redress_keys", {**EVERYONE, "statement_timeout": "5s"}),
)


def ensure_roles(
    owner: psycopg.Connection,
    owner_url: str,
    secrets: Path,
    given: Collection[str] = (),
) -> None:
    """Make the login roles, or bring those there are to what is said here.

    Their passwords lie in ``secrets``, but for those of ``given`` roles, which are
    somebody else's to set. PostgreSQL is handed only SCRAM verifiers, so that no log
    can hold a password.
    """
    for role in ROLES:
        name = sql.Identifier(role.name)
        if configuration(owner, role) is None:
            owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        if role.name not in given and not lets_in(url_as(owner_url, role, secrets)):
            password = kept_secret(secrets, f"postgres-{role.name}")
            verifier = owner.pgconn.encrypt_password(
                password.encode(), role.name.encode(), b"scram-sha-256"
            )
            change = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
            owner.execute(change.format(name, sql.Literal(verifier.decode())))
        wanted = {f"{key}={value}" for key, value in role.settings.items()}
        if not wanted <= set(configuration(owner, role) or ()):
            for key, value in role.settings.items():
                change = sql.SQL("ALTER ROLE {} SET {} = {}")
                setting = sql.Identifier(key)
                owner.execute(change.format(name, setting, sql.Literal(value)))


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
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
