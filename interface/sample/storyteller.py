"""Has the people of the sample's story act, beside ``redress up``."""

from collections.abc import Callable
from threading import Event as Signal
from threading import Thread

import psycopg
from msgspec.structs import replace
from psycopg_pool import PoolTimeout

from application.event_store.store import StoreUnavailable
from domain.kernel import Refused
from interface.bootstrap import open_redress
from interface.clock import now
from interface.errors import UserError
from interface.sample.acts import INCIDENT
from interface.sample.live import LiveStory
from interface.sample.note import SampleNote, keep_note, note_of
from interface.settings import Settings

# Whoever plays the story has so long to end.
STORY_SECONDS = 10


class Storyteller:
    """Plays the people of the sample's story in a thread, once, beside the workers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop = Signal()
        self._thread: Thread | None = None

    def begin(self, say: Callable[[str], object]) -> None:
        """Begin, or go on; where no sample was loaded there is no story."""
        note = note_of(self._settings)
        if note is None or not note.loaded or note.told:
            return
        say(
            "The sample's story is being played: parcels stall in Urumqi. "
            f"In a minute: redress incident show {INCIDENT}"
        )
        self._thread = Thread(target=self._play, args=(note,), daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Have it end soon, wherever it is."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=STORY_SECONDS)

    def _play(self, note: SampleNote) -> None:
        try:
            with open_redress(self._settings, prepared=True) as redress:
                told = LiveStory(redress, note.until, now, self._stop).play()
        except (psycopg.Error, PoolTimeout, StoreUnavailable, UserError, Refused):
            return  # A story is no reason to end; it goes on with the next start.
        if told:
            keep_note(self._settings, replace(note, told=True))
