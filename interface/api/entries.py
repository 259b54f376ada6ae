"""An entry of a timeline as the API shows it: facts, and a sentence per language."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar.params import HeaderParameter
from msgspec import Struct

from application.projections.entries import EntryKind
from application.projections.timeline import Entry
from interface.api.problems import invalid
from interface.wording import LANGUAGES, Tongue, said

AcceptLanguage = Annotated[str | None, HeaderParameter(name="Accept-Language")]


class EntryBody(Struct, frozen=True, kw_only=True):
    """One thing that happened to a person.

    ``said`` is the sentence in the language asked for, ``text`` in all of them.
    ``event`` leads to the event that made the entry. Among ``facts``, words are shown
    to those who may read them, and are null once erased.
    """

    id: str
    kind: EntryKind
    code: str
    occurred_at: datetime
    recorded_at: datetime
    consumer: str | None
    order_id: UUID | None
    said: str
    text: Mapping[Tongue, str]
    facts: Mapping[str, Any]
    event: str
    order: str | None


def entry_body(entry: Entry, tongue: Tongue) -> EntryBody:
    """Return an entry as the API shows it."""
    text = said(entry.code, entry.facts)
    stream = f"/v1/streams/{entry.stream_id}"
    return EntryBody(
        id=f"{entry.partition}.{entry.position}",
        kind=entry.kind,
        code=entry.code,
        occurred_at=entry.occurred_at.astimezone(UTC),
        recorded_at=entry.recorded_at.astimezone(UTC),
        consumer=entry.consumer,
        order_id=entry.order_id,
        said=text[tongue],
        text=text,
        facts=entry.facts,
        event=f"{stream}/events/{entry.version}",
        order=f"/v1/orders/{entry.order_id}" if entry.order_id else None,
    )


def spoken_language(asked: str | None, accepted: str | None) -> Tongue:
    """Return the language to answer in: as asked, else as accepted, else Chinese.

    Raises Wrong (400) for one that was asked for and that we do not speak.
    """
    if asked is not None:
        for tongue in LANGUAGES:
            if asked.lower() == tongue.lower():
                return tongue
        raise invalid("language", f"It must be one of {', '.join(LANGUAGES)}.")
    for wanted in preferred(accepted or ""):
        for tongue in LANGUAGES:
            if wanted.partition("-")[0] == tongue.partition("-")[0].lower():
                return tongue
    return "zh-CN"


def preferred(accepted: str) -> list[str]:
    """Return the languages of an Accept-Language header, the dearest first."""
    weighed: list[tuple[float, str]] = []
    for part in accepted.split(","):
        name, _, quality = part.partition(";")
        weight = quality.strip().removeprefix("q=")
        try:
            weighed.append((-float(weight or 1), name.strip().lower()))
        except ValueError:
            continue  # A weight that is no number weighs nothing.
    return [
        name for weight, name in sorted(weighed, key=lambda each: each[0]) if weight
    ]
