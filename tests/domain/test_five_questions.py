"""Five questions of a content marketplace, each as a small case from facts to money.

What a ruling found becomes an incident, the router's row becomes shares, the refund and
the shares become entries, and who had to bear it for another claims it back.
"""

from collections.abc import Sequence

from domain.dispute.values import Fact, Finding
from domain.money import Money
from domain.party import By, Participant
from domain.responsibility import (
    AcknowledgeRecourse,
    AttributeResponsibility,
    ClaimRecourse,
    FinaliseAttribution,
    Incident,
    MatterAccount,
    RecordRecoursePaid,
    Routed,
    borne,
    creators_in,
    entries_for_refund,
    entries_for_shares,
    incident_of,
    owed,
    routed,
)
from domain.timer import CheckClocks
from tests.domain.accounts import (
    ANNA,
    CONSUMER,
    CREATOR,
    LEILA,
    MERCHANT,
    NEXT_TUESDAY,
    OPEN,
    OTTO,
    PLATFORM,
    SHOP,
    TUESDAY,
    asked,
    posting,
    yuan,
)

A_SHOP = Participant(party="m-42", roles=("merchant",))
A_CREATOR = Participant(party="leila", roles=("creator", "room_seller"))
IN_HIS_OWN_ROOM = Participant(party="m-42", roles=("merchant", "room_seller"))
SALE = (A_SHOP, A_CREATOR)
PAID, GOT_BACK = yuan(300), yuan(-300)


def found(fact: Fact, *, holds: bool, source: str | None = None) -> Finding:
    """Return what a ruling found, shown by Anna's picture."""
    return Finding(
        fact=fact, holds=holds, shown_by=ANNA, evidence=("e-1",), source=source
    )


def ruled(known: Incident, *findings: Finding) -> tuple[Routed, MatterAccount]:
    """Return the router's answer, and the account once it is final.

    Anna was refunded from escrow, the merchant's money, and the shares are owed.
    """
    incident = incident_of(findings, known)
    answer = routed(incident)
    refund = entries_for_refund(
        "f-1", PAID, "original", merchant="m-42", consumer="anna"
    )
    debts = entries_for_shares("d-1", PAID, answer.shares, {MERCHANT: PAID.minor})
    account = asked(
        OPEN,
        AttributeResponsibility(
            by=OTTO, shares=answer.shares, knowledge=incident.knowledge, ruling="d-1.1"
        ),
        *posting(*refund, *debts),
    )
    return answer, asked(account, CheckClocks(), at=NEXT_TUESDAY)


def recovered(answer: Routed, account: MatterAccount, by: By) -> MatterAccount:
    """Return the account after the first path of recourse was taken to its end."""
    path = answer.recourse[0]
    (amount,) = owed(account).values()
    return asked(
        account,
        ClaimRecourse(
            by=SHOP,
            claim="r-1",
            claimant=path.claimant,
            against=path.against,
            amount=amount,
            basis=path.basis,
        ),
        AcknowledgeRecourse(by=by, claim="r-1"),
        RecordRecoursePaid(by=SHOP, claim="r-1", payment="p-1", amount=amount),
        at=NEXT_TUESDAY,
    )


def bearing(account: MatterAccount) -> dict[str, Money]:
    """Return who really paid, without who got back what he gave."""
    return {
        each.kind: amount for each, amount in borne(account).items() if amount.minor
    }


def who(answer: Routed) -> Sequence[tuple[str, str | None, int]]:
    """Return who bears how much, by name."""
    return [(each.party, each.name, each.share_bp) for each in answer.shares]


def test_false_content_about_genuine_goods_makes_the_merchant_a_victim() -> None:
    """Leila said "hand-painted" of a printed vase; the shop's page said "printed"."""
    answer, account = ruled(
        Incident(participants=SALE, content_by="leila"),
        found("goods_genuine", holds=True),
        found("content_true", holds=False),
        found("creator_knew", holds=True, source="merchant_page"),
    )
    assert answer.basis == "content.false-by-creator"
    assert who(answer) == [("creator", "leila", 10_000)]
    # Anna has her money at once, and it was the shop's ...
    assert bearing(account) == {"consumer": GOT_BACK, "merchant": PAID}
    # ... which gets it back from Leila, to the fen.
    assert answer.recourse[0].claimant == MERCHANT
    assert bearing(recovered(answer, account, LEILA)) == {
        "consumer": GOT_BACK,
        "creator": PAID,
    }


def test_true_content_that_led_to_counterfeit_goods_is_the_merchants_to_bear() -> None:
    """Leila showed the genuine vase, and could not know that the shop sends copies."""
    sale = Incident(participants=SALE, content_by="leila")
    true, fake = (
        found("content_true", holds=True),
        found("goods_genuine", holds=False),
    )
    answer, account = ruled(sale, true, fake)
    assert answer.basis == "counterfeit.creator-unaware"
    assert who(answer) == [("merchant", "m-42", 10_000)]
    assert owed(account) == {}, "who bears it has paid it already"
    # What she lost by it she may claim from the shop.
    paths = [(each.claimant, each.against) for each in answer.recourse]
    assert (CREATOR, MERCHANT) in paths
    # One finding more, with evidence, and she bears her part.
    knew = found("creator_knew", holds=True, source="product_marking")
    answer, account = ruled(sale, true, fake, knew)
    assert answer.basis == "counterfeit.creator-knew"
    assert bearing(recovered(answer, account, LEILA)) == {
        "consumer": GOT_BACK,
        "merchant": yuan(150),
        "creator": yuan(150),
    }


def test_the_consumer_turns_to_one_counterpart_on_the_basis_of_the_contract() -> None:
    """Whoever is at fault, Anna asks the service; who answers to her is named."""
    false = routed(Incident(participants=SALE, content_true=False, content_by="leila"))
    fake = routed(Incident(participants=SALE, goods_genuine=False))
    lost = routed(
        Incident(
            participants=SALE, failed="transit", fault_of="carrier", carrier="swift"
        )
    )
    own = routed(
        Incident(
            participants=(*SALE, Participant(party="platform", roles=("platform",))),
            promise_kept=False,
            promise_by="platform",
        )
    )
    answers = [
        (each.counterpart, each.answers, each.claims)
        for each in (false, fake, lost, own)
    ]
    assert answers == [
        ("service", MERCHANT, "content.not-as-said"),
        ("service", MERCHANT, "law.fraud"),
        ("service", MERCHANT, "contract.risk-in-transit"),
        ("service", PLATFORM, "promise.of-platform"),
    ]
    # Where the shop cannot pay, the service does, and the shop owes it.
    advance = entries_for_refund(
        "f-1", PAID, "platform_advance", merchant="m-42", consumer="anna"
    )
    account = asked(OPEN, *posting(*advance))
    assert bearing(account) == {"consumer": GOT_BACK, "platform": PAID}
    assert [(debt.debtor, debt.creditor) for debt in owed(account)] == [
        (MERCHANT, PLATFORM)
    ]


def test_a_creator_in_this_sale_is_who_sold_through_content_here() -> None:
    """It is what one did in this sale that counts, not what one is elsewhere."""
    studio = Participant(party="studio", roles=("service_provider",))
    hosting = Participant(party="studio", roles=("service_provider", "room_seller"))
    assert creators_in((A_SHOP, A_CREATOR, studio)) == (A_CREATOR,)
    assert creators_in((A_SHOP, hosting)) == (hosting,)
    assert creators_in((A_SHOP,)) == ()
    assert creators_in((IN_HIS_OWN_ROOM,)) == (IN_HIS_OWN_ROOM,)
    # A merchant in his own room is both: his words and his goods are his to answer for,
    answer, account = ruled(
        Incident(participants=(IN_HIS_OWN_ROOM,), content_by="m-42"),
        found("content_true", holds=False),
    )
    assert answer.basis == "content.false-by-merchant"
    assert who(answer) == [("merchant", "m-42", 10_000)]
    assert owed(account) == {}
    # ... and a service provider who spoke there is judged as any creator.
    answer, account = ruled(
        Incident(participants=(A_SHOP, hosting), content_by="studio"),
        found("content_true", holds=False),
    )
    assert who(answer) == [("creator", "studio", 10_000)]
    (debt,) = owed(account)
    assert (debt.debtor.name, debt.creditor) == ("studio", MERCHANT)


def test_a_creators_promise_is_kept_by_the_merchant_first_who_then_has_recourse() -> (
    None
):
    """Leila promised a second vase for free (第51条; 101706 4.1.6)."""
    sale = Incident(participants=SALE, promise_by="leila")
    broken = found("promise_kept", holds=False)
    answer, account = ruled(sale, found("promise_made", holds=True), broken)
    assert answer.basis == "promise.of-creator"
    assert answer.answers == MERCHANT, "the merchant performs first"
    assert borne(account)[MERCHANT] == PAID
    assert borne(account)[CONSUMER] == GOT_BACK
    (debt,) = owed(account)
    assert (debt.debtor, debt.creditor) == (CREATOR, MERCHANT)
    assert bearing(recovered(answer, account, LEILA)) == {
        "consumer": GOT_BACK,
        "creator": PAID,
    }
    # The goods and their delivery stay the merchant's duty, whoever sold them.
    late = routed(Incident(participants=SALE, failed="fulfilment"))
    bad = routed(Incident(participants=SALE, failed="quality"))
    own = routed(Incident(participants=SALE, promise_by="m-42", promise_kept=False))
    for answer in (late, bad, own):
        assert who(answer) == [("merchant", "m-42", 10_000)]
    # Alone in bearing it, she may accept before her week is over.
    alone = asked(
        OPEN,
        AttributeResponsibility(
            by=OTTO,
            shares=routed(
                Incident(participants=SALE, promise_by="leila", promise_kept=False)
            ).shares,
        ),
    )
    accepted = asked(alone, FinaliseAttribution(by=LEILA), at=TUESDAY)
    assert accepted.status == "final"
