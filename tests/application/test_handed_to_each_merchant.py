"""What is judged of an order of several merchants is judged with each of them."""

from uuid import UUID

from application.resolutions.handing_over import HandsOver
from domain.after_sales import OpenCase
from domain.dispute import DISPUTE, Dispute
from domain.money import Money
from domain.order import ClaimItem
from domain.resolution import DeclinePlans, HandToDispute, proposal_due
from domain.shortfall import Shortfall
from tests.application.processes.test_carry_out import Judged
from tests.application.resolving import ANNA, shortfall
from tests.application.test_several_merchants import Basket

STALL = shortfall("TRANSIT_STALLED")
KETTLE = shortfall("TRANSIT_STALLED", line=1)
LAMP = shortfall("TRANSIT_STALLED", line=2)


class JudgedBasket(Judged, Basket):
    """One order of two merchants, with somebody to judge it."""

    def says_no(self, *found: Shortfall) -> None:
        """Let these fall short, and decline as often as is asked."""
        for each in found:
            self.falls_short(each)
        self.hands(DeclinePlans(by=ANNA))

    def hands(self, command: DeclinePlans | HandToDispute) -> None:
        over = HandsOver(self.resolutions, self.disputes)
        over.take(self.resolution_id, command, self.context(command))

    @property
    def judged(self) -> list[Dispute]:
        """The disputes in which it is judged."""
        return [self.folded(UUID(name), DISPUTE) for name in self.resolution.disputes]

    @property
    def against(self) -> dict[str | None, tuple[int, ...]]:
        """Whose lines each dispute claims of the order, by the merchant's name."""
        found = {}
        for name, dispute in zip(self.resolution.disputes, self.judged, strict=True):
            assert dispute.opened is not None
            claim = self.order.claims.get(name)
            items = claim.items if claim else ()
            found[dispute.opened.merchant] = tuple(item.line for item in items)
        return found


def test_a_whole_order_of_several_merchants_is_judged_with_each_for_its_lines() -> None:
    anna = JudgedBasket()
    anna.says_no(STALL)
    assert anna.status == "handed_to_dispute"
    assert anna.against == {"shop-1": (1, 3), "shop-2": (2,)}
    assert all(each.status == "platform_review" for each in anna.judged)


def test_nobody_is_charged_for_what_another_sold() -> None:
    anna = JudgedBasket()
    anna.says_no(LAMP, KETTLE)
    assert anna.against == {"shop-1": (1,), "shop-2": (2,)}


def test_only_whose_lines_fell_short_is_argued_with() -> None:
    anna = JudgedBasket()
    anna.says_no(LAMP)
    assert anna.against == {"shop-2": (2,)}
    assert anna.resolution.dispute == anna.resolution.disputes[0]


def test_all_disputes_open_once_and_in_the_append_that_hands_it_over() -> None:
    anna = JudgedBasket()
    anna.falls_short(STALL)
    anna.hands(HandToDispute(by=ANNA))
    names = anna.resolution.disputes
    last = anna.store.stream(anna.resolution_id)[-1]
    firsts = [anna.store.stream(UUID(name))[0] for name in names]
    assert {each.command_id for each in firsts} == {last.command_id}
    for name in names:
        anna.hands(HandToDispute(by=ANNA, dispute=name))
    anna.hands(HandToDispute(by=ANNA))
    anna.due.run()
    assert anna.resolution.disputes == names
    assert len(set(names)) == len(anna.against)


def test_after_the_last_no_nothing_is_due_to_be_proposed_any_more() -> None:
    anna = JudgedBasket()
    anna.says_no(STALL)
    assert not proposal_due(anna.resolution)


def test_a_no_before_the_last_hands_nothing_over() -> None:
    anna = JudgedBasket(proposals=2)
    anna.says_no(STALL)
    assert anna.status == "declined"
    assert proposal_due(anna.resolution)


def test_a_case_of_hers_about_another_line_is_left_alone() -> None:
    anna = Judged()
    anna.falls_short(KETTLE)
    case_id = anna.cases.id_of(anna.order_id, "C-1")
    straps = ClaimItem(line=2, quantity=1, amount=Money(1_000, "CNY"))
    ask = OpenCase(
        by=ANNA,
        order=str(anna.order_id),
        consumer="anna",
        type="refund_unshipped",
        items=(straps,),
        reason=2,
    )
    anna.cases.open(case_id, anna.order_id, ask, anna.context(ask))
    anna.asks(DeclinePlans(by=ANNA))
    anna.due.run()
    opened = anna.dispute.opened
    assert opened is not None
    assert (opened.case, opened.claimed) == (None, Money(49_000, "CNY"))
    assert anna.case(case_id).dispute is None
