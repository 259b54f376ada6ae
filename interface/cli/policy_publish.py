"""``redress policy publish``: make the rules of a file those of this installation."""

from pathlib import Path
from uuid import uuid4

import rich_click as click

from application.audit.spelt import moment
from application.event_store.envelope import CommandContext
from application.policy_set import Published
from domain.kernel import Refused
from domain.policy.rows import PolicyDocument
from domain.policy_set import Caution, PublishPolicies
from interface.bootstrap import open_redress
from interface.cli.installation import existing
from interface.cli.person import at_terminal
from interface.cli.policy_files import NoSuchPolicies, counted, document_in
from interface.clock import now
from interface.settings import read_settings

# What each caution says after naming the row and the moment.
CAUTIONS = {
    "short_notice": "in less than the seven days' notice that changed rules are owed",
    "holds_already": "it holds already: what was decided stands, what was not is "
    "judged by it",
}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish(file: Path) -> None:
    """Publish what is new in FILE, a policy document in TOML.

    What was published is never edited: a changed rule is the same id with a higher
    version, and holds from now at the earliest. Publishing twice changes nothing.
    """
    document = document_in(file)
    with open_redress(existing(read_settings())) as redress:
        command_id = uuid4()
        context = CommandContext(
            actor=at_terminal(),
            asked_at=now(),
            command_id=command_id,
            correlation_id=command_id,
            name=PublishPolicies.__name__,
        )
        try:
            published = redress.policies.publish(document, context)
        except Refused as refused:
            raise NoSuchPolicies(f"{file}: {reason(refused)}") from None
    say(document, published)


def reason(refused: Refused) -> str:
    """Return a refusal in one line, naming what it is about."""
    about = "; ".join(str(value) for value in refused.details.values())
    return f"{refused} {about}"


def say(document: PolicyDocument, published: Published) -> None:
    """Print what is new, since when, and what to think of."""
    event = published.event
    if event is None:
        click.echo(f"Nothing is new in {document.profile}: all of it is published.")
        return
    rows = counted(len(event.rows), "new row")
    click.echo(f"Published {event.profile}@{event.publication}: {rows}.")
    width = max((len(row.ref) for row in event.rows), default=0)
    for row in event.rows:
        since = moment(row.in_force_from)
        click.echo(f"  {row.ref:{width}}  from {since}  {row.title}")
    for caution in published.cautions:
        click.echo(told(caution), err=True)


def told(caution: Caution) -> str:
    """Return a caution as a line for people."""
    since = moment(caution.in_force_from)
    return f"Caution: {caution.row} holds from {since}, {CAUTIONS[caution.code]}."
