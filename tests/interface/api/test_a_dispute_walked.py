"""A consumer's dispute from the first word to the appeal, over HTTP alone.

Everybody acts with a token of their own and learns from the API what they may do. The
tea tin of li-mei's came empty; the merchant says it was full.
"""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Callable
from typing import Any

import pytest
from httpx import Response

from tests.interface.api.conftest import MONDAY, Caller, Callers

YUAN_129 = {"minor": 12900, "currency": "CNY"}
YUAN_30 = {"minor": 3000, "currency": "CNY"}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944"
    "4154789c6360000002000001e221bc330000000049454e44ae426082"
)


class Story:
    """What somebody asks of something: at the version they last saw."""

    def __init__(self, where: str) -> None:
        self.where = where

    def read(self, who: Caller) -> dict[str, Any]:
        answer = who.get(self.where)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def asks(self, who: Caller, what: str, body: Any = None) -> Response:
        version = who.get(self.where).headers["ETag"]
        return who.post(f"{self.where}/{what}", body or {}, If_Match=version)

    def does(self, who: Caller, what: str, body: Any = None) -> dict[str, Any]:
        answer = self.asks(who, what, body)
        assert answer.status_code in {200, 201}, answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt

    def refuses(self, who: Caller, what: str, body: Any = None) -> str:
        answer = self.asks(who, what, body)
        assert answer.status_code >= 400, answer.text
        return str(answer.json()["code"])

    def offered(self, who: Caller) -> set[str]:
        return {move["operation"] for move in self.read(who)["may"]}


def begun(answer: Response) -> Story:
    assert answer.status_code == 201, answer.text
    return Story(answer.headers["Location"])


@pytest.fixture
def photo(order: str) -> Callable[[Caller, Caller], str]:
    """Upload a picture, and have it looked at."""

    def upload(who: Caller, agent: Caller) -> str:
        headers = who.headers | {
            "Content-Type": "image/png",
            "Idempotency-Key": str(len(taken)),
        }
        about = order.rpartition("/")[2]
        answer = who.client.post(
            "/v1/evidence", params={"about": about}, content=PNG, headers=headers
        )
        file = begun(answer)
        file.does(agent, "clearing")
        taken.append(file.where)
        return file.where.rpartition("/")[2]

    taken: list[str] = []
    return upload


@pytest.fixture
def delivered(order: str, feed: Caller) -> str:
    """Have the tea sent and signed for."""
    parcel = {"parcel": "SF1", "carrier": "shunfeng", "waybill": "SF1"}
    for door, body in (
        ("parcels", parcel),
        ("hand-overs", {"parcel": "SF1"}),
        ("signings", {"parcel": "SF1", "signed_by": "consumer"}),
    ):
        answer = feed.post(f"{order}/{door}", body, Occurred_At=MONDAY)
        assert answer.status_code == 200, answer.text
    return order


def test_from_the_first_word_to_the_appeal(  # noqa: PLR0913, PLR0915, PLR0917  # one story, and all who take part in it
    delivered: str,
    photo: Callable[[Caller, Caller], str],
    caller: Callers,
    agent: Caller,
    feed: Caller,
    li_mei: Caller,
    project: Callable[[], None],
) -> None:
    order_id = delivered.rpartition("/")[2]
    tea_house = caller("merchant", "clerk-7", "tea-house")
    anna = caller("creator", "anna")
    wu, zhao = caller("arbiter", "wu"), caller("arbiter", "zhao")
    sun, auditor = caller("finance_approver", "sun"), caller("auditor", "qian")

    # -- "Something is wrong": no case type is asked of her --
    contact = begun(
        li_mei.post("/v1/contacts", {"order": order_id, "words": "罐子是空的！"})
    )
    project()
    (due,) = agent.get("/v1/queue", noun="contact").json()["items"]
    assert due["href"] == contact.where
    assert due["owes"] == "agent"
    told = contact.read(agent)["contact"]
    assert told["words"][0]["words"] == "罐子是空的！"
    assert told["clock"]["seconds_left"] <= due["clocks"][0]["seconds_left"]

    contact.does(agent, "messages", {"message": "2", "words": "请申请退款并附照片。"})
    promise = begun(
        contact.asks(
            agent,
            "promises",
            {"deed": "call_back", "due_at": "2199-01-01T17:00:00+08:00"},
        )
    )
    assert contact.read(li_mei)["contact"]["turn"] == "consumer"
    promise.does(agent, "keeping", {"evidence": "call-1"})

    # -- A case; the merchant says no, with evidence --
    empty_tin = photo(li_mei, agent)
    case = begun(
        li_mei.post(
            "/v1/cases",
            {
                "order": order_id,
                "type": "refund_shipped",
                "lines": [{"line": 1}],
                "reason": 5,
                "evidence": [{"evidence": empty_tin, "shows": "photo"}],
            },
        )
    )
    seen = case.read(tea_house)["case"]
    assert seen["turn"]["party"] == "merchant"
    assert seen["money"]["asked"] == YUAN_129
    assert "caseApproveCase" in case.offered(tea_house)
    assert "caseApproveCase" not in case.offered(li_mei)
    no = {"reason": "not_as_claimed", "words": "称重是满的"}
    assert case.refuses(tea_house, "rejection", no) == "evidence_needed"
    packing = photo(tea_house, agent)
    shown = [{"evidence": packing, "shows": "packing_video"}]
    case.does(tea_house, "rejection", no | {"evidence": shown})
    case.does(agent, "assignment", {"agent": "wang"})

    # -- A dispute over it: they try among themselves first --
    assert "openDispute" in case.offered(li_mei)
    dispute = begun(
        li_mei.post(
            "/v1/disputes",
            {
                "case": case.where.rpartition("/")[2],
                "issue": "short_or_wrong",
                "words": "商家不承认",
                "evidence": [{"evidence": empty_tin, "shows": "photo"}],
            },
        )
    )
    assert case.read(li_mei)["case"]["intervening"]
    offer = {"type": "partial_refund", "amount": YUAN_30}
    dispute.does(tea_house, "offers", offer)
    assert dispute.refuses(tea_house, "offer-acceptance", {"offer": 1})
    dispute.does(li_mei, "offer-refusal", {"offer": 1})
    dispute.does(li_mei, "escalation")

    # -- The platform looks: evidence is asked for --
    dispute.does(agent, "assignment", {"duty": "arbiter", "person": "wu"})
    dispute.does(wu, "evidence-requests", {"of": ["merchant"], "shows": ["video"]})
    asked = dispute.read(tea_house)["dispute"]
    assert asked["missing_evidence"] == ["video"]
    assert asked["turn"]["clock"]["wall_seconds_left"] > 0
    video = photo(tea_house, agent)
    dispute.does(
        tea_house, "evidence", {"files": [{"evidence": video, "shows": "video"}]}
    )
    assert dispute.read(wu)["dispute"]["status"] == "ruling_pending"

    # -- A ruling: facts, shares, money; not by who handled the case --
    ruling = {
        "result": "support_consumer",
        "findings": [
            {
                "fact": "goods_complete",
                "holds": False,
                "shown_by": {"role": "consumer", "name": "li-mei"},
                "evidence": [empty_tin],
            }
        ],
        "liability": [
            {
                "party": "merchant",
                "name": "tea-house",
                "share_bp": 7000,
                "basis": "short_delivery",
            },
            {
                "party": "creator",
                "name": "anna",
                "share_bp": 3000,
                "basis": "creator_promise",
            },
        ],
        "awards": [{"kind": "refund", "amount": YUAN_129, "payer": "merchant"}],
        "words": "照片与重量记录一致",
    }
    assert dispute.refuses(agent, "ruling", ruling)
    dispute.does(wu, "ruling", ruling)
    ruled = dispute.read(li_mei)["dispute"]
    assert ruled["rulings"][0]["result"] == "support_consumer"
    assert ruled["money"]["awarded"] == ruling["awards"] or ruled["money"]["awarded"]
    assert not ruled["final"]

    # -- It is carried out: the case pays, while an appeal may come --
    dispute.does(agent, "enforcement")
    assert case.read(li_mei)["case"]["money"]["due"] == YUAN_129
    case.does(sun, "refunds", {"refund": "refund-1"})
    feed_says = {"refund": "refund-1", "succeeded": True}
    answer = feed.post(f"{case.where}/refund-results", feed_says)
    assert answer.status_code == 200, answer.text
    paid = case.read(li_mei)["case"]
    assert paid["status"] == "succeeded"
    assert paid["money"]["refunds"][0]["outcome"] == "succeeded"

    # -- The merchant appeals with something new; another arbiter decides --
    scale = photo(tea_house, agent)
    old = {"files": [{"evidence": video, "shows": "video"}]}
    assert dispute.refuses(tea_house, "appeal", old)
    dispute.does(
        tea_house, "appeal", {"files": [{"evidence": scale, "shows": "weight_photo"}]}
    )
    assert dispute.refuses(
        agent, "assignment", {"duty": "appeal_arbiter", "person": "wu"}
    )
    dispute.does(agent, "assignment", {"duty": "appeal_arbiter", "person": "zhao"})
    assert dispute.refuses(wu, "appeal-decision", {"upheld": True})
    dispute.does(zhao, "appeal-decision", {"upheld": True})
    assert dispute.read(li_mei)["dispute"]["appeal"]["upheld"] is True
    dispute.does(agent, "enforcement-completion")
    if "disputeCloseDispute" in dispute.offered(agent):
        dispute.does(agent, "closing")
    assert dispute.read(li_mei)["dispute"]["final"]

    # -- Whose fault it was: who owes whom, and the creator may contest it --
    project()
    (book,) = agent.get("/v1/queue", noun="account", order_id=order_id).json()["items"]
    account = Story(book["href"])
    assert {"accountContestAttribution"} <= account.offered(anna)
    shares = account.read(anna)["account"]["shares"]
    assert [share["share_bp"] for share in shares] == [7000, 3000]
    borne = account.read(tea_house)["account"]["borne"]
    assert sum(each["amount"]["minor"] for each in borne) == 0

    # -- She rates it; an auditor reads it all, in order --
    dispute.does(li_mei, "rating", {"score": 5})
    history = auditor.get(f"{case.where}/history", limit=200)
    assert history.status_code == 200, history.text
    told_nouns = {each["noun"] for each in history.json()["items"]}
    assert {"order", "case", "dispute", "contact"} <= told_nouns
    assert li_mei.get(f"{case.where}/history").status_code == 403
    stranger = caller("consumer", "mallory")
    assert stranger.get(dispute.where).status_code == 404
