"""Where effects are asked from outside: how they stand, what people do about them."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid5

from application.access import Actor, Owners, authorize
from application.effects.callbacks import Callback, ReadsCallbacks
from application.effects.carrying import Carrying
from application.effects.effect import GATEWAYS, Gateway, Kind
from application.effects.ports import Gateways
from application.effects.queue import Jobs
from application.effects.runs import Deed, Run, Runs, RunState
from application.projections.paging import Page

NOBODYS = Owners()


class Effects:
    """How effects stand, who is set up for them, and who takes what is told."""

    def __init__(
        self,
        runs: Runs,
        jobs: Jobs,
        carrying: Carrying,
        gateways: Gateways,
        door: ReadsCallbacks,
    ) -> None:
        self.runs = runs
        self._jobs = jobs
        self._ours = frozenset(
            each for each in GATEWAYS if getattr(gateways, each) is not None
        )
        self._carrying = carrying
        self._door = door

    def served(self) -> frozenset[Gateway]:
        """Return which gateways somebody is set up for; what is asked of others waits.

        Set up here, or with any worker that lives: it may have other settings.
        """
        return self._ours | self._jobs.served()

    def all(  # noqa: PLR0913 - one for each thing that can be asked for
        self,
        actor: Actor,
        *,
        limit: int,
        state: RunState | None = None,
        kind: Kind | None = None,
        assignee: str | None = None,
        cursor: str | None = None,
    ) -> Page[Run]:
        """Return effects, newest first; raises NotAllowed, NotFound, BadCursor."""
        authorize(actor, "effect.read", NOBODYS)
        return self.runs.listed(
            limit=limit, state=state, kind=kind, assignee=assignee, cursor=cursor
        )

    def find(self, actor: Actor, key: UUID) -> tuple[Run, Sequence[Deed]]:
        """Return how one stands and what people did; raises NotFound."""
        authorize(actor, "effect.read", NOBODYS)
        return self.runs.find(key), self.runs.deeds(key)

    def resend(self, actor: Actor, key: UUID, said: str) -> Run:
        """Have a dead letter sent again, once by what was said; raises NotFound."""
        authorize(actor, "effect.act", NOBODYS)
        deed = uuid5(key, f"{actor.name}/resend/{said}")
        return self.runs.resend(key, deed, actor.name)

    def assign(self, actor: Actor, key: UUID, said: str, assignee: str) -> Run:
        """Give it to somebody; raises NotFound and KeyReused."""
        authorize(actor, "effect.act", NOBODYS)
        deed = uuid5(key, f"{actor.name}/assignment/{said}")
        return self.runs.assign(key, deed, actor.name, assignee)

    def told(self, gateway: str, headers: Mapping[str, str], body: bytes) -> Run:
        """Take what a gateway tells; raises NotFound and as its door does."""
        told: Callback = self._door.read(gateway, headers, body)
        (known,) = (each for each in GATEWAYS if each == gateway)
        return self._carrying.told(known, told.key, told.answer)
