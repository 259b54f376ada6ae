"""Where keys are kept: one contract for every key store, and who may read them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from application.event_store.connections import connection_pool
from application.people import Access, KeyStore, MemoryKeys, PostgresKeys
from domain.ids import partition_of
from interface.postgres.database import DatabaseUrls

PARTITIONS = 8
KEPT = b"wrapped"


@pytest.fixture
def postgres(clean_database: DatabaseUrls) -> Iterator[PostgresKeys]:
    with connection_pool(clean_database.keys) as pool:
        yield PostgresKeys(pool, PARTITIONS)


@pytest.fixture(params=["memory", "postgres"])
def keys(request: pytest.FixtureRequest) -> KeyStore:
    if request.param == "memory":
        return MemoryKeys()
    store: PostgresKeys = request.getfixturevalue("postgres")
    return store


def test_a_consumer_keeps_the_first_key_provided(keys: KeyStore) -> None:
    assert keys.provide({"mei": KEPT}) == {"mei": KEPT}
    assert keys.provide({"mei": b"other", "lei": b"l"}) == {"mei": KEPT, "lei": b"l"}


def test_opening_returns_the_keys_there_are(keys: KeyStore) -> None:
    keys.provide({"mei": KEPT, "lei": b"l"})
    asked = [Access("mei", "review", 2), Access("ghost", "note", 1)]

    assert keys.open("agent:7", asked) == {"mei": KEPT}


def test_nobody_is_erased_before_they_are(keys: KeyStore) -> None:
    keys.provide({"mei": bytes(60)})
    assert keys.erased() == []


def test_who_was_erased_is_known(
    postgres: PostgresKeys, clean_database: DatabaseUrls
) -> None:
    postgres.provide({"mei": bytes(60), "lei": bytes(60)})
    with psycopg.connect(clean_database.owner) as owner:
        owner.execute(
            "UPDATE people.key SET wrapped = NULL, erased_at = now(), erased_by = 'me'"
            " WHERE consumer = 'mei'"
        )
    assert postgres.erased() == ["mei"]
    assert postgres.erased_among(["mei", "lin"]) == {"mei"}
    assert postgres.erased_among([]) == frozenset()


def test_asking_for_nothing_gives_nothing(keys: KeyStore) -> None:
    assert keys.provide({}) == {}
    assert keys.open("agent:7", []) == {}


def test_one_key_wins_when_many_provide_it_at_once(postgres: PostgresKeys) -> None:
    consumers = [f"c{number}" for number in range(40)]

    def provide(number: int) -> object:
        order = consumers if number % 2 else consumers[::-1]
        return postgres.provide(dict.fromkeys(order, b"%d" % number))

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(provide, range(16)))

    assert all(answer == answers[0] for answer in answers)


def test_every_opening_is_written_down(
    postgres: PostgresKeys, clean_database: DatabaseUrls
) -> None:
    postgres.open(
        "agent:7", [Access("mei", "review", 2, "a claim"), Access("lei", "note", 1)]
    )

    with psycopg.connect(clean_database.reader) as auditor:
        rows = auditor.execute(
            "SELECT partition, consumer, purpose, words, actor, why,"
            " opened_at > now() - interval '1 hour' FROM people.access"
            " ORDER BY consumer"
        ).fetchall()
    assert rows == [
        (partition_of("lei", PARTITIONS), "lei", "note", 1, "agent:7", None, True),
        (
            partition_of("mei", PARTITIONS),
            "mei",
            "review",
            2,
            "agent:7",
            "a claim",
            True,
        ),
    ]


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("reader", "SELECT wrapped FROM people.key"),
        ("reader", "SELECT count(*) FROM people.key"),
        ("writer", "SELECT wrapped FROM people.key"),
        ("projector", "SELECT wrapped FROM people.key"),
        ("keys", "DELETE FROM people.key"),
        ("keys", "UPDATE people.key SET wrapped = ''"),
        ("keys", "DELETE FROM people.access"),
        ("keys", "UPDATE people.access SET actor = 'nobody'"),
        ("reader", "DELETE FROM people.access"),
    ],
)
def test_nobody_else_reaches_keys_and_nobody_unsays_an_opening(
    clean_database: DatabaseUrls, role: str, statement: str
) -> None:
    url = getattr(clean_database, role)
    with (
        psycopg.connect(url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())
