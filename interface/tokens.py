"""Bearer tokens: made with our own key, believed from it and from one issuer more.

The algorithms are fixed here and never taken from a token. Expiry goes by the machine's
time, whatever a demonstration sets the clock to, with a minute's leeway.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Final, Protocol
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from msgspec import Struct

from application.access import ROLES, AccessRole, Actor
from domain.kernel import Name
from interface.clock import machine_now
from interface.errors import UserError, WrongSetting
from interface.home import keep, private_folder
from interface.settings import Settings

ISSUER: Final = "redress"
AUDIENCE: Final = "redress"
OUR_ALGORITHM: Final = "Ed25519"
THEIR_ALGORITHMS: Final = ("Ed25519", "ES256", "ES384", "PS256", "RS256")
LEEWAY_SECONDS: Final = 60
HOURS_MAX: Final = 24 * 366
TOKEN_LENGTH_MAX: Final = 8192
BELIEVED_MAX: Final = 10_000
JWKS_BYTES_MAX: Final = 1_000_000
JWKS_TIMEOUT_SECONDS: Final = 5
JWKS_AGE_SECONDS_MAX: Final = 600
JWKS_PAUSE_SECONDS: Final = 10
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


class BadToken(Exception):
    """The token cannot be believed; the message says why, for people."""


class Claims(Struct, frozen=True, kw_only=True):
    """What a token says of who holds it."""

    sub: Name
    roles: tuple[str, ...] = ()
    merchant: Name | None = None

    def actor(self) -> Actor:
        """Return who this is; roles we do not know say nothing here."""
        known = frozenset(role for role in ROLES if role in self.roles)
        return Actor(subject=self.sub, roles=known, merchant=self.merchant)


class Held(Struct, frozen=True, kw_only=True):
    """Who holds a token, and for how many seconds more it is believed."""

    actor: Actor
    seconds_left: float


class Keys(Protocol):
    """Where the keys of one issuer come from."""

    def find(self, key_id: str | None) -> KeySet:
        """Return the keys now known, having looked again if this one is not."""
        ...

    def at_hand(self, key_id: str | None) -> KeySet | None:
        """Return the keys now known, or None if ``find`` would look again."""
        ...


class Trusted(Struct, frozen=True, kw_only=True):
    """An issuer we believe, for what audience, signed how, and with which keys."""

    issuer: str
    audience: str
    algorithms: Sequence[str]
    keys: Keys


class Believed(Struct, frozen=True, kw_only=True):
    """What a token says that was read and checked, until when, and by which keys."""

    actor: Actor
    until: float
    issuer: Trusted
    key_id: str | None
    keys: KeySet

    def still(self) -> Held | None:
        """Return who holds it, if it has time left, and the keys are the same."""
        seconds_left = self.until - machine_seconds()
        if seconds_left < 0 or self.issuer.keys.at_hand(self.key_id) is not self.keys:
            return None
        return Held(actor=self.actor, seconds_left=seconds_left)


# -- Keys --


class OwnKey:
    """The key pair this installation signs with."""

    def __init__(self, key: OKPKey) -> None:
        key.ensure_kid()
        self._key = key
        self._public = KeySet([OKPKey.import_key(key.as_dict(private=False))])

    def find(self, key_id: str | None) -> KeySet:  # noqa: ARG002  # there is only one
        """Return the public half."""
        return self._public

    def at_hand(self, key_id: str | None) -> KeySet:
        """Return the public half."""
        return self.find(key_id)

    def sign(self, claims: dict[str, Any]) -> str:
        """Return a token with these claims."""
        header = {"alg": OUR_ALGORITHM, "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=[OUR_ALGORITHM])


class PublishedKeys:
    """The keys an issuer publishes, from a file or an address.

    They are read again when they are old, or when a token names one we do not know, and
    not more often than every few seconds. Meanwhile, and when they cannot be had, the
    old ones hold: only whoever finds none yet waits for the first reading.
    """

    def __init__(self, place: str, elapsed: Callable[[], float] = monotonic) -> None:
        self._place = place
        self._elapsed = elapsed
        self._keys = KeySet([])
        self._read_at = float("-inf")
        self._reading = Lock()

    def find(self, key_id: str | None) -> KeySet:
        """Return the keys now known; raises BadToken if there are none."""
        never_read = self._read_at == float("-inf")
        if self._wanted(key_id) and self._reading.acquire(blocking=never_read):
            try:
                if self._wanted(key_id):
                    self._keys = self._read() or self._keys
                    self._read_at = self._elapsed()
            finally:
                self._reading.release()
        return self._keys

    def at_hand(self, key_id: str | None) -> KeySet | None:
        """Return the keys now known, or None if it is time to look again."""
        return None if self._wanted(key_id) else self._keys

    def _wanted(self, key_id: str | None) -> bool:
        age = self._elapsed() - self._read_at
        unknown = key_id not in {key.kid for key in self._keys}
        return age > JWKS_AGE_SECONDS_MAX or (unknown and age > JWKS_PAUSE_SECONDS)

    def _read(self) -> KeySet | None:
        try:
            found = msgspec.json.decode(read_jwks(self._place), type=Jwks)
            asymmetric = [each for each in found.keys if each.get("kty") != "oct"]
            return KeySet.import_key_set({"keys": asymmetric})
        except (OSError, URLError, msgspec.MsgspecError, JoseError, ValueError):
            return None


class Jwks(Struct, frozen=True):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, Any]]


class NoRedirects(HTTPRedirectHandler):
    """Keys come from the address they were said to come from, or not at all."""

    def redirect_request(self, *_asked: Any, **_and: Any) -> None:
        """Go nowhere else: the answer is then an HTTPError, which is an OSError."""


def read_jwks(place: str) -> bytes:
    """Return the text of a key set; OSError when it cannot be had."""
    if urlsplit(place).scheme not in ("http", "https"):
        return Path(place).read_bytes()
    request = Request(place, headers={"Accept": "application/json"})  # noqa: S310  # http(s) only, checked above
    opener = build_opener(NoRedirects)
    with opener.open(request, timeout=JWKS_TIMEOUT_SECONDS) as answer:
        body: bytes = answer.read(JWKS_BYTES_MAX)
        return body


def own_key(settings: Settings) -> OwnKey:
    """Return the signing key of this installation, made now if there is none yet.

    Raises UserError if it can be neither read nor made.
    """
    path = Path(settings.signing_key)
    try:
        if not settings.signing_key:
            path = private_folder(settings.secrets) / "signing-key.pem"
            if not path.exists():
                keep(path, OKPKey.generate_key("Ed25519").as_pem(private=True))
        return OwnKey(OKPKey.import_key(path.read_bytes()))
    except OSError as error:
        message = f"The signing key {path} cannot be read or made: {error.strerror}"
        raise UserError(message) from error
    except (JoseError, ValueError) as error:
        message = f"{path} holds no Ed25519 private key in PEM; restore or remove it"
        raise UserError(message) from error


# -- Tokens --


class Tokens:
    """Makes tokens, and says who holds one; so many are known again at once."""

    def __init__(
        self,
        own: OwnKey,
        others: Iterable[Trusted] = (),
        remembered: int = BELIEVED_MAX,
    ) -> None:
        self._own, self._remembered = own, remembered
        ours = Trusted(
            issuer=ISSUER, audience=AUDIENCE, algorithms=[OUR_ALGORITHM], keys=own
        )
        self._trusted = {each.issuer: each for each in (ours, *others)}
        self._believed: dict[bytes, Believed] = {}
        self._remembering = Lock()

    def issue(
        self,
        role: AccessRole,
        subject: str,
        *,
        merchant: str | None = None,
        hours: float = 24,
    ) -> str:
        """Return a token for one role; UserError if the names are none."""
        issued_at = machine_seconds()
        claims = {"sub": subject, "roles": [role]}
        if merchant is not None:
            claims["merchant"] = merchant
        try:
            msgspec.convert(claims, Claims)
        except msgspec.ValidationError as error:
            message = f"No token for {subject!r}: a name has letters, digits, _.:@/+-"
            raise UserError(message) from error
        lifetime = int(min(hours, HOURS_MAX) * 3600)
        times = {"iat": issued_at, "exp": issued_at + lifetime}
        return self._own.sign({**claims, **times, "iss": ISSUER, "aud": AUDIENCE})

    def actor(self, token: str) -> Actor:
        """Return who holds this token; raises BadToken."""
        return self.held(token).actor

    def held(self, token: str) -> Held:
        """Return who holds this token, and for how long; raises BadToken."""
        if len(token) > TOKEN_LENGTH_MAX:
            raise BadToken("The token is too long to be one of ours.")
        try:
            trusted, key_id = self._issuer_of(token)
            keys = trusted.keys.find(key_id)
            claims = jwt.decode(token, keys, algorithms=trusted.algorithms).claims
            demands(trusted).validate(claims)
            believed = Believed(
                actor=msgspec.convert(claims, Claims).actor(),
                until=claims["exp"] + LEEWAY_SECONDS,
                issuer=trusted,
                key_id=key_id,
                keys=keys,
            )
        except JoseError as error:
            raise BadToken(why(error)) from error
        except (ValueError, msgspec.ValidationError) as error:
            raise BadToken("The token's subject, roles or form are wrong.") from error
        self._remember(token, believed)
        return Held(
            actor=believed.actor, seconds_left=believed.until - machine_seconds()
        )

    def recalled(self, token: str) -> Held | None:
        """Return who holds a token that was believed before, at once; else None.

        It is None from when the token has run out, or its issuer's keys are others, or
        are to be looked at again: then ``held`` says why it is not believed, or reads
        it anew.
        """
        believed = self._believed.get(fingerprint(token))
        return None if believed is None else believed.still()

    def _remember(self, token: str, believed: Believed) -> None:
        """Keep what a token says; the token itself is not kept."""
        with self._remembering:
            self._believed[fingerprint(token)] = believed
            while len(self._believed) > self._remembered:
                del self._believed[next(iter(self._believed))]

    def _issuer_of(self, token: str) -> tuple[Trusted, str | None]:
        """Return whose token this claims to be; nothing of it is believed yet."""
        unproven = jws.extract_compact(token.encode())
        claimed = msgspec.json.decode(unproven.payload, type=Unproven)
        trusted = self._trusted.get(claimed.iss)
        if trusted is None:
            raise BadToken("The token is from an issuer we do not trust.")
        key_id = unproven.headers().get("kid")
        return trusted, key_id if isinstance(key_id, str) else None


def fingerprint(token: str) -> bytes:
    """Return what a token is known again by."""
    return sha256(token.encode()).digest()


class Unproven(Struct, frozen=True):
    """What a token claims before its signature was checked."""

    iss: str = ""


def demands(trusted: Trusted) -> jwt.JWTClaimsRegistry:
    """Return what the claims of this issuer's tokens must be."""
    return jwt.JWTClaimsRegistry(
        now=machine_seconds,
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": trusted.issuer},
        aud={"essential": True, "value": trusted.audience},
        sub={"essential": True},
        exp={"essential": True},
    )


def machine_seconds() -> int:
    """Return the machine's own time, in seconds since 1970."""
    return int(machine_now().timestamp())


def why(error: JoseError) -> str:
    """Return for people why a token is not believed, and no more than they need."""
    if error.error == "expired_token":
        return "The token has expired; ask for a new one."
    return "The token's signature, issuer, audience or times are wrong."


def trusted_issuers(settings: Settings) -> Sequence[Trusted]:
    """Return the issuer named by the settings, if any. Raises WrongSetting."""
    if not settings.oidc_issuer:
        return ()
    place = urlsplit(settings.oidc_jwks)
    if not settings.oidc_jwks or settings.oidc_issuer == ISSUER:
        message = "REDRESS_OIDC_ISSUER needs REDRESS_OIDC_JWKS, and another name than "
        raise WrongSetting(message + ISSUER)
    if place.scheme == "http" and place.hostname not in LOOPBACK:
        raise WrongSetting("REDRESS_OIDC_JWKS must be https, or a file")
    return [
        Trusted(
            issuer=settings.oidc_issuer,
            audience=settings.oidc_audience,
            algorithms=THEIR_ALGORITHMS,
            keys=PublishedKeys(settings.oidc_jwks),
        )
    ]


def open_tokens(settings: Settings) -> Tokens:
    """Return the tokens of this installation. Raises UserError."""
    return Tokens(own_key(settings), trusted_issuers(settings))
