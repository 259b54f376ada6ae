"""The read side: what the read models are asked."""

from functools import cached_property

from application.projections.affected import AffectedQueries
from application.projections.clock_board import ClockQueries
from application.projections.companion_board import CompanionQueries
from application.projections.decisions import DecisionQueries
from application.projections.incidents import IncidentQueries
from application.projections.matters import MatterQueries
from application.projections.order_page import OrderQueries
from application.projections.outcomes import OutcomeQueries
from application.projections.persons import PersonQueries
from application.projections.progress import ReadingProgress
from application.projections.promise_board import PromiseQueries
from application.projections.public_pages import PublicEventQueries
from application.projections.references import ReferenceQueries
from application.projections.scorecards import ScorecardQueries
from application.projections.shortfalls import ShortfallQueries
from application.projections.timeline import TimelineQueries
from application.projections.watch import WatchQueries
from application.queue import Queue
from application.risk_table import RiskTables
from interface.bootstrap.connections import Connections


class Queries:
    """Every question to the read models; none but the watch writes."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections

    # -- Who and where --

    @cached_property
    def references(self) -> ReferenceQueries:
        """Which streams go by an outside name."""
        return ReferenceQueries(self.connections.reader)

    @cached_property
    def persons(self) -> PersonQueries:
        """Which names are one person."""
        return PersonQueries(self.connections.reader)

    @cached_property
    def affected(self) -> AffectedQueries:
        """Whom a selector affects."""
        return AffectedQueries(self.connections.reader)

    # -- How it stands --

    @cached_property
    def orders(self) -> OrderQueries:
        """Orders as their pages show them."""
        return OrderQueries(self.connections.reader)

    @cached_property
    def promises(self) -> PromiseQueries:
        """What is promised, and how it stands."""
        return PromiseQueries(self.connections.reader)

    @cached_property
    def matters(self) -> MatterQueries:
        """Cases, disputes and contacts as they stand."""
        return MatterQueries(self.connections.reader)

    @cached_property
    def clocks(self) -> ClockQueries:
        """What is owed by when."""
        return ClockQueries(self.connections.reader)

    @cached_property
    def companions(self) -> CompanionQueries:
        """The days beside consumers, those that end first before others."""
        return CompanionQueries(self.connections.reader)

    @cached_property
    def incidents(self) -> IncidentQueries:
        """Incidents as they stand, and what became of their offers."""
        return IncidentQueries(self.connections.reader)

    @cached_property
    def queue(self) -> Queue:
        """What is to be done, by when, for whom."""
        return Queue(self.matters, self.clocks, self.progress, self.connections.reader)

    @cached_property
    def watch(self) -> WatchQueries:
        """What is watched of every order, and what of it is due."""
        return WatchQueries(self.connections.reader, self.connections.writer)

    # -- What came of it --

    @cached_property
    def timeline(self) -> TimelineQueries:
        """What happened to a person."""
        return TimelineQueries(self.connections.reader)

    @cached_property
    def decisions(self) -> DecisionQueries:
        """Who decided what, under which rule, for how much, when."""
        return DecisionQueries(self.connections.reader)

    @cached_property
    def shortfalls(self) -> ShortfallQueries:
        """What fell short, by cause and as a map."""
        return ShortfallQueries(self.connections.reader)

    @cached_property
    def outcomes(self) -> OutcomeQueries:
        """Which resolutions are to be looked at again."""
        return OutcomeQueries(self.connections.reader)

    @cached_property
    def scorecards(self) -> ScorecardQueries:
        """What merchants, creators and carriers did."""
        return ScorecardQueries(self.connections.reader)

    @cached_property
    def risks(self) -> RiskTables:
        """How likely deliveries come late, learnt from the installation's own."""
        return RiskTables(self.connections.reader)

    @cached_property
    def public_events(self) -> PublicEventQueries:
        """What others may be told."""
        return PublicEventQueries(self.connections.reader)

    @cached_property
    def progress(self) -> ReadingProgress:
        """How far the projections have read."""
        return ReadingProgress(self.connections.reader)
