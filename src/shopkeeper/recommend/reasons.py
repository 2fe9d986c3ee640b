"""Why a product is recommended: one true sentence in zh and en. Figures are counts over orders; no shopper is ever named or can be told apart."""

from datetime import datetime, timedelta

from shopkeeper.domain.product import Product
from shopkeeper.domain.texts import Lang, LocalizedText
from shopkeeper.recommend.trends import RECENT_DAYS, SEASON_DAYS

MIN_COUNT = 2
"""A count below this is not quoted: "1 shopper bought both" would show one shopper's basket."""
_TITLE_LENGTH = 60
_FRESH = timedelta(hours=36)
"""Figures up to this age may be called "the last 7 days"."""
_NEW_DAYS = 60


def bought_both(source: Product | None, count: int) -> LocalizedText:
    """Beside a product, or for a shopper who has it: how many shoppers bought both."""
    if source is None:
        return LocalizedText(zh="从以往的订单看，和您看过或买过的商品相配", en="Goes with what you looked at or bought, going by past orders")
    zh, en = _titles(source)
    if count < MIN_COUNT:
        return LocalizedText(zh=f"从以往的订单看，与“{zh}”相配", en=f"Goes with “{en}”, going by past orders")
    return LocalizedText(zh=f"{count} 位顾客既买了“{zh}”也买了它", en=f"{count:,} shoppers bought both this and “{en}”")


def same_orders(source: Product | None, count: int) -> LocalizedText:
    """How many orders hold both."""
    if source is None or count < MIN_COUNT:
        return bought_both(source, 0)
    zh, en = _titles(source)
    return LocalizedText(zh=f"在 {count} 个订单里与“{zh}”一起购买", en=f"In {count:,} orders together with “{en}”")


def alike(product: Product, source: Product) -> LocalizedText:
    """What two products share, by their own data: brand and category where they agree."""
    zh, en = _titles(source)
    shared_zh, shared_en = shared(product, source, "zh"), shared(product, source, "en")
    if not shared_en:
        return LocalizedText(zh=f"商品介绍与“{zh}”相近", en=f"Its description is close to that of “{en}”")
    return LocalizedText(zh=f"同为{'、'.join(shared_zh)}，与“{zh}”相近", en=f"Also {', '.join(shared_en)}, like “{en}”")


def shared(first: Product, second: Product, lang: Lang) -> list[str]:
    """The brand and the narrowest category that both products have, as shown in `lang`."""
    found = []
    if first.brand is not None and second.brand is not None and first.brand.key == second.brand.key:
        found.append(first.brand.shown(lang))
    paths = {tuple(label.key for label in path) for path in second.categories}
    for path in first.categories:
        if tuple(label.key for label in path) in paths:
            found.append(path[-1].shown(lang))
            break
    return found


def ordered_lately(orders_recent: int, orders_season: int, orders_ever: int, *, until: datetime, now: datetime) -> LocalizedText:
    """How many orders held the product in the week, else the quarter, else the whole history before `until`."""
    fresh = now - until <= _FRESH
    day = f"{until:%Y-%m-%d}"
    for count, days in ((orders_recent, RECENT_DAYS), (orders_season, SEASON_DAYS)):
        if count >= MIN_COUNT:
            zh = f"近 {days} 天有 {count} 个订单买了它" if fresh else f"截至 {day} 的 {days} 天里有 {count} 个订单买了它"
            en = f"In {count:,} orders of the last {days} days" if fresh else f"In {count:,} orders of the {days} days up to {day}"
            return LocalizedText(zh=zh, en=en)
    if orders_ever >= MIN_COUNT:
        return LocalizedText(zh=f"已有 {orders_ever} 个订单买过它", en=f"In {orders_ever:,} orders so far")
    return LocalizedText(zh="有顾客买过它", en="Has been bought before")


def available(product: Product, *, now: datetime) -> LocalizedText:
    """For a product nobody ordered yet: that it is new, or just that it can be ordered."""
    if product.created is not None and timedelta(0) <= now - product.created <= timedelta(days=_NEW_DAYS):
        return LocalizedText(zh="新品上架", en="New in the shop")
    return LocalizedText(zh="现在可以下单", en="Can be ordered now")


def _titles(product: Product) -> tuple[str, str]:
    return _short(product.title.get("zh")), _short(product.title.get("en"))


def _short(title: str) -> str:
    return title if len(title) <= _TITLE_LENGTH else title[: _TITLE_LENGTH - 1].rstrip() + "…"
