"""What the rules owe is counted: paid unasked or not, and how soon after."""

from datetime import timedelta
from uuid import uuid4

from msgspec.structs import replace

from application.proactive.entitlements import Entitlements, entitlements_in
from domain.resolution import AcceptPlan, SettleStep
from tests.application.resolving import ANNA, DAY, LIN, MONDAY, WEI, Anna, shortfall

MINUTE = timedelta(minutes=1)


def late() -> Anna:
    """Anna's order, overdue by a day: a coupon is owed, and plans are offered."""
    anna = Anna()
    anna.at = MONDAY + DAY
    anna.falls_short()
    return anna


def counted(anna: Anna) -> Entitlements:
    log = (each for partition in range(8) for each in anna.store.logs[partition])
    return entitlements_in(log, anna.at)


def paid_after(minutes: float) -> Anna:
    anna = late()
    (key,) = anna.starts()
    anna.at += minutes * MINUTE
    anna.comes_back(key, succeeded=True)
    return anna


def test_what_is_paid_before_anybody_complains_is_paid_unasked() -> None:
    found = counted(paid_after(4))
    assert (found.owed, found.paid, found.paid_unasked, found.waiting) == (1, 1, 1, 0)
    assert (found.minutes_p50, found.minutes_p99, found.minutes_max) == (4, 4, 4)
    assert (found.unasked_share, found.within_aim_share) == (1, 1)


def test_what_is_paid_later_than_half_an_hour_misses_the_aim() -> None:
    found = counted(paid_after(31))
    assert (found.within_aim, found.within_aim_share) == (0, 0)


def test_what_was_never_paid_counts_against_the_aim_once_the_time_is_up() -> None:
    anna = late()
    assert counted(anna).within_aim_share is None
    anna.at += 31 * MINUTE
    found = counted(anna)
    assert (found.waiting, found.within_aim_share) == (1, 0)


def test_what_an_agent_heard_in_a_contact_was_asked_for() -> None:
    anna = Anna()
    anna.falls_short(shortfall(heard_in=str(uuid4())))
    (key,) = anna.starts()
    anna.comes_back(key, succeeded=True)
    found = counted(anna)
    assert (found.paid, found.paid_unasked, found.unasked_share) == (1, 0, 0)


def test_what_is_proposed_anew_is_owed_once() -> None:
    anna = paid_after(1)
    anna.falls_short(replace(shortfall("TRANSIT_STALLED"), window="again"))
    found = counted(anna)
    assert (found.owed, found.paid) == (1, 1)


def test_what_the_consumer_chose_beside_it_is_no_entitlement_of_its_own() -> None:
    anna = paid_after(1)
    anna.asks(AcceptPlan(by=ANNA, plan="refund"))
    anna.starts()
    assert counted(anna).owed == 1


def test_what_an_agent_paid_elsewhere_is_paid() -> None:
    anna = late()
    (key,) = anna.starts()
    anna.at += 10 * MINUTE
    anna.comes_back(key, succeeded=False, reason="no_such_account", final=True)
    anna.asks(SettleStep(by=LIN, step=key, way="done_elsewhere", reason="by_hand"))
    assert (counted(anna).paid, counted(anna).minutes_max) == (1, 10)


def test_what_a_senior_agent_leaves_out_is_not_owed() -> None:
    anna = late()
    (key,) = anna.starts()
    anna.comes_back(key, succeeded=False, reason="no_such_account", final=True)
    anna.asks(SettleStep(by=WEI, step=key, way="skip", reason="not_owed"))
    assert counted(anna).owed == 0


def test_of_no_resolutions_there_is_no_share() -> None:
    found = counted(Anna())
    assert (found.owed, found.unasked_share, found.within_aim_share) == (0, None, None)
