"""Messages signed as Standard Webhooks says: an id, a moment, one or more signatures.

What is signed is "id.timestamp.body", so that a message somebody caught cannot be told
again later, nor under another id.
"""

import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"

# How old a message may be, or how far ahead, as Standard Webhooks' libraries have it.
SECONDS_MAX: Final = 300

# More than anybody signs with at once is nobody's message.
SIGNATURES_MAX: Final = 20


def signed(
    name: str, body: bytes, secrets: Iterable[bytes], at: datetime
) -> dict[str, str]:
    """Return the headers of a message told at this moment, under its id ``name``.

    Raises ValueError for a moment that is not in UTC: it would sign another one.
    """
    if at.utcoffset() is None or at.utcoffset() != UTC.utcoffset(None):
        raise ValueError("A message is signed at a moment in UTC.")
    text = body.decode()
    signatures = [Webhook(each).sign(name, at, text) for each in secrets]
    return {
        ID: name,
        TIMESTAMP: str(int(at.timestamp())),
        SIGNATURE: " ".join(signatures),
    }


def verified(
    headers: Mapping[str, str], body: bytes, secrets: Iterable[bytes], now: datetime
) -> bool:
    """Say whether a message is signed with one of these, within five minutes of now.

    ``headers`` are by their names in lower case. Signatures are compared in constant
    time.
    """
    name, told_at = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    told = headers.get(SIGNATURE, "").split(" ")
    if not name or not re.fullmatch(r"[0-9]{1,11}", told_at):
        return False
    at = datetime.fromtimestamp(int(told_at), UTC)
    if abs((now - at).total_seconds()) > SECONDS_MAX or len(told) > SIGNATURES_MAX:
        return False
    try:
        expected = signed(name, body, secrets, at)[SIGNATURE].encode()
    except UnicodeDecodeError:
        return False  # Nothing of ours is anything but text.
    fits = [
        hmac.compare_digest(each, one.encode())
        for each in expected.split()
        for one in told
    ]
    return any(fits)
