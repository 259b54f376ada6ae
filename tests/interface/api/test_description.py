"""The description says what is so, and the page shows it without anybody's help."""

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from domain.evidence import BlockEvidence, ClearEvidence
from domain.order import GiveTime, IdentifyOrder, OrderCommand, PlaceOrder
from domain.order.claims import ClaimCommand
from domain.policy.rows import PolicyDocument
from interface.api import (
    accounts,
    cases,
    compensations,
    contacts,
    desk,
    disputes,
    effects,
    flags,
    incidents,
    listings,
    resolution_bodies,
    resolution_doors,
    shortfalls,
    webhook_bodies,
)
from interface.api.consumers import LinkBody, UnlinkBody
from interface.api.doors import bodies
from interface.api.examples import EXAMPLES
from interface.api.macro_runs import RunBody
from interface.api.order_commands import DOORS
from interface.api.trust import AnswerContestBody, ContestPointBody
from interface.api.words import ScanBody

BODIES = (
    {door.body.__name__: door.body for door in DOORS}
    | bodies(
        (
            *cases.DOORS,
            *disputes.DOORS,
            *contacts.DOORS,
            *contacts.PROMISE_DOORS,
            *accounts.DOORS,
            *resolution_doors.DOORS,
            incidents.DECLARING,
            *incidents.DOORS,
        )
    )
    | {
        body.__name__: body
        for body in (
            *(PlaceOrder, IdentifyOrder),
            *(LinkBody, UnlinkBody),
            *(ClearEvidence, BlockEvidence),
            *(cases.OpenCaseBody, disputes.OpenDisputeBody),
            *(contacts.OpenContactBody, contacts.PromiseBody),
            compensations.ReserveCompensationBody,
            compensations.ReleaseCompensationBody,
            *(desk.KeepViewBody, desk.KeepMacroBody, desk.DropBody, RunBody),
            webhook_bodies.AddWebhookBody,
            effects.AssignEffectBody,
            *(ContestPointBody, AnswerContestBody),
            *(resolution_bodies.ProposePlansBody, resolution_bodies.ApprovePlanBody),
            *(resolution_bodies.TriageBody, resolution_bodies.SettleStepBody),
            shortfalls.ReportShortfallBody,
            *(listings.TellListingPriceBody, listings.TellListingRemovedBody),
            *(shortfalls.RateCompanionshipBody, shortfalls.ContestShortfallBody),
            *(flags.FlagConsumerBody, flags.ContestFlagBody, flags.LiftFlagBody),
            PolicyDocument,
        )
    }
)


GUIDE = Path(__file__).parents[3] / "docs" / "api.md"


@pytest.fixture
def description(client: TestClient[Litestar]) -> dict[str, Any]:
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_openapi_3_1_and_every_operation_has_a_name_of_its_own(
    description: dict[str, Any],
) -> None:
    assert description["openapi"].startswith("3.1")
    names = [each["operationId"] for _, _, each in operations(description)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][A-Za-z]+", name) for name in names)


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    known = description["components"]["schemas"]
    text = msgspec.json.encode(description).decode()
    for name in re.findall(r'"#/components/schemas/([^"]+)"', text):
        assert name in known
    assert "interface." not in text, "and says nothing of where our code is"
    assert "application." not in text


def test_every_no_is_described_as_a_problem(description: dict[str, Any]) -> None:
    for path, _, operation in operations(description):
        for status, response in operation["responses"].items():
            if int(status) >= 400 and not path.startswith("/v1/inbound"):
                assert list(response["content"]) == ["application/problem+json"], path


def test_every_change_asks_for_its_key(description: dict[str, Any]) -> None:
    for path, method, operation in operations(description):
        if method == "post" and not path.startswith("/v1/inbound"):
            (key,) = (
                each
                for each in operation["parameters"]
                if each["name"] == "Idempotency-Key"
            )
            assert key["required"], path


@pytest.mark.parametrize("name", sorted(BODIES))
def test_every_body_has_an_example_that_is_one(name: str) -> None:
    example = msgspec.json.encode(EXAMPLES[name])
    assert isinstance(msgspec.json.decode(example, type=BODIES[name]), BODIES[name])


def test_there_is_no_example_of_nothing() -> None:
    assert set(EXAMPLES) == set(BODIES)


def test_the_guide_shows_a_scan_that_is_one() -> None:
    (body,) = re.findall(r"/scans\".*? -d '(\{.*?\})'", GUIDE.read_text(), re.DOTALL)
    scan = msgspec.json.decode(body, type=ScanBody)
    assert (scan.parcel, scan.code) == ("SF1234567890", "in_transit")


# What only cases, disputes and resolutions ask of an order, never people.
ASKED_WITHIN = {*get_args(ClaimCommand), GiveTime}


def test_every_command_to_an_order_can_be_asked() -> None:
    asked = {door.asks for door in DOORS} | {PlaceOrder, IdentifyOrder}
    assert asked == set(get_args(OrderCommand)) - ASKED_WITHIN


def test_the_page_needs_nobody_but_this_machine(client: TestClient[Litestar]) -> None:
    page = client.get("/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    assert "<script>" not in page.text, "no inline script"
    assert "//" not in re.sub(r"<!doctype.*?>", "", page.text), "no other machine"
    for path in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert client.get(path).status_code == 200, path
    assert client.get("/docs/swagger-initializer.js").status_code == 404


def test_the_page_is_given_words_it_can_read(client: TestClient[Litestar]) -> None:
    older = client.get("/docs/description.json").json()
    assert older["openapi"] == "3.0.3"
    assert '"type":"null"' not in msgspec.json.encode(older).decode()
    assert set(older["paths"]) == set(client.get("/openapi.json").json()["paths"])
