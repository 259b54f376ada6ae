"""Settings come from the environment, and from nowhere else."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args

import msgspec
from msgspec import Meta, Struct, field

from domain.ids import PARTITIONS_MAX
from interface.errors import WrongSetting

LONGEST = 65536

# A switch of the eventsourcing library, and how it is off. With it on, readers of a log
# of the library's miss events, and followers forget how far they had read.
DB_FUNCTIONS = "POSTGRES_ENABLE_DB_FUNCTIONS"
OFF = {"", "n", "no", "f", "false", "off", "0"}


def meaning(variable: str, sentence: str, allowed: str, **limits: Any) -> Meta:
    """Say of a setting: its variable, its meaning, and what it may hold."""
    extra = {"variable": variable, "allowed": allowed, "secret": False}
    return Meta(description=sentence, extra=extra, **limits)


def secret(variable: str, sentence: str, allowed: str) -> Meta:
    """Say the same of a setting that nobody may read over your shoulder."""
    extra = {"variable": variable, "allowed": allowed, "secret": True}
    return Meta(description=sentence, extra=extra, max_length=LONGEST)


def role_at(variable: str, who: str) -> Meta:
    """Describe one of the addresses of the database."""
    return secret(variable, who, "postgresql://user:password@host:port/database")


# Where a test may have a process killed: at each of these the hook is called.
CrashAt = Literal[
    "",
    "append.sending",
    "append.answered",
    "http.answering",
    "projection.batch",
    "migration.step",
    "effect.claimed",
    "effect.answered",
]


class Settings(Struct, frozen=True, kw_only=True):
    """All that can be set. Every variable may be left out."""

    home: Annotated[
        Path,
        meaning(
            "REDRESS_HOME",
            "Where everything of this installation lies: database, secrets, logs.",
            "a folder",
        ),
    ] = Path(".redress")
    http_host: Annotated[
        str,
        meaning(
            "REDRESS_HTTP_HOST",
            "The address the API listens at.",
            "an address or a host name of this machine",
            min_length=1,
            max_length=255,
        ),
    ] = "127.0.0.1"
    http_port: Annotated[
        int,
        meaning(
            "REDRESS_HTTP_PORT",
            "The port the API listens at.",
            "a whole number from 1 to 65535",
            ge=1,
            le=65535,
        ),
    ] = 8710
    database_url: Annotated[
        str,
        role_at(
            "DATABASE_URL",
            "The database as its owner: migrates, makes roles. Empty: embedded.",
        ),
    ] = ""
    database_writer_url: Annotated[
        str,
        role_at(
            "DATABASE_WRITER_URL",
            "The database as the role that appends events. Empty: made for you.",
        ),
    ] = ""
    database_projector_url: Annotated[
        str,
        role_at(
            "DATABASE_PROJECTOR_URL",
            "The database as the role that fills projections. Empty: made for you.",
        ),
    ] = ""
    database_reader_url: Annotated[
        str,
        role_at(
            "DATABASE_READER_URL",
            "The database as the role that only reads. Empty: made for you.",
        ),
    ] = ""
    database_keys_url: Annotated[
        str,
        role_at(
            "DATABASE_KEYS_URL",
            "The database as the role that holds people's keys. Empty: made for you.",
        ),
    ] = ""
    partitions: Annotated[
        int,
        meaning(
            "REDRESS_PARTITIONS",
            "How many partitions a new store gets; later it changes nothing.",
            f"a whole number from 1 to {PARTITIONS_MAX}",
            ge=1,
            le=PARTITIONS_MAX,
        ),
    ] = 64
    signing_key: Annotated[
        str,
        meaning(
            "REDRESS_SIGNING_KEY",
            "File of the key that signs local tokens. Empty: one made in the home.",
            "a path",
            max_length=4096,
        ),
    ] = ""
    oidc_issuer: Annotated[
        str,
        meaning(
            "REDRESS_OIDC_ISSUER",
            "Whose tokens are accepted beside our own. Empty: only our own.",
            "the issuer as its tokens spell it",
            max_length=2048,
        ),
    ] = ""
    oidc_audience: Annotated[
        str,
        meaning(
            "REDRESS_OIDC_AUDIENCE",
            "Whom the tokens of that issuer must be meant for.",
            "the audience as the tokens spell it",
            max_length=2048,
        ),
    ] = "redress"
    oidc_jwks: Annotated[
        str,
        meaning(
            "REDRESS_OIDC_JWKS",
            "Where the public keys of that issuer are.",
            "an https address or the path of a JWKS file",
            max_length=4096,
        ),
    ] = ""
    inbound_secrets: Annotated[
        str,
        secret(
            "REDRESS_INBOUND_SECRETS",
            "What the sources of inbound messages sign with.",
            "source=secret, several separated by commas; the same source twice "
            "while its secret is being changed",
        ),
    ] = ""
    evidence_url: Annotated[
        str,
        meaning(
            "REDRESS_EVIDENCE_URL",
            "Where files of evidence are kept. Empty: a folder in the home.",
            "file:///folder, s3://bucket/folder, gs://bucket/folder or "
            "az://account/container/folder",
            max_length=2048,
        ),
    ] = ""
    clock: Annotated[
        str,
        meaning(
            "REDRESS_CLOCK",
            "For demonstrations: what time a thing is asked at. Empty: the real one.",
            "seconds, such as +86400, or a moment, such as 2018-10-17T12:00:00Z",
            max_length=64,
        ),
    ] = ""
    webhooks_to_loopback: Annotated[
        bool,
        meaning(
            "REDRESS_WEBHOOKS_TO_LOOPBACK",
            "For tests and demonstrations: webhooks may go to this machine, over http.",
            "1 or 0; obeyed only with REDRESS_TEST=1",
        ),
    ] = False
    gateways: Annotated[
        str,
        meaning(
            "REDRESS_GATEWAYS",
            "Who refunds, sends messages and the like. Empty: nobody, such work waits.",
            "simulator, or gateway=where, several separated by commas; gateways are "
            "refund, coupon, carrier, pickup, resending and message; where is "
            "simulator, none, an https address, stripe+ before one, or smtp://…",
            max_length=4096,
        ),
    ] = ""
    gateway_secrets: Annotated[
        str,
        secret(
            "REDRESS_GATEWAY_SECRETS",
            "What gateways are asked with, and sign with. Empty: made for you.",
            "gateway=secret, several separated by commas",
        ),
    ] = ""
    message_address: Annotated[
        str,
        meaning(
            "REDRESS_MESSAGE_ADDRESS",
            "Where mail to a consumer goes. Empty: to consumers named by an address.",
            "an address with {consumer} in it",
            max_length=254,
        ),
    ] = ""
    simulator: Annotated[
        str,
        meaning(
            "REDRESS_SIMULATOR",
            "What goes wrong at simulated gateways, for demonstrations and tests.",
            "seed=number, fault=percent or fault@name:pattern, separated by commas",
            max_length=4096,
        ),
    ] = ""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        meaning(
            "REDRESS_LOG_LEVEL",
            "The least a line must matter to be written.",
            "debug, info, warning or error",
        ),
    ] = "info"
    test: Annotated[
        bool,
        meaning(
            "REDRESS_TEST",
            "Allows what only a test may do, such as crashing at a named point.",
            "1 or 0",
        ),
    ] = False
    crash_at: Annotated[
        CrashAt,
        meaning(
            "REDRESS_CRASH_AT",
            "The named point at which a test has the process killed.",
            f"{', '.join(get_args(CrashAt)[1:])}, and REDRESS_TEST=1 beside it",
        ),
    ] = ""
    given: frozenset[str] = field(default_factory=frozenset)

    @property
    def secrets(self) -> Path:
        """The private folder of generated keys and passwords."""
        return self.home / "secrets"

    @property
    def logs(self) -> Path:
        """Where the embedded PostgreSQL and the child processes write."""
        return self.home / "logs"

    @property
    def embedded(self) -> bool:
        """Whether the database is the one we start ourselves."""
        return not (self.database_url or self.database_writer_url)

    @property
    def url(self) -> str:
        """Where a person on this machine finds the API."""
        host = "127.0.0.1" if self.http_host in ("0.0.0.0", "::") else self.http_host  # noqa: S104  # compared with, not bound to
        return (
            f"http://[{host}]:{self.http_port}"
            if ":" in host
            else (f"http://{host}:{self.http_port}")
        )

    def __repr__(self) -> str:
        """Show where, never with which passwords: this may end in a log."""
        return f"Settings(home={str(self.home)!r}, http_port={self.http_port})"


class Setting(NamedTuple):
    """One setting as ``redress settings`` shows it."""

    variable: str
    value: str
    source: Literal["default", "environment"]
    meaning: str
    allowed: str


class Described(NamedTuple):
    """A field of Settings and what was said of it."""

    name: str
    type: Any
    meta: Meta
    extra: dict[str, Any]


def described() -> list[Described]:
    """Return the fields that a variable sets, in order."""
    found = []
    for each in msgspec.structs.fields(Settings):
        meta = next((a for a in get_args(each.type) if isinstance(a, Meta)), None)
        if meta is not None:
            found.append(Described(each.name, each.type, meta, meta.extra or {}))
    return found


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this process. Raises WrongSetting.

    A variable that is set to nothing counts as not set.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for each in described():
        text = environment.get(each.extra["variable"], "")
        if text:
            values[each.name] = converted(each, text)
    settings = Settings(**values, given=frozenset(values))
    if settings.crash_at and not settings.test:
        message = "REDRESS_CRASH_AT is set; it is obeyed only with REDRESS_TEST=1"
        raise WrongSetting(message)
    if settings.webhooks_to_loopback and not settings.test:
        message = "REDRESS_WEBHOOKS_TO_LOOPBACK is set; it is obeyed only with "
        raise WrongSetting(message + "REDRESS_TEST=1")
    if environment.get(DB_FUNCTIONS, "").lower() not in OFF:
        message = f"{DB_FUNCTIONS} is set; unset it: with it, readers of an event log "
        raise WrongSetting(message + "miss events. This store has its own function")
    home = settings.home.expanduser().absolute()
    return msgspec.structs.replace(settings, home=home)


def converted(each: Described, text: str) -> Any:
    """Return a variable's text as its setting's type. Raises WrongSetting."""
    try:
        return msgspec.convert(
            text, each.type, strict=False, dec_hook=lambda kind, word: kind(word)
        )
    except msgspec.ValidationError:
        shown = "***" if each.extra["secret"] else repr(text)
        message = f"{each.extra['variable']} is {shown}; it must be "
        raise WrongSetting(message + each.extra["allowed"]) from None


def listed(settings: Settings) -> list[Setting]:
    """Return every setting with its value, its source and its meaning.

    The value of a secret is not shown, only that there is one.
    """
    rows = []
    for each in described():
        value = getattr(settings, each.name)
        shown = str(int(value)) if isinstance(value, bool) else str(value)
        if each.extra["secret"] and shown:
            shown = "***"
        rows.append(
            Setting(
                variable=each.extra["variable"],
                value=shown,
                source="environment" if each.name in settings.given else "default",
                meaning=each.meta.description or "",
                allowed=each.extra["allowed"],
            )
        )
    return rows


def environment_with(**changes: str) -> dict[str, str]:
    """Return the environment of this process for a child, with these changes."""
    return {**os.environ, **changes}
