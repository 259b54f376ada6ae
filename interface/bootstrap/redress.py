"""The product as a whole, and how it is opened."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property

from application.after_sales import AfterSales
from application.consumers import Consumers
from application.contacts import Contacts
from application.disputes import Disputes
from application.effects.desk import Effects
from application.event_store.connections import Pool
from application.event_store.limits import FEED_LANES, LANES
from application.event_store.postgres import PostgresEventStore
from application.inbound import Inbound
from application.incidents.incidents import Incidents
from application.orders import Orders
from application.people import People
from application.policy_set import Policies
from application.projections.read_models import READ_MODELS
from application.projections.runner import Runner
from application.resolutions.resolutions import Resolutions
from interface.bootstrap.commands import Commands
from interface.bootstrap.connections import Connections
from interface.bootstrap.desks import Desks
from interface.bootstrap.outside import Outside
from interface.bootstrap.processes import Processes
from interface.bootstrap.queries import Queries
from interface.clock import clock
from interface.crashing import crash_point
from interface.postgres.database import DatabaseUrls, database, database_urls
from interface.settings import Settings
from interface.tokens import Tokens, open_tokens


class Redress:
    """Every part of the product, built on first use and connected to one database.

    A part is found in the room it belongs to, as ``redress.processes.hand_outs``; what
    is asked for all over the product goes by a short name besides. Pools open when
    first needed; :func:`open_redress` closes them. ``lanes`` decide side by side.
    """

    def __init__(
        self, settings: Settings, urls: DatabaseUrls, lanes: int = LANES
    ) -> None:
        self.settings = settings
        self.urls = urls
        connections = self.connections = Connections(urls, crash_point(settings))
        queries = self.queries = Queries(connections)
        commands = self.commands = Commands(settings, connections, queries, lanes)
        self.desks = Desks(settings, connections, commands, queries)
        self.outside = Outside(settings, connections, commands, queries)
        self.processes = Processes(connections, commands, queries, self.desks)

    def close(self) -> None:
        """Give every connection back."""
        self.connections.open.close()

    @cached_property
    def tokens(self) -> Tokens:
        """Who holds which token."""
        return open_tokens(self.settings)

    def runner(self) -> Runner:
        """Return what moves all projections on, for one thread."""
        crash = crash_point(self.settings)
        return Runner(READ_MODELS, self.projector, crash_point=crash)

    # -- Short names --

    @property
    def writer(self) -> Pool:
        """Connections that may append events."""
        return self.connections.writer

    @property
    def projector(self) -> Pool:
        """Connections that may fill projections."""
        return self.connections.projector

    @property
    def reader(self) -> Pool:
        """Connections that only read."""
        return self.connections.reader

    @property
    def store(self) -> PostgresEventStore:
        """The event store."""
        return self.connections.store

    @property
    def policies(self) -> Policies:
        """The rules in force, as they were published."""
        return self.commands.policies

    @property
    def people(self) -> People:
        """The words of people, sealed."""
        return self.commands.people

    @property
    def consumers(self) -> Consumers:
        """Commands to consumers."""
        return self.commands.consumers

    @property
    def orders(self) -> Orders:
        """Commands to orders."""
        return self.commands.orders

    @property
    def after_sales(self) -> AfterSales:
        """Commands to after-sales cases."""
        return self.commands.after_sales

    @property
    def disputes(self) -> Disputes:
        """Commands to disputes."""
        return self.commands.disputes

    @property
    def contacts(self) -> Contacts:
        """Commands to contacts, and to what agents promise in them."""
        return self.commands.contacts

    @property
    def resolutions(self) -> Resolutions:
        """What fell short, and how it is made good."""
        return self.commands.resolutions

    @property
    def incidents(self) -> Incidents:
        """One cause, many orders."""
        return self.commands.incidents

    @property
    def inbound(self) -> Inbound:
        """What comes in as messages."""
        return self.outside.inbound

    @property
    def effects(self) -> Effects:
        """Where effects are asked from outside."""
        return self.outside.effects


@contextmanager
def open_redress(
    settings: Settings, *, prepared: bool = False, feed: bool = False
) -> Iterator[Redress]:
    """Lend the product as these settings ask for it. Raises UserError.

    The database is started if need be and brought up to date, and left as it was found;
    ``prepared`` says that another process sees to that, as for children of
    ``redress up``; ``feed`` that whole batches are handed in, not single commands.
    """
    clock.set(settings.clock)
    with ExitStack() as stack:
        urls = (
            database_urls(settings)
            if prepared
            else stack.enter_context(database(settings))
        )
        redress = Redress(settings, urls, FEED_LANES if feed else LANES)
        stack.callback(redress.close)
        yield redress
