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
from msgspec.structs import astuple, replace
from rich.console import Console

from interface.bench.ground import FULL, QUICK, Ground, Sizes, ground
from interface.bench.measure import Contest, Measure, NotMeasured, Sample, Wrong
from interface.bench.measures import MEASURES
from interface.bench.ours import (
    announce,
    check_log,
    our_dispatcher,
    our_store,
    parcels,
)
from interface.bench.overload import Crowd, Overload
from interface.bench.report import Report, keep
from interface.bench.runner import Result, measured
from interface.bench.stock import check_stock, stock
from interface.cli.bench import take
from interface.cli.bench_table import show
from interface.postgres.database import DatabaseUrls
from interface.postgres.server import EmbeddedPostgres

PEERS = Path(__file__).parents[2] / "bench" / "peers"
PAGE = Path(__file__).parents[2] / "docs" / "bench.md"
KEYS = {"measure", "ours", "peer", "unit", "ratio", "floor", "aim", "holds"}
# Words of the same code as their neighbours, with other callers or tables.
ALIKE = {"hot-streams", "one-caller", "bytes-with-commands", "overload-no"}
ON_NODE = {"message-db", "emmett"}
TINY = replace(
    QUICK,
    rounds=1,
    seconds=0.05,
    crowd_seconds=0.05,
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
    assert told.keys() == {"quick", "rows", "machine", "versions"}
    titles = [each.sized(TINY).title for each in chosen]
    assert [each["measure"] for each in told["rows"]] == titles
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


def five_rounds(
    contest: Callable[[], Contest], sizes: Sizes = FULL, **how: Any
) -> Result:
    """Return what a measure of such a contest comes to."""

    @contextmanager
    def opened(_ground: Ground) -> Iterator[Contest]:
        yield contest()

    opening: Callable[[Ground], AbstractContextManager[Contest]] = opened
    named = {"title": "a race", "peer": "a horse", **how}
    measure = Measure(word="race", unit="laps/s", open=opening, **named)
    there = cast("Ground", SimpleNamespace(sizes=replace(sizes, rounds=5)))
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


# -- A quick run --


@pytest.mark.parametrize("sizes", [QUICK, FULL])
def test_a_quick_run_says_so_wherever_it_is_shown_and_judges_nothing(
    sizes: Sizes, tmp_path: Path
) -> None:
    result = five_rounds(
        lambda: Sides([8] * 5, [4] * 5).contest(), sizes, floor=1.0, aim=3.0
    )
    report = Report(quick=sizes.quick, results=[result], machine={}, versions={})
    kept = keep(report, tmp_path, tmp_path / "rows.json")
    for written in (tmp_path / "rows.json", kept.details):
        assert json.loads(written.read_text())["quick"] is sizes.quick
    (row,) = json.loads((tmp_path / "rows.json").read_text())["rows"]
    assert row.keys() == KEYS
    assert row["holds"] is (None if sizes.quick else True)

    seen = StringIO()
    show(Console(file=seen, width=120), report)
    above, table_and_legend = seen.getvalue().split("measure", 1)
    table, legend = table_and_legend.split("Ours and peer")
    assert ("quick" in above, "quick" in table) == (sizes.quick, sizes.quick)
    assert ("✓" in table) is not sizes.quick
    assert ("✗" in legend) is not sizes.quick, "marks are explained where there are any"
    assert ("quick run" in kept.drawn.read_text()) is sizes.quick


def test_what_went_wrong_in_a_quick_run_is_no_floor_that_does_not_hold() -> None:
    def lost() -> None:
        raise Wrong("one event is missing")

    result = five_rounds(lambda: Sides([8] * 5, [4] * 5).contest(lost), QUICK, floor=1)
    assert (result.wrong, result.row.holds) == ("one event is missing", None)


def test_a_measure_is_named_by_the_sizes_of_its_run() -> None:
    result = five_rounds(
        lambda: Sides([8] * 5, [4] * 5).contest(),
        QUICK,
        title="laps of {callers} callers among {entries[1]:,}",
        peer="{entries[0]:,} entries",
    )
    assert result.row.measure == "laps of 16 callers among 10,000"
    assert result.peer_name == "2,000 entries"
    quick = {each.word: each.sized(QUICK).title for each in MEASURES}
    assert "16 callers" in quick["commands"]
    assert "10,000 against 2,000" in quick["page"]


def test_the_page_says_how_a_quick_run_differs() -> None:
    told = [
        line.split(" | ")[1:]
        for line in PAGE.read_text().split("## A quick run")[1].splitlines()
        if line.startswith("|")
    ]
    known = zip(astuple(FULL), astuple(QUICK), strict=True)
    sizes = [[shown(full), f"{shown(quick)} |"] for full, quick in known]
    # Below the heading; and the first of the sizes says that it is quick.
    assert told[2:] == sizes[1:]


def shown(size: object) -> str:
    """Return a size as the page has it."""
    if isinstance(size, tuple):
        return ", ".join(shown(each) for each in size)
    return f"{size:,}" if isinstance(size, int) else f"{size:g}"


def test_the_table_says_what_its_lines_and_marks_mean() -> None:
    less = five_rounds(
        lambda: Sides([4] * 5, [8] * 5).contest(), floor=1.5, less_is_better=True
    )
    seen = StringIO()
    report = Report(quick=False, results=[less], machine={}, versions={})
    show(Console(file=seen, width=120), report)
    shown = seen.getvalue()
    assert "at least, aim" not in shown
    assert "≤ 1.5" in shown
    for said in ("median", "range", "p50/p99/p99.9", "at least", "at most", "✗"):
        assert said in shown.split("≤ 1.5", 1)[1]


# -- Overload, of a store that does so much a second and no more --


class Store:
    """Does ``limit`` a second of whatever it is asked, and says no to the rest."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.asks_max = float("inf")
        self.asked: list[float] = []

    def crowd(self, rate: float) -> Crowd:
        self.asked.append(rate)
        rate = min(rate, self.asks_max)
        done = int(min(rate, self.limit))
        return Crowd(
            asked_rate=rate,
            seconds=1.0,
            waits=[0.1] * done,
            noes=[0.0] * int(rate - done),
        )


@pytest.mark.parametrize("guess", [200.0, 900.0, 5_000.0])
def test_the_capacity_is_what_is_done_whatever_it_was_thought_to_be(
    guess: float,
) -> None:
    store = Store(1_000)
    assert Overload(store.crowd, guess).can_be_done().value == 1_000


def test_a_storm_asks_three_times_what_was_really_done_of_it() -> None:
    store = Store(1_000)
    overload = Overload(store.crowd, 550)  # Just now; the machine had other work.
    assert overload.goodput().value == 1_000
    assert store.asked[-1] == 3_000
    assert overload.pressures == [3]


def test_a_store_that_does_less_the_more_it_is_asked_is_not_asked_less() -> None:
    store = Store(1_000)
    overload = Overload(store.crowd, 1_000)
    store.limit = 400
    assert overload.goodput().value == 400
    assert store.asked == [3_000]


def test_a_crowd_that_cannot_ask_more_is_asked_once_and_it_is_told() -> None:
    store = Store(1_000)
    store.asks_max = 1_800
    overload = Overload(store.crowd, 1_000)
    overload.goodput()
    assert (store.asked, overload.pressures) == ([3_000], [1.8])


def test_more_goodput_than_can_be_done_is_not_ticked() -> None:
    result = five_rounds(
        lambda: Sides([9] * 5, [6] * 5).contest(), floor=0.8, credible=1.1
    )
    assert (result.row.ratio, result.row.holds) == (1.5, None)
    assert any("not judged" in each for each in result.notes)
