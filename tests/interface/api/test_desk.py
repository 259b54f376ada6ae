"""What agents keep: views of the queue, macros, and what running one comes to."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from httpx import Response

from interface.bootstrap import Redress
from tests.interface.api.conftest import Caller, Callers
from tests.interface.api.deeds import delivered, does, done, id_in, opened

VIEWS, MACROS, QUEUE = "/v1/desk/views", "/v1/desk/macros", "/v1/queue"
FOR_CASES = [
    {"do": "assign"},
    {
        "do": "ask_for",
        "of": "merchant",
        "shows": ["packing_video"],
        "words": "请上传打包视频",
    },
    {"do": "say", "words": "我们正在核实"},
    {"do": "note", "words": "等打包视频"},
]
FOR_CONTACTS = [
    {"do": "assign"},
    {"do": "say", "words": "我们马上为您查一下"},
    {"do": "hand_over", "team": "fresh-food", "words": "请跟进"},
]


@pytest.fixture
def case(feed: Caller, li_mei: Caller, order: str) -> str:
    return opened(li_mei, delivered(feed, order))


@pytest.fixture
def chief(caller: Callers) -> Caller:
    return caller("senior_agent", "zhao")


@pytest.fixture
def colleague(caller: Callers) -> Caller:
    return caller("agent", "lin")


def contact_of(who: Caller) -> str:
    answer = who.post("/v1/contacts", {"words": "喂"})
    return str(answer.headers["Location"])


def changes(who: Caller, path: str, body: Any) -> Response:
    """Change what is kept, having seen it."""
    seen = who.get(VIEWS).headers["ETag"]
    return who.post(path, body, If_Match=seen)


def kept(who: Caller, path: str, **body: Any) -> None:
    answer = changes(who, path, body)
    assert answer.status_code == 200, answer.text


def names(who: Caller, path: str) -> list[tuple[str, bool, str]]:
    found = who.get(path).json()["items"]
    return [(each["name"], each["shared"], each["kept_by"]) for each in found]


def hrefs(who: Caller, **asked: Any) -> list[str]:
    answer = who.get(QUEUE, **asked)
    assert answer.status_code == 200, answer.text
    return [each["href"] for each in answer.json()["items"]]


# -- Views --


def test_what_one_agent_shares_the_team_sees_and_what_is_his_own_nobody_else(
    agent: Caller, colleague: Caller
) -> None:
    kept(agent, VIEWS, name="今天到期", shared=True, filters={"due_within_hours": 24})
    kept(agent, VIEWS, name="mine", filters={"mine": True})
    assert names(colleague, VIEWS) == [("今天到期", True, "wang")]
    assert names(agent, VIEWS) == [("今天到期", True, "wang"), ("mine", False, "wang")]
    shown = colleague.get(VIEWS).json()["items"][0]
    assert shown["filters"]["due_within_hours"] == 24
    assert colleague.get(shown["href"]).status_code == 200


def test_a_view_shows_what_its_filters_say_and_what_is_asked_beside_it_wins(
    agent: Caller, li_mei: Caller, case: str, project: Callable[[], None]
) -> None:
    contact = contact_of(li_mei)
    kept(agent, VIEWS, name="cases", shared=True, filters={"noun": "case"})
    project()
    assert hrefs(agent) == [contact, case]
    assert hrefs(agent, view="cases") == [case]
    assert hrefs(agent, view="cases", noun="contact") == [contact]
    assert hrefs(agent, view="cases", status="awaiting_review") == []


def test_one_shared_view_shows_everybody_what_is_his(
    agent: Caller, colleague: Caller, case: str, project: Callable[[], None]
) -> None:
    kept(agent, VIEWS, name="mine", shared=True, filters={"mine": True})
    kept(agent, VIEWS, name="free", shared=True, filters={"unassigned": True})
    done(agent, case, "assignment", {"agent": "lin"})
    project()
    assert hrefs(colleague, view="mine") == [case]
    assert hrefs(agent, view="mine") == []
    assert hrefs(agent, view="mine", assigned="lin") == [case]
    assert hrefs(agent, view="free") == []
    assert hrefs(agent, view="free", assigned="lin") == [case]


def test_what_is_due_soon_is_counted_from_the_look(
    agent: Caller, li_mei: Caller, case: str, project: Callable[[], None]
) -> None:
    contact = contact_of(li_mei)
    kept(agent, VIEWS, name="soon", filters={"due_within_hours": 24})
    project()
    assert hrefs(agent, view="soon") == [contact], "the case has days"
    assert case in hrefs(agent, view="soon", due_before=year_away())


def year_away() -> str:
    return datetime.now(UTC).replace(year=2190).isoformat()


def test_what_is_over_is_shown_where_the_view_asks_for_it(
    agent: Caller, li_mei: Caller, case: str, project: Callable[[], None]
) -> None:
    kept(agent, VIEWS, name="over", filters={"final": True})
    done(li_mei, case, "withdrawal")
    project()
    assert hrefs(agent) == []
    assert hrefs(agent, view="over") == [case]
    assert hrefs(agent, view="over", final="false") == []


def test_ones_own_view_comes_before_the_teams_of_the_same_name(
    agent: Caller, colleague: Caller, case: str, project: Callable[[], None]
) -> None:
    kept(agent, VIEWS, name="work", shared=True, filters={"noun": "case"})
    kept(colleague, VIEWS, name="work", filters={"noun": "contact"})
    project()
    assert hrefs(agent, view="work") == [case]
    assert hrefs(colleague, view="work") == []


def test_a_view_nobody_keeps_is_none(agent: Caller) -> None:
    assert agent.get(QUEUE, view="nothing").status_code == 404
    gone = changes(agent, f"{VIEWS}/nothing/removal", {"shared": True})
    assert (gone.status_code, gone.json()["code"]) == (404, "not_kept")


def test_only_its_keeper_or_a_senior_agent_changes_what_is_shared(
    agent: Caller, colleague: Caller, chief: Caller
) -> None:
    kept(agent, VIEWS, name="work", shared=True, filters={"noun": "case"})
    theirs = {"name": "work", "shared": True, "filters": {"noun": "contact"}}
    answer = changes(colleague, VIEWS, theirs)
    assert answer.status_code == 409
    assert answer.json()["code"] == "kept_by_somebody_else"
    assert changes(chief, VIEWS, theirs).status_code == 200
    kept(chief, f"{VIEWS}/work/removal", shared=True)
    assert names(agent, VIEWS) == []


def test_a_senior_agent_lets_go_of_what_somebody_who_left_kept(
    agent: Caller, colleague: Caller, chief: Caller
) -> None:
    kept(agent, VIEWS, name="mine", filters={"mine": True})
    removal = f"{VIEWS}/mine/removal"
    refused = changes(colleague, removal, {"owner": "wang"})
    assert refused.json()["code"] == "kept_by_somebody_else"
    kept(chief, removal, owner="wang")
    assert names(agent, VIEWS) == []


def test_who_changes_what_is_kept_says_what_he_saw(
    agent: Caller, colleague: Caller
) -> None:
    body = {"name": "work", "filters": {}}
    assert agent.post(VIEWS, body).status_code == 428
    seen = agent.get(VIEWS).headers["ETag"]
    assert seen == '"0"'
    assert agent.post(VIEWS, body, If_Match=seen).status_code == 200
    late = colleague.post(VIEWS, body, If_Match=seen)
    assert (late.status_code, late.headers["ETag"]) == (412, '"1"')


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (VIEWS, {"name": "two words", "filters": {}}),
        (VIEWS, {"name": "x", "filters": {"colour": "red"}}),
        (VIEWS, {"name": "x", "filters": {"noun": "novel"}}),
        (MACROS, {"name": "x", "noun": "case", "steps": []}),
        (MACROS, {"name": "x", "noun": "case", "steps": [{"do": "dance"}]}),
        (MACROS, {"name": "x", "noun": "order", "steps": FOR_CASES}),
    ],
)
def test_what_cannot_be_kept_is_refused(agent: Caller, path: str, body: Any) -> None:
    assert changes(agent, path, body).status_code == 400


# -- Macros --


def story(redress: Redress, where: str) -> list[dict[str, Any]]:
    """Return what happened to a matter, but for ids and times."""
    history = redress.store.stream(UUID(id_in(where)))
    told = [msgspec.to_builtins(each.event) for each in history]  # type: ignore[union-attr]  # readable all of them
    return [without_names(each) for each in told]


def without_names(told: dict[str, Any]) -> dict[str, Any]:
    ours = {"at", "due_at", "started_at", "message", "order", "case"}
    ours |= {"seconds_left", "waited_seconds"}  # By hand it takes longer.
    return {name: value for name, value in told.items() if name not in ours}


def run(who: Caller, where: str, name: str, key: str | None = None) -> Response:
    seen = who.get(where).headers["ETag"]
    return who.post(f"{where}/macros/{name}", key=key, If_Match=seen)


def test_a_macro_does_what_the_commands_do_by_hand(
    redress: Redress, agent: Caller, caller: Callers
) -> None:
    kept(agent, MACROS, name="look", shared=True, noun="contact", steps=FOR_CONTACTS)
    by_macro = contact_of(caller("consumer", "li-mei"))
    by_hand = contact_of(caller("consumer", "li-mei"))
    before = len(story(redress, by_macro))
    answer = run(agent, by_macro, "look")
    assert answer.status_code == 200, answer.text
    done(agent, by_hand, "assignment", {"agent": "wang"})
    said = {"message": "2", "words": "我们马上为您查一下"}
    done(agent, by_hand, "messages", said)
    done(agent, by_hand, "hand-over", {"team": "fresh-food", "words": "请跟进"})
    happened = story(redress, by_macro)[before:]
    assert [each["type"] for each in happened][:2] == [
        "contact.assigned",
        "contact.words",
    ]
    assert happened == story(redress, by_hand)[before:]


def test_a_macro_works_on_cases_as_by_hand(
    redress: Redress, agent: Caller, case: str
) -> None:
    kept(agent, MACROS, name="要视频", shared=True, noun="case", steps=FOR_CASES)
    before = len(story(redress, case))
    answer = run(agent, case, "要视频")
    assert answer.json()["finished"], answer.text
    steps = answer.json()["steps"]
    assert [each["command"] for each in steps] == [
        "AssignCase",
        "AskForEvidence",
        "NoteCase",
        "NoteCase",
    ]
    assert answer.headers["ETag"] == agent.get(case).headers["ETag"]
    told = story(redress, case)[before:]
    assert told[0]["agent"] == "wang", "who runs it has it"
    assert [each["shown"] for each in told if each["type"] == "after_sales.noted"] == [
        True,
        False,
    ]
    assert "我们正在核实" not in str(told), "words are sealed for whom they concern"


def test_a_macro_works_on_disputes(
    agent: Caller, feed: Caller, li_mei: Caller, order: str
) -> None:
    delivered(feed, order)
    asked = {
        "order": id_in(order),
        "lines": [{"line": 1, "quantity": 1}],
        "issue": "short_or_wrong",
        "negotiate": False,
    }
    begun = li_mei.post("/v1/disputes", asked)
    assert begun.status_code == 201, begun.text
    dispute = str(begun.headers["Location"])
    steps = [{"do": "assign"}, {"do": "note", "words": "等质检报告"}]
    kept(agent, MACROS, name="take", noun="dispute", steps=steps)
    answer = run(agent, dispute, "take")
    assert answer.json()["finished"], answer.text


def test_a_run_stops_at_the_first_step_refused_and_says_where(
    redress: Redress, agent: Caller, li_mei: Caller
) -> None:
    steps = [
        {"do": "say", "words": "已为您查明"},
        {"do": "close", "outcome": "answered"},
        {"do": "close", "outcome": "answered"},
        {"do": "say", "words": "再见"},
    ]
    kept(agent, MACROS, name="end", noun="contact", steps=steps)
    contact = contact_of(li_mei)
    answer = run(agent, contact, "end")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert not body["finished"]
    assert [each["step"] for each in body["steps"]] == [1, 2, 3]
    last = body["steps"][-1]
    assert last["receipt"] is None
    assert (last["refusal"]["status"], last["refusal"]["code"]) == (
        409,
        "contact_is_closed",
    )
    told = [each["type"] for each in story(redress, contact)]
    assert told.count("contact.words") == 2, "hers and ours, and not the good-bye"


def test_where_the_first_step_is_refused_its_refusal_is_the_answer(
    agent: Caller, li_mei: Caller
) -> None:
    steps = [{"do": "close", "outcome": "answered"}]
    kept(agent, MACROS, name="end", noun="contact", steps=steps)
    contact = contact_of(li_mei)
    say = {"message": "2", "words": "好了"}
    done(agent, contact, "messages", say)
    done(agent, contact, "closing", {"outcome": "answered"})
    by_hand = does(agent, contact, "closing", {"outcome": "answered"})
    answer = run(agent, contact, "end")
    assert answer.status_code == 409
    assert answer.json() == by_hand.json()


def test_a_run_asked_for_twice_is_one_run(
    redress: Redress, agent: Caller, case: str
) -> None:
    kept(agent, MACROS, name="look", noun="case", steps=FOR_CASES)
    seen = agent.get(case).headers["ETag"]
    where = f"{case}/macros/look"
    first = agent.post(where, key="once", If_Match=seen)
    told = story(redress, case)
    again = agent.post(where, key="once", If_Match=seen)
    assert first.json() == again.json()
    assert first.json()["finished"]
    assert story(redress, case) == told


def test_who_saw_an_older_state_runs_nothing(agent: Caller, case: str) -> None:
    kept(agent, MACROS, name="look", noun="case", steps=FOR_CASES)
    seen = agent.get(case).headers["ETag"]
    done(agent, case, "assignment", {"agent": "lin"})
    where = f"{case}/macros/look"
    assert agent.post(where, If_Match=seen).status_code == 412
    assert agent.post(where).status_code == 428


def test_a_macro_is_run_on_what_it_is_for(
    agent: Caller, li_mei: Caller, case: str
) -> None:
    kept(agent, MACROS, name="look", noun="contact", steps=FOR_CONTACTS)
    assert run(agent, case, "look").status_code == 404
    assert run(agent, contact_of(li_mei), "nothing").status_code == 404


def test_words_of_one_person_are_in_no_macro(agent: Caller) -> None:
    steps = [{"do": "say", "words": "请拨打 13812345678 联系李女士"}]
    body = {"name": "call", "noun": "contact", "steps": steps}
    answer = changes(agent, MACROS, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "words_of_somebody")
    steps[0]["words"] = "请拨打客服热线 400-820-1234"
    kept(agent, MACROS, **body)


def test_what_cannot_be_asked_is_in_no_macro(agent: Caller) -> None:
    body = {"name": "x", "noun": "case", "steps": FOR_CONTACTS}
    answer = changes(agent, MACROS, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "step_unfit")


def test_a_macro_let_go_of_is_run_no_more(agent: Caller, case: str) -> None:
    kept(agent, MACROS, name="look", noun="case", steps=FOR_CASES)
    assert names(agent, MACROS) == [("look", False, "wang")]
    kept(agent, f"{MACROS}/look/removal")
    assert names(agent, MACROS) == []
    assert run(agent, case, "look").status_code == 404


# -- Who may --


@pytest.mark.parametrize("role", ["consumer", "merchant", "creator", "carrier"])
def test_the_desk_is_the_services_own(
    caller: Callers, agent: Caller, li_mei: Caller, role: str
) -> None:
    kept(agent, MACROS, name="look", shared=True, noun="contact", steps=FOR_CONTACTS)
    contact = contact_of(li_mei)
    outsider = caller(role, "li-mei")
    body = {"name": "x", "filters": {}}
    assert outsider.get(VIEWS).status_code == 403
    assert outsider.get(MACROS).status_code == 403
    assert outsider.post(VIEWS, body, If_Match='"1"').status_code == 403
    ran = outsider.post(f"{contact}/macros/look", If_Match='"1"')
    assert ran.status_code == 403


def test_who_only_looks_keeps_nothing_and_uses_the_teams_views(
    caller: Callers, agent: Caller, case: str, project: Callable[[], None]
) -> None:
    kept(agent, VIEWS, name="work", shared=True, filters={"noun": "case"})
    project()
    auditor = caller("auditor", "chen")
    assert hrefs(auditor, view="work") == [case]
    body = {"name": "x", "filters": {}}
    assert auditor.post(VIEWS, body, If_Match='"1"').status_code == 403
