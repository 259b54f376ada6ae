"""A file that breaks off on its way to a served API leaves nothing behind."""

import socket
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from interface.bootstrap import Redress
from interface.postgres.database import DatabaseUrls
from tests.eventually import eventually
from tests.evidence_files import JPEG
from tests.interface.api.conftest import ORDER
from tests.interface.served import served

# Where many tests run side by side, answers take their time.
post = partial(httpx.post, timeout=60)
get = partial(httpx.get, timeout=60)

SECONDS = 30
HALF = JPEG + bytes(6_000_000)


def keyed(redress: Redress, role: str, subject: str) -> dict[str, str]:
    token = redress.tokens.issue(role, subject)  # type: ignore[arg-type]  # a role
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}


def test_a_caller_who_breaks_off_leaves_nothing_and_may_begin_again(
    redress: Redress, clean_database: DatabaseUrls, tmp_path: Path
) -> None:
    folder = redress.settings.home / "evidence"

    def lying() -> list[str]:
        return [path.name for path in folder.rglob("*") if path.is_file()]

    li_mei = keyed(redress, "consumer", "li-mei") | {"Content-Type": "image/jpeg"}
    with served(tmp_path, clean_database) as api:
        feed = keyed(redress, "service", "shop-feed")
        placed = post(f"{api.url}/v1/orders", json=ORDER, headers=feed)
        order = placed.headers["Location"].rpartition("/")[2]
        path = f"/v1/evidence?about={order}"

        told = li_mei | {"Host": "here", "Content-Length": str(2 * len(HALF))}
        lines = [f"POST {path} HTTP/1.1", *map(": ".join, told.items()), "", ""]
        where = urlsplit(api.url)
        assert where.hostname is not None
        assert where.port is not None
        with socket.create_connection((where.hostname, where.port), SECONDS) as sent:
            sent.sendall("\r\n".join(lines).encode() + HALF)
            eventually(lambda: bool(lying()), SECONDS)
        eventually(lambda: not lying(), SECONDS)

        # The "no" reaches a caller who is still sending.
        wrong = li_mei | {"Content-Type": "video/mp4"}
        refused = post(f"{api.url}{path}", content=2 * HALF, headers=wrong)
        assert refused.status_code == 415, refused.text
        long = post(f"{api.url}{path}", content=5 * HALF, headers=li_mei)
        assert long.status_code == 413, long.text
        assert not lying()

        again = post(f"{api.url}{path}", content=JPEG, headers=li_mei)
        assert again.status_code == 201, again.text
        assert "Idempotency-Replayed" not in again.headers, "nothing was written down"
        assert len(lying()) == 1
        where_is = f"{api.url}{again.headers['Location']}/content"
        assert get(where_is, headers=li_mei).content == JPEG
