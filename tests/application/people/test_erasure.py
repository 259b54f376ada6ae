"""Whether raw words speak of somebody, by the names orders and parcels go by."""

import pytest

from application.people.erasure import speaking_of

SPEAKS = speaking_of(
    ["SF1234567890", "mei", "order:shop:A-77/1", "1001", "P-1", "4900000001"]
)


@pytest.mark.parametrize(
    "body",
    [
        b'{"nu": "SF1234567890"}',
        b"SF1234567890",
        b'{"data": "{\\"p_id\\": 4900000001}"}',
        b"4900000001;shop;note\r\n",
        b'{"buyer": "mei"}',
        b'{"b":"mei"}',
        b'{"data": "{\\"buyer\\": \\"mei\\"}"}',
        b'{"data": "{\\\\\\"buyer\\\\\\": \\\\\\"mei\\\\\\"}"}',
        b'{"key": "order:shop:A-77/1"}',
        b'{"payment": "P-1"}',
        b'\xff\xfe\x00 broken, but about "4900000001"',
    ],
)
def test_a_message_speaks_of_whom_it_names(body: bytes) -> None:
    assert SPEAKS(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"nu": "SF12345678901"}',
        b'{"nu": "XSF1234567890"}',
        b'{"p_id": 49000000012}',
        b'{"buyer": "meiling", "text": "mei spoke"}',
        b'{"statusCode": "1001"}',
        b'{"key": "order:shop:A-77/12"}',
        b'{"payment": "AP-1"}',
        b"",
    ],
)
def test_a_message_that_names_somebody_else_does_not(body: bytes) -> None:
    assert not SPEAKS(body)
