"""The responsibility router: a table in which every incident finds its row."""

from collections.abc import Iterator
from itertools import product

import pytest

from domain.dispute.values import Finding
from domain.party import Participant
from domain.responsibility import Incident, Knowledge, Routed, incident_of, routed
from domain.responsibility.routes import ROUTES
from domain.responsibility.values import WHOLE_BP

SHOP = Participant(party="m-42", roles=("merchant",))
LEILA = Participant(party="leila", roles=("creator", "room_seller"))
STUDIO = Participant(party="studio", roles=("service_provider",))
REDRESS = Participant(party="platform", roles=("platform",))
ALL = (SHOP, LEILA, STUDIO, REDRESS)
SAYS = (None, "m-42", "leila", "studio", "platform")


def knew(party: str, *, proven: bool = True) -> Knowledge:
    return Knowledge(
        of=party,
        source="reasonably_known",
        holds=True,
        evidence=("e-1",) if proven else (),
    )


KNOWN = (
    (),
    (knew("leila"),),
    (knew("m-42"),),
    (knew("leila"), knew("m-42")),
)


def incidents() -> Iterator[Incident]:
    """Yield every kind of incident there can be."""
    for words, content_by in product((None, False), SAYS):
        for genuine, kept, promise_by in product((None, False), (None, False), SAYS):
            for knowledge in KNOWN:
                yield Incident(
                    participants=ALL,
                    content_true=words,
                    content_by=content_by,
                    goods_genuine=genuine,
                    promise_kept=kept,
                    promise_by=promise_by,
                    knowledge=knowledge,
                )
    duties = (None, "fulfilment", "transit", "quality", "service")
    faults = (None, "carrier", "service_provider", "platform")
    for failed, fault_of, sellers in product(duties, faults, (ALL, (SHOP,))):
        for insured, storm, own in product((False, True), repeat=3):
            for knowledge in KNOWN:
                yield Incident(
                    participants=sellers,
                    failed=failed,  # type: ignore[arg-type]  # a duty
                    fault_of=fault_of,  # type: ignore[arg-type]  # who has one
                    carrier="swift",
                    insurer="safe",
                    insured=insured,
                    force_majeure=storm,
                    consumer_at_fault=own,
                    knowledge=knowledge,
                )
    alone = (SHOP, STUDIO)
    yield Incident(participants=alone, content_true=False, content_by="studio")
    yield Incident(participants=(SHOP,), goods_genuine=False)


def test_every_row_is_of_one_whole_and_says_where_it_comes_from() -> None:
    assert len({row.basis for row in ROUTES}) == len(ROUTES)
    for row in ROUTES:
        assert sum(share for _, share in row.shares) == WHOLE_BP, row.basis
        assert row.source.startswith(("[R]", "[Δ]")), row.basis


def test_every_incident_finds_a_row_and_no_row_is_idle() -> None:
    found = {routed(incident).basis for incident in incidents()}
    assert found == {row.basis for row in ROUTES}


def test_the_consumer_has_one_counterpart_whatever_went_wrong() -> None:
    assert {routed(each).counterpart for each in incidents()} == {"service"}


def test_knowledge_counts_only_with_evidence() -> None:
    fake = Incident(participants=ALL, goods_genuine=False, knowledge=(knew("leila"),))
    assert routed(fake).basis == "counterfeit.creator-knew"
    told = (knew("leila", proven=False),)
    unproven = Incident(participants=ALL, goods_genuine=False, knowledge=told)
    assert routed(unproven).basis == "counterfeit.creator-unaware"


def test_who_says_false_words_given_by_the_merchant_without_knowing_bears_nothing() -> (
    None
):
    words = Incident(
        participants=ALL,
        content_true=False,
        content_by="leila",
        knowledge=(knew("m-42"),),
    )
    answer = routed(words)
    assert [each.party for each in answer.shares] == ["merchant"]
    assert [(each.claimant.kind, each.against.kind) for each in answer.recourse] == [
        ("creator", "merchant"),
        ("platform", "merchant"),
    ]


def lost_in_transit(*, insured: bool) -> Routed:
    return routed(
        Incident(
            participants=(SHOP,),
            failed="transit",
            fault_of="carrier",
            carrier="swift",
            insurer="safe",
            insured=insured,
        )
    )


def test_what_a_carrier_lost_is_claimed_from_the_insurer_or_up_to_its_terms() -> None:
    (path,) = lost_in_transit(insured=False).recourse
    assert (path.claimant.name, path.against.name) == ("m-42", "swift")
    assert path.limit == "carrier-liability"
    first, second = lost_in_transit(insured=True).recourse
    assert (first.against.name, second.claimant.name) == ("safe", "safe")
    assert second.against.name == "swift"


@pytest.mark.parametrize(
    ("finding", "basis"),
    [
        (Finding(fact="content_true", holds=False), "content.false-by-creator"),
        (Finding(fact="goods_genuine", holds=False), "counterfeit.creator-unaware"),
        (Finding(fact="promise_kept", holds=False), "promise.of-creator"),
        (Finding(fact="consumer_at_fault", holds=True), "consumer.own-fault"),
        (Finding(fact="force_majeure", holds=True), "force-majeure"),
        (Finding(fact="quality_as_promised", holds=False), "quality.merchant"),
        (Finding(fact="goods_received", holds=False), "transit.merchant"),
        (Finding(fact="drop_consented", holds=False), "contract.merchant"),
    ],
)
def test_a_rulings_findings_lead_to_a_row(finding: Finding, basis: str) -> None:
    known = Incident(participants=ALL, content_by="leila", promise_by="leila")
    assert routed(incident_of([finding], known)).basis == basis


def test_what_a_creator_knew_is_found_with_its_source_and_evidence() -> None:
    finding = Finding(
        fact="creator_knew", holds=True, evidence=("e-4",), source="merchant_page"
    )
    known = Incident(participants=ALL, goods_genuine=False)
    incident = incident_of([finding], known)
    assert incident.knowledge == (
        Knowledge(of="leila", source="merchant_page", holds=True, evidence=("e-4",)),
    )
    assert routed(incident).basis == "counterfeit.creator-knew"
