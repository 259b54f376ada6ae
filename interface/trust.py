"""Whom the settings say to believe, looked at before anything is started."""

from interface.inbound.secrets import secrets_from
from interface.settings import Settings
from interface.tokens import open_tokens


def check_trust(settings: Settings) -> None:
    """Raise UserError if messages or tokens could not be checked as the settings ask.

    A process that finds out later has loaded a sample by then, and is started again
    and again.
    """
    secrets_from(settings)
    open_tokens(settings)
