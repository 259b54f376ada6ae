"""``redress psql``: look into the tables oneself."""

import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

import rich_click as click
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from interface.cli.installation import existing
from interface.errors import UserError
from interface.postgres.cluster import programs_folder
from interface.postgres.database import database_urls
from interface.postgres.server import EmbeddedPostgres
from interface.postgres.use import in_use
from interface.settings import environment_with, read_settings

OWN_WORDS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@click.command(context_settings=OWN_WORDS)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(context: click.Context, words: Sequence[str]) -> None:
    """Open psql on the database of this REDRESS_HOME, as the role that only reads.

    Its own words may follow: redress psql -c 'TABLE store.partition_head'
    """
    settings = existing(read_settings())
    server = EmbeddedPostgres(settings.home)
    with in_use(server) if settings.embedded else nullcontext():
        context.exit(
            opened(
                program(embedded=settings.embedded),
                url=database_urls(settings).reader,
                words=words,
            )
        )


def program(*, embedded: bool) -> str:
    """Return the psql that fits: the embedded server's, or else this machine's."""
    theirs = None if embedded else shutil.which("psql")
    return theirs or str(programs_folder() / "psql")


def opened(psql: str, *, url: str, words: Sequence[str]) -> int:
    """Run psql until it ends, and return its exit code. Raises UserError."""
    known = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    # Whoever may list processes reads what they were told; the password is not in it.
    password = known.pop("password", "")
    told = [psql, f"--dbname={make_conninfo(**known)}", *words]
    environment = environment_with(PGPASSWORD=password) if password else None
    with for_the_child_alone():
        try:
            return subprocess.run(told, env=environment, check=False).returncode  # noqa: S603  # the operator's own words
        except FileNotFoundError:
            raise UserError(f"There is no psql at {psql}") from None


@contextmanager
def for_the_child_alone() -> Iterator[None]:
    """Leave Ctrl-C to psql, which takes it for the end of a query."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
