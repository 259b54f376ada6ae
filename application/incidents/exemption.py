"""Who is exempt while an incident lasts: a row of the calendar, published for it."""

import re
from hashlib import sha256
from typing import Annotated, Protocol
from uuid import uuid5

from msgspec import Meta
from msgspec.structs import replace

from application.event_store.envelope import CommandContext, Receipt
from application.incidents.incidents import Incidents
from application.orders import context_for
from application.policy_set import InForce, Published
from domain.incident import Incident, SetExemption
from domain.incident.guards import permit_role
from domain.kernel import Code, Command, Moment, Refused
from domain.party import By
from domain.policy.row import Sentence
from domain.policy.rows import CalendarRow, PolicyDocument


class ExemptionNeedsAnEnd(Refused):
    """Nobody is exempt without an end: say until when."""


class Exempt(Command, frozen=True, kw_only=True):
    """Let nobody be in breach for it until then, by a row of the calendar; say why."""

    by: By
    until: Moment | None = None
    steps: Annotated[tuple[Code, ...], Meta(max_length=50)] = ()
    words_zh: Sentence = ""
    words_en: Sentence = ""


class Calendars(Protocol):
    """Where rows of the calendar are published."""

    def current(self) -> InForce:
        """Return what is in force."""
        ...

    def publish(self, document: PolicyDocument, context: CommandContext) -> Published:
        """Publish what is new in a document."""
        ...


class Exemptions:
    """Lets nobody be in breach for an incident, by a row everybody may read."""

    def __init__(self, incidents: Incidents, calendars: Calendars) -> None:
        self._incidents, self._calendars = incidents, calendars

    def take(self, number: str, said: Exempt, context: CommandContext) -> Receipt:
        """Publish the row, and name it in the incident.

        Raises ExemptionNeedsAnEnd, NotForYou before anything is published, and as
        publishing and decide do. Asked again it publishes nothing more.
        """
        state, _ = self._incidents.find(number)
        permit_role(SetExemption, said.by.role)
        profile = self._incidents.book(state).profile
        row = exemption(state, said, profile)
        document = self._calendars.current().policies.document(profile)
        publishing = context_for(
            uuid5(context.command_id, "calendar"),
            said,
            actor=context.actor,
            asked_at=context.asked_at,
            correlation_id=context.correlation_id,
        )
        self._calendars.publish(replace(document, row=(row,)), publishing)
        command = SetExemption(by=said.by, policy=row.ref)
        return self._incidents.take(number, command, context)


def exemption(state: Incident, said: Exempt, profile: str) -> CalendarRow:
    """Return the row that exempts what an incident hinders, from when it began."""
    declared, selector = state.declared, state.selector
    assert declared is not None, "asked for by its number"
    assert selector is not None, "it was declared with one"
    ends = said.until or state.ends
    if ends is None:
        raise ExemptionNeedsAnEnd
    number = declared.number
    slug = re.sub(r"[^a-z0-9-]+", "-", number.lower()).strip("-")[:40]
    mark = sha256(number.encode()).hexdigest()[:8]
    return CalendarRow(
        id=f"{profile}.calendar.incident-{slug}-{mark}",
        version=1,
        title=f"Incident {number}: nobody is in breach for it",
        binding="conduct_time",
        in_force_from=declared.begins,
        source="101706 section 4.2",
        effect="exempt",
        begins=declared.begins,
        ends=ends,
        regions=(*selector.regions, *selector.ships_from, *selector.ships_to),
        carriers=selector.carriers,
        steps=said.steps,
        reason=declared.reason,
        reason_zh=said.words_zh,
        reason_en=said.words_en,
    )
