"""``redress webhooks``: where others are told, and what could not be told them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import msgspec
import rich_click as click

from application.access import NotFound
from application.projections.public_events import audiences
from application.webhooks.deliveries import Delivery
from application.webhooks.desk import ALL_TYPES, Webhooks
from application.webhooks.endpoints import Endpoint, Wish
from domain.kernel import Refused
from interface.bootstrap import open_redress
from interface.cli.installation import existing
from interface.errors import UserError
from interface.settings import read_settings

AS_JSON = click.option("--json", "as_json", is_flag=True, help="A JSON line for each.")


@click.group()
def command() -> None:
    """See to the webhooks of consumers, merchants, creators and partners.

    They see to their own over the API. A partner's first one is added here, where it is
    said whose events it may be told.
    """


def asked(question: Callable[[Webhooks], Any]) -> Any:
    """Return the answer of this installation's webhooks. Raises UserError."""
    with open_redress(existing(read_settings())) as redress:
        try:
            return question(redress.outside.webhooks)
        except NotFound:
            raise UserError("There is no such webhook, or no such delivery") from None
        except Refused as error:
            raise UserError(str(error)) from None


@command.command("list")
@AS_JSON
def list_(*, as_json: bool) -> None:
    """List all webhooks: whose, where to, what, and whether they work."""
    found = asked(lambda webhooks: webhooks.endpoints.listed())
    for each in found:
        click.echo(as_line(each) if as_json else endpoint_told(each))
    if not found and not as_json:
        click.echo("Nobody is told anything.")


@command.command()
@click.argument("url")
@click.option("--partner", help="The partner, as its service tokens name it.")
@click.option("--consumer", "consumers", multiple=True, help="Whose events.")
@click.option("--merchant", "merchants", multiple=True, help="Whose events.")
@click.option("--creator", "creators", multiple=True, help="Whose events.")
@click.option(
    "--type",
    "types",
    multiple=True,
    default=ALL_TYPES,
    show_default=True,
    help="Which types, such as redress.case.*",
)
def add(  # noqa: PLR0913, PLR0917 - one for each thing that can be said
    url: str,
    partner: str | None,
    consumers: tuple[str, ...],
    merchants: tuple[str, ...],
    creators: tuple[str, ...],
    types: tuple[str, ...],
) -> None:
    """Have URL told of the events of those named, and print its secret.

    Without --partner it belongs to the one who is named.
    """
    persons = (audiences(each) for each in consumers)
    whose = sorted(audiences(None, merchants, creators).union(*persons))
    if not whose or (partner is None and len(whose) > 1):
        raise UserError("Say whose events: one of them, or more and --partner NAME")
    wish = Wish(
        endpoint_id=uuid4(),
        owner=f"service:{partner}" if partner else whose[0],
        audiences=tuple(whose),
        url=url,
        types=types,
    )

    def added(webhooks: Webhooks) -> str:
        endpoint = webhooks.endpoints.add(wish)
        return f"{endpoint.endpoint_id}  {webhooks.secret(endpoint)}"

    click.echo(asked(added))


@command.command()
@click.argument("webhook", type=click.UUID)
def rotate(webhook: UUID) -> None:
    """Give WEBHOOK another secret and print it; the one before signs for a day more."""

    def rotated(webhooks: Webhooks) -> str:
        return webhooks.secret(webhooks.endpoints.rotate(webhook, uuid4()))

    click.echo(asked(rotated))


@command.command()
@click.argument("webhook", type=click.UUID, required=False)
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1, 200))
@AS_JSON
def dead(webhook: UUID | None, limit: int, *, as_json: bool) -> None:
    """List what was given up, newest first: of WEBHOOK, or of all."""
    page = asked(
        lambda webhooks: webhooks.deliveries.listed(webhook, limit=limit, state="dead")
    )
    for each in page.rows:
        click.echo(as_line(each) if as_json else delivery_told(each))
    if not page.rows and not as_json:
        click.echo("Nothing was given up.")


@command.command()
@click.argument("delivery", type=click.UUID)
def resend(delivery: UUID) -> None:
    """Send DELIVERY again, as often as a new one."""

    def sent(webhooks: Webhooks) -> Delivery:
        found = webhooks.deliveries.find(delivery)
        return webhooks.deliveries.resend(found.endpoint_id, delivery)

    click.echo(delivery_told(asked(sent)))


def endpoint_told(endpoint: Endpoint) -> str:
    """Return a webhook as a line for people."""
    state = f"{endpoint.state} ({endpoint.reason})" if endpoint.reason else "active"
    return (
        f"{endpoint.endpoint_id}  {state}  {endpoint.url}  of {endpoint.owner}, on "
        f"{', '.join(endpoint.audiences)}: {', '.join(endpoint.types)}"
    )


def delivery_told(delivery: Delivery) -> str:
    """Return a delivery as a line for people."""
    last = delivery.last_status or delivery.last_failure or "not tried yet"
    tried = f"tried {delivery.claims} times, last: {last}"
    return (
        f"{delivery.delivery_id}  {delivery.state}  {delivery.type} "
        f"{delivery.event_id}  {tried}"
    )


def as_line(row: msgspec.Struct) -> str:
    """Return a row as a line for programs."""
    return msgspec.json.encode(row).decode()
