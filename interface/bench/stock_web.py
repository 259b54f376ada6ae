"""The stock application behind the same web framework and server as ours.

Started as a process: ``python -m interface.bench.stock_web PORT``. Both libraries read
where the database is from the environment, as does the check of tokens.
"""

import sys
from typing import Any, TypeAlias
from uuid import UUID

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from litestar import Litestar, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ClientException, NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from interface.bench.stock import Parcels, Scan
from interface.clock import now
from interface.long_running import settle_in
from interface.settings import read_settings
from interface.tokens import BadToken, Tokens, open_tokens

Asking: TypeAlias = ASGIConnection[Any, Any, Any, Any]


class ScanBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a scanner says."""

    code: str
    facility: str
    region: str
    vehicle: str


class Scanned(Struct, frozen=True):
    """Where the parcel then stands."""

    parcel: UUID
    version: int


def bearer(tokens: Tokens) -> Any:
    """Return the guard that lets in whoever has a token of ours."""

    def known(
        connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler
    ) -> None:
        scheme, _space, token = connection.headers.get("Authorization", "").partition(
            " "
        )
        try:
            tokens.actor(token if scheme.lower() == "bearer" else "")
        except BadToken:
            raise NotAuthorizedException from None

    return known


def key_of(request: Any) -> str:
    """Return the key by which asking twice is asking once. Raises ClientException."""
    key: str = request.headers.get("Idempotency-Key", "")
    if not key:
        raise ClientException("Send an Idempotency-Key.")
    return key


@post("/parcels/{parcel_id:uuid}/scans", status_code=200, sync_to_thread=True)
def scan(
    parcel_id: FromPath[UUID],
    data: ScanBody,
    key: NamedDependency[str],
    parcels: NamedDependency[Parcels],
) -> Scanned:
    """Take a scan; one whose key is known changes nothing."""
    told = Scan(key, data.code, data.facility, data.region, data.vehicle, now())
    return Scanned(parcel_id, parcels.scan(parcel_id, told))


@get("/readyz", sync_to_thread=False)
def ready() -> str:
    """Say that it is there."""
    return "ready"


def app() -> Litestar:
    """Return the application; the server's worker calls this."""
    parcels = Parcels()
    scan.guards = [bearer(open_tokens(read_settings()))]
    settle_in()  # As our own server does.
    return Litestar(
        route_handlers=[scan, ready],
        dependencies={
            "key": Provide(key_of, sync_to_thread=False),
            "parcels": Provide(lambda: parcels, sync_to_thread=False),
        },
        openapi_config=None,
        logging_config=None,
    )


def serve(port: int) -> None:
    """Serve until asked to stop."""
    Granian(
        "interface.bench.stock_web:app",
        factory=True,
        interface=Interfaces.ASGI,
        address="127.0.0.1",
        port=port,
        workers=1,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
