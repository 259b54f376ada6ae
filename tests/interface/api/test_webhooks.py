"""Webhooks from end to end: registered, sent over the wire, verified on arrival."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Signal
from typing import Any

import pytest
from click.testing import CliRunner
from standardwebhooks import WebhookVerificationError

from application.webhooks.outward import Outward
from application.webhooks.schedule import ATTEMPTS_MAX, BACKOFF_SECONDS
from interface.bootstrap import Redress
from interface.cli.webhooks import command
from interface.clock import machine_now
from interface.outbound.sender import Sender
from interface.outbound.webhooks import ANSWER_BYTES_MAX, Letter, Postman
from interface.postgres.database import DatabaseUrls
from interface.settings import Settings
from tests.interface.api.conftest import MONDAY, ORDER, PAYMENT, Caller, Callers
from tests.interface.receiver import Receiver, receiving

WEBHOOKS, EVENTS = "/v1/webhooks", "/v1/events"
DAY = timedelta(days=1)
SECRET = b"n" * 32


@pytest.fixture
def redress(clean_database: DatabaseUrls, tmp_path: Path) -> Iterator[Redress]:
    settings = Settings(home=tmp_path, test=True, webhooks_to_loopback=True)
    redress = Redress(settings, clean_database)
    yield redress
    redress.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


class Post:
    """The worker's step with a clock that can be set ahead."""

    def __init__(self, redress: Redress, project: Callable[[], None]) -> None:
        webhooks = redress.outside.webhooks
        self.ahead = timedelta()
        self._project = project
        self.sender = Sender(
            webhooks.deliveries,
            webhooks.endpoints,
            Outward(redress.store),
            Postman(machine_now, loopback=True, seconds_max=5),
            lambda: datetime.now(UTC) + self.ahead,
        )

    def goes_out(self, after: timedelta = timedelta()) -> None:
        """Let all go out that is due so much later."""
        self.ahead += after
        self._project()
        self.sender.finish(Signal())


@pytest.fixture
def post(redress: Redress, project: Callable[[], None]) -> Iterator[Post]:
    post = Post(redress, project)
    yield post
    post.sender.close()


def added(who: Caller, receiver: Receiver, *types: str) -> dict[str, Any]:
    body = {"url": receiver.url} | ({"types": list(types)} if types else {})
    answer = who.post(WEBHOOKS, body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def place(feed: Caller, number: str = "A-1001", **more: Any) -> str:
    body = ORDER | {"number": number} | more
    answer = feed.post("/v1/orders", body, Occurred_At=MONDAY)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def deliveries(who: Caller, webhook: dict[str, Any], **asked: str) -> list[Any]:
    answer = who.get(f"{WEBHOOKS}/{webhook['id']}/deliveries", **asked)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["items"]
    return found


def types_of(receiver: Receiver, secret: str) -> list[str]:
    return [each.verified(secret)["type"] for each in receiver.received]


def test_a_consumer_is_told_of_its_own_and_the_receiver_can_verify_it(
    feed: Caller, li_mei: Caller, receiver: Receiver, post: Post
) -> None:
    webhook = added(li_mei, receiver, "redress.order.*")
    where = place(feed)
    feed.post(f"{where}/payments", PAYMENT, Occurred_At=MONDAY)
    place(feed, "A-2", consumer="wang")
    post.goes_out()
    post.goes_out()
    assert sorted(types_of(receiver, webhook["secret"])) == [
        "redress.order.paid.v1",
        "redress.order.placed.v1",
    ], "each once, and nothing of anybody else's"
    event = receiver.received[0].verified(webhook["secret"])
    assert event["id"] == receiver.received[0].headers["webhook-id"]
    assert event["data"]["about"]["href"] in where
    sent = receiver.received[0].headers["content-type"]
    assert sent.startswith("application/cloudevents+json")


def test_merchants_and_creators_are_told_what_they_take_part_in(
    caller: Callers, feed: Caller, receiver: Receiver, post: Post
) -> None:
    tea_house = caller("merchant", "boss", merchant="tea-house")
    anna = caller("creator", "anna")
    told = {who: added(who, receiver) for who in (tea_house, anna)}
    others = added(caller("merchant", "toy-shop"), receiver)
    place(feed)
    post.goes_out()
    for who, webhook in told.items():
        types = {each["type"] for each in deliveries(who, webhook)}
        assert "redress.order.placed.v1" in types
    assert deliveries(caller("merchant", "toy-shop"), others) == []


def test_what_was_refused_is_tried_again_under_the_same_id(
    feed: Caller, li_mei: Caller, receiver: Receiver, post: Post
) -> None:
    webhook = added(li_mei, receiver, "redress.order.placed.v1")
    receiver.answers_next(500)
    receiver.answers_next(302, Location="http://127.0.0.1:1/")
    place(feed)
    post.goes_out()
    assert len(receiver.received) == 1, "not at once"
    post.goes_out(after=timedelta(seconds=6))
    (waiting,) = deliveries(li_mei, webhook)
    assert (waiting["attempts"], waiting["last_status"]) == (2, 302)
    assert waiting["state"] == "pending", "a redirect is not followed"
    post.goes_out(after=timedelta(minutes=6))
    (delivered,) = deliveries(li_mei, webhook)
    assert (delivered["state"], delivered["attempts"]) == ("delivered", 3)
    assert len({each.headers["webhook-id"] for each in receiver.received}) == 1


def test_what_is_given_up_is_listed_and_can_be_sent_again(
    feed: Caller, li_mei: Caller, receiver: Receiver, post: Post, redress: Redress
) -> None:
    webhook = added(li_mei, receiver, "redress.order.placed.v1")
    receiver.answers_next(500, times=ATTEMPTS_MAX + 1)
    place(feed)
    post.goes_out()
    for seconds in BACKOFF_SECONDS:
        post.goes_out(after=timedelta(seconds=1.11 * seconds))
    (dead,) = deliveries(li_mei, webhook, state="dead")
    assert dead["attempts"] == ATTEMPTS_MAX
    listed = run(redress, "dead")
    assert dead["id"] in listed
    place(feed, "A-2")
    post.goes_out(after=2 * DAY)
    stands = li_mei.get(f"{WEBHOOKS}/{webhook['id']}").json()
    assert (stands["state"], stands["reason"]) == ("disabled", "failing")
    where = f"{WEBHOOKS}/{webhook['id']}"
    assert li_mei.post(f"{where}/ping").status_code == 202
    post.goes_out()
    assert li_mei.get(where).json()["state"] == "active", "somebody is there again"
    again = li_mei.post(f"{where}/deliveries/{dead['id']}/resend")
    assert again.status_code == 202
    post.goes_out(after=DAY)
    assert deliveries(li_mei, webhook, state="dead") == []
    taken = [each.verified(webhook["secret"])["id"] for each in receiver.received]
    assert dead["event"] in taken[-2:], "and so is what had waited meanwhile"


def test_whoever_wants_no_more_is_asked_no_more(
    feed: Caller, li_mei: Caller, receiver: Receiver, post: Post
) -> None:
    webhook = added(li_mei, receiver, "redress.order.placed.v1")
    receiver.answers_next(410)
    place(feed)
    post.goes_out()
    place(feed, "A-2")
    post.goes_out(after=DAY)
    assert len(receiver.received) == 1
    stands = li_mei.get(f"{WEBHOOKS}/{webhook['id']}").json()
    assert (stands["state"], stands["reason"]) == ("disabled", "gone")


def test_for_a_day_both_secrets_sign_and_then_the_new_one_alone(
    feed: Caller, li_mei: Caller, receiver: Receiver, post: Post
) -> None:
    old = added(li_mei, receiver, "redress.order.placed.v1")
    where = f"{WEBHOOKS}/{old['id']}/rotation"
    new = li_mei.post(where, key="k").json()
    assert li_mei.post(where, key="k").json()["secret"] == new["secret"]
    assert new["secret"] != old["secret"]
    place(feed)
    post.goes_out()
    assert types_of(receiver, old["secret"]) == types_of(receiver, new["secret"])
    place(feed, "A-2")
    post.goes_out(after=1.1 * DAY)
    last = receiver.received[-1]
    assert last.verified(new["secret"])
    with pytest.raises(WebhookVerificationError):
        last.verified(old["secret"])


def test_after_two_rotations_in_a_day_all_three_secrets_sign(
    feed: Caller, li_mei: Caller, receiver: Receiver, post: Post
) -> None:
    first = added(li_mei, receiver, "redress.order.placed.v1")
    where = f"{WEBHOOKS}/{first['id']}/rotation"
    second = li_mei.post(where, key="k-1").json()
    third = li_mei.post(where, key="k-2").json()
    assert li_mei.post(where, key="k-1").json()["secret"] == third["secret"]
    place(feed)
    post.goes_out()
    (told,) = receiver.received
    assert len(told.headers["webhook-signature"].split()) == 3
    for each in (first, second, third):
        assert told.verified(each["secret"])


def test_of_secrets_changed_too_often_the_oldest_signs_no_more(
    feed: Caller, li_mei: Caller, receiver: Receiver, post: Post
) -> None:
    first = added(li_mei, receiver, "redress.order.placed.v1")
    where = f"{WEBHOOKS}/{first['id']}/rotation"
    changed = [li_mei.post(where, key=f"k-{each}").json() for each in range(5)]
    place(feed)
    post.goes_out()
    (told,) = receiver.received
    assert len(told.headers["webhook-signature"].split()) == 5
    for each in changed:
        assert told.verified(each["secret"])
    with pytest.raises(WebhookVerificationError):
        told.verified(first["secret"])


def test_a_secret_whose_day_is_over_is_kept_by_nobody(
    li_mei: Caller, receiver: Receiver, post: Post, redress: Redress
) -> None:
    webhook = added(li_mei, receiver)
    li_mei.post(f"{WEBHOOKS}/{webhook['id']}/rotation")
    kept = "SELECT count(*) FROM webhook.replaced_secret"
    with redress.writer.connection() as connection:
        assert connection.execute(kept).fetchone() == (1,)
        redress.outside.webhooks.endpoints.forget()
        assert connection.execute(kept).fetchone() == (1,)
        post.goes_out(after=1.1 * DAY)
        assert connection.execute(kept).fetchone() == (0,)


def test_whoever_lost_some_reads_on_from_where_it_was(
    feed: Caller,
    caller: Callers,
    li_mei: Caller,
    receiver: Receiver,
    post: Post,
) -> None:
    webhook = added(li_mei, receiver)
    where = place(feed)
    feed.post(f"{where}/payments", PAYMENT, Occurred_At=MONDAY)
    post.goes_out()
    events = [each.verified(webhook["secret"]) for each in receiver.received]
    pushed = {each["id"]: each for each in events}
    first = li_mei.get(EVENTS, limit="1").json()
    assert first["more"] is True
    rest = li_mei.get(EVENTS, after=first["position"]).json()
    pulled = {each["id"]: each for each in [*first["items"], *rest["items"]]}
    assert pulled == pushed, "the same events, however they come"
    assert li_mei.get(EVENTS, after=rest["position"]).json()["items"] == []
    only = li_mei.get(EVENTS, types="redress.order.paid.v1").json()["items"]
    assert [each["type"] for each in only] == ["redress.order.paid.v1"]
    assert caller("consumer", "wang").get(EVENTS).json()["items"] == []
    assert li_mei.get(EVENTS, after="yesterday").status_code == 400
    assert li_mei.get(EVENTS, types="redress.order.payed.v1").status_code == 422


def test_a_linked_name_is_told_too_as_long_as_it_is_linked(
    feed: Caller, agent: Caller, li_mei: Caller, receiver: Receiver, post: Post
) -> None:
    webhook = added(li_mei, receiver, "redress.order.placed.v1")
    link = {"other": "guest-77", "basis": "guest_login"}
    assert agent.post("/v1/consumers/li-mei/links", link).status_code == 200
    post.goes_out()
    place(feed, "A-77", consumer="guest-77")
    post.goes_out()
    assert len(deliveries(li_mei, webhook)) == 1
    over = agent.post(
        "/v1/consumers/li-mei/unlinks", {"other": "guest-77"}, If_Match='"1"'
    )
    assert over.status_code == 200
    post.goes_out()
    place(feed, "A-78", consumer="guest-77")
    post.goes_out()
    assert len(deliveries(li_mei, webhook)) == 1


def test_a_partner_is_told_of_those_it_was_given_at_the_terminal_and_no_others(
    feed: Caller, caller: Callers, receiver: Receiver, post: Post, redress: Redress
) -> None:
    crm = caller("service", "crm")
    refused = crm.post(WEBHOOKS, {"url": receiver.url})
    assert refused.status_code == 403, "nobody said whose events it may see"
    run(redress, "add", receiver.url, "--partner", "crm", "--merchant", "tea-house")
    (webhook,) = crm.get(WEBHOOKS).json()["items"]
    assert webhook["about"] == ["merchant:tea-house"]
    place(feed)
    place(feed, "A-2", merchant="toy-shop", participants=[])
    post.goes_out()
    about = {each["type"] for each in deliveries(crm, webhook)}
    assert "redress.order.placed.v1" in about
    placed = crm.get(EVENTS, types="redress.order.placed.v1").json()["items"]
    assert [each["data"]["happened"]["merchant"] for each in placed] == ["tea-house"]
    assert feed.get(EVENTS).json()["items"] == [], "a feed is no partner"


def test_a_webhook_is_its_owners_alone(
    caller: Callers, li_mei: Caller, receiver: Receiver, post: Post
) -> None:
    webhook = added(li_mei, receiver)
    where = f"{WEBHOOKS}/{webhook['id']}"
    wang = caller("consumer", "wang")
    assert wang.get(WEBHOOKS).json()["items"] == []
    assert wang.get(where).status_code == 404
    assert wang.get(f"{where}/deliveries").status_code == 404
    assert wang.post(f"{where}/rotation").status_code == 404
    assert wang.post(f"{where}/ping").status_code == 404
    assert wang.client.delete(where, headers=wang.headers).status_code == 404
    assert "secret" not in li_mei.get(where).json(), "it is shown once"
    assert li_mei.client.delete(where, headers=li_mei.headers).status_code == 204
    assert li_mei.get(where).status_code == 404
    post.goes_out()
    assert receiver.received == []


def test_the_same_key_adds_one_webhook_and_another_address_is_another(
    li_mei: Caller, receiver: Receiver
) -> None:
    body = {"url": receiver.url}
    first = li_mei.post(WEBHOOKS, body, key="k").json()
    assert li_mei.post(WEBHOOKS, body, key="k").json() == first
    other = {"url": f"{receiver.url}/other"}
    assert li_mei.post(WEBHOOKS, other, key="k").status_code == 422
    plain = {"url": "http://shop.example.com/"}
    assert li_mei.post(WEBHOOKS, plain).json()["code"] == "not_an_endpoint"


# -- The other side --


def postman(**more: Any) -> Postman:
    return Postman(machine_now, loopback=True, **more)


def test_a_letter_goes_to_the_address_that_was_checked_whatever_the_name_says(
    receiver: Receiver,
) -> None:
    looked_up: list[str] = []

    def look_up(host: str, _: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    url = f"http://no-such-name.invalid:{receiver.port}/hook?shop=7"
    letter = Letter(url=url, id="evt_7_1", body=b"{}")
    assert postman(look_up=look_up).deliver(letter, [SECRET]).succeeded
    assert looked_up == ["no-such-name.invalid"]
    assert receiver.received[0].headers["host"].startswith("no-such-name.invalid")


def test_an_endless_answer_is_not_read_to_its_end(receiver: Receiver) -> None:
    receiver.answers_next(200, b"x" * (ANSWER_BYTES_MAX + 1))
    letter = Letter(url=receiver.url, id="evt_7_1", body=b"{}")
    attempt = postman().deliver(letter, [SECRET])
    assert (attempt.failure, attempt.succeeded) == ("answer_too_long", False)


def test_whoever_takes_too_long_is_left(receiver: Receiver) -> None:
    answered = Signal()
    receiver.thinks_until(answered)
    letter = Letter(url=receiver.url, id="evt_7_1", body=b"{}")
    attempt = postman(seconds_max=0.2).deliver(letter, [SECRET])
    answered.set()
    assert attempt.failure == "timed_out"


def run(redress: Redress, *words: str) -> str:
    env = {
        "REDRESS_HOME": str(redress.settings.home),
        "REDRESS_TEST": "1",
        "REDRESS_WEBHOOKS_TO_LOOPBACK": "1",
        "DATABASE_WRITER_URL": redress.urls.writer,
        "DATABASE_PROJECTOR_URL": redress.urls.projector,
        "DATABASE_READER_URL": redress.urls.reader,
        "DATABASE_KEYS_URL": redress.urls.keys,
    }
    printed = CliRunner().invoke(command, words, env=env)
    assert printed.exit_code == 0, printed.output
    return printed.output
