"""How each source proves that a message is its own; docs/inbound.md says who says so.

Each function returns what of a body was signed with a secret, byte for byte, and None
if nothing was. Nothing else of the body may be believed: what one reader takes for a
form another may take for a document. All compare in constant time. MD5 is the vendors'
choice, not ours.
"""

import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import md5, sha256
from typing import Final
from unicodedata import normalize
from urllib.parse import parse_qsl

Headers = Mapping[str, str]
Signed = Callable[[Headers, bytes, str], bytes | None]

OURS: Final = "redress-signature"
FORM_FIELDS_MAX: Final = 50


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


VENDORS: Final[Mapping[str, Signed]] = {
    "kuaidi100": kuaidi100,
    "kdniao": kdniao,
    "doudian": doudian,
    "easypost": easypost,
}
