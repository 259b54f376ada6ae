"""Who is at this terminal, as a history will name them."""

import os
import pwd


def at_terminal() -> str:
    """Return the actor of what is asked here: ``cli:`` and the account's name."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return f"cli:{name}"
