"""Which rooms casework has: how each noun is read and asked, and whose it is."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from application.access import Owners
from application.after_sales import AfterSales
from application.casework import Matter, Noun, Room
from application.contacts import Contacts
from application.disputes import Disputes
from application.event_store.envelope import CommandContext, Receipt
from application.resolutions.handing_over import HandsOver
from application.resolutions.resolutions import Resolutions
from application.responsibility import Responsibilities
from domain.after_sales import CASE, Case
from domain.agent_promise import AGENT_PROMISE, AgentPromise
from domain.contact import CONTACT, Contact
from domain.dispute import DISPUTE, Dispute
from domain.resolution import RESOLUTION, Resolution
from domain.responsibility import ACCOUNT, MatterAccount, ResponsibilityCommand


def case_owners(case: Case, of_order: Owners) -> Owners:
    """Return whose a case is: its consumer's, its merchant's, and the sellers'."""
    merchants = frozenset({case.merchant}) if case.merchant else of_order.merchants
    return Owners(
        consumer=case.consumer or of_order.consumer,
        merchants=merchants,
        creators=of_order.creators,
        lead=case.merchant or of_order.lead,
    )


def dispute_owners(dispute: Dispute, of_order: Owners) -> Owners:
    """Return whose a dispute is: both sides', and those drawn into it."""
    merchant = dispute.party("merchant")
    return Owners(
        consumer=dispute.party("consumer") or of_order.consumer,
        merchants=frozenset({merchant}) if merchant else of_order.merchants,
        creators=frozenset(filter(None, [dispute.party("creator")])),
        carriers=frozenset(filter(None, [dispute.party("carrier")])),
        lead=merchant or of_order.lead,
    )


def contact_owners(contact: Contact | AgentPromise, of_order: Owners) -> Owners:
    """Return whose a contact or a promise is: between one consumer and the service."""
    return Owners(consumer=contact.consumer or of_order.consumer)


def account_owners(account: MatterAccount, of_order: Owners) -> Owners:
    """Return whose an account is: of all who may have to bear something."""

    def named(kind: str) -> frozenset[str]:
        of_kind = (each.name for each in account.parties if each.kind == kind)
        return frozenset(name for name in of_kind if name is not None)

    return Owners(
        consumer=account.consumer or of_order.consumer,
        merchants=named("merchant") or of_order.merchants,
        creators=named("creator") or of_order.creators,
        carriers=named("carrier"),
        lead=of_order.lead,
    )


def resolution_owners(resolution: Resolution, of_order: Owners) -> Owners:
    """Return whose a resolution is: its consumer's, and those's it was opened about.

    Of an order of several merchants it is of each whose lines it is about.
    """
    opened, sold = resolution.opened, of_order.sold
    assert opened is not None, "what was never opened is not found"
    return Owners(
        consumer=opened.consumer,
        merchants=(
            sold.merchants(resolution)
            if sold
            else frozenset(filter(None, [opened.merchant]))
        ),
        creators=frozenset(filter(None, [opened.creator])),
        carriers=frozenset(filter(None, [opened.carrier])),
        lead=opened.merchant or of_order.lead,
        sold=sold,
    )


def rooms(
    after_sales: AfterSales,
    disputes: Disputes,
    contacts: Contacts,
    accounts: Responsibilities,
    resolutions: Resolutions,
) -> Mapping[Noun, Room]:
    """Return how each noun is read and asked."""

    def to_account(
        matter: Matter, command: ResponsibilityCommand, context: CommandContext
    ) -> Receipt:
        return accounts.take(matter.stream_id, command, matter.source, context)

    return {
        "case": Room(CASE, by_id(after_sales.take), case_owners, order_of),
        "dispute": Room(
            DISPUTE, by_id(disputes.take), dispute_owners, order_of_dispute
        ),
        "contact": Room(CONTACT, by_id(contacts.take), contact_owners, order_of),
        "promise": Room(
            AGENT_PROMISE, by_id(contacts.take_promise), contact_owners, lambda _: None
        ),
        "account": Room(ACCOUNT, to_account, account_owners, order_of),
        "resolution": Room(
            RESOLUTION,
            by_id(HandsOver(resolutions, disputes).take),
            resolution_owners,
            order_of_resolution,
        ),
    }


def by_id(
    take: Callable[[UUID, Any, CommandContext], Receipt],
) -> Callable[[Matter, Any, CommandContext], Receipt]:
    """Return what takes a command to a matter, of what takes it to a stream."""
    return lambda matter, command, context: take(matter.stream_id, command, context)


def order_of(state: Case | Contact | MatterAccount) -> str | None:
    """Return the order a case, a contact or an account is about."""
    return state.order


def order_of_resolution(resolution: Resolution) -> str | None:
    """Return the order a resolution makes good."""
    return None if resolution.opened is None else resolution.opened.order


def order_of_dispute(dispute: Dispute) -> str | None:
    """Return the order a dispute is about."""
    if dispute.opened is not None:
        return dispute.opened.order
    return dispute.report.order if dispute.report else None
