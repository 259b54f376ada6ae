"""The last moment of a day, wherever the day is."""

from datetime import UTC, date, datetime

from domain.promise import end_of_day


def test_by_a_day_is_until_the_end_of_that_day_there() -> None:
    shanghai = end_of_day(date(2026, 11, 23), "Asia/Shanghai")
    assert shanghai == datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)


def test_a_day_whose_last_hour_comes_twice_lasts_to_the_second() -> None:
    """São Paulo, 17 February 2018: at midnight it was 23:00 again."""
    longest = end_of_day(date(2018, 2, 17), "America/Sao_Paulo")
    assert longest == datetime(2018, 2, 18, 2, 59, 59, tzinfo=UTC)
