"""The worker's step that carries effects out: a few at a time, in threads of its own.

A gateway may take its 15 seconds; the rounds of the worker go on. Where nobody is set
up, jobs wait in their queue untouched.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from functools import cached_property
from threading import Event as Signal
from time import monotonic
from typing import Final

import psycopg
import structlog

from application.access import NotFound
from application.effects.breaker import Breakers
from application.effects.carrying import Carrying
from application.effects.effect import GATEWAYS, Gateway
from application.effects.ports import SECONDS_MAX, Gateways
from application.effects.queue import Job, Jobs
from application.effects.runs import Runs
from application.event_store.store import StoreUnavailable

log = structlog.get_logger(__name__)

AT_ONCE_MAX: Final = 8
BEAT_EVERY_SECONDS: Final = 5.0
PAUSE_SECONDS: Final = 0.05

# After what is no gateway's fault, such as a database that is away.
AFTER_TROUBLE: Final = timedelta(seconds=10)

# Of what was sent and nothing heard, so many are asked about in a round.
FORGOTTEN_AFTER: Final = timedelta(minutes=5)
FORGOTTEN_MAX: Final = 100


class EffectWorker:
    """Fetches jobs that are due, has them carried out; ``work`` is for one thread."""

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        *,
        jobs: Jobs,
        runs: Runs,
        carrying: Carrying,
        breakers: Breakers,
        gateways: Gateways,
        forgotten_after: timedelta = FORGOTTEN_AFTER,
    ) -> None:
        self._jobs = jobs
        self._runs = runs
        self._carrying = carrying
        self._breakers = breakers
        self._served: Sequence[Gateway] = [
            each for each in GATEWAYS if getattr(gateways, each) is not None
        ]
        self._forgotten_after = forgotten_after
        self._under_way: dict[Future[None], Job] = {}
        self._beat_at = self._looked_at = float("-inf")

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(AT_ONCE_MAX, thread_name_prefix="effects")

    def work(self) -> int:
        """Go on by a round; return how much there was to do, nothing if only to wait.

        Raises what a thread of it could not cope with.
        """
        if not self._served:
            return 0
        freed = self._beat()
        done = self._ended()
        return freed + done + self._begin() + self._look_for_forgotten()

    def finish(self, stop: Signal) -> int:
        """Go on until nothing is due and nothing under way, or until told to stop.

        Returns how much there was to do: its results may have led to more.
        """
        done = 0
        while not stop.is_set() and ((now := self.work()) or self._under_way):
            done += now
            wait(self._under_way, timeout=PAUSE_SECONDS)
        return done

    def close(self) -> None:
        """Let what is under way come to its end, which is soon."""
        if not self._served:
            return
        wait(self._under_way, timeout=2 * SECONDS_MAX)
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._jobs.leave()

    def _beat(self) -> int:
        if monotonic() - self._beat_at < BEAT_EVERY_SECONDS:
            return 0
        freed = self._jobs.beat(self._served)
        self._beat_at = monotonic()
        return freed

    def _ended(self) -> int:
        ended = [each for each in self._under_way if each.done()]
        for each in ended:
            del self._under_way[each]
        for each in ended:
            each.result()
        return len(ended)

    def _begin(self) -> int:
        room = AT_ONCE_MAX - len(self._under_way)
        if room <= 0:
            return 0
        jobs = [*self._jobs.fetch(self._breakers.closed(self._served), room)]
        for gateway in self._breakers.to_try(self._served):
            jobs += self._jobs.fetch([gateway], 1)
        for job in jobs:
            self._under_way[self._threads.submit(self._do, job)] = job
        return len(jobs)

    def _do(self, job: Job) -> None:
        """Do one, and say what becomes of the job; for a thread of the few."""
        try:
            pause = self._done(job)
        except NotFound:
            pause = None  # Filled anew, the outbox knows of it no more.
        except (StoreUnavailable, psycopg.Error):
            self._jobs.again(job, AFTER_TROUBLE)
            raise
        except Exception:
            pause = self._carrying.troubled(job.key)
            self._jobs.done(job) if pause is None else self._jobs.again(job, pause)
            raise
        if pause is None:
            self._jobs.done(job)
        else:
            self._jobs.again(job, pause)
        log.info("effect.tried", key=str(job.key), task=job.task, again=pause)

    def _done(self, job: Job) -> timedelta | None:
        if job.task == "ask":
            self._carrying.look_into(job.key)
            return None
        return self._carrying.carry_out(job.key)

    def _look_for_forgotten(self) -> int:
        """Have gateways asked about what was sent long ago and never answered."""
        if monotonic() - self._looked_at < BEAT_EVERY_SECONDS:
            return 0
        self._looked_at = monotonic()
        found = self._runs.forgotten(self._served, self._forgotten_after, FORGOTTEN_MAX)
        for key, gateway in found:
            self._jobs.enqueue(gateway, key, "ask")
        return len(found)
