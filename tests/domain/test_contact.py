"""What a contact is: nobody waits unseen, and every word counts once."""

from datetime import timedelta
from functools import reduce

import pytest

from domain.contact import (
    CONTACT,
    AssignContact,
    CloseContact,
    Contact,
    ContactAnswered,
    ContactAssigned,
    ContactClosed,
    ContactCommand,
    ContactDefaulted,
    ContactEvent,
    ContactHandedOver,
    ContactIsClosed,
    ContactLinked,
    ContactNotYours,
    ContactOpened,
    ContactRated,
    ContactReopened,
    HandOverContact,
    LinkContact,
    NobodyNamed,
    NoSuchContact,
    NotClosed,
    NotYoursToSay,
    OpenContact,
    RateContact,
    RatedWithoutAnswer,
    ReopenContact,
    StillWaiting,
    WordsExchanged,
    allowed,
)
from domain.kernel import Refused
from domain.party import By
from domain.timer import CheckClocks, TimerBreached, TimerCancelled, TimerMet
from tests.domain.contacts import (
    BOOK,
    CHEN,
    DAY,
    HELP,
    HOUR,
    LI_MEI,
    MINUTE,
    MONDAY,
    ROBOT,
    SECOND,
    SHOP,
    SORRY,
    STILL,
    WANG,
    WU,
    Given_,
    answered,
    begun,
    called,
    nothing,
    opens,
    over,
    writes,
)


def now(given: Given_) -> Contact:
    """Return the contact as it then stands."""
    return reduce(CONTACT.evolve, given.past, CONTACT.initial)


def last(given: Given_, kind: type[ContactEvent]) -> ContactEvent:
    """Return the last event of a kind; there is one."""
    return [each for each in given.past if isinstance(each, kind)][-1]


# -- How it begins --


def test_something_is_wrong_is_enough_to_begin_with() -> None:
    given = begun()
    first, word, clock = given.past
    assert first == ContactOpened(
        at=MONDAY,
        by=LI_MEI,
        consumer="li-mei",
        channel="chat",
        about="something_is_wrong",
    )
    assert isinstance(word, WordsExchanged)
    assert (word.direction, word.words) == ("in", HELP)
    assert now(given).status == "open"
    assert now(given).waiting_since == MONDAY
    assert clock == last(given, type(clock))


def test_a_consumer_who_says_no_word_waits_all_the_same() -> None:
    given = nothing().when(opens(words=None), at=MONDAY).happens()
    assert now(given).waiting_since == MONDAY


def test_whom_an_agent_writes_to_first_does_not_wait() -> None:
    given = nothing().when(opens(WANG, SORRY), at=MONDAY).happens()
    assert now(given).waiting_since is None
    assert now(given).clock is None


def test_an_agent_may_open_one_without_a_word() -> None:
    given = nothing().when(opens(WANG, None), at=MONDAY).happens()
    assert [type(each) for each in given.past] == [ContactOpened]


def test_a_contact_is_opened_once() -> None:
    begun().when(opens(), at=MONDAY + MINUTE).then()


def test_a_merchant_opens_no_contact_with_the_service() -> None:
    nothing().when(opens(SHOP), at=MONDAY).refused(NotYoursToSay)


def test_what_was_never_opened_answers_nothing() -> None:
    nothing().when(writes(WANG, "1"), at=MONDAY).refused(NoSuchContact)
    nothing().when(CheckClocks(), at=MONDAY).then()


def test_who_comes_back_about_the_same_thing_was_not_helped() -> None:
    again = OpenContact(
        by=LI_MEI, consumer="li-mei", channel="call", words=HELP, earlier=("c-1",)
    )
    given = nothing().when(again, at=MONDAY).happens()
    assert now(given).earlier == ("c-1",)


# -- Waiting, and the answer --


def test_the_first_answer_ends_the_waiting_and_is_the_first_response() -> None:
    at = MONDAY + 10 * MINUTE
    given = answered()
    word, answer, clock = given.past[-3:]
    assert isinstance(word, WordsExchanged)
    assert word.direction == "out"
    assert answer == ContactAnswered(
        at=at, message="2", agent=WANG, waited_seconds=600, first=True
    )
    assert isinstance(clock, TimerMet)
    state = now(given)
    assert (state.status, state.waiting_since) == ("answered", None)
    assert (state.first_response_seconds, state.waited_seconds) == (600, 600)


def test_more_words_of_the_consumer_start_no_second_clock() -> None:
    given = begun().when(writes(LI_MEI, "2", STILL), at=MONDAY + MINUTE).happens()
    assert len(now(given).timers) == 1
    assert now(given).waiting_since == MONDAY, "waiting counts from the first word"


def test_a_second_question_waits_anew_and_by_another_row() -> None:
    at = MONDAY + HOUR
    given = answered().when(writes(LI_MEI, "3", STILL), at=at).happens()
    clock = now(given).clock
    assert clock is not None
    assert clock.step == "contact.answer"
    later = given.when(writes(WANG, "4"), at=at + 5 * MINUTE).happens()
    answer = last(later, ContactAnswered)
    assert isinstance(answer, ContactAnswered)
    assert (answer.first, answer.waited_seconds) == (False, 300)
    state = now(later)
    assert (state.first_response_seconds, state.waited_seconds) == (600, 900)


def test_an_automatic_acknowledgement_answers_nothing() -> None:
    given = begun().when(writes(ROBOT, "2"), at=MONDAY + SECOND).happens()
    assert now(given).waiting_since == MONDAY
    assert now(given).first_response_seconds is None
    assert now(given).clock is not None


def test_an_agent_who_writes_twice_answers_once() -> None:
    given = answered().when(writes(WANG, "3"), at=MONDAY + HOUR).happens()
    assert sum(isinstance(each, ContactAnswered) for each in given.past) == 1


def test_every_message_counts_once() -> None:
    answered().when(writes(WANG, "2", STILL), at=MONDAY + HOUR).then()
    given = begun().when(called(WANG, "call-1"), at=MONDAY + MINUTE).happens()
    given.when(called(WANG, "call-1"), at=MONDAY + HOUR).then()


def test_a_call_back_answers_as_a_letter_does() -> None:
    given = begun().when(called(WANG, "call-1"), at=MONDAY + 4 * MINUTE).happens()
    assert now(given).first_response_seconds == 240


def test_a_call_recorded_late_for_before_the_question_makes_nobody_wait_less() -> None:
    given = begun().when(called(WANG, "call-1"), at=MONDAY - HOUR).happens()
    assert now(given).waited_seconds == 0


def test_a_word_of_nobody_knows_which_contact_is_kept() -> None:
    given = nothing().when(called(LI_MEI, "call-1"), at=MONDAY).happens()
    assert [type(each) for each in given.past] == [WordsExchanged]


# -- Time --


def test_an_answer_is_late_one_second_after_it_was_due() -> None:
    begun().when(CheckClocks(), at=MONDAY + HOUR).then()
    late = MONDAY + HOUR + SECOND
    given = begun().when(CheckClocks(), at=late).happens()
    breach, default = given.past[-2:]
    assert isinstance(breach, TimerBreached)
    assert default == ContactDefaulted(
        at=late,
        timer="answer/1",
        does="breach",
        policy="test.contact.first_response@1",
    )
    given.when(CheckClocks(), at=late + DAY).then()


def test_nights_do_not_count_against_the_service_but_the_consumer_feels_them() -> None:
    evening = MONDAY + 12 * HOUR + 30 * MINUTE  # half past ten at night
    given = nothing().when(opens(), at=evening).happens()
    clock = now(given).clock
    assert clock is not None
    assert clock.due_at == evening + 10 * HOUR, "half an hour tonight, and tomorrow"
    morning = evening + 9 * HOUR + 40 * MINUTE
    given = given.when(writes(WANG, "2"), at=morning).happens()
    assert now(given).first_response_seconds == (9 * 60 + 40) * 60


def test_what_was_answered_too_late_is_answered_all_the_same() -> None:
    late = MONDAY + 2 * HOUR
    given = begun().when(CheckClocks(), at=late).happens()
    given = given.when(writes(WANG, "2"), at=late + MINUTE).happens()
    answer = last(given, ContactAnswered)
    assert isinstance(answer, ContactAnswered)
    assert answer.waited_seconds == 2 * 3600 + 60
    assert not any(isinstance(each, TimerMet) for each in given.past)


# -- Whose it is --


def test_a_contact_is_given_to_an_agent_and_taken_over_by_another() -> None:
    at = MONDAY + MINUTE
    mine = begun().when(AssignContact(by=WANG, agent="wang"), at=at).happens()
    assert mine.past[-1] == ContactAssigned(at=at, by=WANG, agent="wang")
    mine.when(AssignContact(by=WANG, agent="wang"), at=at).then()
    mine.when(AssignContact(by=CHEN, agent="chen"), at=at).then(
        ContactAssigned(at=at, by=CHEN, agent="chen", taken_from="wang")
    )
    back = mine.when(AssignContact(by=WANG, agent=None), at=at).happens()
    assert now(back).agent is None


def test_only_who_has_a_contact_answers_or_closes_it() -> None:
    at = MONDAY + MINUTE
    wangs = begun().when(AssignContact(by=WANG, agent="wang"), at=at).happens()
    wangs.when(writes(CHEN, "2"), at=at).refused(ContactNotYours)
    close = CloseContact(by=CHEN, outcome="duplicate")
    wangs.when(close, at=at).refused(ContactNotYours)
    taken = wangs.when(AssignContact(by=CHEN, agent="chen"), at=at).happens()
    taken.when(writes(WANG, "2"), at=at).refused(ContactNotYours)
    assert now(taken.when(writes(CHEN, "2"), at=at).happens()).status == "answered"
    assert now(taken.when(writes(LI_MEI, "2"), at=at).happens()).status == "open"


def test_a_contact_nobody_has_anybody_of_the_service_answers() -> None:
    assert now(begun().when(writes(CHEN, "2"), at=MONDAY).happens()).status == (
        "answered"
    )


def test_a_hand_over_names_somebody() -> None:
    nobody = HandOverContact(by=WANG)
    begun().when(nobody, at=MONDAY).refused(NobodyNamed)
    team = HandOverContact(by=WANG, team="fresh_food", words=STILL)
    given = begun().when(team, at=MONDAY).happens()
    assert given.past[-1] == ContactHandedOver(
        at=MONDAY, by=WANG, team="fresh_food", words=STILL
    )
    assert (now(given).agent, now(given).team) == (None, "fresh_food")
    to = HandOverContact(by=WANG, to="chen")
    then = given.when(to, at=MONDAY).happens()
    assert (now(then).agent, now(then).team) == ("chen", "fresh_food")


def test_a_contact_is_tied_to_what_it_is_about_once() -> None:
    link = LinkContact(by=WANG, noun="case", target="c-9")
    tied = begun().when(link, at=MONDAY).happens()
    assert tied.past[-1] == ContactLinked(at=MONDAY, by=WANG, noun="case", target="c-9")
    tied.when(link, at=MONDAY).then()
    to_order = LinkContact(by=LI_MEI, noun="order", target="o-1")
    assert now(tied.when(to_order, at=MONDAY).happens()).order == "o-1"


# -- Its end --


def test_nobody_closes_while_the_consumer_waits() -> None:
    for outcome in ("answered", "made_good", "no_fault_found", "case_opened"):
        close = CloseContact(by=WANG, outcome=outcome)
        begun().when(close, at=MONDAY).refused(StillWaiting)


@pytest.mark.parametrize("outcome", ["consumer_gone", "duplicate"])
def test_whom_no_answer_reaches_is_not_waited_for(outcome: str) -> None:
    close = CloseContact(by=WANG, outcome=outcome)  # type: ignore[arg-type]  # the outcomes above
    given = begun().when(close, at=MONDAY + MINUTE).happens()
    assert isinstance(given.past[-1], TimerCancelled)
    assert (now(given).status, now(given).waiting_since) == ("closed", None)
    given.when(CheckClocks(), at=MONDAY + DAY).then()


def test_a_consumer_closes_at_any_time() -> None:
    close = CloseContact(by=LI_MEI, outcome="answered")
    given = begun().when(close, at=MONDAY + MINUTE).happens()
    assert now(given).status == "closed"


def test_an_answered_contact_is_closed_with_its_outcome() -> None:
    assert over().past[-1] == ContactClosed(
        at=MONDAY + HOUR, by=WANG, outcome="answered"
    )
    assert now(over()).outcome == "answered"


def test_a_closed_contact_is_left_alone_by_the_service() -> None:
    at = MONDAY + DAY
    over().when(writes(WANG, "9"), at=at).refused(ContactIsClosed)
    for command in (
        AssignContact(by=WANG, agent="wang"),
        HandOverContact(by=WANG, to="chen"),
        CloseContact(by=WANG, outcome="answered"),
    ):
        over().when(command, at=at).refused(ContactIsClosed)


def test_a_consumer_who_writes_to_a_closed_contact_opens_it_again_and_waits() -> None:
    at = MONDAY + DAY
    given = over().when(writes(LI_MEI, "3", STILL), at=at).happens()
    again = last(given, ContactReopened)
    assert again == ContactReopened(at=at, by=LI_MEI, reason="consumer_wrote")
    state = now(given)
    assert (state.status, state.waiting_since, state.outcome) == ("open", at, None)
    assert state.clock is not None


def test_it_is_taken_up_again_only_when_closed() -> None:
    reopen = ReopenContact(by=WANG, reason="consumer_called_again")
    answered().when(reopen, at=MONDAY + HOUR).refused(NotClosed)
    given = over().when(reopen, at=MONDAY + DAY).happens()
    assert now(given).status == "answered", "nobody waits, so nothing is owed"


def test_a_consumer_says_how_she_was_served_after_somebody_answered() -> None:
    five = RateContact(by=LI_MEI, score=5)
    begun().when(five, at=MONDAY).refused(RatedWithoutAnswer)
    RateContact(by=WANG, score=5)
    over().when(RateContact(by=WANG, score=5), at=MONDAY).refused(NotYoursToSay)
    at = MONDAY + DAY
    over().when(five, at=at).then(ContactRated(at=at, by=LI_MEI, score=5))


def test_a_merchant_and_a_judge_have_their_part_or_none() -> None:
    for command in (
        writes(SHOP, "9"),
        AssignContact(by=SHOP, agent="me"),
        LinkContact(by=SHOP, noun="case", target="c-1"),
    ):
        begun().when(command, at=MONDAY).refused(NotYoursToSay)
    assert now(begun().when(writes(WU, "2"), at=MONDAY).happens()).status == "answered"


# -- What is offered --

ASKED: dict[type, dict[str, object]] = {
    type(writes(WANG, "9")): {"message": "9", "words": SORRY},
    AssignContact: {"agent": "yang"},
    HandOverContact: {"to": "yang"},
    LinkContact: {"noun": "case", "target": "c-1"},
    CloseContact: {"outcome": "duplicate"},
    ReopenContact: {"reason": "asked"},
    RateContact: {"score": 3},
}


@pytest.mark.parametrize("by", [LI_MEI, WANG, CHEN, WU, SHOP], ids=lambda by: by.role)
@pytest.mark.parametrize("given", [begun, answered, over], ids=lambda f: f.__name__)
def test_what_is_offered_is_what_is_not_refused(by: By, given: object) -> None:
    past = given()  # type: ignore[operator]  # one of the three above
    past = (
        past.when(AssignContact(by=WANG, agent="wang"), at=MONDAY).happens()
        if (now(past).status != "closed")
        else past
    )
    offered = allowed(now(past), by)
    for kind, fields in ASKED.items():
        command: ContactCommand = kind(by=by, **fields)
        refused = False
        try:
            CONTACT.decide(now(past), command, BOOK, MONDAY + timedelta(days=2))
        except Refused:
            refused = True
        assert refused == (kind not in offered), kind.__name__


def test_nothing_is_offered_of_a_contact_there_is_not() -> None:
    assert allowed(Contact(), WANG) == ()
