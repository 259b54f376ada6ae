"""Claiming back what was borne from who owes it."""

from application.resolutions.doing import DONE, Begun, Doing, Result
from application.responsibility import Responsibilities
from domain.party import SYSTEM
from domain.responsibility import (
    ACCOUNT,
    Account,
    ClaimRecourse,
    MatterAccount,
    OpenAttribution,
)


def claimed_back(doing: Doing, accounts: Responsibilities) -> Begun:
    """Claim what was borne back from who owes it."""
    step, opened = doing.step, doing.state.opened
    assert opened is not None, "only what was opened is carried out"
    names = {
        "merchant": doing.merchant,
        "creator": opened.creator,
        "carrier": opened.carrier,
    }
    party = step.party
    if step.amount is None or party is None or party not in names:
        return Begun(result=Result(succeeded=False, reason="nobody_to_claim_from"))
    account_id = accounts.id_beside(doing.order_id, str(doing.resolution_id))
    account: MatterAccount = doing.sight.of(account_id, ACCOUNT)
    against = Account(kind=party, name=names[party])  # type: ignore[arg-type]  # a kind
    bearer = step.bearer
    claimant = Account(kind=bearer, name=names.get(bearer))  # type: ignore[arg-type]  # a kind
    source = doing.order.source
    parts = []
    if account.status == "none":
        attribute = OpenAttribution(
            by=SYSTEM,
            matter=str(doing.resolution_id),
            order=str(doing.order_id),
            source=source,
            consumer=opened.consumer,
            ordered_at=opened.ordered_at,
            parties=(
                Account(kind="consumer", name=opened.consumer),
                claimant,
                against,
            ),
        )
        parts.append(accounts.part(account_id, attribute, source))
    claim = ClaimRecourse(
        by=SYSTEM,
        claim=doing.key,
        claimant=claimant,
        against=against,
        amount=step.amount,
        basis=opened.shortfall.code,
    )
    parts.append(accounts.part(account_id, claim, source))
    return Begun(tuple(parts), str(account_id), DONE)
