"""Catch-up of the trust timeline, against an equal view that the stock runner fills."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from time import perf_counter
from typing import Final
from uuid import uuid4

import psycopg

from application.event_store.connections import Pool, connection_pool
from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Ask
from application.event_store.postgres import PostgresEventStore
from application.orders import Orders, context_for
from application.policies import shipped_policies
from application.projections.runner import Runner
from application.projections.timeline import Timeline
from domain.events import ALL_EVENTS
from domain.money import Money
from domain.order import (
    CapturePayment,
    OrderCommand,
    OrderLine,
    PlaceOrder,
    RecordDelivery,
    RecordScan,
    ScanCode,
    ShipParcel,
    Tender,
)
from interface.bench.filled import fill_stock, rounded
from interface.bench.ground import Ground
from interface.bench.measure import (
    STOCK,
    Contest,
    Measure,
    Sample,
    Wrong,
    expect,
    per_second,
)
from interface.bench.ours import BATCH, check_log, our_dispatcher, our_store
from interface.bench.stock import check_stock, stock
from interface.bench.stock_timeline import FollowedParcels
from interface.clock import now
from interface.postgres.database import DatabaseUrls

FORGET = """
TRUNCATE projection.timeline_v1, projection.timeline_owner_v1;
DELETE FROM projection.checkpoint WHERE projection = 'timeline';
"""
CLAIMED = "SELECT count(*), count(consumer) FROM projection.timeline"
SCANS: Final[Sequence[ScanCode]] = (
    "picked_up",
    "in_transit",
    "in_transit",
    "arrived_dest_city",
    "out_for_delivery",
)


def story(number: int, at: datetime) -> Iterator[tuple[OrderCommand, datetime]]:
    """Yield what is told of an order, from its placement to its delivery, and when."""
    price = Money(39_900, "CNY")
    line = OrderLine(line=1, product=f"jacket-{number % 97}", price=price)
    yield (
        PlaceOrder(
            consumer=f"consumer-{number // 4}",
            source="douyin",
            number=f"N-{number}",
            merchant=f"shop-{number % 31}",
            lines=(line,),
        ),
        at,
    )
    paid = (Tender(tender="wechat", amount=price),)
    yield CapturePayment(payment=f"P-{number}", tenders=paid), at + timedelta(minutes=1)
    parcel = f"SF{number:012}"
    shipped = at + timedelta(hours=20)
    yield ShipParcel(parcel=parcel, carrier="sf", waybill=parcel), shipped
    for turn, code in enumerate(SCANS, 1):
        scan = RecordScan(parcel=parcel, scan=f"{number}-{turn}", code=code)
        yield scan, shipped + timedelta(hours=7 * turn)
    yield RecordDelivery(parcel=parcel), shipped + timedelta(hours=44)


def tell_orders(store: PostgresEventStore, dispatcher: Dispatcher, count: int) -> None:
    """Tell so many orders from beginning to end, one command after the other."""
    orders = Orders(store, dispatcher, shipped_policies())
    begun = now() - timedelta(days=10)
    asks: list[Ask] = []
    for number in range(count):
        order_id = orders.id_of(f"consumer-{number // 4}", "douyin", f"N-{number}")
        for command, at in story(number, begun + timedelta(seconds=number)):
            context = context_for(
                uuid4(), command, actor="feed", asked_at=now(), occurred_at=at
            )
            asks.append(orders.ask(order_id, command, context))
        if len(asks) >= BATCH or number == count - 1:
            for answer in dispatcher.handle(asks):
                if isinstance(answer, Exception):
                    raise answer
            asks.clear()


class OurTimeline:
    """The product's own timeline, filled again from nothing in every round."""

    def __init__(self, urls: DatabaseUrls, pool: Pool, events: int) -> None:
        self._urls, self._pool, self._events = urls, pool, events

    def round(self) -> Sample:
        """Return events a second, from the first to the last of the log."""
        with psycopg.connect(self._urls.owner) as owner:
            owner.execute(FORGET)
        # Made before, as the peer's is: it is made once, when a worker starts.
        runner = Runner([Timeline()], self._pool)
        begun = perf_counter()
        if not runner.catch_up():
            raise Wrong("Our timeline did not catch up.")
        sample = Sample(per_second(self._events, perf_counter() - begun))
        self.check()
        return sample

    def check(self) -> None:
        """Raise Wrong unless every event has its row, and its consumer."""
        with psycopg.connect(self._urls.owner) as owner:
            row = owner.execute(CLAIMED).fetchone()
        expect(
            "rows of our timeline, and those with a consumer", row, (self._events,) * 2
        )


@contextmanager
def catch_up(ground: Ground) -> Iterator[Contest]:
    """Follow a log from its beginning, one row for each event."""
    followed = rounded(ground.sizes.followed)
    with ExitStack() as open_:
        urls = open_.enter_context(ground.ours("catch_up_ours"))
        with our_store(urls, ALL_EVENTS) as store:
            with our_dispatcher(store) as dispatcher:
                tell_orders(store, dispatcher, ground.sizes.orders)
            events = sum(store.heads().values())
        pool = open_.enter_context(connection_pool(urls.projector))
        ours = OurTimeline(urls, pool, events)
        url = open_.enter_context(ground.bare("catch_up_stock"))
        with stock(url) as application:
            fill_stock(application, followed)
        peer = FollowedParcels(url, followed)

        def check() -> None:
            check_log(urls, events)
            check_stock(url, followed)

        ours.round()
        peer.round()
        yield Contest(
            ours=ours.round,
            peer=peer.round,
            check=check,
            notes=(
                (
                    f"ours follows {events:,} events of orders, "
                    f"stock {followed:,} of parcels"
                ),
            ),
        )


MEASURES: Final = (
    Measure(
        word="catch-up",
        title="catch-up of the trust timeline, one row per event",
        unit="events/s",
        peer=STOCK,
        open=catch_up,
        floor=30,
        aim=80,
    ),
)
