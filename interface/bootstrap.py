"""The composition root: the one place that knows every part by its class."""

import os
import signal
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import cached_property

from application.after_sales import AfterSales
from application.audit.explain import Explainer, publications
from application.audit.history import MergedHistories
from application.casework import Casework
from application.compensating import Compensating
from application.compensation import Compensations
from application.consumers import Consumers
from application.contacts import AgentPromiseClocks, Contacts
from application.desk import AgentDesk
from application.disputes import Disputes
from application.effects.breaker import Breakers
from application.effects.carrying import Carrying, CrashPoint, never
from application.effects.desk import Effects
from application.effects.facts import Facts
from application.effects.outbox import OutboxQueries
from application.effects.ports import Gateways
from application.effects.queue import Jobs
from application.effects.results import RefundResults, StepResults, Takers
from application.effects.runs import Runs
from application.effects.worker import EffectWorker
from application.event_store.connections import Pool, connection_pool
from application.event_store.handler import CommandHandler
from application.event_store.postgres import PostgresEventStore
from application.evidence import EvidenceDesk, owners_about
from application.inbound import Inbound, InboundStore
from application.incidents.exemption import Exemptions
from application.incidents.incidents import Incidents
from application.incidents.offers import IncidentOffers
from application.incidents.office import IncidentOffice
from application.order_desk import OrderDesk
from application.orders import Orders
from application.people import People, PostgresKeys
from application.policies import rulebook, shipped_documents
from application.policy_set import Policies
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
from application.projections.read_models import READ_MODELS
from application.projections.references import ReferenceQueries
from application.projections.runner import Runner
from application.projections.scorecards import ScorecardQueries
from application.projections.shortfalls import ShortfallQueries
from application.projections.timeline import TimelineQueries
from application.projections.watch import WatchQueries
from application.queue import Queue
from application.reading import Reading
from application.resolutions.resolutions import Resolutions
from application.responsibility import Responsibilities
from application.risk_table import RiskTables
from application.rooms import rooms
from application.scorecards import ScorecardDesk
from application.shortfall_reports import ShortfallReports
from application.trust import TrustDesk
from application.watching import sooner
from application.webhooks.deliveries import Deliveries
from application.webhooks.desk import Webhooks
from application.webhooks.endpoints import Endpoints
from application.webhooks.outward import Outward
from domain.policy.book import Rulebook
from interface.clock import clock, machine_now
from interface.home import kept_secret
from interface.inbound.doors import Doors
from interface.inbound.effect_callbacks import CallbackDoor
from interface.inbound.messages import TRANSLATORS
from interface.inbound.secrets import secrets_from
from interface.inspection import Inspection
from interface.outbound.evidence_files import ObjectFiles, evidence_files
from interface.outbound.gateways import gateways_from, pairs
from interface.outbound.sender import Sender
from interface.outbound.simulator.gateway import Simulator
from interface.outbound.simulator.journal import Journal
from interface.outbound.simulator.script import script_in
from interface.outbound.webhooks import Postman
from interface.postgres.database import DatabaseUrls, database, database_urls
from interface.settings import Settings
from interface.tokens import Tokens, open_tokens

# Connections a process may hold at most, by role.
WRITERS_MAX, PROJECTORS_MAX, READERS_MAX, KEYS_MAX = 8, 4, 8, 2

# After such a silence the database hangs: a little more than each role's own limit on a
# statement. Projectors have none, for a rebuild compares whole tables in one.
WRITERS_SECONDS, READERS_SECONDS, KEYS_SECONDS = 7, 17, 7


class Redress:
    """Every part of the product, built on first use and connected to one database.

    Commands go in through ``orders``, words through ``people``; projections are filled
    from ``store`` through ``projector`` and asked through ``reader``. Pools open when
    first needed; :func:`open_redress` closes them.
    """

    def __init__(self, settings: Settings, urls: DatabaseUrls) -> None:
        self.settings = settings
        self.urls = urls
        self._pools = ExitStack()

    def close(self) -> None:
        """Give every connection back."""
        self._pools.close()

    # -- Connections --

    @cached_property
    def writer(self) -> Pool:
        """Connections that may append events."""
        return self._pool(self.urls.writer, WRITERS_MAX, WRITERS_SECONDS)

    @cached_property
    def projector(self) -> Pool:
        """Connections that may fill projections."""
        return self._pool(self.urls.projector, PROJECTORS_MAX, None)

    @cached_property
    def reader(self) -> Pool:
        """Connections that only read."""
        return self._pool(self.urls.reader, READERS_MAX, READERS_SECONDS)

    @cached_property
    def keys(self) -> Pool:
        """Connections that reach people's keys."""
        return self._pool(self.urls.keys, KEYS_MAX, KEYS_SECONDS)

    def _pool(self, url: str, max_size: int, seconds: float | None) -> Pool:
        pool = connection_pool(url, max_size=max_size, answers_within_s=seconds)
        return self._pools.enter_context(pool)

    # -- Commands --

    @cached_property
    def store(self) -> PostgresEventStore:
        """The event store."""
        return PostgresEventStore(self.writer, self.reader)

    @cached_property
    def handler(self) -> CommandHandler:
        """The loop that decides and writes."""
        return CommandHandler(self.store)

    @cached_property
    def policies(self) -> Policies:
        """The rules in force, as they were published."""
        return Policies(self.store, self.handler, shipped_documents, clock.now)

    @cached_property
    def orders(self) -> Orders:
        """Commands to orders."""
        return Orders(self.store, self.handler, self.policies)

    @cached_property
    def after_sales(self) -> AfterSales:
        """Commands to after-sales cases."""
        return AfterSales(
            self.store, self.handler, self.orders, self.accounts, self.policies
        )

    @cached_property
    def accounts(self) -> Responsibilities:
        """Commands about whose fault it is, who paid, and who owes whom."""
        return Responsibilities(self.store, self.handler, self.policies)

    @cached_property
    def disputes(self) -> Disputes:
        """Commands to disputes."""
        return Disputes(
            self.store,
            self.handler,
            self.orders,
            self.after_sales,
            self.accounts,
            self.policies,
        )

    @cached_property
    def shortfall_reports(self) -> ShortfallReports:
        """What agents and feeds tell of orders that fall short."""
        return ShortfallReports(
            self.store, self.handler, self.policies, self.resolutions
        )

    @cached_property
    def compensating(self) -> Compensating:
        """What orders that went wrong pay: previewed, set aside, paid, given up."""
        money = Compensations(self.store, self.handler, self.policies)
        return Compensating(
            self.store, self.handler, money, self.accounts, self.policies
        )

    @cached_property
    def resolutions(self) -> Resolutions:
        """What fell short, and how it is made good."""
        return Resolutions(
            self.store,
            self.handler,
            self.orders,
            self.after_sales,
            Compensations(self.store, self.handler, self.policies),
            self.accounts,
            self.policies,
        )

    @cached_property
    def incident_offers(self) -> IncidentOffers:
        """What incidents offer each order."""
        money = Compensations(self.store, self.handler, self.policies)
        return IncidentOffers(self.store, self.resolutions, money, self.policies)

    @cached_property
    def incidents(self) -> Incidents:
        """One cause, many orders."""
        return Incidents(
            self.store,
            self.handler,
            self.affected,
            self.incident_offers,
            self.policies,
        )

    @cached_property
    def exemptions(self) -> Exemptions:
        """Who is in breach for no incident."""
        return Exemptions(self.incidents, self.policies)

    @cached_property
    def incident_office(self) -> IncidentOffice:
        """Where incidents are asked from outside."""
        return IncidentOffice(
            self.incidents, self.exemptions, self.incident_board, self.scorecards
        )

    @cached_property
    def contacts(self) -> Contacts:
        """Commands to contacts, and to what agents promise in them."""
        return Contacts(self.store, self.handler, self.policies)

    @cached_property
    def casework(self) -> Casework:
        """Where cases, disputes, contacts and what hangs on them are asked."""
        nouns = rooms(
            self.after_sales,
            self.disputes,
            self.contacts,
            self.accounts,
            self.resolutions,
        )
        return Casework(self.store, nouns, self.desk.about)

    @cached_property
    def agent_desk(self) -> AgentDesk:
        """What agents keep, and the macros they run."""
        return AgentDesk(self.store, self.handler, self.casework, self.people)

    @cached_property
    def consumers(self) -> Consumers:
        """Commands to consumers."""
        return Consumers(self.store, self.handler)

    @cached_property
    def trust(self) -> TrustDesk:
        """How faith was kept with consumers, and the contests of it."""
        return TrustDesk(
            self.store, self.handler, self.timeline, self.persons, self.people
        )

    @cached_property
    def scorecards(self) -> ScorecardDesk:
        """How merchants, creators and carriers do."""
        return ScorecardDesk(ScorecardQueries(self.reader), self.policies)

    @cached_property
    def desk(self) -> OrderDesk:
        """Where orders are asked from outside."""
        return OrderDesk(self.store, self.orders)

    @cached_property
    def people(self) -> People:
        """The words of people, sealed."""
        secret = kept_secret(self.settings.secrets, "people-master")
        keys = PostgresKeys(self.keys, self.store.partitions)
        return People(keys, master_key(secret))

    # -- Evidence --

    @cached_property
    def evidence_files(self) -> ObjectFiles:
        """Where files of evidence are kept. Raises WrongSetting."""
        return evidence_files(self.settings)

    @cached_property
    def evidence(self) -> EvidenceDesk:
        """Where files of evidence are handed in, judged and shown."""
        return EvidenceDesk(
            store=self.store,
            handler=self.handler,
            files=self.evidence_files,
            inspect=Inspection,
            owners_about=owners_about(self.store, self.casework.owners),
            erased_among=self.people.erased_among,
            note_read=self.people.note,
        )

    # -- Messages --

    @cached_property
    def inbound(self) -> Inbound:
        """What comes in as messages."""
        store = InboundStore(self.writer)
        return Inbound(
            store, self.orders, self.policies, self.people, TRANSLATORS, clock.now
        )

    @cached_property
    def doors(self) -> Doors:
        """Who may leave messages. Raises WrongSetting."""
        return Doors(secrets_from(self.settings))

    # -- What others are told --

    @cached_property
    def webhooks(self) -> Webhooks:
        """Where webhooks, and the events they tell, are asked from outside."""
        secret = kept_secret(self.settings.secrets, "webhook-master")
        endpoints = Endpoints(
            self.writer,
            self.reader,
            master_key(secret),
            loopback=self.settings.webhooks_to_loopback,
        )
        deliveries = Deliveries(self.writer, self.reader)
        events = PublicEventQueries(self.reader)
        return Webhooks(endpoints, deliveries, events, Outward(self.store))

    @cached_property
    def sender(self) -> Sender:
        """Sends webhooks that are due; signed at the machine's own time."""
        loopback = self.settings.webhooks_to_loopback
        postman = Postman(machine_now, loopback=loopback)
        webhooks = self.webhooks
        sender = Sender(
            webhooks.deliveries, webhooks.endpoints, Outward(self.store), postman
        )
        self._pools.callback(sender.close)
        return sender

    # -- What is asked of others --

    @cached_property
    def gateways(self) -> Gateways:
        """Who is asked for what, as the settings say. Raises WrongSetting."""
        settings = self.settings
        return gateways_from(
            settings.gateways,
            settings.gateway_secrets,
            settings.message_address,
            lambda: self.simulator,
            self._gateway_secret,
        )

    def _gateway_secret(self, gateway: str) -> str:
        """Return what a gateway signs with, and we to it."""
        told = pairs(self.settings.gateway_secrets, "REDRESS_GATEWAY_SECRETS")
        folder = self.settings.secrets / "gateways"
        return told.get(gateway) or kept_secret(folder, gateway)

    @cached_property
    def simulated(self) -> Journal:
        """What simulated gateways were asked and did."""
        return Journal(self.writer)

    @cached_property
    def simulator(self) -> Simulator:
        """Every gateway, simulated. Raises WrongSetting."""
        script = script_in(self.settings.simulator)
        return Simulator(
            self.simulated,
            script,
            # Looked up when it tells: what carries effects out is built on this.
            lambda *told: self.carrying.told(*told),  # noqa: PLW0108 - see above
        )

    @cached_property
    def breakers(self) -> Breakers:
        """Which gateways are left alone just now."""
        return Breakers(self.writer)

    @cached_property
    def takers(self) -> Takers:
        """Who takes what came of effects."""
        return {
            "after_sales": RefundResults(self.after_sales),
            "resolution": StepResults(self.resolutions.conclude),
        }

    @cached_property
    def carrying(self) -> Carrying:
        """Carries effects out, and takes what gateways tell."""
        return Carrying(
            outbox=OutboxQueries(self.writer),
            runs=self.effects_runs,
            facts=Facts(self.store),
            gateways=self.gateways,
            breakers=self.breakers,
            takers=self.takers,
            now=clock.now,
            crash_point=crash_point(self.settings),
        )

    @cached_property
    def effects_runs(self) -> Runs:
        """How each effect stands."""
        return Runs(self.writer)

    @cached_property
    def effects(self) -> Effects:
        """Where effects are asked from outside."""
        door = CallbackDoor(lambda gateway: (self._gateway_secret(gateway),))
        return Effects(self.effects_runs, self.carrying, self.gateways, door)

    @cached_property
    def effect_worker(self) -> EffectWorker:
        """Carries out effects that are due."""
        worker = EffectWorker(
            jobs=Jobs(self.writer),
            runs=self.effects_runs,
            carrying=self.carrying,
            breakers=self.breakers,
            gateways=self.gateways,
        )
        self._pools.callback(worker.close)
        return worker

    # -- What keeps moving --

    @cached_property
    def holds(self) -> Holds:
        """Which sources are being read just now."""
        return Holds(self.writer)

    @cached_property
    def overdue(self) -> OverduePromises:
        """Asks orders about promises whose time has come."""
        return OverduePromises(self.orders, self.promises, clock.now)

    @cached_property
    def with_clocks(self) -> Mapping[str, AsksClocks]:
        """Who asks the streams of each noun about their clocks."""
        return {
            "after_sales": self.after_sales,
            "dispute": self.disputes,
            "contact": self.contacts,
            "promise": AgentPromiseClocks(self.contacts),
            "responsibility": self.accounts,
            "resolution": self.resolutions,
            "companionship": CompanionClocks(self.store, self.resolutions),
        }

    @cached_property
    def overdue_clocks(self) -> OverdueClocks:
        """Asks cases, disputes and contacts about clocks whose time is out."""
        return OverdueClocks(self.with_clocks, self.clocks, clock.now)

    @cached_property
    def touched_clocks(self) -> TouchedClocks:
        """Asks them about clocks that a newly published calendar may move."""
        return TouchedClocks(self.with_clocks, self.clocks, self.policies, clock.now)

    @cached_property
    def due_refunds(self) -> DueRefunds:
        """Orders refunds that fell due."""
        return DueRefunds(self.after_sales, self.matters, clock.now)

    @cached_property
    def risks(self) -> RiskTables:
        """How likely deliveries come late, learnt from the installation's own."""
        return RiskTables(self.reader)

    @cached_property
    def shortfall_watch(self) -> ShortfallWatch:
        """Asks orders what falls short once it is due, and what healed."""
        return ShortfallWatch(
            self.watch,
            self.store,
            self.policies,
            self.resolutions,
            self.risks,
            clock.now,
            ahead=self._ahead,
        )

    def _ahead(self) -> timedelta:
        """Return by how much the rules in force are stricter than those shipped."""
        in_force = self.policies.current().books.values()
        return sooner(self._shipped, in_force)

    @cached_property
    def _shipped(self) -> tuple[Rulebook, ...]:
        return tuple(map(rulebook, shipped_documents()))

    @cached_property
    def beside_consumers(self) -> BesideConsumers:
        """Stays beside consumers for the days of their orders."""
        return BesideConsumers(
            self.watch, self.store, self.policies, self.resolutions, clock.now
        )

    @cached_property
    def due_resolutions(self) -> DueResolutions:
        """Carries resolutions on."""
        return DueResolutions(self.resolutions, self.matters, clock.now)

    @cached_property
    def hand_outs(self) -> HandOuts:
        """Hands out what incidents offer."""
        return HandOuts(
            self.store,
            self.incidents,
            self.incident_offers,
            self.affected,
            clock.now,
            Turns(self.writer),
        )

    @cached_property
    def incident_costs(self) -> IncidentCosts:
        """Records what incidents cost."""
        board = self.incident_board
        return IncidentCosts(self.store, self.incidents, board, clock.now)

    @cached_property
    def withdrawals(self) -> Withdrawals:
        """Takes back what incidents that were rolled back had offered."""
        return Withdrawals(self.resolutions, self.incident_board, clock.now)

    @cached_property
    def outcomes(self) -> MeasuresOutcomes:
        """Looks at what came of resolutions, some time after they ended."""
        return MeasuresOutcomes(
            self.resolutions,
            OutcomeQueries(self.reader),
            self.matters,
            OrderQueries(self.reader),
            self.persons,
            self.after_sales,
            clock.now,
        )

    @cached_property
    def due_disputes(self) -> DueDisputes:
        """Opens disputes over cases whose clock handed them to the platform."""
        return DueDisputes(self.disputes, self.matters, clock.now)

    @cached_property
    def evidence_sweep(self) -> EvidenceSweep:
        """Deletes files of evidence that nothing speaks of."""
        return EvidenceSweep(self.evidence.sweep, machine_now)

    def runner(self) -> Runner:
        """Return what moves all projections on, for one thread."""
        return Runner(READ_MODELS, self.projector)

    # -- Questions --

    @cached_property
    def watch(self) -> WatchQueries:
        """What is watched of every order, and what of it is due."""
        return WatchQueries(self.reader, self.writer)

    @cached_property
    def shortfalls(self) -> ShortfallQueries:
        """What fell short, by cause and as a map."""
        return ShortfallQueries(self.reader)

    @cached_property
    def companions(self) -> CompanionQueries:
        """The days beside consumers, those that end first before others."""
        return CompanionQueries(self.reader)

    @cached_property
    def references(self) -> ReferenceQueries:
        """Which streams go by an outside name."""
        return ReferenceQueries(self.reader)

    @cached_property
    def persons(self) -> PersonQueries:
        """Which names are one person."""
        return PersonQueries(self.reader)

    @cached_property
    def promises(self) -> PromiseQueries:
        """What is promised, and how it stands."""
        return PromiseQueries(self.reader)

    @cached_property
    def matters(self) -> MatterQueries:
        """Cases, disputes and contacts as they stand."""
        return MatterQueries(self.reader)

    @cached_property
    def affected(self) -> AffectedQueries:
        """Whom a selector affects."""
        return AffectedQueries(self.reader)

    @cached_property
    def incident_board(self) -> IncidentQueries:
        """Incidents as they stand, and what became of their offers."""
        return IncidentQueries(self.reader)

    @cached_property
    def clocks(self) -> ClockQueries:
        """What is owed by when."""
        return ClockQueries(self.reader)

    @cached_property
    def explainer(self) -> Explainer:
        """Why events are as they are."""
        return Explainer(self.store, self.policies.id)

    @cached_property
    def decisions(self) -> DecisionQueries:
        """Who decided what, under which rule, for how much, when."""
        return DecisionQueries(self.reader)

    @cached_property
    def merged(self) -> MergedHistories:
        """One history of all that hangs together with a matter."""
        return MergedHistories(
            self.store,
            self.decisions,
            lambda: publications(self.store.stream(self.policies.id)),
        )

    @cached_property
    def queue(self) -> Queue:
        """What is to be done, by when, for whom."""
        return Queue(self.matters, self.clocks, self.progress, self.reader)

    @cached_property
    def timeline(self) -> TimelineQueries:
        """What happened to a person."""
        return TimelineQueries(self.reader)

    @cached_property
    def progress(self) -> ReadingProgress:
        """How far the projections have read."""
        return ReadingProgress(self.reader)

    @cached_property
    def reading(self) -> Reading:
        """Where read models are asked from outside."""
        return Reading(
            desk=self.desk,
            references=self.references,
            orders=OrderQueries(self.reader),
            promises=self.promises,
            timeline=self.timeline,
            persons=self.persons,
            people=self.people,
        )

    # -- Who asks --

    @cached_property
    def tokens(self) -> Tokens:
        """Who holds which token."""
        return open_tokens(self.settings)


def crash_point(settings: Settings) -> CrashPoint:
    """Return what kills this process at the point a test named, and at no other."""
    if not (settings.test and settings.crash_at):
        return never

    def crash(point: str) -> None:
        if point == settings.crash_at:
            os.kill(os.getpid(), signal.SIGKILL)

    return crash


def master_key(secret: str) -> bytes:
    """Return the 32 bytes that a kept secret stands for."""
    return urlsafe_b64decode(secret + "=" * (-len(secret) % 4))


@contextmanager
def open_redress(settings: Settings, *, prepared: bool = False) -> Iterator[Redress]:
    """Lend the product as these settings ask for it. Raises UserError.

    The database is started if need be and brought up to date, and left as it was found;
    ``prepared`` says that another process sees to that, as for children of
    ``redress up``.
    """
    clock.set(settings.clock)
    with ExitStack() as stack:
        urls = (
            database_urls(settings)
            if prepared
            else stack.enter_context(database(settings))
        )
        redress = Redress(settings, urls)
        stack.callback(redress.close)
        yield redress
