"""An issuer that is slow to tell its keys holds up nobody but who came with it."""

import threading
from pathlib import Path

import anyio
import httpx
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from interface.api.app import build_app
from interface.bootstrap import Redress
from interface.serving import api_parts
from interface.settings import Settings
from interface.tokens import Tokens, Trusted, own_key

THEIRS = "https://login.example"
PATIENCE_SECONDS = 20


class SlowKeys:
    """The keys of an issuer that answers when it is let."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.may_answer = threading.Event()

    def at_hand(self, key_id: str | None) -> None:
        """Have none: they are looked for whenever somebody comes with one."""

    def find(self, key_id: str | None) -> KeySet:
        assert key_id == "forged"
        self.asked.set()
        assert self.may_answer.wait(PATIENCE_SECONDS), "all waited for the keys"
        return KeySet([])


def test_while_keys_are_awaited_all_others_are_answered(
    redress: Redress, tmp_path: Path
) -> None:
    slow = SlowKeys()
    issuer = Trusted(
        issuer=THEIRS, audience="redress", algorithms=["Ed25519"], keys=slow
    )
    tokens = Tokens(own_key(Settings(home=tmp_path)), [issuer])
    app = build_app(api_parts(redress)._replace(tokens=tokens))
    forged = jwt.encode(
        {"alg": "Ed25519", "kid": "forged"},
        {"iss": THEIRS, "sub": "wang"},
        OKPKey.generate_key("Ed25519"),
        algorithms=["Ed25519"],
    )

    async def story() -> tuple[int, int]:
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # its scope is typed more narrowly
        async with httpx.AsyncClient(transport=transport, base_url="http://us") as us:
            answers: list[int] = []

            async def knock() -> None:
                headers = {"Authorization": f"Bearer {forged}"}
                answers.append(
                    (await us.get("/v1/orders", headers=headers)).status_code
                )

            async with anyio.create_task_group() as group:
                group.start_soon(knock)
                await anyio.to_thread.run_sync(slow.asked.wait, PATIENCE_SECONDS)
                alive = await us.get("/livez")
                slow.may_answer.set()
            return alive.status_code, answers[0]

    assert anyio.run(story) == (200, 401)
