"""The demo shop's promotions, as data: what is reduced, by how much, for whom, from when to when.

In the history only percent promotions without a code change what is paid for a piece; those on the whole order leave the prices of its lines alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.money import Currency
from shopkeeper.domain.product import Product
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.simulation.catalogue.offers import CNY, USD
from shopkeeper.simulation.catalogue.specs import Department, departments
from shopkeeper.simulation.dice import Dice

PromotionKind = Literal["percent", "amount", "buy_x_get_y", "free_shipping"]
PERIOD_DAYS: Final = 120
_SHARES: Final = (10, 12, 15, 20, 25)


@dataclass(frozen=True, slots=True)
class Promotion:
    """One promotion. It covers the products of `categories` and those of `products`, everything where both are empty.

    `percent` goes with kind percent, `amount_minor` with amount (off the whole order), `buy` and `get` with buy_x_get_y (`get` of the same are
    free). `min_spend_minor` is what the covered goods must cost; `code` is typed in at checkout, empty where the promotion needs none. It runs
    from `starts` until just before `ends`, for orders in `currency`.
    """

    id: str
    kind: PromotionKind
    title: LocalizedText
    starts: datetime
    ends: datetime
    currency: Currency = CNY
    percent: int | None = None
    amount_minor: int | None = None
    buy: int | None = None
    get: int | None = None
    min_spend_minor: int = 0
    categories: tuple[str, ...] = ()
    products: tuple[ProductId, ...] = ()
    code: str = ""

    def running(self, moment: datetime) -> bool:
        """True if the promotion can be used at `moment`."""
        return self.starts <= moment < self.ends

    def covers(self, product: Product) -> bool:
        """True if `product` is among what is reduced."""
        if not self.categories and not self.products:
            return True
        return product.id in self.products or any(label.key in self.categories for path in product.categories for label in path)


def promotion_document(promotion: Promotion) -> dict[str, Any]:
    """The promotion as a JSON object; what does not apply to its kind is left out."""
    document: dict[str, Any] = {
        "id": promotion.id,
        "kind": promotion.kind,
        "title": {"zh": promotion.title.zh, "en": promotion.title.en},
        "percent": promotion.percent,
        "amount_minor": promotion.amount_minor,
        "buy": promotion.buy,
        "get": promotion.get,
        "min_spend_minor": promotion.min_spend_minor,
        "categories": list(promotion.categories),
        "products": list(promotion.products),
        "code": promotion.code,
        "starts": _text(promotion.starts),
        "ends": _text(promotion.ends),
        "currency": promotion.currency,
    }
    return {key: value for key, value in document.items() if value not in (None, "", [], 0)}


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def promotions(products: Sequence[Product], *, seed: int, now: datetime) -> tuple[Promotion, ...]:
    """Return the promotions of the 120 days before `now` and those that are announced, by start: two weeks of reductions per department one after
    another, and the shop's own offers on the whole order."""
    found = [_season(department, turn, seed, now) for department in departments() for turn in (0, 1)]
    found += _standing(now, socks=tuple(one.id for one in products if dict(one.attributes)["type"][0].key == "socks"))
    found += _single_products(products, seed, now)
    return tuple(sorted(found, key=lambda one: (one.starts, one.id)))


def _season(department: Department, turn: int, seed: int, now: datetime) -> Promotion:
    dice = Dice(seed, "promotion", department.key, turn)
    percent = dice.pick(_SHARES)
    starts = _midnight(now) - timedelta(days=(PERIOD_DAYS - 4 if turn == 0 else 58) - dice.below(44))
    zh = (f"{department.name.zh} {fold_of(percent)} 折", f"{department.name.zh}专场 {fold_of(percent)} 折")[turn]
    en = (f"{percent} % off {in_sentence(department.name.en)}", f"{department.name.en} event: {percent} % off")[turn]
    return Promotion(
        id=f"pr-{department.key}-{turn + 1}",
        kind="percent",
        title=LocalizedText(zh=zh, en=en),
        percent=percent,
        categories=(department.key,),
        starts=starts,
        ends=starts + timedelta(days=7 + dice.below(8)),
    )


def _standing(now: datetime, *, socks: tuple[ProductId, ...]) -> list[Promotion]:
    day = _midnight(now)

    def offer(name: str, kind: PromotionKind, zh: str, en: str, first: int, days: int, **terms: Any) -> Promotion:
        starts = day + timedelta(days=first)
        return Promotion(f"pr-{name}", kind, LocalizedText(zh=zh, en=en), starts, starts + timedelta(days=days), **terms)

    offers = [
        offer("welcome", "percent", "新客首单 9 折", "10 % off your first order", -365, 730, percent=10, code="HELLO10"),
        offer("199-20", "amount", "满 199 元减 20 元", "¥20 off orders from ¥199", -20, 27, amount_minor=2_000, min_spend_minor=19_900),
        offer(
            "399-50", "amount", "领券满 399 元减 50 元", "¥50 off orders from ¥399 with AUTUMN50", -70, 14,
            amount_minor=5_000, min_spend_minor=39_900, code="AUTUMN50",
        ),
        offer("us-8", "amount", "满 60 美元减 8 美元", "$8 off orders from $60", -10, 30, currency=USD, amount_minor=800, min_spend_minor=6_000),
        offer("skin-gift", "buy_x_get_y", "护肤同款买一送一", "Skin care: buy one, get one free", -48, 5, buy=1, get=1, categories=("skin",)),
        offer("ship-59", "free_shipping", "满 59 元包邮", "Free delivery from ¥59", -12, 20, min_spend_minor=5_900),
        offer("ship-code", "free_shipping", "输入 SHIPFREE 免运费", "Free delivery with SHIPFREE", -90, 10, code="SHIPFREE"),
        offer("year-end", "percent", "年末全场 88 折", "12 % off everything at the end of the year", 9, 4, percent=12),
        offer("coming-100", "amount", "满 599 元减 100 元", "¥100 off orders from ¥599", 14, 7, amount_minor=10_000, min_spend_minor=59_900),
    ]  # fmt: skip
    if socks:  # a very small shop has none, and an offer on nothing would cover everything
        offers.append(offer("socks", "buy_x_get_y", "袜子买二送一", "Socks: buy two, get one free", -6, 16, buy=2, get=1, products=socks))
    return offers


def _single_products(products: Sequence[Product], seed: int, now: datetime) -> list[Promotion]:
    """A few offers on single products, such as a shop makes to be talked about."""
    dice, found = Dice(seed, "promotion", "single"), list[Promotion]()
    for number, product in enumerate(dice.some(products, 6)):
        starts = _midnight(now) - timedelta(days=12 * number + dice.below(6))
        zh, en = (f"{product.brand.names.get(lang)} " if product.brand else "" for lang in ("zh", "en"))
        percent = dice.pick((20, 25, 30))
        noun = dict(product.attributes)["type"][0].names
        title = LocalizedText(zh=f"{zh}这款{noun.zh}限时 {fold_of(percent)} 折", en=f"This {en}{noun.en}: {percent} % off for a few days")
        found.append(
            Promotion(
                id=f"pr-one-{number + 1}",
                kind="percent",
                title=title,
                percent=percent,
                products=(product.id,),
                starts=starts,
                ends=starts + timedelta(days=4 + dice.below(4)),
            )
        )
    return found


def in_sentence(name: str) -> str:
    """`name` as it stands inside an English sentence: its first letter small."""
    return name[:1].lower() + name[1:]


def fold_of(percent: int) -> str:
    """How a Chinese shop says `percent` off: 8.5 for 15 % off, 8 for 20 % off."""
    tenths = 100 - percent
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths / 10:g}"


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
