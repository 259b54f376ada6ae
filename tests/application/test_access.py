"""Who may do what: the table says it, and what it does not say nobody may."""

from typing import get_args

import pytest

from application.access import (
    ROLES,
    TABLE,
    AccessRole,
    Action,
    Actor,
    NotAllowed,
    NotFound,
    Owners,
    authorize,
    may_ever,
    reaches,
    scope,
)
from domain.kernel import Refused

LI_MEIS = Owners(
    consumer="li-mei",
    merchants=frozenset({"tea-house"}),
    creators=frozenset({"anna"}),
)
READ_ONLY: tuple[Action, ...] = (
    "order.read",
    "promises.read",
    "consumer.read",
    "evidence.read",
    "policy.read",
    "case.read",
    "dispute.read",
    "contact.read",
    "promise.read",
    "account.read",
    "compensation.read",
    "queue.read",
    "history.read",
    "decisions.search",
    "stream.read",
    "stats.read",
    "trust.read",
    "scorecards.read",
    "effect.read",
    "shortfall.read",
    "resolution.read",
    "resolution.preview",
    "incident.read",
    "notice.read",
    "companionship.read",
)


def actor(role: AccessRole, subject: str = "somebody", **more: str) -> Actor:
    return Actor(
        subject=subject, roles=frozenset({role}), merchant=more.get("merchant")
    )


def answer(who: Actor, action: Action, owners: Owners) -> type[Refused] | None:
    try:
        authorize(who, action, owners)
    except Refused as refusal:
        return type(refusal)
    return None


def test_every_action_has_its_row() -> None:
    assert set(TABLE) == set(get_args(Action))


@pytest.mark.parametrize("role", ROLES)
def test_what_has_no_row_nobody_may(role: AccessRole) -> None:
    unheard_of: Action = "order.forget"  # type: ignore[assignment]  # that is the point
    assert not may_ever(actor(role), unheard_of)
    with pytest.raises(Refused):
        authorize(actor(role), unheard_of, LI_MEIS)


@pytest.mark.parametrize("action", get_args(Action))
def test_an_auditor_changes_nothing(action: Action) -> None:
    assert may_ever(actor("auditor"), action) == (action in READ_ONLY)


@pytest.mark.parametrize("action", get_args(Action))
def test_an_administrator_sees_no_case_data(action: Action) -> None:
    configures = action in {"stats.read", "policy.read", "policy.publish"}
    assert may_ever(actor("administrator"), action) == configures


@pytest.mark.parametrize(
    ("who", "action", "expected"),
    [
        (actor("consumer", "li-mei"), "order.read", None),
        (actor("consumer", "li-mei"), "order.cancel", None),
        (actor("consumer", "li-mei"), "order.ship", NotAllowed),
        (actor("consumer", "wang"), "order.read", NotFound),
        (actor("consumer", "wang"), "order.cancel", NotFound),
        (actor("merchant", "boss", merchant="tea-house"), "order.ship", None),
        (actor("merchant", "boss", merchant="tea-house"), "order.pay", NotAllowed),
        (actor("merchant", "boss", merchant="toy-shop"), "order.ship", NotFound),
        (actor("merchant", "tea-house"), "order.read", None),
        (actor("creator", "anna"), "order.read", None),
        (actor("creator", "anna"), "order.cancel", NotAllowed),
        (actor("creator", "ben"), "order.read", NotFound),
        (actor("agent"), "order.cancel", None),
        (actor("agent"), "order.confirm_receipt", NotAllowed),
        (actor("auditor"), "order.note", NotAllowed),
        (actor("service"), "order.pay", None),
        (actor("service"), "order.cancel", NotAllowed),
        (actor("service"), "consumer.read", NotFound),
        (actor("privacy_officer"), "consumer.link", None),
        (actor("privacy_officer"), "order.read", NotFound),
        (actor("administrator"), "order.read", NotFound),
        (actor("consumer", "li-mei"), "trust.contest", None),
        (actor("consumer", "li-mei"), "trust.answer", NotAllowed),
        (actor("merchant", "boss", merchant="tea-house"), "trust.read", NotFound),
        (actor("creator", "anna"), "trust.read", NotFound),
        (actor("consumer", "li-mei"), "scorecards.read", NotFound),
    ],
    ids=str,
)
def test_each_reaches_its_own_and_what_is_not_theirs_does_not_exist(
    who: Actor, action: Action, expected: type[Refused] | None
) -> None:
    assert answer(who, action, LI_MEIS) is expected


def test_a_linked_name_is_the_same_person() -> None:
    guest = Owners(consumer="guest-77")
    alone = actor("consumer", "li-mei")
    linked = Actor(
        subject="li-mei",
        roles=frozenset({"consumer"}),
        linked=frozenset({"guest-77"}),
    )
    assert answer(alone, "order.read", guest) is NotFound
    assert answer(linked, "order.read", guest) is None


def test_what_belongs_to_nobody_yet_is_nobodys_own() -> None:
    for role in ("consumer", "merchant", "creator"):
        assert answer(actor(role), "order.read", Owners()) is NotFound


def test_two_roles_reach_as_far_as_both_together() -> None:
    both = Actor(
        subject="anna",
        roles=frozenset({"consumer", "merchant"}),
        merchant="tea-house",
    )
    reach = scope(both, "order.read")
    assert reach.consumers == {"anna"}
    assert reach.merchants == {"tea-house"}
    assert not reach.everything


def test_each_of_two_roles_reaches_as_far_as_it_would_alone() -> None:
    both = Actor(subject="zhou", roles=frozenset({"auditor", "consumer"}))
    assert reaches(both, "auditor", "contact.read", LI_MEIS)
    assert not reaches(both, "consumer", "contact.read", LI_MEIS)
    assert reaches(both, "consumer", "contact.read", Owners(consumer="zhou"))
    assert not reaches(both, "agent", "contact.read", LI_MEIS), "it has not this role"


def test_a_role_we_do_not_know_says_nothing() -> None:
    nobody = Actor(subject="x", roles=frozenset())
    assert not any(may_ever(nobody, action) for action in get_args(Action))
