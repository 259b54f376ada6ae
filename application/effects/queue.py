"""The queue of effects: procrastinate's, asked by its own functions, a statement each.

Its asynchronous worker is left aside: ours has rounds, a signal to stop, and threads of
its own. What a dead worker held is free again once its heart has not beaten for long.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

import psycopg
from msgspec import Struct

from application.effects.effect import Gateway
from application.event_store.connections import Pool

STALLED_SECONDS: Final = 30.0

Task = Literal["effect", "ask"]

REGISTER = "SELECT worker_id FROM procrastinate.procrastinate_register_worker_v1()"
UNREGISTER = "SELECT procrastinate.procrastinate_unregister_worker_v1(%(worker)s)"
BEAT = "SELECT procrastinate.procrastinate_update_heartbeat_v1(%(worker)s)"
ALIVE = "SELECT FROM procrastinate.procrastinate_workers WHERE id = %(worker)s"
PRUNE = """
SELECT count(*) FROM procrastinate.procrastinate_prune_stalled_workers_v1(%(seconds)s)
"""
FREE = """
SELECT procrastinate.procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)
  FROM (SELECT id FROM procrastinate.procrastinate_jobs
         WHERE status = 'doing' AND worker_id IS NULL
           FOR UPDATE SKIP LOCKED) AS stalled
"""
FETCH = """
SELECT id, task_name, (args ->> 'key')::uuid
  FROM procrastinate.procrastinate_fetch_job_v2(%(queues)s::varchar[], %(worker)s)
 WHERE id IS NOT NULL
"""
DONE = """
SELECT procrastinate.procrastinate_finish_job_v1(%(job)s, 'succeeded', TRUE)
"""
AGAIN = """
SELECT procrastinate.procrastinate_retry_job_v2(
       %(job)s, now() + %(pause)s, NULL, NULL, NULL)
"""
ENQUEUE = """
SELECT procrastinate.procrastinate_defer_jobs_v1(ARRAY[
       ROW(%(queue)s, %(task)s, 0, NULL, NULL,
           jsonb_build_object('key', %(key)s::uuid), NULL)
       ::procrastinate.procrastinate_job_to_defer_v1])
"""
SERVES = """
INSERT INTO effect.serving (worker_id, gateways)
VALUES (%(worker)s, %(gateways)s)
"""
SERVED = """
SELECT DISTINCT unnest(serving.gateways)
  FROM effect.serving
  JOIN procrastinate.procrastinate_workers AS worker ON worker.id = serving.worker_id
 WHERE worker.last_heartbeat > now() - make_interval(secs => %(seconds)s)
"""
DEPTHS = """
SELECT queue_name, count(*) FROM procrastinate.procrastinate_jobs
 WHERE status = 'todo' GROUP BY queue_name
"""


class Job(Struct, frozen=True):
    """What is to be done now: an effect, or asking what became of one."""

    job_id: int
    task: Task
    key: UUID


class Jobs:
    """Fetches and finishes jobs as one worker of the queue."""

    def __init__(self, pool: Pool, stalled_seconds: float = STALLED_SECONDS) -> None:
        self._pool = pool
        self._stalled_seconds = stalled_seconds
        self._worker: int | None = None

    def beat(self, gateways: Sequence[Gateway] = ()) -> int:
        """Say that this worker lives, and what for; return how many jobs are free.

        Those are the jobs of dead ones.
        """
        with self._pool.connection() as connection:
            values = {"worker": self._worker, "seconds": self._stalled_seconds}
            alive = self._worker is not None and connection.execute(ALIVE, values)
            if not alive or not alive.rowcount:
                row = connection.execute(REGISTER).fetchone()
                assert row is not None, "who registers gets a number"
                self._worker = row[0]
                serves = {"worker": self._worker, "gateways": list(gateways)}
                connection.execute(SERVES, serves)
            connection.execute(BEAT, {"worker": self._worker})
            connection.execute(PRUNE, values)
            return connection.execute(FREE).rowcount

    def served(self) -> frozenset[Gateway]:
        """Return for which gateways any worker is there."""
        with self._pool.connection() as connection:
            values = {"seconds": self._stalled_seconds}
            return frozenset(name for (name,) in connection.execute(SERVED, values))

    def leave(self) -> None:
        """Give up being a worker; what it still holds goes to others at once."""
        if self._worker is not None:
            with self._pool.connection() as connection:
                connection.execute(UNREGISTER, {"worker": self._worker})
            self._worker = None

    def fetch(self, queues: Sequence[str], limit: int) -> Sequence[Job]:
        """Claim so many jobs that are due, one transaction each."""
        found: list[Job] = []
        with self._pool.connection() as connection:
            values = {"queues": list(queues), "worker": self._worker}
            while queues and len(found) < limit:
                row = connection.execute(FETCH, values).fetchone()
                if row is None:
                    break
                found.append(Job(*row))
        return found

    def done(self, job: Job) -> None:
        """Take the job out of the queue."""
        self._end(DONE, {"job": job.job_id})

    def again(self, job: Job, pause: timedelta) -> None:
        """Put the job back, to be done so much later by the database's time."""
        self._end(AGAIN, {"job": job.job_id, "pause": pause})

    def enqueue(self, queue: str, key: UUID, task: Task = "effect") -> None:
        """Put a job into a queue."""
        with self._pool.connection() as connection:
            connection.execute(ENQUEUE, {"queue": queue, "key": key, "task": task})

    def waiting(self) -> dict[str, int]:
        """Return how many jobs wait in each queue."""
        with self._pool.connection() as connection:
            return dict(connection.execute(DEPTHS).fetchall())

    def _end(self, statement: str, values: dict[str, object]) -> None:
        """End a job; one that somebody else took over meanwhile is theirs."""
        try:
            with self._pool.connection() as connection:
                connection.execute(statement.encode(), values)
        except psycopg.errors.RaiseException:
            return
