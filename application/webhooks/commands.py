"""What can be asked of webhooks. They lie beside the log: no event comes of them."""

from domain.kernel import Request


class AddWebhook(Request, frozen=True):
    """Tell an address of events from now on."""


class RotateSecret(Request, frozen=True):
    """Sign with another secret, and with those before for a day each."""


class PingWebhook(Request, frozen=True):
    """See whether anybody is there."""


class ResendDelivery(Request, frozen=True):
    """Send it again."""
