"""Two packs are compared row by row, and their rows field by field."""

from msgspec.structs import replace

from domain.policy.changes import Change, RowChange, changes, difference
from tests.domain.policies import (
    BURDEN,
    CAP,
    JANUARY,
    LABEL,
    LATE,
    NEXT_MONTH,
    NIGHT,
    PACK,
    ROWS,
)

NEXT = replace(LABEL, version=2, hours=24, in_force_from=NEXT_MONTH)


def test_a_pack_does_not_differ_from_itself() -> None:
    assert not difference(PACK, replace(PACK, row=ROWS[::-1]))


def test_a_new_version_is_held_against_the_one_before_it() -> None:
    found = difference(PACK, replace(PACK, row=(*ROWS, NEXT)))
    assert found.added == found.removed == ()
    (change,) = found.changed
    assert (change.before, change.after) == ("shop.ship-48h@1", "shop.ship-48h@2")
    assert [each.field for each in change.fields] == ["in_force_from", "hours"]
    assert change.fields[1] == Change(field="hours", before=48, after=24)


def test_of_two_new_versions_each_is_held_against_the_one_before_it() -> None:
    after = replace(NEXT, version=3, hours=12)
    found = difference(PACK, replace(PACK, row=(*ROWS, NEXT, after)))
    assert [(each.before, each.after) for each in found.changed] == [
        ("shop.ship-48h@1", "shop.ship-48h@2"),
        ("shop.ship-48h@2", "shop.ship-48h@3"),
    ]


def test_a_rule_that_is_new_altogether_is_added_and_one_left_out_is_removed() -> None:
    before, after = replace(PACK, row=(CAP, LABEL)), replace(PACK, row=(CAP, NIGHT))
    found = difference(before, after)
    assert (found.added, found.removed, found.changed) == ((NIGHT,), (LABEL,), ())


def test_a_version_replaced_by_the_next_is_changed_not_removed() -> None:
    found = difference(replace(PACK, row=(LABEL,)), replace(PACK, row=(NEXT,)))
    assert found.removed == ()
    assert [each.after for each in found.changed] == ["shop.ship-48h@2"]


def test_an_edit_shows_as_one_version_differing_from_itself() -> None:
    edited = replace(LATE, formula=None)
    found = difference(replace(PACK, row=(LATE,)), replace(PACK, row=(edited,)))
    (change,) = found.changed
    assert isinstance(change, RowChange)
    assert change.before == change.after == LATE.ref
    assert [each.field for each in change.fields] == ["formula"]


def test_fields_are_named_as_deep_as_they_lie() -> None:
    (step,) = BURDEN.steps
    other = replace(BURDEN, steps=(replace(step, remedy="resend"),))
    (change,) = changes(BURDEN, other)
    assert change == Change(field="steps[0].remedy", before="refund", after="resend")
    (more,) = changes(BURDEN, replace(BURDEN, steps=(step, step)))
    assert more.field == "steps"


def test_what_a_pack_says_beside_its_rows_is_compared_too() -> None:
    found = difference(PACK, replace(PACK, usual=(), auto_confirm_hours=168))
    assert [each.field for each in found.pack] == ["usual", "auto_confirm_hours"]
    assert found


def test_a_moment_is_the_same_wherever_it_is_told() -> None:
    assert changes(LATE, replace(LATE, in_force_from=JANUARY.astimezone())) == ()
