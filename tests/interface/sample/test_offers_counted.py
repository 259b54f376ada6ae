"""Every offer of the story ends one way, or is still out: its numbers add up."""

from datetime import UTC, datetime
from uuid import UUID

from domain.kernel import Event
from domain.party import By
from domain.resolution.events import (
    OfferExpired,
    PlanAccepted,
    PlansDeclined,
    PlansOffered,
    ResolutionSelfHealed,
)
from interface.sample.counting import Counts, Streams, with_offers
from interface.sample.figures import offers_add_up, payers_add_up

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LI = By(role="consumer", name="li")


def offered(silence: str = "decline") -> PlansOffered:
    return PlansOffered(
        at=NOON,
        by=LI,
        plans=("cancel",),
        reason="stalled",
        expires_at=NOON,
        on_silence=silence,  # type: ignore[arg-type]  # one of the policy's words
        policy="p@1",
    )


def expired(silence: str = "decline") -> OfferExpired:
    return OfferExpired(at=NOON, on_silence=silence, policy="p@1")  # type: ignore[arg-type]  # as above


def counted(*histories: tuple[Event, ...]) -> Counts:
    counts, streams = Counts(), Streams()
    for number, history in enumerate(histories):
        for event in history:
            with_offers(counts, UUID(int=number), event, streams)
    counts.offers_open = len(streams.offered)
    return counts


ACCEPTED = PlanAccepted(at=NOON, by=LI, plan="cancel", hash="0" * 64)


def test_an_offer_counts_under_the_one_way_it_ended() -> None:
    healed = ResolutionSelfHealed(at=NOON)
    counts = counted(
        (offered(), ACCEPTED),
        (offered(), PlansDeclined(at=NOON, by=LI)),
        (offered(), expired(), healed),
        (offered(), healed),
        (offered(), offered(), ACCEPTED),
        (offered(),),
        (healed,),
    )
    assert counts.offers_sent == 7
    assert (counts.accepted, counts.declined, counts.expired) == (2, 1, 1)
    assert (counts.withdrawn, counts.offers_open) == (2, 1)
    assert offers_add_up(counts).holds


def test_where_silence_accepts_the_offer_is_accepted_and_not_also_expired() -> None:
    counts = counted((offered("accept"), expired("accept"), ACCEPTED))
    assert (counts.accepted, counts.expired) == (1, 0)
    assert offers_add_up(counts).holds


def test_an_offer_nobody_can_account_for_is_said() -> None:
    counts = Counts(offers_sent=3, accepted=1)
    assert not offers_add_up(counts).holds
    assert offers_add_up(counts).detail == "3 sent, 1 ended, 0 open"


def test_goodwill_counts_among_what_the_platform_paid() -> None:
    counts = Counts(
        refunds_fen=10_000,
        compensations_fen=700,
        goodwill_fen=500,
        merchants_charged_fen=9_000,
        platform_bore_fen=1_200,
    )
    assert counts.platform_paid_fen == 1_700
    assert payers_add_up(counts).holds


def test_what_nobody_paid_is_said() -> None:
    counts = Counts(refunds_fen=10_000, merchants_charged_fen=9_000)
    assert payers_add_up(counts).detail == "9000 fen given, 10000 fen received"
