"""Whether an installation is where the settings say, and what to say if it is not."""

import sys
from collections.abc import Callable

from interface.errors import UserError
from interface.settings import Settings


def existing(settings: Settings) -> Settings:
    """Return the settings of an installation that is there. Raises UserError.

    For commands that ask or change an installation: in a wrong folder they would
    otherwise make an empty one, and answer from it.
    """
    if not there(settings):
        message = f"No installation at {settings.home}; go to where it is, "
        raise UserError(message + "or set REDRESS_HOME")
    return settings


def existing_or_new(
    settings: Settings, say: Callable[[str], object] | None = None
) -> Settings:
    """Return the settings for a command that may begin an installation, and say so."""
    if not there(settings):
        (say or on_standard_error)(f"New installation at {settings.home}.")
    return settings


def there(settings: Settings) -> bool:
    """Whether data is there; a database of somebody else's is there by itself."""
    return not settings.embedded or (settings.home / "postgres").is_dir()


def on_standard_error(line: str) -> None:
    """Print a line that is no part of a command's answer."""
    print(line, file=sys.stderr)  # noqa: T201  # beside what programs read
