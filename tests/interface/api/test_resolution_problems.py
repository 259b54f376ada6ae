"""Every "no" of a resolution, of a companionship and of a flag is readable."""

from inspect import getmembers, isclass
from types import ModuleType

import pytest

import domain.companionship.refusals as companionship
import domain.consumer.refusals as consumer
import domain.resolution.refusals as resolution
from domain.kernel import Refused
from interface.api.problems import refused


def refusals(module: ModuleType) -> list[type[Refused]]:
    """Return the refusals that a module says."""
    return [
        each
        for _, each in getmembers(module, isclass)
        if issubclass(each, Refused) and each.__module__ == module.__name__
    ]


ALL = [
    *refusals(resolution),
    *refusals(companionship),
    *refusals(consumer),
]


@pytest.mark.parametrize("refusal", ALL, ids=lambda each: each.__name__)
def test_it_says_the_rule_and_what_is_missing_is_404(refusal: type[Refused]) -> None:
    problem = refused(refusal(step="1/refund/2"))
    rule = (refusal.__doc__ or "").splitlines()[0]
    assert problem.title == rule
    assert problem.detail == f"{rule} (step: 1/refund/2)"
    missing = refusal.__name__.startswith("NoSuch")
    assert problem.status == (404 if missing else 409)


def test_there_is_something_to_refuse() -> None:
    assert len(ALL) > 40
