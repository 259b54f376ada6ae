"""What a formula comes to: rate times base, rounded, then clipped."""

from collections.abc import Mapping

from domain.policy.rows import Base, Formula

BP, FEN_A_YUAN = 10_000, 100

# The amounts rates are taken of, in fen; ``fixed`` is of none.
Bases = Mapping[Base, int]


def share(base_fen: int, rate_bp: int, unit_fen: int = 1) -> int:
    """Return so many hundredths of a percent, half up to whole units.

    The platform's own example: 150.00 x 5 % = 7.50, which is 8.00 (aHwH9wK4JUHQ).
    """
    whole = BP * unit_fen
    return (2 * base_fen * rate_bp + whole) // (2 * whole) * unit_fen


def amount(formula: Formula | None, bases: Bases) -> int:
    """Return what the formula comes to, in fen; without one, nothing."""
    if formula is None:
        return 0
    if formula.base == "fixed":
        fen = formula.fixed_fen
    else:
        unit = FEN_A_YUAN if formula.round == "half_up_to_yuan" else 1
        fen = share(bases[formula.base], formula.rate_bp, unit) + formula.fixed_fen
    fen = max(fen, formula.min_fen)
    if formula.max_fen is not None:
        other = 0 if formula.max_base is None else bases[formula.max_base]
        fen = min(fen, max(formula.max_fen, other))
    return fen + sum(bases[base] for base in formula.plus)
