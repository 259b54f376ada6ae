"""Which addresses a webhook never goes to."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest

from interface.outbound.addresses import NameUnknown, NotPublic, checked_address
from interface.outbound.webhooks import Letter, Postman

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32
LETTER = Letter(url="https://shop.example.com/", id="evt_7_1", body=b'{"a":1}')
SHANGHAI = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - looked up, not bound to
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
    ],
)
def test_what_is_not_everybodys_is_not_gone_to(address: str) -> None:
    with pytest.raises(NotPublic):
        checked_address("shop.example.com", 443, lambda *_: [address])
    with pytest.raises(NotPublic):
        checked_address("shop.example.com", 443, lambda *_: ["93.184.216.34", address])


def test_a_public_address_is_and_the_first_of_several() -> None:
    found = ["93.184.216.34", "2606:2800:220:1::1"]
    assert checked_address("shop.example.com", 443, lambda *_: found) == found[0]
    with pytest.raises(NameUnknown):
        checked_address("shop.example.com", 443, lambda *_: [])


def test_this_machine_is_gone_to_only_where_it_was_allowed() -> None:
    assert checked_address("localhost", 80, lambda *_: ["127.0.0.1"], loopback=True)
    with pytest.raises(NotPublic):
        checked_address("localhost", 80, lambda *_: ["10.0.0.1"], loopback=True)


class Rebinding:
    """A name that is public when it is looked at, and this machine ever after."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        del host, port
        self.asked += 1
        return ["127.0.0.1"] if self.asked > 1 else ["192.0.2.1"]


def test_a_name_is_looked_up_once_and_what_is_not_public_is_never_reached() -> None:
    name = Rebinding()
    postman = Postman(lambda: datetime.now(UTC), look_up=name)
    attempt = postman.deliver(LETTER, [NEW])
    assert attempt.failure == "address_not_public"
    assert name.asked == 1
