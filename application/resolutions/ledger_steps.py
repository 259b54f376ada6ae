"""Steps that are paid beside what goes back, under the caps of their merchant's day."""

from msgspec.structs import replace

from application.compensation import Compensations
from application.compensation_entries import Payout, account_commands
from application.event_store.envelope import Part
from application.resolutions.doing import DONE, Begun, Doing, Result, allowed
from application.resolutions.ground import asking
from application.responsibility import Responsibilities
from domain.compensation import (
    COMPENSATION,
    CommitCompensation,
    CompensationCommand,
    DayOfCompensation,
    ReleaseCompensation,
    Reservation,
)
from domain.kernel import Refused
from domain.party import SYSTEM, By
from domain.plan import YUAN
from domain.responsibility import ACCOUNT, MatterAccount


class LedgerSteps:
    """Sets a step's money aside, pays it, and gives it up."""

    def __init__(
        self, compensations: Compensations, accounts: Responsibilities
    ) -> None:
        self._compensations = compensations
        self._accounts = accounts

    def set_aside(self, doing: Doing) -> Begun:
        """Set aside exactly what was previewed, under the caps of the day."""
        paid, step = doing.priced.paid, doing.step
        if paid is None or doing.priced.facts is None:
            return Begun(result=Result(succeeded=False, reason="nothing_paid"))
        if step.amount is not None and step.amount.currency != YUAN:
            return Begun(result=Result(succeeded=False, reason="not_in_yuan"))
        known = self._reserved(doing)
        if known is not None and known.standing != "released":
            return Begun(matter=doing.matter)
        name = doing.name if known is None else anew(doing)
        part = self._compensations.part(paid, self._to_reserve(doing, name))
        return Begun((part,), name)

    def set_aside_back(self, doing: Doing) -> Begun:
        """Set aside goodwill that goes back through a case, once, by the step's name.

        The case that gives it back uses it, or frees it at its end (``told_to_caps``).
        """
        return self.set_aside(doing) if doing.matter is None else Begun()

    def deducted(self, doing: Doing) -> Begun:
        """Take from the merchant what the rules deduct: set aside and posted at once.

        No consumer gets it, so nobody outside is waited for.
        """
        begun = self.set_aside(doing)
        if begun.result is not None or begun.matter is None or not begun.parts:
            return begun
        reserved, paid = self._paid_at_once(doing, begun.matter)
        return Begun((reserved, *paid), begun.matter, DONE)

    def _to_reserve(self, doing: Doing, name: str) -> CompensationCommand:
        """Return what sets a step's money aside under a name."""
        paid, step, facts = doing.priced.paid, doing.step, doing.priced.facts
        assert paid is not None, "asked before"
        assert facts is not None, "asked before"
        if step.part == "goodwill":
            assert step.amount is not None, "what is given says how much"
            return self._compensations.goodwill(
                paid,
                by=SYSTEM,
                approved_by=approver(doing),
                reservation=name,
                matter=str(doing.resolution_id),
                total_fen=step.amount.minor,
                paid_fen=doing.priced.ground.paid_fen,
                dates=doing.priced.dates,
            )
        owed = self._compensations.reservation(
            paid,
            by=SYSTEM,
            reservation=name,
            matter=str(doing.resolution_id),
            facts=asking(facts, step.breaches),
            dates=doing.priced.dates,
        )
        return replace(owed, expected_fen=step.sets_aside_fen)

    def _reserved(self, doing: Doing) -> Reservation | None:
        """Return what is set aside for a step, if ever anything was."""
        if doing.priced.paid is None or doing.matter is None:
            return None
        day_id = self._compensations.id_of(doing.priced.paid)
        day: DayOfCompensation = doing.sight.of(day_id, COMPENSATION)
        return day.reservations.get(doing.matter)

    def concluded(
        self, doing: Doing, *, succeeded: bool, final: bool
    ) -> tuple[Part, ...]:
        """Return what a step's result means for its ledger: paid, or free again.

        Money that moved after its part of the caps was given up takes it anew, as far
        as there is any; that it moved is recorded whatever the ledger says.
        """
        known = self._reserved(doing)
        if known is None or known.standing == "paid" or not (succeeded or final):
            return ()
        if not succeeded:
            return self.given_up(doing)
        try:
            parts = (
                self._paid(doing, doing.matter or "", known)
                if known.standing == "reserved"
                else self._paid_late(doing)
            )
            allowed(parts, doing)
        except Refused:
            return ()
        return parts

    def _paid(self, doing: Doing, name: str, known: Reservation) -> tuple[Part, ...]:
        """Return that what was set aside is paid, and what that is to the accounts."""
        paid = doing.priced.paid
        assert paid is not None, "what is reserved was paid"
        commit = CommitCompensation(by=approver(doing), reservation=name)
        account_id = self._accounts.id_beside(
            self._compensations.id_of(paid), known.matter
        )
        account: MatterAccount = doing.sight.of(account_id, ACCOUNT)
        payout = Payout(name, known, paid, doing.order)
        return (
            self._compensations.part(paid, commit),
            *(
                self._accounts.part(account_id, each, paid.source)
                for each in account_commands(payout, account)
            ),
        )

    def _paid_late(self, doing: Doing) -> tuple[Part, ...]:
        """Return that it is set aside anew and paid at once; nothing if that is so."""
        paid, name = doing.priced.paid, anew(doing)
        assert paid is not None, "what is reserved was paid"
        day_id = self._compensations.id_of(paid)
        day: DayOfCompensation = doing.sight.of(day_id, COMPENSATION)
        if name in day.reservations:
            return ()
        part, commit = self._paid_at_once(doing, name)
        return (part, *commit)

    def _paid_at_once(self, doing: Doing, name: str) -> tuple[Part, tuple[Part, ...]]:
        """Return what sets aside under a name, and that it is paid at once."""
        paid = doing.priced.paid
        assert paid is not None, "asked before"
        day: DayOfCompensation = doing.sight.of(
            self._compensations.id_of(paid), COMPENSATION
        )
        part = self._compensations.part(paid, self._to_reserve(doing, name))
        for event in part.decider.decide(day, part.command, part.policy, doing.at):
            day = part.decider.evolve(day, event)
        return part, self._paid(doing, name, day.reservations[name])

    def given_up(self, doing: Doing) -> tuple[Part, ...]:
        """Return what frees a step's part of the caps, if it still holds any."""
        known, name = self._reserved(doing), doing.matter
        if known is None or name is None or known.standing != "reserved":
            return ()
        assert doing.priced.paid is not None, "what is reserved was paid"
        release = ReleaseCompensation(by=SYSTEM, reservation=name, reason="step_failed")
        return (self._compensations.part(doing.priced.paid, release),)


def anew(doing: Doing) -> str:
    """Return the name under which a step sets aside once more what was given up."""
    known = doing.state.step(doing.key)
    return f"{doing.name}@{known.attempts if known else 0}"


def approver(doing: Doing) -> By:
    """Return who let the plan go that a step is part of, whatever stands by now."""
    execution = doing.state.executions.get(doing.key.rpartition("/")[0])
    return execution.approved_by or SYSTEM if execution else SYSTEM
