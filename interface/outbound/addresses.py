"""Which addresses may be sent to: public ones, and the very one that was looked at.

A name is looked up once for each attempt, and the connection is made to the address
that was found and checked: whatever the name says a moment later leads nowhere.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address
LookUp = Callable[[str, int], Sequence[str]]

# IPv6 addresses that stand for an IPv4 one at somebody's gateway (RFC 6052, 8215).
TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


class NameUnknown(Exception):
    """Nobody knows an address of this name."""


class NotPublic(Exception):
    """The name leads to an address that is not everybody's, such as our own network."""


def looked_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name, in the order to be tried; raises NameUnknown."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NameUnknown(host) from None
    return [str(address[0]).partition("%")[0] for *_, address in found]


def checked_address(
    host: str, port: int, look_up: LookUp = looked_up, *, loopback: bool = False
) -> str:
    """Return the address to connect to; raises NameUnknown, NotPublic.

    One address among several that is not public spoils them all: the next connection
    might get it.
    """
    found = [ip_address(each) for each in look_up(host, port)]
    if not found:
        raise NameUnknown(host)
    if not all(public(each) or (loopback and each.is_loopback) for each in found):
        raise NotPublic(host)
    return str(found[0])


def public(address: Address) -> bool:
    """Whether anybody may be there: no private, local, shared or reserved address."""
    within = embedded(address)
    if within is not None:
        return public(within)
    return address.is_global and not address.is_multicast and not address.is_reserved


def embedded(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, IPv4Address):
        return None
    if any(address in network for network in TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo
