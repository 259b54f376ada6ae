"""Who may leave a message: signed as its vendor signs, or as we do."""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from hashlib import md5, sha256
from pathlib import Path
from urllib.parse import quote, urlencode

import msgspec
import pytest

from application.inbound import BadSignature, Raw, UnknownSource
from interface.errors import WrongSetting
from interface.inbound.doors import Doors
from interface.inbound.messages import SPLITS
from interface.inbound.secrets import parsed, secrets_from
from interface.settings import Settings
from tests.interface.inbound.conftest import encoded
from tests.interface.inbound.samples import (
    PAID,
    PICKED_UP,
    PLACED,
    TRACE,
    answer,
    kdniao,
    push,
    tracker,
)

NEW, OLD = "new-secret", "old-secret"
BODY = encoded([PLACED, PAID])
LIE = encoded(push(("2026-05-04 12:00:00", "somebody else signed")))
DETAIL = ("2026-02-06T19:48:03Z", "pre_transit", "Label")


def doors(*secrets: str) -> Doors:
    return Doors(lambda _source: secrets)


def ours(body: bytes, secret: str = NEW) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, sha256).hexdigest()
    return {"redress-signature": f"sha256={digest}"}


def admitted(
    source: str, headers: Mapping[str, str], body: bytes, *secrets: str
) -> list[Raw]:
    return list(doors(*(secrets or (NEW,))).admit(source, headers, body))


# -- Ours --


@pytest.mark.parametrize("source", sorted(SPLITS))
def test_our_signature_opens_every_door(source: str) -> None:
    assert admitted(source, ours(BODY), BODY)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"redress-signature": ""},
        {"redress-signature": "sha256="},
        {"redress-signature": "sha256=" + "0" * 64},
        ours(BODY, "somebody else's"),
        ours(BODY + b" "),
        {"redress-signature": ours(BODY)["redress-signature"].removeprefix("sha256=")},
        {"redress-signature": "ключ"},
    ],
    ids=["none", "empty", "cut", "zeros", "other key", "other body", "bare", "odd"],
)
def test_a_signature_that_is_missing_or_wrong_opens_none(
    headers: dict[str, str],
) -> None:
    with pytest.raises(BadSignature):
        admitted("doudian", headers, BODY)


def test_two_secrets_hold_while_one_replaces_the_other() -> None:
    for secret in (OLD, NEW):
        assert admitted("doudian", ours(BODY, secret), BODY, OLD, NEW)
    with pytest.raises(BadSignature):
        admitted("doudian", ours(BODY, OLD), BODY, NEW)


def test_a_stranger_is_nobody() -> None:
    with pytest.raises(UnknownSource):
        admitted("amazon", ours(BODY), BODY)


# -- Kuaidi100 --


def kuaidi_form(param: bytes, salt: str) -> bytes:
    sign = md5(param + salt.encode(), usedforsecurity=False).hexdigest().upper()
    return urlencode({"sign": sign, "param": param}).encode()


def test_kuaidi100_signs_its_form_with_a_salt() -> None:
    param = encoded(push(*TRACE))
    (raw,) = admitted("kuaidi100", {}, kuaidi_form(param, NEW))
    assert (raw.body, raw.type, raw.fault) == (param, "push.polling", None)
    with pytest.raises(BadSignature):
        admitted("kuaidi100", {}, kuaidi_form(param, OLD))


def test_a_kuaidi100_form_that_was_touched_is_turned_away() -> None:
    body = kuaidi_form(encoded(push(PICKED_UP)), NEW)
    with pytest.raises(BadSignature):
        admitted("kuaidi100", {}, body.replace(b"polling", b"abort"))


# -- A form that is a document too --


def forged(
    document: bytes, field: str, legit: bytes, sign: str, signature: str
) -> bytes:
    """Return a document that is also a form, around a pair somebody overheard."""
    pair = f"=&{field}={quote(legit, safe='')}&{sign}={quote(signature, safe='')}&x="
    body = document[:-1] + b',"z":"' + pair.encode() + b'"}'
    assert msgspec.json.decode(body)["z"] == pair
    return body


def test_an_overheard_signature_of_kuaidi100_carries_no_other_document() -> None:
    legit = encoded(push(PICKED_UP))
    sign = md5(legit + NEW.encode(), usedforsecurity=False).hexdigest().upper()
    body = forged(LIE, "param", legit, "sign", sign)
    (raw,) = admitted("kuaidi100", {}, body)
    assert raw.body == legit


def test_an_overheard_signature_of_kdniao_carries_no_other_document() -> None:
    legit = encoded(kdniao(PICKED_UP))
    digest = md5(legit + NEW.encode(), usedforsecurity=False).hexdigest()
    sign = b64encode(digest.encode()).decode()
    body = forged(LIE, "RequestData", legit, "DataSign", sign)
    (raw,) = admitted("kdniao", {}, body)
    assert raw.body == legit


@pytest.mark.parametrize("field", ["param", "sign", "%70aram"])
@pytest.mark.parametrize("value", ["", "%7B%7D"])
def test_a_form_that_says_a_field_twice_is_turned_away(field: str, value: str) -> None:
    body = kuaidi_form(encoded(push(PICKED_UP)), NEW)
    extra = f"{field}={value}".encode()
    for doubled in (body + b"&" + extra, extra + b"&" + body):
        with pytest.raises(BadSignature):
            admitted("kuaidi100", {}, doubled)


def test_a_field_that_is_empty_or_missing_is_signed_by_nobody() -> None:
    for body in (kuaidi_form(b"", NEW), kuaidi_form(b"", NEW).replace(b"&param=", b"")):
        with pytest.raises(BadSignature):
            admitted("kuaidi100", {}, body)


def test_a_form_we_signed_whole_is_opened() -> None:
    param = encoded(push(PICKED_UP))
    body = urlencode({"param": param}).encode()
    (raw,) = admitted("kuaidi100", ours(body), body)
    assert raw.body == param


# -- Kdniao --


def kdniao_form(data: bytes, key: str, kind: str = "101") -> bytes:
    digest = md5(data + key.encode(), usedforsecurity=False).hexdigest()
    return urlencode(
        {
            "RequestData": data,
            "RequestType": kind,
            "DataSign": b64encode(digest.encode()).decode(),
        }
    ).encode()


def test_kdniao_signs_its_form_with_the_app_key() -> None:
    pushed = {"EBusinessID": "1266891", "Data": [kdniao(*TRACE), kdniao(PICKED_UP)]}
    body = kdniao_form(encoded(pushed), NEW)
    raws = admitted("kdniao", {}, body)
    assert [msgspec.json.decode(raw.body) for raw in raws] == pushed["Data"]
    assert {raw.type for raw in raws} == {"101"}
    thanks = doors(NEW).thanks("kdniao", body)
    assert not isinstance(thanks, str)
    assert (thanks["EBusinessID"], thanks["Success"]) == ("1266891", True)
    with pytest.raises(BadSignature):
        admitted("kdniao", {}, kdniao_form(encoded(pushed), OLD))


def test_a_changed_type_does_not_take_the_place_of_a_true_push() -> None:
    true = kdniao_form(encoded(kdniao(PICKED_UP)), NEW)
    (raw,) = admitted("kdniao", {}, true)
    (changed,) = admitted("kdniao", {}, true.replace(b"Type=101", b"Type=107"))
    assert (raw.type, changed.type) == ("101", "107")
    assert raw.message_id != changed.message_id
    (odd,) = admitted("kdniao", {}, true.replace(b"Type=101", b"Type=1%00"))
    assert (odd.type, odd.message_id) == ("query", raw.message_id)


# -- Doudian --


def event_sign(body: bytes, key: str, secret: str) -> dict[str, str]:
    signed = key.encode() + body + secret.encode()
    return {"event-sign": md5(signed, usedforsecurity=False).hexdigest()}


def test_doudian_signs_the_body_between_key_and_secret() -> None:
    raws = admitted("doudian", event_sign(BODY, "key", "s:x"), BODY, "key:s:x")
    assert [raw.type for raw in raws] == ["100", "101"]
    assert doors(NEW).thanks("doudian", BODY) == {"code": 0, "msg": "success"}
    for wrong in (event_sign(BODY, "s:x", "key"), event_sign(b"[]", "key", "s:x")):
        with pytest.raises(BadSignature):
            admitted("doudian", wrong, BODY, "key:s:x")


# -- EasyPost --


def test_easypost_signs_with_a_normalised_secret() -> None:
    body = encoded({"object": "Event", "id": "evt_1", "result": tracker(DETAIL)})
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    digest = hmac.new(decomposed.encode(), body, sha256).hexdigest()
    headers = {"x-hmac-signature": f"hmac-sha256-hex={digest}"}
    (raw,) = admitted("easypost", headers, body, composed)
    assert (raw.key, raw.type) == ("evt_1", "tracker")
    with pytest.raises(BadSignature):
        admitted("easypost", headers, body + b" ", composed)


# -- What is in a body --


@pytest.mark.parametrize(
    ("source", "body"),
    [("doudian", b"[]"), ("doudian", b"{oops"), ("easypost", b"{}"), ("kdniao", b"")],
)
def test_what_holds_no_message_is_kept_whole_to_be_looked_at(
    source: str, body: bytes
) -> None:
    (raw,) = admitted(source, ours(body), body)
    assert raw.fault is not None
    assert raw.body == body


def test_a_plain_document_is_taken_as_it_is_when_we_signed_it() -> None:
    body = encoded(answer(PICKED_UP))
    (raw,) = admitted("kuaidi100", ours(body), body)
    assert (raw.body, raw.type) == (body, "query")


@pytest.mark.parametrize(
    "body",
    [
        encoded({"tag": "100", "msg_id": "a\0b", "data": "{}"}),
        encoded({"tag": "1\0", "msg_id": "a", "data": "{}"}),
        b'{"tag": "100", "msg_id": "\xff", "data": "{}"}',
        b"[" * 100_000,
    ],
    ids=["NUL in the id", "NUL in the type", "no UTF-8", "too deep"],
)
def test_what_no_column_can_hold_is_kept_under_a_digest(body: bytes) -> None:
    (raw,) = admitted("doudian", ours(body), body)
    assert (raw.body, raw.type, raw.key) == (body, "", sha256(body).hexdigest())
    assert raw.fault is not None


def test_one_such_message_does_not_take_the_others_along() -> None:
    body = encoded([PLACED, {"tag": "100", "msg_id": "a\0b"}])
    good, bad = admitted("doudian", ours(body), body)
    assert (good.fault, bad.fault) == (None, "Its id or type holds a NUL.")


def test_a_kuaidi100_form_in_another_coding_is_checked_byte_by_byte() -> None:
    param = '{"message": "收"}'.encode("gbk")
    (raw,) = admitted("kuaidi100", {}, kuaidi_form(param, NEW))
    assert (raw.body, raw.fault) == (param, "It is no UTF-8.")


# -- Secrets --


def test_secrets_come_from_the_settings_two_while_one_is_replaced() -> None:
    assert parsed("doudian=key:secret, easypost=old,easypost=new") == {
        "doudian": ("key:secret",),
        "easypost": ("old", "new"),
    }


@pytest.mark.parametrize("text", ["doudian", "doudian=", "=x", "amazon=x"])
def test_secrets_out_of_form_are_refused_without_being_shown(text: str) -> None:
    with pytest.raises(WrongSetting, match="source=secret"):
        parsed(text)


def test_a_source_without_a_secret_gets_one_of_its_own(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, inbound_secrets="kdniao=theirs")
    secrets = secrets_from(settings)
    (made,) = secrets("doudian")
    assert len(made) > 40
    assert secrets_from(settings)("doudian") == (made,)
    assert secrets("easypost") != (made,)
    assert secrets("kdniao") == ("theirs",)
    assert (tmp_path / "secrets" / "inbound" / "doudian").stat().st_mode & 0o77 == 0
