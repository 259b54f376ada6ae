"""Policies are published row by row, and what was published is never edited."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec import json
from msgspec.structs import replace

from domain.kernel import Refused
from domain.policy.rows import AnyRow, PolicyDocument
from domain.policy_set import (
    POLICY_SET,
    Caution,
    FallbackNeeded,
    LeftOut,
    RowEdited,
    RowUnusable,
    SourceTaken,
    TakesEffectInThePast,
    VersionGoesBack,
    cautions,
    digest,
    publishable,
)
from tests.domain.policies import (
    CAP,
    FRIDAY,
    JANUARY,
    LABEL,
    LATE,
    MONDAY,
    NEXT_MONTH,
    NIGHT,
    PACK,
    ROWS,
    TUESDAY,
    first,
    given,
    publish,
    published,
)

# The same rule, stricter from next month on.
STRICTER = replace(LATE, version=2, in_force_from=NEXT_MONTH, title="Late")
TYPHOON = replace(
    NIGHT,
    id="shop.typhoon",
    effect="pause",
    begins=MONDAY,
    ends=FRIDAY,
    in_force_from=MONDAY,
    reason="typhoon",
)


def refusal(at: datetime, *rows: AnyRow) -> Refused:
    with pytest.raises(Refused) as refused:
        given(first).when(publish(*rows), at=at).then()
    return refused.value


def test_a_first_publication_makes_every_row_known() -> None:
    given().when(publish(), at=MONDAY).then(first)


def test_a_later_publication_adds_what_is_new_and_nothing_else() -> None:
    whole = replace(PACK, row=(*ROWS, STRICTER))
    given(first).when(publish(pack=whole), at=TUESDAY).then(
        published(STRICTER, at=TUESDAY, publication=2, whole=whole)
    )


def test_publishing_what_is_published_asks_for_what_is_so() -> None:
    given(first).when(publish(), at=TUESDAY).then()
    given(first).when(publish(LATE, CAP), at=TUESDAY).then()


def test_however_a_moment_is_written_down_the_row_is_the_same() -> None:
    there = JANUARY.astimezone(timezone(timedelta(hours=8)))
    told_there = replace(LATE, in_force_from=there)
    given(first).when(publish(told_there, CAP), at=TUESDAY).then()
    assert digest(replace(PACK, row=(CAP, told_there))) == digest(
        replace(PACK, row=(LATE, CAP))
    )


def test_what_a_pack_says_beside_its_rows_may_change_alone() -> None:
    quicker = replace(PACK, auto_confirm_hours=168)
    happens = given(first).when(publish(pack=quicker), at=TUESDAY).happens().past[-1]
    assert happens.rows == ()
    assert happens.header.auto_confirm_hours == 168


def test_what_was_published_is_not_edited_and_the_no_names_row_and_field() -> None:
    assert LATE.formula is not None
    milder = replace(LATE, formula=replace(LATE.formula, rate_bp=100), title="Milder")
    no = refusal(TUESDAY, milder, CAP)
    assert isinstance(no, RowEdited)
    assert no.details == {"rows": "shop.ship-late@1: title, formula.rate_bp"}


def test_a_reference_stands_for_one_content_whichever_profile_names_it() -> None:
    other = PolicyDocument(profile="other", row=(replace(LABEL, hours=24),))
    given(first).when(publish(pack=other), at=TUESDAY).refused(RowEdited)
    same = PolicyDocument(profile="other", row=(LABEL,))
    assert given(first).when(publish(pack=same), at=TUESDAY).happens().past[1:]


def test_versions_go_up() -> None:
    then = given(first).when(publish(replace(STRICTER, version=5), CAP), at=TUESDAY)
    between = publish(replace(STRICTER, version=3), CAP)
    then.happens().when(between, at=TUESDAY).refused(VersionGoesBack)


@pytest.mark.parametrize("since", [JANUARY, TUESDAY - timedelta(seconds=1)])
def test_a_known_rule_is_not_changed_for_what_is_over(since: datetime) -> None:
    no = refusal(TUESDAY, replace(STRICTER, in_force_from=since), CAP)
    assert isinstance(no, TakesEffectInThePast)
    assert "shop.ship-late@2" in str(no.details["rows"])


def test_a_rule_may_hold_from_the_moment_it_is_published() -> None:
    now = replace(STRICTER, in_force_from=TUESDAY)
    given(first).when(publish(now, CAP), at=TUESDAY).happens()


def test_a_rule_that_is_new_altogether_may_hold_already_and_that_is_said() -> None:
    after = given(first).when(publish(TYPHOON), at=TUESDAY).happens()
    said = Caution(code="holds_already", row="shop.typhoon@1", in_force_from=MONDAY)
    assert cautions(after.past[-1]) == [said]


@pytest.mark.parametrize(
    ("days", "codes"), [(0, ["short_notice"]), (6, ["short_notice"]), (7, [])]
)
def test_less_than_seven_days_notice_is_said_not_refused(
    days: int, codes: list[str]
) -> None:
    soon = replace(STRICTER, in_force_from=TUESDAY + timedelta(days=days))
    after = given(first).when(publish(soon, CAP), at=TUESDAY).happens()
    assert [each.code for each in cautions(after.past[-1])] == codes


def test_nobody_is_warned_of_the_first_publication() -> None:
    assert cautions(first) == ()


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (replace(LABEL, hours=None), "row 2 (shop.ship-48h): `hours`"),
        (replace(LABEL, zone="Moon/Base"), "row 2 (shop.ship-48h): `zone`"),
        (replace(LATE, caps=("shop.no-cap",)), "row 2 (shop.ship-late): `caps`"),
        (replace(LATE, in_force_to=JANUARY), "row 2 (shop.ship-late): `in_force_to`"),
        (CAP, "row 2 (shop.order-cap): `version`"),
    ],
)
def test_what_nobody_could_keep_is_refused_by_row_and_field(
    row: AnyRow, named: str
) -> None:
    no = refusal(TUESDAY, CAP, row)
    assert isinstance(no, RowUnusable)
    assert named in str(no.details["rows"])


@pytest.mark.parametrize("taken", [{"sources": ("shop",)}, {"fallback": True}])
def test_no_two_profiles_speak_for_the_same_orders(taken: dict[str, Any]) -> None:
    for_all = given().when(publish(pack=replace(PACK, fallback=True)), at=MONDAY)
    other = replace(PACK, profile="other", row=(), sources=())
    other = replace(other, **taken)
    for_all.happens().when(publish(pack=other), at=TUESDAY).refused(SourceTaken)


def test_the_profile_for_all_other_orders_stays_it() -> None:
    for_all = given().when(publish(pack=replace(PACK, fallback=True)), at=MONDAY)
    for_all.happens().when(publish(), at=TUESDAY).refused(FallbackNeeded)


def test_a_pack_that_comes_late_leaves_out_what_missed_its_day() -> None:
    edited = replace(LABEL, hours=24)
    shipped = replace(PACK, row=(LATE, CAP, edited, STRICTER, TYPHOON))
    after = NEXT_MONTH + timedelta(days=1)
    policies = POLICY_SET.evolve(POLICY_SET.initial, first)
    rest, left_out = publishable(policies, shipped, after)
    assert rest.row == (LATE, CAP, TYPHOON)
    assert left_out == (
        LeftOut(row="shop.ship-48h@1", why="row_edited"),
        LeftOut(row="shop.ship-late@2", why="takes_effect_in_the_past"),
    )
    assert publishable(POLICY_SET.initial, shipped, after) == (shipped, ())


def test_a_pack_that_comes_with_a_release_only_adds_rows() -> None:
    policies = POLICY_SET.evolve(POLICY_SET.initial, first)
    shipped = replace(PACK, title="Another", usual=(), row=(STRICTER,))
    rest, _ = publishable(policies, shipped, TUESDAY)
    assert rest == replace(PACK, row=(STRICTER,))


def test_a_profile_can_be_read_as_of_each_of_its_publications() -> None:
    after = given(first).when(publish(STRICTER, CAP), at=TUESDAY).happens()
    policies = POLICY_SET.evolve(
        POLICY_SET.evolve(POLICY_SET.initial, first), after.past[-1]
    )
    assert policies.document("shop", 1) == PACK
    assert policies.document("shop").row == (*ROWS, STRICTER)
    assert policies.profiles["shop"].newest()["shop.ship-late"] == 2
    for number in (0, 3):
        with pytest.raises(KeyError):
            policies.document("shop", number)


def test_a_publication_reads_back_as_it_was_written() -> None:
    assert json.decode(json.encode(first), type=type(first)) == first
