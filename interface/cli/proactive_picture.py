"""The curve as a picture: precision against recall, and against lead, as plain SVG."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from application.proactive.curve import AIM_LEAD_HOURS, AIM_PRECISION, Point

WIDTH, HEIGHT, MARGIN = 420, 320, 56
# From this precision on the picture shows; alarms less sure than that help nobody.
PRECISION_MIN: Final = 0.4
LEAD_MAX_HOURS: Final = 120
COLOURS: Final = {"bars": "#0b6e4f", "one_bar": "#b8860b", "timer": "#8b1e3f"}
LABELS: Final = {
    "bars": "delivery_risk, bar at 48 h moved",
    "one_bar": "one bar at all times",
    "timer": "plain timer",
}


class Dot(NamedTuple):
    """A point of a panel, both ways from 0 to 1."""

    x: float
    y: float


class Panel(NamedTuple):
    """A square of the picture: its title, its scale, where it stands."""

    title: str
    up: str
    ticks: Sequence[tuple[float, str]]
    left: int


RECALL: Final = Panel(
    "Recall of late deliveries",
    "recall",
    [(part / 4, f"{part * 25} %") for part in range(5)],
    0,
)
LEAD: Final = Panel(
    "Median lead before the due moment",
    "hours",
    [(hours / LEAD_MAX_HOURS, f"{hours} h") for hours in range(0, 121, 24)],
    WIDTH + MARGIN,
)


def curve_picture(points: Iterable[Point]) -> str:
    """Return the curve as a picture that stands alone."""
    known = [each for each in points if each.figures.precision is not None]
    width, height = 2 * WIDTH + 3 * MARGIN, HEIGHT + 3 * MARGIN
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="sans-serif" '
            'font-size="12">'
        ),
        "<title>Alarms before a late delivery: precision, recall and lead</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *panel(RECALL, known),
        *panel(LEAD, known),
        *aim(),
        *legend(height),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def panel(of: Panel, points: Sequence[Point]) -> Iterable[str]:
    """Yield a panel: its frame, its scales, a line for each way."""
    left = MARGIN + of.left
    yield f'<text x="{left}" y="{MARGIN - 20}" font-size="14">{of.title}</text>'
    for part, text in of.ticks:
        y = place(of, Dot(0, part))[1]
        yield (
            f'<line x1="{left}" x2="{left + WIDTH}" y1="{y}" y2="{y}" stroke="#ddd"/>'
            f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{text}</text>'
        )
    for percent in range(round(PRECISION_MIN * 100), 101, 10):
        x = place(of, Dot(across(percent / 100), 0))[0]
        yield (
            f'<text x="{x}" y="{MARGIN + HEIGHT + 18}" text-anchor="middle">'
            f"{percent} %</text>"
        )
    yield (
        f'<text x="{left + WIDTH / 2}" y="{MARGIN + HEIGHT + 36}" '
        'text-anchor="middle">precision</text>'
    )
    for way in COLOURS:
        yield from line(of, [each for each in points if each.way == way], way)


def line(of: Panel, points: Sequence[Point], way: str) -> Iterable[str]:
    """Yield one way's points, joined in the order they were tried."""
    dots = [place(of, dot(of, each)) for each in points]
    path = " ".join(f"{x},{y}" for x, y in dots)
    yield f'<polyline points="{path}" fill="none" stroke="{COLOURS[way]}"/>'
    for x, y in dots:
        yield f'<circle cx="{x}" cy="{y}" r="2.5" fill="{COLOURS[way]}"/>'


def dot(of: Panel, point: Point) -> Dot:
    """Return where a point lies in a panel."""
    known = point.figures
    lead = min(known.lead_median_hours or 0, LEAD_MAX_HOURS) / LEAD_MAX_HOURS
    up = (known.recall or 0) if of is RECALL else lead
    return Dot(across(known.precision or 0), up)


def across(precision: float) -> float:
    """Return how far right a precision lies, from 0 to 1."""
    return max(0.0, (precision - PRECISION_MIN) / (1 - PRECISION_MIN))


def place(of: Panel, at: Dot) -> tuple[float, float]:
    """Return a place in the picture."""
    return (
        round(MARGIN + of.left + at.x * WIDTH, 1),
        round(MARGIN + (1 - at.y) * HEIGHT, 1),
    )


def aim() -> Iterable[str]:
    """Yield the corner of the lead panel the aim is in."""
    x, y = place(LEAD, Dot(across(AIM_PRECISION), AIM_LEAD_HOURS / LEAD_MAX_HOURS))
    right, top = place(LEAD, Dot(1, 1))
    yield (
        f'<rect x="{x}" y="{top}" width="{right - x:.1f}" height="{y - top:.1f}" '
        'fill="#0b6e4f" fill-opacity="0.08"/>'
        f'<text x="{x + 6}" y="{top + 16}">the aim</text>'
    )


def legend(height: int) -> Iterable[str]:
    """Yield which colour is which way."""
    for number, (way, colour) in enumerate(COLOURS.items()):
        x, y = MARGIN + number * 260, height - 22
        yield f'<circle cx="{x}" cy="{y - 4}" r="4" fill="{colour}"/>'
        yield f'<text x="{x + 10}" y="{y}">{LABELS[way]}</text>'
