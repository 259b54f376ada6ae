"""Saved views, as what is asked of the queue."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from application.access import Actor
from application.projections.matters import Wanted
from domain.desk import Filters


def applied(filters: Filters, asked: Wanted, actor: Actor, at: datetime) -> Wanted:
    """Return what a view asks for, where nothing else was asked.

    Who has something is one question, whichever way it is put.
    """
    within = filters.due_within_hours
    said = asked.assigned is not None or asked.unassigned is not None
    assigned = actor.subject if filters.mine else filters.assigned
    unassigned = True if filters.unassigned and not filters.mine else None
    kept = Wanted(
        nouns=None if filters.noun is None else (filters.noun,),
        status=filters.status,
        final=filters.final,
        kind=filters.kind,
        flag=filters.flag,
        assigned=None if said else assigned,
        unassigned=None if said else unassigned,
        owes=filters.owes,
        step=filters.step,
        due_before=None if within is None else at + timedelta(hours=within),
        merchant=filters.merchant,
        amount_from=filters.amount_from,
    )
    explicit = {
        name: value
        for name in Wanted.__struct_fields__
        if (value := getattr(asked, name)) is not None
    }
    return replace(kept, **explicit)
