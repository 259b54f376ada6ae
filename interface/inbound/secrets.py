"""What each source signs with: as the settings say, else made here when first asked."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from interface.errors import WrongSetting
from interface.home import kept_secret
from interface.inbound.doors import Secrets
from interface.inbound.messages import SPLITS
from interface.settings import Settings

FOLDER: Final = "inbound"


def secrets_from(settings: Settings) -> Secrets:
    """Return who signs with what. Raises WrongSetting for a setting out of form."""
    given = parsed(settings.inbound_secrets)

    @cache
    def secrets_of(source: str) -> tuple[str, ...]:
        if source in given:
            return given[source]
        return (kept_secret(settings.secrets / FOLDER, source),)

    return secrets_of


def parsed(text: str) -> Mapping[str, tuple[str, ...]]:
    """Return the secrets by source; a source has two while one replaces the other.

    "doudian=key:secret,easypost=old,easypost=new". Raises WrongSetting.
    """
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        source, _, secret = map(str.strip, part.partition("="))
        if source not in SPLITS or not secret:
            known = ", ".join(SPLITS)
            raise WrongSetting(
                "REDRESS_INBOUND_SECRETS must be source=secret, several separated by "
                f"commas; the sources are {known}"
            )
        found[source] = (*found.get(source, ()), secret)
    return found
