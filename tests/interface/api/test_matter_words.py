"""What was said in a case or a dispute, as each who takes part reads it."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

import psycopg
import pytest

from application.event_store.connections import Pool
from interface.bootstrap import Redress
from tests.interface.api.conftest import Caller, Callers
from tests.interface.api.deeds import delivered, done, id_in, offer, opened

EMPTY = "罐子是空的"
THIRTY = "补偿三十元可以吗？"
AMONG_US = "这位商家上个月也这样"
SHOWN = "请补充照片"


@pytest.fixture
def shop(caller: Callers) -> Caller:
    return caller("merchant", "tea-house")


@pytest.fixture
def case(feed: Caller, li_mei: Caller, agent: Caller, shop: Caller, order: str) -> str:
    """Let both sides speak, and an agent to her colleagues and to both."""
    where = opened(li_mei, delivered(feed, order), words=EMPTY)
    done(agent, where, "notes", {"words": AMONG_US})
    done(agent, where, "notes", {"words": SHOWN, "shown": True})
    done(shop, where, "counter-offer", offer(words=THIRTY))
    return where


def read(who: Caller, where: str) -> list[str | None]:
    answer = who.get(f"{where}/words")
    assert answer.status_code == 200, answer.text
    return [each["words"] for each in answer.json()["items"]]


def test_each_side_reads_what_the_other_said(
    li_mei: Caller, shop: Caller, agent: Caller, case: str
) -> None:
    assert shop.get(case).json()["links"]["words"] == f"{case}/words"
    for party in (li_mei, shop):
        assert read(party, case) == [EMPTY, SHOWN, THIRTY]
    assert read(agent, case) == [EMPTY, AMONG_US, SHOWN, THIRTY]
    said = shop.get(f"{case}/words").json()["items"]
    spoke = [(each["type"], each["role"], each["name"]) for each in said]
    assert spoke == [
        ("after_sales.opened", "consumer", "li-mei"),
        ("after_sales.noted", "agent", "redress"),
        ("after_sales.countered", "merchant", "tea-house"),
    ]


def test_words_are_read_a_page_at_a_time(shop: Caller, case: str) -> None:
    first = shop.get(f"{case}/words", limit=2).json()
    assert [each["words"] for each in first["items"]] == [EMPTY, SHOWN]
    rest = shop.get(f"{case}/words", limit=2, cursor=first["next"]).json()
    assert [each["words"] for each in rest["items"]] == [THIRTY]
    assert rest["next"] is None
    assert shop.get(f"{case}/words", cursor="no").status_code == 400


def test_words_are_for_who_takes_part_and_who_judges(
    caller: Callers, case: str
) -> None:
    for role in ("auditor", "finance_approver"):
        looker = caller(role, "zhou")
        assert looker.get(f"{case}/words").status_code == 403, role
        assert "words" not in looker.get(case).json()["links"]
    for role, name in (("consumer", "mallory"), ("merchant", "toy-shop")):
        assert caller(role, name).get(f"{case}/words").status_code == 404
    assert read(caller("arbiter", "wu"), case)[0] == EMPTY


def test_every_reading_leaves_who_and_why(
    redress: Redress, shop: Caller, agent: Caller, case: str
) -> None:
    read(shop, case)
    why = agent.get(f"{case}/words", headers={"Reason": "complaint 17"})
    assert why.status_code == 200
    traces = traces_of(redress.reader)
    assert ("merchant:tea-house", f"case.words {id_in(case)}") in traces
    assert ("agent:wang", "complaint 17") in traces


def traces_of(reader: Pool) -> set[tuple[str, str]]:
    with reader.connection() as connection:
        rows = connection.execute("SELECT actor, why FROM people.access")
        return {(actor, why) for actor, why in rows}


def test_erased_words_are_nobodys(redress: Redress, shop: Caller, case: str) -> None:
    with psycopg.connect(redress.urls.owner) as owner:
        owner.execute(
            "UPDATE people.key SET wrapped = NULL, erased_at = now(), erased_by = 'me'"
        )
    assert read(shop, case) == [None, None, None]


def test_a_carrier_reads_in_a_dispute_it_is_drawn_into(
    caller: Callers, feed: Caller, li_mei: Caller, shop: Caller, order: str
) -> None:
    argued = {
        "order": id_in(delivered(feed, order)),
        "lines": [{"line": 1, "quantity": 1}],
        "issue": "not_received",
        "carrier": "sf",
        "words": EMPTY,
    }
    dispute = li_mei.post("/v1/disputes", argued).headers["Location"]
    done(shop, dispute, "offers", {"type": "resend", "words": THIRTY})
    sf = caller("carrier", "sf")
    assert sf.get(dispute).json()["links"]["words"] == f"{dispute}/words"
    for party in (li_mei, shop, sf):
        assert read(party, dispute) == [EMPTY, THIRTY]
    assert caller("carrier", "yto").get(f"{dispute}/words").status_code == 404
