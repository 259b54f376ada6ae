"""A resolution as it is read over HTTP: the view, its words, and where to go on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from application.access import Action, Actor, Owners, allows
from application.casework import Matter, reading
from application.resolutions.view import ResolutionView, resolution_view
from domain.money import Money
from domain.policy.book import Rulebook
from domain.resolution import needing_people
from interface.api.doors import Move
from interface.wording import Tongue
from interface.wording.resolution_told import blocked, gets, progress, reasons

RESOLUTIONS: Final = "/v1/resolutions"

# Where each command is asked, and which action it is; what is not here has no door.
ASKED_AT: Final[Mapping[str, tuple[str, Action]]] = {
    "ProposePlans": ("proposals", "resolution.act"),
    "ApprovePlan": ("approval", "resolution.approve"),
    "RejectPlans": ("rejection", "resolution.approve"),
    "OfferPlans": ("offer", "resolution.act"),
    "AcceptPlan": ("acceptance", "resolution.act"),
    "DeclinePlans": ("decline", "resolution.act"),
    "CounterPlans": ("counter", "resolution.act"),
    "ExecutePlan": ("execution", "resolution.act"),
    "SettleStep": ("steps", "resolution.act"),
    "TriageResolution": ("triage", "resolution.act"),
    "DismissResolution": ("dismissal", "resolution.act"),
    "ConfirmMadeGood": ("confirmation", "resolution.act"),
    "ReopenResolution": ("reopening", "resolution.act"),
    "HandToDispute": ("dispute", "resolution.act"),
}

Text = Mapping[Tongue, str]


class ResolutionWords(Struct, frozen=True, kw_only=True):
    """What a resolution says in plain words, in every language.

    ``options`` are by plan, what each gives one after the other; ``done`` stands beside
    what is done.
    """

    reason: Text
    options: Mapping[str, tuple[Text, ...]]
    done: tuple[tuple[Text, Text], ...]
    block: Text | None


class ResolutionPage(Struct, frozen=True, kw_only=True):
    """A resolution as its reader sees it, what that reader may do now, and where."""

    resolution: ResolutionView
    words: ResolutionWords
    may: tuple[Move, ...]
    links: Mapping[str, str]


def page(matter: Matter, actor: Actor, at: datetime, book: Rulebook) -> ResolutionPage:
    """Return a resolution as this reader sees it at a moment, under its rules."""
    reader = reading(actor, "resolution.read", matter.owners)
    view = resolution_view(
        matter.stream_id,
        matter.version,
        matter.state,
        reader,
        at,
        book=book,
        sold=matter.of_order.sold,
        carried=matter.of_order.carried,
    )
    here = f"{RESOLUTIONS}/{matter.stream_id}"
    may = tuple(
        name
        for name in view.may
        if name in ASKED_AT and allows(actor, ASKED_AT[name][1], matter.owners)
    )
    view = replace(view, may=may)
    return ResolutionPage(
        resolution=view,
        words=words(view),
        may=moves(here, may, needing_people(matter.state)),
        links=links(actor, matter, here),
    )


def moves(here: str, may: Sequence[str], steps: Sequence[str]) -> tuple[Move, ...]:
    """Return where the commands of these names are asked, a step at a time."""
    found = []
    for name in may:
        path, _ = ASKED_AT[name]
        where = [path]
        if name == "SettleStep":
            where = [f"steps/{key}/settlement" for key in steps]
        found += [Move(f"resolution{name}", f"{here}/{each}") for each in where]
    return tuple(found)


def links(actor: Actor, matter: Matter, here: str) -> dict[str, str]:
    """Return where the reader may go on from it, and no other way."""
    found = {}
    if allows(actor, "resolution.preview", matter.owners):
        found["preview"] = f"{here}/preview"
    if allows(actor, "resolution.words", matter.owners):
        found["words"] = f"{here}/words"
    known = matter.of_order != Owners()
    if known and allows(actor, "order.read", matter.of_order):
        found["order"] = f"/v1/orders/{matter.order_id}"
    if known and allows(actor, "companionship.read", matter.of_order):
        found["companionship"] = f"/v1/orders/{matter.order_id}/companionship"
    return found


def words(view: ResolutionView) -> ResolutionWords:
    """Return what a view says in plain words."""
    standing = [each.code for each in view.shortfalls if each.healed is None]
    options = view.offer.options if view.offer else ()
    return ResolutionWords(
        reason=reasons(standing or [each.code for each in view.shortfalls]),
        options={
            option.plan: tuple(
                gets(each.what, pair(each.amount), each.until) for each in option.gets
            )
            for option in options
        },
        done=tuple(
            (gets(each.what, pair(each.amount), None), progress(each.progress))
            for each in view.done
        ),
        block=blocked(view.block.reason, view.block.until) if view.block else None,
    )


def pair(amount: Money | None) -> tuple[int, str] | None:
    """Return an amount as languages write it."""
    return None if amount is None else (amount.minor, amount.currency)
