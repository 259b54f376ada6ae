"""A run as a picture: how far each measure is from its floor, as plain SVG."""

from collections.abc import Iterable, Sequence
from math import log10
from typing import Final
from xml.sax.saxutils import escape

from interface.bench.measure import QUICK_RUN, TIMES
from interface.bench.runner import Result

LEFT, WIDTH, HEIGHT, MARGIN = 470, 460, 34, 30
GOOD, POOR, NEUTRAL = "#0b6e4f", "#8b1e3f", "#5b6b7b"
# The scale of ratios: from a twentieth of the peer to a hundred times it.
LOW: Final = 0.05
HIGH: Final = 200.0
TICKS: Final = (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100)


def picture(results: Iterable[Result], *, quick: bool = False) -> str:
    """Return bars of the ratios, on a scale of logarithms, each with its floor."""
    rows = [each for each in results if each.row.ratio is not None]
    width = LEFT + WIDTH + 2 * MARGIN
    height = HEIGHT * len(rows) + 3 * MARGIN
    title = "Ours against the peer's, ratio of medians"
    if quick:
        title = f"{title}. {QUICK_RUN}"
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} '
                f'{height}" width="{width}" height="{height}" '
                'font-family="sans-serif" font-size="12">'
            ),
            f"<title>{escape(title)}</title>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            f'<text x="{MARGIN}" y="20" font-weight="bold">{escape(title)}</text>',
            *scale(height),
            *(part for at, each in enumerate(rows) for part in bar(at, each)),
            "</svg>\n",
        ]
    )


def scale(height: int) -> Iterable[str]:
    """Yield the lines of the scale; that of equals is the boldest."""
    for each in TICKS:
        x, stroke = across(each), "#333" if each == 1 else "#ddd"
        yield (
            f'<line x1="{x}" x2="{x}" y1="{MARGIN}" y2="{height - MARGIN}" '
            f'stroke="{stroke}"/>'
            f'<text x="{x}" y="{height - 10}" text-anchor="middle">'
            f"{each:g}{TIMES}</text>"
        )


def bar(at: int, result: Result) -> Sequence[str]:
    """Return one measure: its words, its bar from equality on, its floor and aim."""
    row = result.row
    assert row.ratio is not None, "only what has a ratio has a bar"
    y = MARGIN + at * HEIGHT
    begin, end = sorted((across(1), across(row.ratio)))
    colour = NEUTRAL if row.holds is None else GOOD if row.holds else POOR
    marks = [
        f'<line x1="{across(each)}" x2="{across(each)}" y1="{y + 4}" '
        f'y2="{y + HEIGHT - 8}" stroke="#b8860b" stroke-width="2"{dash}/>'
        for each, dash in ((row.floor, ""), (row.aim, ' stroke-dasharray="3"'))
        if each is not None
    ]
    return (
        (
            f'<text x="{LEFT - 10}" y="{y + 18}" text-anchor="end" font-size="11">'
            f"{escape(row.measure)}</text>"
        ),
        (
            f'<rect x="{begin}" y="{y + 6}" width="{max(end - begin, 1):.1f}" '
            f'height="{HEIGHT - 16}" fill="{colour}"/>'
        ),
        f'<text x="{end + 5}" y="{y + 19}">{row.ratio:.3g}{TIMES}</text>',
        *marks,
    )


def across(ratio: float) -> float:
    """Return how far right a ratio lies."""
    share = log10(min(max(ratio, LOW), HIGH) / LOW) / log10(HIGH / LOW)
    return round(LEFT + share * WIDTH, 1)
