"""``redress up``: database, API and workers in one."""

import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import FrameType
from typing import NamedTuple, NoReturn

import psycopg
import rich_click as click
from msgspec.structs import replace
from psycopg_pool import PoolTimeout

from application.access import AccessRole
from application.projections.order_page import OrderQueries
from interface.bootstrap import open_redress
from interface.cli.installation import existing_or_new, there
from interface.cli.progress import progress
from interface.clock import ahead_by, now
from interface.errors import UserError
from interface.listening import free_address
from interface.postgres.database import database
from interface.postgres.server import EmbeddedPostgres
from interface.postgres.use import revive
from interface.running import making_ready, only_one
from interface.sample import BEST_CUSTOMER, load_sample
from interface.sample.feeds import Feeds
from interface.sample.note import (
    SampleNote,
    faults_of,
    gateways_of,
    keep_note,
    note_of,
)
from interface.sample.storyteller import Storyteller
from interface.settings import Settings, environment_with, read_settings
from interface.supervisor import Child, Supervisor
from interface.tokens import open_tokens
from interface.trust import check_trust

READY_SECONDS = 60
POLL_SECONDS = 0.2
DOCUMENTATION = "/docs"

ME = (sys.executable, "-m", "interface.cli.main")
CHILDREN = (Child("serve", (*ME, "serve", "--quiet")), Child("work", (*ME, "work")))


SAMPLE_SEED, SAMPLE_ORDERS = 1, 600
DEMO_HOURS = 24.0
ORDERS_LOOKED_AT = 20


class DemoToken(NamedTuple):
    """A bearer token to try the API with."""

    role: str
    subject: str
    token: str


class Stopped(BaseException):
    """Somebody pressed Ctrl-C, or asked this process to end."""


@click.command()
def command() -> None:
    """Start the database, the API and the workers; Ctrl-C stops them again."""
    run(read_settings(), CHILDREN, click.echo, load_sample_if_empty)


def run(
    settings: Settings,
    children: Sequence[Child],
    say: Callable[[str], object],
    load: Callable[[Settings, Callable[[str], object]], None],
    *,
    ready_seconds: float = READY_SECONDS,
) -> None:
    """Run until asked to stop. Raises UserError if it cannot start.

    ``load`` puts into the database what should be there before anybody looks; then the
    API has ``ready_seconds`` to come up. Where there is an installation already, the
    children get on their feet meanwhile, and wait: after a crash every second counts.
    """
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, stop_once)
    try:
        with only_one(settings.home):
            free_address(settings)
            existing_or_new(settings, say)
            check_trust(settings)
            server = EmbeddedPostgres(settings.home)
            family = Family(settings, children, say)
            with ExitStack() as stack:
                with making_ready(settings.home), family:
                    if there(settings):
                        family.start()
                    stack.enter_context(database(settings, server, dies_with_us=True))
                    load(settings, say)
                    supervisor = family.start()
                supervise(settings, supervisor, say, server, ready_seconds)
    except Stopped:
        say("Stopped.")


def stop_once(signum: int, frame: FrameType | None) -> NoReturn:
    """Turn the first such signal into Stopped; cleaning up is not disturbed again."""
    del signum, frame  # Which one, and where we were, makes no difference.
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    raise Stopped


class Family:
    """The children of ``redress up``, with what they are to know of this home.

    Left by an exception, it takes them along.
    """

    def __init__(
        self,
        settings: Settings,
        children: Sequence[Child],
        say: Callable[[str], object],
    ) -> None:
        self._settings = settings
        self._children = children
        self._say = say
        # Taken once: a clock that was set to a moment runs on from here.
        ahead = ahead_by(settings.clock).total_seconds()
        self._clock = str(ahead) if settings.clock else ""
        self._told: Mapping[str, str] = {}
        self._supervisor: Supervisor | None = None

    def start(self) -> Supervisor:
        """Start them, unless they were already and are to know nothing else."""
        settings = self._settings
        told = {
            "REDRESS_HOME": str(settings.home),
            "REDRESS_CLOCK": self._clock,
            "REDRESS_GATEWAYS": gateways_of(settings),
            "REDRESS_SIMULATOR": settings.simulator or faults_of(settings),
        }
        if self._supervisor is None or told != self._told:
            self._stop()
            self._told = told
            self._supervisor = Supervisor(
                self._children,
                environment=environment_with(**told),
                say=self._say,
                logs=settings.logs,
            )
            self._supervisor.start()
        return self._supervisor

    def __enter__(self) -> None:
        """Begin to be responsible for them."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Stop them, if what they wait for will not be."""
        if kind is not None:
            self._stop()

    def _stop(self) -> None:
        if self._supervisor is not None:
            self._supervisor.stop()


def supervise(
    settings: Settings,
    supervisor: Supervisor,
    say: Callable[[str], object],
    server: EmbeddedPostgres,
    ready_seconds: float,
) -> None:
    """Keep the children and the database alive; tell when the API can be used.

    Raises UserError if that does not come to be.
    """
    waiting_until = time.monotonic() + ready_seconds
    story = Storyteller(settings)
    try:
        while True:
            supervisor.look(starting=bool(waiting_until))
            if settings.embedded and revive(server):
                say(f"PostgreSQL had ended and was started again (log: {server.log})")
            if waiting_until and answers(settings):
                welcome(settings, say)
                waiting_until = 0.0
                story.begin(say)
            elif waiting_until and time.monotonic() > waiting_until:
                message = f"Nothing answers at {settings.url} after {ready_seconds:g} s"
                raise UserError(f"{message}; {supervisor.where_to_read()} may say why")
            time.sleep(POLL_SECONDS)
    finally:
        story.end()
        supervisor.stop()


def welcome(settings: Settings, say: Callable[[str], object]) -> None:
    """Print what a person needs to begin."""
    say(f"Redress is up at {settings.url}")
    say(f"Documentation of the API: {settings.url}{DOCUMENTATION}")
    consumer = somebody(settings)
    for token in demo_tokens(settings, consumer):
        say(f"Token of {token.role} {token.subject}: {token.token}")
    if number := order_to_try(settings, consumer):
        say(f"Try: redress replay {number}")
    if consumer is None:
        say("No consumer was found; to be one: redress token consumer --subject ID")
    say(f"Logs: {settings.logs}")
    say("Ctrl-C stops it.")


def answers(settings: Settings) -> bool:
    """Whether something listens where the API should."""
    host = "127.0.0.1" if settings.http_host == "0.0.0.0" else settings.http_host  # noqa: S104  # compared with, not bound to
    try:
        socket.create_connection((host, settings.http_port), timeout=1).close()
    except OSError:
        return False
    return True


def load_sample_if_empty(settings: Settings, say: Callable[[str], object]) -> None:
    """Publish this release's policies, and load the sample if there is nothing else.

    What is loaded is written down first: a load that was cut short goes on with the
    next start, and ends with the same orders.
    """
    with open_redress(settings, prepared=True) as redress:
        redress.policies.bring_up_to_date()
        sample = note_of(settings)
        if sum(redress.store.heads().values()) == redress.policies.current().version:
            until = now().replace(second=0, microsecond=0)
            sample = SampleNote(SAMPLE_SEED, SAMPLE_ORDERS, until)
        if sample is None or sample.loaded:
            return
        keep_note(settings, sample)
        say(f"The store is empty: loading a sample of {sample.orders} orders.")
        with progress("Loading the sample", sample.orders, "orders") as advance:
            load_sample(
                redress.orders,
                redress.people,
                redress.consumers,
                seed=sample.seed,
                orders_count=sample.orders,
                until=sample.until,
                progress=advance,
            )
        Feeds(redress, sample.until).tell(sample.until)
        redress.runner().catch_up()
    keep_note(settings, replace(sample, loaded=True))


def somebody(settings: Settings) -> str | None:
    """Return a consumer worth looking at; None if no order has an owner yet.

    The sample's best customer if it is there, else whoever has most orders.
    """
    try:
        with open_redress(settings, prepared=True) as redress:
            orders = OrderQueries(redress.reader)
            if orders.of_consumers([BEST_CUSTOMER], limit=1).rows:
                return BEST_CUSTOMER
            return orders.consumer_of_most()
    except (psycopg.Error, PoolTimeout):
        return None  # A greeting is no reason to end; what is amiss is said elsewhere.


def order_to_try(settings: Settings, consumer: str | None) -> str | None:
    """Return the number of an order of this consumer, not too new to have a history."""
    if consumer is None:
        return None
    try:
        with open_redress(settings, prepared=True) as redress:
            orders = OrderQueries(redress.reader)
            rows = orders.of_consumers([consumer], limit=ORDERS_LOOKED_AT).rows
    except (psycopg.Error, PoolTimeout):
        return None  # As for somebody.
    return next((each.number for each in reversed(rows) if each.number), None)


def demo_tokens(settings: Settings, consumer: str | None) -> Sequence[DemoToken]:
    """Return ready-made tokens for an agent, an auditor and this consumer."""
    tokens = open_tokens(settings)
    who: list[tuple[AccessRole, str]] = [
        ("agent", "demo-agent"),
        ("auditor", "demo-auditor"),
    ]
    if consumer is not None:
        who.append(("consumer", consumer))
    return [
        DemoToken(role, subject, tokens.issue(role, subject, hours=DEMO_HOURS))
        for role, subject in who
    ]
