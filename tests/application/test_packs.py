"""What is wrong with a pack is said by row and field; the shipped ones are right."""

from typing import get_args

import pytest

from application.policies import (
    PACKS,
    BadPolicy,
    document_from_toml,
    read_document,
    read_pack,
    shipped_policies,
)
from domain.policy.rows import (
    ApprovalRow,
    BurdenRow,
    CalendarRow,
    Issue,
    LabelRow,
    MoneyRow,
    TimerRow,
)
from domain.policy.steps import APPROVALS, STEPS

HEAD = 'profile = "shop"\n'
DATES = 'binding = "conduct_time"\nin_force_from = 2026-01-01T00:00:00+08:00\n'
CAP = f"""
[[row]]
kind = "cap"
id = "shop.day-cap"
version = 1
title = "A day"
{DATES}scope = "order"
breaches = ["SHIP_OVERDUE"]
amount_fen = 10000
source = "[Δ]"
"""
LATE = f"""
[[row]]
kind = "entitlement"
id = "shop.late"
version = 1
title = "Late"
{DATES}trigger = "SHIP_OVERDUE"
caps = ["shop.day-cap"]
source = "[Δ]"

[row.formula]
base = "item"
rate_bp = 100
min_fen = 300
max_fen = 3000
"""
CLOCK = f"""
[[row]]
kind = "timer"
id = "shop.answer"
version = 1
title = "Answer"
{DATES}step = "answer.exchange"
owes = "merchant"
hours = 24
on_breach = "agree"
source = "[Δ]"
"""
NIGHT = f"""
[[row]]
kind = "calendar"
id = "shop.holiday"
version = 1
title = "Holiday"
{DATES}effect = "pause"
begins = 2026-02-10T00:00:00+08:00
ends = 2026-02-24T00:00:00+08:00
reason = "holiday"
source = "[Δ]"
"""
LABEL = f"""
[[row]]
kind = "label_promise"
id = "shop.ship"
version = 1
title = "Shipped"
{DATES}label = "ship"
promise = "ship_by"
hours = 48
source = "[Δ]"
"""
PACK = HEAD + CAP + LATE + CLOCK + NIGHT + LABEL


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(BadPolicy) as bad:
        document_from_toml(text, "shop.toml")
    assert all(line.startswith("shop.toml: ") for line in str(bad.value).splitlines())
    return bad.value.faults


def test_a_pack_is_read_as_it_is_written() -> None:
    document = document_from_toml(PACK, "shop.toml")
    assert [row.id for row in document.row] == [
        "shop.day-cap",
        "shop.late",
        "shop.answer",
        "shop.holiday",
        "shop.ship",
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("max_fen = 3000", 'max_fen = "3000"', "row 2 (shop.late): `formula.max_fen`"),
        ("max_fen = 3000", "max_fen = 299", "row 2 (shop.late): `formula.max_fen`"),
        ("max_fen = 3000", "maxfen = 3000", "row 2 (shop.late): `formula.maxfen`"),
        (
            'base = "item"',
            'base = "turnover"',
            "row 2 (shop.late): `formula.base`: turnover is a store's",
        ),
        (
            "max_fen = 3000",
            'max_base = "freight"',
            "row 2 (shop.late): `formula.max_base`: it raises formula.max_fen",
        ),
        (
            "max_fen = 3000",
            'max_fen = 3000\nplus = ["fixed"]',
            "row 2 (shop.late): `formula.plus`: fixed is no amount",
        ),
        ("hours = 24\n", "", "row 3 (shop.answer): `hours`"),
        ("hours = 24", "hours = -1", "row 3 (shop.answer): `hours`"),
        ('kind = "timer"', 'kind = "time"', "row 3 (shop.answer): `kind`"),
        ('id = "shop.late"', 'id = "Shop Late"', "row 2 (Shop Late): `id`"),
        ("SHIP_OVERDUE", "SHIP_LATE", "row 1 (shop.day-cap): `breaches["),
        ("answer.exchange", "answer.gift", "row 3 (shop.answer): `step`"),
        ('["shop.day-cap"]', '["shop.cap"]', "row 2 (shop.late): `caps`: there is no"),
        (
            'breaches = ["SHIP_OVERDUE"]',
            'breaches = ["OUT_OF_STOCK"]',
            "row 2 (shop.late): `caps`: shop.day-cap does not count SHIP_OVERDUE",
        ),
        ("amount_fen = 10000\n", "", "row 1 (shop.day-cap): `amount_fen`"),
        ("ends = 2026-02-24", "ends = 2026-02-10", "row 4 (shop.holiday): `ends`"),
        ("ends = 2026-02-24T00:00:00+08:00\n", "", "row 4 (shop.holiday)"),
        (
            'reason = "holiday"',
            'reason = "holiday"\nshift_to = 2026-02-23T00:00:00+08:00',
            "row 4 (shop.holiday): `shift_to`",
        ),
        (
            'reason = "holiday"',
            'reason = "holiday"\nzone = "Mars/Olympus"',
            "row 4 (shop.holiday): `zone`",
        ),
        (
            'reason = "holiday"',
            'reason = "holiday"\nsteps = ["sleep"]',
            "row 4 (shop.holiday): `steps`",
        ),
        ("hours = 48\n", "", "row 5 (shop.ship): `hours`"),
        ("source =", "in_force_to = 2026-01-01T00:00:00+08:00\nsource =", "row 1 ("),
        ("in_force_from = 2026", "in_force_from = 0226", "row 1 (shop.day-cap): `in_f"),
        ("00:00:00+08:00", "00:00:00", "row 1 (shop.day-cap): `in_force_from`"),
        ('profile = "shop"', 'profile = "My Shop"', "`profile`"),
        ('profile = "shop"', 'profil = "shop"', "`profil`"),
        ('profile = "shop"', "profile = ", "it is no TOML"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_field(
    before: str, after: str, told: str
) -> None:
    assert before in PACK
    assert faults(PACK.replace(before, after, 1))[0].startswith(told)


def test_one_version_of_a_row_is_there_once() -> None:
    (told,) = faults(PACK + CLOCK)
    assert told == "row 6 (shop.answer): `version`: row 3 has it too"


def test_two_versions_of_a_row_are_not_in_force_on_the_same_dates() -> None:
    (told,) = faults(PACK + CLOCK.replace("version = 1", "version = 2"))
    assert told.startswith("row 6 (shop.answer): `in_force_from`: row 3 is in force")


def test_every_fault_is_told_at_once() -> None:
    wrong = PACK.replace("hours = 48\n", "").replace("answer.exchange", "answer.gift")
    assert [told[:6] for told in faults(wrong)] == ["row 3 ", "row 5 "]


def test_a_pack_nobody_ships_is_answered_with_those_there_are() -> None:
    with pytest.raises(BadPolicy, match="there are douyin-like, taobao-like, olist"):
        read_document("shopify-like")
    with pytest.raises(BadPolicy, match="cannot be read"):
        read_document("no-such-file.toml")


@pytest.mark.parametrize("name", PACKS)
def test_every_shipped_row_says_where_it_is_from_and_what_it_is_in_chinese(
    name: str,
) -> None:
    document = read_pack(name)
    for row in document.row:
        assert row.source
        assert row.title
        assert row.title_zh
        assert row.id.startswith(f"{document.profile}.")


@pytest.mark.parametrize("name", ["douyin-like", "taobao-like"])
def test_both_packs_have_every_step_every_approval_and_every_issue(name: str) -> None:
    rows = read_pack(name).row
    assert {row.step for row in rows if isinstance(row, TimerRow)} == {*STEPS}
    assert {row.step for row in rows if isinstance(row, ApprovalRow)} == {*APPROVALS}
    issues = {row.issue for row in rows if isinstance(row, BurdenRow)}
    assert issues == {*get_args(Issue)}


@pytest.mark.parametrize("name", ["douyin-like", "taobao-like"])
def test_every_holiday_is_for_steps_there_are_clocks_for(name: str) -> None:
    steps = {
        step
        for row in read_pack(name).row
        if isinstance(row, CalendarRow)
        for step in row.steps
    }
    assert steps <= {*STEPS}
    assert {"answer.return_refund", "contact.answer", "ship.resend"} <= steps


def test_the_breaches_of_shipping_all_have_a_price_at_taobao() -> None:
    rows = read_pack("taobao-like").row
    priced = {row.trigger for row in rows if isinstance(row, MoneyRow)}
    assert {"SHIP_OVERDUE", "OUT_OF_STOCK", "FAKE_SHIP", "TRACK_ABNORMAL"} <= priced


def test_the_references_recorded_in_promises_stay() -> None:
    refs = {
        row.ref for row in read_pack("douyin-like").row if isinstance(row, LabelRow)
    }
    assert refs == {
        "douyin-like.ship-48h@20260810",
        "douyin-like.ship-same-day@20260810",
        "douyin-like.ship-next-day@20260810",
        "douyin-like.ship-presale@20260810",
        "douyin-like.hand-over@20260810",
        "douyin-like.deliver-by@20260810",
        "douyin-like.appointment@20260810",
        "douyin-like.return-7d@20260629",
        "douyin-like.freight-insurance@20260101",
        "douyin-like.price-protection@20260613",
    }
    olist = {row.ref for row in read_pack("olist").row if isinstance(row, LabelRow)}
    assert olist == {
        "olist.estimated-delivery@20160101",
        "olist.shipping-limit@20160101",
    }


def test_an_order_is_promised_what_the_pack_of_its_source_says() -> None:
    terms = shipped_policies().orders
    row = read_pack("taobao-like").row[0]
    for source, profile in [
        ("taobao", "taobao-like"),
        ("tmall", "taobao-like"),
        ("doudian", "douyin-like"),
        ("anywhere", "douyin-like"),
    ]:
        rule = terms.rule("ship-48h", row.in_force_from, source)
        assert rule is not None
        assert rule.ref.startswith(f"{profile}.ship-48h@")
    assert terms.usual_labels("olist") == ()
    assert terms.usual_labels("anywhere") == ("ship-48h", "return-7d")
