"""Evidence about a case, a dispute or a contact: whose that is, theirs it is too."""

import pytest

from tests.interface.api.conftest import Caller, Callers
from tests.interface.api.deeds import delivered, done, opened
from tests.interface.api.test_evidence import clear, hand_in


@pytest.fixture
def case(feed: Caller, li_mei: Caller, order: str) -> str:
    return opened(li_mei, delivered(feed, order))


def test_a_photo_of_a_case_is_seen_by_its_parties_once_it_is_clean(
    li_mei: Caller, agent: Caller, caller: Callers, case: str
) -> None:
    answer = hand_in(li_mei, case)
    assert answer.status_code == 201, answer.text
    photo = answer.headers["Location"]
    shop = caller("merchant", "tea-house")
    assert shop.get(photo).status_code == 404, "nobody has looked at it yet"
    assert clear(agent, photo).status_code == 200
    assert shop.get(photo).status_code == 200
    assert caller("merchant", "toy-shop").get(photo).status_code == 404
    item = {"evidence": photo.rpartition("/")[2], "shows": "photo"}
    done(li_mei, case, "evidence", {"evidence": [item]})
    (shown,) = shop.get(case).json()["case"]["evidence"]
    assert shown["item"] == item


def test_nobody_adds_to_anothers_case(caller: Callers, case: str) -> None:
    assert hand_in(caller("consumer", "wang-lei"), case).status_code == 404
    assert hand_in(caller("merchant", "toy-shop"), case).status_code == 404
    assert hand_in(caller("merchant", "tea-house"), case).status_code == 201


def test_a_file_in_a_contact_is_between_the_consumer_and_the_service(
    li_mei: Caller, agent: Caller, caller: Callers
) -> None:
    contact = li_mei.post("/v1/contacts", {}).headers["Location"]
    photo = hand_in(li_mei, contact).headers["Location"]
    assert clear(agent, photo).status_code == 200
    assert li_mei.get(photo).status_code == 200
    assert caller("merchant", "tea-house").get(photo).status_code == 404


def test_a_carrier_drawn_into_a_dispute_shows_what_it_has(
    li_mei: Caller, caller: Callers, feed: Caller, order: str
) -> None:
    argued = {
        "order": delivered(feed, order).rpartition("/")[2],
        "lines": [{"line": 1, "quantity": 1}],
        "issue": "not_received",
        "carrier": "sf",
    }
    opening = li_mei.post("/v1/disputes", argued)
    assert opening.status_code == 201, opening.text
    dispute = opening.headers["Location"]
    assert hand_in(caller("carrier", "sf"), dispute).status_code == 201
    assert hand_in(caller("carrier", "yto"), dispute).status_code == 404


def test_evidence_about_nothing_is_about_nothing(li_mei: Caller) -> None:
    nothing = "/v1/cases/00000000-0000-8007-8000-000000000000"
    assert hand_in(li_mei, nothing).status_code == 404
