"""What those see who keep the process running, also while all is not well."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from litestar import Litestar
from litestar.testing import TestClient
from psycopg import OperationalError

from interface.api.app import build_app
from interface.api.metrics import KEPT_SECONDS, Gauges, Metrics
from interface.bootstrap import Redress
from interface.serving import api_parts
from tests.interface.api.test_problems import problem


class Database:
    """What is asked of a database that may be down, and nothing more."""

    def __init__(self) -> None:
        self.down = False
        self.events_read = 100

    def _answer(self) -> None:
        if self.down:
            raise OperationalError

    def missing(self) -> Sequence[str]:
        self._answer()
        return ()

    def lags(self) -> Mapping[str, int]:
        self._answer()
        return {"timeline": 7}

    def read(self) -> Mapping[str, int]:
        self._answer()
        return {"timeline": self.events_read}

    def parked(self) -> Mapping[str, int]:
        self._answer()
        return {"timeline": 2}

    def counts(self) -> Iterable[tuple[str, str, str | None, int]]:
        self._answer()
        return ()


def client_of(
    redress: Redress, database: Database, elapsed: Callable[[], float]
) -> TestClient[Litestar]:
    metrics = Metrics(Gauges(database, database, elapsed))
    parts = api_parts(redress)._replace(checks=database, metrics=metrics)
    return TestClient(build_app(parts), raise_server_exceptions=False)


def test_without_its_database_a_process_says_what_is_amiss(redress: Redress) -> None:
    database = Database()
    database.down = True
    with client_of(redress, database, lambda: 0) as client:
        amiss = problem(client.get("/readyz"), 503, "not_ready")
    assert amiss["database"] is False
    assert amiss["ok"] is False


def test_without_its_database_a_process_is_still_measured(redress: Redress) -> None:
    database, passed = Database(), 0.0
    with client_of(redress, database, lambda: passed) as client:
        assert "redress_database_up 1.0" in client.get("/metrics").text
        database.down = True
        passed += KEPT_SECONDS + 1
        answer = client.get("/metrics")
    assert answer.status_code == 200
    assert "redress_database_up 0.0" in answer.text
    assert 'lag_events{projection="timeline"} 7.0' in answer.text, "as it was last"


def test_how_fast_projections_read_is_measured_from_one_look_to_the_next(
    redress: Redress,
) -> None:
    database, passed = Database(), 0.0
    with client_of(redress, database, lambda: passed) as client:
        first = client.get("/metrics").text
        database.events_read += 3_000
        passed += 2 * KEPT_SECONDS
        then = client.get("/metrics").text
    assert 'projection_events_total{projection="timeline"} 100.0' in first
    assert 'events_per_second{projection="timeline"}' not in first
    assert 'projection_events_total{projection="timeline"} 3100.0' in then
    assert 'events_per_second{projection="timeline"} 300.0' in then
    assert 'parked_streams{projection="timeline"} 2.0' in then


def test_whatever_methods_are_made_up_the_measures_are_no_more(
    client: TestClient[Litestar],
) -> None:
    for made_up in ("BREW", "WHEN"):
        client.request(made_up, "/v1/orders")
    text = client.get("/metrics").text
    assert "BREW" not in text
    assert 'method="OTHER"' in text
