"""Where the API listens: the address a setting leads to, and whether it is free."""

import errno
import socket
from typing import NamedTuple

from interface.errors import UserError, WrongSetting
from interface.settings import Settings


class Address(NamedTuple):
    """An address of this machine, by number, and its family."""

    family: socket.AddressFamily
    host: str


def address_of(settings: Settings) -> Address:
    """Return the address the API's host name leads to. Raises WrongSetting."""
    host, port = settings.http_host, settings.http_port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):  # The latter: no name can look like this.
        message = f"REDRESS_HTTP_HOST is {host!r}; no address is known by this name"
        raise WrongSetting(message) from None
    family, *_, where = found[0]
    return Address(family, str(where[0]))


def free_address(settings: Settings) -> Address:
    """Return where the API will listen. Raises UserError if nobody can.

    The HTTP server itself would share a port with another that runs already: each
    would be asked every other question.
    """
    address, port = address_of(settings), settings.http_port
    try:
        with socket.socket(address.family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address.host, port))
    except OSError as error:
        host = settings.http_host
        if error.errno == errno.EADDRINUSE:
            message = f"Port {port} of {host} is in use; stop what uses it, or set "
            raise UserError(f"{message}REDRESS_HTTP_PORT to another") from None
        message = f"Nobody can listen at {host}, port {port}: {error.strerror}; set "
        raise UserError(f"{message}REDRESS_HTTP_HOST or REDRESS_HTTP_PORT") from None
    return address
