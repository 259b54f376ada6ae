"""Files of evidence as the parties of an order see them."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from httpx import Response

from domain.evidence import EVIDENCE_BYTES_MAX
from interface.bootstrap import Redress
from tests.evidence_files import DRAWING, JPEG, PAGE, PDF, TEXT, archive
from tests.interface.api.conftest import ORDER, Caller, Callers


def hand_in(
    who: Caller,
    order: str,
    content: bytes = JPEG,
    media_type: str = "image/jpeg",
    key: str | None = None,
) -> Response:
    headers = {"Idempotency-Key": key or str(uuid4()), "Content-Type": media_type}
    about = order.rpartition("/")[2]
    return who.client.post(
        f"/v1/evidence?about={about}", content=content, headers=who.headers | headers
    )


def kept(redress: Redress) -> list[Path]:
    """Return every file there is of evidence, finished or not."""
    folder = redress.settings.home / "evidence"
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def shop(caller: Callers) -> Caller:
    return caller("merchant", "tea-clerk", "tea-house")


@pytest.fixture
def anna(caller: Callers) -> Caller:
    return caller("creator", "anna")


@pytest.fixture
def photo(li_mei: Caller, order: str) -> str:
    """Have the consumer hand in a photo; return where it is."""
    answer = hand_in(li_mei, order)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def clear(agent: Caller, photo: str) -> Response:
    return agent.post(f"{photo}/clearing", If_Match='"1"')


def block(agent: Caller, photo: str) -> Response:
    return agent.post(f"{photo}/blocking", {"reason": "private_data"}, If_Match='"1"')


def test_a_file_is_of_record_with_its_size_and_sum(
    agent: Caller, photo: str, order: str
) -> None:
    about = order.rpartition("/")[2]
    seen = agent.get(photo)
    assert seen.headers["ETag"] == '"1"'
    body = seen.json()
    assert body | {"uploaded_at": "", "evidence_id": ""} == {
        "evidence_id": "",
        "about": about,
        "by": "consumer",
        "name": "li-mei",
        "kind": "image",
        "media_type": "image/jpeg",
        "sha256": sha256(JPEG).hexdigest(),
        "bytes": len(JPEG),
        "uploaded_at": "",
        "state": "pending",
        "reason": None,
        "version": 1,
        "content": f"{photo}/content",
    }
    stream = photo.replace("/evidence/", "/streams/")
    (event,) = agent.get(f"{stream}/events").json()["items"]
    assert event["type"] == "evidence.uploaded"
    state = agent.get(f"{stream}/state").json()
    assert state["state"]["file"]["sha256"] == sha256(JPEG).hexdigest()


def test_a_clean_file_is_given_to_every_party_to_be_saved(
    agent: Caller, li_mei: Caller, shop: Caller, anna: Caller, photo: str
) -> None:
    assert clear(agent, photo).status_code == 200
    for party in (li_mei, shop, anna, agent):
        answer = party.get(f"{photo}/content")
        assert answer.status_code == 200
        assert answer.content == JPEG
        headers = answer.headers
        assert headers["Content-Type"] == "image/jpeg"
        name = photo.rpartition("/")[2]
        assert headers["Content-Disposition"] == f'attachment; filename="{name}.jpg"'
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["ETag"] == f'"{sha256(JPEG).hexdigest()}"'
        assert headers["Content-Length"] == str(len(JPEG))
        assert "sandbox" in headers["Content-Security-Policy"]
    seen = shop.get(photo).json()
    assert (seen["state"], seen["by"], seen["name"]) == ("clean", "consumer", None)


def test_a_pending_file_is_seen_by_who_sent_it_and_by_the_service(
    agent: Caller, li_mei: Caller, shop: Caller, anna: Caller, photo: str
) -> None:
    for path in (photo, f"{photo}/content"):
        assert li_mei.get(path).status_code == 200
        assert agent.get(path).status_code == 200
        assert shop.get(path).status_code == 404
        assert anna.get(path).status_code == 404


def test_a_blocked_file_is_seen_by_the_service_and_its_sender_is_told_why(
    agent: Caller, li_mei: Caller, shop: Caller, photo: str
) -> None:
    assert block(agent, photo).status_code == 200
    told = li_mei.get(photo).json()
    assert (told["state"], told["reason"]) == ("blocked", "private_data")
    assert li_mei.get(f"{photo}/content").status_code == 404
    assert shop.get(photo).status_code == 404
    assert shop.get(f"{photo}/content").status_code == 404
    assert agent.get(f"{photo}/content").content == JPEG


def test_strangers_learn_nothing_of_a_clean_file(
    agent: Caller, caller: Callers, photo: str
) -> None:
    clear(agent, photo)
    for stranger in (
        caller("consumer", "wang"),
        caller("merchant", "toy-shop"),
        caller("creator", "ben"),
    ):
        assert stranger.get(photo).status_code == 404
        assert stranger.get(f"{photo}/content").status_code == 404


def test_who_has_no_part_in_an_order_adds_nothing_to_it(
    caller: Callers, order: str, redress: Redress
) -> None:
    assert hand_in(caller("consumer", "wang"), order).status_code == 404
    assert hand_in(caller("auditor", "zhou"), order).status_code == 403
    nowhere = "/v1/orders/00000000-0000-8007-8000-000000000000"
    assert hand_in(caller("agent", "wang"), nowhere).status_code == 404
    assert kept(redress) == []


def test_evidence_is_about_an_order_and_not_about_other_evidence(
    agent: Caller, photo: str
) -> None:
    assert hand_in(agent, photo).status_code == 404


def test_a_merchant_speaks_for_its_shop_whoever_is_at_the_counter(
    caller: Callers, shop: Caller, agent: Caller, order: str
) -> None:
    where = hand_in(shop, order, PDF, "application/pdf").headers["Location"]
    assert agent.get(where).json()["name"] == "tea-house"
    colleague = caller("merchant", "tea-boss", "tea-house")
    assert colleague.get(f"{where}/content").content == PDF
    assert caller("consumer", "li-mei").get(where).status_code == 404


def test_only_the_service_judges(li_mei: Caller, shop: Caller, photo: str) -> None:
    for party in (li_mei, shop):
        assert clear(party, photo).status_code == 403
        assert block(party, photo).status_code == 403


def test_a_file_is_judged_once(agent: Caller, feed: Caller, photo: str) -> None:
    assert feed.post(f"{photo}/clearing").status_code == 200, "a scanner need not look"
    late = agent.post(f"{photo}/blocking", {"reason": "malware"}, If_Match='"2"')
    assert (late.status_code, late.json()["code"]) == (409, "already_judged")


@pytest.mark.parametrize(
    ("content", "media_type", "reason"),
    [
        (PAGE, "text/html", "text/html is no type of evidence"),
        (DRAWING, "image/png", "Its content is of no known type"),
        (JPEG, "image/png", "declared image/png, but its content is image/jpeg"),
        (JPEG + PDF, "image/jpeg", "It is a PDF as well"),
        (JPEG + archive(), "image/jpeg", "It is an archive as well"),
        (b"", "image/jpeg", "The file is empty"),
        (TEXT, "", "No Content-Type is declared"),
    ],
)
def test_a_file_of_a_wrong_type_is_refused_with_the_reason_and_not_kept(  # noqa: PLR0913, PLR0917  # three of them are one row
    li_mei: Caller,
    order: str,
    redress: Redress,
    content: bytes,
    media_type: str,
    reason: str,
) -> None:
    answer = hand_in(li_mei, order, content, media_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "not_evidence")
    assert reason in answer.json()["detail"]
    assert kept(redress) == []


def test_a_file_may_have_25_mb_and_not_one_byte_more(
    li_mei: Caller, order: str, redress: Redress
) -> None:
    most = JPEG + bytes(EVIDENCE_BYTES_MAX - len(JPEG))
    assert hand_in(li_mei, order, most).status_code == 201
    (file,) = kept(redress)
    assert file.stat().st_size == EVIDENCE_BYTES_MAX

    assert hand_in(li_mei, order, most + b"\0").status_code == 413
    assert kept(redress) == [file]


def test_a_length_that_is_not_told_is_measured(
    li_mei: Caller, order: str, redress: Redress
) -> None:
    def pieces() -> Iterator[bytes]:
        yield JPEG
        for _ in range(26):
            yield bytes(1_000_000)

    answer = li_mei.client.post(
        f"/v1/evidence?about={order.rpartition('/')[2]}",
        content=pieces(),
        headers=li_mei.headers | {"Idempotency-Key": "k", "Content-Type": "image/jpeg"},
    )
    assert answer.status_code == 413
    assert kept(redress) == []


def test_other_bodies_stay_small(feed: Caller) -> None:
    answer = feed.post("/v1/orders", ORDER | {"number": "A" * 1_000_000})
    assert answer.status_code == 413


def test_asking_twice_keeps_one_file(
    li_mei: Caller, order: str, redress: Redress
) -> None:
    first = hand_in(li_mei, order, key="photo-1")
    again = hand_in(li_mei, order, key="photo-1")
    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert len(kept(redress)) == 1

    other = hand_in(li_mei, order, PDF, "application/pdf", key="photo-1")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert len(kept(redress)) == 1
    assert li_mei.get(first.headers["Location"] + "/content").content == JPEG


def test_an_upload_happens_when_it_comes_in(li_mei: Caller, order: str) -> None:
    answer = li_mei.client.post(
        f"/v1/evidence?about={order.rpartition('/')[2]}",
        content=JPEG,
        headers=li_mei.headers
        | {
            "Idempotency-Key": "k",
            "Content-Type": "image/jpeg",
            "Occurred-At": "2026-03-01T00:00:00Z",
        },
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Occurred-At"


def test_evidence_lies_beside_what_it_is_about(photo: str, order: str) -> None:
    partition = [
        UUID(each.rpartition("/")[2]).int >> 64 & 4095 for each in (photo, order)
    ]
    assert partition[0] == partition[1]


def test_who_reads_a_consumers_file_is_written_down(
    agent: Caller, photo: str, redress: Redress
) -> None:
    agent.get(f"{photo}/content")
    with redress.reader.connection() as connection:
        rows = connection.execute(
            "SELECT consumer, purpose, actor, why FROM people.access"
        ).fetchall()
    assert rows == [("li-mei", "evidence", "agent:wang", "evidence.read")]


def test_a_file_that_changed_on_the_shelf_is_not_given_out_whole(
    li_mei: Caller, photo: str, redress: Redress
) -> None:
    (file,) = kept(redress)
    file.write_bytes(JPEG[:-1] + b"\0")
    answer = li_mei.get(f"{photo}/content")
    assert len(answer.content) < len(JPEG)
