"""Who takes part in an order, and in which roles."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from domain.kernel import Name

# What a party does in a sale; one party may do several of these at once.
Role = Literal[
    "merchant",  # 商家: sells the goods and owes their delivery
    "creator",  # 创作者: makes the content that sells them
    "room_seller",  # 主播: speaks in the live room, whoever he else is
    "service_provider",  # 服务商: works for the merchant or the creator
    "platform",  # 平台
]


class Participant(Struct, frozen=True, kw_only=True):
    """A party and the set of its roles in one sale, each named once.

    A service provider or a merchant may be the seller in the live room too, so roles
    are a set per party and never a single column (domain rules, section 3.6).
    """

    party: Name
    roles: Annotated[tuple[Role, ...], Meta(min_length=1, max_length=5)]


# Who acts in a case, a dispute or a contact. "system" is the service's own machines: it
# acts only because a clock ran out, a row says so, or a feed reported it.
ActingRole = Literal[
    "consumer",
    "merchant",
    "creator",
    "carrier",
    "service_provider",
    "insurer",
    "agent",
    "senior_agent",
    "arbiter",
    "finance_approver",
    "system",
]


class By(Struct, frozen=True, kw_only=True):
    """Who does something, and as what: the same person may be two roles, not at once.

    ``name`` is the party's or the employee's own id, such as "anna" or "m-42".
    """

    role: ActingRole
    name: Name


# Who speaks for the service itself.
SERVICE: Final[frozenset[ActingRole]] = frozenset(
    {"agent", "senior_agent", "arbiter", "finance_approver", "system"}
)

SYSTEM = By(role="system", name="redress")

# Who may bear what went wrong (domain rules, section 3.6).
LiableParty = Literal[
    "merchant",
    "creator",
    "carrier",
    "service_provider",
    "insurer",
    "platform",
    "consumer",
    "force_majeure",
]
