"""Evidence that is named is there, about the same matter, and not kept back."""

from typing import Any

import pytest
from httpx import Response

from tests.evidence_files import PDF
from tests.interface.api.conftest import MONDAY, ORDER, PAYMENT, Caller, Callers
from tests.interface.api.deeds import (
    blocked,
    cleared,
    delivered,
    does,
    done,
    handed_in,
    id_in,
    opened,
    photo,
    request_for,
)

NOT_AS_CLAIMED = {"reason": "not_as_claimed"}
MADE_UP = "a9a3f7c6-4d2e-4b18-9c07-3f6d1e5b8a42"  # an id of nothing


@pytest.fixture
def shop(caller: Callers) -> Caller:
    return caller("merchant", "tea-house")


@pytest.fixture
def tea(feed: Caller, order: str) -> str:
    return delivered(feed, order)


@pytest.fixture
def case(li_mei: Caller, tea: str) -> str:
    return opened(li_mei, tea)


@pytest.fixture
def dispute(li_mei: Caller, tea: str) -> str:
    answer = li_mei.post("/v1/disputes", argued(tea))
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def argued(order: str, **more: Any) -> dict[str, Any]:
    line = {"line": 1, "quantity": 1}
    about = {"order": id_in(order), "lines": [line], "issue": "short_or_wrong"}
    return about | more


def another_order(feed: Caller, consumer: str) -> str:
    """Let a consumer's other order arrive; return where it is."""
    placed = ORDER | {"number": "A-2002", "consumer": consumer}
    where = str(feed.post("/v1/orders", placed, Occurred_At=MONDAY).headers["Location"])
    paid = PAYMENT | {"payment": "pay-2"}
    assert feed.post(f"{where}/payments", paid).status_code == 200
    return delivered(feed, where)


def refused_at(answer: Response, field: str) -> str:
    """Return why evidence is refused, at this field."""
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    return str(answer.json()["code"])


def rejects(shop: Caller, case: str, file: str) -> Response:
    return does(shop, case, "rejection", NOT_AS_CLAIMED | {"evidence": [photo(file)]})


@pytest.mark.parametrize("made_up", ["fake", MADE_UP])
def test_made_up_evidence_is_none(shop: Caller, case: str, made_up: str) -> None:
    answer = rejects(shop, case, made_up)
    assert refused_at(answer, "evidence[0].evidence") == "no_such_evidence"


@pytest.mark.parametrize("whose", ["li-mei", "wang-lei"])
def test_what_was_handed_in_about_another_order_shows_nothing_here(  # noqa: PLR0913, PLR0917 - who takes part
    feed: Caller, caller: Callers, shop: Caller, agent: Caller, case: str, whose: str
) -> None:
    other = another_order(feed, whose)
    for about in (other, opened(caller("consumer", whose), other)):
        file = cleared(agent, handed_in(caller("consumer", whose), about))
        answer = rejects(shop, case, file)
        assert refused_at(answer, "evidence[0].evidence") == "no_such_evidence"


def test_a_file_kept_back_shows_nothing(
    li_mei: Caller, shop: Caller, agent: Caller, case: str
) -> None:
    file = blocked(agent, handed_in(shop, case))
    answer = rejects(shop, case, file)
    assert refused_at(answer, "evidence[0].evidence") == "evidence_kept_back"
    item = {"evidence": [photo(file)]}
    answer = does(li_mei, case, "evidence", item)
    assert refused_at(answer, "evidence[0].evidence") == "no_such_evidence"


def test_a_file_nobody_looked_at_is_named_by_who_handed_it_in_and_the_service(
    li_mei: Caller, shop: Caller, agent: Caller, case: str
) -> None:
    item = {"evidence": [photo(handed_in(shop, case))]}
    assert does(li_mei, case, "evidence", item).status_code == 422
    assert does(shop, case, "evidence", item).status_code == 200
    more = {"evidence": [photo(handed_in(shop, case))]}
    cleared(agent, more["evidence"][0]["evidence"])
    assert does(li_mei, case, "evidence", more).status_code == 200


def test_what_is_about_the_order_or_its_contact_counts_in_its_case(
    li_mei: Caller, shop: Caller, tea: str, case: str
) -> None:
    contact = li_mei.post("/v1/contacts", {"order": id_in(tea)}).headers["Location"]
    for about in (tea, contact):
        done(li_mei, case, "evidence", {"evidence": [photo(handed_in(li_mei, about))]})
    assert rejects(shop, case, handed_in(shop, tea)).status_code == 200


def test_a_matter_is_opened_with_evidence_there_is(
    feed: Caller, li_mei: Caller, tea: str
) -> None:
    file = handed_in(li_mei, another_order(feed, "li-mei"))
    for path, body, field in (
        ("cases", request_for(tea, evidence=[photo(file)]), "evidence[0].evidence"),
        ("disputes", argued(tea, evidence=[photo("fake")]), "evidence[0].evidence"),
        ("contacts", {"order": id_in(tea), "files": [file]}, "files[0]"),
        ("contacts", {"files": [file]}, "files[0]"),
    ):
        answer = li_mei.post(f"/v1/{path}", body)
        assert refused_at(answer, field) == "no_such_evidence"
    ours = handed_in(li_mei, tea)
    request = request_for(tea, evidence=[photo(ours)])
    assert li_mei.post("/v1/cases", request, key="k").status_code == 201


def test_opened_again_under_its_key_is_no_more_judged(
    li_mei: Caller, agent: Caller, tea: str
) -> None:
    file = handed_in(li_mei, tea)
    request = request_for(tea, evidence=[photo(file)])
    first = li_mei.post("/v1/cases", request, key="k-1")
    assert first.status_code == 201, first.text
    blocked(agent, file)
    again = li_mei.post("/v1/cases", request, key="k-1")
    assert again.headers["Location"] == first.headers["Location"]


def test_what_a_finding_rests_on_is_there(caller: Callers, dispute: str) -> None:
    wu = caller("arbiter", "wu")
    finding = {"fact": "goods_complete", "holds": False, "evidence": ["fake"]}
    ruling = {"result": "support_consumer", "findings": [finding]}
    answer = does(wu, dispute, "ruling", ruling)
    assert refused_at(answer, "findings[0].evidence[0]") == "no_such_evidence"


def test_pictures_are_counted_whatever_they_are_called(
    li_mei: Caller, tea: str, dispute: str
) -> None:
    def shown(file: str, kind: str) -> dict[str, str]:
        return photo(file) | {"kind": kind}

    nine = [shown(handed_in(li_mei, tea), "pdf") for _ in range(9)]
    answer = does(li_mei, dispute, "evidence", {"files": nine})
    assert answer.json()["code"] == "too_many_pictures"
    document = handed_in(li_mei, tea, PDF, "application/pdf")
    files = [*nine[:8], shown(document, "image")]
    done(li_mei, dispute, "evidence", {"files": files})
