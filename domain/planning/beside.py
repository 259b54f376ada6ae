"""What is paid beside what goes back: what the rules owe, and goodwill."""

from msgspec import Struct
from msgspec.structs import replace

from domain.compensation import earlier_of, goodwill_left
from domain.money import Money
from domain.plan import DEDUCTS, YUAN, Action
from domain.planning.ground import Ground
from domain.planning.taken import Priced, Taken, step_of, worth
from domain.policy.facts import Earlier, Facts, FactsWrong
from domain.policy.quote import quote_of
from domain.policy.rows import BreachCode, MoneyRow, Payer
from domain.policy.service_rows import StepRow
from domain.shortfall import Shortfall


class Owed(Struct, frozen=True, kw_only=True):
    """What the rules of money owe for breaches; ``coupon`` says the form.

    ``fen`` is the consumer's, nothing where all is a deduction from the merchant.
    ``sets_aside_fen`` counts deductions as well.
    """

    fen: int
    sets_aside_fen: int
    bearer: Payer
    coupon: bool
    rule: str
    lines: tuple[Earlier, ...]

    @property
    def action(self) -> Action:
        """What is done for it."""
        if not self.fen:
            return DEDUCTS
        return "coupon_compensation" if self.coupon else "cash_compensation"


def paid_beside(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price a compensation: by the rules where it is owed, else goodwill."""
    if row.part == "goodwill":
        return given(ground, row, taken)
    breaches = breaches_of(ground, row)
    owed = owed_for(ground, breaches, taken.seen_by(ground.merchant))
    if owed is None:
        return Priced(None, taken)
    step = replace(
        step_of(ground, row, bearer=owed.bearer),
        shortfall=broke(ground, breaches).name,
        action=owed.action,
        part=row.part if owed.fen else "service",
        amount=Money(owed.fen, YUAN) if owed.fen else None,
        reversible=row.reversible and bool(owed.fen),
        policy=owed.rule,
        breaches=breaches,
        sets_aside_fen=owed.sets_aside_fen,
    )
    pays = tuple((ground.merchant, each) for each in owed.lines)
    return Priced(step, replace(taken, earlier=taken.earlier + pays))


def broke(ground: Ground, breaches: tuple[BreachCode, ...]) -> Shortfall:
    """Return what fell short first by any of these breaches, else first of all."""
    named = (each for each in ground.shortfalls if each.breach in breaches)
    return next(named, ground.shortfalls[0])


def given(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price goodwill: what its row says, as far as the caps leave room."""
    if ground.blocked or not ground.ledger or ground.facts is None:
        return Priced(None, taken)
    paid = ground.facts.paid_fen or 0
    fen = worth(row, paid)
    left = goodwill_left(
        ground.day, ground.name, ground.paid_fen, ground.book, ground.times
    )
    if left is not None:
        fen = min(fen, left - taken.goodwill)
    if fen <= 0:
        return Priced(None, taken)
    step = step_of(ground, row, Money(fen, YUAN))
    return Priced(step, replace(taken, goodwill=taken.goodwill + fen))


def breaches_of(ground: Ground, row: StepRow) -> tuple[BreachCode, ...]:
    """Return the breaches a step pays for: its row's, else those that fell short."""
    if row.breach is not None:
        return (row.breach,)
    known = [each.breach for each in ground.shortfalls if each.breach is not None]
    return tuple(dict.fromkeys(known))  # type: ignore[arg-type]  # a detector's row says


def owed_for(
    ground: Ground,
    breaches: tuple[BreachCode, ...],
    earlier: tuple[Earlier, ...] = (),
) -> Owed | None:
    """Return what the rules owe for them beside what was paid before, if anything.

    ``earlier`` is what earlier steps of the same plan pay. Nothing is owed that could
    be set aside nowhere.
    """
    if ground.facts is None or not ground.ledger or not breaches:
        return None
    asked = set_aside_facts(ground, breaches, earlier)
    try:
        answer = quote_of(ground.book, asked, ground.times)
    except FactsWrong:
        return None
    paying = [each for each in answer.lines if each.fen]
    lines = [each for each in paying if each.payee == "consumer"]
    if not paying:
        return None
    first = (lines or paying)[0]
    ref = f"{first.rule}@{first.version}"
    row = ground.book.row(ref)
    assert isinstance(row, MoneyRow), "lines of a quote name rows of money"
    return Owed(
        fen=sum(each.fen for each in lines),
        sets_aside_fen=answer.total_fen,
        bearer=first.payer,
        coupon=row.payout != "cash",
        rule=ref,
        lines=tuple(earlier_of(each, asked) for each in answer.lines),
    )


def set_aside_facts(
    ground: Ground,
    breaches: tuple[BreachCode, ...],
    earlier: tuple[Earlier, ...],
) -> Facts:
    """Return the facts as the ledger of the day will look at them."""
    assert ground.facts is not None, "asked for orders the rules speak of"
    return replace(
        ground.facts,
        order=ground.name,
        matter=ground.matter,
        breaches=breaches,
        earlier=(*ground.facts.earlier, *ground.day.taken(), *earlier),
    )
