"""Following a log without LISTEN: a reader that asks, and waits at the end."""

from collections.abc import Iterator, Sequence
from threading import Event as Signal

from eventsourcing.persistence import ApplicationRecorder, Notification, Subscription

POLL_MIN_S, POLL_MAX_S = 0.05, 0.25
PAGE = 500


class PollingSubscription(Subscription[ApplicationRecorder]):
    """Follows a log by asking: at once while there is more, else ever more slowly.

    A wake-up may be lost, a question is not. It also moves past the events of other
    topics, so that it never reads the same stretch twice.
    """

    def __init__(
        self, recorder: ApplicationRecorder, gt: int | None, topics: Sequence[str]
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._page: Iterator[Notification] = iter(())
        self._stopped = Signal()

    def stop(self) -> None:
        """End the iteration, also one that waits in another thread."""
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        pause_s = POLL_MIN_S
        while not self._stopped.is_set():
            if notification := next(self._page, None):
                return notification
            if not self._turn_page():
                self._stopped.wait(pause_s)
                pause_s = min(pause_s * 2, POLL_MAX_S)
        raise StopIteration

    def _turn_page(self) -> bool:
        """Read on; say whether the log went on at all."""
        after = self._last_notification_id or 0
        head = self._recorder.max_notification_id() or 0
        if head <= after:
            return False
        page = self._recorder.select_notifications(
            after, PAGE, stop=head, topics=self._topics, inclusive_of_start=False
        )
        self._page = iter(page)
        self._last_notification_id = page[-1].id if len(page) == PAGE else head
        return True
