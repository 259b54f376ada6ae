"""How everything about an order ends: time passes, and those whose turn it is do it."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from msgspec.structs import replace

from domain import dispute as words
from domain.after_sales import (
    Case,
    CaseCommand,
    FreezeCase,
    JudgeReturn,
    OrderRefund,
    RecordRefundResult,
    WithdrawCase,
)
from domain.dispute import Award, Dispute, DisputeCommand, Finding, Liability
from domain.kernel import Refused
from domain.money import Money
from domain.party import By, LiableParty
from tests.flow.casework import WAITS, Casework, named, running
from tests.flow.casework_asks import ANNA, CASHIER, JUDGES, MERCHANT, WEI

LONG = timedelta(days=400)
# Each clock that runs out, and each turn of somebody, is one.
TURNS_MAX = 150


def everything_ends(work: Casework) -> None:
    """Let 400 days pass; assert that no case is left, and no dispute undecided.

    Whoever's turn it is by the rows does it: money due is sent and arrives, arbiters
    rule, a freeze is lifted, and what no clock decides a person does.
    """
    until, stuck = work.at + LONG, set[UUID]()
    for _ in range(TURNS_MAX):
        work.clocks_are_asked()
        if somebody_acts(work, stuck):
            continue
        due = work.next_due()
        if due is None or due > until:
            break
        work.at = max(work.at, due) + timedelta(seconds=1)
    names = set(map(str, stuck))
    for case in work.all_cases.values():
        assert case.final or case.dispute in names, f"{case.status} for ever: {case}"
    for dispute_id, each in work.all_disputes.items():
        assert each.status in words.FINAL or dispute_id in stuck, (
            f"{each.status} for ever: {each}"
        )


def somebody_acts(work: Casework, stuck: set[UUID]) -> bool:
    """Do what somebody owes now; say whether anything was to be done."""
    acted = False
    for case_id, case in work.all_cases.items():
        asked = next(case_turn(work, case), None)
        if asked is not None:
            does(work, case_id, asked)
            acted = True
    for dispute_id, dispute in work.all_disputes.items():
        command = next(dispute_turn(as_handled(work, dispute)), None)
        if command is not None and not acted and dispute_id not in stuck:
            acted = decides(work, dispute_id, command)
            if not acted:
                stuck.add(dispute_id)
    return acted


def does(work: Casework, case_id: UUID, command: CaseCommand) -> None:
    """Ask a case for what is its turn; it is not refused."""
    answer = work.ask(
        lambda context: work.cases.take(case_id, command, context),
        work.context(named(command)),
    )
    assert not isinstance(answer, Refused), f"{command}: {answer!r} {answer.details}"


def decides(work: Casework, dispute_id: UUID, command: DisputeCommand) -> bool:
    """Ask a dispute for what is its turn; say whether its order lets it be done."""
    answer = work.ask(
        lambda context: work.disputes.take(dispute_id, command, context),
        work.context(named(command)),
    )
    if isinstance(answer, WAITS) and isinstance(command, words.EnforceRuling):
        return False
    if isinstance(answer, words.MoreThanTheOrderGives):
        # The money went elsewhere meanwhile: it is made good beside the price.
        assert isinstance(command, words.IssueRuling), "only a ruling awards anything"
        beside = tuple(replace(each, kind="compensation") for each in command.awards)
        return decides(work, dispute_id, replace(command, awards=beside))
    assert not isinstance(answer, Refused), f"{command}: {answer!r} {answer.details}"
    return True


def case_turn(work: Casework, case: Case) -> Iterator[CaseCommand]:
    """Yield what somebody owes in a case that no clock does in their place."""
    if case.final:
        return
    if case.frozen:
        yield FreezeCase(by=WEI, frozen=False, reason="looked_at")
    elif case.live_refund is not None:
        yield RecordRefundResult(refund=case.live_refund.name, succeeded=True)
    elif case.status == "refunding":
        name = f"R-end-{len(case.refunds)}"
        yield OrderRefund(by=MERCHANT, refund=name)
    elif case.dispute is not None or running(case):
        return  # the arbiter's turn, or a clock's
    elif case.needs_human and case.reception == "received" and unjudged(case):
        yield JudgeReturn(by=MERCHANT, acceptance="accepted")
    elif case.needs_human or left_to_people(case):
        yield WithdrawCase(by=ANNA)
    else:
        raise AssertionError(f"nobody's turn: {case.status}, {work.at}, {case}")


def unjudged(case: Case) -> bool:
    return case.acceptance != "accepted"


def left_to_people(case: Case) -> bool:
    """Whether the last clock that ran out had a row that leaves it to people."""
    late = [each for each in case.timers.values() if each.standing == "breached"]
    return bool(late) and late[-1].on_breach in {"breach", "human"}


def as_handled(work: Casework, dispute: Dispute) -> Dispute:
    """Return a dispute with those who worked on its case by now: none may judge it."""
    over = dispute.opened.case if dispute.opened else None
    if over is None:
        return dispute
    case = work.all_cases[UUID(over)]
    return replace(dispute, handlers=dispute.handlers | case.handlers)


def dispute_turn(dispute: Dispute) -> Iterator[DisputeCommand]:
    """Yield what arbiter and staff owe in a dispute, in the order they owe it."""
    if dispute.mirrored or dispute.status in words.FINAL:
        return
    judge = free_judge(dispute, "arbiter")
    match dispute.status:
        case "opened" | "negotiation":
            if not running(dispute):
                yield words.EscalateDispute(by=WEI)
        case "platform_review" | "evidence_round" | "ruling_pending":
            if dispute.arbiter != judge:
                yield words.AssignHandler(by=WEI, duty="arbiter", person=judge)
            elif dispute.status == "ruling_pending":
                yield rule(dispute, judge)
            elif dispute.round is None:
                yield words.AskForProof(by=by_name(judge), of=("consumer", "merchant"))
            elif not dispute.round.awaited:
                yield words.EndRound(by=by_name(judge))
        case "appeal_review":
            other = free_judge(dispute, "appeal_arbiter")
            if dispute.appeal_arbiter != other:
                yield words.AssignHandler(by=WEI, duty="appeal_arbiter", person=other)
            elif dispute.round is None or not dispute.round.awaited:
                yield words.DecideAppeal(by=by_name(other), upheld=True)
        case _:
            if dispute.enforcement == "none":
                yield words.EnforceRuling(by=CASHIER)
            elif dispute.enforcement == "started":
                yield words.CompleteEnforcement(by=CASHIER)


def rule(dispute: Dispute, judge: str) -> DisputeCommand:
    """Return a ruling for the consumer, for half of what is claimed."""
    claimed = dispute.claimed
    gives: tuple[Award, ...] = ()
    if claimed is not None and claimed.minor > 1:
        half = Money(claimed.minor // 2, claimed.currency)
        gives = (Award(kind="refund", amount=half, payer="merchant"),)
    by = by_name(judge)
    shown = Finding(fact="other", holds=True, shown_by=by, source="own")
    result: words.Result = "partial" if gives else "support_merchant"
    whose: LiableParty = "merchant" if gives else "consumer"
    return words.IssueRuling(
        by=by,
        result=result,
        findings=(shown,),
        liability=(Liability(party=whose, share_bp=10_000, basis="test"),),
        awards=gives,
    )


def free_judge(dispute: Dispute, duty: str) -> str:
    """Return an arbiter who may have this duty, whoever did the others."""
    mine = dispute.arbiter if duty == "arbiter" else dispute.appeal_arbiter
    if duty == "arbiter":
        taken = dispute.appeals_by | {dispute.appeal_arbiter}
    else:
        taken = dispute.ruled_by | {dispute.arbiter}
    spare = (mine, *(each.name for each in JUDGES), "spare-1", "spare-2")
    return next(
        name
        for name in spare
        if name is not None and name not in taken | dispute.handlers
    )


def by_name(judge: str) -> By:
    return By(role="arbiter", name=judge)
