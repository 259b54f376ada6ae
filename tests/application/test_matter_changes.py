"""What one who follows a matter is told of it, and what not."""

from collections.abc import Sequence

import pytest

from application.access import Owners
from application.casework import Matter
from application.matter_changes import SEEN_IF, changes, visible
from application.projections.back_office import HIDDEN
from domain.after_sales import AskForEvidence, AssignCase, NoteCase
from domain.ids import compose
from domain.kernel import Event
from domain.party import SYSTEM, By
from domain.plan import PlanStep
from domain.resolution import StepStarted
from tests.application.projections.conftest import History
from tests.domain.after_sales import ANNA, LIN, MONDAY, SHOP, asked

CASE_ID = compose(0, 0, 1)


def matter(*events: Event) -> Matter:
    return Matter(
        noun="case",
        stream_id=CASE_ID,
        version=len(events),
        state=None,
        owners=Owners(consumer="anna"),
        history=History().goes_on("case-1", *events),
    )


def told(reader: By, events: Sequence[Event], after: int = 0) -> list[str]:
    return [each.code for each in changes(matter(*events), after, reader)]


@pytest.mark.parametrize(
    ("command", "seen_by"),
    [
        (AssignCase(by=LIN, agent="lin"), {"agent"}),
        (NoteCase(by=LIN, words="sealed:a"), {"agent"}),
        (
            NoteCase(by=LIN, words="sealed:a", shown=True),
            {"agent", "consumer", "merchant"},
        ),
        (
            AskForEvidence(by=LIN, of="merchant", shows=("packing_video",)),
            {"agent", "merchant"},
        ),
        (
            AskForEvidence(by=LIN, of="consumer", shows=("photo",)),
            {"agent", "consumer"},
        ),
    ],
    ids=["assigned", "noted", "noted for all", "asked of the shop", "asked of her"],
)
def test_what_is_not_for_a_party_it_is_not_told(
    command: AssignCase | NoteCase | AskForEvidence, seen_by: set[str]
) -> None:
    begun = asked()
    life = begun.when(command, at=MONDAY).happens().past
    seen = {
        reader.role
        for reader in (ANNA, SHOP, LIN)
        if told(reader, life, after=len(begun.past))
    }
    assert seen == seen_by


def test_it_goes_on_behind_the_place_one_has_seen() -> None:
    life = asked().past
    assert told(ANNA, life) == ["after_sales.opened", "timer.started"]
    assert told(ANNA, life, after=1) == ["timer.started"]
    assert told(ANNA, life, after=2) == []


def test_a_party_reads_no_sealed_words_and_no_colleagues_name() -> None:
    note = NoteCase(by=LIN, words="sealed:a", shown=True)
    life = asked().when(note, at=MONDAY).happens().past
    (change,) = changes(matter(*life), len(life) - 1, ANNA)
    assert "words" not in change.facts
    assert change.facts["by"] == {"role": "agent", "name": "redress"}
    (for_us,) = changes(matter(*life), len(life) - 1, LIN)
    assert for_us.facts["by"] == {"role": "agent", "name": "lin"}


@pytest.mark.parametrize(("reader", "sees"), [(ANNA, False), (SHOP, True), (LIN, True)])
def test_what_a_merchant_is_charged_is_no_consumers_affair(
    reader: By, *, sees: bool
) -> None:
    charge = PlanStep(action="merchant_deduction", part="service", bearer="merchant")
    begun = StepStarted(
        at=MONDAY, by=SYSTEM, step="1/minimum/1", does=charge, attempt=1
    )
    assert visible(begun, reader) is sees
    urging = PlanStep(action="urge_carrier", part="service")
    begun = StepStarted(
        at=MONDAY, by=SYSTEM, step="1/minimum/1", does=urging, attempt=1
    )
    assert visible(begun, reader)


@pytest.mark.parametrize(("reader", "sees"), [(ANNA, False), (SHOP, True), (LIN, True)])
def test_what_is_claimed_back_is_no_consumers_affair(reader: By, *, sees: bool) -> None:
    claim = PlanStep(action="claim_recourse", part="service", bearer="carrier")
    begun = StepStarted(at=MONDAY, by=SYSTEM, step="1/resend/2", does=claim, attempt=1)
    assert visible(begun, reader) is sees


def test_live_hides_what_the_timeline_hides() -> None:
    nouns = ("after_sales.", "dispute.", "contact.", "resolution.")
    hidden = {code for code in HIDDEN if code.startswith(nouns)}
    assert set(SEEN_IF) == hidden
