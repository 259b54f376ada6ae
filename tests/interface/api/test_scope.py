"""Whoever asks sees what is theirs: every role at every door."""

import re
from collections.abc import Callable, Sequence
from typing import get_args

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from application.access import ROLES, TABLE, AccessRole, Action, Actor, may_ever
from application.casework import Noun
from domain.kernel import Report
from interface.api import cases, contacts
from interface.api.doors import CaseDoor, moves_of
from interface.api.order_commands import DOORS
from interface.bootstrap import Redress
from interface.serving import build_api
from tests.interface.api.conftest import MONDAY, ORDER, Caller, Callers
from tests.interface.api.deeds import delivered, id_in, opened, request_for

# What anybody may ask without a token, and nothing else.
OPEN = {
    "/livez",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/docs/begin.js",
    "/docs/description.json",
    "/docs/{name}",
    "/v1/inbound/{source}",  # signed, not signed in
    "/v1/effects/callbacks/{gateway}",
}
# The framework's own pages, which name no action and so are closed to everybody.
CLOSED = {"/openapi", "/openapi/openapi.json", "/openapi/{path}"}


def doors(app: Litestar) -> list[tuple[str, str, dict[str, object]]]:
    """Return path, method and options of every handler there is."""
    found = []
    for route in app.routes:
        assert isinstance(route, HTTPRoute), f"{route.path}: who guards it?"
        for method, (handler, _) in route.route_handler_map.items():
            if method != "OPTIONS":
                path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path_format)
                found.append((path, str(method), dict(handler.opt)))
    return found


def test_every_door_says_what_it_is_for(redress: Redress) -> None:
    seen = set()
    for path, method, opt in doors(build_api(redress)):
        seen.add(path)
        if opt.get("open"):
            assert path in OPEN, f"{method} {path} is open to everybody"
        elif path not in CLOSED:
            assert opt.get("action") in get_args(Action), f"{method} {path}: no action"
        if method == "POST" and path not in OPEN:
            assert opt.get("command"), f"{method} {path} changes something unnamed"
    assert seen >= OPEN, "and this list is up to date"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_comes_through_the_doors_of_its_row_and_no_others(
    caller: Callers, redress: Redress, role: AccessRole
) -> None:
    who = caller(role, "nobody-in-particular", "no-shop")
    actor = Actor(subject="x", roles=frozenset({role}))
    for path, method, opt in doors(build_api(redress)):
        if opt.get("open"):
            continue
        filled = (
            path.replace("{order_id}", "00000000-0000-8007-8000-000000000000")
            .replace("{stream_id}", "00000000-0000-8007-8000-000000000000")
            .replace("{evidence_id}", "00000000-0000-8007-8000-000000000000")
            .replace("{webhook}", "00000000-0000-8007-8000-000000000000")
            .replace("{delivery}", "00000000-0000-8007-8000-000000000000")
            .replace("{effect}", "00000000-0000-8007-8000-000000000000")
            .replace("{version}", "1")
            .replace("{turn}", "1")
            .replace("{number}", "1")
            .replace("{consumer}", "somebody")
        )
        if filled.endswith("/live"):
            continue  # Whoever may come in here stays; see test_live.
        answer = who.client.request(method, filled, headers=who.headers)
        action = opt.get("action")
        allowed = any(action == known and may_ever(actor, known) for known in TABLE)
        assert (answer.status_code == 403) == (not allowed), f"{method} {path}"


# Whoever tells what happened outside a case or a contact tells it as a machine does.
TELL: dict[str, set[AccessRole]] = {
    "/v1/cases/{stream_id}/parcel-scans": {"service"},
    "/v1/cases/{stream_id}/refund-results": {"service", "finance_approver"},
    "/v1/cases/{stream_id}/recoveries": {"service", "finance_approver"},
    "/v1/contacts/{stream_id}/message-reports": {"service"},
}


def names_of(kind: type) -> set[str]:
    """Return the names of all kinds of a kind."""
    below: list[type] = kind.__subclasses__()
    return {each.__name__ for each in below}.union(*map(names_of, below))


def test_what_happened_outside_is_told_by_no_party(
    caller: Callers, redress: Redress
) -> None:
    reports = names_of(Report)
    told = [
        (path, opt)
        for path, _, opt in doors(build_api(redress))
        if opt.get("command") in reports
        and not path.startswith(("/v1/orders", "/v1/consumers"))
    ]
    assert {path for path, _ in told} == set(TELL), "a report is no act of the parties"
    for path, opt in told:
        assert not str(opt["action"]).endswith(".act"), path
        for role in ROLES:
            where = path.replace("{stream_id}", "00000000-0000-8007-8000-000000000000")
            answer = caller(role, "nobody-in-particular", "no-shop").post(where, {})
            assert (answer.status_code != 403) == (role in TELL[path]), f"{role} {path}"


def test_nobody_is_offered_to_tell_what_happened_outside() -> None:
    nouns: dict[Noun, Sequence[CaseDoor]] = {
        "case": cases.DOORS,
        "contact": contacts.DOORS,
    }
    for noun, rows in nouns.items():
        told = {d.command.__name__ for d in rows if issubclass(d.command, Report)}
        assert told
        assert moves_of(noun, "/here", rows, sorted(told)) == ()


def test_an_id_of_another_noun_is_nothing_here(
    feed: Caller, li_mei: Caller, agent: Caller, order: str
) -> None:
    case = opened(li_mei, delivered(feed, order))
    contact = str(li_mei.post("/v1/contacts", {}).headers["Location"])
    ids = {"orders": order, "cases": case, "contacts": contact}
    for kind in ("orders", "cases", "disputes", "contacts", "accounts"):
        for other, where in ids.items():
            if other == kind:
                continue
            here = f"/v1/{kind}/{id_in(where)}"
            for who in (li_mei, agent):
                assert who.get(here).status_code == 404, f"{here}, of {other}"
    asked = {"words": "?", "message": "1"}
    note = agent.post(f"/v1/cases/{id_in(order)}/notes", asked, If_Match='"1"')
    assert note.status_code in {400, 404}
    closing = li_mei.post(f"/v1/cases/{id_in(order)}/withdrawal", If_Match='"1"')
    assert closing.status_code == 404
    over = {"case": id_in(order), "issue": "short_or_wrong"}
    assert li_mei.post("/v1/disputes", over).status_code == 404
    of = request_for(case)
    assert li_mei.post("/v1/cases", of).status_code == 404


def test_merchants_creators_and_consumers_see_their_own_orders(
    caller: Callers, order: str
) -> None:
    for role, own, other in (
        ("consumer", "li-mei", "wang"),
        ("merchant", "tea-house", "toy-shop"),
        ("creator", "anna", "ben"),
    ):
        assert caller(role, own).get(order).status_code == 200, role
        assert caller(role, other).get(order).status_code == 404, role


def test_a_merchant_and_a_creator_see_their_own_promises(
    caller: Callers, order: str, project: Callable[[], None]
) -> None:
    project()
    board = "/v1/promises"
    assert order in caller("merchant", "tea-house").get(board).text
    assert order in caller("creator", "anna").get(board).text
    assert caller("merchant", "toy-shop").get(board).json()["items"] == []
    asked = caller("merchant", "toy-shop").get(board, merchant="tea-house")
    assert asked.status_code == 404


def test_a_consumer_sees_all_of_its_names_and_nobody_elses(
    caller: Callers, feed: Caller, agent: Caller, project: Callable[[], None]
) -> None:
    guest = ORDER | {"consumer": "guest-77", "number": "A-77"}
    where = feed.post("/v1/orders", guest).headers["Location"]
    li_mei = caller("consumer", "li-mei")
    assert li_mei.get(where).status_code == 404
    linked = agent.post(
        "/v1/consumers/li-mei/links", {"other": "guest-77", "basis": "guest_login"}
    )
    assert linked.status_code == 200, linked.text
    project()
    assert li_mei.get(where).status_code == 200
    assert where in li_mei.get("/v1/consumers/li-mei/timeline").text
    assert where in li_mei.get("/v1/consumers/guest-77/timeline").text
    others = caller("consumer", "wang").get("/v1/consumers/li-mei/timeline")
    assert others.status_code == 404


def test_nobody_has_a_timeline_nobody_heard_of(
    agent: Caller, li_mei: Caller, project: Callable[[], None]
) -> None:
    project()
    assert agent.get("/v1/consumers/nobody/timeline").status_code == 404
    assert li_mei.get("/v1/consumers/li-mei/timeline").json()["items"] == []


def test_an_order_is_found_by_its_numbers_by_those_it_concerns(
    caller: Callers, agent: Caller, order: str, project: Callable[[], None]
) -> None:
    project()
    for asked in (
        {"number": "A-1001", "source": "demo"},
        {"payment": "pay-1"},
        {"consumer": "li-mei"},
    ):
        (found,) = agent.get("/v1/orders", **asked).json()["items"]
        assert found["href"] == order, asked
    stranger = caller("merchant", "toy-shop")
    assert stranger.get("/v1/orders", number="A-1001").json()["items"] == []


@pytest.mark.parametrize(
    ("lead", "merchant", "status"),
    [
        ({"merchant": "m-one"}, "m-one", 200),
        ({"merchant": "m-one"}, "m-two", 403),
        ({}, "m-one", 403),
        ({}, "m-two", 403),
    ],
    ids=["the order's own", "of a line only", "one of two", "the other of two"],
)
def test_a_merchant_of_some_lines_does_not_rule_the_whole_order(
    feed: Caller, caller: Callers, lead: dict[str, str], merchant: str, status: int
) -> None:
    price = {"minor": 100, "currency": "CNY"}
    lines = [
        {"line": line, "product": "p", "price": price, "merchant": whose}
        for line, whose in enumerate(["m-one", "m-two"], start=1)
    ]
    shared = {"consumer": "li-mei", "source": "demo", "number": "A-2", "lines": lines}
    placed = feed.post("/v1/orders", shared | lead, Occurred_At=MONDAY)
    where = placed.headers["Location"]
    party = caller("merchant", merchant)
    seen = party.get(where).headers["ETag"]
    amount = {"payable": {"minor": 1, "currency": "CNY"}}
    cancel = {"by": "merchant", "reason": "out_of_stock"}
    cancelled = party.post(f"{where}/cancellation", cancel, If_Match=seen)
    assert cancelled.status_code == status, cancelled.text
    assert (party.post(f"{where}/amount", amount).status_code == 403) == (status == 403)


@pytest.mark.parametrize("by", ["merchant", "platform"])
def test_a_consumer_cancels_in_her_own_name_only(
    li_mei: Caller, order: str, by: str
) -> None:
    seen = li_mei.get(order).headers["ETag"]
    body = {"by": by, "reason": "changed_mind"}
    answer = li_mei.post(f"{order}/cancellation", body, If_Match=seen)
    assert answer.status_code == 403
    assert answer.json()["code"] == "not_in_your_name"


def test_a_note_is_not_for_the_consumer_to_read(
    caller: Callers,
    agent: Caller,
    li_mei: Caller,
    order: str,
    project: Callable[[], None],
) -> None:
    merchant = caller("merchant", "tea-house")
    note = {"words": "老客户, 多送一包"}
    assert merchant.post(f"{order}/notes", note).status_code == 200
    project()
    path = "/v1/consumers/li-mei/timeline"
    (for_us,) = agent.get(path, kind="note").json()["items"]
    (for_her,) = li_mei.get(path, kind="note").json()["items"]
    assert for_us["facts"]["words"] == note["words"]
    assert for_her["facts"]["words"] is None


def test_every_command_has_its_door() -> None:
    asked = {door.asks for door in DOORS}
    assert len(asked) == len(DOORS), "each once"
    assert any(issubclass(command, Report) for command in asked)
