"""The command side: who takes the commands to each noun."""

from functools import cached_property

from application.after_sales import AfterSales
from application.compensating import Compensating
from application.compensation import Compensations
from application.consumers import Consumers
from application.contacts import Contacts
from application.disputes import Disputes
from application.event_store.dispatcher import Dispatcher
from application.event_store.limits import LANES, Limits
from application.incidents.incidents import Incidents
from application.incidents.offers import IncidentOffers
from application.listing_reports import ListingReports
from application.orders import Orders
from application.people import People, PostgresKeys
from application.policies import shipped_documents
from application.policy_set import Policies
from application.resolutions.resolutions import Resolutions
from application.responsibility import Responsibilities
from application.shortfall_reports import ShortfallReports
from interface.bootstrap.connections import Connections
from interface.bootstrap.queries import Queries
from interface.clock import clock
from interface.home import kept_key
from interface.settings import Settings


class Commands:
    """Everyone who writes events, all through one loop and one set of policies."""

    def __init__(
        self,
        settings: Settings,
        connections: Connections,
        queries: Queries,
        lanes: int = LANES,
    ) -> None:
        self.settings = settings
        self.lanes = lanes
        self.connections = connections
        self.queries = queries

    @cached_property
    def handler(self) -> Dispatcher:
        """The loop that decides and writes; what it took is answered before it ends."""
        dispatcher = Dispatcher(self.connections.store, Limits(lanes=self.lanes))
        self.connections.open.callback(dispatcher.close)
        return dispatcher

    @cached_property
    def policies(self) -> Policies:
        """The rules in force, as they were published."""
        return Policies(
            self.connections.store, self.handler, shipped_documents, clock.now
        )

    # -- People and what they bought --

    @cached_property
    def people(self) -> People:
        """The words of people, sealed."""
        connections = self.connections
        keys = PostgresKeys(connections.keys, connections.store.partitions)
        return People(keys, kept_key(self.settings.secrets, "people-master"))

    @cached_property
    def consumers(self) -> Consumers:
        """Commands to consumers."""
        return Consumers(self.connections.store, self.handler)

    @cached_property
    def orders(self) -> Orders:
        """Commands to orders."""
        return Orders(self.connections.store, self.handler, self.policies)

    # -- What they ask for --

    @cached_property
    def after_sales(self) -> AfterSales:
        """Commands to after-sales cases."""
        return AfterSales(
            self.connections.store,
            self.handler,
            self.orders,
            self.accounts,
            self.policies,
        )

    @cached_property
    def accounts(self) -> Responsibilities:
        """Commands about whose fault it is, who paid, and who owes whom."""
        return Responsibilities(self.connections.store, self.handler, self.policies)

    @cached_property
    def disputes(self) -> Disputes:
        """Commands to disputes."""
        return Disputes(
            self.connections.store,
            self.handler,
            self.orders,
            self.after_sales,
            self.accounts,
            self.policies,
        )

    @cached_property
    def contacts(self) -> Contacts:
        """Commands to contacts, and to what agents promise in them."""
        return Contacts(self.connections.store, self.handler, self.policies)

    # -- What is made good unasked --

    @cached_property
    def shortfall_reports(self) -> ShortfallReports:
        """What agents and feeds tell of orders that fall short."""
        return ShortfallReports(
            self.connections.store, self.handler, self.policies, self.resolutions
        )

    @cached_property
    def listing_reports(self) -> ListingReports:
        """What is told of a listing, for every order of it."""
        return ListingReports(
            self.connections.store,
            self.policies,
            self.queries.affected,
            self.resolutions,
        )

    @cached_property
    def compensations(self) -> Compensations:
        """Commands to the money set aside for orders that went wrong."""
        return Compensations(self.connections.store, self.handler, self.policies)

    @cached_property
    def compensating(self) -> Compensating:
        """What orders that went wrong pay: previewed, set aside, paid, given up."""
        return Compensating(
            self.connections.store,
            self.handler,
            self.compensations,
            self.accounts,
            self.policies,
        )

    @cached_property
    def resolutions(self) -> Resolutions:
        """What fell short, and how it is made good."""
        return Resolutions(
            self.connections.store,
            self.handler,
            self.orders,
            self.after_sales,
            self.compensations,
            self.accounts,
            self.policies,
            self.queries.persons.persons_of_many,
        )

    # -- What befell many at once --

    @cached_property
    def incident_offers(self) -> IncidentOffers:
        """What incidents offer each order."""
        return IncidentOffers(
            self.connections.store, self.resolutions, self.compensations, self.policies
        )

    @cached_property
    def incidents(self) -> Incidents:
        """One cause, many orders."""
        return Incidents(
            self.connections.store,
            self.handler,
            self.queries.affected,
            self.incident_offers,
            self.policies,
        )
