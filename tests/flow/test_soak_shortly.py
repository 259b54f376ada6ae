"""API, worker and PostgreSQL are killed under load for a minute; more by make soak."""

from pathlib import Path
from typing import Final

import psycopg
from click import echo

from tests.flow.soak import VICTIMS, callers, rounds, stage, wrong

SECONDS: Final = 60.0
SEED: Final = 5

# As a server would that had forgotten the last commit of each partition: nothing in the
# log shows it. Of one alone it may be that nobody was told of it.
FORGET: Final = """
SET session_replication_role = replica;
CREATE TEMP TABLE last AS
SELECT e.partition, e.position, e.command_id FROM store.event AS e
  JOIN store.partition_head AS h USING (partition, position)
 WHERE e.actor = 'service:soak';
DELETE FROM store.command USING last WHERE command.command_id = last.command_id;
DELETE FROM store.event USING last WHERE event.command_id = last.command_id;
UPDATE store.partition_head AS h SET position = before.position,
       recorded_at = before.recorded_at
  FROM last CROSS JOIN LATERAL (
       SELECT * FROM store.event AS e WHERE e.partition = last.partition
        ORDER BY e.position DESC LIMIT 1) AS before
 WHERE h.partition = last.partition
"""


def test_whoever_is_killed_under_load_what_callers_were_told_is_so(
    tmp_path: Path,
) -> None:
    with stage(tmp_path / "home") as on:
        load = callers(on, SEED)
        told = list(rounds(on, load, SECONDS, SEED))
        with psycopg.connect(on.urls.owner) as owner:
            owner.execute(FORGET)
        control = wrong(on.urls, load, rebuilt=False)
    for each in told:
        echo(each)
        assert not each.wrong, str(each)
    assert {*told[0].killed} == {*VICTIMS}
    assert sum(each.told["done"] for each in told) > 0
    assert "I1" in {each.invariant for each in control}, "control: some are forgotten"
