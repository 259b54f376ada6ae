"""What must be so after a story: I1 to I4, and every answer as the log has it."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise, product
from uuid import UUID

from application.event_store.batch import MovedOn
from application.event_store.envelope import Ask, Receipt
from application.event_store.store import (
    Busy,
    KeyReused,
    OutcomeUnknown,
    StaleVersion,
    StoreUnavailable,
)
from domain.ids import partition_in
from domain.kernel import Event, Refused
from tests.application.event_store.shelf import SHELF
from tests.application.event_store.simulation import Delivery, World

Name = tuple[int, UUID]


def untrue(world: World) -> list[str]:
    """Return what does not hold, a sentence each; nothing if all is well."""
    return [
        *untrue_of_the_log(world),
        *untrue_of_commands(world),
        *(
            f"{told}: {said(each)}"
            for each in world.deliveries
            for told in wrong(each, world)
        ),
    ]


def said(delivery: Delivery) -> str:
    """Return who was told what."""
    told = f"{type(delivery.answer).__name__} {delivery.answer}"
    return f"command {delivery.ask.context.command_id} was told {told}"


def name_of(ask: Ask) -> Name:
    return partition_in(ask.parts[0].stream_id), ask.context.command_id


# -- I3 and I4 --


def untrue_of_the_log(world: World) -> Iterator[str]:
    """Yield what is wrong with places and times."""
    for partition, log in world.store.logs.items():
        if [each.position for each in log] != list(range(1, len(log) + 1)):
            yield f"I4: the positions of partition {partition} have a gap"
        if any(a.recorded_at > b.recorded_at for a, b in pairwise(log)):
            yield f"I4: time runs backwards in partition {partition}"
    for stream_id, history in world.store.streams.items():
        if [each.version for each in history] != list(range(1, len(history) + 1)):
            yield f"I3: the versions of {stream_id} have a gap"


# -- I1 and I2 --


def untrue_of_commands(world: World) -> Iterator[str]:
    """Yield what is stored though nobody asked it so, or twice, or by halves."""
    asked = {(name_of(each.ask), each.hashed): each.ask for each in world.deliveries}
    times: Counter[Name] = Counter()
    versions: Counter[UUID] = Counter()
    for batch in world.store.log:
        for kept in batch:
            times[kept.name] += 1
            ask = asked.get((kept.name, kept.request_hash))
            if ask is None:
                yield f"I2: {kept.name} is stored, and nobody asked for it"
                continue
            if [each.event for each in kept.events] != decided(world, ask, versions):
                yield f"I2: {kept.name} is not what comes of it on what was so then"
            for each in kept.events:
                versions[each.stream_id] += 1
    yield from (f"I2: {name} is stored {n} times" for name, n in times.items() if n > 1)


def decided(world: World, ask: Ask, versions: Counter[UUID]) -> list[Event]:
    """Return what an ask comes to where the streams stood at these versions."""
    events: list[Event] = []
    drafts: dict[UUID, list[Event]] = {}
    for part in ask.parts:
        state = world.folded(part.stream_id, versions[part.stream_id])
        draft = drafts.setdefault(part.stream_id, [])
        for event in draft:
            state = SHELF.evolve(state, event)
        try:
            draft += SHELF.decide(state, part.command, None, ask.context.at)
        except Refused:
            return []
    for draft in drafts.values():
        events += draft
    return events


# -- The answers --


def wrong(delivery: Delivery, world: World) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    answer = delivery.answer
    stored = world.store.seen.get(name_of(delivery.ask))
    ours = stored is not None and stored[0] == delivery.hashed
    if delivery.unknown:
        return
    if isinstance(answer, Receipt):
        yield from wrong_receipt(delivery, answer, world, ours=ours)
        return
    if ours and not others(delivery, world):
        yield "I2: it failed, and is stored"
    if granted_before(delivery, world) and not isinstance(
        answer, StoreUnavailable | Busy
    ):
        yield "I1: it was granted, and then refused"
    match answer:
        case OutcomeUnknown() | StoreUnavailable() | Busy():
            pass
        case KeyReused():
            if stored is None or ours:
                yield "its name is nobody else's"
        case StaleVersion(details={"version": int(version)}):
            if not seen(delivery, delivery.ask.parts[0].stream_id, version):
                yield "its stream never stood there"
        case MovedOn():
            if all(delivery.to[s] == v for s, v in delivery.ask.rests_on.items()):
                yield "nothing has moved on"
        case ValueError() if "NUL" in str(answer):
            pass
        case Refused():
            if not any(refused(delivery, world)):
                yield "nothing refuses it"
        case _:
            yield "somebody stumbled"


def wrong_receipt(
    delivery: Delivery, receipt: Receipt, world: World, *, ours: bool
) -> Iterator[str]:
    """Yield what is wrong with a receipt: of something, or of nothing new."""
    if not receipt.leaves:
        where = {each.stream_id: each.version for each in receipt.streams}
        if any(not seen(delivery, each, where[each]) for each in where):
            yield "its streams never stood there"
        elif decided(world, delivery.ask, Counter(where)):
            yield "there was something to do"
        return
    if not ours:
        yield "I1: it was acknowledged, and is not stored"
        return
    _, first = world.store.seen[name_of(delivery.ask)]
    if (receipt.leaves, receipt.position, receipt.streams) != (
        first.leaves,
        first.position,
        first.streams,
    ):
        yield "I1: it was acknowledged, and something else is stored"
    firsts = [
        each.answer
        for each in same(delivery, world)
        if isinstance(each.answer, Receipt)
        and each.answer.leaves
        and not each.answer.repeated
    ]
    if len(firsts) > 1:
        yield "I2: it was told to be the first more than once"


def others(delivery: Delivery, world: World) -> bool:
    """Say whether the same ask handed in once more may be what was stored.

    What was lost on its way before may arrive later: it takes effect only if nothing
    has changed since it was decided, and then it would have been granted again. But
    where it was decided on what another of its batch does, that arrives with it: asked
    alone meanwhile, it may be refused first and take effect then.
    """
    whatever = isinstance(delivery.answer, StoreUnavailable | Busy)
    return any(
        each.ended > delivery.began
        or (whatever and (each.unknown or isinstance(each.answer, Receipt)))
        or (each.unknown and in_company(delivery, world))
        for each in same(delivery, world)
        if each is not delivery
    )


def in_company(delivery: Delivery, world: World) -> bool:
    """Say whether it is stored after another of its batch had events for its stream."""
    for batch in world.store.log:
        before: set[UUID] = set()
        for kept in batch:
            streams = {each.stream_id for each in kept.events}
            if kept.name == name_of(delivery.ask):
                return not streams.isdisjoint(before)
            before |= streams
    return False


def same(delivery: Delivery, world: World) -> Iterator[Delivery]:
    """Yield every time the same was asked under the same name."""
    name = name_of(delivery.ask)
    for each in world.deliveries:
        if each.hashed == delivery.hashed and name_of(each.ask) == name:
            yield each


def granted_before(delivery: Delivery, world: World) -> bool:
    """Say whether it had been acknowledged when it was handed in."""
    return any(
        isinstance(each.answer, Receipt)
        and each.answer.leaves
        and each.ended < delivery.began
        for each in same(delivery, world)
    )


def seen(delivery: Delivery, stream_id: UUID, version: int) -> bool:
    """Say whether a stream stood at a version at some time before the answer."""
    return delivery.from_[stream_id] <= version <= delivery.to[stream_id]


def refused(delivery: Delivery, world: World) -> Iterator[bool]:
    """Yield, of every state it may have been decided on, whether that refuses it."""
    streams = list(dict.fromkeys(part.stream_id for part in delivery.ask.parts))
    where = [range(delivery.from_[s], delivery.to[s] + 1) for s in streams]
    for versions in product(*where):
        at = dict(zip(streams, versions, strict=True))
        yield refuses(delivery.ask, at, world)


def refuses(ask: Ask, at: dict[UUID, int], world: World) -> bool:
    drafts = {each: world.folded(each, version) for each, version in at.items()}
    try:
        for part in ask.parts:
            state = drafts[part.stream_id]
            for event in SHELF.decide(state, part.command, None, ask.context.at):
                state = SHELF.evolve(state, event)
            drafts[part.stream_id] = state
    except Refused:
        return True
    return False
