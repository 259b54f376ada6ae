"""Who may do what: one table, one pure question, asked before anything is done.

Every action has a row: which roles may take it, and how far each reaches. What has no
row nobody may do. What is somebody else's is answered like what does not exist.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from application.sold import Sold
from domain.kernel import Refused

AccessRole = Literal[
    "consumer",
    "merchant",
    "creator",
    "carrier",
    "agent",
    "senior_agent",
    "arbiter",
    "finance_approver",
    "auditor",
    "privacy_officer",
    "service",
    "administrator",
]
ROLES: Final[tuple[AccessRole, ...]] = get_args(AccessRole)

# People say what they last saw before they change it; feeds report what happened.
PEOPLE: Final = frozenset(ROLES) - {"service"}

# Who has to do with orders: whoever only configures does not.
CONCERNED: Final = frozenset(ROLES) - {"administrator"}

# How far a role reaches: what is its own, or everybody's.
Reach = Literal["own", "all"]

# -- The table --

STAFF: Final[Mapping[AccessRole, Reach]] = {"agent": "all", "senior_agent": "all"}
FEEDS: Final[Mapping[AccessRole, Reach]] = {**STAFF, "service": "all"}
MERCHANT: Final[Mapping[AccessRole, Reach]] = {"merchant": "own"}
CONSUMER: Final[Mapping[AccessRole, Reach]] = {"consumer": "own"}
JUDGES: Final[Mapping[AccessRole, Reach]] = {
    **STAFF,
    "arbiter": "all",
    "finance_approver": "all",
    "auditor": "all",
}
PARTIES: Final[Mapping[AccessRole, Reach]] = {
    **CONSUMER,
    **MERCHANT,
    "creator": "own",
}
TOLD: Final[Mapping[AccessRole, Reach]] = {**PARTIES, "service": "all"}
# All who may be drawn into a case or a dispute, and answer for their part.
ARGUING: Final[Mapping[AccessRole, Reach]] = {**PARTIES, "carrier": "own"}

Action = Literal[
    "order.read",
    "order.place",
    "order.pay",
    "order.change_amount",
    "order.confirm_stock",
    "order.ship",
    "order.report_parcel",
    "order.report_ship_date",
    "order.report_appointment",
    "order.report_address",
    "order.report_cancellation",
    "order.report_completion",
    "order.review",
    "order.note",
    "order.renegotiate",
    "order.intercept",
    "order.return_to_sender",
    "order.confirm_receipt",
    "order.cancel",
    "order.change_address",
    "order.complete",
    "order.waive",
    "order.check_promises",
    "promises.read",
    "consumer.read",
    "consumer.link",
    "consumer.unlink",
    "trust.read",
    "trust.contest",
    "trust.answer",
    "scorecards.read",
    "case.open",
    "case.read",
    "case.words",
    "case.act",
    "case.report",
    "case.report_money",
    "dispute.open",
    "dispute.read",
    "dispute.words",
    "dispute.act",
    "contact.open",
    "contact.read",
    "contact.act",
    "contact.report",
    "promise.read",
    "promise.act",
    "account.read",
    "account.act",
    "compensation.read",
    "compensation.reserve",
    "compensation.pay",
    "compensation.release",
    "shortfall.read",
    "resolution.report",
    "listing.price",
    "listing.removal",
    "resolution.read",
    "resolution.words",
    "resolution.preview",
    "resolution.act",
    "resolution.approve",
    "companionship.read",
    "companionship.act",
    "consumer.flag",
    "consumer.contest_flag",
    "consumer.lift_flag",
    "queue.read",
    "desk.keep",
    "history.read",
    "decisions.search",
    "evidence.add",
    "evidence.read",
    "evidence.judge",
    "policy.read",
    "policy.publish",
    "stream.read",
    "stats.read",
    "webhook.keep",
    "event.read",
    "effect.read",
    "effect.act",
    "incident.read",
    "incident.act",
    "incident.approve",
    "notice.read",
]

TABLE: Final[Mapping[Action, Mapping[AccessRole, Reach]]] = {
    # Reading
    "order.read": {**PARTIES, **JUDGES, "service": "all"},
    "promises.read": {**MERCHANT, "creator": "own", **JUDGES},
    "consumer.read": {**CONSUMER, **JUDGES},
    # How faith was kept with a consumer is between the consumer and us; how merchants,
    # creators and carriers do is for them, and for those who answer for them
    "trust.read": {**CONSUMER, **JUDGES},
    "trust.contest": {**CONSUMER, **STAFF},
    "trust.answer": {**STAFF, "arbiter": "all"},
    "scorecards.read": {**MERCHANT, "creator": "own", "carrier": "own", **JUDGES},
    "evidence.read": {**ARGUING, **JUDGES, "service": "all"},
    "stream.read": JUDGES,
    "stats.read": {**STAFF, "auditor": "all", "administrator": "all"},
    # Rules are public: who is judged by them may read them
    "policy.read": dict.fromkeys(ROLES, "all"),
    "policy.publish": {"administrator": "all"},
    # Reports: what happened outside
    "order.place": FEEDS,
    "order.pay": FEEDS,
    "order.change_amount": {**FEEDS, **MERCHANT},
    "order.confirm_stock": {**FEEDS, **MERCHANT},
    "order.ship": {**FEEDS, **MERCHANT},
    "order.report_parcel": FEEDS,
    "order.report_ship_date": FEEDS,
    "order.report_appointment": {**FEEDS, **MERCHANT},
    "order.report_address": FEEDS,
    "order.report_cancellation": FEEDS,
    "order.report_completion": FEEDS,
    "order.review": {**FEEDS, **CONSUMER},
    "order.note": {**FEEDS, **MERCHANT},
    # Requests: what shall be so
    "order.renegotiate": {**STAFF, **MERCHANT},
    "order.intercept": {**STAFF, **MERCHANT},
    "order.return_to_sender": {**STAFF, **MERCHANT},
    "order.confirm_receipt": CONSUMER,
    "order.cancel": {**STAFF, **MERCHANT, **CONSUMER},
    "order.change_address": {**STAFF, **CONSUMER},
    "order.complete": FEEDS,
    "order.waive": CONSUMER,
    "order.check_promises": FEEDS,
    # Cases, disputes, contacts, and what hangs on them: who may do what with one as it
    # stands is for the domain to say.
    "case.open": {**CONSUMER, **STAFF},
    "case.read": {**PARTIES, **JUDGES},
    # What was said is for who said it, who has to answer, and who judges: whoever else
    # wants to know reads the history, and says why
    "case.words": {**PARTIES, **STAFF, "arbiter": "all"},
    "case.act": {
        **PARTIES,
        **FEEDS,
        "arbiter": "all",
        "finance_approver": "all",
    },
    # What happened outside is told by machines: a party that says its own refund came
    # through, or a parcel its own return, would be judge of its own cause.
    "case.report": {"service": "all"},
    "case.report_money": {"service": "all", "finance_approver": "all"},
    "dispute.open": {**CONSUMER, **MERCHANT, **STAFF},
    "dispute.read": {**ARGUING, **JUDGES},
    "dispute.words": {**ARGUING, **STAFF, "arbiter": "all"},
    "dispute.act": {**ARGUING, **FEEDS, "arbiter": "all", "finance_approver": "all"},
    "contact.open": {**CONSUMER, **FEEDS},
    "contact.read": {**CONSUMER, **JUDGES},
    "contact.act": {**CONSUMER, **FEEDS, "arbiter": "all"},
    "contact.report": {"service": "all"},
    "promise.read": {**CONSUMER, **JUDGES},
    "promise.act": {**STAFF, "arbiter": "all"},
    "account.read": {**ARGUING, **JUDGES},
    "account.act": {
        **ARGUING,
        **FEEDS,
        "arbiter": "all",
        "finance_approver": "all",
    },
    # What the rules pay beside refunds: set aside by people, paid by who has the money
    "compensation.read": {**CONSUMER, **MERCHANT, **JUDGES, "service": "all"},
    "compensation.reserve": {**STAFF, "arbiter": "all", "finance_approver": "all"},
    "compensation.pay": {
        "senior_agent": "all",
        "finance_approver": "all",
        "service": "all",
    },
    "compensation.release": {
        **FEEDS,
        "arbiter": "all",
        "finance_approver": "all",
    },
    # What fell short, and how it is made good: the consumer takes or declines, the
    # service proposes, and somebody else of it approves. Those it concerns read their
    # part; what it costs whom is for the service to weigh
    "shortfall.read": JUDGES,
    "resolution.report": FEEDS,
    # What befalls every order of a listing: a merchant speaks of its own lines.
    "listing.price": {**FEEDS, **MERCHANT},
    "listing.removal": FEEDS,
    "resolution.read": {**ARGUING, **JUDGES},
    "resolution.words": {**CONSUMER, **STAFF, "arbiter": "all"},
    "resolution.preview": JUDGES,
    "resolution.act": {**CONSUMER, **STAFF},
    "resolution.approve": {**STAFF, "arbiter": "all", "finance_approver": "all"},
    "companionship.read": {**PARTIES, **JUDGES},
    "companionship.act": PARTIES,
    # Goodwill may be blocked for a while, in the open: whom it is about reads why, and
    # objects; somebody else than who set it judges that
    "consumer.flag": STAFF,
    "consumer.contest_flag": {**CONSUMER, **STAFF},
    "consumer.lift_flag": {"senior_agent": "all"},
    "queue.read": {**JUDGES},
    "desk.keep": {**STAFF, "arbiter": "all"},
    "history.read": JUDGES,
    "decisions.search": {"auditor": "all", "senior_agent": "all", "arbiter": "all"},
    # Files of evidence
    "evidence.add": {**ARGUING, **FEEDS, "arbiter": "all"},
    "evidence.judge": FEEDS,
    # Who is whom
    "consumer.link": {**FEEDS, "privacy_officer": "all"},
    "consumer.unlink": {**STAFF, "privacy_officer": "all"},
    # Told outside: a party of its own events. A partner is told of those for whom its
    # endpoints were added at the terminal, and of nobody else.
    "webhook.keep": TOLD,
    "event.read": TOLD,
    # What is asked of gateways: no party's, and for those who can put it right
    "effect.read": JUDGES,
    "effect.act": {**STAFF, "finance_approver": "all"},
    # What concerns thousands: staff declares and hands out, somebody else grants the
    # money, and what is published is for everybody. Who may do what, and when, is for
    # the domain to say.
    "incident.read": JUDGES,
    "incident.act": {**STAFF, "arbiter": "all", "finance_approver": "all"},
    "incident.approve": {**STAFF, "arbiter": "all", "finance_approver": "all"},
    "notice.read": dict.fromkeys(CONCERNED, "all"),
}

# What changes an order whole, for all its merchants at once.
OF_THE_WHOLE: Final[frozenset[Action]] = frozenset(
    {
        "order.change_amount",
        "order.confirm_stock",
        "order.renegotiate",
        "order.cancel",
    }
)

# What one must at least be allowed to see to be told "you may not" and not "no such".
SEEN_BY: Final[Mapping[str, Action]] = {
    "order": "order.read",
    "consumer": "consumer.read",
    "trust": "trust.read",
    "policy": "policy.read",
    "case": "case.read",
    "dispute": "dispute.read",
    "contact": "contact.read",
    "promise": "promise.read",
    "account": "account.read",
    "compensation": "compensation.read",
    "resolution": "resolution.read",
    "companionship": "companionship.read",
    "evidence": "evidence.read",
    "effect": "effect.read",
    "incident": "incident.read",
}

# -- Who asks, and for what --


class Actor(Struct, frozen=True, kw_only=True):
    """Who asks: a subject, its roles, the merchant it works for.

    ``linked`` are the consumers known to be the same person as the subject.
    """

    subject: str
    roles: frozenset[AccessRole]
    merchant: str | None = None
    linked: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The name the log knows this actor by, such as "agent:anna"."""
        leading = next((role for role in ROLES if role in self.roles), "nobody")
        return f"{leading}:{self.subject}"

    @property
    def is_person(self) -> bool:
        """Whether this actor must say which version it last saw."""
        return bool(self.roles & PEOPLE)


class Owners(Struct, frozen=True, kw_only=True):
    """Whose something is.

    ``lead`` is the merchant whose the whole is: of several, each has but a part, and
    ``sold`` says which. ``carried`` are an order's parcels, each with its carrier.
    """

    consumer: str | None = None
    merchants: frozenset[str] = frozenset()
    creators: frozenset[str] = frozenset()
    carriers: frozenset[str] = frozenset()
    lead: str | None = None
    sold: Sold | None = None
    carried: Mapping[str, str] = {}

    def of(self, action: Action) -> "Owners":
        """Return those of them who have a say in this action."""
        if action not in OF_THE_WHOLE:
            return self
        return replace(self, merchants=frozenset(filter(None, [self.lead])))


class Scope(Struct, frozen=True, kw_only=True):
    """What of all there is an actor may see: everything, or what is these parties'."""

    everything: bool = False
    consumers: frozenset[str] = frozenset()
    merchants: frozenset[str] = frozenset()
    creators: frozenset[str] = frozenset()
    carriers: frozenset[str] = frozenset()

    def covers(self, owners: Owners) -> bool:
        """Whether something of these owners may be seen."""
        return (
            self.everything
            or owners.consumer in self.consumers
            or not self.merchants.isdisjoint(owners.merchants)
            or not self.creators.isdisjoint(owners.creators)
            or not self.carriers.isdisjoint(owners.carriers)
        )

    @property
    def empty(self) -> bool:
        """Whether nothing at all may be seen."""
        return self == NOTHING


EVERYTHING: Final = Scope(everything=True)
NOTHING: Final = Scope()


# -- The answers --


class NotAllowed(Refused):
    """Your role may not do this."""


class NotFound(Refused):
    """There is no such thing here."""


def scope(actor: Actor, action: Action) -> Scope:
    """Return how far the actor's roles together reach with this action."""
    row = TABLE.get(action, {})
    reaches = {role: row[role] for role in actor.roles if role in row}
    if "all" in reaches.values():
        return EVERYTHING
    return Scope(
        consumers=(
            frozenset({actor.subject}) | actor.linked
            if "consumer" in reaches
            else frozenset()
        ),
        merchants=(
            frozenset({actor.merchant or actor.subject})
            if "merchant" in reaches
            else frozenset()
        ),
        creators=(frozenset({actor.subject}) if "creator" in reaches else frozenset()),
        carriers=(frozenset({actor.subject}) if "carrier" in reaches else frozenset()),
    )


def allows(actor: Actor, action: Action, owners: Owners) -> bool:
    """Whether the actor may do this with what is these owners'."""
    return scope(actor, action).covers(owners.of(action))


def reaches(actor: Actor, role: AccessRole, action: Action, owners: Owners) -> bool:
    """Whether the actor may do this as this one of its roles, whatever the others."""
    if role not in actor.roles:
        return False
    return allows(replace(actor, roles=frozenset({role})), action, owners)


def may_ever(actor: Actor, action: Action) -> bool:
    """Whether there is anything at all the actor may do this with."""
    return not scope(actor, action).empty


def authorize(actor: Actor, action: Action, owners: Owners) -> None:
    """Return if the actor may do this with what is these owners'.

    Raises NotFound for what the actor may not even see, NotAllowed for the rest.
    """
    if allows(actor, action, owners):
        return
    noun = action.partition(".")[0]
    seen_by = SEEN_BY.get(noun, action)
    if scope(actor, seen_by).covers(owners):
        raise NotAllowed(action=action)
    raise NotFound
