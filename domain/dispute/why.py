"""What would have changed a ruling: asked of its findings, under the burden of proof.

A pure function of what was written down, so that whoever reads a ruling years later
gets the same answer without asking anybody.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from msgspec import Struct

from domain.dispute.commands import Findings
from domain.dispute.values import Fact, Finding, Result, Side, Silence
from domain.kernel import Name, PolicyRef
from domain.party import By
from domain.policy.rows import BurdenRow, BurdenStep, Issue

# Whom a fact speaks for where it holds; where it does not, it speaks for the other.
# Facts that only share the blame out among those who sold are not here.
SPEAKS_FOR: Final[Mapping[Fact, Side]] = {
    "goods_received": "merchant",
    "return_received": "consumer",
    "goods_complete": "merchant",
    "goods_as_described": "merchant",
    "goods_genuine": "merchant",
    "goods_undamaged": "merchant",
    "damaged_before_signing": "consumer",
    "quality_as_promised": "merchant",
    "resale_possible": "consumer",
    "drop_consented": "merchant",
    "shipped_in_time": "merchant",
    "promise_made": "consumer",
    "promise_kept": "merchant",
    "content_true": "merchant",
    "consumer_at_fault": "merchant",
}

# Which facts decide what is argued about. One at fault himself loses any of them.
DECIDES: Final[Mapping[Issue, tuple[Fact, ...]]] = {
    "not_received": ("goods_received", "drop_consented"),
    "return_not_received": ("return_received",),
    "short_or_wrong": ("goods_complete",),
    "damaged": ("goods_undamaged", "damaged_before_signing"),
    "visible_quality": ("goods_as_described", "quality_as_promised"),
    "hidden_quality": ("quality_as_promised",),
    "counterfeit": ("goods_genuine",),
    "description": ("goods_as_described", "content_true"),
    "resale_affected": ("resale_possible",),
    "return_unsigned": ("return_received",),
    "freight": ("promise_kept",),
    "ambiguous_promise": ("promise_made", "promise_kept"),
    "transit_risk": ("goods_received", "goods_undamaged"),
    "service": ("promise_kept", "shipped_in_time"),
    "other": (),
}
ALWAYS: Final[tuple[Fact, ...]] = ("consumer_at_fault",)

SUPPORTS: Final[Mapping[Side, Result]] = {
    "consumer": "support_consumer",
    "merchant": "support_merchant",
    "creator": "support_merchant",
    "carrier": "support_merchant",
}


class WouldChange(Struct, frozen=True, kw_only=True):
    """One thing that, had it been otherwise, would have led to another result.

    A ``finding`` that held and would not have, or the other way round; or ``proof``
    that was not there: who would have had to show which kinds, at which step of the
    burden-of-proof row ``policy``. ``instead`` is the result it then comes to.
    """

    what: Literal["finding", "proof"]
    instead: Result
    fact: Fact | None = None
    holds: bool | None = None
    shown_by: By | None = None
    evidence: tuple[Name, ...] = ()
    step: int | None = None
    proves: Side | None = None
    shows: tuple[str, ...] = ()
    policy: PolicyRef | None = None


def counterfactuals(
    result: Result,
    findings: Findings,
    silences: tuple[Silence, ...],
    burden: BurdenRow,
) -> tuple[WouldChange, ...]:
    """Return what would have changed a result, first the proof that was missing.

    What rested on silence would have gone on to the next step of the row, or for the
    one who proved the last of them. A decisive fact found the other way would have
    spoken for the other side.
    """
    found = (*missing(silences, burden), *otherwise(findings, burden))
    return tuple(each for each in found if each.instead != result)


def missing(silences: tuple[Silence, ...], burden: BurdenRow) -> Iterator[WouldChange]:
    """Yield what it would have come to, had the silent one proven his step."""
    for silence in silences:
        if silence.policy != burden.ref or silence.step > len(burden.steps):
            continue
        step = burden.steps[silence.step - 1]
        yield WouldChange(
            what="proof",
            instead=had_it_been_proven(burden, silence.step),
            step=silence.step,
            proves=silence.proves,
            shows=step.evidence,
            policy=burden.ref,
        )


def had_it_been_proven(burden: BurdenRow, number: int) -> Result:
    """Return the default of the step after, or that the one who proved the last wins.

    A next step that is the same party's again is still his to prove.
    """
    later: tuple[BurdenStep, ...] = burden.steps[number:]
    if later:
        return later[0].default
    return SUPPORTS[burden.steps[number - 1].proves]


def otherwise(findings: Findings, burden: BurdenRow) -> Iterator[WouldChange]:
    """Yield each decisive fact, had it been found the other way round."""
    for finding in findings:
        side = speaks_for(finding, not finding.holds)
        if side is None or finding.fact not in (*DECIDES[burden.issue], *ALWAYS):
            continue
        yield WouldChange(
            what="finding",
            instead=SUPPORTS[side],
            fact=finding.fact,
            holds=not finding.holds,
            shown_by=finding.shown_by,
            evidence=finding.evidence,
            policy=finding.policy,
        )


def speaks_for(finding: Finding, holds: bool) -> Side | None:  # noqa: FBT001 - a fact
    """Return whom a fact speaks for, holding or not; None for what decides nothing.

    That the consumer is not at fault proves nothing for him by itself.
    """
    side = SPEAKS_FOR.get(finding.fact)
    if side is None or (finding.fact == "consumer_at_fault" and not holds):
        return None
    if holds:
        return side
    return "consumer" if side == "merchant" else "merchant"
