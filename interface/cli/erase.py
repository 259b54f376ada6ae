"""``redress erase``: forget a person, for ever."""

from functools import partial

import psycopg
import rich_click as click

from application.evidence import FilesUnavailable, forget_files
from application.people.erasure import Erased, UnknownConsumer, erase
from application.projections.persons import PersonQueries, Persons
from application.projections.references import References
from application.projections.runner import Runner
from interface.bootstrap import Redress, open_redress
from interface.cli.installation import existing
from interface.cli.person import at_terminal
from interface.errors import UserError
from interface.settings import read_settings


@click.command()
@click.argument("consumer")
@click.option("--yes", is_flag=True, help="Do it without asking.")
def command(consumer: str, *, yes: bool) -> None:
    """Delete what opens the words of CONSUMER, and of all who are the same person.

    Reviews, notes, addresses and tracking texts can then never be read again; raw
    messages about them are blanked, and files of evidence they sent are deleted.
    Events, scores and times stay.
    """
    with open_redress(existing(read_settings())) as redress:
        if not redress.urls.owner:
            message = "Only the owner of the tables can erase: set DATABASE_URL"
            raise UserError(f"{message} to the owner's address")
        read_all(redress)
        persons = PersonQueries(redress.reader).persons_of(consumer)
        if not yes:
            names = ", ".join(persons)
            click.confirm(f"Forget every word of {names}, for ever?", abort=True)
        erased = forget(redress, consumer)
    click.echo(told(erased))


def read_all(redress: Redress) -> None:
    """Have the projections know every name the log knows. Raises UserError."""
    runner = Runner([References(), Persons()], redress.projector)
    if not runner.catch_up():
        raise UserError(
            "The projections do not come to the end of the log, so who is meant is not "
            "known for certain; nothing was erased. See `redress projections list`"
        )


def forget(redress: Redress, consumer: str) -> Erased:
    """Erase, as the owner of the tables. Raises UserError."""
    with psycopg.connect(redress.urls.owner, autocommit=True) as owner:
        try:
            return erase(
                consumer,
                owner=owner,
                partitions=redress.store.partitions,
                persons_of=PersonQueries(redress.reader).persons_of,
                forget_files=partial(forget_files, redress.desks.evidence_files),
                actor=at_terminal(),
            )
        except UnknownConsumer as unknown:
            raise UserError(f"{unknown}; nothing was erased") from None
        except FilesUnavailable as away:
            message = "All words were erased, but files of evidence cannot be reached"
            raise UserError(f"{message} ({away.__cause__}); erase again") from None


def told(erased: Erased) -> str:
    """Return what was erased, as one line."""
    if not (erased.keys or erased.messages or erased.files):
        return f"{erased.consumers[0]} was forgotten before; nothing was left to erase."
    names = ", ".join(erased.consumers)
    return (
        f"Forgot {names}. Keys deleted: {erased.keys}. "
        f"Raw messages blanked: {erased.messages}. "
        f"Files of evidence deleted: {erased.files}."
    )
