"""The doors of the sources: who may come in, what is in the body, what to answer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from application.inbound import BadSignature, Raw, UnknownSource
from interface.clock import now
from interface.inbound import signatures
from interface.inbound.documents import SHANGHAI, At
from interface.inbound.messages import SPLITS, messages_in, unreadable

PLACE: Final = "http"

# Given a source, the secrets it may sign with: two while one replaces the other.
Secrets = Callable[[str], Sequence[str]]

# The form field in which a vendor wraps its document.
WRAPPED_IN: Final[Mapping[str, str]] = {"kuaidi100": "param", "kdniao": "RequestData"}


class Doors:
    """Admits what is signed, as its vendor signs or as we do."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def admit(
        self, source: str, headers: Mapping[str, str], body: bytes
    ) -> Sequence[Raw]:
        """Return the messages in a body; raises UnknownSource, BadSignature.

        A body without any message in it is kept whole, for somebody to look at.
        """
        if source not in SPLITS:
            raise UnknownSource(source)
        vendor = signatures.VENDORS[source]
        secrets = self._secrets(source)
        # Every secret is tried, so that the time taken does not tell which one fits.
        fits = [
            signed(headers, body, secret)
            for signed in (signatures.ours, vendor)
            for secret in secrets
        ]
        if not any(fits):
            raise BadSignature(source)
        kind, document = opened(source, body)
        raws = messages_in(source, document, PLACE)
        if kind:
            raws = [msgspec.structs.replace(raw, type=kind) for raw in raws]
        return raws or [nothing_found(source, document)]

    def thanks(self, source: str, body: bytes) -> Mapping[str, object]:
        """Return the words of success each vendor documents."""
        match source:
            case "kuaidi100":
                return {"result": True, "returnCode": "200", "message": "success"}
            case "kdniao":
                stamp = now().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
                return {
                    "EBusinessID": business_id(body),
                    "UpdateTime": stamp,
                    "Success": True,
                    "Reason": "",
                }
            case "doudian":
                return {"code": 0, "msg": "success"}
            case _:
                return {}


def opened(source: str, body: bytes) -> tuple[str, bytes]:
    """Return the document in a body, out of its form, and its type if the form says."""
    field = WRAPPED_IN.get(source)
    if field is None or body.lstrip()[:1] in {b"{", b"["}:
        return "", body
    fields = signatures.form(body)
    kind = fields.get("RequestType", "")
    return kind, fields.get(field, "").encode() or body


def nothing_found(source: str, body: bytes) -> Raw:
    """Return a body without messages, as it is kept."""
    return unreadable(source, body, PLACE, "There is no message in it.")


def business_id(body: bytes) -> str:
    """Return the account a push is for, which the answer repeats."""
    _, document = opened("kdniao", body)
    try:
        root = At(msgspec.json.decode(document))
    except msgspec.DecodeError:
        return ""
    told = root.get("EBusinessID").value
    return told if isinstance(told, str) else ""
