"""Every "no" once: a problem document that says why, and names the field."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from structlog.testing import capture_logs

from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Receipt, RecordedEvent
from application.event_store.handler import CommandHandler
from application.event_store.limits import Limits
from application.event_store.postgres import PostgresEventStore
from application.event_store.store import Append, Conflict
from application.order_desk import OrderDesk
from application.orders import Orders
from application.projections.paging import cursor
from interface.api.app import build_app
from interface.bootstrap import Redress
from interface.serving import api_parts
from tests.interface.api.conftest import MONDAY, ORDER, PAYMENT, Caller, Callers

CANCEL = {"by": "consumer", "reason": "changed_mind"}


def problem(response: Response, status: int, code: str) -> dict[str, Any]:
    """Return the document, having looked at what all of them have in common."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["status"] == status
    assert document["code"] == code, document
    assert document["type"].endswith(f":{code}")
    assert document["title"]
    assert document["detail"]
    return document


# -- 400: what cannot be read --


def test_a_body_that_is_no_json_cannot_be_read(feed: Caller) -> None:
    headers = feed.headers | {
        "Idempotency-Key": "k",
        "Content-Type": "application/json",
    }
    answer = feed.client.post("/v1/orders", content=b"{", headers=headers)
    problem(answer, 400, "malformed")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"consumer": "Li Mei"}, "consumer"),
        ({"lines": [{"line": 0, "product": "p"}]}, "lines[0]"),
        ({"wishes": "soon"}, "wishes"),
        ({"offers": [{"label": "ship-48h", "line": "1"}]}, "offers[0].line"),
    ],
    ids=["a name", "a line's number", "a field we do not know", "text for a number"],
)
def test_a_field_that_holds_what_it_may_not_is_named(
    feed: Caller, change: dict[str, Any], field: str
) -> None:
    answer = feed.post("/v1/orders", ORDER | change)
    document = problem(answer, 400, "invalid")
    assert field in str(document["errors"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"paymnt": "p"}, "paymnt"),
        ({"tenders": []}, "payment"),
        ({"payment": "p", "tenders": [{}]}, "tenders[0].tender"),
        (None, "body"),
    ],
    ids=["misspelt", "left out", "left out within", "no body"],
)
def test_a_field_is_named_as_its_sender_knows_it(
    feed: Caller, order: str, body: Any, field: str
) -> None:
    document = problem(feed.post(f"{order}/payments", body), 400, "invalid")
    assert [each["field"] for each in document["errors"]] == [field]


def test_a_misspelt_question_is_not_passed_over(agent: Caller) -> None:
    asked = agent.get("/v1/consumers/li-mei/timeline", langauge="en")
    document = problem(asked, 400, "invalid")
    assert [each["field"] for each in document["errors"]] == ["langauge"]


def test_what_does_not_exist_is_of_one_type(agent: Caller) -> None:
    nowhere = problem(agent.get("/v1/nothing-here"), 404, "not_found")
    nobodys = problem(agent.get(f"/v1/orders/{UUID(int=0)}"), 404, "not_found")
    assert nowhere["type"] == nobodys["type"]


def test_a_key_that_placed_an_order_places_no_other(feed: Caller, order: str) -> None:
    assert order
    assert feed.post("/v1/orders", ORDER | {"number": "B"}, key="k").status_code == 201
    other = feed.post("/v1/orders", ORDER | {"number": "C"}, key="k")
    problem(other, 422, "key_reused")


def test_a_stranger_asks_for_no_options(client: TestClient[Litestar]) -> None:
    problem(client.options("/v1/orders"), 405, "method_not_allowed")


def test_a_change_without_a_key_is_not_made(feed: Caller) -> None:
    answer = feed.client.post("/v1/orders", json=ORDER, headers=feed.headers)
    problem(answer, 400, "idempotency_key_missing")


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_has_1_to_200_characters(feed: Caller, key: str) -> None:
    headers = feed.headers | {"Idempotency-Key": key}
    answer = feed.client.post("/v1/orders", json=ORDER, headers=headers)
    document = problem(answer, 400, "invalid")
    assert document["errors"][0]["field"] == "Idempotency-Key"


def test_a_time_without_its_zone_is_no_time(feed: Caller) -> None:
    answer = feed.post("/v1/orders", ORDER, Occurred_At="2026-03-02T10:00:00")
    document = problem(answer, 400, "invalid")
    assert document["errors"][0]["field"] == "Occurred-At"


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"]
)
def test_a_time_in_no_possible_year_is_refused(feed: Caller, time: str) -> None:
    answer = feed.post("/v1/orders", ORDER, Occurred_At=time)
    document = problem(answer, 400, "invalid")
    assert document["errors"][0]["field"] == "Occurred-At"
    late = ORDER | {"offers": [{"label": "ship-48h", "due_at": time}]}
    problem(feed.post("/v1/orders", late, Occurred_At=MONDAY), 400, "invalid")


def test_a_request_did_not_happen_somewhere(li_mei: Caller, order: str) -> None:
    answer = li_mei.post(
        f"{order}/cancellation",
        CANCEL,
        If_Match='"3"',
        Occurred_At="2026-03-02T10:00:00Z",
    )
    problem(answer, 400, "invalid")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/promises?limit=201", "limit"),
        ("/v1/promises?limit=0", "limit"),
        ("/v1/promises?state=forgotten", "state"),
        ("/v1/promises?due_before=tomorrow", "due_before"),
        ("/v1/promises?cursor=nonsense", "cursor"),
        ("/v1/queue?cursor=nonsense", "cursor"),
        ("/v1/promises?at_least=everything", "at_least"),
        ("/v1/orders", "number"),
        ("/v1/orders?number=1&waybill=2", "number"),
    ],
)
def test_a_question_that_makes_no_sense_names_its_field(
    agent: Caller, path: str, field: str
) -> None:
    document = problem(agent.get(path), 400, "invalid")
    assert field in document["errors"][0]["field"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/orders?number=X%00Y", "number"),
        ("/v1/orders?consumer=%00", "consumer"),
        ("/v1/orders?number=A-1&source=%00", "source"),
        ("/v1/promises?merchant=%00", "merchant"),
        ("/v1/consumers/%00/timeline", "consumer"),
        ("/v1/consumers/%00/timeline/live", "consumer"),
    ],
)
def test_a_name_that_can_be_nobodys_is_refused(
    agent: Caller, path: str, field: str
) -> None:
    document = problem(agent.client.get(path, headers=agent.headers), 400, "invalid")
    assert [each["field"] for each in document["errors"]] == [field]


@pytest.mark.parametrize(
    "content",
    [b'{"consumer": "\xff"}', b"[" * 100_000],
    ids=["no UTF-8", "nested too deep"],
)
def test_a_body_that_is_gibberish_cannot_be_read(feed: Caller, content: bytes) -> None:
    headers = feed.headers | {"Idempotency-Key": "k"}
    for path in ("/v1/orders", "/v1/consumers/li-mei/links"):
        answer = feed.client.post(
            path,
            content=content,
            headers=headers | {"Content-Type": "application/json"},
        )
        problem(answer, 400, "malformed")


def test_a_forged_cursor_is_no_accident(agent: Caller) -> None:
    forged = cursor([None, 1, str(uuid4()), "\x00"])
    asked = f"/v1/promises?cursor={forged}"
    problem(agent.get(asked), 400, "malformed")


# -- 401, 403, 404, 405 --


def test_without_a_token_nobody_learns_anything(client: TestClient[Litestar]) -> None:
    answer = client.get("/v1/promises")
    problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_role_that_may_never_do_it_is_told_so(caller: Callers, order: str) -> None:
    auditor = caller("auditor", "zhou")
    problem(auditor.post(f"{order}/payments", PAYMENT), 403, "not_allowed")


def test_what_is_not_yours_is_like_what_does_not_exist(
    caller: Callers, order: str
) -> None:
    stranger = caller("consumer", "somebody-else")
    theirs = stranger.get(order)
    nobodys = stranger.get("/v1/orders/00000000-0000-8007-8000-000000000000")
    problem(theirs, 404, "not_found")
    assert theirs.json() == nobodys.json()


def test_an_order_of_a_partition_we_do_not_have_does_not_exist(agent: Caller) -> None:
    answer = agent.get("/v1/orders/00000000-0000-8fff-8000-000000000000")
    problem(answer, 404, "not_found")


def test_an_address_we_do_not_have_is_a_problem_too(agent: Caller) -> None:
    problem(agent.get("/v1/wishes"), 404, "not_found")


def test_a_method_we_do_not_take_is_a_problem_too(agent: Caller) -> None:
    answer = agent.client.delete("/v1/orders", headers=agent.headers)
    problem(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


# -- 409, 412, 428: what the rules, and the times, refuse --


def test_a_rule_that_refuses_says_which_it_is(
    feed: Caller, li_mei: Caller, order: str
) -> None:
    shipped = feed.post(f"{order}/parcels", {"parcel": "SF1"})
    seen = shipped.headers["ETag"]
    answer = li_mei.post(f"{order}/cancellation", CANCEL, If_Match=seen)
    document = problem(answer, 409, "already_shipped")
    assert document["title"].startswith("What is on its way")


def test_a_person_says_what_she_last_saw(li_mei: Caller, order: str) -> None:
    answer = li_mei.post(f"{order}/cancellation", CANCEL)
    problem(answer, 428, "if_match_missing")


def test_a_feed_need_not(feed: Caller, order: str) -> None:
    assert feed.post(f"{order}/promise-checks").status_code == 200


def test_whoever_is_out_of_date_learns_how_things_stand(
    li_mei: Caller, order: str
) -> None:
    now = int(li_mei.get(order).headers["ETag"].strip('"'))
    answer = li_mei.post(f"{order}/cancellation", CANCEL, If_Match='"1"')
    document = problem(answer, 412, "stale_version")
    assert document["version"] == now
    assert answer.headers["ETag"] == f'"{now}"'


# -- 413, 415, 422 --


def test_a_body_beyond_a_megabyte_is_not_read(feed: Caller) -> None:
    headers = feed.headers | {
        "Idempotency-Key": "k",
        "Content-Type": "application/json",
    }
    body = b'"' + b"x" * 1_000_001 + b'"'
    answer = feed.client.post("/v1/orders", content=body, headers=headers)
    problem(answer, 413, "body_too_large")


def test_a_form_is_not_json(feed: Caller) -> None:
    headers = feed.headers | {"Idempotency-Key": "k"}
    answer = feed.client.post("/v1/orders", data={"a": "b"}, headers=headers)
    problem(answer, 415, "not_json")


def test_a_key_is_for_one_body(feed: Caller, order: str) -> None:
    first = feed.post(f"{order}/payments", PAYMENT | {"payment": "p-2"}, key="k-1")
    assert first.status_code == 200
    other = feed.post(f"{order}/payments", PAYMENT | {"payment": "p-3"}, key="k-1")
    problem(other, 422, "key_reused")


def test_a_key_is_for_one_time_of_what_happened(feed: Caller, order: str) -> None:
    payment = PAYMENT | {"payment": "p-2"}
    told = {"Occurred_At": "2026-03-02T10:00:00+08:00"}
    first = feed.post(f"{order}/payments", payment, key="k-1", **told)
    assert first.status_code == 200
    same = {"Occurred_At": "2026-03-02T02:00:00Z"}
    again = feed.post(f"{order}/payments", payment, key="k-1", **same)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    later = {"Occurred_At": "2026-03-02T11:00:00+08:00"}
    other = feed.post(f"{order}/payments", payment, key="k-1", **later)
    problem(other, 422, "key_reused")


def test_asking_twice_is_asking_once(feed: Caller, order: str) -> None:
    payment = PAYMENT | {"payment": "p-2"}
    first = feed.post(f"{order}/payments", payment, key="any key of yours")
    again = feed.post(f"{order}/payments", payment, key="any key of yours")
    assert again.json() == first.json()
    assert again.status_code == first.status_code
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers


def test_two_callers_may_use_the_same_key(
    feed: Caller, caller: Callers, order: str
) -> None:
    feed.post(f"{order}/payments", PAYMENT | {"payment": "p-2"}, key="1")
    other = caller("service", "another-feed")
    theirs = other.post(f"{order}/payments", PAYMENT | {"payment": "p-3"}, key="1")
    assert theirs.status_code == 200
    assert "Idempotency-Replayed" not in theirs.headers


# -- 500, 503 --


class Broken:
    """Histories that cannot be read, through our own fault."""

    def stream(self, stream_id: UUID) -> Sequence[RecordedEvent]:
        raise RuntimeError(f"open sesame {stream_id}")


def test_our_own_failure_tells_no_secrets(redress: Redress) -> None:
    app = build_app(api_parts(redress)._replace(histories=Broken()))
    token = redress.tokens.issue("agent", "wang")
    with (
        TestClient(app, raise_server_exceptions=False) as client,
        capture_logs() as logged,
    ):
        answer = Caller(client, token).get(f"/v1/streams/{uuid4()}/events")
    problem(answer, 500, "unexpected")
    assert "sesame" not in answer.text
    assert "unexpected" in [entry["event"] for entry in logged]


class Crowd(PostgresEventStore):
    """A store where somebody else is quicker, so many times."""

    def __init__(self, redress: Redress, wins: int) -> None:
        super().__init__(redress.writer, redress.reader)
        self.wins = wins

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        self.wins -= 1
        if self.wins < 0:
            return super().append(appends)
        return [Conflict(each.streams[0].stream_id, 99) for each in appends]


def crowded(redress: Redress, wins: int) -> Litestar:
    store = Crowd(redress, wins)
    orders = Orders(store, CommandHandler(store), redress.policies)
    desk = OrderDesk(store, orders)
    return build_app(api_parts(redress)._replace(desk=desk))


def test_a_feed_loses_three_races_and_is_taken_all_the_same(
    redress: Redress, order: str
) -> None:
    token = redress.tokens.issue("service", "shop-feed")
    with TestClient(crowded(redress, 3)) as client:
        payment = PAYMENT | {"payment": "p-2"}
        answer = Caller(client, token).post(f"{order}/payments", payment)
    assert answer.status_code == 200, answer.text


def test_whoever_never_gets_a_turn_is_asked_to_come_again(
    redress: Redress, order: str
) -> None:
    token = redress.tokens.issue("service", "shop-feed")
    with TestClient(crowded(redress, 10_000)) as client:
        payment = PAYMENT | {"payment": "p-2"}
        answer = Caller(client, token).post(f"{order}/payments", payment)
    problem(answer, 503, "busy")
    assert int(answer.headers["Retry-After"]) > 0


def test_where_there_is_no_room_a_feed_is_asked_at_once_to_come_again(
    redress: Redress, order: str
) -> None:
    full = Dispatcher(redress.store, Limits(queue=0))
    desk = OrderDesk(redress.store, Orders(redress.store, full, redress.policies))
    token = redress.tokens.issue("service", "shop-feed")
    with TestClient(build_app(api_parts(redress)._replace(desk=desk))) as client:
        payment = PAYMENT | {"payment": "p-2"}
        answer = Caller(client, token).post(f"{order}/payments", payment)
    full.close()
    problem(answer, 503, "busy")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_database_that_does_not_answer_is_503_and_come_again(
    redress: Redress, agent: Caller, order: str
) -> None:
    redress.writer.close()
    answer = agent.get(order)
    problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"]


def test_a_read_waits_two_seconds_for_a_position_and_no_longer(
    agent: Caller, feed: Caller, project: Callable[[], None]
) -> None:
    written = feed.post("/v1/orders", ORDER).headers["Redress-Position"]
    project()
    assert agent.get("/v1/promises", at_least=written).status_code == 200
    answer = agent.get("/v1/promises", at_least="7.999999")
    problem(answer, 503, "behind")
    assert answer.headers["Retry-After"]
