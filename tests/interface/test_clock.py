"""The one settable clock."""

from datetime import UTC, datetime, timedelta

import pytest

from interface.clock import Clock, ahead_by
from interface.errors import WrongSetting

MOMENT = datetime(2018, 10, 17, 12, tzinfo=UTC)


def test_it_tells_the_real_time_unless_it_is_set() -> None:
    assert abs(Clock().now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_it_can_be_a_day_ahead() -> None:
    clock = Clock()
    clock.set("+86400")
    ahead = clock.now() - datetime.now(UTC)
    assert abs(ahead - timedelta(days=1)) < timedelta(minutes=1)


def test_it_can_start_at_a_moment_and_run_on() -> None:
    clock = Clock()
    clock.set("2018-10-17T12:00:00Z")
    assert MOMENT <= clock.now() < MOMENT + timedelta(minutes=1)


@pytest.mark.parametrize("setting", ["tomorrow", "2018-10-17T12:00:00", "nan", "inf"])
def test_what_is_no_time_is_refused(setting: str) -> None:
    with pytest.raises(WrongSetting, match="REDRESS_CLOCK"):
        ahead_by(setting)
