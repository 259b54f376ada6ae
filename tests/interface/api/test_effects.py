"""Effects as people see to them, and what gateways tell of them."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import new as hmac_of
from pathlib import Path
from threading import Event as Signal
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from httpx import Response

from application.effects.callbacks import Callback
from application.effects.outbox import Outbox
from application.effects.runs import Run
from application.projections.matter_rows import Matters
from application.projections.order_rows import OrderPage
from application.projections.runner import Runner
from domain.after_sales import (
    ApproveCase,
    OrderRefund,
    RecordRefundResult,
    RefundSucceeded,
)
from domain.party import SYSTEM
from interface.bootstrap import Redress
from interface.cli.effects import command
from interface.clock import clock
from interface.settings import Settings
from interface.signing import signed
from tests.interface.api.conftest import Callers
from tests.interface.served import roles
from tests.service import SHOP, Service

EFFECTS = "/v1/effects"
YUAN_400 = {"minor": 40_000, "currency": "CNY"}


class Till:
    """A refund of 400 yuan that was ordered."""

    def __init__(self, redress: Redress) -> None:
        self.redress = redress
        self.service = Service(redress)
        self.case_id = self.service.asked_for("refund_shipped", "anna")
        self.service.asks(self.case_id, ApproveCase(by=SHOP))
        self.service.asks(self.case_id, OrderRefund(by=SYSTEM, refund="R-1"))
        Runner([Outbox()], redress.projector).catch_up()

    @property
    def run(self) -> Run:
        (run,) = self.redress.outside.runs.listed(limit=10).rows
        return run

    @property
    def where(self) -> str:
        return f"{EFFECTS}/{self.run.key}"

    @property
    def results(self) -> int:
        events = self.service.events(self.case_id)
        return sum(isinstance(each, RefundSucceeded) for each in events)

    def dies(self) -> None:
        """Let no machine get any further with it."""
        self.redress.outside.runs.stands(self.run.key, "dead", reason="not_reached")


@pytest.fixture
def till(redress: Redress) -> Till:
    return Till(redress)


def test_what_waits_for_nobody_says_so(till: Till, caller: Callers) -> None:
    page = caller("agent", "lin").get(EFFECTS).json()
    (effect,) = page["items"]
    assert (effect["state"], effect["reason"]) == ("waiting", "no_gateway")
    assert effect["amount"] == YUAN_400
    assert (effect["gateway"], effect["asks"]) == ("refund", "R-1")
    assert UUID(effect["about"]) == till.case_id


def test_no_party_sees_what_is_asked_of_gateways(till: Till, caller: Callers) -> None:
    for role in ("consumer", "merchant", "service", "administrator"):
        assert caller(role, "anna").get(till.where).status_code == 403
    assert caller("auditor", "ida").get(till.where).status_code == 200
    refused = caller("auditor", "ida").post(f"{till.where}/resend")
    assert refused.status_code == 403


def test_a_dead_letter_is_given_to_somebody_and_sent_again_and_who_did_is_kept(
    till: Till, caller: Callers
) -> None:
    till.dies()
    lin = caller("agent", "lin")
    dead = lin.get(f"{EFFECTS}?state=dead").json()["items"]
    assert [each["reason"] for each in dead] == ["not_reached"]
    given = lin.post(f"{till.where}/assignment", {"assignee": "anna"}, key="k-1")
    assert given.json()["assignee"] == "anna"
    assert len(lin.get(f"{EFFECTS}?assignee=anna").json()["items"]) == 1
    for _ in range(2):
        again = lin.post(f"{till.where}/resend", key="k-2")
        assert (again.status_code, again.json()["state"]) == (202, "waiting")
    deeds = lin.get(till.where).json()["deeds"]
    assert [(each["deed"], each["by"]) for each in deeds] == [
        ("assigned", "agent:lin"),
        ("resent", "agent:lin"),
    ]


def test_of_one_kind_are_shown_alone(till: Till, caller: Callers) -> None:
    lin = caller("agent", "lin")
    (effect,) = lin.get(f"{EFFECTS}?kind=refund").json()["items"]
    assert effect["id"] == str(till.run.key)
    assert lin.get(f"{EFFECTS}?kind=coupon").json()["items"] == []
    assert lin.get(f"{EFFECTS}?kind=moon").status_code == 400


def test_who_another_process_is_set_up_for_is_known_here_as_long_as_it_lives(
    till: Till, caller: Callers, terminal: Callable[..., str], tmp_path: Path
) -> None:
    settings = Settings(
        home=tmp_path, gateways="refund=simulator", simulator="down=100"
    )
    redress = Redress(settings, till.redress.urls)
    lin = caller("agent", "lin")
    assert lin.get(EFFECTS).json()["items"][0]["reason"] == "no_gateway"
    redress.outside.effect_worker.work()
    assert lin.get(EFFECTS).json()["items"][0]["reason"] != "no_gateway"
    assert "no gateway" not in terminal("list")
    redress.close()
    assert till.redress.effects.served() == frozenset()


def test_the_same_key_for_another_assignee_is_refused(
    till: Till, caller: Callers
) -> None:
    lin = caller("agent", "lin")
    lin.post(f"{till.where}/assignment", {"assignee": "anna"}, key="k-1")
    other = lin.post(f"{till.where}/assignment", {"assignee": "bert"}, key="k-1")
    assert other.status_code == 422
    unknown = lin.get(f"{EFFECTS}/{UUID(int=7)}")
    assert unknown.status_code == 404


# -- What gateways tell --


@pytest.fixture
def tells(till: Till, caller: Callers) -> Callable[..., Response]:
    client = caller("agent", "lin").client
    folder = till.redress.settings.secrets / "gateways"

    def tell(
        secret: str | None = None,
        at: datetime | None = None,
        gateway: str = "refund",
        **said: Any,
    ) -> Response:
        till.redress.effects  # noqa: B018 - makes the secret, as any start does
        body = json.dumps({"key": str(till.run.key), **said}).encode()
        kept = till.redress.outside.gateway_secret("refund")
        assert (folder / "refund").exists()
        signing = (secret or kept).encode()
        headers = signed("callback-1", body, [signing], at or clock.now())
        where = f"{EFFECTS}/callbacks/{gateway}"
        return client.post(where, content=body, headers=headers)

    return tell


def test_what_a_gateway_tells_ten_times_over_is_recorded_once(
    till: Till, tells: Callable[..., Response]
) -> None:
    for _ in range(3):
        answer = tells(outcome="done", reference="b-1", amount=YUAN_400)
        assert (answer.status_code, answer.json()) == (200, {"state": "succeeded"})
    assert till.results == 1
    assert till.service.case(till.case_id).refund_status == "succeeded"


def test_another_amount_is_given_to_people_and_the_case_says_pending(
    till: Till, tells: Callable[..., Response]
) -> None:
    answer = tells(outcome="done", amount={"minor": 4, "currency": "CNY"})
    assert answer.json() == {"state": "dead"}
    assert till.run.reason == "wrong_amount"
    assert till.results == 0
    assert till.service.case(till.case_id).refund_status == "ordered"


def test_what_is_signed_by_nobody_or_about_nothing_is_turned_away(
    till: Till, tells: Callable[..., Response]
) -> None:
    assert tells("a guess", outcome="done").status_code == 401
    assert tells(outcome="perhaps").status_code == 400
    assert tells(key=str(UUID(int=7)), outcome="done").status_code == 404
    assert till.run.state == "waiting"


def test_what_somebody_caught_is_nothing_to_tell_later(
    till: Till, tells: Callable[..., Response]
) -> None:
    for apart in (timedelta(minutes=-6), timedelta(minutes=6)):
        told = tells(outcome="done", amount=YUAN_400, at=clock.now() + apart)
        assert told.status_code == 401
    assert till.run.state == "waiting"
    assert tells(outcome="done", at=clock.now() - timedelta(minutes=4)).is_success


def test_the_moment_of_a_callback_goes_by_the_clock_that_is_set(
    till: Till, tells: Callable[..., Response]
) -> None:
    now = clock.now()
    clock.set("+86400")
    try:
        assert tells(outcome="done", amount=YUAN_400, at=now).status_code == 401
        then = now + timedelta(days=1)
        assert tells(outcome="done", amount=YUAN_400, at=then).is_success
    finally:
        clock.set("")
    assert till.results == 1


def test_a_signature_without_a_moment_is_none(
    till: Till, tells: Callable[..., Response], caller: Callers
) -> None:
    tells(outcome="perhaps")  # the secret is there
    secret = till.redress.outside.gateway_secret("refund")
    body = json.dumps({"key": str(till.run.key), "outcome": "done"}).encode()
    untimed = hmac_of(secret.encode(), body, sha256).hexdigest()
    told = caller("agent", "lin").client.post(
        f"{EFFECTS}/callbacks/refund",
        content=body,
        headers={"Redress-Signature": f"sha256={untimed}"},
    )
    assert told.status_code == 401
    assert till.run.state == "waiting"


def test_there_is_no_door_for_a_gateway_there_is_not(
    tells: Callable[..., Response],
) -> None:
    assert tells(outcome="done", gateway="moon").status_code == 404


def test_a_simulated_gateway_tells_as_any_other_does(
    till: Till, tmp_path: Path
) -> None:
    settings = Settings(
        home=tmp_path, gateways="simulator", simulator="duplicate_callback=100"
    )
    redress = Redress(settings, till.redress.urls)
    told = spied(redress)
    redress.outside.effect_worker.finish(Signal())
    redress.close()
    assert [gateway for gateway, _ in told] == ["refund", "refund"]
    assert all("webhook-timestamp" in headers for _, headers in told)
    assert till.results == 1


def spied(redress: Redress) -> list[tuple[str, Mapping[str, str]]]:
    """Note what is told at the door of a product before it is believed."""
    door, told = redress.effects._door, []  # noqa: SLF001 - what stands before it

    class Listening:
        def read(
            self, gateway: str, headers: Mapping[str, str], body: bytes
        ) -> Callback:
            told.append((gateway, headers))
            return door.read(gateway, headers, body)

    redress.effects._door = Listening()  # noqa: SLF001 - as above
    return told


def test_told_while_its_job_still_waits_the_job_finds_nothing_to_do(
    till: Till, tells: Callable[..., Response], tmp_path: Path
) -> None:
    tells(outcome="done", reference="b-1", amount=YUAN_400)
    settings = Settings(home=tmp_path, gateways="simulator")
    redress = Redress(settings, till.redress.urls)
    redress.outside.effect_worker.finish(Signal())
    redress.close()
    assert till.redress.outside.simulated.lines() == []
    assert till.results == 1


def test_what_somebody_reported_meanwhile_is_paid_by_nobody_else(
    till: Till, tmp_path: Path
) -> None:
    """By the refund-results door, and the outbox has not read it yet."""
    reported = RecordRefundResult(refund="R-1", succeeded=True)
    till.service.asks(till.case_id, reported)
    settings = Settings(home=tmp_path, gateways="simulator")
    redress = Redress(settings, till.redress.urls)
    redress.outside.effect_worker.finish(Signal())
    redress.close()
    assert till.redress.outside.simulated.lines() == []
    assert till.run.state == "answered"


# -- At the terminal --


@pytest.fixture
def terminal(till: Till, tmp_path: Path) -> Callable[..., str]:
    env = {**roles(till.redress.urls), "REDRESS_HOME": str(tmp_path)}

    def says(*words: str) -> str:
        printed = CliRunner().invoke(command, words, env=env, catch_exceptions=False)
        return printed.output

    return says


def test_at_the_terminal_they_are_listed_shown_sent_again_and_given(
    till: Till, terminal: Callable[..., str]
) -> None:
    key = str(till.run.key)
    assert "no gateway is set up: REDRESS_GATEWAYS" in terminal("list")
    assert "order" in terminal("list").splitlines()[0]
    Runner([OrderPage(), Matters()], till.redress.projector).catch_up()
    assert "anna" in terminal("list").splitlines()[1]
    assert "None" not in terminal("show", key)
    till.dies()
    assert key in terminal("list", "--state", "dead", "--kind", "refund")
    assert key not in terminal("list", "--kind", "coupon")
    assert "given to anna" in terminal("assign", key, "anna")
    assert "waiting" in terminal("resend", key)
    assert "terminal resent" in terminal("show", key)
    assert terminal("journal") == ""
