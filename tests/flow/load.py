"""Callers over HTTP who write down what they were told: yes, no, or nothing."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from random import Random
from threading import Event as Signal
from threading import Lock
from typing import Any, Final
from uuid import UUID, uuid5

import httpx
from msgspec import Struct, json

from application.event_store.envelope import Receipt
from application.orders import KIND
from domain.ids import id_from_name, partition_in, partition_of
from interface.api.context import NAMESPACE
from interface.api.orders import THE_ORDERS
from interface.api.receipts import ReceiptBody
from tests.interface.api.conftest import ORDER, PAYMENT

CALLERS: Final = 4
CONSUMERS: Final = 40
ACTOR: Final = "service:soak"
ANSWER_S: Final = 15.0
PAUSE_S: Final = 0.1
PARTITIONS: Final = 8
ORDERS: Final = "/v1/orders"
SOURCE: Final = "soak"


class Errand(Struct):
    """What is asked under one key, and what was told of it.

    ``receipt`` is the first that was told. It is ``unknown`` while it may have gone
    out, and nobody said what came of it.
    """

    path: str
    key: str
    body: dict[str, Any]
    target: UUID
    order_id: UUID
    version: str | None = None
    receipt: Receipt | None = None
    unknown: bool = False
    contradicted: bool = False

    @property
    def command_id(self) -> UUID:
        """The name under which the store knows it."""
        return uuid5(NAMESPACE, f"{ACTOR}\n{self.target}\n{self.key}")

    def is_told(self, answer: httpx.Response) -> str:
        """Take down an answer; return in a word what it says."""
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            self.unknown = self.receipt is None
            return "unavailable"
        self.unknown = False
        if not answer.is_success:
            self.contradicted |= self.receipt is not None
            return "refused"
        told = json.decode(answer.content, type=ReceiptBody)
        receipt = Receipt(
            stream_id=told.stream_id,
            version=told.version,
            position=told.position,
            leaves=told.leaves,
        )
        self.contradicted |= self.receipt not in {None, receipt}
        self.receipt = receipt
        return "repeated" if "Idempotency-Replayed" in answer.headers else "done"


class Load:
    """Some callers at once, as long as they are let; what they know is kept."""

    def __init__(self, url: str, token: str, seed: int) -> None:
        self._url, self._headers = url, {"Authorization": f"Bearer {token}"}
        self._seed, self._turn = seed, 0
        self._errands: list[Errand] = []
        self._told: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Have callers ask while the block runs."""
        stop = Signal()
        self._turn += 1
        with ThreadPoolExecutor(CALLERS) as callers:
            asking = [callers.submit(self._asks, n, stop) for n in range(CALLERS)]
            try:
                yield
            finally:
                stop.set()
        for each in asking:
            each.result()

    def asks_again(self) -> None:
        """Have everybody who does not know ask until he does, and some who do."""
        dice = Random(self._turn)  # noqa: S311 - no secret
        with httpx.Client(timeout=ANSWER_S) as client:
            for each in self._errands:
                if each.unknown or (each.receipt and dice.random() < 0.05):
                    self._hands_in(client, each)
                while each.unknown:
                    self._hands_in(client, each)

    def counted(self) -> Counter[str]:
        """Return how often what was told, since it was last asked for."""
        told, self._told = self._told, Counter()
        return told

    @property
    def receipts(self) -> list[tuple[UUID, Receipt]]:
        """What was acknowledged, by the name of the command."""
        return [(e.command_id, e.receipt) for e in self._errands if e.receipt]

    @property
    def failed(self) -> list[tuple[int, UUID]]:
        """What was refused, or never went out, by its partition and name."""
        return [
            (partition_in(each.order_id), each.command_id)
            for each in self._errands
            if each.receipt is None and not each.unknown
        ]

    @property
    def contradicted(self) -> list[str]:
        """Keys under which one thing was told, and then another."""
        return [each.key for each in self._errands if each.contradicted]

    # -- One caller --

    def _asks(self, number: int, stop: Signal) -> None:
        """Ask one thing after the other, until it is enough."""
        dice = Random(f"{self._seed}/{self._turn}/{number}")  # noqa: S311 - no secret
        own: list[Errand] = []
        with httpx.Client(timeout=ANSWER_S) as client:
            while not stop.is_set():
                errand = self._errand(dice, own)
                if errand not in own:
                    own.append(errand)
                    with self._lock:
                        self._errands.append(errand)
                self._hands_in(client, errand)
                if errand.receipt is None:
                    stop.wait(PAUSE_S)  # as whoever is told no, or nothing, does
                if errand.unknown and dice.random() < 0.5:
                    self._hands_in(client, errand)

    def _errand(self, dice: Random, own: list[Errand]) -> Errand:
        """Return what is asked next: something new, or the same once more."""
        key = f"{dice.getrandbits(64):x}"
        placed = [each for each in own if each.receipt and each.path == ORDERS]
        if not placed or dice.random() < 0.6:
            return placing(key, f"soak-{dice.randrange(CONSUMERS)}")
        before = dice.choice(placed)
        match dice.randrange(3):
            case 0:
                return before
            case 1:
                return paying(before.order_id, key)
            case _:
                errand = paying(before.order_id, key)
                errand.version = '"99"'  # which nobody has seen yet
                return errand

    def _hands_in(self, client: httpx.Client, errand: Errand) -> None:
        """Ask, and take down what was said."""
        headers = self._headers | {"Idempotency-Key": errand.key}
        if errand.version:
            headers["If-Match"] = errand.version
        url = f"{self._url}{errand.path}"
        try:
            answer = client.post(url, json=errand.body, headers=headers)
        except httpx.ConnectError:
            told = "nobody there"  # It never went out.
        except httpx.TransportError:
            errand.unknown = errand.receipt is None
            told = "unknown"
        else:
            told = errand.is_told(answer)
        with self._lock:
            self._told[told] += 1


def placing(key: str, consumer: str) -> Errand:
    """Return the placing of an order, named as its key is."""
    order_id = id_from_name(partition_of(consumer, PARTITIONS), KIND, SOURCE, key)
    body = ORDER | {"number": key, "consumer": consumer, "source": SOURCE}
    return Errand(ORDERS, key, body, THE_ORDERS, order_id)


def paying(order_id: UUID, key: str) -> Errand:
    """Return a payment of an order."""
    body = PAYMENT | {"payment": key}
    return Errand(f"{ORDERS}/{order_id}/payments", key, body, order_id, order_id)
