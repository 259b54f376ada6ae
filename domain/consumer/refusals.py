"""Why a consumer's stream does not do what it is asked."""

from domain.kernel import Refused


class NotLinked(Refused):
    """Only consumers that are linked can be taken apart."""


class NotYoursToFlag(Refused):
    """Agents flag, the consumer contests, and a senior agent lifts."""


class FlagOutOfTime(Refused):
    """A flag ends in the days to come, within half a year at the latest."""


class NoSuchFlag(Refused):
    """The consumer has no such flag."""


class FlagIsOver(Refused):
    """The flag stands no more."""


class AnotherPersonLifts(Refused):
    """Whoever set a flag does not judge the objection to it: it takes somebody else."""
