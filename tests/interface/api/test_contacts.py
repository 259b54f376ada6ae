"""Contacts over HTTP: something is wrong, somebody answers, and keeps his word."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from application.access import AccessRole, Actor
from application.casework import reading
from application.contact_view import contact_view
from interface.api.case_examples import CONTACT_EXAMPLES
from interface.api.contacts import DOORS, with_words
from interface.bootstrap import Redress
from tests.interface.api.conftest import MONDAY, ORDER, Caller, Callers
from tests.interface.api.deeds import NOT_YOURS_OR_NOT_NOW, does, done, id_in

CONTACTS = "/v1/contacts"
NOWHERE = "00000000-0000-8007-8000-000000000000"
HELP = {"words": "茶叶罐是空的"}
SORRY = {"message": "2", "words": "我们马上为您查一下"}
READERS = (
    ("consumer", "li-mei"),
    ("agent", "wang"),
    ("senior_agent", "chen"),
    ("arbiter", "wu"),
    ("finance_approver", "fang"),
    ("auditor", "zhou"),
)


def in_hours(hours: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


@pytest.fixture
def contact(li_mei: Caller) -> str:
    answer = li_mei.post(CONTACTS, HELP)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


# -- Beginning --


def test_something_is_wrong_is_all_a_consumer_needs_to_say(li_mei: Caller) -> None:
    answer = li_mei.post(CONTACTS, {})
    assert answer.status_code == 201, answer.text
    seen = li_mei.get(answer.headers["Location"]).json()["contact"]
    assert (seen["about"], seen["status"]) == ("something_is_wrong", "open")
    assert seen["turn"] == "agent"
    assert seen["clock"]["step"] == "contact.first_response"


def test_the_same_key_begins_one_contact(li_mei: Caller) -> None:
    first = li_mei.post(CONTACTS, HELP, key="k-1")
    again = li_mei.post(CONTACTS, HELP, key="k-1")
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"


def test_the_same_key_of_another_consumer_is_another_contact(
    li_mei: Caller, caller: Callers
) -> None:
    hers = li_mei.post(CONTACTS, HELP, key="k-1").headers["Location"]
    his = caller("consumer", "wang-lei").post(CONTACTS, HELP, key="k-1")
    assert his.status_code == 201, his.text
    assert his.headers["Location"] != hers


def test_an_agent_says_whose_contact_it_is(agent: Caller, li_mei: Caller) -> None:
    unnamed = agent.post(CONTACTS, {"channel": "call"})
    assert unnamed.status_code == 400
    assert unnamed.json()["errors"][0]["field"] == "consumer"
    named = agent.post(CONTACTS, {"channel": "call", "consumer": "li-mei"})
    assert named.status_code == 201, named.text
    seen = li_mei.get(named.headers["Location"]).json()["contact"]
    assert seen["turn"] == "consumer", "the service spoke first: nobody waits"


def test_nobody_begins_a_contact_in_anothers_name(caller: Callers) -> None:
    wang_lei = caller("consumer", "wang-lei")
    assert wang_lei.post(CONTACTS, HELP | {"consumer": "li-mei"}).status_code == 404
    shop = caller("merchant", "tea-house")
    assert shop.post(CONTACTS, HELP | {"consumer": "li-mei"}).status_code == 403


def test_who_has_to_come_back_was_not_helped(
    li_mei: Caller, agent: Caller, order: str, project: Callable[[], None]
) -> None:
    about = HELP | {"order": id_in(order)}
    first = li_mei.post(CONTACTS, about).headers["Location"]
    project()
    again = li_mei.post(CONTACTS, about, key="again")
    where = again.headers["Location"]
    for_us, for_her = agent.get(where).json(), li_mei.get(where).json()
    assert for_us["contact"]["repeated"]
    assert for_us["contact"]["earlier"] == [id_in(first)]
    assert for_her["contact"]["earlier"] == [], "how often is for colleagues to count"
    project()
    replayed = li_mei.post(CONTACTS, about, key="again")
    assert replayed.status_code == 201, "what came between changes no request"
    assert replayed.headers["Idempotency-Replayed"] == "true"


# -- Words --


def test_words_are_answered_and_read_by_those_who_may(
    li_mei: Caller, agent: Caller, caller: Callers, contact: str
) -> None:
    done(agent, contact, "messages", SORRY)
    seen = li_mei.get(contact).json()["contact"]
    assert [each["words"] for each in seen["words"]] == [HELP["words"], SORRY["words"]]
    assert seen["words"][1]["name"] is None, "to her it is the service"
    assert agent.get(contact).json()["contact"]["words"][1]["name"] == "wang"
    assert seen["first_response_seconds"] >= 0
    assert (seen["turn"], seen["clock"]) == ("consumer", None)
    for_auditor = caller("auditor", "zhou").get(contact).json()["contact"]
    assert [each["words"] for each in for_auditor["words"]] == [None, None]


def test_what_is_sealed_stands_nowhere_in_the_clear(
    caller: Callers, contact: str
) -> None:
    stream = contact.replace("/contacts/", "/streams/")
    events = caller("auditor", "zhou").get(f"{stream}/events")
    assert events.status_code == 200, events.text
    assert HELP["words"] not in events.text


def test_a_feed_reports_what_was_said_on_the_telephone(
    feed: Caller, li_mei: Caller, agent: Caller, contact: str
) -> None:
    called = {
        "by": {"role": "agent", "name": "wang"},
        "message": "call-17",
        "channel": "call",
    }
    told = feed.post(f"{contact}/message-reports", called)
    assert told.status_code == 200, told.text
    for who in (li_mei, agent):
        answer = who.post(f"{contact}/message-reports", called | {"message": "call-18"})
        assert answer.status_code == 403, "nobody says in another's name what was said"
    seen = li_mei.get(contact).json()["contact"]
    assert [each["channel"] for each in seen["words"]] == ["in_app", "call"]
    assert seen["turn"] == "consumer", "a call answers too"


def test_a_consumer_writes_to_a_closed_contact_and_it_goes_on(
    li_mei: Caller, agent: Caller, contact: str
) -> None:
    done(agent, contact, "messages", SORRY)
    done(agent, contact, "closing", {"outcome": "answered"})
    closed = li_mei.get(contact).json()["contact"]
    assert (closed["status"], closed["final"], closed["turn"]) == ("closed", True, None)
    late = does(agent, contact, "messages", SORRY | {"message": "3"})
    assert late.json()["code"] == "contact_is_closed"
    done(li_mei, contact, "messages", {"message": "4", "words": "还是空的"})
    again = li_mei.get(contact).json()["contact"]
    assert (again["status"], again["turn"]) == ("open", "agent")


# -- Whose it is --


def test_a_contact_is_between_one_consumer_and_the_service(
    caller: Callers, contact: str
) -> None:
    for role, name in READERS:
        assert caller(role, name).get(contact).status_code == 200, role
    assert caller("consumer", "wang-lei").get(contact).status_code == 404
    for role in ("merchant", "creator", "carrier"):
        assert caller(role, "tea-house").get(contact).status_code == 403, role
    answer = caller("consumer", "wang-lei").post(f"{contact}/messages", SORRY)
    assert answer.status_code in {404, 428}


def test_a_colleague_takes_over_before_answering(
    agent: Caller, caller: Callers, contact: str
) -> None:
    done(agent, contact, "assignment", {"agent": "wang"})
    chen = caller("senior_agent", "chen")
    assert does(chen, contact, "messages", SORRY).json()["code"] == "contact_not_yours"
    done(chen, contact, "assignment", {"agent": "chen"})
    done(chen, contact, "messages", SORRY)


def test_people_say_what_they_saw_before_they_answer(
    li_mei: Caller, agent: Caller, contact: str
) -> None:
    assert agent.post(f"{contact}/messages", SORRY).status_code == 428
    seen = agent.get(contact).headers["ETag"]
    done(li_mei, contact, "messages", {"message": "9", "words": "喂？"})  # noqa: RUF001  # as she writes it
    late = agent.post(f"{contact}/messages", SORRY, If_Match=seen)
    assert late.status_code == 412, late.text


# -- What is offered --


@pytest.mark.parametrize("stand", ["waiting", "answered", "closed"])
@pytest.mark.parametrize(("role", "name"), READERS)
def test_what_is_offered_is_what_is_not_refused(  # noqa: PLR0913, PLR0917 - who asks, and what
    caller: Callers,
    li_mei: Caller,
    agent: Caller,
    order: str,
    stand: str,
    role: str,
    name: str,
) -> None:
    reader = caller(role, name)

    def fresh() -> str:
        where = str(li_mei.post(CONTACTS, HELP).headers["Location"])
        if stand != "waiting":
            done(agent, where, "messages", SORRY)
        if stand == "closed":
            done(agent, where, "closing", {"outcome": "answered"})
        return where

    here = fresh()
    seen = reader.get(here)
    offered = {move["href"] for move in seen.json()["may"]}
    for door in DOORS:
        if door.service_says_by:
            continue
        body = dict(CONTACT_EXAMPLES[f"{door.command.__name__}Body"])
        body |= more(door.path, order)
        if f"{here}/{door.path}" in offered:
            answer = does(reader, fresh(), door.path, body)
            code = answer.json().get("code")
            assert code not in NOT_YOURS_OR_NOT_NOW, f"{door.path}: {answer.text}"
        else:
            tag = seen.headers["ETag"]
            answer = reader.post(f"{here}/{door.path}", body, If_Match=tag)
            code = answer.json().get("code")
            assert code in NOT_YOURS_OR_NOT_NOW, f"{door.path}: {answer.text}"


def more(path: str, order: str) -> dict[str, str]:
    """Return what makes an example new here, and of this consumer."""
    if path == "links":
        return {"noun": "order", "target": id_in(order)}
    return {"message": "77"} if path == "messages" else {}


# -- What it is about --


@pytest.fixture
def others_order(feed: Caller) -> str:
    """Place an order of somebody else's; return its id."""
    his = ORDER | {"consumer": "wang-lei", "number": "B-1"}
    return id_in(feed.post("/v1/orders", his, Occurred_At=MONDAY).headers["Location"])


def test_a_contact_begins_about_an_order_of_its_consumers(
    li_mei: Caller, agent: Caller, feed: Caller, others_order: str
) -> None:
    for about in (others_order, NOWHERE):
        for_her = HELP | {"order": about, "consumer": "li-mei"}
        for who in (li_mei, agent, feed):
            assert who.post(CONTACTS, for_her).status_code == 404


def test_a_contact_is_tied_to_things_of_its_consumers_alone(
    li_mei: Caller, agent: Caller, contact: str, order: str, others_order: str
) -> None:
    for target in (others_order, NOWHERE, "TB-2026-1", id_in(contact)):
        for noun in ("order", "case", "dispute"):
            link = {"noun": noun, "target": target}
            for who in (li_mei, agent):
                answer = does(who, contact, "links", link)
                assert answer.status_code == 404, f"{link}: {answer.text}"
    done(li_mei, contact, "links", {"noun": "order", "target": id_in(order)})
    wrong = {"noun": "case", "target": id_in(order)}
    assert does(agent, contact, "links", wrong).status_code == 404


def test_a_contact_is_tied_to_what_the_same_person_bought_under_another_name(
    agent: Caller, contact: str, others_order: str, project: Callable[[], None]
) -> None:
    same = {"other": "wang-lei", "basis": "guest_login"}
    assert agent.post("/v1/consumers/li-mei/links", same).status_code == 200
    project()
    done(agent, contact, "links", {"noun": "order", "target": others_order})


# -- Who reads what was said, and why --


def test_who_also_buys_tea_reads_no_more_words_of_others(
    redress: Redress, contact: str
) -> None:
    matter = redress.desks.casework.known("contact", UUID(id_in(contact)))

    def told(subject: str, *roles: AccessRole) -> list[str | None]:
        who = Actor(subject=subject, roles=frozenset(roles))
        by = reading(who, "contact.read", matter.owners)
        view = contact_view(
            matter.stream_id,
            matter.version,
            matter.state,
            matter.history,
            by,
            datetime.now(UTC),
        )
        opened = with_words(view, matter, who, redress.people, "a test")
        return [each.words for each in opened.words]

    assert told("zhou", "auditor", "consumer") == [None]
    assert told("fang", "finance_approver", "consumer") == [None]
    assert told("li-mei", "auditor", "consumer") == [HELP["words"]], "her own"
    assert told("wang", "agent", "consumer") == [HELP["words"]]


def test_why_words_were_read_leads_to_what_was_read(
    agent: Caller, contact: str, redress: Redress, project: Callable[[], None]
) -> None:
    project()
    agent.get(contact)
    agent.get(contact, headers={"Reason": "she called"})
    agent.get(contact, reason="她打了电话")
    agent.get("/v1/consumers/li-mei/timeline")
    with psycopg.connect(redress.urls.owner) as owner:
        rows = owner.execute("SELECT why FROM people.access").fetchall()
    why = {each for (each,) in rows}
    assert why == {
        f"contact.read {id_in(contact)}",
        "she called",
        "她打了电话",
        "consumer.read li-mei",
    }
    assert agent.get(contact, reason=" ").status_code == 400
    assert agent.get(contact, reason="x" * 201).status_code == 400


# -- A promise --


def test_i_call_you_back_is_pinned_due_and_kept(
    agent: Caller, li_mei: Caller, contact: str, project: Callable[[], None]
) -> None:
    word = {"deed": "call_back", "due_at": in_hours(3)}
    made = agent.post(f"{contact}/promises", word)
    assert made.status_code == 201, made.text
    where = made.headers["Location"]
    seen = li_mei.get(where).json()
    assert (seen["promise"]["standing"], seen["promise"]["deed"]) == (
        "open",
        "call_back",
    )
    assert (seen["promise"]["agent"], seen["may"]) == (None, [])
    project()
    (due,) = agent.get("/v1/queue", noun="promise").json()["items"]
    assert due["href"] == where
    assert due["clocks"][0]["due_at"] == seen["promise"]["clock"]["due_at"]
    later = {"due_at": in_hours(30), "reason": "consumer_asked"}
    done(agent, where, "putting-off", later)
    done(agent, where, "keeping", {"evidence": "call-18"})
    kept = agent.get(where).json()
    assert (kept["promise"]["standing"], kept["may"]) == ("kept", [])
    project()
    assert agent.get("/v1/queue", noun="promise").json()["items"] == []


def test_a_promise_is_the_agents_to_give(
    li_mei: Caller, caller: Callers, contact: str
) -> None:
    word = {"deed": "call_back", "due_at": in_hours(3)}
    assert li_mei.post(f"{contact}/promises", word).status_code == 403
    auditor = caller("auditor", "zhou")
    assert auditor.post(f"{contact}/promises", word).status_code == 403


def test_a_promise_for_yesterday_is_none(agent: Caller, contact: str) -> None:
    word = {"deed": "call_back", "due_at": in_hours(-3)}
    answer = agent.post(f"{contact}/promises", word)
    assert (answer.status_code, answer.json()["code"]) == (409, "due_in_the_past")
