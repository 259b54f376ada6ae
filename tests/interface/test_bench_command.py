"""``redress bench``: that it works, and that no side gets away with losing anything.

No figure is looked at: what they come to depends on the machine and who else is on it.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from msgspec.structs import replace
from rich.console import Console

from interface.bench.ground import QUICK, Ground, ground
from interface.bench.measure import Contest, Measure, NotMeasured, Sample, Wrong
from interface.bench.measures import MEASURES
from interface.bench.ours import (
    announce,
    check_log,
    our_dispatcher,
    our_store,
    parcels,
)
from interface.bench.report import keep
from interface.bench.runner import Result, measured
from interface.bench.stock import check_stock, stock
from interface.cli.bench import take
from interface.cli.bench_table import show
from interface.postgres.database import DatabaseUrls
from interface.postgres.server import EmbeddedPostgres

PEERS = Path(__file__).parents[2] / "bench" / "peers"
KEYS = {"measure", "ours", "peer", "unit", "ratio", "floor", "aim", "holds"}
# Words of the same code as their neighbours, with other callers or tables.
ALIKE = {"hot-streams", "one-caller", "bytes-with-commands", "overload-no"}
ON_NODE = {"message-db", "emmett"}
TINY = replace(
    QUICK,
    rounds=1,
    seconds=0.05,
    streams=40,
    feed=100,
    loaded=60,
    log=100,
    orders=4,
    followed=20,
    entries=(200, 600),
    pages=4,
    kept=50,
    threads=(2,),
)


@pytest.fixture
def server(database: DatabaseUrls) -> EmbeddedPostgres:
    """Return that of the tests, on which nothing waits for the disk."""
    with psycopg.connect(database.owner) as owner:
        row = owner.execute("SHOW data_directory").fetchone()
    assert row is not None
    return EmbeddedPostgres(Path(row[0]).parent, durable=False)


def test_every_measure_runs_and_neither_side_loses_or_doubles_anything(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    chosen = [each for each in MEASURES if each.word not in ALIKE | ON_NODE]
    report = take(chosen, TINY, tmp_path, server)
    assert [each.wrong for each in report.results] == [None] * len(chosen)

    keep(report, tmp_path, tmp_path / "rows.json")
    told = json.loads((tmp_path / "rows.json").read_text())
    assert told.keys() == {"rows", "machine", "versions"}
    assert [each["measure"] for each in told["rows"]] == [each.title for each in chosen]
    for row in told["rows"]:
        assert row.keys() == KEYS
        assert row["ours"] > 0
        assert row["ratio"] == pytest.approx(row["ours"] / row["peer"], rel=0.01)
    assert {"cores", "memory_gb", "fdatasync_per_s", "kernel"} <= told["machine"].keys()
    assert {"python", "postgresql", "eventsourcing"} <= told["versions"].keys()
    assert (tmp_path / "bench.svg").read_text().count("<rect") == 1 + len(chosen)

    seen = StringIO()
    show(Console(file=seen, width=120), report)
    assert all(each.word in seen.getvalue() for each in chosen)


def test_the_peers_on_node_are_measured_where_they_are(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    if shutil.which("node") is None:
        pytest.skip("no Node on this machine")
    if not PEERS.exists():
        pytest.skip("the peers were not fetched: redress bench --peers")
    (tmp_path / "peers").symlink_to(PEERS)
    chosen = [each for each in MEASURES if each.word in ON_NODE]
    report = take(chosen, TINY, tmp_path, server)
    assert [each.wrong for each in report.results] == [None, None]
    assert all(each.row.ratio for each in report.results)


def test_who_lost_an_event_or_has_one_too_many_is_found_out(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    with ground(tmp_path, TINY, tmp_path, server) as there:
        with there.ours("found_out") as urls, our_store(urls) as store:
            with our_dispatcher(store) as dispatcher:
                announce(dispatcher, parcels(3, store.partitions, there.dice))
            check_log(urls, 3, commands=3)
            for events, commands in ((2, 3), (4, 3), (3, 2)):
                with pytest.raises(Wrong):
                    check_log(urls, events, commands)
        with there.bare("found_out_too") as url, stock(url) as application:
            application.announce(3)
            check_stock(url, 3)
            for events in (2, 4):
                with pytest.raises(Wrong):
                    check_stock(url, events)


# -- Rounds, on sides that only say what they are told to --


class Sides:
    """Two sides that answer from a list, and remember whose turn it was."""

    def __init__(self, ours: list[float], peer: list[float]) -> None:
        self._ours, self._peer = iter(ours), iter(peer)
        self.turns = ""

    def ours(self) -> Sample:
        self.turns += "A"
        return Sample(next(self._ours))

    def peer(self) -> Sample:
        self.turns += "B"
        return Sample(next(self._peer))

    def contest(self, check: Callable[[], None] = lambda: None) -> Contest:
        return Contest(ours=self.ours, peer=self.peer, check=check)


def five_rounds(contest: Callable[[], Contest], **how: Any) -> Result:
    """Return what a measure of such a contest comes to."""

    @contextmanager
    def opened(_ground: Ground) -> Iterator[Contest]:
        yield contest()

    opening: Callable[[Ground], AbstractContextManager[Contest]] = opened
    measure = Measure(
        word="race", title="a race", unit="laps/s", peer="a horse", open=opening, **how
    )
    there = cast("Ground", SimpleNamespace(sizes=replace(QUICK, rounds=5)))
    return measured(measure, there, lambda _step: None)


def test_the_sides_take_turns_and_the_medians_count() -> None:
    sides = Sides([9, 2, 8, 7, 8], [1, 4, 4, 100, 4])
    result = five_rounds(sides.contest, floor=2.0, aim=3.0)
    assert sides.turns == "ABABABABAB"
    assert (result.row.ours, result.row.peer, result.row.ratio) == (8, 4, 2)
    assert result.row.holds
    assert result.ours is not None
    assert result.ours.rounds == [9, 2, 8, 7, 8]


@pytest.mark.parametrize(
    ("floor", "less", "holds"),
    [(2.1, False, False), (2.0, True, True), (1.9, True, False), (None, False, None)],
)
def test_a_floor_holds_or_not(
    floor: float | None,
    less: bool,  # noqa: FBT001  # pytest passes it by name
    holds: bool | None,  # noqa: FBT001  # so this
) -> None:
    sides = Sides([8] * 5, [4] * 5)
    result = five_rounds(sides.contest, floor=floor, less_is_better=less)
    assert result.row.holds is holds


def test_figures_of_a_side_that_lost_something_are_not_shown() -> None:
    def lost() -> None:
        raise Wrong("one event is missing")

    result = five_rounds(lambda: Sides([8] * 5, [4] * 5).contest(lost), floor=1.0)
    assert (result.row.ours, result.row.holds) == (None, False)
    assert result.wrong == "one event is missing"


def test_a_peer_that_is_not_there_says_why() -> None:
    def absent() -> Contest:
        raise NotMeasured("no Node")

    result = five_rounds(absent, floor=1.0)
    assert (result.row.peer, result.row.holds) == ("not measured: no Node", None)
    assert result.wrong is None
