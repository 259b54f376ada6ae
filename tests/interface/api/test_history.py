"""What auditors ask: one history of everything, why each event is so, who decided."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from interface.bootstrap import Redress
from tests.interface.api.conftest import Caller, Callers
from tests.interface.api.deeds import delivered, done, id_in, opened

SHOP = "tea-house"
WORDS = "=罐子是空的"


@pytest.fixture
def shop(caller: Callers) -> Caller:
    return caller("merchant", SHOP)


@pytest.fixture
def zhao(caller: Callers) -> Caller:
    return caller("auditor", "zhao")


@pytest.fixture
def case(  # noqa: PLR0913, PLR0917 - who takes part in it
    li_mei: Caller,
    agent: Caller,
    shop: Caller,
    feed: Caller,
    order: str,
    project: Callable[[], None],
) -> str:
    """Let the tea arrive empty: a contact with a promise, a case, a dispute over it."""
    delivered(feed, order)
    begun = li_mei.post(
        "/v1/contacts", {"order": id_in(order), "words": "出问题了"}
    ).headers["Location"]
    promised = {"deed": "call_back", "due_at": "2199-01-01T09:00:00Z"}
    assert agent.post(f"{begun}/promises", promised).status_code == 201
    where = opened(li_mei, order, words=WORDS)
    done(shop, where, "rejection", {"reason": "other"})
    dispute = {"case": id_in(where), "issue": "short_or_wrong"}
    answer = li_mei.post("/v1/disputes", dispute)
    assert answer.status_code == 201, answer.text
    project()
    return where


def history(who: Caller, where: str, **asked: Any) -> Any:
    answer = who.get(f"{where}/history", limit=200, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_history_merges_all_that_hangs_together(zhao: Caller, case: str) -> None:
    told = history(zhao, case)
    nouns = {each["noun"] for each in told["streams"]}
    assert nouns >= {"order", "contact", "promise", "case", "dispute"}
    places = [int(each["position"].partition(".")[2]) for each in told["items"]]
    assert places == sorted(places)
    assert len(set(places)) == len(places)
    assert told["at"] == told["items"][-1]["position"]
    used = {each["ref"] for each in told["rows"]}
    assert used == {ref for each in told["items"] for ref in each["rows"]}
    assert all(each["known"] and each["source"] for each in told["rows"])


def test_a_history_says_who_did_what_in_the_language_asked_for(
    zhao: Caller, case: str
) -> None:
    def rejected(language: str) -> Any:
        items = history(zhao, case, language=language)["items"]
        return next(x for x in items if x["type"] == "after_sales.rejected")

    assert (rejected("en")["role"], rejected("en")["name"]) == ("merchant", SHOP)
    assert rejected("en")["said"].isascii()
    assert not rejected("zh-CN")["said"].isascii()


def test_money_stands_where_it_moved(zhao: Caller, case: str) -> None:
    moved = {x["type"]: x["money"] for x in history(zhao, case)["items"] if x["money"]}
    paid = [{"minor": 12900, "currency": "CNY"}]
    assert moved["order.payment_captured"] == paid


def test_a_history_at_any_position_is_what_was_known_there(
    zhao: Caller, case: str
) -> None:
    whole = history(zhao, case)["items"]
    for number, line in enumerate(whole, start=1):
        then = history(zhao, case, at=line["position"])
        assert then["items"] == whole[:number]
        last = {each["stream_id"]: each["version"] for each in whole[:number]}
        assert {x["stream_id"]: x["version"] for x in then["streams"]} == last


def test_how_each_stream_stood_at_a_position_is_a_step_away(
    zhao: Caller, case: str
) -> None:
    whole = history(zhao, case)["items"]
    opening = next(x for x in whole if x["type"] == "after_sales.opened")
    then = history(zhao, case, at=opening["position"])
    (link,) = [x["state"] for x in then["streams"] if x["noun"] == "case"]
    assert zhao.get(link).json()["facts"]["status"] == "awaiting_merchant"


def test_a_history_as_at_a_time_is_what_was_recorded_by_then(
    zhao: Caller, case: str
) -> None:
    whole = history(zhao, case)["items"]
    early = whole[2]["recorded_at"]
    then = history(zhao, case, as_at=early)["items"]
    assert then == [x for x in whole if x["recorded_at"] <= early]


def test_a_long_history_comes_in_pages(zhao: Caller, case: str) -> None:
    whole, pages, after = history(zhao, case)["items"], [], None
    while True:
        asked: dict[str, str] = {"after": after} if after else {}
        page = zhao.get(f"{case}/history", limit=5, **asked).json()
        pages += page["items"]
        after = page["next"]
        if after is None:
            break
    assert pages == whole


def test_a_dispute_has_the_same_history_as_its_case(zhao: Caller, case: str) -> None:
    streams = history(zhao, case)["streams"]
    (dispute,) = [x["stream_id"] for x in streams if x["noun"] == "dispute"]
    told = history(zhao, f"/v1/disputes/{dispute}")
    assert told["items"] == history(zhao, case)["items"]


@pytest.mark.parametrize("wrong", ["7", "999.7", "x.y", "1.-1"])
def test_a_position_of_another_partition_is_none_here(
    zhao: Caller, case: str, wrong: str
) -> None:
    answer = zhao.get(f"{case}/history", at=wrong)
    assert answer.status_code == 400
    assert "at" in answer.text


def test_histories_are_for_those_who_judge(
    li_mei: Caller, shop: Caller, agent: Caller, case: str
) -> None:
    assert agent.get(f"{case}/history").status_code == 200
    for party in (li_mei, shop):
        assert party.get(f"{case}/history").status_code in {403, 404}


# -- Words --


def readings(redress: Redress) -> list[tuple[str, str | None]]:
    with redress.reader.connection() as connection:
        return connection.execute(
            "SELECT DISTINCT actor, why FROM people.access"
        ).fetchall()


def test_words_stay_sealed_unless_they_are_asked_for(
    zhao: Caller, case: str, redress: Redress
) -> None:
    before = readings(redress)
    items = history(zhao, case)["items"]
    told = next(x for x in items if x["type"] == "after_sales.opened")
    assert told["facts"]["words"].startswith("sealed:")
    assert readings(redress) == before


def test_who_opens_words_leaves_who_and_why(
    zhao: Caller, case: str, redress: Redress
) -> None:
    items = history(zhao, case, words="true", reason="complaint 7")["items"]
    told = next(x for x in items if x["type"] == "after_sales.opened")
    assert told["facts"]["words"] == WORDS
    assert ("auditor:zhao", "complaint 7") in readings(redress)
    header = {"headers": {"Reason": "complaint 8"}}
    history(zhao, case, words="true", **header)
    assert ("auditor:zhao", "complaint 8") in readings(redress)


@pytest.mark.parametrize("reason", [{}, {"reason": " "}, {"reason": "x" * 201}])
def test_without_a_reason_no_words_are_opened(
    zhao: Caller, case: str, redress: Redress, reason: dict[str, str]
) -> None:
    before = readings(redress)
    answer = zhao.get(f"{case}/history", words="true", **reason)
    assert answer.status_code == 400
    assert "reason" in answer.text
    assert readings(redress) == before


# -- As a table --


def table(who: Caller, where: str, **asked: Any) -> list[dict[str, str]]:
    answer = who.get(f"{where}/history", **asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_history_is_a_table_too_and_whole(zhao: Caller, case: str) -> None:
    whole = history(zhao, case)["items"]
    rows = table(zhao, case, format="csv", limit=2)
    assert [row["position"] for row in rows] == [x["position"] for x in whole]
    assert [row["said"] for row in rows] == [x["said"] for x in whole]
    paid = next(row for row in rows if row["type"] == "order.payment_captured")
    assert paid["money"] == "129.00 CNY"
    assert rows == table(zhao, case, headers={"Accept": "text/csv"})


def test_no_cell_of_the_table_is_a_formula(zhao: Caller, case: str) -> None:
    rows = table(zhao, case, format="csv", words="true", reason="complaint 9")
    opening = next(row for row in rows if row["type"] == "after_sales.opened")
    assert opening["words"] == f"'{WORDS}"


# -- Why an event is so --


def test_every_event_of_a_history_is_explained_and_comes_to_the_same(
    zhao: Caller, case: str
) -> None:
    for line in history(zhao, case)["items"]:
        answer = zhao.get(line["explanation"])
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["agrees"] in {None, True}, told
        assert set(told["words"]) == {"zh-CN", "en"}
        assert told["position"] == line["position"]


def test_what_is_not_there_is_not_explained(
    zhao: Caller, li_mei: Caller, case: str
) -> None:
    stream = case.replace("/cases/", "/streams/")
    assert zhao.get(f"{stream}/events/999/explanation").status_code == 404
    assert li_mei.get(f"{stream}/events/1/explanation").status_code in {403, 404}


# -- Who decided what --


def found(who: Caller, **asked: Any) -> list[Any]:
    answer = who.get("/v1/decisions", limit=200, **asked)
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


def test_decisions_are_found_by_who_took_them(zhao: Caller, case: str) -> None:
    assert case
    by_shop = found(zhao, agent=SHOP)
    assert {x["name"] for x in by_shop} == {SHOP}
    assert "after_sales.rejected" in {x["type"] for x in by_shop}
    assert found(zhao, agent=SHOP, tag="after_sales.opened") == []
    assert {x["name"] for x in found(zhao, agent="wang")} == {"wang"}
    assert found(zhao, agent="nobody") == []


def test_decisions_are_found_by_the_version_of_a_rule(zhao: Caller, case: str) -> None:
    row = history(zhao, case)["rows"][0]["ref"]
    under = found(zhao, policy=row)
    assert under
    assert all(row in x["rows"] for x in under)
    assert found(zhao, policy="no.such-row@1") == []


def test_decisions_are_found_by_amount_and_noun_and_type(
    zhao: Caller, case: str
) -> None:
    assert case
    tea = found(zhao, amount_from=12900, amount_to=12900, noun="case")
    assert {x["type"] for x in tea} == {"after_sales.opened"}
    assert found(zhao, amount_from=12901) == []
    assert found(zhao, amount_to=12899) == []
    assert {x["noun"] for x in found(zhao, noun="dispute")} == {"dispute"}
    assert len(found(zhao, tag="after_sales.rejected")) == 1


def test_decisions_are_found_by_when_they_were_recorded(
    zhao: Caller, case: str
) -> None:
    assert case
    everything = found(zhao)
    times = [x["recorded_at"] for x in everything]
    assert times == sorted(times, reverse=True)
    early = times[-1]
    later = found(zhao, **{"from": early})
    assert later == everything
    before = found(zhao, to=times[0])
    assert before == [x for x in everything if x["recorded_at"] < times[0]]


def test_decisions_come_in_pages(zhao: Caller, case: str) -> None:
    assert case
    whole, pages, cursor = found(zhao), [], None
    while True:
        asked: dict[str, str] = {"cursor": cursor} if cursor else {}
        page = zhao.get("/v1/decisions", limit=3, **asked).json()
        pages += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert pages == whole
    assert zhao.get("/v1/decisions", cursor="x").status_code == 400


def test_not_everybody_searches_decisions(agent: Caller, li_mei: Caller) -> None:
    for who in (agent, li_mei):
        assert who.get("/v1/decisions").status_code == 403
