"""How each source proves that a message is its own; docs/inbound.md says who says so.

Each function returns what of a body was signed with a secret, byte for byte, and None
if nothing was. Nothing else of the body may be believed: what one reader takes for a
form another may take for a document. All compare in constant time. MD5 and SHA-1 are
the vendors' choice, not ours.
"""

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import md5, sha1, sha256
from typing import Final
from unicodedata import normalize
from urllib.parse import parse_qsl, urlsplit

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from interface.clock import machine_now

Headers = Mapping[str, str]
Signed = Callable[[Headers, bytes, str], bytes | None]

OURS: Final = "redress-signature"
FORM_FIELDS_MAX: Final = 50

# How old a signature of Stripe's may be, as its own libraries have it, and how many
# parts it may have.
STRIPE_SECONDS_MAX: Final = 300
STRIPE_PARTS_MAX: Final = 20

# Where the target of the request stands among the headers, as HTTP/2 has it.
TARGET: Final = ":path"

# How WeChat pads and frames what it encrypts: so many random bytes, then a length.
PADDED_TO: Final = 32
RANDOM, LENGTH = 16, 4


def same(told: str, computed: str) -> bool:
    """Say whether two signatures are the same, in a time that tells nothing."""
    return bool(told) and hmac.compare_digest(told.encode(), computed.encode())


def hmac_hex(secret: str, body: bytes) -> str:
    """Return the HMAC-SHA256 of the body in hex."""
    return hmac.new(secret.encode(), body, sha256).hexdigest()


def md5_hex(body: bytes) -> str:
    """Return the MD5 in hex, lower case."""
    return md5(body, usedforsecurity=False).hexdigest()


def form(body: bytes) -> Mapping[str, bytes]:
    """Return the fields of a form; none for what is no form, or has a field twice."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            encoding="latin-1",  # gives back the very bytes that were escaped
            max_num_fields=FORM_FIELDS_MAX,
        )
    except ValueError:
        return {}
    fields = {name: value.encode("latin-1") for name, value in pairs}
    return fields if len(fields) == len(pairs) else {}


def told_in(fields: Mapping[str, bytes], name: str) -> str:
    """Return a field as text, "" for a missing one."""
    return fields.get(name, b"").decode("latin-1")


def ours(headers: Headers, body: bytes, secret: str) -> bytes | None:
    """Check ``Redress-Signature: sha256=<hex HMAC-SHA256 of the raw body>``."""
    computed = f"sha256={hmac_hex(secret, body)}"
    return body if same(headers.get(OURS, ""), computed) else None


def kuaidi100(_headers: Headers, body: bytes, secret: str) -> bytes | None:
    """Check the form field ``sign``: upper-case MD5 hex of ``param`` and the salt."""
    fields = form(body)
    signed = fields.get("param", b"")
    computed = md5_hex(signed + secret.encode()).upper()
    fits = same(told_in(fields, "sign").upper(), computed)
    return signed if fits and signed else None


def kdniao(_headers: Headers, body: bytes, secret: str) -> bytes | None:
    """Check the form field ``DataSign``: Base64 of MD5 hex of RequestData + AppKey."""
    fields = form(body)
    signed = fields.get("RequestData", b"")
    computed = b64encode(md5_hex(signed + secret.encode()).encode()).decode()
    # A "+" of theirs that was not escaped comes out of the form as a space.
    fits = same(told_in(fields, "DataSign").replace(" ", "+"), computed)
    return signed if fits and signed else None


def doudian(headers: Headers, body: bytes, secret: str) -> bytes | None:
    """Check the header ``event-sign``: MD5 hex of app key, body and app secret.

    The secret is both, as ``app_key:app_secret``.
    """
    key, _, app_secret = secret.partition(":")
    computed = md5_hex(key.encode() + body + app_secret.encode())
    return body if same(headers.get("event-sign", "").lower(), computed) else None


def easypost(headers: Headers, body: bytes, secret: str) -> bytes | None:
    """Check ``X-Hmac-Signature``: HMAC-SHA256 with the secret in form NFKD."""
    computed = f"hmac-sha256-hex={hmac_hex(normalize('NFKD', secret), body)}"
    return body if same(headers.get("x-hmac-signature", ""), computed) else None


def wechat(headers: Headers, body: bytes, secret: str) -> bytes | None:
    """Check ``msg_signature`` of the address, and open what it signs.

    SHA-1 hex of token, timestamp, nonce and the field ``Encrypt``, sorted and put
    together. The secret is ``token:EncodingAESKey``.
    """
    token, _, key = secret.partition(":")
    query = asked_in(headers)
    try:
        sealed = msgspec.json.decode(body, type=Encrypted).Encrypt
    except (msgspec.DecodeError, UnicodeError):
        return None
    fits = same(
        query.get("msg_signature", "").lower(), sorted_sha1(query, token, sealed)
    )
    return opened(sealed, key) if fits else None


def wechat_asks(headers: Headers, secret: str) -> str | None:
    """Check ``signature`` of the address, and return the ``echostr`` it came with.

    SHA-1 hex of token, timestamp and nonce: that is asked when the address is entered.
    """
    token, _, _ = secret.partition(":")
    query = asked_in(headers)
    fits = same(query.get("signature", "").lower(), sorted_sha1(query, token))
    return query.get("echostr", "") if fits else None


def asked_in(headers: Headers) -> Mapping[str, str]:
    """Return what stands in the address after the question mark."""
    return dict(parse_qsl(urlsplit(headers.get(TARGET, "")).query))


def sorted_sha1(query: Mapping[str, str], *also: str) -> str:
    """Return SHA-1 in hex of timestamp, nonce and others, sorted and put together."""
    parts = sorted([query.get("timestamp", ""), query.get("nonce", ""), *also])
    return sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()


class Encrypted(msgspec.Struct):
    """A message of WeChat's as it travels."""

    Encrypt: str  # theirs


def opened(sealed: str, key: str) -> bytes | None:
    """Return what was encrypted with AES-CBC; None if the key does not open it."""
    try:
        secret = b64decode(f"{key}=", validate=True)
        decryptor = Cipher(AES(secret), CBC(secret[:16])).decryptor()
        plain = decryptor.update(b64decode(sealed, validate=True))
        plain += decryptor.finalize()
    except ValueError:
        return None
    padding = plain[-1] if plain else 0
    if not 1 <= padding <= PADDED_TO:
        return None
    framed = plain[RANDOM:-padding]
    length = int.from_bytes(framed[:LENGTH])
    found = framed[LENGTH : LENGTH + length]
    return found if len(found) == length else None


def stripe_as_of(
    at: datetime, headers: Headers, body: bytes, secret: str
) -> bytes | None:
    """Check ``Stripe-Signature``: ``t=…,v1=…`` over "t.body", within five minutes.

    There may be several v1, while one secret replaces the other; all are tried.
    """
    parts = [part.strip() for part in headers.get("stripe-signature", "").split(",")]
    pairs = [part.partition("=") for part in parts[:STRIPE_PARTS_MAX]]
    times = [value for name, _, value in pairs if name == "t"]
    if len(times) != 1 or not re.fullmatch(r"[0-9]{1,12}", times[0]):
        return None
    computed = hmac_hex(secret, f"{times[0]}.".encode() + body)
    told = [value for name, _, value in pairs if name == "v1"]
    fits = [same(each, computed) for each in told]
    apart = abs(at.timestamp() - int(times[0]))
    return body if any(fits) and apart <= STRIPE_SECONDS_MAX else None


def stripe(headers: Headers, body: bytes, secret: str) -> bytes | None:
    """Check it by the machine's time: a demonstration's clock moves no vendor's."""
    return stripe_as_of(machine_now(), headers, body, secret)


def shopify(headers: Headers, body: bytes, secret: str) -> bytes | None:
    """Check ``X-Shopify-Hmac-Sha256``: Base64 of HMAC-SHA256 of the raw body."""
    digest = hmac.new(secret.encode(), body, sha256).digest()
    told = headers.get("x-shopify-hmac-sha256", "")
    return body if same(told, b64encode(digest).decode()) else None


def none_of_its_own(_headers: Headers, _body: bytes, _secret: str) -> None:
    """Check nothing: such a source's messages come signed as we sign.

    PayPal signs with certificates that would have to be fetched from it, or asks to be
    asked itself; a help desk signs nothing.
    """


VENDORS: Final[Mapping[str, Signed]] = {
    "kuaidi100": kuaidi100,
    "kdniao": kdniao,
    "doudian": doudian,
    "easypost": easypost,
    "wechat": wechat,
    "stripe": stripe,
    "shopify": shopify,
    "paypal": none_of_its_own,
    "helpdesk": none_of_its_own,
}
