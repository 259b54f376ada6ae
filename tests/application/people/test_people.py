"""Sealing and opening, on the key store without a database."""

from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from msgspec import convert

from application.people import (
    ERASED,
    WORDS_BYTES_MAX,
    Access,
    MemoryKeys,
    People,
    SealBroken,
    Words,
    WordsTooLong,
    WrongMasterKey,
)
from application.people.people import OWN, REMEMBERED_MAX, REMEMBERED_SECONDS
from application.people.sealing import derived
from domain.kernel import Sealed

MASTER = b"m" * 32
PRAISE = "好评, the parcel came a day early"


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class CountedKeys(MemoryKeys):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[set[str]] = []

    def provide(self, candidates: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        self.asked.append(set(candidates))
        return super().provide(candidates)


def people(keys: MemoryKeys | None = None, master: bytes = MASTER) -> People:
    return People(keys or MemoryKeys(), master)


def test_sealed_words_can_be_opened_and_fit_an_event() -> None:
    ours = people()

    sealed = ours.seal("mei", PRAISE)

    assert convert(sealed, Sealed) == sealed
    assert "day" not in sealed
    assert ours.open("mei", sealed, actor="agent:7") == PRAISE


def test_the_same_words_of_the_same_consumer_are_sealed_the_same() -> None:
    keys = MemoryKeys()

    assert people(keys).seal("mei", PRAISE) == people(keys).seal("mei", PRAISE)


def test_other_words_consumers_and_purposes_are_sealed_differently() -> None:
    ours = people()
    sealed = {
        ours.seal("mei", PRAISE),
        ours.seal("mei", PRAISE + "!"),
        ours.seal("lei", PRAISE),
        ours.seal("mei", PRAISE, "address"),
    }

    assert len({each.rpartition(":")[2] for each in sealed}) == 4


def test_other_words_never_share_a_nonce() -> None:
    ours = people()
    nonce_letters = 16  # 12 bytes in base64

    nonces = {
        ours.seal("mei", words).rpartition(":")[2][:nonce_letters]
        for words in ("a", "b", "a ", "aa", PRAISE)
    }

    assert len(nonces) == 5


def test_words_open_for_their_own_consumer_only() -> None:
    ours = people()
    sealed = ours.seal("mei", PRAISE)
    ours.seal("lei", PRAISE)

    with pytest.raises(SealBroken, match="consumer lei"):
        ours.open("lei", sealed, actor="agent:7")


@pytest.mark.parametrize(
    "broken",
    [
        "sealed:1:words:AAAA",
        "sealed:1:words:A",
        "sealed:2:words:AAAA",
        "in the clear",
    ],
)
def test_what_was_never_sealed_cannot_be_opened(broken: str) -> None:
    ours = people()
    ours.seal("mei", PRAISE)

    with pytest.raises(SealBroken):
        ours.open("mei", broken, actor="agent:7")


def test_words_of_one_purpose_cannot_be_passed_off_as_another() -> None:
    ours = people()
    sealed = ours.seal("mei", PRAISE, "note")

    with pytest.raises(SealBroken):
        ours.open("mei", sealed.replace(":note:", ":address:"), actor="agent:7")


def test_words_of_somebody_without_a_key_cannot_be_opened() -> None:
    sealed = people().seal("mei", PRAISE)

    with pytest.raises(SealBroken):
        people().open("mei", sealed, actor="agent:7")


def test_an_erased_consumers_words_are_gone_in_every_process_at_once() -> None:
    keys = MemoryKeys()
    here, there = people(keys), people(keys)
    sealed = here.seal("mei", PRAISE)
    assert there.open("mei", sealed, actor="agent:7") == PRAISE

    keys.erase(["mei"])

    assert here.open("mei", sealed, actor="agent:7") is None
    assert there.open("mei", sealed, actor="agent:7") is None


def test_nothing_is_kept_of_what_is_sealed_for_an_erased_consumer() -> None:
    keys = MemoryKeys()
    keys.erase(["mei"])

    assert people(keys).seal("mei", PRAISE) == ERASED
    assert people(keys).open("mei", ERASED, actor="agent:7") is None


def test_a_key_remembered_for_sealing_is_forgotten_within_seconds() -> None:
    keys, stopwatch = MemoryKeys(), Stopwatch()
    ours = People(keys, MASTER, stopwatch)
    ours.seal("mei", PRAISE)
    keys.erase(["mei"])

    stopwatch.seconds = REMEMBERED_SECONDS - 0.1
    too_late = ours.seal("mei", "sealed under a key that no longer exists")
    assert ours.open("mei", too_late, actor="agent:7") is None

    stopwatch.seconds = REMEMBERED_SECONDS
    assert ours.seal("mei", PRAISE) == ERASED


def test_a_batch_asks_for_the_keys_it_lacks_once() -> None:
    keys = CountedKeys()
    ours = people(keys)
    ours.seal("mei", PRAISE)

    sealed = ours.seal_many(
        [Words("mei", "a"), Words("lei", "b"), Words("lan", "c"), Words("lei", "d")]
    )

    assert keys.asked == [{"mei"}, {"lei", "lan"}]
    names = ("mei", "lei", "lan", "lei")
    opened = ours.open_many(list(zip(names, sealed, strict=True)), actor="agent:7")
    assert opened == ["a", "b", "c", "d"]


def test_only_so_many_keys_are_remembered() -> None:
    keys = CountedKeys()
    ours = people(keys)
    ours.seal("first", PRAISE)
    ours.seal_many([Words(f"c{n}", "x") for n in range(REMEMBERED_MAX)])

    ours.seal("first", PRAISE)

    assert keys.asked[-1] == {"first"}


def test_every_opening_is_written_down_without_the_words() -> None:
    keys = MemoryKeys()
    ours = people(keys)
    review = ours.seal("mei", PRAISE, "review")
    note = ours.seal("mei", "a note", "note")

    both = [("mei", review), ("mei", review), ("mei", note)]
    ours.open_many(both, actor="agent:7", why="a claim of hers")

    assert keys.accesses == [
        ("agent:7", Access("mei", "note", 1, "a claim of hers")),
        ("agent:7", Access("mei", "review", 2, "a claim of hers")),
    ]


def test_consumers_read_their_own_words_because_they_are_theirs() -> None:
    keys = MemoryKeys()
    ours = people(keys)
    review = ours.seal("mei", PRAISE, "review")

    ours.open("mei", review, actor="consumer:mei", why="consumer.read")
    ours.note("mei", "evidence", actor="consumer:mei")

    assert [access.why for _, access in keys.accesses] == [OWN, OWN]


def test_the_longest_words_fit_and_longer_ones_are_refused_clearly() -> None:
    ours = people()
    longest = "x" * WORDS_BYTES_MAX

    sealed = ours.seal("mei", longest, "a-purpose-as-long-as-they-may-be")
    assert convert(sealed, Sealed) == sealed
    assert ours.open("mei", sealed, actor="agent:7") == longest
    with pytest.raises(WordsTooLong, match=r"48,001 bytes; at most 48,000"):
        ours.seal("mei", longest + "x")


def test_another_master_key_is_told_apart_from_words_altered() -> None:
    keys = MemoryKeys()
    sealed = people(keys).seal("mei", PRAISE)

    with pytest.raises(WrongMasterKey, match="put back the master key"):
        people(keys, b"n" * 32).open("mei", sealed, actor="agent:7")


def test_a_key_moved_to_another_consumer_opens_nothing() -> None:
    keys = MemoryKeys()
    people(keys).seal("mei", PRAISE)
    stolen = keys.provide({"mei": b""})["mei"]
    assert stolen is not None
    keys.provide({"thief": stolen})

    with pytest.raises(WrongMasterKey):
        people(keys).seal("thief", "whatever")


def test_a_master_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="has 16 bytes, not 32"):
        people(master=b"m" * 16)


def test_keys_are_derived_as_the_standard_says() -> None:
    info = b"\0\0\0\x07redress\0\0\0\x04seal\0\0\0\x05words"

    expected = HKDFExpand(SHA256(), 32, info).derive(MASTER)

    assert derived(MASTER, "seal", "words") == expected
