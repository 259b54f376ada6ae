"""An installation's policies: published as events, and read back from them alone.

Every process keeps what it last read, and asks the store again at most every two
seconds: what one process publishes, all others judge by within seconds, and itself at
once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from threading import Lock
from time import monotonic
from typing import Final, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from msgspec import Struct

from application.access import Actor, Owners, authorize
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore, StoreUnavailable
from domain.ids import id_from_name, partition_of
from domain.kernel import Refused
from domain.policy.book import Rulebook, rulebook_of
from domain.policy.rows import PolicyDocument
from domain.policy_set import (
    POLICY_SET,
    Caution,
    PoliciesPublished,
    PolicySet,
    PublishPolicies,
    cautions,
    decide,
    digest,
    promise_terms,
    publishable,
)
from domain.promise import PromiseTerms

log = structlog.get_logger(__name__)

KIND: Final = "policy"

# So long what was read may be taken for what is so, in seconds.
FRESH_SECONDS: Final = 2.0

# Who publishes the packs that come with a release.
SYSTEM: Final = "system:redress"
SHIPPED: Final = uuid5(NAMESPACE_URL, "urn:redress:shipped-policies")


class NoPolicies(Refused):
    """No policies are published for such orders."""


class OrderTerms(Protocol):
    """Where the promises of orders come from: what labels mean now."""

    @property
    def orders(self) -> PromiseTerms:
        """What the labels of orders promise."""
        ...

    @property
    def orders_at_hand(self) -> PromiseTerms | None:
        """The same, or None if it would have to be read first."""
        ...


class InForce(Struct, frozen=True, kw_only=True):
    """What is published, as of a version of the stream, ready to decide by."""

    version: int
    policies: PolicySet
    books: Mapping[str, Rulebook]
    orders: PromiseTerms


class Published(Struct, frozen=True, kw_only=True):
    """What came of asking to publish; ``event`` is None if nothing was new."""

    receipt: Receipt
    event: PoliciesPublished | None

    @property
    def cautions(self) -> Sequence[Caution]:
        """Return what whoever published should know."""
        return cautions(self.event) if self.event else ()


class Policies:
    """Publishes policies, and tells everybody else what is in force.

    ``shipped`` are the packs of this release. ``now`` is the time they are published
    at, ``elapsed`` counts seconds for asking the store no more often than need be.
    """

    def __init__(
        self,
        store: EventStore,
        handler: CommandHandler,
        shipped: Callable[[], Iterable[PolicyDocument]],
        now: Callable[[], datetime],
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        partition = partition_of(KIND, store.partitions)
        self.id: Final[UUID] = id_from_name(partition, KIND, "", KIND)
        self._store, self._handler = store, handler
        self._shipped, self._now, self._elapsed = shipped, now, elapsed
        self._reading = Lock()
        self._known: InForce | None = None
        self._fresh_until = 0.0

    # -- What is in force --

    @property
    def orders(self) -> PromiseTerms:
        """What the labels of orders promise, whichever profile they are of."""
        return self.current().orders

    @property
    def orders_at_hand(self) -> PromiseTerms | None:
        """The same, or None if it would have to be read first."""
        known = self._at_hand()
        return None if known is None else known.orders

    def book(self, profile: str) -> Rulebook:
        """Return the rules of a profile. Raises NoPolicies."""
        found = self.current().books.get(profile)
        if found is None:
            raise NoPolicies(profile=profile)
        return found

    def for_source(self, source: str | None) -> Rulebook:
        """Return the rules for orders of a source. Raises NoPolicies."""
        books = self.current().books.values()
        for book in books:
            if source in book.sources:
                return book
        for book in books:
            if book.fallback:
                return book
        raise NoPolicies(source=source)

    def current(self) -> InForce:
        """Return what is in force, as read within the last two seconds.

        While the store does not answer, what was read last goes on holding; raises
        StoreUnavailable if nothing was, and UnreadableEvent for a publication of a
        newer release, by which only that can judge.
        """
        if fresh := self._at_hand():
            return fresh
        known = self._known
        # One thread asks; the others need not wait for the answer if they had one.
        if not self._reading.acquire(blocking=known is None):
            assert known is not None, "else it would have waited"
            return known
        try:
            return self._read()
        except StoreUnavailable:
            if known is None:
                raise
            log.warning("policies_not_refreshed", version=known.version)
            self._fresh_until = self._elapsed() + FRESH_SECONDS
            return known
        finally:
            self._reading.release()

    def _at_hand(self) -> InForce | None:
        return self._known if self._elapsed() < self._fresh_until else None

    def fresh(self) -> InForce:
        """Return what is in force, as the store has it now; raises as current does."""
        with self._reading:
            return self._read()

    def _read(self) -> InForce:
        """Ask the store, and publish this release's packs if nothing ever was."""
        events = self._events()
        if not events:
            self._publish_shipped(POLICY_SET.initial)
            events = self._events()
        if self._known is None or self._known.version != len(events):
            policies = reduce(POLICY_SET.evolve, events, POLICY_SET.initial)
            self._known = in_force(len(events), policies)
        self._fresh_until = self._elapsed() + FRESH_SECONDS
        return self._known

    def _events(self) -> Sequence[PoliciesPublished]:
        loaded = self._store.load([self.id])
        if unreadable := loaded.unreadable.get(self.id):
            raise unreadable.error()
        events = events_of(loaded.histories[self.id])
        return [each for each in events if isinstance(each, PoliciesPublished)]

    # -- Publishing --

    def take(
        self, actor: Actor, document: PolicyDocument, context: CommandContext
    ) -> Published:
        """Publish a document, if the actor may. Raises as authorize and publish do."""
        authorize(actor, "policy.publish", Owners())
        return self.publish(document, context)

    def publish(self, document: PolicyDocument, context: CommandContext) -> Published:
        """Publish what is new in a document; this process judges by it at once.

        Raises what ``decide`` refuses, and as CommandHandler does.
        """
        self.current()  # What comes with the release is published before all else.
        part = Part(self.id, POLICY_SET, PublishPolicies(document=document))
        receipt = self._handler.handle_one(Ask(context, (part,)))
        with self._reading:
            self._read()
            events = self._events()
        return Published(
            receipt=receipt,
            event=events[receipt.version - 1] if receipt.leaves else None,
        )

    def bring_up_to_date(self) -> None:
        """Publish what is new in the packs of this release; asking again does nothing.

        Rows that nobody may publish any more are left out, and that is logged.
        """
        known = self.fresh()
        self._publish_shipped(known.policies)
        self.fresh()

    def _publish_shipped(self, policies: PolicySet) -> None:
        """Publish the packs in one go: killed half-way, none of them is published."""
        at = self._now()  # One moment for all: none of them was there before another.
        commands = []
        for shipped in self._shipped():
            document, left_out = publishable(policies, shipped, at)
            for row in left_out:
                log.warning("policy_row_left_out", row=row.row, why=row.why)
            command = PublishPolicies(document=document)
            try:
                events = decide(policies, command, None, at)
            except Refused as refused:
                log.warning(
                    "policies_not_published",
                    profile=shipped.profile,
                    why=refused.code,
                    details=refused.details,
                )
                continue
            policies = reduce(POLICY_SET.evolve, events, policies)
            commands.append(command)
        if not commands:
            return
        said = "".join(digest(command.document) for command in commands)
        name = uuid5(SHIPPED, said)
        context = CommandContext(
            actor=SYSTEM,
            asked_at=at,
            command_id=name,
            correlation_id=name,
            name=PublishPolicies.__name__,
        )
        parts = tuple(Part(self.id, POLICY_SET, command) for command in commands)
        self._handler.handle_one(Ask(context, parts))


def in_force(version: int, policies: PolicySet) -> InForce:
    """Return what is published, ready to decide by. Raises NoPolicies."""
    books = {
        name: rulebook_of(policies.document(name), f"{name}@{profile.publication}")
        for name, profile in sorted(policies.profiles.items())
    }
    fallback = next((name for name, book in books.items() if book.fallback), None)
    if fallback is None:
        raise NoPolicies(source="all others")
    orders = promise_terms(policies, books, fallback)
    return InForce(version=version, policies=policies, books=books, orders=orders)
