"""How words are sealed: AES-256-GCM under a key of one consumer and one purpose.

A sealed value reads ``sealed:1:PURPOSE:BASE64URL``; the last part is the nonce and the
ciphertext with its tag. The nonce is a keyed digest of the words themselves (a
synthetic nonce), so the same words of the same consumer always give the same bytes and
different words never share a nonce. Whoever lacks the key learns only how long the
words are, and whether the same consumer said the same thing twice.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# What sealing gives, and what opening finds, once the consumer is forgotten.
ERASED = "sealed:erased"

# As many bytes of UTF-8 as a sealed value has room for (domain.kernel.Sealed).
WORDS_BYTES_MAX = 48_000

KEY_BYTES = 32
NONCE_BYTES = 12

PURPOSE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
SEALED = re.compile(rf"sealed:1:({PURPOSE.pattern}):([A-Za-z0-9_-]+)")


class WordsTooLong(ValueError):
    """The words have more than 48,000 bytes and cannot be sealed: shorten them."""

    def __init__(self, length: int) -> None:
        super().__init__(
            f"These words have {length:,} bytes; at most {WORDS_BYTES_MAX:,} can be "
            "sealed. Shorten them, or keep them as an evidence file"
        )


class SealBroken(ValueError):
    """These words were not sealed for this consumer, or were altered since."""

    def __init__(self, consumer: str) -> None:
        super().__init__(
            f"These words were not sealed for consumer {consumer}, or were altered"
        )


class WrongMasterKey(RuntimeError):
    """The master key is not the one that this database's keys were wrapped with."""

    def __init__(self, consumer: str) -> None:
        super().__init__(
            f"The master key does not unwrap the key of consumer {consumer}: put back "
            "the master key that this database was used with"
        )


def new_key() -> bytes:
    """Return a fresh key of 32 bytes, for a consumer or as a master key."""
    return secrets.token_bytes(KEY_BYTES)


def derived(key: bytes, *context: str) -> bytes:
    """Return the key that stands for this context.

    HKDF-Expand with SHA-256 (RFC 5869), of which 32 bytes are a single HMAC: said so,
    it takes a quarter of the time of the library's general one.
    """
    info = b"".join(prefixed(part.encode()) for part in ("redress", *context))
    return hmac.digest(key, info + b"\x01", "sha256")


def prefixed(field: bytes) -> bytes:
    """Return the field behind its length, so that no two lists read the same."""
    return len(field).to_bytes(4) + field


def wrap(master: bytes, consumer: str, key: bytes) -> bytes:
    """Return a consumer's key, fit to be stored: of use only with the master key."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    wrapping = AESGCM(derived(master, "wrap", consumer))
    return nonce + wrapping.encrypt(nonce, key, consumer.encode())


def unwrap(master: bytes, consumer: str, wrapped: bytes) -> bytes:
    """Return a consumer's key. Raises WrongMasterKey."""
    nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
    wrapping = AESGCM(derived(master, "wrap", consumer))
    try:
        return wrapping.decrypt(nonce, sealed, consumer.encode())
    except InvalidTag:
        raise WrongMasterKey(consumer) from None


def seal(key: bytes, consumer: str, purpose: str, words: str) -> str:
    """Return the words sealed, the same for the same words. Raises WordsTooLong."""
    text = words.encode()
    if len(text) > WORDS_BYTES_MAX:
        raise WordsTooLong(len(text))
    if not PURPOSE.fullmatch(purpose):
        raise ValueError(f"{purpose!r} is no purpose: a short lower-case word is")
    about = bound(consumer, purpose)
    digest = hmac.digest(derived(key, "nonce", purpose), about + text, "sha256")
    nonce = digest[:NONCE_BYTES]
    ciphertext = AESGCM(derived(key, "seal", purpose)).encrypt(nonce, text, about)
    return f"sealed:1:{purpose}:{to_text(nonce + ciphertext)}"


def unseal(key: bytes, consumer: str, sealed: str) -> str:
    """Return the words. Raises SealBroken."""
    purpose, payload = parts(consumer, sealed)
    nonce, ciphertext = payload[:NONCE_BYTES], payload[NONCE_BYTES:]
    cipher = AESGCM(derived(key, "seal", purpose))
    try:
        return cipher.decrypt(nonce, ciphertext, bound(consumer, purpose)).decode()
    except (InvalidTag, ValueError):
        raise SealBroken(consumer) from None


def purpose_of(consumer: str, sealed: str) -> str:
    """Return what the words were sealed for. Raises SealBroken if they are not."""
    return "erased" if sealed == ERASED else parts(consumer, sealed)[0]


def parts(consumer: str, sealed: str) -> tuple[str, bytes]:
    """Return purpose and payload of a sealed value. Raises SealBroken."""
    match = SEALED.fullmatch(sealed)
    if match is None:
        raise SealBroken(consumer)
    try:
        return match[1], from_text(match[2])
    except ValueError:
        raise SealBroken(consumer) from None


def bound(consumer: str, purpose: str) -> bytes:
    """Return what a sealed value is tied to: it opens nowhere else."""
    return prefixed(consumer.encode()) + prefixed(purpose.encode())


def to_text(payload: bytes) -> str:
    """Return bytes in the letters that a sealed value may have."""
    return urlsafe_b64encode(payload).decode().rstrip("=")


def from_text(text: str) -> bytes:
    """Return what ``to_text`` was given; ValueError if it was given nothing."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
