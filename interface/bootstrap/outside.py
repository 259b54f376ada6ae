"""The outside world: what comes in as messages, what others are told and asked."""

from functools import cached_property
from uuid import UUID

from application.effects.breaker import Breakers
from application.effects.carrying import Carrying
from application.effects.desk import Effects
from application.effects.effect import Gateway
from application.effects.facts import Facts
from application.effects.outbox import OutboxQueries
from application.effects.ports import Declined, Done, Gateways
from application.effects.queue import Jobs
from application.effects.results import RefundResults, StepResults, Takers
from application.effects.runs import Runs
from application.effects.worker import EffectWorker
from application.inbound import Inbound, InboundStore
from application.webhooks.deliveries import Deliveries
from application.webhooks.desk import Webhooks
from application.webhooks.endpoints import Endpoints
from application.webhooks.outward import Outward
from interface.bootstrap.commands import Commands
from interface.bootstrap.connections import Connections
from interface.bootstrap.queries import Queries
from interface.clock import clock, machine_now
from interface.crashing import crash_point
from interface.home import kept_key, kept_secret
from interface.inbound.doors import Doors
from interface.inbound.effect_callbacks import CallbackDoor, told_by
from interface.inbound.messages import TRANSLATORS
from interface.inbound.secrets import secrets_from
from interface.outbound.gateways import gateways_from, pairs
from interface.outbound.sender import Sender
from interface.outbound.simulator.gateway import Simulator
from interface.outbound.simulator.journal import Journal
from interface.outbound.simulator.script import script_in
from interface.outbound.webhooks import Postman
from interface.settings import Settings


class Outside:
    """Everything that speaks with strangers, in their words or by their gateways."""

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

    # -- Messages --

    @cached_property
    def inbound(self) -> Inbound:
        """What comes in as messages."""
        store, commands = InboundStore(self.connections.writer), self.commands
        return Inbound(
            store,
            commands.orders,
            commands.policies,
            commands.people,
            TRANSLATORS,
            clock.now,
        )

    @cached_property
    def doors(self) -> Doors:
        """Who may leave messages. Raises WrongSetting."""
        return Doors(secrets_from(self.settings))

    # -- What others are told --

    @cached_property
    def webhooks(self) -> Webhooks:
        """Where webhooks, and the events they tell, are asked from outside."""
        writer, reader = self.connections.writer, self.connections.reader
        endpoints = Endpoints(
            writer,
            reader,
            kept_key(self.settings.secrets, "webhook-master"),
            loopback=self.settings.webhooks_to_loopback,
        )
        deliveries = Deliveries(writer, reader)
        return Webhooks(
            endpoints, deliveries, self.queries.public_events, self._outward
        )

    @cached_property
    def _outward(self) -> Outward:
        return Outward(self.connections.store)

    @cached_property
    def sender(self) -> Sender:
        """Sends webhooks that are due; signed at the machine's own time."""
        loopback = self.settings.webhooks_to_loopback
        postman = Postman(machine_now, loopback=loopback)
        webhooks = self.webhooks
        sender = Sender(webhooks.deliveries, webhooks.endpoints, self._outward, postman)
        self.connections.open.callback(sender.close)
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
            self.gateway_secret,
            clock.now,
        )

    def gateway_secret(self, gateway: str) -> str:
        """Return what a gateway signs with, and we to it."""
        told = pairs(self.settings.gateway_secrets, "REDRESS_GATEWAY_SECRETS")
        folder = self.settings.secrets / "gateways"
        return told.get(gateway) or kept_secret(folder, gateway)

    @cached_property
    def simulated(self) -> Journal:
        """What simulated gateways were asked and did."""
        return Journal(self.connections.writer)

    @cached_property
    def simulator(self) -> Simulator:
        """Every gateway, simulated. Raises WrongSetting."""
        script = script_in(self.settings.simulator)
        return Simulator(self.simulated, script, self._simulator_tells, clock.now)

    def _simulator_tells(
        self, gateway: Gateway, key: UUID, answer: Done | Declined
    ) -> None:
        """Tell as any gateway does: signed, at the door for callbacks."""
        secret = self.gateway_secret(gateway)
        headers, body = told_by(key, answer, secret, clock.now())
        self.effects.told(gateway, headers, body)

    @cached_property
    def breakers(self) -> Breakers:
        """Which gateways are left alone just now."""
        return Breakers(self.connections.writer)

    @cached_property
    def takers(self) -> Takers:
        """Who takes what came of effects."""
        return {
            "after_sales": RefundResults(self.commands.after_sales),
            "resolution": StepResults(self.commands.resolutions.conclude),
        }

    @cached_property
    def carrying(self) -> Carrying:
        """Carries effects out, and takes what gateways tell."""
        return Carrying(
            outbox=OutboxQueries(self.connections.writer),
            runs=self.runs,
            facts=Facts(self.connections.store),
            gateways=self.gateways,
            breakers=self.breakers,
            takers=self.takers,
            now=clock.now,
            crash_point=crash_point(self.settings),
        )

    @cached_property
    def runs(self) -> Runs:
        """How each effect stands."""
        return Runs(self.connections.writer)

    @cached_property
    def effects(self) -> Effects:
        """Where effects are asked from outside."""
        door = CallbackDoor(lambda gateway: (self.gateway_secret(gateway),), clock.now)
        return Effects(self.runs, self.jobs, self.carrying, self.gateways, door)

    @cached_property
    def jobs(self) -> Jobs:
        """The queue of what is asked of others."""
        return Jobs(self.connections.writer)

    @cached_property
    def effect_worker(self) -> EffectWorker:
        """Carries out effects that are due."""
        worker = EffectWorker(
            jobs=self.jobs,
            runs=self.runs,
            carrying=self.carrying,
            breakers=self.breakers,
            gateways=self.gateways,
        )
        self.connections.open.callback(worker.close)
        return worker
