"""Why policies may not be published."""

from domain.kernel import Refused


class RowUnusable(Refused):
    """A row says what cannot be kept."""


class RowEdited(Refused):
    """What was published is never edited: publish the row again as a higher version."""


class VersionGoesBack(Refused):
    """A new version of a row is higher than all that were published before."""


class TakesEffectInThePast(Refused):
    """A new version of a row holds from its publication at the earliest."""


class SourceTaken(Refused):
    """An order source belongs to one profile, and one profile is for all the others."""


class FallbackNeeded(Refused):
    """The profile for all orders that no other speaks for stays it."""
