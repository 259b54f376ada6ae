"""The benchmark of incidents, small: that it measures what it says it does."""

from interface.postgres.database import DatabaseUrls
from tests.benchmarks.incident import measured


def test_a_small_incident_is_handed_out_whole(clean_database: DatabaseUrls) -> None:
    times = measured(clean_database, orders=60, others=1_000)
    assert times.offered == times.orders
    assert times.hand_out[0] > 0
