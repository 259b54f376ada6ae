"""Given these events, when this is asked, then these events, or this refusal."""

from collections.abc import Callable
from datetime import datetime
from functools import reduce
from typing import Generic

import pytest

from domain.kernel import C, Decider, E, P, Refused, S


class Given(Generic[S, C, E, P]):
    """The past of one aggregate, under one policy."""

    def __init__(self, decider: Decider[S, C, E, P], policy: P, *past: E) -> None:
        self._decider, self._policy, self.past = decider, policy, past

    def when(self, command: C, *, at: datetime) -> "When[S, C, E, P]":
        """Ask, but do not answer yet."""
        state = reduce(self._decider.evolve, self.past, self._decider.initial)
        decide = self._decider.decide
        return When(self, lambda: tuple(decide(state, command, self._policy, at)))

    def then_also(self, *events: E) -> "Given[S, C, E, P]":
        """Return the same past, and these events after it."""
        return Given(self._decider, self._policy, *self.past, *events)


class When(Generic[S, C, E, P]):
    """A decision still to be made."""

    def __init__(
        self, past: Given[S, C, E, P], decision: Callable[[], tuple[E, ...]]
    ) -> None:
        self._past, self._decision = past, decision

    def then(self, *events: E) -> None:
        """Exactly these events happen; with none named, nothing happens."""
        assert self._decision() == events

    def happens(self) -> Given[S, C, E, P]:
        """Return the past with what happens now, to go on from."""
        return self._past.then_also(*self._decision())

    def refused(self, why: type[Refused]) -> None:
        """Nothing happens, and this is why."""
        with pytest.raises(why):
            self._decision()
