"""Accounts over HTTP: whose fault a matter is, who bore what, and who owes whom."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from application.access import Actor
from application.account_view import AccountView, account_view
from application.casework import Casework, reading
from domain.responsibility import (
    AcknowledgeRecourse,
    AttributeResponsibility,
    ClaimRecourse,
    ContestAttribution,
    DisputeRecourse,
    FinaliseAttribution,
    PostEntry,
    RecordRecoursePaid,
    RecordScoreEffect,
    WriteOffRecourse,
)
from interface.api.auth import does
from interface.api.doors import CaseDoor, Front, Move, controller
from interface.api.receipts import versioned
from interface.clock import now

ACCOUNTS: Final = "/v1/accounts"

DOORS: Final[Sequence[CaseDoor]] = (
    CaseDoor("attributions", AttributeResponsibility),
    CaseDoor("contests", ContestAttribution),
    CaseDoor("finalisation", FinaliseAttribution),
    CaseDoor("entries", PostEntry),
    CaseDoor("recourse", ClaimRecourse),
    CaseDoor("recourse-acknowledgements", AcknowledgeRecourse),
    CaseDoor("recourse-refusals", DisputeRecourse),
    CaseDoor("recourse-payments", RecordRecoursePaid),
    CaseDoor("recourse-write-offs", WriteOffRecourse),
    CaseDoor("score-effects", RecordScoreEffect),
)
FRONT: Final = Front("account", "account.act", ACCOUNTS, DOORS)
Commands: Final = controller(*FRONT)


class AccountPage(Struct, frozen=True, kw_only=True):
    """An account, and what its reader may do now, and where."""

    account: AccountView
    may: tuple[Move, ...]


class AccountController(Commands):  # type: ignore[misc, valid-type]  # made from the table of doors
    """Who bears what, who owes whom, and what is claimed back."""

    @get(
        "/{stream_id:uuid}",
        operation_id="readAccount",
        opt=does("account.read"),
        sync_to_thread=True,
    )
    def read(
        self,
        stream_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        casework: NamedDependency[Casework],
    ) -> Response[AccountPage]:
        """Read the account of a case or a dispute. The ETag is its version."""
        matter = casework.find(actor, "account.read", "account", stream_id)
        reader = reading(actor, "account.read", matter.owners)
        view = account_view(stream_id, matter.version, matter.state, reader, now())
        view, moves = FRONT.offer(view, actor, matter)
        return versioned(AccountPage(account=view, may=moves), matter)
