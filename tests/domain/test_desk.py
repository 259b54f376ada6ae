"""What agents keep: views of the queue and macros, one's own or the whole team's."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.desk import (
    DESK,
    KEPT_MAX,
    AskFor,
    Assign,
    Close,
    DeskEvent,
    DropMacro,
    DropView,
    Filters,
    HandOver,
    KeepMacro,
    KeepView,
    KeptBySomebodyElse,
    MacroDropped,
    MacroKept,
    MacroNoun,
    Note,
    NotKept,
    Say,
    Step,
    StepUnfit,
    TooManyKept,
    ViewDropped,
    ViewKept,
)
from domain.party import By
from tests.given import Given

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LIN = By(role="agent", name="lin")
WANG = By(role="agent", name="wang")
CHIEF = By(role="senior_agent", name="zhao")
CASES = Filters(noun="case")
HELLO = (Say(words="您好"),)


def given(*past: DeskEvent) -> Given[Any, Any, Any, Any]:
    return Given(DESK, None, *past)


def view(by: By = LIN, owner: str | None = None, **more: Any) -> ViewKept:
    told: dict[str, Any] = {"name": "due-today", "filters": CASES} | more
    return ViewKept(at=AT, by=by, owner=owner, **told)


def macro(by: By = LIN, owner: str | None = None) -> MacroKept:
    return MacroKept(
        at=AT, by=by, name="hello", owner=owner, noun="contact", steps=HELLO
    )


def keep(by: By = LIN, owner: str | None = None, **more: Any) -> KeepView:
    told: dict[str, Any] = {"name": "due-today", "filters": CASES} | more
    return KeepView(by=by, owner=owner, **told)


def keep_macro(by: By = LIN, owner: str | None = None, **more: Any) -> KeepMacro:
    told: dict[str, Any] = {"name": "hello", "noun": "contact", "steps": HELLO} | more
    return KeepMacro(by=by, owner=owner, **told)


def test_a_view_is_kept_for_the_team_or_for_oneself() -> None:
    given().when(keep(), at=AT).then(view())
    given(view()).when(keep(owner="lin"), at=AT).then(view(owner="lin"))


def test_keeping_what_is_kept_just_so_is_nothing() -> None:
    given(view()).when(keep(), at=AT).then()
    given(macro()).when(keep_macro(), at=AT).then()


def test_who_keeps_it_may_change_it() -> None:
    mine = Filters(mine=True)
    given(view()).when(keep(filters=mine), at=AT).then(view(filters=mine))
    given(macro()).when(keep_macro(steps=(Close(outcome="answered"),)), at=AT).happens()


def test_what_another_keeps_for_the_team_only_a_senior_agent_changes() -> None:
    other = Filters(noun="dispute")
    kept = given(view(), macro())
    kept.when(keep(WANG, filters=other), at=AT).refused(KeptBySomebodyElse)
    kept.when(DropView(by=WANG, name="due-today"), at=AT).refused(KeptBySomebodyElse)
    kept.when(keep_macro(WANG), at=AT).refused(KeptBySomebodyElse)
    kept.when(DropMacro(by=WANG, name="hello"), at=AT).refused(KeptBySomebodyElse)
    kept.when(keep(CHIEF, filters=other), at=AT).then(view(CHIEF, filters=other))


def test_who_kept_it_first_keeps_it_whoever_changed_it_since() -> None:
    changed = given(view(), view(CHIEF, filters=Filters()))
    changed.when(keep(), at=AT).then(view())
    changed.when(keep(WANG), at=AT).refused(KeptBySomebodyElse)


def test_what_is_somebodys_own_is_nobody_elses_to_keep() -> None:
    given().when(keep(WANG, owner="lin"), at=AT).refused(KeptBySomebodyElse)
    kept = given(view(owner="lin"))
    drop = DropView(by=WANG, name="due-today", owner="lin")
    kept.when(drop, at=AT).refused(KeptBySomebodyElse)
    kept.when(keep(WANG, owner="wang"), at=AT).then(view(WANG, owner="wang"))


def test_what_is_let_go_of_is_gone() -> None:
    drop = DropView(by=LIN, name="due-today")
    gone = ViewDropped(at=AT, by=LIN, name="due-today")
    given(view()).when(drop, at=AT).then(gone)
    given(view(), gone).when(drop, at=AT).refused(NotKept)
    drop_macro = DropMacro(by=LIN, name="hello")
    gone_macro = MacroDropped(at=AT, by=LIN, name="hello")
    given(macro()).when(drop_macro, at=AT).then(gone_macro)
    given(macro(), gone_macro).when(drop_macro, at=AT).refused(NotKept)


def test_a_view_and_a_macro_of_one_name_are_two_things() -> None:
    drop = DropMacro(by=LIN, name="due-today")
    given(view()).when(drop, at=AT).refused(NotKept)


def test_nobody_keeps_more_than_he_can_look_through() -> None:
    full = [view(name=f"view-{number}") for number in range(KEPT_MAX)]
    given(*full).when(keep(name="one-more"), at=AT).refused(TooManyKept)
    given(*full).when(keep(name="view-7", filters=Filters()), at=AT).happens()
    given(*full).when(keep(owner="lin"), at=AT).happens()


@pytest.mark.parametrize(
    ("noun", "step"),
    [
        ("contact", Note(words="x")),
        ("contact", AskFor(of="merchant", shows=("photo",))),
        ("case", HandOver(team="fresh-food")),
        ("dispute", Close(outcome="answered")),
    ],
)
def test_a_macro_asks_only_what_can_be_asked(noun: MacroNoun, step: Step) -> None:
    steps = (Assign(), step)
    given().when(keep_macro(noun=noun, steps=steps), at=AT).refused(StepUnfit)
