"""What a program that reads our log finds there."""

import json
import subprocess
from pathlib import Path

from tests.interface.pretend import PYTHON, ROOT, environment

SPEAKS = """
import logging, structlog
from interface.logging import configure_logging
configure_logging("info")
structlog.get_logger().info("command", name="ship", milliseconds=3)
logging.getLogger("some.library").warning("slow")
structlog.get_logger().debug("nobody asked")
def judge(review):
    raise ValueError("no")
try:
    judge("she was " + "furious")
except ValueError:
    structlog.get_logger().exception("failed")
def unreachable(event):
    raise AssertionError(f"Expected code to be unreachable, but got: {event!r}")
try:
    from domain.kernel import Event
    class Placed(Event, frozen=True, tag="test.placed"):
        consumer: str
        words: str
    try:
        unreachable(Placed("li-" + "mei", "sealed:" + "words:123"))
    except AssertionError as error:
        raise KeyError("li-" + "mei") from error
except KeyError:
    structlog.get_logger().exception("failed")
    logging.getLogger("some.library").exception("failed")
"""


def spoken(home: Path) -> list[str]:
    said = subprocess.run(
        [PYTHON, "-c", SPEAKS],
        cwd=ROOT,
        env=environment(home, 1),
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == ""
    return said.stderr.splitlines()


def test_off_a_terminal_every_line_is_json_the_libraries_lines_too(
    tmp_path: Path,
) -> None:
    command, library, failed, *_ = map(json.loads, spoken(tmp_path))
    assert command["event"] == "command"
    assert command["milliseconds"] == 3
    assert command["timestamp"].endswith("Z")
    assert library["event"] == "slow"
    assert library["level"] == "warning"
    assert "ValueError: no" in failed["exception"]


def test_a_failure_does_not_quote_what_was_being_handled(tmp_path: Path) -> None:
    assert not any("she was furious" in line for line in spoken(tmp_path))


def test_a_failure_says_what_it_was_and_where_and_not_of_whom(tmp_path: Path) -> None:
    ours, theirs = map(json.loads, spoken(tmp_path)[3:])
    for said in (ours["exception"], theirs["exception"]):
        assert "KeyError" in said
        assert "AssertionError: Expected code to be unreachable" in said
        assert "Placed(…)" in said
        assert " in unreachable" in said, "where"
        assert "li-mei" not in said
        assert "sealed:" not in said
