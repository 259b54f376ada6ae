"""Why something is not kept."""

from domain.kernel import Refused


class NotKept(Refused):
    """Nothing is kept here under this name."""


class KeptBySomebodyElse(Refused):
    """Only who keeps it, or a senior agent, may change it."""


class TooManyKept(Refused):
    """So many are kept already: let some go first."""


class StepUnfit(Refused):
    """What the macro is for cannot be asked this."""
