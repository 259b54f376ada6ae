"""The doors of the sources: who may come in, what is in the body, what to answer."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from application.inbound import BadSignature, Raw, UnknownSource
from interface.clock import now
from interface.inbound import kdniao, signatures, wechat
from interface.inbound.documents import SHANGHAI, UNREADABLE, At
from interface.inbound.kdniao_words import TRACES
from interface.inbound.messages import SPLITS, messages_in, unreadable

PLACE: Final = "http"
KIND: Final = re.compile(r"[0-9]{1,4}")

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
        whole = [signatures.ours(headers, body, secret) for secret in secrets]
        parts = [vendor(headers, body, secret) for secret in secrets]
        if any(signed is not None for signed in whole):
            parts = [opened(source, body)]
        document = next((part for part in parts if part is not None), None)
        if document is None:
            raise BadSignature(source)
        raws = messages_in(source, document, PLACE)
        if kind := kind_of(source, body):
            raws = [of_kind(raw, kind) for raw in raws]
        return raws or [nothing_found(source, document)]

    def answer(self, source: str, headers: Mapping[str, str]) -> str:
        """Return what WeChat asks back; raises UnknownSource, BadSignature."""
        if source != wechat.SOURCE:
            raise UnknownSource(source)
        asked = [
            signatures.wechat_asks(headers, each) for each in self._secrets(source)
        ]
        for echo in asked:
            if echo is not None:
                return echo
        raise BadSignature(source)

    def thanks(self, source: str, body: bytes) -> Mapping[str, object] | str:
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
            case "wechat":
                return "success"
            case _:
                return {}


def opened(source: str, body: bytes) -> bytes:
    """Return the document in a body all of which is signed, out of its form if any."""
    field = WRAPPED_IN.get(source)
    if field is None or body.lstrip()[:1] in {b"{", b"["}:
        return body
    return signatures.form(body).get(field, b"") or body


def kind_of(source: str, body: bytes) -> str:
    """Return the type of a push that only its form names, a short number."""
    if source != kdniao.SOURCE:
        return ""
    told = signatures.told_in(signatures.form(body), "RequestType")
    return told if KIND.fullmatch(told) else ""


def of_kind(raw: Raw, kind: str) -> Raw:
    """Return a message under the type its form names.

    The vendor signs the document alone. So one of a type that is not understood goes by
    its type too: whoever changed the type of a true push cannot take its place.
    """
    key = raw.key if kind in TRACES else f"{kind}:{raw.key}"
    return msgspec.structs.replace(raw, type=kind, key=key)


def nothing_found(source: str, body: bytes) -> Raw:
    """Return a body without messages, as it is kept."""
    return unreadable(source, body, PLACE, "There is no message in it.")


def business_id(body: bytes) -> str:
    """Return the account a push is for, which the answer repeats."""
    try:
        root = At(msgspec.json.decode(opened(kdniao.SOURCE, body)))
    except UNREADABLE:
        return ""
    told = root.get("EBusinessID").value
    return told if isinstance(told, str) else ""
