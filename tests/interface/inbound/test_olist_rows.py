"""What is read of an Olist export, and what happens to rows that cannot be read."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from interface.errors import UserError
from interface.inbound.csv_rows import RAW_BYTES_MAX, Malformed
from interface.inbound.olist_export import Export, read_export
from tests.interface.inbound.olist_files import (
    ANNAS,
    ANNAS_ORDER,
    CARD,
    CHAIR,
    HEADERS,
    LAMP,
    REVIEW,
    VOUCHER,
    file_of,
    write_export,
)

BERTOS = ANNAS_ORDER.replace("o-1,c-1", "o-2,c-2")
BERTO = "c-2,berto,20040,rio de janeiro,RJ"


def read(folder: Path) -> tuple[Export, list[Malformed]]:
    export = read_export(folder)
    return export, list(export.bad)


# -- What is read --


def test_an_order_is_put_together_from_the_files(tmp_path: Path) -> None:
    export, bad = read(write_export(tmp_path))
    (order,) = export.orders.values()
    assert not bad
    assert order.consumer == "anna"
    assert [item.product for item in order.items] == ["chair", "lamp"]
    assert [item.price for item in order.items] == [120_00, 35_00]
    assert [payment.amount for payment in order.payments] == [150_00, 19_45]
    assert order.reviews[0].words == "Demorou\nchegou, enfim"
    assert order.row.estimated == date(2018, 3, 20)
    assert export.rows == sum(map(len, ANNAS.values()))


def test_times_are_sao_paulos(tmp_path: Path) -> None:
    export, _ = read(write_export(tmp_path))
    purchased = export.orders["o-1"].row.purchased
    assert purchased == datetime(2018, 3, 1, 13, tzinfo=UTC)


def test_in_summer_sao_paulo_is_an_hour_ahead(tmp_path: Path) -> None:
    in_january = ANNAS_ORDER.replace("2018-03-01", "2018-01-10")
    export, _ = read(write_export(tmp_path, orders=[in_january]))
    purchased = export.orders["o-1"].row.purchased
    assert purchased == datetime(2018, 1, 10, 12, tzinfo=UTC)


def test_the_night_summer_time_ends_is_an_hour_longer(tmp_path: Path) -> None:
    """22:30 and 00:30 of that night lie three hours apart, not two."""
    late = ANNAS_ORDER.replace("2018-03-01 10:00:00", "2018-02-17 22:30:00")
    later = late.replace("2018-03-01 10:30:00", "2018-02-18 00:30:00")
    export, _ = read(write_export(tmp_path, orders=[later]))
    row = export.orders["o-1"].row
    assert row.approved is not None
    assert (row.approved - row.purchased).total_seconds() == 3 * 3600


def test_where_the_rows_stand_makes_no_difference(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    one, _ = read(write_export(there))
    other, _ = read(
        write_export(here, order_items=[LAMP, CHAIR], order_payments=[VOUCHER, CARD])
    )
    assert one.orders["o-1"].items == other.orders["o-1"].items
    assert one.orders["o-1"].payments == other.orders["o-1"].payments


def test_the_same_row_twice_is_one_row(tmp_path: Path) -> None:
    export, bad = read(write_export(tmp_path, order_items=[CHAIR, LAMP, CHAIR]))
    assert len(export.orders["o-1"].items) == 2
    assert not bad


def test_a_byte_order_mark_and_windows_line_ends_are_no_trouble(tmp_path: Path) -> None:
    write_export(tmp_path)
    file = tmp_path / file_of("orders")
    text = file.read_text("utf-8").replace("\n", "\r\n")
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    export, bad = read(tmp_path)
    assert list(export.orders) == ["o-1"]
    assert not bad


def test_a_review_may_run_over_several_lines(tmp_path: Path) -> None:
    long = REVIEW.replace("chegou, enfim", 'chegou\r\n\nenfim, ""quebrado""')
    after = REVIEW.replace("r-1", "r-2").replace("2018-03-10", "2018-13-10")
    export, bad = read(write_export(tmp_path, order_reviews=[long, after]))
    words = export.orders["o-1"].reviews[0].words
    assert words == 'Demorou\nchegou\r\n\nenfim, "quebrado"'
    assert [each.line for each in bad] == [5]


# -- What cannot be read --


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        (
            "orders",
            ANNAS_ORDER.replace("10:00:00", "25:00:00"),
            "order_purchase_timestamp",
        ),
        (
            "orders",
            ANNAS_ORDER.replace("2018-03-01 10:00:00", ""),
            "order_purchase_time",
        ),
        ("orders", ANNAS_ORDER.replace("2018-03-20", "0018-03-20"), "order_estimated"),
        ("orders", ANNAS_ORDER + ",", "the row has 9 columns, the header 8"),
        ("orders", "o-1", "the row has 1 columns, the header 8"),
        (
            "orders",
            ANNAS_ORDER.replace("o-1", "one order"),
            "order_id is no plain name",
        ),
        ("order_items", CHAIR.replace("120.00", "1e3"), "price is no amount"),
        ("order_items", CHAIR.replace("120.00", "-1.00"), "price is no amount"),
        ("order_items", CHAIR.replace("120.00", "120.001"), "price is no amount"),
        (
            "order_items",
            CHAIR.replace("o-1,1", "o-1,0"),
            "no whole number from 1 to 9999",
        ),
        (
            "order_items",
            CHAIR.replace("o-1,1", "o-1,eins"),
            "order_item_id is no whole",
        ),
        ("order_payments", CARD.replace("150.00", "1" * 30), "payment_value"),
        ("order_payments", CARD.replace("o-1", "o-9"), "order_id o-9 is not in olist"),
        (
            "order_reviews",
            REVIEW.replace(",2,", ",6,"),
            "review_score is no whole number from 1 to 5",
        ),
        ("order_reviews", REVIEW.replace("Demorou", "x" * 20_000), "longer than"),
        (
            "orders",
            ANNAS_ORDER.replace("o-1,c-1", "o-9,c-9"),
            "customer_id c-9 is not in",
        ),
        ("customers", "c-1,anna", "the row has 2 columns, the header 5"),
        ("products", "chair", "the row has 1 columns, the header 2"),
        ("sellers", ",,,", "seller_id is no plain name"),
    ],
)
def test_a_row_that_makes_no_sense_names_file_line_and_reason(
    tmp_path: Path, name: str, row: str, reason: str
) -> None:
    _, bad = read(write_export(tmp_path, **{name: [*ANNAS[name], "", row]}))
    at = f"{file_of(name)}:{len(ANNAS[name]) + 3}"  # below a header and an empty line
    found = next(each for each in bad if each.where == at)
    assert reason in found.reason
    assert found.raw == f"{row}\n".encode()[:RAW_BYTES_MAX]


def test_bytes_that_are_no_text_are_no_row(tmp_path: Path) -> None:
    write_export(tmp_path)
    with (tmp_path / file_of("order_reviews")).open("ab") as file:
        file.write(REVIEW.replace("r-1", "r-2").encode().replace(b"ou", b"\xff"))
    export, bad = read(tmp_path)
    assert [each.reason for each in bad] == ["the row is not UTF-8"]
    assert len(export.orders["o-1"].reviews) == 1


def test_a_quote_that_never_closes_takes_only_its_own_line(tmp_path: Path) -> None:
    broken = (
        REVIEW.replace("r-1", "r-0")
        .replace('"chegou', 'chegou"')
        .replace('enfim"', "enfim")
    )
    many = [REVIEW.replace("r-1", f"r-{n}") for n in range(1, 301)]
    export, bad = read(write_export(tmp_path, order_reviews=[broken, *many]))
    assert [each.line for each in bad] == [2]
    assert len(export.orders["o-1"].reviews) == 300


# -- What waits with it --


def test_an_order_waits_for_the_line_that_cannot_be_read(tmp_path: Path) -> None:
    """What is told of an order cannot be taken back; the others are told."""
    export, bad = read(
        write_export(
            tmp_path,
            customers=[*ANNAS["customers"], BERTO],
            orders=[ANNAS_ORDER, BERTOS],
            order_items=[CHAIR, LAMP.replace("35.0", "?")],
        )
    )
    assert list(export.orders) == ["o-2"]
    assert export.waiting == {"o-1"}
    assert len(bad) == 1


def test_an_order_does_not_wait_for_a_review(tmp_path: Path) -> None:
    export, bad = read(write_export(tmp_path, order_reviews=["r-1,o-1"]))
    assert list(export.orders) == ["o-1"]
    assert len(bad) == 1


def test_rows_of_an_order_that_cannot_be_read_wait_with_it(tmp_path: Path) -> None:
    export, bad = read(
        write_export(tmp_path, orders=[ANNAS_ORDER.replace("10:30", "10:3x")])
    )
    assert export.waiting == {"o-1"}
    assert [each.file for each in bad] == [file_of("orders")]


def test_of_two_rows_that_differ_neither_is_believed(tmp_path: Path) -> None:
    dearer = CHAIR.replace("120.00", "130.00")
    export, bad = read(write_export(tmp_path, order_items=[CHAIR, LAMP, dearer]))
    assert export.waiting == {"o-1"}
    assert sorted(each.line for each in bad) == [2, 4]


# -- What is no export --


@pytest.mark.parametrize("name", HEADERS)
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    write_export(tmp_path)
    (tmp_path / file_of(name)).unlink()
    with pytest.raises(UserError, match=file_of(name)):
        read(tmp_path)


def test_a_file_without_the_columns_is_named(tmp_path: Path) -> None:
    write_export(tmp_path)
    (tmp_path / file_of("orders")).write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(UserError, match=f"{file_of('orders')} has no column order_id"):
        read(tmp_path)
