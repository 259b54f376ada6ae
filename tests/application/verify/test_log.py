"""What somebody does to the log by hand is found, and said where."""

from collections.abc import Sequence
from typing import Literal, NamedTuple
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from application.event_store.seams.stock import append_stock, stock_ask
from application.verify.findings import SHOWN_MAX, Findings
from application.verify.verify import NoSuchPartition, scope_of, verify
from tests.application.verify.conftest import Ledger

# As if nobody had looked: the leaves are made to fit what was changed.
HASHED = """
UPDATE store.event
   SET leaf = store.leaf(partition, position, stream_id, version, type, body,
                         occurred_at, recorded_at, command_id, actor, correlation_id)
 WHERE partition = %(partition)s
"""
MORE = """
INSERT INTO store.event
SELECT partition, position + 1, stream_id, version + 1, type, body, occurred_at,
       recorded_at, command_id, actor, correlation_id, leaf
  FROM store.event WHERE partition = %(partition)s AND position = %(head)s
"""
# Another command is said to have asked for it.
ASKED = """
UPDATE store.event SET command_id = gen_random_uuid()
 WHERE partition = %(partition)s AND position = %(head)s + 1;
"""
TOLD = """
INSERT INTO store.command
SELECT c.partition, e.command_id, c.name, c.actor, c.asked_at, c.request_hash,
       e.position, e.position, c.streams, c.versions
  FROM store.event AS e JOIN store.command AS c USING (partition)
 WHERE e.partition = %(partition)s AND e.position = %(head)s + 1
   AND c.last_position = %(head)s
"""
ON = """
UPDATE store.partition_head SET position = position + 1 WHERE partition = %(partition)s
"""


class Damage(NamedTuple):
    """What is done, what is found of which invariant, and where, at least."""

    done: Sequence[str]
    broken: set[str]
    at: Literal["first", "middle", "head", "next"]


DAMAGES = {
    "a byte of a body is flipped": Damage(
        [
            """UPDATE store.event
                   SET body = set_byte(body, 10, get_byte(body, 10) # 1) WHERE MIDDLE"""
        ],
        {"I5"},
        "middle",
    ),
    "somebody else is said to have done it": Damage(
        ["UPDATE store.event SET actor = 'nobody' WHERE MIDDLE"], {"I5"}, "middle"
    ),
    "it is said to have happened a microsecond later": Damage(
        [
            """UPDATE store.event
                   SET occurred_at = occurred_at + '1 us'::interval WHERE MIDDLE"""
        ],
        {"I5"},
        "middle",
    ),
    "it is recorded at no time at all": Damage(
        ["UPDATE store.event SET recorded_at = 'infinity' WHERE MIDDLE"],
        {"I4", "I5"},
        "middle",
    ),
    "an event in the middle is deleted": Damage(
        ["DELETE FROM store.event WHERE MIDDLE"], {"I1", "I3", "I4"}, "middle"
    ),
    "and its command with it": Damage(
        [
            """DELETE FROM store.command
                WHERE partition = %(partition)s AND first_position = %(middle)s""",
            "DELETE FROM store.event WHERE MIDDLE",
        ],
        {"I3", "I4"},
        "middle",
    ),
    "the last event is deleted": Damage(
        ["DELETE FROM store.event WHERE LAST"], {"I1", "I4"}, "head"
    ),
    "the head is put back over it": Damage(
        [
            "DELETE FROM store.event WHERE LAST",
            """UPDATE store.partition_head SET position = %(head)s - 1
                WHERE partition = %(partition)s""",
        ],
        {"I1"},
        "head",
    ),
    "an event is inserted without its leaf": Damage(
        [MORE, ASKED, TOLD, ON], {"I5"}, "next"
    ),
    "an event is inserted without its head": Damage(
        [MORE, ASKED, TOLD, HASHED], {"I1", "I4"}, "next"
    ),
    "an event is inserted without its command": Damage(
        [MORE, ASKED, ON, HASHED], {"I2"}, "next"
    ),
    "an event is inserted under another's command": Damage(
        [MORE, ON, HASHED], {"I2"}, "head"
    ),
    "the head moves on without an event": Damage([ON], {"I4"}, "next"),
    "the head's time is put back": Damage(
        [
            """UPDATE store.partition_head SET recorded_at = '1970-01-01 00:00:00+00'
                WHERE partition = %(partition)s"""
        ],
        {"I4"},
        "head",
    ),
    "the head row is deleted": Damage(
        ["DELETE FROM store.partition_head WHERE partition = %(partition)s"],
        {"I1", "I4"},
        "head",
    ),
    "it is recorded before what stands before it": Damage(
        [
            """UPDATE store.event
                   SET recorded_at = recorded_at - '1 day'::interval WHERE MIDDLE""",
            HASHED,
        ],
        {"I4"},
        "middle",
    ),
    "the row of a command is deleted": Damage(
        [
            """DELETE FROM store.command
                WHERE partition = %(partition)s AND first_position = %(middle)s"""
        ],
        {"I2"},
        "middle",
    ),
    "the row of a command says another place": Damage(
        [
            """UPDATE store.command SET last_position = last_position + 1
                WHERE partition = %(partition)s AND first_position = %(middle)s"""
        ],
        {"I1"},
        "middle",
    ),
    "a version is skipped": Damage(
        ["UPDATE store.event SET version = version + 1 WHERE LAST", HASHED],
        {"I3"},
        "head",
    ),
    "a stream begins at 0": Damage(
        [
            """UPDATE store.event SET version = 0
                WHERE partition = %(partition)s AND position = 1""",
            HASHED,
        ],
        {"I3"},
        "first",
    ),
}


def test_what_nobody_touched_holds(ledger: Ledger) -> None:
    report = ledger.report()
    assert report.holds, report.findings
    looked_at = {each.invariant: each.checked for each in report.invariants}
    events = sum(ledger.store.heads().values())
    assert [looked_at[each] for each in ("I2", "I3", "I4", "I5")] == [events] * 4
    assert 0 < looked_at["I1"] < events


def test_it_says_how_far_it_is_until_all_is_looked_at(ledger: Ledger) -> None:
    told: list[int] = []
    with ledger.pools.reader.connection() as connection:
        scope = scope_of(connection)
        verify(connection, scope, Findings(), told.append)
    assert sum(told) == scope.events == sum(ledger.store.heads().values())
    assert len(told) > 1


@pytest.mark.parametrize("what", DAMAGES)
def test_what_somebody_does_to_the_log_is_found(ledger: Ledger, what: str) -> None:
    damage = DAMAGES[what]
    ledger.tampers(*damage.done)
    found = ledger.found()
    assert {invariant for invariant, _ in found} == damage.broken, found
    head, middle = ledger.head, ledger.middle
    at = {"first": 1, "middle": middle, "head": head, "next": head + 1}[damage.at]
    assert ledger.place(at) in {place for _, place in found}


def test_an_end_that_is_missing_is_told_by_the_head_and_by_what_is_missing(
    ledger: Ledger,
) -> None:
    ledger.tampers(ON, ON)
    head = ledger.head
    assert {each.what for each in ledger.report().findings} == {
        f"the head is at {head + 2}, but the last event at {head}",
        f"events {head + 1} to {head + 2} are missing",
    }


def test_a_version_may_not_stand_before_the_one_it_follows(ledger: Ledger) -> None:
    swap = "UPDATE store.event SET version = {} WHERE {}"
    stream = "partition = %(partition)s AND stream_id = %(stream_id)s AND version = {}"
    steps = [(99, 1), (1, 2), (2, 99)]
    ledger.tampers(
        *(swap.format(new, stream.format(old)) for new, old in steps),
        HASHED,
        stream_id=(order := stream_in(ledger)),
    )
    first = ledger.store.stream(order)[0].position
    assert ("I3", ledger.place(min(first, other_of(ledger, order)))) in ledger.found()


def stream_in(ledger: Ledger) -> UUID:
    return ledger.store.read(ledger.partition, 0, 1)[0].stream_id


def other_of(ledger: Ledger, stream_id: UUID) -> int:
    return ledger.store.stream(stream_id)[1].position


def test_a_stock_stream_may_begin_anywhere_but_leave_nothing_out(
    ledger: Ledger,
) -> None:
    ids = [uuid4(), uuid4()]
    with ledger.pools.writer.connection() as connection:
        for stream_id in ids:
            for version in (7, 8, 9):
                event = StoredEvent(stream_id, version, "any:Thing", b"\x80\x00")
                append_stock(connection, stock_ask([event]))
    assert not ledger.found()
    ledger.tampers(
        "UPDATE store.event SET version = 10 WHERE stream_id = %(one)s AND version = 9",
        HASHED.replace("%(partition)s", "0"),
        one=ids[0],
    )
    assert {invariant for invariant, _ in ledger.found()} == {"I3"}


def test_one_partition_from_one_position_on_is_all_that_is_looked_at(
    ledger: Ledger,
) -> None:
    ledger.tampers("UPDATE store.event SET actor = 'nobody' WHERE MIDDLE")
    others = [each for each in ledger.store.heads() if each != ledger.partition]

    def broken(partition: int, after: int) -> bool:
        found = Findings()
        with ledger.pools.reader.connection() as connection:
            verify(connection, scope_of(connection, partition, after), found)
        return not found.report().holds

    assert broken(ledger.partition, ledger.middle - 1)
    assert not broken(ledger.partition, ledger.middle)
    assert not any(broken(each, 0) for each in others)


def test_there_is_nothing_to_look_at_in_a_partition_nobody_made(
    ledger: Ledger,
) -> None:
    with (
        ledger.pools.reader.connection() as connection,
        pytest.raises(NoSuchPartition, match="no partition 99"),
    ):
        scope_of(connection, 99)


def test_much_that_is_wrong_is_counted_and_not_all_of_it_told(ledger: Ledger) -> None:
    ledger.shop.sells(range(5, 30))
    ledger.tampers("UPDATE store.event SET actor = 'nobody'")
    report = ledger.report()
    (leaves,) = (each for each in report.invariants if each.invariant == "I5")
    assert leaves.broken == sum(ledger.store.heads().values()) > SHOWN_MAX
    assert len(report.findings) == SHOWN_MAX
