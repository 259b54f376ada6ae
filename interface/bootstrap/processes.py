"""The processes: what keeps moving when nobody asks."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property

from application.contacts import AgentPromiseClocks
from application.policies import rulebook, shipped_documents
from application.processes.beside_consumers import BesideConsumers, CompanionClocks
from application.processes.carry_out import DueResolutions
from application.processes.check_overdue_clocks import AsksClocks, OverdueClocks
from application.processes.check_overdue_promises import OverduePromises
from application.processes.detect_shortfalls import ShortfallWatch
from application.processes.hand_out import HandOuts
from application.processes.holds import Holds
from application.processes.measure_outcomes import MeasuresOutcomes
from application.processes.move_clocks import TouchedClocks
from application.processes.open_due_disputes import DueDisputes
from application.processes.order_due_refunds import DueRefunds
from application.processes.settle_incidents import IncidentCosts, Withdrawals
from application.processes.sweep_evidence import EvidenceSweep
from application.processes.turns import Turns
from application.watching import sooner
from domain.policy.book import Rulebook
from interface.bootstrap.commands import Commands
from interface.bootstrap.connections import Connections
from interface.bootstrap.desks import Desks
from interface.bootstrap.queries import Queries
from interface.clock import clock, machine_now


class Processes:
    """Every process manager: a question to the read side, commands in answer."""

    def __init__(
        self,
        connections: Connections,
        commands: Commands,
        queries: Queries,
        desks: Desks,
    ) -> None:
        self.connections = connections
        self.commands = commands
        self.queries = queries
        self.desks = desks

    @cached_property
    def holds(self) -> Holds:
        """Which sources are being read just now."""
        return Holds(self.connections.writer)

    # -- Clocks and promises --

    @cached_property
    def overdue(self) -> OverduePromises:
        """Asks orders about promises whose time has come."""
        return OverduePromises(self.commands.orders, self.queries.promises, clock.now)

    @cached_property
    def with_clocks(self) -> Mapping[str, AsksClocks]:
        """Who asks the streams of each noun about their clocks."""
        commands = self.commands
        store, resolutions = self.connections.store, commands.resolutions
        return {
            "after_sales": commands.after_sales,
            "dispute": commands.disputes,
            "contact": commands.contacts,
            "promise": AgentPromiseClocks(commands.contacts),
            "responsibility": commands.accounts,
            "resolution": resolutions,
            "companionship": CompanionClocks(store, resolutions),
        }

    @cached_property
    def overdue_clocks(self) -> OverdueClocks:
        """Asks cases, disputes and contacts about clocks whose time is out."""
        return OverdueClocks(self.with_clocks, self.queries.clocks, clock.now)

    @cached_property
    def touched_clocks(self) -> TouchedClocks:
        """Asks them about clocks that a newly published calendar may move."""
        return TouchedClocks(
            self.with_clocks, self.queries.clocks, self.commands.policies, clock.now
        )

    # -- Cases and disputes --

    @cached_property
    def due_refunds(self) -> DueRefunds:
        """Orders refunds that fell due."""
        return DueRefunds(self.commands.after_sales, self.queries.matters, clock.now)

    @cached_property
    def due_disputes(self) -> DueDisputes:
        """Opens disputes over cases whose clock handed them to the platform."""
        return DueDisputes(self.commands.disputes, self.queries.matters, clock.now)

    @cached_property
    def evidence_sweep(self) -> EvidenceSweep:
        """Deletes files of evidence that nothing speaks of."""
        return EvidenceSweep(self.desks.evidence.sweep, machine_now)

    # -- Shortfalls and resolutions --

    @cached_property
    def shortfall_watch(self) -> ShortfallWatch:
        """Asks orders what falls short once it is due, and what healed."""
        return ShortfallWatch(
            self.queries.watch,
            self.connections.store,
            self.commands.policies,
            self.commands.resolutions,
            self.queries.risks,
            clock.now,
            ahead=self._ahead,
        )

    def _ahead(self) -> timedelta:
        """Return by how much the rules in force are stricter than those shipped."""
        in_force = self.commands.policies.current().books.values()
        return sooner(self._shipped, in_force)

    @cached_property
    def _shipped(self) -> tuple[Rulebook, ...]:
        return tuple(map(rulebook, shipped_documents()))

    @cached_property
    def beside_consumers(self) -> BesideConsumers:
        """Stays beside consumers for the days of their orders."""
        return BesideConsumers(
            self.queries.watch,
            self.connections.store,
            self.commands.policies,
            self.commands.resolutions,
            clock.now,
        )

    @cached_property
    def due_resolutions(self) -> DueResolutions:
        """Carries resolutions on."""
        return DueResolutions(
            self.commands.resolutions,
            self.commands.disputes,
            self.queries.matters,
            clock.now,
        )

    @cached_property
    def outcomes(self) -> MeasuresOutcomes:
        """Looks at what came of resolutions, some time after they ended."""
        commands, queries = self.commands, self.queries
        return MeasuresOutcomes(
            commands.resolutions,
            queries.outcomes,
            queries.matters,
            queries.orders,
            queries.persons,
            commands.after_sales,
            clock.now,
        )

    # -- Incidents --

    @cached_property
    def hand_outs(self) -> HandOuts:
        """Hands out what incidents offer."""
        return HandOuts(
            self.connections.store,
            self.commands.incidents,
            self.commands.incident_offers,
            self.queries.affected,
            clock.now,
            Turns(self.connections.writer),
        )

    @cached_property
    def incident_costs(self) -> IncidentCosts:
        """Records what incidents cost."""
        return IncidentCosts(
            self.connections.store,
            self.commands.incidents,
            self.queries.incidents,
            clock.now,
        )

    @cached_property
    def withdrawals(self) -> Withdrawals:
        """Takes back what incidents that were rolled back had offered."""
        return Withdrawals(
            self.commands.resolutions,
            self.commands.incidents,
            self.queries.incidents,
            clock.now,
        )
