"""Which gateway is asked for what: as the settings say, nobody unless they do."""

import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from application.effects.effect import GATEWAYS
from application.effects.ports import Gateways
from interface.errors import WrongSetting
from interface.outbound.calling import LOOPBACK, safe_address
from interface.outbound.http_gateway import HttpGateway
from interface.outbound.simulator.gateway import Simulator
from interface.outbound.smtp import SmtpMessenger, address_by
from interface.outbound.stripe import StripeRefunds

SIMULATOR: Final = "simulator"
STRIPE: Final = "stripe+"
SMTP: Final = "smtp"
ALLOWED: Final = (
    "REDRESS_GATEWAYS must be simulator, or GATEWAY=WHERE, several separated by "
    "commas; gateways are refund, coupon, carrier, pickup, resending and message; "
    "where is simulator, none, an https address, for refunds stripe+ and an https "
    "address, for messages smtp://user@host:port"
)


def gateways_from(  # noqa: PLR0913, PLR0917 - one for each thing that is set
    wanted: str,
    secrets: str,
    addresses: str,
    simulator: Callable[[], Simulator],
    kept: Callable[[str], str],
    now: Callable[[], datetime],
) -> Gateways:
    """Return who is asked for what; raises WrongSetting.

    ``kept`` finds the secret of a gateway of which the settings say none; ``now`` is
    when it is asked, which is signed.
    """
    told = pairs(secrets, "REDRESS_GATEWAY_SECRETS")
    made: dict[str, Any] = {}
    for name, where in chosen(wanted).items():
        if where == SIMULATOR:
            made[name] = simulator()
        elif where != "none":
            secret = told.get(name) or kept(name)
            made[name] = adapter(name, where, secret, addresses, now)
    return Gateways(**made)


def chosen(wanted: str) -> Mapping[str, str]:
    """Return where each gateway is; raises WrongSetting."""
    if wanted.strip() in {SIMULATOR, "none", ""}:
        where = wanted.strip() or "none"
        return dict.fromkeys(GATEWAYS, where)
    return pairs(wanted, "REDRESS_GATEWAYS")


def pairs(text: str, variable: str) -> Mapping[str, str]:
    """Return what is said of each gateway; raises WrongSetting."""
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, sign, value = part.partition("=")
        if name not in GATEWAYS or not sign or not value or name in found:
            message = f"{variable} must be GATEWAY=VALUE, several separated by commas"
            raise WrongSetting(ALLOWED if variable == "REDRESS_GATEWAYS" else message)
        found[name] = value
    return found


def adapter(
    name: str, where: str, secret: str, addresses: str, now: Callable[[], datetime]
) -> object:
    """Return what speaks to a gateway; raises WrongSetting."""
    parts = urlsplit(where)
    if name == "message" and parts.scheme == SMTP and parts.hostname:
        near = parts.hostname in LOOPBACK
        tls = None if near else ssl.create_default_context()
        return SmtpMessenger(where, secret, address_by(addresses), tls)
    if name == "refund" and where.startswith(STRIPE):
        address = where.removeprefix(STRIPE)
        if safe_address(address):
            return StripeRefunds(address, secret)
    if safe_address(where):
        return HttpGateway(where, secret, now)
    raise WrongSetting(ALLOWED)
