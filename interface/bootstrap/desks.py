"""The desks: where commands and questions are brought together for those outside."""

from functools import cached_property

from application.audit.explain import Explainer, publications
from application.audit.history import MergedHistories
from application.casework import Casework
from application.desk import AgentDesk
from application.evidence import EvidenceDesk, owners_about
from application.incidents.exemption import Exemptions
from application.incidents.office import IncidentOffice
from application.order_desk import OrderDesk
from application.reading import Reading
from application.rooms import rooms
from application.scorecards import ScorecardDesk
from application.trust import TrustDesk
from interface.bootstrap.commands import Commands
from interface.bootstrap.connections import Connections
from interface.bootstrap.queries import Queries
from interface.inspection import Inspection
from interface.outbound.evidence_files import ObjectFiles, evidence_files
from interface.settings import Settings


class Desks:
    """Every desk, over the commands and the questions it serves."""

    def __init__(
        self,
        settings: Settings,
        connections: Connections,
        commands: Commands,
        queries: Queries,
    ) -> None:
        self.settings = settings
        self.connections = connections
        self.commands = commands
        self.queries = queries

    # -- Orders and cases --

    @cached_property
    def orders(self) -> OrderDesk:
        """Where orders are asked from outside."""
        return OrderDesk(self.connections.store, self.commands.orders)

    @cached_property
    def casework(self) -> Casework:
        """Where cases, disputes, contacts and what hangs on them are asked."""
        commands = self.commands
        nouns = rooms(
            commands.after_sales,
            commands.disputes,
            commands.contacts,
            commands.accounts,
            commands.resolutions,
        )
        return Casework(self.connections.store, nouns, self.orders.about)

    @cached_property
    def agents(self) -> AgentDesk:
        """What agents keep, and the macros they run."""
        commands = self.commands
        return AgentDesk(
            self.connections.store, commands.handler, self.casework, commands.people
        )

    @cached_property
    def incidents(self) -> IncidentOffice:
        """Where incidents are asked from outside."""
        incidents = self.commands.incidents
        exemptions = Exemptions(incidents, self.commands.policies)
        return IncidentOffice(
            incidents, exemptions, self.queries.incidents, self.scorecards
        )

    # -- Evidence --

    @cached_property
    def evidence_files(self) -> ObjectFiles:
        """Where files of evidence are kept. Raises WrongSetting."""
        return evidence_files(self.settings)

    @cached_property
    def evidence(self) -> EvidenceDesk:
        """Where files of evidence are handed in, judged and shown."""
        store, people = self.connections.store, self.commands.people
        return EvidenceDesk(
            store=store,
            handler=self.commands.handler,
            files=self.evidence_files,
            inspect=Inspection,
            owners_about=owners_about(store, self.casework.owners),
            erased_among=people.erased_among,
            note_read=people.note,
        )

    # -- What is read --

    @cached_property
    def reading(self) -> Reading:
        """Where read models are asked from outside."""
        queries = self.queries
        return Reading(
            desk=self.orders,
            references=queries.references,
            orders=queries.orders,
            promises=queries.promises,
            timeline=queries.timeline,
            persons=queries.persons,
            people=self.commands.people,
        )

    @cached_property
    def trust(self) -> TrustDesk:
        """How faith was kept with consumers, and the contests of it."""
        commands, queries = self.commands, self.queries
        return TrustDesk(
            self.connections.store,
            commands.handler,
            queries.timeline,
            queries.persons,
            commands.people,
        )

    @cached_property
    def scorecards(self) -> ScorecardDesk:
        """How merchants, creators and carriers do."""
        return ScorecardDesk(self.queries.scorecards, self.commands.policies)

    # -- Why it is so --

    @cached_property
    def explainer(self) -> Explainer:
        """Why events are as they are."""
        return Explainer(self.connections.store, self.commands.policies.id)

    @cached_property
    def merged(self) -> MergedHistories:
        """One history of all that hangs together with a matter."""
        store, policies = self.connections.store, self.commands.policies
        return MergedHistories(
            store,
            self.queries.decisions,
            lambda: publications(store.stream(policies.id)),
        )
