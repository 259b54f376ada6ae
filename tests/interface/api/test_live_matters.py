"""Cases, contacts and the queue as they go on, over a real server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from application.access import AccessRole
from domain.ids import partition_in
from interface.bootstrap import Redress
from tests.interface.api.conftest import Caller, Callers
from tests.interface.api.deeds import delivered, done, id_in, offer, opened
from tests.interface.api.test_live import PATIENCE_SECONDS, Message, messages
from tests.interface.served import served


class Server:
    """Where it is, and who may follow what."""

    def __init__(self, url: str, redress: Redress) -> None:
        self.url = url
        self._redress = redress

    def headers(self, role: AccessRole, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._redress.tokens.issue(role, name)}"}

    @contextmanager
    def following(
        self, role: AccessRole, name: str, path: str, last: str | None = None
    ) -> Iterator[Iterator[Message]]:
        headers = self.headers(role, name)
        if last is not None:
            headers["Last-Event-ID"] = last
        language = "" if path == "/v1/queue" else "?language=en"
        with httpx.stream(
            "GET",
            f"{self.url}{path}/live{language}",
            headers=headers,
            timeout=PATIENCE_SECONDS,
        ) as response:
            assert response.status_code == 200
            yield messages(response)


@pytest.fixture
def server(redress: Redress, tmp_path: Path) -> Iterator[Server]:
    with served(tmp_path, redress.urls) as api:
        yield Server(api.url, redress)


@pytest.fixture
def case(feed: Caller, li_mei: Caller, order: str) -> str:
    return opened(li_mei, delivered(feed, order))


def test_each_party_is_told_what_it_may_see_and_how_the_case_then_stands(
    server: Server, agent: Caller, li_mei: Caller, caller: Callers, case: str
) -> None:
    shop = caller("merchant", "tea-house")
    with server.following("consumer", "li-mei", case) as told:
        ready = next(told)
        done(agent, case, "assignment", {"agent": "wang"})
        done(shop, case, "counter-offer", offer())
        first = next(told)
    assert (ready.event, first.event) == ("ready", "change")
    assert first.data["code"] == "after_sales.countered", "who has it is not for her"
    assert (first.data["status"], first.data["final"]) == (
        "countered_awaiting_consumer",
        False,
    )
    assert first.data["said"] == first.data["text"]["en"]
    done(li_mei, case, "withdrawal")
    with server.following("consumer", "li-mei", case, first.id) as told:
        codes, final = [], False
        next(told)
        while not final:
            message = next(told)
            codes.append(message.data["code"])
            final = message.data["final"]
    assert "after_sales.countered" not in codes, "it was told before"
    with server.following("agent", "wang", case, ready.id) as told:
        next(told)
        assert next(told).data["code"] == "after_sales.assigned"
    stranger = httpx.get(
        f"{server.url}{case}/live", headers=server.headers("consumer", "wang-lei")
    )
    assert stranger.status_code == 404


def test_a_place_the_log_has_not_come_to_lets_nothing_pass_unseen(
    server: Server, li_mei: Caller, case: str, project: Callable[[], None]
) -> None:
    project()
    place = partition_in(UUID(id_in(case)))
    ahead = f"{place}.999999"
    with (
        server.following("consumer", "li-mei", case, ahead) as told,
        server.following("agent", "wang", "/v1/queue", ahead) as queue,
        server.following(
            "consumer", "li-mei", "/v1/consumers/li-mei/timeline", ahead
        ) as timeline,
    ):
        for each in (told, queue, timeline):
            assert "999999" not in next(each).id
        done(li_mei, case, "withdrawal")
        project()
        assert next(told).event == "change"
        assert next(queue).data["href"] == case
        assert next(timeline).event == "entry"


def test_a_moved_deadline_is_told(
    server: Server, caller: Callers, li_mei: Caller, case: str
) -> None:
    done(caller("merchant", "tea-house"), case, "approval", {})
    more = {"timer": "", "hours": 72, "reason": "consumer_travels"}
    (clock,) = [
        each
        for each in li_mei.get(case).json()["case"]["clocks"]
        if each["owes"] == "consumer"
    ]
    more["timer"] = clock["timer"]
    with server.following("merchant", "tea-house", case) as told:
        next(told)
        done(caller("senior_agent", "chen"), case, "extension", more)
        message = next(told)
        while message.data["moved"] is None:
            message = next(told)
    moved = message.data["moved"]
    assert (moved["timer"], moved["owes"]) == (clock["timer"], "consumer")
    assert moved["was_due_at"] == clock["due_at"]
    assert moved["due_at"] > moved["was_due_at"]


def test_the_queue_tells_of_each_matter_that_changed(
    server: Server, li_mei: Caller, case: str, project: Callable[[], None]
) -> None:
    project()
    with server.following("agent", "wang", "/v1/queue") as told:
        ready = next(told)
        done(li_mei, case, "withdrawal")
        contact = li_mei.post("/v1/contacts", {}).headers["Location"]
        project()
        seen: dict[str, bool] = {}
        while len(seen) < 2:
            message = next(told)
            assert message.event == "matter"
            seen[message.data["href"]] = message.data["final"]
    assert seen == {case: True, contact: False}
    with server.following("agent", "wang", "/v1/queue", ready.id) as told:
        next(told)
        assert next(told).event == "matter", "it goes on where it broke off"
    party = httpx.get(
        f"{server.url}/v1/queue/live", headers=server.headers("merchant", "tea-house")
    )
    assert party.status_code == 403


def test_a_contact_is_followed_as_it_is_spoken(
    server: Server, li_mei: Caller, agent: Caller
) -> None:
    contact = li_mei.post("/v1/contacts", {"words": "喂"}).headers["Location"]
    with server.following("consumer", "li-mei", contact) as told:
        next(told)
        done(agent, contact, "messages", {"message": "2", "words": "马上"})
        first, second = next(told), next(told)
    assert first.data["code"] == "contact.words"
    assert "马上" not in str(first.data), "words are read where they are opened"
    assert second.data["code"] == "contact.answered"
    assert (second.data["status"], second.data["final"]) == ("answered", False)
    lost = httpx.get(
        f"{server.url}{contact}/live",
        headers=server.headers("consumer", "li-mei") | {"Last-Event-ID": "yesterday"},
    )
    assert lost.status_code == 400
