"""The queue: what is to be done, soonest due first, the same number everywhere."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from application.orders import context_for
from domain.party import SYSTEM
from domain.responsibility import AttributeResponsibility, OpenAttribution, Share
from domain.responsibility.values import Account
from interface.bootstrap import Redress
from tests.interface.api.conftest import ORDER, PAYMENT, Caller, Callers
from tests.interface.api.deeds import delivered, done, opened

QUEUE = "/v1/queue"


@pytest.fixture
def case(feed: Caller, li_mei: Caller, order: str) -> str:
    return opened(li_mei, delivered(feed, order))


@pytest.fixture
def contact(li_mei: Caller) -> str:
    answer = li_mei.post("/v1/contacts", {"words": "喂"})
    return str(answer.headers["Location"])


def hrefs(who: Caller, **asked: object) -> list[str]:
    answer = who.get(QUEUE, **asked)
    assert answer.status_code == 200, answer.text
    return [each["href"] for each in answer.json()["items"]]


def test_what_is_due_first_comes_first(
    agent: Caller, case: str, contact: str, project: Callable[[], None]
) -> None:
    project()
    assert hrefs(agent) == [contact, case], "an answer is due before a refund is"


@pytest.mark.parametrize("role", ["consumer", "merchant", "creator", "carrier"])
def test_the_queue_is_the_services_own(caller: Callers, role: str) -> None:
    answer = caller(role, "tea-house").get(QUEUE)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "role", ["agent", "senior_agent", "arbiter", "finance_approver", "auditor"]
)
def test_all_of_the_service_see_it(
    caller: Callers, case: str, project: Callable[[], None], role: str
) -> None:
    project()
    assert hrefs(caller(role, "somebody")) == [case]


def test_the_number_is_the_same_in_the_list_the_case_and_the_queue(
    agent: Caller, li_mei: Caller, case: str, project: Callable[[], None]
) -> None:
    project()
    (queued,) = agent.get(QUEUE).json()["items"]
    (listed,) = li_mei.get("/v1/cases").json()["items"]
    page = li_mei.get(case).json()["case"]
    clocks = [queued["clocks"][0], listed["clocks"][0], page["turn"]["clock"]]
    lefts = [clock.pop("seconds_left") for clock in clocks]
    assert max(lefts) - min(lefts) <= 5, "only the moments between the questions"
    for clock in clocks:
        clock.pop("wall_seconds_left")
    assert clocks[0] == clocks[1] == clocks[2]
    assert queued["due_at"] == page["turn"]["clock"]["due_at"]


def test_an_account_shows_the_same_clock_as_the_queue(
    redress: Redress,
    agent: Caller,
    caller: Callers,
    order: str,
    project: Callable[[], None],
) -> None:
    account = attributed(redress, order)
    project()
    (queued,) = agent.get(QUEUE, noun="account").json()["items"]
    assert queued["href"] == account
    shop = caller("merchant", "tea-house").get(account).json()["account"]
    (clock,) = shop["clocks"]
    (listed,) = queued["clocks"]
    assert clock["due_at"] == listed["due_at"]
    assert abs(clock["seconds_left"] - listed["seconds_left"]) <= 5


def attributed(
    redress: Redress, order: str, matter: str = "matter-1", carrier: str | None = None
) -> str:
    """Say that the merchant bears it; return where the account is."""
    accounts = redress.commands.accounts
    account_id = accounts.id_of("li-mei", matter)
    parties = [Account(kind="merchant", name="tea-house")]
    if carrier is not None:
        parties.append(Account(kind="carrier", name=carrier))
    begin = OpenAttribution(
        by=SYSTEM,
        matter=matter,
        order=order.rpartition("/")[2],
        source="demo",
        consumer="li-mei",
        parties=tuple(parties),
    )
    share = Share(
        party="merchant", name="tea-house", share_bp=10_000, basis="short_delivery"
    )
    for command in (begin, AttributeResponsibility(by=SYSTEM, shares=(share,))):
        context = context_for(
            uuid4(), command, actor="test", asked_at=datetime.now(UTC)
        )
        accounts.take(account_id, command, "demo", context)
    return f"/v1/accounts/{account_id}"


def test_it_is_filtered_by_all_that_one_works_by(
    agent: Caller, case: str, contact: str, project: Callable[[], None]
) -> None:
    done(agent, case, "assignment", {"agent": "wang"})
    project()
    tomorrow = (datetime.now(UTC) + timedelta(hours=24)).isoformat()
    assert hrefs(agent, noun="case") == [case]
    assert hrefs(agent, assigned="wang") == [case]
    assert hrefs(agent, unassigned="true") == [contact]
    assert hrefs(agent, unassigned="false") == [contact, case]
    assert hrefs(agent, flag="waiting") == [contact]
    assert hrefs(agent, owes="merchant") == [case]
    assert hrefs(agent, step="answer.return_refund") == [case]
    assert hrefs(agent, status="awaiting_merchant") == [case]
    assert hrefs(agent, kind="return_refund") == [case]
    assert hrefs(agent, due_before=tomorrow) == [contact]
    assert hrefs(agent, merchant="toy-shop") == []
    assert hrefs(agent, merchant="tea-house") == [case]
    assert hrefs(agent, amount_from=12_900) == [case]
    assert hrefs(agent, amount_from=12_901) == []


def test_a_filter_that_cannot_be_is_named(agent: Caller) -> None:
    for asked in (
        {"due_before": "tomorrow"},
        {"noun": "novel"},
        {"cursor": "elsewhere"},
        {"amount_from": -1},
    ):
        answer = agent.get(QUEUE, **asked)
        assert answer.status_code == 400, asked
        assert next(iter(asked)) in answer.text


def test_what_is_over_is_left_out_unless_asked_for(
    agent: Caller, li_mei: Caller, case: str, project: Callable[[], None]
) -> None:
    done(li_mei, case, "withdrawal")
    project()
    assert hrefs(agent) == []
    assert hrefs(agent, final="true") == [case]


def test_it_is_read_page_by_page_and_nothing_is_left_out(
    agent: Caller, feed: Caller, li_mei: Caller, project: Callable[[], None]
) -> None:
    cases = set()
    for number in range(5):
        placed = feed.post("/v1/orders", ORDER | {"number": f"P-{number}"})
        where = str(placed.headers["Location"])
        paid = PAYMENT | {"payment": f"pay-{number}"}
        assert feed.post(f"{where}/payments", paid).status_code == 200
        cases.add(opened(li_mei, delivered(feed, where), type="refund_shipped"))
    project()
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while len(seen) < 6:
        page = agent.get(QUEUE, limit=2, **cursor).json()
        seen += [each["href"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert len(seen) == 5
    assert set(seen) == cases


def test_who_has_something_is_for_colleagues_to_know(
    agent: Caller, li_mei: Caller, case: str, project: Callable[[], None]
) -> None:
    done(agent, case, "assignment", {"agent": "wang"})
    project()
    (for_us,) = agent.get("/v1/cases").json()["items"]
    (for_her,) = li_mei.get("/v1/cases").json()["items"]
    assert (for_us["assigned"], for_her["assigned"]) == ("wang", None)
