"""Children kept alive, except those that say they never can be."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from interface.supervisor import Child, GaveUp, Supervisor
from interface.troubles import Troubles
from tests.eventually import eventually


class Heard:
    """A supervisor of one child, and what it says."""

    def __init__(self, code: str) -> None:
        self.lines: list[str] = []
        child = Child("serve", (sys.executable, "-c", code))
        self.supervisor = Supervisor([child], environment={}, say=self.lines.append)

    def looks(self) -> bool:
        self.supervisor.look()
        return bool(self.lines)


@pytest.fixture
def heard(request: pytest.FixtureRequest) -> Iterator[Heard]:
    heard = Heard(request.param)
    heard.supervisor.start()
    yield heard
    heard.supervisor.stop()


@pytest.mark.parametrize("heard", ["raise SystemExit(2)"], indirect=True)
def test_who_was_asked_for_the_impossible_is_not_started_again(heard: Heard) -> None:
    with pytest.raises(GaveUp, match="serve cannot start") as found:
        eventually(heard.looks)
    assert found.value.exit_code == 2
    assert heard.lines == []


@pytest.mark.parametrize("heard", ["raise SystemExit(1)"], indirect=True)
def test_any_other_trouble_may_pass(heard: Heard) -> None:
    eventually(heard.looks)
    assert heard.lines == ["serve ended (exit code 1) and is started again in 0.5 s"]


def test_what_children_log_stays_in_their_logs_but_for_warnings_and_errors(
    tmp_path: Path,
) -> None:
    log = tmp_path / "work.log"
    log.write_text('{"level": "error", "event": "of_yesterday"}\n')
    troubles = Troubles([log])
    with log.open("a") as file:
        file.write('{"level": "info", "event": "effect.tried"}\n')
        file.write('{"level": "warning", "event": "step_waits", "step": "effects"}\n')
        file.write("no JSON at all\n" + '{"level": "error", "event": "half')
    assert list(troubles.new()) == ["work: warning: step_waits step=effects"]
    assert list(troubles.new()) == []
    with log.open("a") as file:
        file.write('_written"}\n')
    assert list(troubles.new()) == ["work: error: half_written"]


def test_many_troubles_at_once_are_counted(tmp_path: Path) -> None:
    log = tmp_path / "serve.log"
    troubles = Troubles([log])
    log.write_text('{"level": "error", "event": "database_unavailable"}\n' * 9)
    told = list(troubles.new())
    assert told[-1] == f"serve: 4 more of these, see {log}"
    assert len(told) == 6
