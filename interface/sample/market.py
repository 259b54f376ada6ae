"""Who buys and sells in the sample, and what they agree on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from domain.money import Money
from domain.order import Channel, Content, OrderLine, PlaceOrder
from domain.party import Participant, Role
from domain.promise import Offer

SOURCE = "sample"

# The consumer with the most orders: 200 of them, unless the sample is a small one.
BEST_CUSTOMER = "buyer-0001"
BEST_CUSTOMER_ORDERS = 200

# One buyer in so many has also bought under a second name.
GUESTS_EVERY = 4

WAYBILLS = {"shunfeng": "SF", "zhongtong": "73", "yuantong": "YT", "yunda": "43"}
CARRIERS = {**WAYBILLS, "jd": "JD"}

CHANNELS: Sequence[Channel] = ("content", "shelf", "search")
CHANNEL_WEIGHTS = (5, 3, 2)

# How often promises are shown that the listing does not always make.
SAME_DAY, FROM_CREATOR, BY_DAY, INSURED = 0.15, 0.35, 0.4, 0.5

USUAL = (Offer(label="ship-48h"), Offer(label="return-7d"))

MINOR = {"CNY": 100, "USD": 100, "JPY": 1}
PRICES = {"CNY": (9, 900), "USD": (3, 150), "JPY": (400, 20_000)}


class Shop(Struct, frozen=True):
    """A merchant, its currency, its carriers, and what it sells."""

    name: str
    currency: str
    carriers: tuple[str, ...]
    products: tuple[str, ...]
    roles: tuple[Role, ...] = ("merchant",)


SHOPS = (
    Shop("shop-lotus-tea", "CNY", ("shunfeng", "jd"), ("oolong-250g", "jasmine-100g")),
    Shop(
        "shop-blue-bowl",
        "CNY",
        ("zhongtong", "yunda"),
        ("bowl-set-4", "teapot-1", "plate-26cm"),
        ("merchant", "room_seller"),
    ),
    Shop(
        "shop-north-down",
        "CNY",
        ("yuantong", "yunda", "jd"),
        ("down-jacket", "wool-scarf", "mittens"),
    ),
    Shop("shop-paper-crane", "JPY", ("shunfeng",), ("washi-pack", "ink-30ml")),
    Shop("shop-larkspur", "USD", ("jd", "zhongtong"), ("linen-shirt", "straw-hat")),
)
CREATORS = ("creator-mo", "creator-wildgarlic", "creator-uncle-fan", "creator-ines")
PROVIDERS = ("provider-bright-room", "provider-tuesday-studio")


class Sale(Struct, frozen=True):
    """What was bought, when, and who has to bring it."""

    placed_at: datetime
    order: PlaceOrder
    shop: Shop
    carrier: str

    def promising(self, offers: tuple[Offer, ...]) -> "Sale":
        """Return the same sale with other promises shown."""
        return replace(self, order=replace(self.order, offers=offers))


def buyers(count: int) -> list[str]:
    """Return the buyer of each of so many orders: few buy much, most buy once.

    The best customer has BEST_CUSTOMER_ORDERS orders, or a third of a small sample; the
    n-th behind has about one n-th of a tenth of them all (Zipf).
    """
    best = min(BEST_CUSTOMER_ORDERS, max(1, count // 3))
    names = [BEST_CUSTOMER] * best
    rank = 1
    while len(names) < count:
        rank += 1
        orders = max(1, count // (10 * (rank - 1)))
        names += [f"buyer-{rank:04}"] * min(orders, count - len(names))
    return names


def guest_of(buyer: str) -> str | None:
    """Return the second name a buyer also buys under, if there is one."""
    number = int(buyer.rpartition("-")[2])
    return None if number % GUESTS_EVERY else f"guest-{number:04}"


def sale(buyer: str, number: str, at: datetime, dice: Random) -> Sale:
    """Return one sale of the market."""
    shop = dice.choice(SHOPS)
    channel = dice.choices(CHANNELS, CHANNEL_WEIGHTS)[0]
    participants = parties(shop, channel, dice)
    guest = guest_of(buyer)
    order = PlaceOrder(
        consumer=guest if guest and dice.random() < 1 / 2 else buyer,
        source=SOURCE,
        number=number,
        lines=lines(shop, dice),
        merchant=shop.name,
        channel=channel,
        content=content(channel, dice),
        participants=participants,
        offers=offers(participants, at, dice),
    )
    return Sale(at, order, shop, dice.choice(shop.carriers))


def lines(shop: Shop, dice: Random) -> tuple[OrderLine, ...]:
    """Return one to three lines of different products."""
    count = min(dice.choice((1, 1, 1, 2, 2, 3)), len(shop.products))
    low, high = PRICES[shop.currency]
    return tuple(
        OrderLine(
            line=number,
            product=product,
            quantity=dice.choice((1, 1, 1, 2, 3)),
            price=Money(dice.randint(low, high) * MINOR[shop.currency], shop.currency),
            freight=Money(low * MINOR[shop.currency], shop.currency),
        )
        for number, product in enumerate(dice.sample(shop.products, count), start=1)
    )


def content(channel: Channel, dice: Random) -> Content | None:
    """Return what sold it, in the content channel."""
    if channel != "content":
        return None
    item = f"clip-{dice.randint(1, 90)}"
    room = f"room-{dice.randint(1, 12)}" if dice.random() < 3 / 5 else None
    return Content(content_item=item, live_room=room)


def parties(shop: Shop, channel: Channel, dice: Random) -> tuple[Participant, ...]:
    """Return who takes part; the merchant himself may sell in the room."""
    merchant = Participant(party=shop.name, roles=shop.roles)
    if channel != "content":
        return (Participant(party=shop.name, roles=("merchant",)),)
    creator = dice.choice(CREATORS)
    if "room_seller" in shop.roles:
        return merchant, Participant(party=creator, roles=("creator",))
    if dice.random() < 1 / 4:
        provider = dice.choice(PROVIDERS)
        return (
            merchant,
            Participant(party=creator, roles=("creator",)),
            Participant(party=provider, roles=("service_provider", "room_seller")),
        )
    return merchant, Participant(party=creator, roles=("creator", "room_seller"))


def offers(
    participants: Sequence[Participant], at: datetime, dice: Random
) -> tuple[Offer, ...] | None:
    """Return the promises shown; None where the listing shows the usual ones only.

    A creator may promise more than the listing does: then both promises stand.
    """
    shown = list(USUAL)
    if dice.random() < SAME_DAY:
        shown[0] = Offer(label="ship-same-day")
    creator = next((p.party for p in participants if "creator" in p.roles), None)
    if creator and dice.random() < FROM_CREATOR:
        label = dice.choice(("ship-same-day", "ship-next-day"))
        shown.append(Offer(label=label, source="creator", by=creator))
    if dice.random() < BY_DAY:
        day = (at + timedelta(days=dice.randint(4, 8))).date()
        shown.append(Offer(label="deliver-by", source="platform", by_day=day))
    if dice.random() < INSURED:
        shown.append(Offer(label="freight-insurance", source="platform"))
    return None if tuple(shown) == USUAL else tuple(shown)
