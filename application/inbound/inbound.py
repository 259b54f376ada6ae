"""The one road of messages: kept first, then translated, then told to those concerned.

A message may be handed in, translated and asked any number of times, by any number of
processes, killed at any point: its id follows from its name, the id of a command from
what is reported, and whoever was told knows it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from application.books import Books
from application.event_store.envelope import Ask, Receipt
from application.inbound.addressing import Addressing
from application.inbound.asks import Deciders, Sealer, ask_for
from application.inbound.drafts import (
    Draft,
    Progress,
    forgotten,
    pairs,
    quarantined,
    refused,
    told,
    unknown_names,
)
from application.inbound.forgetting import Forgetting
from application.inbound.messages import (
    Kept,
    Message,
    NothingSaid,
    Raw,
    Translate,
    Untranslatable,
)
from application.inbound.store import InboundStore, Settled
from application.orders import Orders
from application.people import People

ASKS_MAX = 512
MESSAGES_MAX = 256

log = structlog.get_logger(__name__)


class Inbound:
    """Takes messages in, and turns them into reports to orders, cases and disputes.

    ``translators`` reads each source's messages; ``books`` are the rules by which
    cases, disputes and contacts judge what they are told; ``now`` is when we ask.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # the one place where they all meet
        self,
        store: InboundStore,
        orders: Orders,
        books: Books,
        people: People,
        translators: Mapping[str, Translate],
        now: Callable[[], datetime],
    ) -> None:
        self.store = store
        self._orders = orders
        self._deciders = Deciders(orders, books)
        self._addressing = Addressing(store, orders)
        self._people = people
        self._translators = translators
        self._now = now
        self._forgetting = Forgetting(store, people)
        self._index_seen: int | None = None

    # -- Taking in --

    def keep(self, raws: Sequence[Raw]) -> list[Kept]:
        """Keep messages, each once, for ``work`` to translate; return their states."""
        kept = self.store.keep(raws) if raws else []
        self._forget(raws, kept)
        return kept

    def take(self, raws: Sequence[Raw]) -> list[Kept]:
        """Keep messages and translate them at once, as feeds of files do.

        Messages kept before and never translated are taken up again. The answers say
        where each stood when it was kept.
        """
        kept = self.store.keep(raws, leased=True) if raws else []
        self._forget(raws, kept)
        fresh = [each.message_id for each in kept if each.state == "received"]
        if fresh:
            self.translate(self.store.load(fresh, "received"))
        return kept

    def retry(self, source: str | None = None, message_id: UUID | None = None) -> int:
        """Take messages out of quarantine and translate them again; return how many.

        Sources whose messages nothing here translates are left alone. One that is still
        not understood goes back.
        """
        sources = [source] if source is not None else list(self._translators)
        sources = [name for name in sources if name in self._translators]
        released = self.store.release(sources, message_id)
        for first in range(0, len(released), MESSAGES_MAX):
            some = released[first : first + MESSAGES_MAX]
            self.translate(self.store.load(some, "received"))
        return len(released)

    def _forget(self, raws: Sequence[Raw], kept: Sequence[Kept]) -> None:
        """Blank what could not be read and names somebody erased."""
        aside = {each.message_id for each in kept if each.state == "quarantined"}
        self._forgetting.kept(
            {raw.message_id: raw.body for raw in raws if raw.message_id in aside}
        )

    # -- In the background --

    def translate_received(self, limit: int = MESSAGES_MAX) -> int:
        """Translate messages that were kept and not yet translated; return how many."""
        progress = noted(self.translate(self.store.claim(limit)))
        return progress.total - progress.received

    def retry_waiting(self, limit: int = MESSAGES_MAX) -> int:
        """Translate messages that a name known by now concerns; return how many.

        Those that waited wait no longer, whatever came of them; those told to other
        orders before are told to the one that has named their waybill since.
        """
        learnt = self.store.learnt(limit) or self._untold(limit)
        progress = noted(self.translate(learnt))
        return progress.total - progress.waiting - progress.received

    def work(self) -> int:
        """Do a round of both; return how many messages moved on."""
        return self.translate_received() + self.retry_waiting()

    def _untold(self, limit: int) -> Sequence[Message]:
        """Return translated messages that one more order must hear of.

        There can be new ones only after the index has read on: what is translated here
        goes by an index at least as far as the one seen.
        """
        position = self.store.index_position()
        if position == self._index_seen:
            return ()
        found = self.store.untold(limit)
        if not found:
            self._index_seen = position
        return found

    # -- Translating --

    def translate(self, messages: Sequence[Message]) -> Progress:
        """Translate a batch; every message is settled by itself."""
        if not messages:
            return Progress()
        drafts = [self._read(message) for message in messages]
        self._identify(drafts)
        self._ask(drafts)
        settled = [draft.state or told(draft) for draft in drafts]
        bodies = {each.message_id: each.body for each in messages}
        known = self._without_erased(settled)
        self.store.settle(self._forgetting.marked(known, bodies))
        counts = dict.fromkeys(Progress._fields, 0)
        for each in settled:
            counts[each.state] += 1
        return Progress(**counts)

    def _read(self, message: Message) -> Draft:
        """Read the reports out of a message; what cannot be is settled."""
        translate = self._translators.get(message.source)
        if translate is None:
            return quarantined(Draft(message), "unknown_source", "")
        try:
            return Draft(message, tuple(translate(message)))
        except NothingSaid as why:
            state = Settled(
                message_id=message.message_id, state="ignored", reason=str(why)
            )
            return Draft(message, state=state)
        except Untranslatable as fault:
            presumed = self._addressing.presumed
            about = tuple((each, presumed(each)) for each in fault.about)
            return quarantined(Draft(message), fault.reason, fault.detail, about)
        except Exception as error:  # noqa: BLE001  # one message must not stop the feed
            # Its text may quote the message, which must stay erasable.
            return quarantined(Draft(message), "failed", type(error).__name__)

    def _identify(self, drafts: Sequence[Draft]) -> None:
        """Find out which streams are meant; messages about unknown names must wait."""
        about = {each for draft in drafts for each in draft.about}
        meant = self._addressing.find(about) if about else {}
        for draft in drafts:
            if draft.state is not None:
                continue
            draft.meant = {each: meant[each] for each in draft.about}
            if not all(draft.meant.values()):
                draft.state = Settled(
                    message_id=draft.message.message_id,
                    state="waiting",
                    reason=unknown_names(draft),
                    about=pairs(draft),
                )

    def _ask(self, drafts: Sequence[Draft]) -> None:
        """Hand all reports over, in batches; note what was not answered."""
        drafted = list(self._asks([draft for draft in drafts if draft.state is None]))
        asks = [(draft, ask) for draft, ask in drafted if draft.state is None]
        for first in range(0, len(asks), ASKS_MAX):
            some = asks[first : first + ASKS_MAX]
            answers = self._orders.handle([ask for _, ask in some])
            for (draft, _), answer in zip(some, answers, strict=True):
                if draft.state is None and not isinstance(answer, Receipt):
                    draft.state = refused(draft, answer)

    def _asks(self, drafts: Sequence[Draft]) -> Iterable[tuple[Draft, Ask]]:
        told = [
            (draft, report, meant)
            for draft in drafts
            for report in draft.reports
            for meant in draft.meant[report.reference]
        ]
        sealer = Sealer(self._people, [(report, meant) for _, report, meant in told])
        for draft, report, meant in told:
            if draft.state is not None:
                continue
            try:
                command = sealer.command(report, meant)
            except Untranslatable as fault:
                quarantined(draft, fault.reason, fault.detail, pairs(draft))
                continue
            yield (
                draft,
                ask_for(
                    self._deciders, draft.message, report, meant, command, self._now()
                ),
            )

    def _without_erased(self, settled: Sequence[Settled]) -> list[Settled]:
        """Mark messages about a consumer who is erased: their words are not kept."""
        consumers = {
            meant.consumer for each in settled for _, meant in each.about if meant
        }
        gone = self._people.erased_among(sorted(consumers))
        return [
            forgotten(each)
            if any(meant and meant.consumer in gone for _, meant in each.about)
            else each
            for each in settled
        ]


def noted(progress: Progress) -> Progress:
    """Log what came of a round in the background, if there was anything to do."""
    if progress.total:
        log.info("inbound.translated", **progress._asdict())
    return progress
