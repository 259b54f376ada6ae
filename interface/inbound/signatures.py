"""How each source proves that a message is its own; docs/inbound.md says who says so.

Each function says whether a body, byte for byte as it came in, was signed with a
secret. All compare in constant time. MD5 is the vendors' choice, not ours.
"""

import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import md5, sha256
from typing import Final
from unicodedata import normalize
from urllib.parse import parse_qs

Headers = Mapping[str, str]
Signed = Callable[[Headers, bytes, str], bool]

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


def form(body: bytes) -> dict[str, str]:
    """Return the fields of a form; none for what is no form."""
    try:
        text = body.decode("ascii")
        found = parse_qs(text, strict_parsing=True, max_num_fields=FORM_FIELDS_MAX)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


def ours(headers: Headers, body: bytes, secret: str) -> bool:
    """Check ``Redress-Signature: sha256=<hex HMAC-SHA256 of the raw body>``."""
    return same(headers.get(OURS, ""), f"sha256={hmac_hex(secret, body)}")


def kuaidi100(_headers: Headers, body: bytes, secret: str) -> bool:
    """Check the form field ``sign``: upper-case MD5 hex of ``param`` and the salt."""
    fields = form(body)
    signed = (fields.get("param", "") + secret).encode()
    return same(fields.get("sign", "").upper(), md5_hex(signed).upper())


def kdniao(_headers: Headers, body: bytes, secret: str) -> bool:
    """Check the form field ``DataSign``: Base64 of MD5 hex of RequestData + AppKey."""
    fields = form(body)
    signed = (fields.get("RequestData", "") + secret).encode()
    computed = b64encode(md5_hex(signed).encode()).decode()
    # A "+" of theirs that was not escaped comes out of the form as a space.
    return same(fields.get("DataSign", "").replace(" ", "+"), computed)


def doudian(headers: Headers, body: bytes, secret: str) -> bool:
    """Check the header ``event-sign``: MD5 hex of app key, body and app secret.

    The secret is both, as ``app_key:app_secret``.
    """
    key, _, app_secret = secret.partition(":")
    signed = key.encode() + body + app_secret.encode()
    return same(headers.get("event-sign", "").lower(), md5_hex(signed))


def easypost(headers: Headers, body: bytes, secret: str) -> bool:
    """Check ``X-Hmac-Signature``: HMAC-SHA256 with the secret in form NFKD."""
    computed = f"hmac-sha256-hex={hmac_hex(normalize('NFKD', secret), body)}"
    return same(headers.get("x-hmac-signature", ""), computed)


VENDORS: Final[Mapping[str, Signed]] = {
    "kuaidi100": kuaidi100,
    "kdniao": kdniao,
    "doudian": doudian,
    "easypost": easypost,
}
