"""The headline of the report on alarms: what it comes to, in a few lines."""

from collections.abc import Iterator

from application.proactive import Entitlements, Figures, Proactive
from application.proactive.curve import AIM_LEAD_HOURS, AIM_PRECISION
from application.proactive.figures import EARLY_HOURS


def headline(report: Proactive) -> Iterator[str]:
    """Yield the figures the report is asked for, one in a line."""
    by_name = {rule.name: rule for rule in report.rules}
    ours, timer = by_name["delivery_risk"], by_name["plain_timer"]
    whole, later = ours.all, ours.later
    yield (
        f"Late parcels noticed: {whole.late_noticed} of {whole.late} "
        f"({percent(whole.recall)} recall), {whole.false} false alarms, "
        f"precision {percent(whole.precision)}. A timer at {EARLY_HOURS} h: "
        f"{timer.all.late_noticed}, {timer.all.false} false, "
        f"{percent(timer.all.precision)}."
    )
    yield (
        f"Lead: median {hours(whole.lead_median_hours)}, 10th percentile "
        f"{hours(whole.lead_p10_hours)}. {whole.late_noticed_early} were noticed "
        f"{EARLY_HOURS} h ahead or more, {at_the_end(report)}."
    )
    yield (
        f"The later half alone: {later.late_noticed} of {later.late}, precision "
        f"{percent(later.precision)}, lead {hours(later.lead_median_hours)} (timer: "
        f"{percent(timer.later.precision)}). The aim, precision "
        f"{AIM_PRECISION * 100:g} % at {AIM_LEAD_HOURS} h: {met(whole)} on all, "
        f"{met(later)} on the later half."
    )
    late = next(each for each in report.bad_reviews if each.cause == "delivered_late")
    bad = sum(each.bad for each in report.bad_reviews)
    unseen = sum(each.bad for each in report.bad_reviews if each.cause == "none_seen")
    yield (
        f"Bad reviews: {late.before_survey} of {late.bad} on late orders noticed "
        f"before the survey; a shortfall to be seen behind {bad - unseen} of {bad}."
    )
    yield owed(report.entitlements)


def at_the_end(report: Proactive) -> str:
    """Return how many were noticed later: where there is one, by the last call."""
    bars, of = report.terms.bars, report.rules[0].all
    others = of.late_noticed - of.late_noticed_early
    asked = [each for each in report.terms.alarm_hours if each < EARLY_HOURS]
    if not bars or bars[-1].rate_bp or len(asked) != 1 or not of.late:
        return f"{others} later"
    return (
        f"{others} only by the last call, {asked[0]} h before the end: without it "
        f"recall is {percent(of.late_noticed_early / of.late)}"
    )


def met(of: Figures) -> str:
    """Return whether figures meet the aim: precision, lead, and nobody missed."""
    if of.precision is None or of.lead_median_hours is None:
        return "nothing to judge by"
    holds = (
        of.late_noticed == of.late
        and of.precision >= AIM_PRECISION
        and of.lead_median_hours >= AIM_LEAD_HOURS
    )
    return "met" if holds else "not met"


def owed(found: Entitlements | None) -> str:
    """Return how much of what the rules owed was paid unasked, and in time."""
    if found is None:
        return (
            "Entitlements paid unasked: an installation's own log tells them "
            "(redress report proactive, without --olist and --source)."
        )
    if not found.owed:
        return "Entitlements paid unasked: nothing was owed yet."
    return (
        f"Entitlements: {found.paid} of {found.owed} paid, {found.paid_unasked} of "
        f"them unasked ({percent(found.unasked_share)}); of those owed unasked "
        f"{percent(found.within_aim_share)} within {found.aim_minutes} minutes, median "
        f"{lasted(found.minutes_p50)}."
    )


def lasted(minutes: float | None) -> str:
    """Return how long it took; what took less than two minutes in seconds."""
    if minutes is None:
        return "-"
    seconds = minutes * 60
    return f"{seconds:.1f} s" if seconds < 120 else f"{minutes:.1f} min"  # noqa: PLR2004  # two minutes


def percent(share: float | None) -> str:
    """Return a share in percent."""
    return "-" if share is None else f"{100 * share:.1f} %"


def hours(of: float | None) -> str:
    """Return hours."""
    return "-" if of is None else f"{of:g} h"
