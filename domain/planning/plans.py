"""What is owed anyway, and up to three complete solutions to choose from."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from domain.money import Money
from domain.party import LiableParty
from domain.plan import PHASES, RECLAIMS, YUAN, Action, Phase, Plan, PlanStep
from domain.planning.ground import Ground
from domain.planning.pricing import priced
from domain.planning.taken import Taken, by_line
from domain.policy.caps import CARRIER_LIABILITY
from domain.policy.service_rows import PlanRow, StepRow
from domain.shortfall import Shortfall

PLANS_MAX: Final = 3
URGE: Final[Action] = "urge_carrier"
MINIMUM: Final = "minimum"
# What a solution is made of; what protects or tells alone solves nothing.
SOLVES: Final[frozenset[Phase]] = frozenset({"money", "goods", "goodwill"})


def minimum_of(ground: Ground) -> Plan:
    """Return what waits for nobody, as one plan; maybe of no steps.

    That is what is owed for all that fell short, and what needs no consent, such as
    urging a carrier. What several rows name is done once.
    """
    rows = [
        (row, each)
        for each in ground.shortfalls
        for row in (
            *ground.book.minimum_plans(each.code, ground.times),
            *ground.book.plans(each.code, ground.times),
        )
        if (row.minimum or not row.needs_consent) and applies(row, ground)
    ]
    # Each parcel that stands still is urged; anything else is done once for all.
    wanted: dict[tuple[StepRow, str | None], tuple[StepRow, Shortfall]] = {}
    for row, each in rows:
        for step in row.steps:
            key = step, each.name if step.action == URGE else None
            wanted.setdefault(key, (step, each))
    steps = in_order(steps_of(ground, wanted.values()))
    ref = rows[0][0].ref if rows else None
    return Plan(name=MINIMUM, policy=ref, steps=tuple(once_each(steps)))


def plans_of(ground: Ground) -> tuple[Plan, ...]:
    """Return up to three plans that solve it, the best first.

    One of which nothing is left that helps, for want of money, of room under a cap or
    of a parcel, is not offered; of two that came to the same the first is.
    """
    rows = {
        row.name: row
        for each in reversed(ground.shortfalls)
        for row in reversed(ground.book.plans(each.code, ground.times))
        if row.needs_consent and applies(row, ground)
    }
    found: list[Plan] = []
    for row in sorted(rows.values(), key=lambda row: (row.rank, row.id)):
        plan = plan_of(ground, row)
        same = plan is not None and any(plan.steps == each.steps for each in found)
        if plan is not None and not same:
            found.append(plan)
    return tuple(found[:PLANS_MAX])


def plan_of(ground: Ground, row: PlanRow) -> Plan | None:
    """Return a row's plan with its prices; None where nothing of it would help.

    A gift alone does not, where goods or money were meant to go with it.
    """
    meant = {phase_of(step) for step in row.steps if solves(step)}
    wanted = meant - {"goodwill"} or meant
    about = next((each for each in ground.shortfalls if each.code in row.codes), None)
    wished = steps_of(ground, ((step, about) for step in row.steps))
    steps = in_order(with_recourse(ground, tuple(wished)))
    if wanted and not any(step.phase in wanted for step in steps):
        return None
    return Plan(name=row.name, policy=row.ref, steps=steps) if steps else None


def applies(row: PlanRow, ground: Ground) -> bool:
    """Say whether every condition of a plan's row holds."""
    stalled = ground.stalled_hours
    over, up_to = row.stalled_over_hours, row.stalled_up_to_hours
    return all(
        (
            row.shipped is None or row.shipped == ground.shipped,
            over is None or (stalled is not None and stalled > over),
            up_to is None or stalled is None or stalled <= up_to,
            not row.goods or ground.goods in row.goods,
            not row.severities or ground.severity in row.severities,
        )
    )


def solves(row: StepRow) -> bool:
    """Say whether a step's row is part of a solution, not of what goes with it."""
    return phase_of(row) in SOLVES


def phase_of(row: StepRow) -> Phase:
    """Return when a step's row is done."""
    return PlanStep(action=row.action, part=row.part).phase


def steps_of(
    ground: Ground, rows: Iterable[tuple[StepRow, Shortfall | None]]
) -> Iterator[PlanStep]:
    """Yield the steps that are possible, each priced after those before it.

    With each row comes what it answers first.
    """
    taken = Taken()
    for row, about in rows:
        here = first_of(ground, about) if about and row.action == URGE else ground
        steps, taken = priced(here, row, taken)
        yield from (answering(step, about) for step in steps)


def answering(step: PlanStep, about: Shortfall | None) -> PlanStep:
    """Return a step under the name of what it is for; by a breach it has one already.

    What fell short of lines that it does not see to does not name it.
    """
    if about is None or step.breaches or about.line not in {None, *step.lines}:
        return step
    return replace(step, shortfall=about.name)


def first_of(ground: Ground, about: Shortfall) -> Ground:
    """Return a ground of which this is what fell short first."""
    others = (each for each in ground.shortfalls if each != about)
    return replace(ground, shortfalls=(about, *others))


def with_recourse(ground: Ground, steps: tuple[PlanStep, ...]) -> Iterator[PlanStep]:
    """Yield the steps; who bore most of the others claims it back.

    From a carrier no more than it is liable for, from a merchant what was borne for the
    lines it sold. Nobody claims from himself: where there is nobody else who bore
    anything, nothing is claimed.
    """
    currency = next((step.amount.currency for step in steps if step.amount), None)
    for step in steps:
        if step.action not in RECLAIMS:
            yield step
            continue
        bore = borne(ground, steps, step.lines)
        others = [(fen, who) for who, fen in bore.items() if who != step.party]
        if currency is None or not others:
            continue
        fen, claimant = max(others)
        if step.party == "carrier" and currency == YUAN:
            fen = min(fen, carrier_owes_at_most(ground, fen))
        yield replace(step, bearer=claimant, amount=Money(fen, currency))


def borne(
    ground: Ground, steps: Iterable[PlanStep], lines: tuple[int, ...]
) -> Counter[LiableParty]:
    """Return what who bears for some lines, in minor units.

    What is given for the lines of several merchants is borne for each in proportion to
    what was paid, to the fen (largest remainder).
    """
    bore: Counter[LiableParty] = Counter()
    for step in steps:
        if step.amount is not None and step.action not in RECLAIMS:
            parts = by_line(ground.order, step.amount.minor, step.lines)
            of_these = sum(parts.get(line, 0) for line in lines)
            whole = set(step.lines) <= set(lines)
            bore[step.bearer] += step.amount.minor if whole else of_these
    return bore


def carrier_owes_at_most(ground: Ground, fen: int) -> int:
    """Return what of an amount an uninsured carrier is liable for, its freight aside.

    The rule is the sender agreement's; without a row there is no end.
    """
    rows = ground.book.caps(
        ground.times, (f"{ground.book.profile}.{CARRIER_LIABILITY}",)
    )
    ends = [row.amount_fen for row in rows if row.amount_fen is not None]
    return min([fen, *ends])


def in_order(steps: Iterable[PlanStep]) -> tuple[PlanStep, ...]:
    """Return steps in the order they are done: by phase, else as they stand."""
    return tuple(sorted(steps, key=lambda step: PHASES.index(step.phase)))


def once_each(steps: Iterable[PlanStep]) -> Iterator[PlanStep]:
    """Yield each thing to do once: two rows may owe the same."""
    seen: set[tuple[str, str | None, tuple[str, ...], tuple[int, ...]]] = set()
    for step in steps:
        thing = step.action, step.parcel, step.breaches, step.lines
        if thing not in seen:
            seen.add(thing)
            yield step
