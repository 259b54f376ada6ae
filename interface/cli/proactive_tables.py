"""The report on alarms, as tables for people."""

from collections.abc import Iterable, Mapping
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from application.proactive import Entitlements, Figures, Proactive
from application.proactive.causes import BadReviews, Cause
from application.proactive.curve import Point
from application.proactive.report import Example, Rule
from domain.risk import WHOLE_BP
from interface.cli.proactive_headline import headline, lasted

NAMES: Final[Mapping[str, str]] = {
    "delivery_risk": "delivery_risk",
    "plain_timer": "timer, 48 h",
    "bar_set_on_the_past": "past's bar",
    "one_bar": "one bar 85 %",
}
CAUSES: Final[Mapping[Cause, str]] = {
    "delivered_late": "delivered late",
    "never_delivered": "never delivered",
    "called_off": "called off",
    "handed_over_late": "handed over late, came in time",
    "none_seen": "nothing Redress could see",
}
WAYS: Final = {"bars": "48 h bar", "one_bar": "one bar", "timer": "timer"}
COLUMNS: Final = (
    "late",
    "48h+",
    "never",
    "false",
    "recall",
    "prec.",
    "+never",
    "med.",
    "p10",
    "cost",
)
LEGEND: Final = (
    "late, never: noticed of all that were; 48h+: late ones noticed 48 hours ahead or "
    "more; false: came in time; prec.: of alarms on delivered ones in %; +never: with "
    "those never delivered; med., p10: hours from alarm to due; cost: of an offer each."
)
# Every so many of the bars tried is shown; all stand in the JSON.
SHOWN_EVERY: Final = 3


def show(report: Proactive, console: Console) -> None:
    """Print the report."""
    for line in headline(report):
        console.print(f"• {line}", highlight=False)
    console.print()
    first, last = report.first_at.date(), report.last_at.date()
    console.print(
        f"{report.orders:,} orders from {first} to {last}, {report.promised:,} with a "
        f"date of delivery, {report.called_off:,} called off, {report.open:,} not due "
        f"by the end. {report.questions:,} risks asked by table {report.table.terms}, "
        f"learnt from {report.table.outcomes:,} outcomes, each once it was known."
    )
    for title, half in (
        ("All orders, the table learning as it goes", "all"),
        (f"Due before {split(report)}: bars may be set on these", "earlier"),
        ("Due from then on: judged", "later"),
    ):
        console.print(rules(title, report.rules, half))
    console.print(LEGEND)
    bar = report.bar_set_on_the_past_bp
    console.print(
        "No bar met the aim on the first half."
        if bar is None
        else f"past's bar: {bar / 100:g} %, set on the first half alone."
    )
    console.print(reviews(report.bad_reviews))
    if report.entitlements is not None:
        console.print(owed(report.entitlements))
    if report.example is not None:
        console.print(told(report.example, report.terms.lately_days))
    console.print(curve(report.curve))


def split(report: Proactive) -> str:
    """Return the day the two halves of the time meet."""
    return "" if report.split_at is None else str(report.split_at.date())


def rules(title: str, ways: Iterable[Rule], half: str) -> Table:
    """Return the table of the ways to raise alarms."""
    table = headed(title, "alarms by")
    for rule in ways:
        table.add_row(NAMES[rule.name], *cells(getattr(rule, half)))
    return table


def curve(points: Iterable[Point]) -> Table:
    """Return the curve as a table; of the bars tried some."""
    table = headed("The curve: another bar, another timer", "alarms by")
    seen: dict[str, int] = {}
    for point in points:
        seen[point.way] = number = seen.get(point.way, -1) + 1
        if point.way != "timer" and number % SHOWN_EVERY:
            continue
        bar = "never" if (point.bar_bp or 0) > 10_000 else f"{percent(point.bar_bp)}"  # noqa: PLR2004  # a bar above all is none
        at = f"{point.hours_left} h" if point.bar_bp is None else bar
        table.add_row(f"{WAYS[point.way]} {at}", *cells(point.figures))
    return table


def headed(title: str, first: str) -> Table:
    """Return an empty table of figures."""
    table = Table(
        title=title,
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=0,
    )
    table.add_column(first, no_wrap=True)
    for name in COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def cells(of: Figures) -> tuple[str, ...]:
    """Return figures as the cells of a row."""
    return (
        f"{of.late_noticed}/{of.late}",
        str(of.late_noticed_early),
        f"{of.never_noticed}/{of.never}",
        str(of.false),
        share(of.recall),
        share(of.precision),
        share(of.precision_with_never),
        hours(of.lead_median_hours),
        hours(of.lead_p10_hours),
        f"{of.cost_minor / 100:,.0f}",
    )


def share(of: float | None) -> str:
    """Return a share in percent."""
    return "-" if of is None else f"{100 * of:.1f}"


def percent(bar_bp: int | None) -> str:
    """Return a bar in percent."""
    return f"{(bar_bp or 0) / 100:g} %"


def hours(of: float | None) -> str:
    """Return hours."""
    return "-" if of is None else f"{of:g}"


def reviews(by_cause: Iterable[BadReviews]) -> Table:
    """Return the table of bad reviews by what fell short."""
    title = "Reviews of one or two stars, by what Redress could see"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for name in ("cause", "reviews", "noticed before the survey"):
        table.add_column(name, justify="left" if name == "cause" else "right")
    rows = list(by_cause)
    for each in rows:
        table.add_row(CAUSES[each.cause], str(each.bad), str(each.before_survey))
    ahead = sum(each.before_survey for each in rows)
    table.add_row("all", str(sum(each.bad for each in rows)), str(ahead))
    return table


def owed(entitlements: Entitlements) -> Table:
    """Return the table of what the rules owed, and how soon it was paid."""
    of, aim = entitlements, entitlements.aim_minutes
    title = "What the rules owed, and when it was paid"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_header=False)
    table.add_column("what")
    table.add_column("figure", justify="right")
    for what, figure in (
        ("owed", f"{of.owed:,}"),
        ("paid", f"{of.paid:,}"),
        ("paid unasked", f"{of.paid_unasked:,}"),
        ("of those paid, unasked", f"{share(of.unasked_share)} %"),
        ("from known to paid, median", lasted(of.minutes_p50)),
        ("from known to paid, p99", lasted(of.minutes_p99)),
        (f"within {aim} minutes of the clock", f"{share(of.within_aim_share)} %"),
    ):
        table.add_row(what, figure)
    return table


def told(example: Example, lately_days: int) -> str:
    """Return how one alarm came about, as a sentence."""
    risk, known = example.risk, example.risk.inputs
    through = ", then ".join(
        f"{each.late} of {each.all} ({each.bucket})" for each in risk.wider
    )
    stage = (
        "not handed over"
        if known.transit_hours is None
        else f"{known.transit_hours / 24:.1f} days in transit"
    )
    usual = known.usual_transit_hours
    pace = "" if usual is None else f", {usual / 24:.1f} being usual on its lane"
    return (
        f"For example {example.order}: {known.hours_left:g} h before it was due it was "
        f"{stage}{pace}, with {percent(known.week_left_bp)} of a week's deliveries "
        f"still to be made, and {known.lately.late} of {known.lately.all} late of "
        f"the last {lately_days} days, {known.strain_bp / WHOLE_BP:.1f} times the "
        f"usual share. Of parcels like it were late: {through}. Risk "
        f"{percent(risk.rate_bp)}, and it was late."
    )
