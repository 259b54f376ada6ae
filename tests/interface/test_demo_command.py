"""``redress demo`` as it is typed: the whole story, from the stall to the books."""

import re
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

# Ample for a busy machine; alone it takes about half of a minute.
SECONDS_MAX = 300
ME = (sys.executable, "-m", "interface.cli.main", "demo")


@pytest.fixture(scope="module", name="told")
def told_in_full(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Play it without pauses; return what it said."""
    folder = tmp_path_factory.mktemp("demo")
    played = subprocess.run(
        [*ME, "--fast"],
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        env=surroundings(folder),
    )
    assert played.returncode == 0, played.stdout[-3_000:] + played.stderr[-3_000:]
    assert not list(folder.glob("redress-demo-*")), "nothing is left behind"
    return played.stdout


def surroundings(folder: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "TMPDIR": str(folder), "COLUMNS": "120"}


def figures(told: str, row: str) -> list[str]:
    """Return the numbers of a row of the summary."""
    (line,) = (line for line in told.splitlines() if row in line)
    return re.findall(r"[\d,.]+", line.partition(row)[2].replace("CN¥", ""))


def test_parcels_are_noticed_offered_and_made_good_before_most_complain(
    told: str,
) -> None:
    noticed, all_of_them = map(int, figures(told, "noticed before anybody complained"))
    assert all_of_them - noticed == 6
    assert noticed > 100
    (sent,) = map(int, figures(told, "offers sent"))
    ended = [
        int(figures(told, row)[0])
        for row in (
            "  accepted  ",
            "  declined  ",
            "said nothing",
            "or offered anew",
            "still open",
        )
    ]
    assert sent == sum(ended)
    assert min(ended[:3]) > 0
    assert int(figures(told, "sent once more")[0]) >= 30


def test_what_was_owed_was_paid_within_half_an_hour_of_the_clock(told: str) -> None:
    assert figures(told, "of these within 30 minutes") == ["100.0"]
    median, p99 = figures(told, "median / p99")
    assert float(median) <= float(p99) < 120, "both are in seconds"


def test_one_refund_fails_is_paid_another_way_and_nothing_is_left_open(
    told: str,
) -> None:
    assert figures(told, "times a bank declined a refund") == ["5"]
    assert figures(told, "steps given to people") == ["1"]
    assert "Left for people: 0." in told


def test_merchants_are_charged_and_carriers_owe(told: str) -> None:
    for row in ("merchants were charged", "carriers owe (recourse)"):
        assert float(figures(told, row)[0].replace(",", "")) > 0


def test_a_consumer_reads_it_all_on_their_timeline(told: str) -> None:
    _, _, read = told.partition("What west-046 reads of it")
    read = " ".join(read.partition("What it came to")[0].split()).lower()
    landmarks = (
        "order placed",
        "plans to choose from",
        "was taken",
        "refund failed",
        "refunded (an advance",
        "is carried out",
    )
    found = [read.find(each) for each in landmarks]
    assert found[0] > -1, read
    assert found == sorted(found), read


def test_those_who_pay_pay_what_was_paid(told: str) -> None:
    rows = ("merchants were charged", "goodwill included")
    payers = [Decimal(figures(told, row)[0].replace(",", "")) for row in rows]
    received = [
        Decimal(figures(told, row)[1].replace(",", ""))
        for row in ("refunds done", "compensations paid")
    ]
    assert sum(payers) == sum(received)


def test_what_is_not_kept_is_not_to_be_asked_about(told: str) -> None:
    assert "redress explain" not in told
    assert "redress demo --home DIR" in told


def test_all_that_must_hold_does(told: str) -> None:
    assert told.count("✓") == 9
    assert "✗" not in told


def test_interrupted_it_leaves_nothing_behind(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*ME, "--fast"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(tmp_path),
    ) as playing:
        assert playing.stdout is not None
        for line in playing.stdout:
            if "CN¥" in line:
                break
        playing.send_signal(signal.SIGINT)
        _, complaint = playing.communicate(timeout=SECONDS_MAX)
    assert playing.returncode == 128 + signal.SIGINT
    assert "Traceback" not in complaint
    assert not list(tmp_path.glob("redress-demo-*"))


def test_it_takes_no_folder_that_holds_an_installation(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    begun = time.monotonic()
    played = subprocess.run(
        [*ME, "--home", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        env=surroundings(tmp_path),
    )
    assert played.returncode != 0
    assert "name a new folder" in played.stderr
    assert time.monotonic() - begun < SECONDS_MAX
