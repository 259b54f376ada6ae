"""An id says where it belongs; how it is spelt is for ever: what is stored bears it."""

from hashlib import sha256
from uuid import RFC_4122, UUID

import pytest

from domain.ids import id_from_name, partition_in, partition_of, random_id

MONDAY_MS = 1_772_442_000_000
DICE = (1 << 200) - 1


@pytest.mark.parametrize("partitions", [1, 64, 4096])
def test_a_partition_is_the_first_8_bytes_of_sha_256_modulo_their_number(
    partitions: int,
) -> None:
    first = sha256("林-1".encode()).digest()[:8]
    assert partition_of("林-1", partitions) == int.from_bytes(first, "big") % partitions


def test_an_id_is_a_uuid_of_version_8_that_carries_its_partition() -> None:
    for partition in (0, 7, 4095):
        for one in (
            id_from_name(partition, "order", "tmall", "T-1"),
            random_id(partition, MONDAY_MS, DICE),
        ):
            assert (one.version, one.variant) == (8, RFC_4122)
            assert partition_in(one) == partition


def test_an_outside_name_always_gives_the_same_id_in_its_partition() -> None:
    """Given the bytes of what is stored today: another spelling would lose it."""
    known = UUID("4376a0c0-402d-8007-849a-5f02689b6222")
    assert id_from_name(7, "order", "tmall", "T-1") == known
    others = {
        id_from_name(8, "order", "tmall", "T-1"),
        id_from_name(7, "case", "tmall", "T-1"),
        id_from_name(7, "order", "tmallT", "-1"),
        id_from_name(7, "order", "tmall", "T-2"),
    }
    assert len(others | {known}) == 5


def test_a_random_id_begins_with_milliseconds_and_ends_with_dice() -> None:
    one = random_id(7, MONDAY_MS, 0x1234)
    assert one.int >> 80 == MONDAY_MS
    assert one.int & (1 << 62) - 1 == 0x1234
    assert random_id(7, MONDAY_MS, 0x1235) != one


def test_no_id_is_of_a_partition_that_no_store_can_have() -> None:
    with pytest.raises(AssertionError, match="12 bits"):
        random_id(4096, MONDAY_MS, 0)
