"""The only personal data and free text: sealed, and erasable for ever."""

from application.people.keys import Access, KeyStore, PostgresKeys
from application.people.masking import mask
from application.people.memory import MemoryKeys
from application.people.people import WHY_LENGTH_MAX, People, Words
from application.people.sealing import (
    ERASED,
    WORDS_BYTES_MAX,
    SealBroken,
    WordsTooLong,
    WrongMasterKey,
)

__all__ = [
    "ERASED",
    "WHY_LENGTH_MAX",
    "WORDS_BYTES_MAX",
    "Access",
    "KeyStore",
    "MemoryKeys",
    "People",
    "PostgresKeys",
    "SealBroken",
    "Words",
    "WordsTooLong",
    "WrongMasterKey",
    "mask",
]
