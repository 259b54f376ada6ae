"""Tokens: whom we believe, and whom we do not."""

import hmac
import http.server
import json
import stat
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OctKey, OKPKey

from application.access import ROLES
from interface.clock import clock
from interface.errors import UserError, WrongSetting
from interface.settings import Settings
from interface.tokens import (
    ISSUER,
    JWKS_AGE_SECONDS_MAX,
    JWKS_PAUSE_SECONDS,
    LEEWAY_SECONDS,
    BadToken,
    Believed,
    PublishedKeys,
    Tokens,
    Trusted,
    open_tokens,
    own_key,
)

THEIR_ISSUER = "https://login.example"


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    usual = {"iss": "redress", "aud": "redress", "sub": "wang", "roles": ["agent"]}
    return {**usual, "exp": now + 60, **changes}


def signed(key: Key, body: dict[str, Any], algorithm: str = "Ed25519") -> str:
    key.ensure_kid()
    header = {"alg": algorithm, "kid": key.kid}
    return jwt.encode(header, body, key, algorithms=[algorithm])


def key_of(settings: Settings) -> OKPKey:
    """Return the installation's own key, as somebody who stole it would have it."""
    open_tokens(settings)
    return OKPKey.import_key((settings.secrets / "signing-key.pem").read_bytes())


@pytest.mark.parametrize("role", ROLES)
def test_a_token_says_who_holds_it(home: Settings, role: Any) -> None:
    tokens = open_tokens(home)
    actor = tokens.actor(tokens.issue(role, "wang", merchant="tea-house"))
    assert actor.subject == "wang"
    assert actor.roles == frozenset({role})
    assert actor.merchant == "tea-house"
    assert actor.name == f"{role}:wang"


def test_the_key_is_made_once_and_nobody_else_may_read_it(home: Settings) -> None:
    first = open_tokens(home).issue("agent", "wang")
    assert open_tokens(home).actor(first).subject == "wang"
    path = home.secrets / "signing-key.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_installations_token_is_not_believed(
    home: Settings, tmp_path: Path
) -> None:
    theirs = open_tokens(Settings(home=tmp_path / "other")).issue("agent", "wang")
    with pytest.raises(BadToken):
        open_tokens(home).actor(theirs)


@pytest.mark.parametrize(
    "change",
    [
        {"exp": 0},
        {"exp": None},
        {"aud": "somebody-else"},
        {"aud": None},
        {"iss": "somebody-else"},
        {"sub": None},
        {"sub": "no name at all"},
        {"roles": "agent"},
    ],
    ids=str,
)
def test_a_token_that_lacks_what_it_must_have_is_not_believed(
    home: Settings, change: dict[str, Any]
) -> None:
    body = {name: each for name, each in claims(**change).items() if each is not None}
    token = signed(key_of(home), body)
    with pytest.raises(BadToken):
        open_tokens(home).actor(token)


def test_clocks_may_differ_by_a_minute(home: Settings) -> None:
    now = int(clock.now().timestamp())
    key = key_of(home)
    just_over = signed(key, claims(exp=now - 30))
    long_over = signed(key, claims(exp=now - 90))
    assert open_tokens(home).actor(just_over).subject == "wang"
    with pytest.raises(BadToken, match="expired"):
        open_tokens(home).actor(long_over)


def test_the_algorithm_is_ours_to_choose(home: Settings) -> None:
    tokens = open_tokens(home)
    public = key_of(home).as_pem(private=False)
    unsigned = encoded({"alg": "none"}) + b"." + encoded(claims())
    by_the_public_key = encoded({"alg": "HS256"}) + b"." + encoded(claims())
    seal = hmac.digest(public, by_the_public_key, "sha256")
    for token in (unsigned + b".", by_the_public_key + b"." + letters(seal)):
        with pytest.raises(BadToken):
            tokens.actor(token.decode())


def encoded(part: dict[str, Any]) -> bytes:
    return letters(json.dumps(part).encode())


def letters(part: bytes) -> bytes:
    return urlsafe_b64encode(part).rstrip(b"=")


@pytest.mark.parametrize("text", ["", "a.b.c", "not a token", "x" * 10_000])
def test_what_is_no_token_is_not_believed(home: Settings, text: str) -> None:
    with pytest.raises(BadToken):
        open_tokens(home).actor(text)


def test_a_role_we_do_not_know_gives_no_rights(home: Settings) -> None:
    token = signed(key_of(home), claims(roles=["emperor", "auditor"]))
    assert open_tokens(home).actor(token).roles == {"auditor"}


def test_a_name_that_is_none_gets_no_token(home: Settings) -> None:
    with pytest.raises(UserError, match="No token"):
        open_tokens(home).issue("agent", "Mrs Wang")


def test_a_spoilt_key_file_is_said_in_one_line(home: Settings) -> None:
    open_tokens(home)
    (home.secrets / "signing-key.pem").write_text("not a key")
    with pytest.raises(UserError, match=r"signing-key\.pem"):
        open_tokens(home)


# -- An issuer of somebody else's --


@contextmanager
def publishing(
    *keys: Key, before: Callable[[], object] = lambda: None
) -> Iterator[tuple[str, list[Key]]]:
    """Serve a key set on this machine; the list says what is in it now.

    ``before`` is done before each answer. Under "/elsewhere" is a way to the keys.
    """
    published = list(keys)

    class Publisher(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            before()
            if self.path == "/elsewhere":
                self.send_response(302)
                self.send_header("Location", "/keys")
                self.end_headers()
                return
            body = json.dumps(KeySet(published).as_dict(private=False)).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/keys", published
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def believing(home: Settings, place: str) -> Tokens:
    return open_tokens(
        Settings(home=home.home, oidc_issuer=THEIR_ISSUER, oidc_jwks=place)
    )


def test_a_trusted_issuers_keys_are_read_from_where_it_publishes_them(
    home: Settings,
) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    token = signed(key, claims(iss=THEIR_ISSUER), "ES256")
    with publishing(key) as (place, _):
        assert believing(home, place).actor(token).subject == "wang"


def test_a_trusted_issuers_keys_may_lie_in_a_file(home: Settings) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    path = home.home / "keys.json"
    path.write_text(json.dumps(KeySet([key]).as_dict(private=False)))
    token = signed(key, claims(iss=THEIR_ISSUER), "ES256")
    assert believing(home, str(path)).actor(token).subject == "wang"


def test_a_new_key_is_looked_for_but_not_at_every_stroke() -> None:
    old, new = (ECKey.generate_key("P-256", auto_kid=True) for _ in range(2))
    passed = 0.0
    with publishing(old) as (place, published):
        keys = PublishedKeys(place, elapsed=lambda: passed)
        assert [key.kid for key in keys.find(old.kid)] == [old.kid]
        published[:] = [new]
        passed = JWKS_PAUSE_SECONDS - 1
        assert [key.kid for key in keys.find(new.kid)] == [old.kid]
        passed = JWKS_PAUSE_SECONDS + 1
        assert [key.kid for key in keys.find(new.kid)] == [new.kid]


def test_nobody_waits_while_keys_are_read_again() -> None:
    old = ECKey.generate_key("P-256", auto_kid=True)
    passed = 0.0
    asked, may_answer = threading.Event(), threading.Event()
    may_answer.set()

    def slowly() -> None:
        asked.set()
        assert may_answer.wait(30)

    with publishing(old, before=slowly) as (place, _):
        keys = PublishedKeys(place, elapsed=lambda: passed)
        keys.find(old.kid)
        passed = JWKS_PAUSE_SECONDS + 1
        asked.clear()
        may_answer.clear()
        forged = threading.Thread(target=keys.find, args=["forged"])
        forged.start()
        try:
            assert asked.wait(30)
            assert [key.kid for key in keys.find("forged, too")] == [old.kid]
            assert forged.is_alive(), "its keys are still being read"
        finally:
            may_answer.set()
            forged.join()


def test_keys_that_are_said_to_lie_elsewhere_are_not_fetched_there() -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    with publishing(key) as (place, _):
        moved = place.replace("/keys", "/elsewhere")
        assert not PublishedKeys(moved).find(key.kid).keys


def test_their_key_signs_nothing_in_our_name(home: Settings) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    with publishing(key) as (place, _):
        tokens = believing(home, place)
        for body in (claims(), claims(iss="https://other.example")):
            with pytest.raises(BadToken):
                tokens.actor(signed(key, body, "ES256"))


def test_keys_that_cannot_be_had_let_nobody_in(home: Settings) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    tokens = believing(home, str(home.home / "nowhere.json"))
    with pytest.raises(BadToken):
        tokens.actor(signed(key, claims(iss=THEIR_ISSUER), "ES256"))


def test_a_shared_secret_in_a_key_set_is_no_key(home: Settings) -> None:
    secret = OctKey.generate_key(256, auto_kid=True)
    path = home.home / "keys.json"
    path.write_text(json.dumps({"keys": [secret.as_dict(private=True)]}))
    with pytest.raises(BadToken):
        believing(home, str(path)).actor(
            signed(secret, claims(iss=THEIR_ISSUER), "HS256")
        )


@pytest.mark.parametrize("place", ["", "http://login.example/keys"])
def test_keys_come_over_https_or_from_this_machine(home: Settings, place: str) -> None:
    with pytest.raises(WrongSetting, match="REDRESS_OIDC_JWKS"):
        believing(home, place)


# -- A token that comes again --


def test_a_token_that_was_believed_is_known_again_at_once(home: Settings) -> None:
    tokens = open_tokens(home)
    token = tokens.issue("agent", "wang", hours=1)
    assert tokens.recalled(token) is None, "nobody has read it yet"
    assert tokens.held(token).actor == tokens.actor(token)
    again = tokens.recalled(token)
    assert again is not None
    assert again.actor.subject == "wang"
    assert 0 < again.seconds_left <= 3600 + LEEWAY_SECONDS


def test_a_token_that_was_not_believed_is_not_known_again(home: Settings) -> None:
    tokens = open_tokens(home)
    forged = signed(OKPKey.generate_key("Ed25519"), claims())
    with pytest.raises(BadToken):
        tokens.held(forged)
    assert tokens.recalled(forged) is None


def test_a_token_that_has_run_out_since_is_read_again(home: Settings) -> None:
    own = own_key(home)
    ours = Trusted(issuer=ISSUER, audience=ISSUER, algorithms=["Ed25519"], keys=own)
    wang = open_tokens(home).actor(open_tokens(home).issue("agent", "wang"))
    now = clock.now().timestamp()
    stands = [
        Believed(
            actor=wang, until=until, issuer=ours, key_id=None, keys=own.find(None)
        ).still()
        for until in (now + 60, now - 60)
    ]
    assert [each is not None for each in stands] == [True, False]


def test_a_key_that_is_withdrawn_is_believed_no_longer_than_keys_are_kept(
    home: Settings,
) -> None:
    old, new = (ECKey.generate_key("P-256", auto_kid=True) for _ in range(2))
    token = signed(old, claims(iss=THEIR_ISSUER), "ES256")
    passed = 0.0
    with publishing(old) as (place, published):
        keys = PublishedKeys(place, elapsed=lambda: passed)
        theirs = Trusted(
            issuer=THEIR_ISSUER, audience=ISSUER, algorithms=["ES256"], keys=keys
        )
        tokens = Tokens(own_key(home), [theirs])
        assert tokens.held(token).actor.subject == "wang"
        published[:] = [new]
        passed = JWKS_AGE_SECONDS_MAX
        assert tokens.recalled(token) is not None
        passed = JWKS_AGE_SECONDS_MAX + 1
        assert tokens.recalled(token) is None, "it is time to look again"
        keys.find(new.kid)
        assert tokens.recalled(token) is None, "others are published now"
        with pytest.raises(BadToken):
            tokens.held(token)


def test_so_many_tokens_are_known_again_and_no_more(home: Settings) -> None:
    tokens = Tokens(own_key(home), remembered=2)
    issued = [tokens.issue("agent", name) for name in ("anna", "wang", "zhou")]
    for token in issued:
        tokens.held(token)
    assert [tokens.recalled(token) is not None for token in issued] == [
        False,
        True,
        True,
    ]
