"""The worker's step that tells others: fills, claims, and lets a few threads send.

Somebody else's machine may take its 15 seconds; the rounds of the worker go on.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from functools import cached_property
from threading import Event as Signal
from time import monotonic
from typing import Final
from uuid import UUID

import structlog

from application.access import NotFound
from application.webhooks.deliveries import Claimed, Deliveries
from application.webhooks.endpoints import Endpoints
from application.webhooks.outward import Outward, Place, ping
from application.webhooks.public import PING
from application.webhooks.schedule import Attempt
from interface.outbound.webhooks import SECONDS_MAX, Letter, Postman, letter

log = structlog.get_logger(__name__)

SENDERS_MAX: Final = 8
FORGET_EVERY_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 0.05


class Sender:
    """Sends what is due, a few at a time. ``work`` is for one thread.

    ``now`` moves what is due; left out, that goes by the database's own time.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        endpoints: Endpoints,
        outward: Outward,
        postman: Postman,
        now: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._deliveries = deliveries
        self._endpoints = endpoints
        self._outward = outward
        self._postman = postman
        self._now = now
        self._under_way: dict[Future[None], Claimed] = {}
        self._forgot_at = float("-inf")

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(SENDERS_MAX, thread_name_prefix="webhooks")

    def work(self) -> int:
        """Go on by a round; return how much there was to do, nothing if only to wait.

        Raises what settling raised: it is tried again once the claim has run out.
        """
        done = self._settled()
        filled = self._deliveries.fill()
        forgotten = self._forget()
        return done + filled + forgotten + self._begin()

    def finish(self, stop: Signal) -> None:
        """Go on until nothing is due and nothing under way, or until told to stop."""
        while not stop.is_set() and (self.work() or self._under_way):
            wait(self._under_way, timeout=PAUSE_SECONDS)

    def close(self) -> None:
        """Let what is under way come to its end, which is soon."""
        wait(self._under_way, timeout=2 * SECONDS_MAX)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _settled(self) -> int:
        ended = [each for each in self._under_way if each.done()]
        for each in ended:
            del self._under_way[each]
        for each in ended:
            each.result()
        return len(ended)

    def _begin(self) -> int:
        room = SENDERS_MAX - len(self._under_way)
        if room <= 0:
            return 0
        busy = {each.endpoint_id for each in self._under_way.values()}
        claimed = self._deliveries.claim(room, busy, self._now())
        if claimed:
            letters = self._letters(claimed)
            for each in claimed:
                future = self._threads.submit(
                    self._send, each, letters.get(each.delivery_id)
                )
                self._under_way[future] = each
        return len(claimed)

    def _letters(self, claimed: Sequence[Claimed]) -> Mapping[UUID, Letter]:
        """Return what is said in each; what cannot be read of the log has none."""
        places = {
            each.delivery_id: Place(each.stream_id, each.version)
            for each in claimed
            if each.stream_id is not None and each.version is not None
        }
        events = self._outward.events(places.values())
        letters = {
            each.delivery_id: letter(each.url, events[places[each.delivery_id]])
            for each in claimed
            if places.get(each.delivery_id) in events
        }
        for each in claimed:
            if each.type == PING:
                told = ping(each.event_id, each.endpoint_id, each.created_at)
                letters[each.delivery_id] = letter(each.url, told)
        return letters

    def _send(self, claimed: Claimed, written: Letter | None) -> None:
        """Send one, and write down what came of it; for a thread of the few."""
        try:
            secrets = self._endpoints.secrets(claimed.endpoint_id, self._now())
        except NotFound:
            return  # The endpoint was removed meanwhile, and this with it.
        if written is None:
            attempt = Attempt(failure="event_unreadable")
        else:
            attempt = self._postman.deliver(written, secrets)
        self._deliveries.settle(claimed, attempt, self._now())
        log.info(
            "webhook.sent",
            endpoint=str(claimed.endpoint_id),
            event_id=claimed.event_id,
            type=claimed.type,
            attempt=claimed.attempts,
            status=attempt.status,
            failure=attempt.failure,
        )

    def _forget(self) -> int:
        if monotonic() - self._forgot_at < FORGET_EVERY_SECONDS:
            return 0
        self._endpoints.forget(self._now())
        forgotten = self._deliveries.forget(self._now())
        if not forgotten:
            self._forgot_at = monotonic()
        return forgotten
