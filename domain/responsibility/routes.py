"""The rows of the responsibility router, from the most particular to the most general.

Each names its rule ("basis"), where that comes from ([R] rule text, [Δ] our proposal
where the rules name the liable but not their shares), who bears how much, who answers
to the consumer first and on what basis, and who may then claim from whom.
"""

from typing import Final, Literal

from msgspec import Struct

from domain.kernel import Code
from domain.party import LiableParty

Speaker = Literal["merchant", "creator", "service_provider", "platform"]

# The duty that was not done, where neither words nor genuineness are in question.
Failed = Literal["fulfilment", "transit", "quality", "service"]


class When(Struct, frozen=True, kw_only=True):
    """What must hold; None is not asked.

    ``by_creator``: somebody other than the merchant sold through content here.
    ``creator_knew`` and ``merchant_knew``: knew or should have known (知道或应当知道).
    """

    content_true: bool | None = None
    content_by: Speaker | None = None
    goods_genuine: bool | None = None
    promise_kept: bool | None = None
    promise_by: Speaker | None = None
    failed: Failed | None = None
    fault_of: Literal["carrier", "service_provider", "platform"] | None = None
    insured: bool | None = None
    force_majeure: bool | None = None
    consumer_at_fault: bool | None = None
    creator_knew: bool | None = None
    merchant_knew: bool | None = None
    by_creator: bool | None = None


class Route(Struct, frozen=True, kw_only=True):
    """One row; shares are in basis points and sum to 10,000.

    ``recourse`` are pairs of who claims and from whom. ``limit`` names the cap row by
    which a carrier's part is limited.
    """

    basis: Code
    source: str
    when: When
    shares: tuple[tuple[LiableParty, int], ...]
    answers: LiableParty = "merchant"
    claims: Code
    recourse: tuple[tuple[LiableParty, LiableParty], ...] = ()
    limit: Code | None = None


KNEW: Final = "[R] 电商创作者管理通则 知道或应当知道; shares [Δ]"
SECOND_HAND: Final = "[R] 直播电商监督管理办法; shares [Δ]"
CREATOR_PROMISE: Final = "[R] aJkboynit5yb 第51条; 101706 4.1.6"

ROUTES: Final[tuple[Route, ...]] = (
    # -- Counterfeit goods: nobody else's fault excuses who sells them --
    Route(
        basis="counterfeit.creator-knew",
        source=KNEW,
        when=When(goods_genuine=False, by_creator=True, creator_knew=True),
        shares=(("merchant", 5_000), ("creator", 5_000)),
        claims="law.fraud",
        recourse=(("merchant", "creator"), ("platform", "merchant")),
    ),
    Route(
        basis="counterfeit.content-false-too",
        source="[Δ]: the creator answers for the words, the merchant for the goods",
        when=When(goods_genuine=False, content_true=False, content_by="creator"),
        shares=(("merchant", 7_000), ("creator", 3_000)),
        claims="law.fraud",
        recourse=(("merchant", "creator"), ("platform", "merchant")),
    ),
    Route(
        basis="counterfeit.creator-unaware",
        source="[R] 电商创作者管理通则: who neither knew nor should have known",
        when=When(goods_genuine=False, by_creator=True),
        shares=(("merchant", 10_000),),
        claims="law.fraud",
        recourse=(("creator", "merchant"), ("platform", "merchant")),
    ),
    Route(
        basis="counterfeit.sold-by-merchant",
        source="[R] aJkboynit5yb: the seller proves where the goods are from",
        when=When(goods_genuine=False),
        shares=(("merchant", 10_000),),
        claims="law.fraud",
        recourse=(("platform", "merchant"),),
    ),
    # -- False words about genuine goods: who said them --
    Route(
        basis="content.false-on-the-page",
        source=KNEW,
        when=When(
            content_true=False,
            content_by="creator",
            merchant_knew=True,
            creator_knew=True,
        ),
        shares=(("merchant", 5_000), ("creator", 5_000)),
        claims="content.not-as-said",
        recourse=(("merchant", "creator"),),
    ),
    Route(
        basis="content.false-words-of-merchant",
        source="[R] 电商创作者管理通则: the creator neither knew nor should have known",
        when=When(content_true=False, content_by="creator", merchant_knew=True),
        shares=(("merchant", 10_000),),
        claims="content.not-as-said",
        recourse=(("creator", "merchant"), ("platform", "merchant")),
    ),
    Route(
        basis="content.false-by-creator",
        source="[R] 电商创作者管理通则: content is its creator's; the merchant performs"
        " first (101706 4.1.6)",
        when=When(content_true=False, content_by="creator"),
        shares=(("creator", 10_000),),
        claims="content.not-as-said",
        recourse=(("merchant", "creator"), ("platform", "merchant")),
    ),
    Route(
        basis="content.false-by-service-provider",
        source=SECOND_HAND,
        when=When(content_true=False, content_by="service_provider", by_creator=True),
        shares=(("service_provider", 5_000), ("creator", 5_000)),
        claims="content.not-as-said",
        recourse=(("merchant", "service_provider"), ("merchant", "creator")),
    ),
    Route(
        basis="content.false-by-service-provider-alone",
        source=SECOND_HAND,
        when=When(content_true=False, content_by="service_provider"),
        shares=(("service_provider", 10_000),),
        claims="content.not-as-said",
        recourse=(("merchant", "service_provider"),),
    ),
    Route(
        basis="content.false-by-platform",
        source="[Δ]",
        when=When(content_true=False, content_by="platform"),
        shares=(("platform", 10_000),),
        claims="content.not-as-said",
        recourse=(("merchant", "platform"),),
    ),
    Route(
        basis="content.false-by-merchant",
        source="[R] aJkboynit5yb: the final burden for a description is the merchant's",
        when=When(content_true=False),
        shares=(("merchant", 10_000),),
        claims="content.not-as-said",
        recourse=(("platform", "merchant"),),
    ),
    # -- A promise that was not kept: whose promise --
    Route(
        basis="promise.of-creator-agreed",
        source=f"{CREATOR_PROMISE}; shares [Δ]: the merchant knew of the promise",
        when=When(promise_kept=False, promise_by="creator", merchant_knew=True),
        shares=(("merchant", 5_000), ("creator", 5_000)),
        claims="promise.of-creator",
        recourse=(("merchant", "creator"), ("platform", "merchant")),
    ),
    Route(
        basis="promise.of-creator",
        source=CREATOR_PROMISE,
        when=When(promise_kept=False, promise_by="creator"),
        shares=(("creator", 10_000),),
        claims="promise.of-creator",
        recourse=(("merchant", "creator"), ("platform", "merchant")),
    ),
    Route(
        basis="promise.of-service-provider",
        source="[Δ]: as a creator's",
        when=When(promise_kept=False, promise_by="service_provider"),
        shares=(("service_provider", 10_000),),
        claims="promise.of-service-provider",
        recourse=(("merchant", "service_provider"),),
    ),
    Route(
        basis="promise.of-platform",
        source="[Δ]: each answers for his own promise",
        when=When(promise_kept=False, promise_by="platform"),
        shares=(("platform", 10_000),),
        answers="platform",
        claims="promise.of-platform",
    ),
    Route(
        basis="promise.of-merchant",
        source="[R] aJkboynit5yb 第50条",
        when=When(promise_kept=False),
        shares=(("merchant", 10_000),),
        claims="promise.of-merchant",
        recourse=(("platform", "merchant"),),
    ),
    # -- Nobody's fault, and the consumer's own --
    Route(
        basis="shared.with-consumer",
        source="[R] 第42条 谁过错谁承担; shares [Δ]",
        when=When(consumer_at_fault=True, failed="quality"),
        shares=(("merchant", 5_000), ("consumer", 5_000)),
        claims="contract.quality",
    ),
    Route(
        basis="consumer.own-fault",
        source="[R] aHwH9wK4JUHQ: nothing for what the consumer did",
        when=When(consumer_at_fault=True),
        shares=(("consumer", 10_000),),
        claims="none",
    ),
    Route(
        basis="force-majeure",
        source="[R] 第13条: until it is signed for, the risk stays with the merchant",
        when=When(force_majeure=True),
        shares=(("force_majeure", 10_000),),
        claims="contract.risk-in-transit",
    ),
    # -- On its way: the merchant's risk until signed for, and then whose fault --
    Route(
        basis="transit.insured",
        source="[R] 第13条; the insurer then has the carrier",
        when=When(failed="transit", fault_of="carrier", insured=True),
        shares=(("insurer", 10_000),),
        claims="contract.risk-in-transit",
        recourse=(("merchant", "insurer"), ("insurer", "carrier")),
        limit="carrier-liability",
    ),
    Route(
        basis="transit.carrier",
        source="[R] 第13条; the sender agreement: 7 times the freight, 1,000 yuan",
        when=When(failed="transit", fault_of="carrier"),
        shares=(("carrier", 10_000),),
        claims="contract.risk-in-transit",
        recourse=(("merchant", "carrier"),),
        limit="carrier-liability",
    ),
    Route(
        basis="transit.merchant",
        source="[R] 第13条",
        when=When(failed="transit"),
        shares=(("merchant", 10_000),),
        claims="contract.risk-in-transit",
        recourse=(("platform", "merchant"),),
    ),
    # -- A duty not done by who works for the merchant, or by the platform --
    Route(
        basis="duty.service-provider",
        source="[Δ]: who failed in his part bears it",
        when=When(fault_of="service_provider"),
        shares=(("service_provider", 10_000),),
        claims="contract.performance",
        recourse=(("merchant", "service_provider"),),
    ),
    Route(
        basis="duty.platform",
        source="[Δ]: who failed in his part bears it",
        when=When(fault_of="platform"),
        shares=(("platform", 10_000),),
        claims="contract.performance",
        recourse=(("merchant", "platform"),),
    ),
    Route(
        basis="duty.carrier",
        source="[Δ]: late by the carrier; the merchant answers for whom he sends by",
        when=When(failed="fulfilment", fault_of="carrier"),
        shares=(("carrier", 10_000),),
        claims="contract.performance",
        recourse=(("merchant", "carrier"),),
        limit="carrier-liability",
    ),
    Route(
        basis="quality.creator-knew",
        source=KNEW,
        when=When(failed="quality", by_creator=True, creator_knew=True),
        shares=(("merchant", 7_000), ("creator", 3_000)),
        claims="contract.quality",
        recourse=(("merchant", "creator"), ("platform", "merchant")),
    ),
    Route(
        basis="quality.merchant",
        source="[R] aJkboynit5yb: goods and their quality are the merchant's duty",
        when=When(failed="quality"),
        shares=(("merchant", 10_000),),
        claims="contract.quality",
        recourse=(("platform", "merchant"),),
    ),
    # -- Whatever else: whoever sells the goods owes them --
    Route(
        basis="contract.merchant",
        source="[Δ]: the merchant is the consumer's party to the contract",
        when=When(),
        shares=(("merchant", 10_000),),
        claims="contract.performance",
        recourse=(("platform", "merchant"),),
    ),
)
