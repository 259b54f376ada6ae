"""How facts join: in their order, each once, whoever told them first."""

from datetime import datetime
from typing import Any, cast

from domain.order.state import encoded


def added(known: tuple[Any, ...], fact: Any) -> tuple[Any, ...]:
    """Return the facts, in order, each once, with one more."""
    return known if fact in known else in_place(known, fact)


def in_place(known: tuple[Any, ...], fact: Any) -> tuple[Any, ...]:
    """Return facts that lie in order with one more; most come after all others."""
    if not known or known[-1] < fact:
        return (*known, fact)
    return tuple(sorted((*known, fact)))


def joined(known: tuple[Any, ...], fact: Any, key: Any = None) -> tuple[Any, ...]:
    """Return the reports by time, each once, with one more."""
    if not known:
        return (fact,)
    if fact in known:
        return known
    return tuple(sorted((*known, fact), key=key or by_time))


def by_time(event: Any) -> tuple[datetime, bytes]:
    """Return the key that puts reports in the order they happened in."""
    return cast("datetime", event.at), encoded(event)
