"""The responsibility router: who bears what went wrong, and whom the consumer turns to.

It is a table. The first row whose conditions all hold decides; it names its rule and
where that comes from, so that a reader can find what would have changed it. Whatever
the row: the consumer has one counterpart, the service, which says "we handle it"
(用户该找谁). ``answers`` is who performs towards the consumer first, on the basis
``claims``; what he had to bear for another he then claims back (recourse).
"""

from collections.abc import Sequence
from typing import Final, Literal, cast, get_args

from msgspec import Struct
from msgspec.structs import replace

from domain.dispute.values import Finding
from domain.kernel import Code, Name
from domain.party import LiableParty, Participant, Role
from domain.responsibility.routes import ROUTES, Failed, Route, Speaker
from domain.responsibility.values import (
    Account,
    Knowledge,
    KnowledgeSource,
    Share,
)

# Whoever does one of these sold through content in this sale, whatever else he is.
SELLS_BY_CONTENT: Final[frozenset[Role]] = frozenset({"creator", "room_seller"})


class Incident(Struct, frozen=True, kw_only=True):
    """What was found, as typed facts; None is not known, or not in question.

    ``content_by`` and ``promise_by`` name who said it; ``failed`` is the duty that was
    not done, and ``fault_of`` who of those at work on it was at fault.
    """

    participants: tuple[Participant, ...]
    content_true: bool | None = None
    content_by: Name | None = None
    goods_genuine: bool | None = None
    promise_kept: bool | None = None
    promise_by: Name | None = None
    failed: Failed | None = None
    fault_of: Literal["carrier", "service_provider", "platform"] | None = None
    carrier: Name | None = None
    insurer: Name | None = None
    insured: bool = False
    force_majeure: bool = False
    consumer_at_fault: bool = False
    consumer: Name | None = None
    knowledge: tuple[Knowledge, ...] = ()


class RecoursePath(Struct, frozen=True, kw_only=True):
    """Who may claim from whom what he had to bear; ``limit`` names its cap row."""

    claimant: Account
    against: Account
    basis: Code
    limit: Code | None = None


class Routed(Struct, frozen=True, kw_only=True):
    """Who bears what, whom the consumer turns to, and who claims from whom."""

    basis: Code
    source: str
    shares: tuple[Share, ...]
    answers: Account
    claims: Code
    recourse: tuple[RecoursePath, ...]
    counterpart: Literal["service"] = "service"


def creators_in(participants: Sequence[Participant]) -> tuple[Participant, ...]:
    """Return who is a creator in this sale: whoever sold through content here.

    It is a deed, not a kind of account: a merchant speaking in his own room is both,
    and a famous creator who had no part in this sale is none.
    """
    return tuple(each for each in participants if SELLS_BY_CONTENT & {*each.roles})


def speaker(incident: Incident, said_by: str | None) -> Speaker | None:
    """Return as what somebody spoke. A merchant's own word is the merchant's."""
    roles = roles_of(incident.participants, said_by)
    if "merchant" in roles:
        return "merchant"
    if roles & SELLS_BY_CONTENT:
        return "creator"
    if "service_provider" in roles:
        return "service_provider"
    return "platform" if "platform" in roles else None


def roles_of(participants: Sequence[Participant], party: str | None) -> set[Role]:
    """Return what a party does in this sale."""
    return {role for each in participants if each.party == party for role in each.roles}


def routed(incident: Incident) -> Routed:
    """Return the answer of the table: its last row takes every incident."""
    row = next(route for route in ROUTES if fits(route, incident))
    return Routed(
        basis=row.basis,
        source=row.source,
        shares=tuple(
            Share(
                party=party,
                name=name_of(incident, party),
                share_bp=share_bp,
                basis=row.basis,
            )
            for party, share_bp in row.shares
        ),
        answers=account_for(incident, row.answers),
        claims=row.claims,
        recourse=tuple(
            RecoursePath(
                claimant=account_for(incident, claimant),
                against=account_for(incident, against),
                basis=row.basis,
                limit=row.limit if against == "carrier" else None,
            )
            for claimant, against in row.recourse
        ),
    )


def fits(route: Route, incident: Incident) -> bool:
    """Say whether every condition a row names holds."""
    when = route.when
    asked: tuple[tuple[object, object], ...] = (
        (when.content_true, incident.content_true),
        (when.content_by, speaker(incident, incident.content_by)),
        (when.goods_genuine, incident.goods_genuine),
        (when.promise_kept, incident.promise_kept),
        (when.promise_by, speaker(incident, incident.promise_by)),
        (when.failed, incident.failed),
        (when.fault_of, incident.fault_of),
        (when.insured, incident.insured),
        (when.force_majeure, incident.force_majeure),
        (when.consumer_at_fault, incident.consumer_at_fault),
        (when.creator_knew, creator_knew(incident)),
        (when.merchant_knew, knew(incident, merchant(incident))),
        (when.by_creator, other_creator(incident) is not None),
    )
    return all(wanted is None or wanted == found for wanted, found in asked)


def knew(incident: Incident, party: str | None) -> bool:
    """Say whether a party knew or should have known, by any source with evidence."""
    return any(
        each.of == party and each.holds and each.evidence for each in incident.knowledge
    )


def creator_knew(incident: Incident) -> bool:
    """Say whether one who sold through content, and is not the merchant, knew."""
    creators = creators_in(incident.participants)
    return any(
        knew(incident, each.party) for each in creators if "merchant" not in each.roles
    )


def merchant(incident: Incident) -> str | None:
    """Return the merchant of this sale."""
    return next(
        (each.party for each in incident.participants if "merchant" in each.roles), None
    )


def other_creator(incident: Incident) -> str | None:
    """Return who sold through content without being the merchant: who it is about.

    Of several: who said what is false, who promised, who knew; else the first.
    """
    creators = [
        each.party
        for each in creators_in(incident.participants)
        if "merchant" not in each.roles
    ]
    said = (incident.content_by, incident.promise_by)
    first = [each for each in creators if each in said]
    first += [each for each in creators if knew(incident, each)]
    return next(iter(first + creators), None)


def name_of(incident: Incident, party: LiableParty) -> str | None:
    """Return who the party of a kind is in this sale."""
    match party:
        case "merchant":
            return merchant(incident)
        case "creator":
            return other_creator(incident)
        case "carrier":
            return incident.carrier
        case "insurer":
            return incident.insurer
        case "consumer":
            return incident.consumer
        case "service_provider":
            return next(
                (
                    each.party
                    for each in incident.participants
                    if "service_provider" in each.roles
                ),
                None,
            )
        case "platform" | "force_majeure":
            return None


def account_for(incident: Incident, party: LiableParty) -> Account:
    """Return the account of a party of this sale."""
    assert party != "force_majeure", "nobody claims from force majeure"
    return Account(kind=party, name=name_of(incident, party))


# -- From a ruling's findings --

# A finding that says a duty failed, if it does not hold.
FAILS: Final[dict[str, Failed]] = {
    "quality_as_promised": "quality",
    "goods_complete": "quality",
    "goods_as_described": "quality",
    "shipped_in_time": "fulfilment",
    "goods_received": "transit",
    "goods_undamaged": "transit",
}


def incident_of(
    findings: Sequence[Finding], known: Incident, *, creator: str | None = None
) -> Incident:
    """Return what is known, with what a ruling found; later findings replace earlier.

    ``creator_knew`` speaks of ``creator``, or of who sold through content without being
    the merchant; its source is the finding's, else "reasonably_known".
    """
    told: dict[str, object] = {}
    about = creator or other_creator(known)
    knowledge = list(known.knowledge)
    for finding in findings:
        match finding.fact:
            case "content_true" | "goods_genuine" | "promise_kept":
                told[finding.fact] = finding.holds
            case "force_majeure" | "consumer_at_fault":
                told[finding.fact] = finding.holds
            case "creator_knew" if about is not None:
                knowledge.append(knowledge_of(finding, about))
            case fact if fact in FAILS and not finding.holds:
                told["failed"] = FAILS[fact]
            case _:
                pass
    return replace(known, knowledge=tuple(knowledge), **told)


def knowledge_of(finding: Finding, of: str) -> Knowledge:
    """Return what a finding says of somebody's knowledge."""
    sources = get_args(KnowledgeSource)
    source = finding.source if finding.source in sources else "reasonably_known"
    return Knowledge(
        of=of,
        source=cast("KnowledgeSource", source),
        holds=finding.holds,
        evidence=finding.evidence,
    )
