"""What carriers write about their couriers, with invented names and numbers."""

# ruff: noqa: RUF001  (Chinese punctuation is what carriers write)

import json
from collections.abc import Iterator

import pytest

from application.people import mask
from tests.shared_data import recorded

WORDS_OF_A_SCAN = ("context", "AcceptStation", "Remark", "remark")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("派件人:叶小明,电话:18312345678", "派件人:叶**,电话:183********"),
        (
            "投递员姓名：钟大伟;联系电话：13612345678",
            "投递员姓名：钟**;联系电话：136********",
        ),
        (
            "（揽投员姓名：金三,联系电话:18912345678)",
            "（揽投员姓名：金*,联系电话:189********)",
        ),
        ("【闫三石/17712345678】正在派件", "【闫**/177********】正在派件"),
        ("的【陆三(18012345678)】已收件", "的【陆*(180********)】已收件"),
        ("扫描员是【陆三】", "扫描员是【陆*】"),
        ("由【杨四】扫描发往【浙江杭州中转部】", "由【杨*】扫描发往【浙江杭州中转部】"),
        ("取件人: 刘五六 已收件", "取件人: 刘** 已收件"),
        (
            "派件人: 林八 派件中 派件员电话18312345678",
            "派件人: 林* 派件中 派件员电话183********",
        ),
        ("派送员张三[13912345678]", "派送员张*[139********]"),
        (
            "派送员欧阳小红（联系电话：139-1234-5678）",
            "派送员欧***（联系电话：139********）",
        ),
        ("快递员赵六六配送中", "快递员赵**配送中"),
        ("[杭州]张三 13812345678 派件", "[杭州]张* 138******** 派件"),
        ("已由张三丰签收", "已由张**签收"),
        ("签收人：李雷", "签收人：李*"),
        ("手机 +86 138 1234 5678", "手机 +86 138********"),
        ("１３８１２３４５６７８", "１３８********"),
        ("座机(010)62345678", "座机(010)********"),
        ("电话 021-62345678 转 123", "电话 021********"),
        ("13812345678-4321", "138********"),
        ("电话：62345678", "电话：********"),
        ("Signed for by: JOHN SMITH", "Signed for by: J**"),
        ("Courier: Mary Jones. On the way", "Courier: M**. On the way"),
    ],
)
def test_names_and_numbers_are_masked_on_entry(told: str, kept: str) -> None:
    assert mask(told) == kept
    assert mask(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "快递员已完成新冠疫苗接种，快递员佩戴口罩",
        "快递员正在派送",
        "派件员马上派送",
        "签收人: 本人签收 已签收",
        "签收人是:【同事代签】",
        "签收人：丰巢",
        "快件已由快递驿站代收",
        "扫描员是【扫描员45】",
        "运单 1380013800012345 订单号 20210112345678901",
        "JT13800138000 73120123456789",
        "客服热线 95311, 400-811-1111",
        "2022-06-30 10:34:33",
        "Delivered, front door",
    ],
)
def test_what_is_nobodys_stays(text: str) -> None:
    assert mask(text) == text


def texts(part: object) -> Iterator[str]:
    match part:
        case dict():
            for name, value in part.items():
                if name in WORDS_OF_A_SCAN and isinstance(value, str):
                    yield value
                yield from texts(value)
        case list():
            for value in part:
                yield from texts(value)
        case _:
            pass


def test_what_carriers_have_masked_themselves_is_left_as_it_is() -> None:
    path = recorded("carriers", "cn_express", "cn_tracking_masked.jsonl")
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    told = {text for row in rows for text in texts(row)}

    assert len(told) > 30
    assert {text: mask(text) for text in told} == {text: text for text in told}
