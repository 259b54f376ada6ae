"""Every port, simulated: it keeps its keys, and fails as its script says."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from application.effects.effect import GATEWAY_OF, Gateway
from application.effects.ports import (
    Accepted,
    Answer,
    Declined,
    Done,
    Gateways,
    Instruction,
    NeverHeard,
    NotSent,
    Told,
    Unclear,
)
from domain.money import Money
from interface.outbound.simulator.journal import Journal, Line
from interface.outbound.simulator.script import Fault, Script

# Given what is told unasked: whose, under which key, what came of it.
Tell = Callable[[Gateway, UUID, Done | Declined], object]


class Simulator:
    """A gateway that knows what it did by key, whoever asks.

    ``now`` is what the outages of its script go by.
    """

    def __init__(
        self, journal: Journal, script: Script, tell: Tell, now: Callable[[], datetime]
    ) -> None:
        self._journal = journal
        self._script = script
        self._tell = tell
        self._now = now

    def ask(self, key: UUID, instruction: Instruction) -> Told:
        """Return what was done under a key."""
        if self._fault(instruction) == "down":
            return NotSent("down")
        line = self._journal.find(key)
        return NeverHeard() if line is None else answer_of(line)

    def act(self, instruction: Instruction) -> Answer:
        """Do it, once for a key, or fail as the script says."""
        gateway = GATEWAY_OF[instruction.kind]
        fault = self._fault(instruction)
        self._journal.asked(gateway, instruction, fault)
        match fault:
            case "down":
                return NotSent("down")
            case "error_before":
                return Unclear("status_500")
            case "timeout_before":
                return Unclear("timed_out")
            case "declined":
                line = self._journal.does(gateway, instruction, "refused", fault)
            case _:
                line = self._journal.does(gateway, instruction, "did", fault)
        return self._says(gateway, line, fault)

    def _says(self, gateway: Gateway, line: Line, fault: Fault | None) -> Answer:
        answer = answer_of(line)
        if fault == "timeout_after":
            return Unclear("timed_out")
        if fault == "accepted":
            return Accepted(line.reference)
        if fault == "duplicate_callback":
            for _ in range(2):
                self._tell(gateway, line.key, answer)
        return answer

    def _fault(self, instruction: Instruction) -> Fault | None:
        times = self._journal.times(instruction.key)
        return self._script.fault(instruction, times, self._now())

    refund = transfer = grant = act
    intercept = urge = claim = act
    book = resend = send = act


def answer_of(line: Line) -> Done | Declined:
    """Return what a line of the journal says came of it."""
    if line.deed == "refused":
        return Declined("simulated_refusal")
    amount = line.amount
    if line.fault == "wrong_amount" and amount is not None:
        amount = Money(amount.minor + 1, amount.currency)
    return Done(line.reference, amount)


def simulated(simulator: Simulator, *, only: Gateways | None = None) -> Gateways:
    """Return the simulator as every gateway, beside those given."""
    given = only or Gateways()
    return replace(
        given,
        **{
            name: getattr(given, name) or simulator
            for name in Gateways.__struct_fields__
        },
    )
