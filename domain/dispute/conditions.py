"""What must be so before something is done in a dispute, beside its state and the role.

Each asks one thing and raises the rule that is against it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from domain.dispute.refusals import (
    AboveTheLimit,
    AppealedBefore,
    AppealTooLate,
    HandledIt,
    NoRoundOpen,
    NoSuchClock,
    NoSuchOffer,
    NotAssigned,
    NotEnforcing,
    NotForYou,
    NotHeard,
    NothingToEnforce,
    NotYourDispute,
    OnlyTheOpener,
    RoundOpen,
    RuledIt,
    SameHands,
    StillAwaited,
    StillToDo,
)
from domain.dispute.state import HANDLING, Dispute
from domain.dispute.values import SIDES, Side
from domain.money import EXPONENTS
from domain.party import ActingRole, By
from domain.policy.book import Rulebook
from domain.timer import seconds_left

# Who appeals by which clock: a creator has longer (14 d, a merchant 7).
APPEAL_CLOCKS: Final[Mapping[ActingRole, tuple[str, ...]]] = {
    "consumer": ("appeal_window",),
    "merchant": ("appeal_window",),
    "carrier": ("appeal_window",),
    "creator": ("appeal_window_creator", "appeal_window"),
}
BOTH: Final[tuple[Side, Side]] = ("consumer", "merchant")
WINDOWS: Final = ("appeal_window", "appeal_window_creator")


class Asking(NamedTuple):
    """Who would do something in which dispute, when, and under which rules."""

    dispute: Dispute
    by: By
    at: datetime
    book: Rulebook | None = None


# What else must be so: returns without a word, or raises.
Condition = Callable[[Asking], None]


# -- Conditions --


def a_party(asking: Asking) -> None:
    """Ask that whoever speaks as a party is one; staff and machines pass."""
    if asking.by.role in SIDES and not asking.dispute.is_party(asking.by):
        raise NotYourDispute(role=asking.by.role)


def an_offer_to_answer(asking: Asking) -> None:
    """Ask that the other side has something on the table."""
    if not any(offers_to(asking.dispute, asking.by)):
        raise NoSuchOffer


def not_handled(asking: Asking) -> None:
    """Ask for four eyes: whoever handled it does not judge it."""
    if asking.by.name in asking.dispute.handlers:
        raise HandledIt(name=asking.by.name)


def the_arbiter(asking: Asking) -> None:
    """Ask for its own arbiter, who neither handled it nor decided an appeal of it."""
    not_handled(asking)
    if asking.by.name in asking.dispute.appeals_by:
        raise RuledIt(name=asking.by.name)
    if asking.by.name != asking.dispute.arbiter:
        raise NotAssigned(duty="arbiter", assigned=asking.dispute.arbiter)


def the_appeal_arbiter(asking: Asking) -> None:
    """Ask for the appeal's own arbiter, who neither handled it nor ruled it."""
    not_handled(asking)
    if asking.by.name in asking.dispute.ruled_by:
        raise RuledIt(name=asking.by.name)
    if asking.by.name != asking.dispute.appeal_arbiter:
        assigned = asking.dispute.appeal_arbiter
        raise NotAssigned(duty="appeal_arbiter", assigned=assigned)


def who_asks_for_proof(asking: Asking) -> None:
    """Ask for an agent, or the arbiter of this stage; in an appeal for no one else."""
    if asking.dispute.status == "appeal_review":
        if asking.by.role != "arbiter":
            raise NotForYou(role=asking.by.role)
        the_appeal_arbiter(asking)
    elif asking.by.role == "arbiter":
        the_arbiter(asking)


def no_round_open(asking: Asking) -> None:
    """Ask that no round is open: there is one at a time."""
    if asking.dispute.round is not None:
        raise RoundOpen(number=asking.dispute.round.number)


def something_to_end(asking: Asking) -> None:
    """Ask for a round in which nobody is awaited any more, or that none is needed.

    Silence is for the clock to say (举证默认24小时, 第8条): until it runs out nobody
    takes a side's time to prove from it, not even its arbiter.
    """
    dispute = asking.dispute
    if dispute.round is not None:
        if dispute.round.awaited:
            raise StillAwaited(sides=dispute.round.awaited)
    elif dispute.status == "platform_review":
        no_round_needed(asking)
    else:
        raise NoRoundOpen


def no_round_needed(asking: Asking) -> None:
    """Ask for the arbiter's word that both sides have had their say (第8条)."""
    if asking.by.role != "arbiter":
        raise NotForYou(role=asking.by.role)
    unheard = [side for side in BOTH if not heard(asking.dispute, side)]
    if unheard:
        raise NotHeard(sides=unheard)


def to_enforce(asking: Asking) -> None:
    """Ask for a ruling that nobody began to carry out."""
    if asking.dispute.enforcement != "none" or asking.dispute.ruling is None:
        raise NothingToEnforce(enforcement=asking.dispute.enforcement)


def money_approved(asking: Asking) -> None:
    """Ask that the arbiter's limit covers the awards, or that of whoever approves.

    Without a row for it there is no limit.
    """
    dispute, ruling = asking.dispute, asking.dispute.ruling
    if asking.book is None or ruling is None or not ruling.awards:
        return
    rows = asking.book.approvals("ruling", dispute.times(asking.at))
    fen = in_fen(sum(award.amount.minor for award in ruling.awards), dispute)
    may = {row.role for row in rows if row.up_to_fen is None or fen <= row.up_to_fen}
    if not rows or ruling.by.role in may:
        return
    if asking.by.role not in may:
        raise AboveTheLimit(step="ruling", fen=fen, roles=sorted(may))
    if asking.by.name == ruling.by.name:
        raise SameHands(name=asking.by.name)


def enforcing(asking: Asking) -> None:
    """Ask that the ruling is being carried out."""
    if asking.dispute.enforcement != "started":
        raise NotEnforcing(enforcement=asking.dispute.enforcement)


def appeal_in_time(asking: Asking) -> None:
    """Ask for a first appeal, by the very second the window ends."""
    dispute = asking.dispute
    if dispute.appeal is not None:
        raise AppealedBefore(at=dispute.appeal.at)
    clocks = (dispute.timers.get(name) for name in APPEAL_CLOCKS[asking.by.role])
    window = next((clock for clock in clocks if clock is not None), None)
    if window is None or window.standing not in {"running", "paused"}:
        raise AppealTooLate
    if seconds_left(window, asking.at) < 0:
        raise AppealTooLate(due_at=window.due_at)


def the_opener(asking: Asking) -> None:
    """Ask for whoever opened it; what the service opened, the consumer or its staff."""
    opened = asking.dispute.opened
    assert opened is not None, "a dispute that was opened says by whom"
    if opened.by.role in SIDES:
        same = asking.by.role == opened.by.role and asking.by.name == opened.by.name
    else:
        same = asking.by.role == "consumer" or asking.by.role in HANDLING
    if not same:
        raise OnlyTheOpener(opened_by=opened.by.role)


def nothing_left(asking: Asking) -> None:
    """Ask that the ruling is carried out, and can no longer be appealed."""
    dispute = asking.dispute
    if not settled_down(dispute, asking.at):
        raise StillToDo(enforcement=dispute.enforcement, status=dispute.status)


def a_clock_runs(asking: Asking) -> None:
    """Ask for a clock to put off."""
    if not any(map(asking.dispute.clock, asking.dispute.timers)):
        raise NoSuchClock


# -- What conditions ask of the dispute --


def other_side(side: Side) -> Side:
    """Return whom one of the two sides argues with."""
    return "consumer" if side == "merchant" else "merchant"


def offers_to(dispute: Dispute, by: By) -> Iterator[int]:
    """Yield the number of what the other side has on the table."""
    side = SIDES.get(by.role)
    offer = dispute.offer_from(other_side(side)) if side else None
    if offer is not None:
        yield offer.number


def heard(dispute: Dispute, side: Side) -> bool:
    """Whether a side had its say: it spoke, or had all the time there was to speak.

    It opened the dispute, made an offer, contested its fault or showed something; or it
    was asked in a round, or the time to negotiate ran out.
    """
    spoke = [offer.by.role for offer in dispute.offers]
    spoke += [by.role for by in dispute.contested]
    spoke += [proof.by.role for proof in dispute.proofs]
    spoke += [dispute.opened.by.role] if dispute.opened else []
    asked = any(side in each.of for each in dispute.rounds if each.ended)
    timer = dispute.timers.get("negotiation")
    negotiated = timer is not None and timer.standing == "breached"
    return side in spoke or asked or negotiated


def settled_down(dispute: Dispute, at: datetime) -> bool:
    """Whether a ruling is carried out, and the time to appeal it is over or used."""
    if dispute.enforcement != "completed" or dispute.status == "appeal_review":
        return False
    windows = filter(None, map(dispute.clock, WINDOWS))
    return not any(seconds_left(window, at) >= 0 for window in windows)


def in_fen(minor: int, dispute: Dispute) -> int:
    """Return an award in hundredths, whatever the currency's own minor unit."""
    ruling = dispute.ruling
    currency = ruling.awards[0].amount.currency if ruling and ruling.awards else "CNY"
    unit: int = 10 ** EXPONENTS[currency]
    return minor * 100 // unit
