"""The words of responsibility and recourse: who bears what, and who owes whom (3.6)."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from domain.kernel import Code, Name, PolicyRef
from domain.money import Minor
from domain.party import LiableParty

WHOLE_BP: Final = 10_000

# Where "knew or should have known" (知道或应当知道) can be seen for whoever sold
# through content: what the product says, the merchant's page says, what can be known.
KnowledgeSource = Literal[
    "product_marking", "merchant_page", "reasonably_known", "told_by_platform"
]


class Knowledge(Struct, frozen=True, kw_only=True):
    """One source of knowledge as found, with the evidence for it."""

    of: Name
    source: KnowledgeSource
    holds: bool
    evidence: Annotated[tuple[Name, ...], Meta(max_length=50)] = ()


class Share(Struct, frozen=True, kw_only=True):
    """What a party bears, in basis points; ``basis`` is the rule of the router."""

    party: LiableParty
    name: Name | None = None
    share_bp: Annotated[int, Meta(ge=0, le=WHOLE_BP)]
    basis: Code


class Account(Struct, frozen=True, kw_only=True):
    """Whose money: a party of the matter, or where the platform keeps it.

    ``escrow`` is what the consumer paid and nobody has yet.
    """

    kind: Literal[
        "consumer",
        "merchant",
        "creator",
        "carrier",
        "service_provider",
        "insurer",
        "platform",
        "escrow",
        "deposit",
        "written_off",
    ]
    name: Name | None = None


class Posting(Struct, frozen=True, kw_only=True):
    """One side of an entry: what an account gets (above zero) or gives (below)."""

    account: Account
    minor: Minor


class Entry(Struct, frozen=True, kw_only=True):
    """One movement, or one debt: its postings sum to zero in one currency.

    ``kind`` "paid" is money that moved, "owed" is what one party owes another.
    """

    entry: Name
    kind: Literal["paid", "owed"]
    why: Code
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
    postings: Annotated[tuple[Posting, ...], Meta(min_length=2, max_length=50)]
    policy: PolicyRef | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for an entry that makes or loses money."""
        if sum(posting.minor for posting in self.postings) != 0:
            raise ValueError(f"entry {self.entry}: its postings do not sum to zero")


class ScoreEffect(Struct, frozen=True, kw_only=True):
    """What a matter does to a score of a party: which metric, and how it counts."""

    party: LiableParty
    name: Name
    metric: Code
    numerator: int
    denominator: int
