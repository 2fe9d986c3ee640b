"""What the shopper's and the merchant's page of an order have in common: its way, its sum, and how its states look."""

from typing import Final, Literal

from shopkeeper.domain.money import Money
from shopkeeper.domain.placed_order import OrderStatus, PlacedLine, PlacedOrder
from shopkeeper.domain.texts import Lang
from shopkeeper.orders.explain import STATUS_WORDS
from shopkeeper.web.buying_contexts import Stage, SumLine
from shopkeeper.web.words import Words

Tone = Literal["good", "warn", "bad", "info"]
TONES: Final[dict[OrderStatus, Tone]] = {
    "placed": "warn", "paid": "info", "packed": "info", "shipped": "info", "delivered": "good", "cancelled": "bad",
}  # fmt: skip
WAY: Final[tuple[OrderStatus, ...]] = ("placed", "paid", "packed", "shipped", "delivered")


def stages(found: PlacedOrder, t: Words, lang: Lang) -> tuple[Stage, ...]:
    """The stations of the order's way, those reached with their moment; a cancelled order's way ends there."""
    way: tuple[OrderStatus, ...] = WAY
    if found.status == "cancelled":
        way = (*(one for one in WAY if found.moment(one) is not None), "cancelled")
    names = {one: STATUS_WORDS[one].get(lang) for one in way} | {"placed": str(t("order.ordered"))}
    return tuple(Stage(names[one], found.moment(one), one == found.status) for one in way)


def sums(found: PlacedOrder, t: Words, lang: Lang) -> tuple[SumLine, ...]:
    """Goods, discounts and delivery, which make the total."""
    goods = sum(line.paid.minor for line in found.lines)
    off = sum(part.amount.minor for line in found.lines for part in line.discounts)
    lines = [SumLine(str(t("cart.goods")), Money(goods + off, found.currency))]
    if off:
        lines.append(SumLine(str(t("cart.discounts")), Money(off, found.currency), minus=True))
    return (*lines, SumLine(found.delivery_name.get(lang), found.delivery_paid))


def line_name(line: PlacedLine, lang: Lang) -> str:
    """The line's product with the version that was chosen: `Shoe (red · M)`."""
    options = " · ".join(option.get(lang) for option in line.options)
    title = line.title.get(lang)
    return f"{title} ({options})" if options else title


def country_name(code: str, t: Words) -> str:
    """The country's name in the reader's language, else its code."""
    key = f"country.{code}"
    return str(t(key)) if key in t else code
