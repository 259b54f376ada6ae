"""``redress report proactive``: on real orders, on a few of ours, and as it is typed.

The figures of the real orders were counted from the files by other code before this
was written. The export is not part of the project: without it they are skipped.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event as Signal
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from click.testing import CliRunner, Result
from msgspec import to_builtins

from application.proactive import Figures, Proactive, report_on
from application.proactive.stored import stored_orders
from domain.risk import DELIVERY_RISK
from interface.bootstrap import Redress
from interface.cli.ingest_olist import take_olist
from interface.cli.proactive_headline import headline
from interface.cli.proactive_picture import curve_picture
from interface.cli.report import command
from interface.errors import UserError
from interface.inbound.olist_parcels import read_parcels
from tests.interface.inbound.olist_files import (
    ANNAS_ORDER,
    HEADERS,
    file_of,
    market,
    write_export,
)
from tests.interface.test_explain_command import redress
from tests.shared_data import recorded

__all__ = ["redress"]  # the fixture of an installation

ORDERS = 60


def typed(*words: object) -> Result:
    return CliRunner().invoke(command, ["proactive", *map(str, words)])


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Return the folder of a small market: fine, late, never sent, called off."""
    return write_export(tmp_path, **market(ORDERS))


# -- The real orders --


@pytest.fixture(scope="module", name="real")
def of_real_orders() -> Proactive:
    seen = read_parcels(recorded("olist"))
    assert (seen.rows_left_out, seen.missing) == (0, ())
    return report_on(seen.orders, DELIVERY_RISK)


def of(real: Proactive, name: str, half: str = "all") -> Figures:
    (rule,) = (each for each in real.rules if each.name == name)
    found: Figures = getattr(rule, half)
    return found


def test_the_orders_are_those_the_promise_board_counts(real: Proactive) -> None:
    known = of(real, "delivery_risk")
    assert (real.orders, real.called_off, real.open) == (2_489, 27, 0)
    assert (known.late, known.never) == (176, 35)


def test_a_plain_timer_finds_all_late_ones_with_71_false_alarms(
    real: Proactive,
) -> None:
    timer = of(real, "plain_timer")
    assert (timer.late_noticed, timer.never_noticed, timer.false) == (176, 35, 71)
    assert timer.precision == pytest.approx(0.713, abs=5e-4)
    assert (timer.lead_median_hours, timer.lead_p10_hours) == (48, 48)


def test_delivery_risk_finds_as_many_more_surely_at_the_same_median_lead(
    real: Proactive,
) -> None:
    ours = of(real, "delivery_risk")
    assert (ours.late_noticed, ours.never_noticed, ours.false) == (176, 35, 28)
    assert ours.precision == pytest.approx(0.863, abs=5e-4)
    assert ours.precision_with_never == pytest.approx(0.883, abs=5e-4)
    assert (ours.lead_median_hours, ours.lead_p10_hours) == (48, 2)
    assert ours.late_noticed_early == 106


def test_on_the_later_half_alone_the_aim_is_met_too(real: Proactive) -> None:
    ours, timer = of(real, "delivery_risk", "later"), of(real, "plain_timer", "later")
    assert (ours.late_noticed, ours.late, ours.false) == (104, 104, 18)
    assert (timer.late_noticed, timer.false) == (104, 56)
    assert ours.precision == pytest.approx(0.8525, abs=5e-4)
    assert (ours.lead_median_hours, ours.late_noticed_early) == (48, 60)


def test_a_bar_set_on_the_first_half_alone_keeps_the_lead_on_the_second(
    real: Proactive,
) -> None:
    assert real.bar_set_on_the_past_bp == 7_500
    later = of(real, "bar_set_on_the_past", "later")
    assert (later.recall, later.lead_median_hours) == (1.0, 48)
    assert later.precision == pytest.approx(0.8525, abs=5e-4)


def test_nearly_all_bad_reviews_on_late_orders_were_seen_coming(
    real: Proactive,
) -> None:
    counted = {each.cause: (each.bad, each.before_survey) for each in real.bad_reviews}
    assert counted == {
        "delivered_late": (108, 107),
        "never_delivered": (24, 24),
        "called_off": (22, 22),
        "handed_over_late": (21, 21),
        "none_seen": (195, 0),
    }
    assert sum(bad for bad, _ in counted.values()) == 370


# -- As it is typed --


def test_the_report_is_printed_for_people(export: Path) -> None:
    printed = typed("--olist", export)
    assert printed.exit_code == 0, printed.output
    assert f"{ORDERS} orders from 2018-05-01" in printed.output
    assert printed.output.startswith("• Late parcels noticed: ")
    assert printed.output.index("Entitlements") < printed.output.index("alarms by")
    for words in ("delivery_risk", "timer 48 h", "delivered late", "called off"):
        assert words in printed.output


def test_the_headline_comes_first_and_says_what_the_last_call_does(
    real: Proactive,
) -> None:
    lines = list(headline(real))
    assert len(lines) == 5
    assert "176 of 176 (100.0 % recall), 28 false alarms, precision 86.3 %" in lines[0]
    assert "median 48 h, 10th percentile 2 h. 106 were noticed" in lines[1]
    assert "70 only by the last call, 2 h before the end" in lines[1]
    assert lines[1].endswith("without it recall is 60.2 %.")
    assert "104 of 104, precision 85.2 %, lead 48 h" in lines[2]
    assert lines[2].endswith("met on all, met on the later half.")
    assert "107 of 108 on late orders" in lines[3]
    assert "behind 175 of 370" in lines[3]


def test_the_report_for_programs_is_the_one_that_is_kept(
    export: Path, tmp_path: Path
) -> None:
    out = tmp_path / "figures"
    printed = typed("--olist", export, "--json", "--out", out)
    assert printed.exit_code == 0, printed.output
    report = json.loads(printed.output)
    assert report == json.loads((out / "proactive.json").read_bytes())
    assert report["orders"] == ORDERS
    assert {rule["name"] for rule in report["rules"]} >= {
        "delivery_risk",
        "plain_timer",
    }
    fromstring((out / "proactive.svg").read_text("utf-8"))  # noqa: S314  # we wrote it


def test_every_point_of_the_curve_is_in_the_picture(export: Path) -> None:
    report = report_on(read_parcels(export).orders, DELIVERY_RISK)
    drawn = [each for each in report.curve if each.figures.precision is not None]
    assert drawn
    assert curve_picture(report.curve).count('r="2.5"') == 2 * len(drawn)


@pytest.mark.parametrize(
    ("left", "lost"),
    [
        ("customers", "no destination"),
        ("sellers", "no origin"),
        ("order_items", "no hand-over promised"),
        ("order_reviews", "no reviews"),
        ("order_payments", "nothing"),
        ("products", "nothing"),
    ],
)
def test_with_a_file_missing_less_is_known(export: Path, left: str, lost: str) -> None:
    (export / file_of(left)).unlink()
    seen = read_parcels(export)
    promised = [each.parcel for each in seen.orders if each.parcel is not None]
    assert len(promised) == ORDERS
    known: Mapping[str, Callable[[], bool]] = {
        "no destination": lambda: any(each.lane.destination for each in promised),
        "no origin": lambda: any(each.lane.origin for each in promised),
        "no hand-over promised": lambda: any(
            each.hand_over_due_at for each in promised
        ),
        "no reviews": lambda: any(each.surveys for each in seen.orders),
    }
    assert {name for name, still in known.items() if not still()} - {lost} <= (
        {"no origin"} if left == "order_items" else set()
    )
    assert lost == "nothing" or not known[lost]()
    assert (file_of(left) in seen.missing) == (left != "products")


def test_columns_may_stand_in_any_order_and_bad_rows_are_left_out(
    export: Path,
) -> None:
    before = read_parcels(export).orders
    path = export / file_of("orders")
    rows = [row.split(",") for row in path.read_text("utf-8").splitlines()]
    turned = [",".join(reversed(row)) for row in rows]
    path.write_text("\n".join([*turned, "spoilt,row"]) + "\n", "utf-8")
    after = read_parcels(export)
    assert after.orders == before
    assert after.rows_left_out == 1


def test_without_orders_there_is_nothing_to_walk_over(tmp_path: Path) -> None:
    (tmp_path / file_of("orders")).write_text(HEADERS["orders"] + "\n", "utf-8")
    printed = typed("--olist", tmp_path)
    assert isinstance(printed.exception, UserError)
    assert "no orders" in str(printed.exception)


def test_a_folder_that_is_no_export_is_named(tmp_path: Path) -> None:
    printed = typed("--olist", tmp_path)
    assert isinstance(printed.exception, UserError)
    assert file_of("orders") in str(printed.exception)


def test_an_order_nobody_paid_was_promised_nothing(tmp_path: Path) -> None:
    unpaid = ANNAS_ORDER.replace("2018-03-01 10:30:00", "", 1)
    folder = write_export(tmp_path, orders=[unpaid], order_payments=[])
    assert [each.parcel for each in read_parcels(folder).orders] == [None]


# -- The same orders taken in --


def test_an_installation_says_of_the_same_orders_what_their_export_says(
    redress: Redress, export: Path
) -> None:
    take_olist(redress, export, Signal())
    stored = report_on(stored_orders(redress.reader, "olist"), DELIVERY_RISK)
    read = report_on(read_parcels(export).orders, DELIVERY_RISK)
    assert compared(stored) == compared(read)
    assert stored.rules[0].all.late > 0
    assert stored_orders(redress.reader, "elsewhere") == ()


def compared(report: Proactive) -> Any:
    """Return a report without the one thing that differs: what the order is called."""
    told = to_builtins(report)
    if told["example"] is not None:
        del told["example"]["order"]
    return told
