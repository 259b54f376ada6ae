"""Accounts over HTTP: who bears what, who owes whom, each for its own part."""

import subprocess

import pytest

from interface.api.accounts import DOORS
from interface.api.case_examples import ACCOUNT_EXAMPLES
from interface.bootstrap import Redress
from tests.interface.api.conftest import Caller, Callers
from tests.interface.api.deeds import cleared, does, done, handed_in, with_file
from tests.interface.api.test_queue import attributed
from tests.interface.pretend import PYTHON, environment, free_port
from tests.interface.served import roles

# Of the guards of an account: who one is, and how it stands.
REFUSED = frozenset(
    {
        "not_allowed",
        "not_yours_to_say",
        "nothing_to_contest",
        "unknown_claim",
        "claim_settled",
        "attribution_final",
        "contest_still_open",
        "not_your_claim",
        "nothing_attributed",
    }
)
READERS = (
    ("consumer", "li-mei"),
    ("merchant", "tea-house"),
    ("agent", "wang"),
    ("arbiter", "wu"),
    ("finance_approver", "fang"),
    ("auditor", "zhou"),
)
CLAIM = {
    "claim": "recourse-1",
    "claimant": {"kind": "merchant", "name": "tea-house"},
    "against": {"kind": "carrier", "name": "sf"},
    "amount": {"minor": 3000, "currency": "CNY"},
    "basis": "lost_in_transit",
}


@pytest.fixture
def account(redress: Redress, order: str) -> str:
    return attributed(redress, order)


@pytest.fixture
def shop(caller: Callers) -> Caller:
    return caller("merchant", "tea-house")


def test_an_account_is_seen_by_who_may_have_to_bear_it(
    caller: Callers, account: str
) -> None:
    for role, name in READERS:
        page = caller(role, name).get(account)
        assert page.status_code == 200, role
        assert page.headers["ETag"] == f'"{page.json()["account"]["version"]}"'
    for role, name in (
        ("consumer", "wang-lei"),
        ("merchant", "toy-shop"),
        ("creator", "ben"),
        ("carrier", "sf"),
    ):
        assert caller(role, name).get(account).status_code == 404, role


def test_who_is_to_bear_it_contests_it_once(shop: Caller, account: str) -> None:
    seen = shop.get(account).json()
    assert f"{account}/contests" in {move["href"] for move in seen["may"]}
    done(shop, account, "contests", {"words": "是承运商弄丢的"})
    contested = shop.get(account).json()["account"]
    assert contested["status"] == "contested"
    assert "ContestAttribution" not in contested["may"]


def test_a_consumer_contests_nothing_she_does_not_bear(
    li_mei: Caller, account: str
) -> None:
    offered = {move["operation"] for move in li_mei.get(account).json()["may"]}
    assert offered == {"accountClaimRecourse"}
    answer = does(li_mei, account, "contests", {})
    assert answer.status_code == 409, answer.text


def test_people_say_what_they_saw_before_they_contest(
    shop: Caller, account: str
) -> None:
    assert shop.post(f"{account}/contests", {}).status_code == 428
    assert shop.post(f"{account}/contests", {}, If_Match='"1"').status_code == 412


def test_the_same_key_claims_once(shop: Caller, account: str) -> None:
    seen = shop.get(account).headers["ETag"]
    first = shop.post(f"{account}/recourse", CLAIM, key="c-1", If_Match=seen)
    assert first.status_code == 200, first.text
    again = shop.post(f"{account}/recourse", CLAIM, key="c-1", If_Match=seen)
    assert again.headers["Idempotency-Replayed"] == "true"
    (claim,) = shop.get(account).json()["account"]["claims"]
    assert (claim["claim"], claim["status"]) == ("recourse-1", "claimed")
    assert claim["left"] == CLAIM["amount"]


def test_a_carrier_answers_what_is_claimed_of_it_with_a_token_of_its_own(
    redress: Redress, caller: Callers, shop: Caller, order: str
) -> None:
    account = attributed(redress, order, carrier="sf")
    done(shop, account, "recourse", CLAIM)
    carrier = caller("carrier", "sf")
    offered = {move["href"] for move in carrier.get(account).json()["may"]}
    assert f"{account}/recourse-refusals" in offered
    done(
        carrier,
        account,
        "recourse-refusals",
        {"claim": "recourse-1", "words": "包裹签收时完好"},
    )
    (claim,) = shop.get(account).json()["account"]["claims"]
    assert claim["status"] == "disputed"


def test_the_command_line_gives_a_carrier_its_token(redress: Redress) -> None:
    home = redress.settings.home
    command = [PYTHON, "-m", "interface.cli.main", "token", "carrier"]
    made = subprocess.run(
        [*command, "--subject", "sf"],
        env=environment(home, free_port(), **roles(redress.urls)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    actor = redress.tokens.actor(made.stdout.strip())
    assert (actor.roles, actor.subject) == (frozenset({"carrier"}), "sf")


@pytest.mark.parametrize(("role", "name"), READERS)
def test_what_is_offered_is_what_is_not_refused(
    redress: Redress, caller: Callers, order: str, role: str, name: str
) -> None:
    reader, agent = caller(role, name), caller("agent", "wang")
    file = cleared(agent, handed_in(agent, order))
    for number, door in enumerate(DOORS):
        account = attributed(redress, order, matter=f"m-{number}")
        offered = {move["href"] for move in reader.get(account).json()["may"]}
        body = with_file(ACCOUNT_EXAMPLES[f"{door.command.__name__}Body"], file)
        if role in {"consumer", "merchant"} and door.path == "recourse":
            body["claimant"] = {"kind": role, "name": name}
        answer = does(reader, account, door.path, body)
        code = answer.json().get("code")
        possible = f"{account}/{door.path}" in offered
        known = {"RecordRecoursePaid", "WriteOffRecourse"}
        if possible and door.command.__name__ in known:
            continue  # offered to who may, once there is a claim
        assert (code in REFUSED) != possible, f"{door.path}: {answer.text}"
