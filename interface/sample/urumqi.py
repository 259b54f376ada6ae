"""The story of the sample: parcels stall in Urumqi, and smaller things go wrong beside.

All of it is invented. Each order has its fate and its own moment. A seed is a story;
``until`` says when it takes place, and what lies after it has not happened yet.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Final, Literal, NamedTuple
from uuid import uuid5

from msgspec.structs import replace

from domain.money import Money
from domain.order import Content, OrderLine, PlaceOrder, RecordSigning
from domain.party import Participant
from domain.promise import Offer
from interface.sample.load import NAMESPACE, Happening
from interface.sample.market import SHOPS, USUAL, Sale, Shop
from interface.sample.tale import Tale

Fate = Literal[
    "stuck", "late", "oversold", "cheaper", "not_received", "slow_refund", "fine"
]

# How many orders have which fate.
COUNTS: Final[dict[Fate, int]] = {
    "stuck": 96,
    "late": 8,
    "oversold": 4,
    "cheaper": 3,
    "not_received": 3,
    "slow_refund": 3,
    "fine": 13,
}

# Its rules pay for a track that stands still, too.
SOURCE: Final = "tmall"
CARRIER: Final = "zhongtong"
HUB, HUB_REGION = "urumqi-hub", "CN-XJ"
WAY: Final = (
    ("hangzhou-east", "CN-ZJ"),
    ("hangzhou-hub", "CN-ZJ"),
    ("xian-hub", "CN-SN"),
)
ROOM: Final = "room-7"
CREATOR: Final = "creator-mo"

# To a remote region a parcel may lie still for so long (domain rules, section 3.1).
STILL_HOURS: Final = 120.0
# Of the stuck ones so many have lain still that long within the last hours; of the
# others the rules have nothing to say yet.
OVER, OVER_WITHIN_HOURS = 12, 5.0
OTHERS_HOURS: Final = (60.0, 117.0)

# The shops of the market that keep their prices in yuan.
YUAN_SHOPS: Final = tuple(shop for shop in SHOPS if shop.currency == "CNY")
DEAR: Final = (4_900, 38_900)
NOW: Final = (0.0, 0.0)


class Fated(NamedTuple):
    """An order of the story, its fate, and what happens to it."""

    fate: Fate
    sale: Sale
    happened: list[Happening]


def urumqi(until: datetime, seed: int = 1) -> Iterator[Fated]:
    """Yield the orders of the story, with all that happens to them up to a moment."""
    dice = Random(f"urumqi {seed}")  # noqa: S311  # no secret
    number = 0
    for fate, count in COUNTS.items():
        for place in range(count):
            number += 1
            sold = numbered(TELLING[fate](number, place, until, dice), until)
            name = f"urumqi {seed} {sold.sale.order.number}"
            steps = [step for step in sold.steps if step.at <= until]
            yield Fated(
                fate,
                sold.sale,
                [
                    Happening(sold.sale, step, uuid5(NAMESPACE, f"{name} {at}"))
                    for at, step in enumerate(steps)
                ],
            )


def numbered(tale: Tale, until: datetime) -> Tale:
    """Return the tale of an order whose number tells its moment: no two are one."""
    order = tale.sale.order
    number = f"{until:%y%m%d%H%M}{order.number}"
    tale.sale = replace(tale.sale, order=replace(order, number=number))
    tale.steps = [
        replace(step, command=replace(step.command, number=number))
        if isinstance(step.command, PlaceOrder)
        else step
        for step in tale.steps
    ]
    return tale


# -- What is bought --


def sale_of(number: int, shop: Shop, placed_at: datetime, dice: Random) -> Sale:
    """Return an order to the far west, sold in a live room."""
    low, high = DEAR
    product = dice.choice(shop.products)
    price = Money(dice.randrange(low, high, 1_000), "CNY")
    order = PlaceOrder(
        consumer=f"west-{number:03}",
        source=SOURCE,
        number=f"{number:04}",
        lines=(
            OrderLine(
                line=1,
                product=product,
                quantity=1,
                price=price,
                freight=Money(800, "CNY"),
            ),
        ),
        merchant=shop.name,
        channel="content",
        content=Content(content_item=f"clip-{dice.randint(1, 9)}", live_room=ROOM),
        participants=(
            Participant(party=shop.name, roles=("merchant",)),
            Participant(party=CREATOR, roles=("creator", "room_seller")),
        ),
        ships_from="CN-ZJ",
        ships_to=HUB_REGION,
    )
    return Sale(placed_at.replace(microsecond=0), order, shop, CARRIER)


def shop_for(number: int) -> Shop:
    """Return whose order it is: each shop has its share."""
    return YUAN_SHOPS[number % len(YUAN_SHOPS)]


# -- What happens to them --


class Sent(Tale):
    """A tale with one parcel."""

    parcel = ""


def stuck(number: int, place: int, until: datetime, dice: Random) -> Tale:
    """Tell how a parcel gets as far as the hub in Urumqi, and no further."""
    over = place < OVER
    hours = (
        STILL_HOURS + OVER_WITHIN_HOURS * (place + 0.5) / OVER
        if over
        else between(*OTHERS_HOURS, (place - OVER) / (COUNTS["stuck"] - OVER))
    )
    tale = on_its_way(number, until - timedelta(hours=hours), dice)
    tale.scan(tale.parcel, "in_transit", NOW, HUB, HUB_REGION)
    return tale


def between(low: float, high: float, share: float) -> float:
    """Return what lies at this share of the way from the one to the other."""
    return low + (high - low) * share


def on_its_way(number: int, hub_at: datetime, dice: Random) -> Sent:
    """Tell how it is bought and sent, so that it would reach the hub at a moment."""
    sold = sale_of(number, shop_for(number), hub_at - timedelta(hours=56), dice)
    tale = Sent(sold, dice)
    tale.bought((0.05, 0.2))
    tale.at = hub_at - timedelta(hours=46)
    tale.parcel = tale.shipped()
    (pickup, pickup_region), *hubs = WAY
    tale.at = hub_at - timedelta(hours=42)
    tale.scan(tale.parcel, "picked_up", NOW, pickup, pickup_region)
    for hours, (outlet, region) in zip((36, 18), hubs, strict=True):
        tale.at = hub_at - timedelta(hours=hours)
        tale.scan(tale.parcel, "in_transit", NOW, outlet, region)
    tale.at = hub_at.replace(microsecond=0)
    return tale


def fine(number: int, place: int, until: datetime, dice: Random) -> Tale:
    """Tell how another carrier's parcel goes on through the same town."""
    hub_at = until - timedelta(hours=30 + 2 * place)
    sent = on_its_way(number, hub_at, dice)
    sent.scan(sent.parcel, "in_transit", NOW, f"{HUB}-2", HUB_REGION)
    sent.scan(sent.parcel, "arrived_dest_city", (6, 8), f"{HUB}-3", HUB_REGION)
    sent.scan(sent.parcel, "out_for_delivery", (8, 10), f"{HUB}-4", HUB_REGION)
    sent.scan(sent.parcel, "signed", (2, 4), f"{HUB}-4", HUB_REGION)
    sent.say(RecordSigning(parcel=sent.parcel, signed_by="consumer"))
    return sent


def late(number: int, place: int, until: datetime, dice: Random) -> Tale:
    """Tell how it is paid for, and not sent within the promised 48 hours."""
    paid_at = until - timedelta(hours=48.3 + 0.6 * place)
    sold = sale_of(number, YUAN_SHOPS[-1], paid_at, dice)
    tale = Tale(sold, dice)
    tale.bought(NOW)
    return tale


def oversold(number: int, place: int, until: datetime, dice: Random) -> Tale:
    """Tell how the creator promises one day, and the listing two."""
    offers = (*USUAL, Offer(label="ship-24h", source="creator", by=CREATOR))
    return with_offers(number, until - timedelta(hours=0.5 + place), offers, dice)


def cheaper(number: int, place: int, until: datetime, dice: Random) -> Tale:
    """Tell how its price is protected; that it fell is told elsewhere."""
    offers = (*USUAL, Offer(label="price-protection", source="platform"))
    return with_offers(number, until - timedelta(hours=8 + place), offers, dice)


def slow_refund(number: int, place: int, until: datetime, dice: Random) -> Tale:
    """Tell how it is paid for; that the consumer wants it back is told elsewhere."""
    return with_offers(number, until - timedelta(hours=40 + place), USUAL, dice)


def with_offers(
    number: int, paid_at: datetime, offers: tuple[Offer, ...], dice: Random
) -> Tale:
    """Tell how an order is paid for to which so much was promised."""
    sold = sale_of(number, shop_for(number), paid_at, dice)
    sold = sold.promising(offers)
    tale = Tale(sold, dice)
    tale.bought(NOW)
    return tale


def not_received(number: int, place: int, until: datetime, dice: Random) -> Tale:
    """Tell how it is signed for; that it never came is told in a contact."""
    return fine(number, place, until - timedelta(hours=1), dice)


TELLING: Final[dict[Fate, Callable[[int, int, datetime, Random], Tale]]] = {
    "stuck": stuck,
    "late": late,
    "oversold": oversold,
    "cheaper": cheaper,
    "not_received": not_received,
    "slow_refund": slow_refund,
    "fine": fine,
}
