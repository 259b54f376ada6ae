"""The API on a real PostgreSQL, asked as a client asks it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from application.access import AccessRole
from application.projections.read_models import READ_MODELS
from application.projections.runner import Runner
from interface.bootstrap import Redress
from interface.postgres.database import DatabaseUrls
from interface.settings import Settings
from tests.interface.standing import StandingApi

ORDER = {
    "consumer": "li-mei",
    "source": "demo",
    "number": "A-1001",
    "merchant": "tea-house",
    "channel": "content",
    "content": {"live_room": "room-7"},
    "participants": [
        {"party": "tea-house", "roles": ["merchant"]},
        {"party": "anna", "roles": ["creator", "room_seller"]},
    ],
    "lines": [
        {
            "line": 1,
            "product": "oolong-250g",
            "price": {"minor": 12900, "currency": "CNY"},
        }
    ],
    "offers": [{"label": "ship-48h"}],
}
PAYMENT = {
    "payment": "pay-1",
    "tenders": [{"tender": "wallet", "amount": {"minor": 12900, "currency": "CNY"}}],
}
MONDAY = "2026-03-02T10:00:00+08:00"


class Caller:
    """One who holds a token and asks; every change has a key of its own."""

    def __init__(self, client: TestClient[Litestar], token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **params: Any) -> Response:
        headers = self.headers | params.pop("headers", {})
        return self.client.get(path, params=params or None, headers=headers)

    def post(
        self, path: str, body: Any = None, *, key: str | None = None, **headers: str
    ) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = self.headers | {"Idempotency-Key": key or str(uuid4())} | named
        if body is None:
            return self.client.post(path, headers=sent)
        return self.client.post(path, json=body, headers=sent)


Callers = Callable[..., Caller]


@pytest.fixture
def redress(clean_database: DatabaseUrls, tmp_path: Path) -> Iterator[Redress]:
    redress = Redress(Settings(home=tmp_path), clean_database)
    yield redress
    redress.close()


@pytest.fixture
def client(
    redress: Redress, standing_api: StandingApi
) -> Iterator[TestClient[Litestar]]:
    api = standing_api.on(redress)
    with TestClient(api, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def caller(redress: Redress, client: TestClient[Litestar]) -> Callers:
    def hold(role: AccessRole, subject: str, merchant: str | None = None) -> Caller:
        token = redress.tokens.issue(role, subject, merchant=merchant)
        return Caller(client, token)

    return hold


@pytest.fixture
def feed(caller: Callers) -> Caller:
    return caller("service", "shop-feed")


@pytest.fixture
def agent(caller: Callers) -> Caller:
    return caller("agent", "wang")


@pytest.fixture
def li_mei(caller: Callers) -> Caller:
    return caller("consumer", "li-mei")


@pytest.fixture
def project(redress: Redress) -> Callable[[], None]:
    def catch_up() -> None:
        assert Runner(READ_MODELS, redress.projector).catch_up()

    return catch_up


@pytest.fixture
def order(feed: Caller) -> str:
    """Place and pay an order on a Monday; return where it is."""
    placed = feed.post("/v1/orders", ORDER, Occurred_At=MONDAY)
    assert placed.status_code == 201, placed.text
    where = placed.headers["Location"]
    paid = feed.post(f"{where}/payments", PAYMENT, Occurred_At=MONDAY)
    assert paid.status_code == 200, paid.text
    return str(where)
