"""What is a message, by source: found in a document, named, its words as they stood."""

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec

from application.inbound import Raw, Translate
from interface.inbound import (
    doudian,
    doudian_cases,
    easypost,
    helpdesk,
    kdniao,
    kuaidi100,
    paypal,
    shopify,
    stripe,
    wechat,
)
from interface.inbound.documents import (
    CANONICAL,
    UNREADABLE,
    At,
    canonical_digest,
    elements,
    fault_of,
    fields,
)
from interface.inbound.xes import slices

KEY_MAX: Final = 200
NUL: Final = "\0"


class Found(NamedTuple):
    """A message in a document: its key, its type and its words."""

    key: str
    type: str
    body: bytes


# Yields the messages of a document; raises msgspec.DecodeError for what is no JSON.
Split = Callable[[bytes], Iterator[Found]]


def split_kuaidi100(body: bytes) -> Iterator[Found]:
    """Yield the push or answer. It has no id: it goes by what it says."""
    kind = kuaidi100.type_of(msgspec.json.decode(body))
    yield Found(canonical_digest(body), kind, body)


def split_kdniao(body: bytes) -> Iterator[Found]:
    """Yield each trace: a push may hold several. They go by what they say."""
    document = At(msgspec.json.decode(body))
    several = isinstance(document.get("Data").value, list)
    for each in elements(fields(body)["Data"]) if several else [body]:
        yield Found(canonical_digest(each), "query", each)


def split_doudian(body: bytes) -> Iterator[Found]:
    """Yield each message: a push is an array of them. Or each case of a document.

    Messages go by tag and id, for the vendor's own samples share one masked id; cases
    by what is said of them.
    """
    document = msgspec.json.decode(body)
    if doudian_cases.is_document(document):
        for item in doudian_cases.cases_in(body):
            yield Found(canonical_digest(item), doudian.DOCUMENT, item)
        return
    for each in elements(body) if isinstance(document, list) else [body]:
        message = At(msgspec.json.decode(each))
        tag, name = message.get("tag").value, message.get("msgId", "msg_id").value
        known = isinstance(tag, str | int) and isinstance(name, str) and name
        key = f"{tag}:{name}" if known else canonical_digest(each)
        yield Found(key, str(tag) if isinstance(tag, str | int) else "", each)


def split_easypost(body: bytes) -> Iterator[Found]:
    """Yield every tracker, and nothing else of what is around it.

    An event goes by its id; a tracker found elsewhere goes by what it says.
    """
    document = msgspec.json.decode(body)
    root = At(document)
    event = root.get("object").value == "Event"
    name = root.get("id").value if event else None
    trackers = [CANONICAL.encode(each) for each in easypost.trackers_in(document)]
    for each in trackers:
        known = isinstance(name, str) and len(trackers) == 1
        yield Found(str(name) if known else canonical_digest(each), TRACKER, each)
    if event and not trackers:
        kind = root.get("description").value
        yield Found(
            name if isinstance(name, str) else canonical_digest(body),
            kind if isinstance(kind, str) else "none",
            body,
        )


def split_wechat(body: bytes) -> Iterator[Found]:
    """Yield the event or the document. It has no id: it goes by what it says."""
    kind = At(msgspec.json.decode(body)).get(wechat.EVENT).value
    known = isinstance(kind, str) and kind
    yield Found(canonical_digest(body), kind if known else wechat.DOCUMENT, body)


def split_stripe(body: bytes) -> Iterator[Found]:
    """Yield an event, which goes by its id; else every dispute and refund there is."""
    document = msgspec.json.decode(body)
    root = At(document)
    name, kind = root.get("id").value, root.get("type").value
    if root.get("object").value == "event" and isinstance(kind, str):
        known = isinstance(name, str) and name
        yield Found(str(name) if known else canonical_digest(body), kind, body)
        return
    for each in map(CANONICAL.encode, stripe.objects_in(document)):
        kind = str(msgspec.json.decode(each)["object"])
        yield Found(canonical_digest(each), kind, each)


def split_paypal(body: bytes) -> Iterator[Found]:
    """Yield an event, which goes by its id; else every dispute there is."""
    document = msgspec.json.decode(body)
    root = At(document)
    name, kind = root.get("id").value, root.get("event_type").value
    if isinstance(kind, str) and root.has("resource"):
        known = isinstance(name, str) and name
        yield Found(str(name) if known else canonical_digest(body), kind, body)
        return
    for each in map(CANONICAL.encode, paypal.disputes_in(document)):
        yield Found(canonical_digest(each), paypal.DISPUTE, each)


def split_shopify(body: bytes) -> Iterator[Found]:
    """Yield each refund, transaction and dispute. They go by what they say."""
    for kind, told in shopify.told_in(msgspec.json.decode(body)):
        each = CANONICAL.encode(told)
        yield Found(canonical_digest(each), kind, each)


def split_helpdesk(body: bytes) -> Iterator[Found]:
    """Yield each ticket of an event log. They go by what they say."""
    for each in slices([body]):
        yield Found(helpdesk.digest_of(each.body), helpdesk.TICKET, each.body)


TRACKER: Final = easypost.TRACKER

SPLITS: Final[Mapping[str, Split]] = {
    kuaidi100.SOURCE: split_kuaidi100,
    kdniao.SOURCE: split_kdniao,
    doudian.SOURCE: split_doudian,
    easypost.SOURCE: split_easypost,
    wechat.SOURCE: split_wechat,
    stripe.SOURCE: split_stripe,
    paypal.SOURCE: split_paypal,
    shopify.SOURCE: split_shopify,
    helpdesk.SOURCE: split_helpdesk,
}

TRANSLATORS: Final[Mapping[str, Translate]] = {
    kuaidi100.SOURCE: kuaidi100.translate,
    kdniao.SOURCE: kdniao.translate,
    doudian.SOURCE: doudian.translate,
    easypost.SOURCE: easypost.translate,
    wechat.SOURCE: wechat.translate,
    stripe.SOURCE: stripe.translate,
    paypal.SOURCE: paypal.translate,
    shopify.SOURCE: shopify.translate,
    helpdesk.SOURCE: helpdesk.translate,
}


def messages_in(source: str, body: bytes, place: str) -> list[Raw]:
    """Return the messages of a document; what is no JSON is kept whole, as a fault.

    ``place`` is where the document stands, "file:line" or "http".
    """
    try:
        return [raw(source, found, place) for found in SPLITS[source](body)]
    except UNREADABLE as error:
        return [unreadable(source, body, place, fault_of(error))]


def raw(source: str, found: Found, place: str) -> Raw:
    """Return a message as it is kept; one that no column can name, as a fault."""
    key = found.key
    if NUL in key or NUL in found.type:
        return unreadable(source, found.body, place, "Its id or type holds a NUL.")
    if len(key) > KEY_MAX:
        key = sha256(key.encode()).hexdigest()
    return Raw(source=source, key=key, type=found.type, body=found.body, place=place)


def unreadable(source: str, body: bytes, place: str, fault: str) -> Raw:
    """Return what cannot be read, as it is kept."""
    key = sha256(body).hexdigest()
    return Raw(source=source, key=key, body=body, place=place, fault=fault)
