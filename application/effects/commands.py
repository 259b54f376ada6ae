"""What people ask of effects. They lie beside the log: no event comes of them."""

from domain.kernel import Request


class ResendEffect(Request, frozen=True):
    """Send a dead letter again."""


class AssignEffect(Request, frozen=True):
    """Give it to somebody to see to."""
