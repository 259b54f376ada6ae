"""Policies over HTTP: published by who may, read by all, never edited."""

from itertools import count
from pathlib import Path
from threading import Event as Signal
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import pytest
from httpx import Response

from application.access import ROLES, AccessRole
from application.policies import document_from_toml
from interface.api.examples import EXAMPLES, POLICY_TOML
from interface.api.policy_documents import TOML
from interface.bootstrap import Redress
from interface.postgres.database import DatabaseUrls
from interface.settings import Settings
from interface.tokens import Tokens, open_tokens
from tests.interface.api.conftest import Caller, Callers
from tests.interface.api.test_problems import problem
from tests.interface.served import served

WITHIN_SECONDS = 30  # then a test has failed; it takes two

NEXT = POLICY_TOML.replace("20300101", "20310101").replace("2030-01-01", "2031-01-01")
NEXT = NEXT.replace("hours = 48", "hours = 24")


@pytest.fixture
def olga(caller: Callers) -> Caller:
    return caller("administrator", "olga")


def publish(
    who: Caller,
    text: str = POLICY_TOML,
    version: int | None = 3,
    *,
    written: str = TOML,
    key: str | None = None,
) -> Response:
    """Send a document as TOML, as somebody who saw this version."""
    sent = {"Content-Type": written, "Idempotency-Key": key or str(uuid4())}
    if version is not None:
        sent |= {"If-Match": f'"{version}"'}
    return who.client.post("/v1/policies", content=text, headers=who.headers | sent)


def test_what_comes_with_the_release_is_published_and_can_be_read(
    caller: Callers,
) -> None:
    answer = caller("consumer", "li-mei").get("/v1/policies")
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == '"3"'
    profiles = {each["profile"]: each for each in answer.json()["items"]}
    assert {"douyin-like", "taobao-like", "olist"} == set(profiles)
    douyin = profiles["douyin-like"]
    assert (douyin["ref"], douyin["fallback"]) == ("douyin-like@1", True)
    (publication,) = douyin["publications"]
    assert len(publication["rows"]) == douyin["rows"]


def test_a_document_is_published_and_read_back(olga: Caller) -> None:
    answer = publish(olga)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == "/v1/policies/shop"
    assert answer.headers["ETag"] == '"4"'
    receipt = answer.json()
    assert receipt["publication"] == "shop@1"
    assert receipt["rows"] == ["shop.ship-48h@20300101"]
    assert receipt["cautions"] == []
    page = olga.get("/v1/policies/shop").json()
    assert page["ref"] == "shop@1"
    example = EXAMPLES["PolicyDocument"]
    beside = {"row": [], "fallback": False, "auto_confirm_hours": 240}
    assert {**page["document"], "row": []} == {**example, **beside}
    (row,) = page["document"]["row"]
    assert row.items() >= example["row"][0].items(), "every moment in its own zone"


def test_a_document_may_be_json_and_is_the_same(olga: Caller) -> None:
    assert publish(olga).status_code == 201
    again = olga.post("/v1/policies", EXAMPLES["PolicyDocument"], If_Match='"4"')
    assert again.status_code == 200, again.text
    assert again.json()["rows"] == []
    assert again.headers["ETag"] == '"4"'


def test_what_is_read_can_be_published_again_and_is_nothing_new(olga: Caller) -> None:
    document = olga.get("/v1/policies/douyin-like").json()["document"]
    again = olga.post("/v1/policies", document, If_Match='"3"')
    assert again.status_code == 200, again.text
    assert again.json()["publication"] == "douyin-like@1"


def test_a_later_version_is_told_with_what_to_think_of(
    olga: Caller, redress: Redress
) -> None:
    publish(olga)
    soon = NEXT.replace("2031-01-01T00:00:00+08:00", "2199-12-31T00:00:00+08:00")
    document = document_from_toml(soon, "soon")
    assert document.row[0].version == 20310101
    answer = publish(olga, soon, 4)
    assert (answer.status_code, answer.json()["cautions"]) == (201, [])
    assert redress.policies.book("shop").ref == "shop@2"
    late = NEXT.replace("20310101", "20320101").replace("2031-01-01", "2020-01-01")
    refused = problem(publish(olga, late, 5), 409, "takes_effect_in_the_past")
    assert "shop.ship-48h@20320101" in refused["detail"]


def test_a_new_rule_that_holds_already_is_said_to(olga: Caller) -> None:
    publish(olga)
    new = NEXT.replace("shop.ship-48h", "shop.ship-fast").replace("2031", "2020")
    (caution,) = publish(olga, new, 4).json()["cautions"]
    assert caution["code"] == "holds_already"
    assert caution["row"] == "shop.ship-fast@20200101"


def test_a_row_is_never_edited(olga: Caller) -> None:
    publish(olga)
    edited = POLICY_TOML.replace("hours = 48", "hours = 24")
    refused = problem(publish(olga, edited, 4), 409, "row_edited")
    assert "shop.ship-48h@20300101: hours" in refused["detail"]


@pytest.mark.parametrize(
    ("written", "instead", "field"),
    [
        ("hours = 48", 'hours = "many"', "row 1 (shop.ship-48h).hours"),
        ("hours = 48", "", "row 1 (shop.ship-48h).hours"),
        ("hours = 48", "minutes = 4", "row 1 (shop.ship-48h).minutes"),
        ('source = "our own terms, 3.1"', "", "row 1 (shop.ship-48h).source"),
        ('profile = "shop"', 'profile = "A Shop"', "profile"),
        ("[[row]]", "[[row", "body"),
    ],
)
def test_what_is_wrong_with_a_document_is_told_by_row_and_field(
    olga: Caller, written: str, instead: str, field: str
) -> None:
    refused = problem(
        publish(olga, POLICY_TOML.replace(written, instead)), 400, "invalid"
    )
    assert [each["field"] for each in refused["errors"]] == [field]


@pytest.mark.parametrize("said", ["text/plain", ""])
def test_a_document_says_how_it_is_written(olga: Caller, said: str) -> None:
    problem(publish(olga, written=said), 415, "not_json")


def test_bytes_that_are_no_document_are_refused(olga: Caller) -> None:
    problem(olga.post("/v1/policies", ["a list"], If_Match='"3"'), 400, "invalid")
    sent = olga.headers | {"Content-Type": TOML, "Idempotency-Key": "k"}
    answer = olga.client.post(
        "/v1/policies", content=b"\xff\xfe", headers=sent | {"If-Match": '"3"'}
    )
    problem(answer, 400, "malformed")


def test_who_publishes_says_what_they_saw(olga: Caller) -> None:
    problem(publish(olga, version=None), 428, "if_match_missing")
    stale = problem(publish(olga, version=2), 412, "stale_version")
    assert stale["version"] == 3


def test_asking_twice_is_asking_once(olga: Caller) -> None:
    first = publish(olga, key="once")
    again = publish(olga, key="once")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    other = publish(olga, NEXT, key="once")
    problem(other, 422, "key_reused")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "administrator"])
def test_nobody_else_publishes_but_all_may_read(
    caller: Callers, role: AccessRole
) -> None:
    who = caller(role, "somebody", "shop")
    problem(publish(who), 403, "not_allowed")
    assert who.get("/v1/policies/douyin-like").status_code == 200


def test_rows_are_read_as_of_a_time_of_a_kind_and_of_a_publication(
    olga: Caller,
) -> None:
    publish(olga)
    publish(olga, NEXT, 4)

    def refs(**asked: Any) -> list[int]:
        page = olga.get("/v1/policies/shop", **asked)
        assert page.status_code == 200, page.text
        return [row["version"] for row in page.json()["document"]["row"]]

    assert refs() == [20300101, 20310101]
    assert refs(at="2029-01-01T00:00:00Z") == []
    assert refs(at="2030-06-01T00:00:00Z") == [20300101]
    assert refs(at="2031-06-01T00:00:00Z") == [20310101]
    assert refs(kind="timer") == []
    assert refs(kind="label_promise", publication=1) == [20300101]
    for asked, code in (
        ({"publication": 3}, "not_found"),
        ({"publication": 0}, "invalid"),
        ({"kind": "weather"}, "invalid"),
        ({"at": "yesterday"}, "invalid"),
    ):
        status = 404 if code == "not_found" else 400
        problem(olga.get("/v1/policies/shop", **asked), status, code)
    problem(olga.get("/v1/policies/nowhere"), 404, "not_found")


def test_a_row_is_found_by_the_reference_events_name_it_by(olga: Caller) -> None:
    publish(olga)
    publish(olga, NEXT, 4)
    page = olga.get("/v1/policies/rows/shop.ship-48h@20310101")
    assert page.status_code == 200, page.text
    assert page.json()["publication"] == "shop@2"
    assert page.json()["row"]["source"] == "our own terms, 3.1"
    problem(olga.get("/v1/policies/rows/shop.ship-48h@9"), 404, "not_found")


def test_a_published_label_is_promised_with_the_next_order(
    olga: Caller, feed: Caller, agent: Caller
) -> None:
    new = POLICY_TOML.replace("ship-48h", "ship-in-a-minute").replace("2030", "2020")
    assert publish(olga, new).status_code == 201
    order = {
        "consumer": "li-mei",
        "source": "shop",
        "number": "A-7",
        "offers": [{"label": "ship-in-a-minute"}],
    }
    paid = {
        "payment": "P-7",
        "tenders": [{"tender": "card", "amount": {"minor": 1, "currency": "CNY"}}],
    }
    where = feed.post("/v1/orders", order).headers["Location"]
    assert feed.post(f"{where}/payments", paid).status_code == 200
    (promise,) = agent.get(f"{where}/promises").json()["items"]
    assert promise["policy"] == "shop.ship-in-a-minute@20200101"


def test_both_ways_to_write_a_document_are_described(olga: Caller) -> None:
    described = olga.get("/openapi.json").json()
    body = described["paths"]["/v1/policies"]["post"]["requestBody"]["content"]
    reference = body["application/json"]["schema"]["$ref"]
    assert reference.rpartition("/")[2] in described["components"]["schemas"]
    assert body[TOML]["examples"]["shop"]["value"] == POLICY_TOML


def test_every_process_judges_by_what_one_published(
    clean_database: DatabaseUrls, tmp_path: Path
) -> None:
    tokens = open_tokens(Settings(home=tmp_path))
    with (
        served(tmp_path, clean_database) as one,
        served(tmp_path, clean_database) as two,
        httpx.Client(base_url=two.url, headers=bearer(tokens, "agent")) as agent,
    ):
        orders = (sell(agent, f"A-{number}") for number in count())
        first = next(orders)
        assert pinned(agent, first) == "douyin-like.ship-48h@20260810"
        seen = agent.get("/v1/policies").headers["ETag"]
        published = httpx.post(
            f"{one.url}/v1/policies",
            content=POLICY_TOML.replace("2030", "2020"),
            headers=bearer(tokens, "administrator")
            | {"Content-Type": TOML, "Idempotency-Key": "k", "If-Match": seen},
        )
        assert published.status_code == 201, published.text
        until = monotonic() + WITHIN_SECONDS
        while pinned(agent, next(orders)) != "shop.ship-48h@20200101":
            assert monotonic() < until, "the other process never learnt of it"
            Signal().wait(0.1)
        assert pinned(agent, first) == "douyin-like.ship-48h@20260810"


def bearer(tokens: Tokens, role: AccessRole) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.issue(role, 'somebody')}"}


def sell(agent: httpx.Client, number: str) -> str:
    """Sell an order under the label, and return where it is."""
    order = {
        "consumer": "li-mei",
        "source": "shop",
        "number": number,
        "offers": [{"label": "ship-48h"}],
    }
    paid = {
        "payment": f"P-{number}",
        "tenders": [{"tender": "card", "amount": {"minor": 1, "currency": "CNY"}}],
    }
    key = {"Idempotency-Key": number}
    where = agent.post("/v1/orders", json=order, headers=key).headers["Location"]
    agent.post(f"{where}/payments", json=paid, headers=key).raise_for_status()
    return where


def pinned(agent: httpx.Client, where: str) -> str:
    (promise,) = agent.get(f"{where}/promises").json()["items"]
    policy: str = promise["policy"]
    return policy
