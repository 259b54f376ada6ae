"""Matters of every kind that nobody looks after any more, and how all of them stand."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, Final, NamedTuple
from uuid import UUID

from application.projections.clock_board import BoardClock
from application.projections.matter_rows import BY_NOUN
from application.projections.matters import MatterNoun, MatterRow, Wanted
from domain.after_sales import (
    Case,
    CaseType,
    ConfirmReturnReceived,
    CounterOffer,
    EvidenceItem,
    GoodsReturned,
    JudgeReturn,
    OrderRefund,
    RecordParcelScan,
    RejectCase,
    ShipReplacement,
    SubmitReturnWaybill,
)
from domain.agent_promise import MakePromise
from domain.contact import OpenContact
from domain.dispute import DisputeOpened, OpenDispute
from domain.money import Money
from domain.order import ClaimItem, Packed
from domain.party import By
from domain.responsibility import AttributeResponsibility, OpenAttribution, Share
from domain.timer import Timer, TimerBreached
from tests.service import LIN, OTTO, PRICE, SHOP, Service

TYPES: Final[tuple[CaseType, ...]] = (
    "refund_unshipped",
    "refund_shipped",
    "return_refund",
    "exchange",
    "resend",
    "repair",
    "price_protection",
    "freight_compensation",
    "partial_refund",
)
BEYOND = Money(900_000, "CNY")  # more than the service may refund by itself
A_FOURTH = Money(10_000, "CNY")  # of the price; a third would be too much
PHOTO = EvidenceItem(evidence="file-1", shows="photo")


class Left(NamedTuple):
    """A matter as it was left."""

    noun: MatterNoun
    stream_id: UUID


class Abandoned:
    """What lies there, by name; every step of it was done within its first minute."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.matters: dict[str, Left] = {}
        for type_ in TYPES:
            amount = A_FOURTH if type_ == "partial_refund" else PRICE
            self._case(type_, type_, amount=amount)
        self._rejected_and_countered()
        self._sent_back()
        self._replaced()
        self._told_to_the_service()

    # -- Cases --

    def _case(self, name: str, type_: CaseType, **more: Any) -> UUID:
        case_id = self.service.asked_for(type_, "c-" + name.replace(" ", "-"), **more)
        self.matters[name] = Left("case", case_id)
        return case_id

    def _rejected_and_countered(self) -> None:
        asks, approves = self.service.asks, self.service.approves
        rejected = self._case("rejected", "return_refund")
        asks(rejected, RejectCase(by=SHOP, reason="not_as_claimed", evidence=(PHOTO,)))
        countered = self._case("countered", "return_refund")
        some = ClaimItem(line=1, quantity=1, amount=A_FOURTH)
        asks(countered, CounterOffer(by=SHOP, type="partial_refund", items=(some,)))
        dear = self._case("beyond the limit", "refund_shipped", amount=BEYOND)
        approves(dear)
        paid = self._case("paid by the shop", "refund_shipped")
        approves(paid)
        asks(paid, OrderRefund(by=SHOP, refund="R-1"))

    def _sent_back(self) -> None:
        """Goods on their way back: on the way, signed for, opened and looked at."""
        asks, approves = self.service.asks, self.service.approves
        sent = self._case("sent back", "return_refund")
        approves(sent)
        asks(sent, sends_back)
        signed = self._case("signed for", "return_refund")
        scan = RecordParcelScan(direction="reverse", scan="s-1", code="signed")
        approves(signed)
        asks(signed, sends_back, scan)
        refused = self._case("refused goods", "return_refund")
        judged = JudgeReturn(
            by=SHOP, acceptance="rejected", reason="resale_affected", evidence=(PHOTO,)
        )
        approves(refused)
        asks(refused, sends_back, received, judged)
        untracked = self._case("untracked exchange", "exchange")
        approves(untracked)
        asks(untracked, sends_back)
        kept = self._case("kept repair", "repair", goods="used-3c")
        approves(kept)
        asks(kept, sends_back, received, accepted)
        owed = self._case("owed exchange", "exchange")
        approves(owed)
        asks(owed, sends_back, received, accepted)

    def _replaced(self) -> None:
        sent = self._case("sent again", "resend")
        replacement = ShipReplacement(
            by=SHOP,
            carrier="shunfeng",
            waybill="SF8",
            contents=(Packed(line=1, quantity=1),),
        )
        self.service.approves(sent)
        self.service.asks(sent, replacement)

    # -- Everything else --

    def _told_to_the_service(self) -> None:
        service, redress = self.service, self.service.redress
        order_id = service.sells("d-anna")
        dispute_id = redress.disputes.id_of(order_id, "1")
        opening = OpenDispute(
            by=By(role="consumer", name="d-anna"),
            order=str(order_id),
            consumer="d-anna",
            merchant=SHOP.name,
            issue="counterfeit",
        )
        redress.disputes.open(dispute_id, opening, service.context(opening))
        self.matters["dispute"] = Left("dispute", dispute_id)
        contacts = redress.contacts
        contact_id = contacts.id_of("bao", "c-1")
        open_ = OpenContact(
            by=By(role="consumer", name="bao"),
            consumer="bao",
            channel="chat",
            words=redress.people.seal("bao", "Help"),
        )
        contacts.take(contact_id, open_, service.context(open_))
        self.matters["contact"] = Left("contact", contact_id)
        promise_id = contacts.promise_id(contact_id, "1")
        make = MakePromise(
            by=LIN,
            consumer="bao",
            contact=str(contact_id),
            deed="call_back",
            due_at=in_hours(service.now, 30),
        )
        contacts.take_promise(promise_id, make, service.context(make))
        self.matters["promise"] = Left("promise", promise_id)
        self._attributed("d-anna", str(dispute_id), str(order_id))

    def _attributed(self, consumer: str, matter: str, order: str) -> None:
        accounts = self.service.redress.commands.accounts
        account_id = accounts.id_of(consumer, matter)
        opening = OpenAttribution(
            by=OTTO, matter=matter, order=order, source="shop", consumer=consumer
        )
        blame = AttributeResponsibility(
            by=OTTO,
            shares=(
                Share(
                    party="merchant", name=SHOP.name, share_bp=10_000, basis="sold_fake"
                ),
            ),
        )
        for command in (opening, blame):
            context = self.service.context(command)
            accounts.take(account_id, command, "shop", context)
        self.matters["account"] = Left("account", account_id)

    # -- As it stands --

    def states(self) -> Mapping[UUID, Any]:
        """Return every matter there is by now, folded from its own events."""
        store = self.service.redress.store
        nouns = {row.stream_id: row.noun for row in self.rows()}
        histories = store.load(list(nouns)).histories
        return {
            stream_id: reduce(
                BY_NOUN[noun].evolve,
                (each.event for each in histories[stream_id]),
                BY_NOUN[noun].initial,
            )
            for stream_id, noun in nouns.items()
        }

    def rows(self) -> list[MatterRow]:
        """Return every matter as the list shows it."""
        return list(self.service.redress.queries.matters.find(Wanted(), limit=200).rows)

    def board(self) -> Mapping[UUID, Mapping[str, Timer]]:
        """Return every clock as the board shows it."""
        ids = [row.stream_id for row in self.rows()]
        found = self.service.redress.queries.clocks.of(ids)
        return {stream_id: by_name(clocks) for stream_id, clocks in found.items()}

    def breaches(self, stream_id: UUID) -> list[str]:
        """Return the clocks of a matter that ran out, in order."""
        events = self.service.events(stream_id)
        return [each.timer for each in events if isinstance(each, TimerBreached)]

    def dispute_over(self, case: Case) -> DisputeOpened:
        """Return how the dispute over a case was opened."""
        assert case.dispute is not None
        dispute, _ = self.service.redress.disputes.find(UUID(case.dispute))
        assert dispute.opened is not None
        return dispute.opened


def by_name(clocks: Iterable[BoardClock]) -> Mapping[str, Timer]:
    """Return the clocks of one stream by their names."""
    return {each.timer.name: each.timer for each in clocks}


sends_back = SubmitReturnWaybill(
    by=By(role="consumer", name="anna"), carrier="shunfeng", waybill="SF9"
)
received = ConfirmReturnReceived(by=SHOP, items=(GoodsReturned(line=1, quantity=1),))
accepted = JudgeReturn(by=SHOP, acceptance="accepted")


def in_hours(at: datetime, hours: int) -> datetime:
    """Return a moment so many hours later, to the second."""
    return (at + timedelta(hours=hours)).replace(microsecond=0)
