"""A tiny shop whose prices can be told by hand, for tests of carts and orders."""

from datetime import UTC, datetime
from typing import Any

from shopkeeper.domain.cart import Cart, CartLine
from shopkeeper.domain.ids import ProductId, PromotionId, ShopperId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.placed_order import Address
from shopkeeper.domain.product import Offer, Product, Variant
from shopkeeper.domain.promotion import Conditions, Promotion
from shopkeeper.domain.shop_rules import ShopRules
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.orders.rules import read_toml, rules_from_document

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
CNY = Currency("CNY")
HOME = Address("李雷", "138 0000 0000", "CN", "上海市静安区 1 号")

RULES = """
[[delivery]]
id = "standard"
name = { zh = "标准快递", en = "Standard" }
price = "8.00 CNY"
free_from = "99.00 CNY"
days = [1, 4]
countries = ["CN"]
[[delivery]]
id = "express"
name = { zh = "次日达", en = "Next day" }
price = "20.00 CNY"
days = [1, 1]
[policies]
delivery = "shipping"
cancel = "returns"
returns = "returns"
exchange = "returns"
[returns]
days = 15
[[returns.category]]
category = "tea"
returnable = false
[[returns.category]]
category = "home > cups"
days = 30
[exchange]
days = 15
"""


def yuan(amount: float) -> Money:
    return Money(round(amount * 100), CNY)


def rules(toml: str = RULES) -> ShopRules:
    return rules_from_document(read_toml(toml), version=1)


def ware(id_: str, price: float, *, stock: int | None = None, category: str = "cups", brand: str = "", sizes: str = "", **more: Any) -> Product:
    """A product of one version, or of one for each letter of `sizes`."""
    offer = Offer(yuan(price), stock=stock, **more)
    variants = [Variant(VariantId(f"{id_}-{size}"), (("size", Label(size)),), (offer,)) for size in sizes] or [Variant(VariantId(id_), (), (offer,))]
    return Product(
        ProductId(id_),
        LocalizedText(zh=f"商品{id_}", en=f"Ware {id_}"),
        tuple(variants),
        brand=Label(brand) if brand else None,
        categories=((Label("home"), Label(category)),),
    )


def line(id_: str, quantity: int, seen: float, variant: str = "") -> CartLine:
    return CartLine(ProductId(id_), VariantId(variant or id_), quantity, yuan(seen), NOON)


def cart(*lines: CartLine, coupons: tuple[str, ...] = ()) -> Cart:
    return Cart(ShopperId(1), lines, coupons)


def promotion(id_: str, kind: Any, *, conditions: Conditions = Conditions(), **more: Any) -> Promotion:
    return Promotion(PromotionId(id_), LocalizedText(zh=f"优惠{id_}", en=f"Offer {id_}"), kind, conditions=conditions, **more)
