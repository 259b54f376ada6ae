"""Keeps child processes alive, and takes them along when it goes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from interface.errors import UserError, WrongSetting
from interface.home import open_log
from interface.troubles import Troubles

GRACE_SECONDS = 15  # to finish what is begun, after being asked to stop
PAUSE_SECONDS_MAX = 30
SHORT_LIVES_MAX = 3  # in a row; more will not help who has never been up
HEALTHY_SECONDS = 60  # who has lived so long starts again without a pause


class Child(Struct, frozen=True):
    """A process to keep alive: its name for people, and its command line."""

    name: str
    command: tuple[str, ...]


class Running:
    """One child, over all the processes it has had."""

    def __init__(self, child: Child, log: Path | None) -> None:
        self.child = child
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.began = 0.0
        self.pause = 0.0
        self.due = 0.0
        self.short_lives = 0

    def start(self, environment: Mapping[str, str]) -> None:
        """Start its process, in a group of its own, which a Ctrl-C does not reach.

        The kernel asks it to stop should this process be killed.
        """
        command = list(self.child.command)
        if setpriv := shutil.which("setpriv"):
            command = [setpriv, "--pdeathsig", "TERM", "--", *command]
        log = open_log(self.log) if self.log else None
        try:
            self.process = subprocess.Popen(  # noqa: S603  # our own command lines
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log or sys.stderr.fileno(),
                stderr=log or sys.stderr.fileno(),
                start_new_session=True,
            )
        finally:
            if log:
                log.close()
        self.began = time.monotonic()

    def ended(self) -> int | None:
        """Return the code its process ended with, None while it lives or waits.

        A negative one is the signal that killed it.
        """
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self.sweep()
        lived = time.monotonic() - self.began
        self.pause = (
            0.0
            if lived > HEALTHY_SECONDS
            else min(max(0.5, 2 * self.pause), PAUSE_SECONDS_MAX)
        )
        self.short_lives = 0 if lived > HEALTHY_SECONDS else self.short_lives + 1
        self.due = time.monotonic() + self.pause
        return code

    def ask_to_stop(self) -> None:
        """Ask its process to finish."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self, deadline: float) -> None:
        """Wait until its process is gone, and kill what is still there then."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        self.sweep()

    def sweep(self) -> None:
        """Kill what is left of its group, such as workers it left behind."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


class GaveUp(UserError):
    """A child cannot be started as it is asked to, now or later."""

    exit_code = WrongSetting.exit_code

    def __init__(self, child: Running) -> None:
        where = f"the end of {child.log}" if child.log else "what it said above"
        super().__init__(
            f"{child.child.name} cannot start with these settings; see {where}"
        )


class NeverUp(UserError):
    """A child ended again and again before everything was up."""

    def __init__(self, child: Running) -> None:
        where = f"the end of {child.log}" if child.log else "what it said above"
        super().__init__(
            f"{child.child.name} ended {child.short_lives} times in a row; see {where}"
        )


class Supervisor:
    """Starts children, restarts those that die, and stops them all in the end.

    ``say`` is told, in one line each, what a person should know. With ``logs`` each
    child writes to a file of its own there, else to our standard error.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        environment: Mapping[str, str],
        say: Callable[[str], object],
        logs: Path | None = None,
    ) -> None:
        self._environment = environment
        self._say = say
        self._running = [
            Running(child, logs / f"{child.name}.log" if logs else None)
            for child in children
        ]
        self._troubles = Troubles([each.log for each in self._running if each.log])

    def start(self) -> None:
        """Start every child."""
        for each in self._running:
            each.start(self._environment)

    def look(self, *, starting: bool = False) -> None:
        """Look after every child once: start again who died, with growing pauses.

        Of what they wrote to their logs warnings and errors are said.

        Raises GaveUp for one that says it was asked for the impossible, and NeverUp
        while ``starting`` for one that ended too often.
        """
        for line in self._troubles.new():
            self._say(line)
        for each in self._running:
            code = each.ended()
            if code == GaveUp.exit_code:
                raise GaveUp(each)
            if starting and each.short_lives >= SHORT_LIVES_MAX:
                raise NeverUp(each)
            if code is not None:
                self._say(ended(each, code))
            if each.process is None and time.monotonic() >= each.due:
                each.start(self._environment)

    def where_to_read(self) -> str:
        """Say where the children have told what they do."""
        logs = [str(each.log) for each in self._running if each.log]
        return " or ".join(logs) or "what was said above"

    def stop(self) -> None:
        """Ask every child to stop, and wait until all are gone."""
        for each in self._running:
            each.ask_to_stop()
        deadline = time.monotonic() + GRACE_SECONDS
        for each in self._running:
            each.stop(deadline)


def ended(each: Running, code: int) -> str:
    """Say that a child ended, what follows, and where to read why."""
    how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
    where = f" (log: {each.log})" if each.log else ""
    after = f" in {each.pause:g} s" if each.pause else ""
    return f"{each.child.name} ended ({how}) and is started again{after}{where}"
