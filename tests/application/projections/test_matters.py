"""What the board of matters shows: what the domain folds, soonest due first."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import reduce
from typing import get_args
from uuid import UUID, uuid4

import pytest
from msgspec import convert, inspect
from msgspec.structs import replace

from application.contacts import Contacts
from application.event_store.handler import CommandHandler
from application.event_store.postgres import PostgresEventStore
from application.orders import context_for
from application.projections.matter_rows import AS_GROWN, BY_NOUN, FOLDS, Fold, Matters
from application.projections.matters import (
    MatterNoun,
    MatterQueries,
    MatterRow,
    Wanted,
)
from application.projections.paging import BadCursor
from application.projections.rebuild import rebuild
from application.projections.runner import Runner
from application.projections.runtime import OutOfStep
from application.responsibility import Responsibilities
from domain.after_sales import AssignCase, ParcelScanned
from domain.agent_promise import AGENT_PROMISE, KeepPromise, MakePromise
from domain.contact import AssignContact, ContactCommand, RateContact
from domain.kernel import Event
from domain.policy.book import Rulebook
from domain.resolution import AcceptPlan
from domain.responsibility import AttributionOpened, OpenAttribution
from domain.timer import CheckClocks, started
from tests.application.projections.conftest import (
    History,
    Pools,
    Reader,
    stream_called,
)
from tests.application.resolving import ANNA, Anna
from tests.domain import accounts, after_sales, contacts, disputes
from tests.domain.clocks import timer_row
from tests.given import Given

ORDER_ID = "6d1f0a3b-5c2e-8012-9d10-6f1a2b3c4d5e"
SECOND, HOUR, DAY = contacts.SECOND, contacts.HOUR, timedelta(days=1)

# -- Lives, as the domain tells them --

MAKE = MakePromise(
    by=contacts.WANG,
    consumer="li-mei",
    contact="c-1",
    deed="call_back",
    due_at=contacts.MONDAY + 7 * HOUR,
)
promised = Given(AGENT_PROMISE, contacts.BOOK).when(MAKE, at=contacts.MONDAY).happens()
late = promised.when(CheckClocks(), at=contacts.MONDAY + 7 * HOUR + SECOND).happens()
kept = late.when(
    KeepPromise(by=contacts.WANG, evidence="call-1"), at=contacts.MONDAY + 8 * HOUR
).happens()
asks_again = (
    contacts.answered()
    .when(contacts.writes(contacts.LI_MEI, "3"), at=contacts.MONDAY + HOUR)
    .happens()
)
assigned = AssignCase(by=after_sales.LIN, agent="lin")
paid = after_sales.after(
    after_sales.refunding(),
    (assigned, after_sales.TUESDAY),
    (after_sales.pay, after_sales.TUESDAY),
    (after_sales.paid, after_sales.WEDNESDAY),
)
blamed = (
    accounts.given(accounts.opened)
    .when(accounts.attribute(*accounts.HALVES), at=accounts.MONDAY)
    .happens()
)
claimed = blamed.when(accounts.claim(accounts.yuan(30)), at=accounts.TUESDAY).happens()


def made_good(plan: str | None = None) -> Sequence[Event]:
    """Return what a resolution is told of a late order, and of a plan that is taken."""
    anna = Anna()
    anna.falls_short()
    if plan is not None:
        anna.asks(AcceptPlan(by=ANNA, plan=plan))
        anna.starts()
    return [each.event for each in anna.store.stream(anna.resolution_id)]


LIVES: dict[str, tuple[MatterNoun, Sequence[Event]]] = {
    "an open case": ("case", after_sales.asked().past),
    "a refused case": ("case", after_sales.rejected().past),
    "a case that is over": ("case", paid.past),
    "goods on their way": ("case", after_sales.exchanging().past),
    "a dispute among two": ("dispute", disputes.negotiating),
    "a dispute under review": ("dispute", disputes.reviewed),
    "proof asked for": ("dispute", disputes.asked),
    "a ruling": ("dispute", disputes.ruled),
    "an appeal": ("dispute", disputes.appealed),
    "a settlement": ("dispute", disputes.settled),
    "a question": ("contact", contacts.begun().past),
    "an answer": ("contact", contacts.answered().past),
    "another question": ("contact", asks_again.past),
    "an end": ("contact", contacts.over().past),
    "an agent's word": ("promise", promised.past),
    "a broken word": ("promise", late.past),
    "a word kept late": ("promise", kept.past),
    "blame": ("account", blamed.past),
    "a claim": ("account", claimed.past),
    "a solution on offer": ("resolution", made_good()),
    "a solution carried out": ("resolution", made_good("resend")),
}


@pytest.fixture
def reader(pools: Pools) -> Reader:
    return Reader(pools.projector, [Matters()])


@pytest.fixture
def matters(pools: Pools) -> MatterQueries:
    return MatterQueries(pools.reader)


def row(matters: MatterQueries, name: str) -> MatterRow:
    found = matters.one(stream_called(name))
    assert found is not None
    return found


def names(matters: MatterQueries, wanted: Wanted) -> list[UUID]:
    return [each.stream_id for each in matters.find(wanted, limit=100).rows]


# -- Filling --


@pytest.mark.parametrize("life", LIVES)
def test_a_row_is_what_the_domains_own_fold_says(
    reader: Reader, history: History, matters: MatterQueries, life: str
) -> None:
    noun, events = LIVES[life]
    reader.reads(*history.goes_on(life, *events))
    fold = BY_NOUN[noun]
    shown = fold.shown(reduce(fold.evolve, events, fold.initial))
    found = row(matters, life)
    assert (found.noun, found.version) == (noun, len(events))
    assert (found.status, found.final) == (shown.status, shown.final)
    assert (found.kind, found.consumer) == (shown.kind, shown.consumer)
    assert tuple(found.flags) == tuple(shown.flags)
    assert (found.assigned, found.score) == (shown.assigned, shown.score)
    assert found.amount_minor == (shown.amount.minor if shown.amount else None)
    running = [each for each in shown.clocks if each.standing == "running"]
    due = min((each.due_at for each in running), default=None)
    assert found.due_at == due


@pytest.mark.parametrize("life", LIVES)
def test_it_does_not_matter_how_the_log_is_cut_into_batches(
    reader: Reader, history: History, matters: MatterQueries, life: str
) -> None:
    _, events = LIVES[life]
    reader.reads(*history.goes_on("at once", *events))
    for event in events:
        reader.reads(*history.goes_on("one by one", event))
    whole, pieces = row(matters, "at once"), row(matters, "one by one")
    assert replace(pieces, stream_id=whole.stream_id) == whole


def test_no_life_is_too_strange_for_the_board(
    reader: Reader, history: History, pools: Pools
) -> None:
    for life, (_, events) in LIVES.items():
        reader.reads(*history.goes_on(life, *events))
    with pools.reader.connection() as connection:
        parked = connection.execute("SELECT count(*) FROM projection.parked").fetchone()
    assert parked == (0,)


def test_the_lives_are_of_every_noun_and_of_many_stands() -> None:
    nouns = {noun for noun, _ in LIVES.values()}
    assert nouns == set(get_args(MatterNoun)) == set(BY_NOUN)


def test_a_batch_read_twice_is_refused_and_changes_nothing(
    reader: Reader, history: History, matters: MatterQueries
) -> None:
    batch = history.goes_on("c-1", *contacts.answered().past)
    reader.reads(*batch)
    before = row(matters, "c-1")
    with pytest.raises(OutOfStep):
        reader.reads(*batch)
    assert row(matters, "c-1") == before


def test_several_matters_in_one_batch_do_not_mix(
    reader: Reader, history: History, matters: MatterQueries
) -> None:
    batch = []
    for first, second in zip(
        contacts.begun().past, after_sales.asked().past, strict=False
    ):
        batch += history.goes_on("c-1", first) + history.goes_on("case-1", second)
    reader.reads(*batch)
    assert (row(matters, "c-1").noun, row(matters, "case-1").noun) == (
        "contact",
        "case",
    )


def test_a_stream_that_only_has_clocks_is_no_matter(
    reader: Reader, history: History, matters: MatterQueries
) -> None:
    clock = started(timer_row(), "answer", contacts.MONDAY)
    reader.reads(*history.goes_on("x", clock))
    assert matters.one(stream_called("x")) is None


def test_the_next_step_is_of_the_clock_that_ends_first(
    reader: Reader, history: History, matters: MatterQueries
) -> None:
    reader.reads(*history.goes_on("proof", *disputes.asked))
    found = row(matters, "proof")
    fold = BY_NOUN["dispute"]
    state = reduce(fold.evolve, disputes.asked, fold.initial)
    running = [each for each in fold.shown(state).clocks if each.standing == "running"]
    assert len(running) > 1
    first = min(running, key=lambda each: (each.due_at, each.name))
    assert (found.owes, found.step) == (first.owes, first.step)


class OneBook:
    """The same rules for everybody."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book

    def for_source(self, _source: str | None) -> Rulebook:
        return self._book


def test_filled_again_the_board_is_the_same(
    pools: Pools, store: PostgresEventStore, matters: MatterQueries
) -> None:
    handler, runner = CommandHandler(store), Runner([Matters()], pools.projector)
    desk = Contacts(store, handler, OneBook(contacts.BOOK))
    blame = Responsibilities(store, handler, OneBook(accounts.BOOK))
    opening = OpenAttribution(
        by=accounts.OTTO, matter="d-1", order="A-1", source="shop", consumer="anna"
    )
    five = RateContact(by=contacts.LI_MEI, score=5)
    mine = AssignContact(by=contacts.WANG, agent="wang")
    answer = contacts.writes(contacts.WANG, "2")
    talk: tuple[ContactCommand, ...] = (contacts.opens(), mine, answer, five)
    for number in range(3):
        contact_id = desk.id_of(f"consumer-{number}", "c-1")
        for at, said in enumerate(talk):
            asked_at = contacts.MONDAY + at * HOUR / 10
            context = context_for(uuid4(), said, actor="test:1", asked_at=asked_at)
            desk.take(contact_id, said, context)
            runner.catch_up()
        context = context_for(uuid4(), MAKE, actor="test:1", asked_at=contacts.MONDAY)
        desk.take_promise(desk.promise_id(contact_id, "p-1"), MAKE, context)
        account_id = blame.id_of(f"consumer-{number}", "d-1")
        for command in (opening, accounts.attribute(*accounts.HALVES)):
            context = context_for(
                uuid4(), command, actor="test:1", asked_at=accounts.MONDAY
            )
            blame.take(account_id, command, "shop", context)
        runner.catch_up()
    rebuilt = rebuild(Matters(), pools.projector)
    assert rebuilt.rows == len(matters.find(Wanted(), limit=100).rows) == 9
    assert rebuilt.equal, rebuilt.examples


# -- Asking --


def test_what_nobody_opened_is_no_matter(
    reader: Reader, history: History, matters: MatterQueries
) -> None:
    scan = ParcelScanned(
        at=after_sales.MONDAY, direction="reverse", scan="s-1", code="signed"
    )
    reader.reads(*history.goes_on("a parcel of no case", scan))
    assert not matters.find(Wanted(), limit=10).rows


@pytest.fixture
def board(reader: Reader, history: History, matters: MatterQueries) -> MatterQueries:
    """Fill it with all the lives."""
    for life, (_, events) in LIVES.items():
        reader.reads(*history.goes_on(life, *events))
    return matters


def test_the_soonest_due_comes_first_and_what_nobody_owes_last(
    board: MatterQueries,
) -> None:
    due = [each.due_at for each in board.find(Wanted(), limit=100).rows]
    assert len(due) == len(LIVES)
    known = [each for each in due if each is not None]
    assert due == sorted(known) + [None] * (len(due) - len(known))


def test_pages_go_on_where_the_last_one_ended(board: MatterQueries) -> None:
    whole = names(board, Wanted())
    seen: list[UUID] = []
    cursor = None
    while True:
        page = board.find(Wanted(), limit=3, cursor=cursor)
        seen += [each.stream_id for each in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert seen == whole
    with pytest.raises(BadCursor):
        board.find(Wanted(), limit=3, cursor="elsewhere")


def asked(field: str, value: str) -> Wanted:
    """Return the question for rows with this word in this field."""
    return convert({field: value}, Wanted)


def all_rows(board: MatterQueries) -> Sequence[MatterRow]:
    return board.find(Wanted(), limit=100).rows


@pytest.mark.parametrize(
    "field", ["status", "kind", "owes", "step", "assigned", "merchant", "creator"]
)
def test_it_is_asked_by_each_of_its_words(board: MatterQueries, field: str) -> None:
    told = {getattr(each, field) for each in all_rows(board)} - {None}
    for value in told:
        expected = [
            each.stream_id for each in all_rows(board) if getattr(each, field) == value
        ]
        assert names(board, asked(field, value)) == expected
    assert names(board, asked(field, "nothing-of-the-kind")) == []


def test_it_is_asked_by_flag_noun_amount_and_time(board: MatterQueries) -> None:
    rows = all_rows(board)
    flags = {flag for each in rows for flag in each.flags}
    assert flags
    for flag in flags:
        expected = [each.stream_id for each in rows if flag in each.flags]
        assert names(board, Wanted(flag=flag)) == expected
    assert {
        each.noun for each in board.find(Wanted(nouns=("case",)), limit=9).rows
    } == {"case"}
    amounts = [each.amount_minor for each in rows if each.amount_minor is not None]
    most = max(amounts)
    assert names(board, Wanted(amount_from=most)) == [
        each.stream_id for each in rows if each.amount_minor == most
    ]
    assert names(board, Wanted(amount_from=most + 1)) == []
    due = sorted(each.due_at for each in rows if each.due_at)
    assert names(board, Wanted(due_before=due[0])) == []
    assert len(names(board, Wanted(due_before=due[0] + SECOND))) >= 1


def test_what_nobody_has_is_told_from_what_somebody_has(board: MatterQueries) -> None:
    rows = all_rows(board)
    free = [each.stream_id for each in rows if each.assigned is None]
    assert names(board, Wanted(unassigned=True)) == free
    assert names(board, Wanted(unassigned=False)) == [each.stream_id for each in rows]


def test_a_consumers_earlier_contacts_are_those_of_the_last_days(
    reader: Reader, history: History, matters: MatterQueries
) -> None:
    first = replace(contacts.begun().past[0], order=ORDER_ID)
    reader.reads(*history.goes_on("c-1", first))
    reader.reads(*history.goes_on("c-2", *contacts.begun().past))
    before, after = contacts.MONDAY - DAY, contacts.MONDAY + SECOND
    about = UUID(ORDER_ID)
    assert list(matters.earlier_contacts("li-mei", about, before)) == [
        stream_called("c-1")
    ]
    assert len(matters.earlier_contacts("li-mei", None, before)) == 2
    assert list(matters.earlier_contacts("li-mei", None, after)) == []
    assert list(matters.earlier_contacts("wang-lei", None, before)) == []


def test_all_of_an_order_is_found_together(
    reader: Reader, history: History, matters: MatterQueries
) -> None:
    opening = contacts.begun().past[0]
    told = replace(opening, order=ORDER_ID)
    blame = AttributionOpened(
        at=contacts.MONDAY,
        by=contacts.WANG,
        matter="d-1",
        order=ORDER_ID,
        consumer="li-mei",
    )
    reader.reads(*history.goes_on("c-1", told))
    reader.reads(*history.goes_on("a-1", blame))
    reader.reads(*history.goes_on("c-2", opening))
    found = {each.stream_id for each in matters.about(UUID(ORDER_ID))}
    assert found == {stream_called("c-1"), stream_called("a-1")}


KEPT_AS_GROWN = [fold for fold in FOLDS.values() if fold.encode is AS_GROWN]


@pytest.mark.parametrize("fold", KEPT_AS_GROWN, ids=lambda fold: str(fold.noun))
def test_what_is_kept_as_it_grew_has_no_sets(fold: Fold) -> None:
    seen: set[object] = set()
    assert not list(sets_in(inspect.type_info(type(fold.initial)), "", seen))
    assert len(seen) > 10, "it was looked into"


def sets_in(kind: object, path: str, seen: set[object]) -> Iterator[str]:
    """Yield where a type holds sets, which no two processes walk in one order."""
    if isinstance(kind, inspect.SetType | inspect.FrozenSetType):
        yield path
    if isinstance(kind, inspect.StructType):
        if kind.cls not in seen:
            seen.add(kind.cls)
            for field in kind.fields:
                yield from sets_in(field.type, f"{path}.{field.name}", seen)
        return
    for name in ("types", "item_types", "item_type", "key_type", "value_type"):
        inner = getattr(kind, name, ())
        for each in inner if isinstance(inner, tuple) else (inner,):
            yield from sets_in(each, path, seen)
