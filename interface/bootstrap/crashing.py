"""An event store that a test may have die before it appends, or right after."""

from collections.abc import Sequence

from application.crashing import CrashPoint
from application.event_store.connections import Pool
from application.event_store.envelope import Receipt
from application.event_store.postgres import PostgresEventStore
from application.event_store.store import Append, Conflict


class CrashingStore(PostgresEventStore):
    """The event store, which comes by two points where the process may end."""

    def __init__(self, writer: Pool, reader: Pool, crash: CrashPoint) -> None:
        super().__init__(writer, reader)
        self._crash = crash

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        """Append, if it lives so long, and answer, if it does then."""
        self._crash("append.sending")
        outcomes = super().append(appends)
        self._crash("append.answered")
        return outcomes
