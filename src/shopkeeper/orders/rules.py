"""The shop's rules as a document: TOML that a merchant writes, JSON that is kept, `ShopRules` that code enforces.

[[delivery]]
id = "standard"
name = { zh = "标准快递", en = "Standard delivery" }
price = "8.00 CNY"
free_from = "99.00 CNY"            # goods before promotions; left out: never free
days = [1, 4]
countries = ["CN"]                 # left out: everywhere
[policies]                         # the pages that say it in words
delivery = "shipping"
cancel = "returns"
returns = "returns"
exchange = "returns"
[payment]
unpaid_after_minutes = 30          # then the order is cancelled and its pieces go back
[cancel]
until = "paid"                     # the last status in which an order may be cancelled: placed, paid or packed
[returns]
days = 15                          # from delivery
faulty_days = 365                  # for what is faulty or was sent by mistake
restock = true                     # what comes back unharmed can be sold again
refund_delivery = true             # with the last piece of an order the delivery is paid back too
[returns.postage]                  # who pays the way back, by reason
changed_mind = "shopper"
[[returns.category]]
category = "tea"                   # a category's key, or a path such as "tea > cups"
returnable = false                 # without a fault; or days = 30; or condition = { zh = "仅限未开封", en = "Only unopened" }
[exchange]
days = 15
"""

import tomllib
from datetime import timedelta
from typing import Any, Final, cast, get_args

from shopkeeper.catalog.document_fields import (
    Document,
    each,
    localized,
    money,
    one_of,
    refuse_unknown,
    text,
    texts,
    under,
    whole,
    wrong_type,
)
from shopkeeper.domain.ids import PolicyId, check_id
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.placed_order import ORDER_STATUSES, RETURN_REASONS, OrderStatus, Payer, ReturnReason
from shopkeeper.domain.shop_rules import CategoryRule, DeliveryMethod, ShopRules
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput

_TABLES: Final = frozenset({"delivery", "policies", "payment", "cancel", "returns", "exchange"})
_POLICIES: Final = frozenset({"delivery", "cancel", "returns", "exchange"})
_POSTAGE: Final[dict[ReturnReason, Payer]] = {
    "changed_mind": "shopper", "wrong_size": "shopper", "faulty": "shop", "wrong_item": "shop", "late": "shop",
}  # fmt: skip
"""What is fair where the document does not say: whose fault it is pays."""


def default_rules(currency: str) -> ShopRules:
    """The rules of a shop that has written none: one free delivery, 14 days for returns, no page to quote."""
    name = LocalizedText(zh="标准配送", en="Standard delivery")
    return ShopRules(deliveries=(DeliveryMethod("standard", name, Money(0, Currency(currency))),), postage=dict(_POSTAGE))


def read_toml(written: str) -> dict[str, Any]:
    """The document in a TOML text; `BadInput` names what cannot be used."""
    try:
        document = tomllib.loads(written)
    except tomllib.TOMLDecodeError as fault:
        raise BadInput(f"is not TOML: {fault}", field="rules") from None
    rules_from_document(document)
    return document


def rules_from_document(document: Document, *, version: int = 0) -> ShopRules:
    """The rules in a document; `BadInput` names the field (a path such as `delivery[0].price`) that cannot be used."""
    refuse_unknown(document, _TABLES)
    policies, cancel, returns, exchange, payment = (
        _table(document, name, known)
        for name, known in (
            ("policies", _POLICIES),
            ("cancel", frozenset({"until"})),
            ("returns", frozenset({"days", "faulty_days", "restock", "refund_delivery", "postage", "category"})),
            ("exchange", frozenset({"days"})),
            ("payment", frozenset({"unpaid_after_minutes"})),
        )
    )
    pages = {name: PolicyId(check_id(text(policies, name), field=f"policies.{name}")) for name in policies}
    try:
        categories = each(returns, "category", _category)
    except BadInput as fault:
        raise under("returns", fault) from None
    return ShopRules(
        deliveries=each(document, "delivery", _delivery),
        delivery_policy=pages.get("delivery"),
        unpaid_after=timedelta(minutes=_number(payment, "unpaid_after_minutes", 30, within="payment")),
        cancel_until=cast(OrderStatus, one_of(cancel, "until", ORDER_STATUSES) or "paid"),
        cancel_policy=pages.get("cancel"),
        return_days=_number(returns, "days", 14, within="returns"),
        faulty_days=_number(returns, "faulty_days", 365, within="returns"),
        return_categories=categories,
        return_policy=pages.get("returns"),
        restock=_flag(returns, "restock"),
        refund_delivery=_flag(returns, "refund_delivery"),
        exchange_days=_number(exchange, "days", 14, within="exchange"),
        exchange_policy=pages.get("exchange"),
        postage=_postage(returns),
        version=version,
    )


def _table(document: Document, name: str, known: frozenset[str]) -> dict[str, Any]:
    table = document.get(name, {})
    if type(table) is not dict:
        raise wrong_type(table, "a table", field=name)
    try:
        refuse_unknown(table, known)
    except BadInput as fault:
        raise under(name, fault) from None
    return table


def _number(table: Document, key: str, default: int, *, within: str) -> int:
    try:
        given = whole(table, key)
    except BadInput as fault:
        raise under(within, fault) from None
    if given is not None and not 0 <= given <= 100_000:
        raise BadInput(f"{given} is out of range", field=f"{within}.{key}", value=given)
    return default if given is None else given


def _flag(table: Document, key: str) -> bool:
    value = table.get(key, True)
    if type(value) is not bool:
        raise wrong_type(value, "true or false", field=f"returns.{key}")
    return value


def _postage(returns: Document) -> dict[ReturnReason, Payer]:
    given = returns.get("postage", {})
    if type(given) is not dict:
        raise wrong_type(given, "a table", field="returns.postage")
    for reason, payer in given.items():
        if reason not in RETURN_REASONS:
            raise BadInput(f"{reason!r} is no reason", field="returns.postage", value=reason, hint=f"Known: {', '.join(RETURN_REASONS)}.")
        if payer not in get_args(Payer):
            raise BadInput(f"{payer!r} pays nothing", field=f"returns.postage.{reason}", value=str(payer)[:80], hint="Use shop or shopper.")
    return _POSTAGE | given


def _delivery(document: dict[str, Any]) -> DeliveryMethod:
    refuse_unknown(document, frozenset({"id", "name", "price", "free_from", "days", "countries"}))
    price = money(document, "price")
    if price is None:
        raise BadInput("is missing", field="price", hint='Write it as "8.00 CNY".')
    days = document.get("days", [1, 7])
    if type(days) is not list or len(days) != 2 or any(type(day) is not int for day in days):
        raise wrong_type(days, "two whole numbers such as [2, 4]", field="days")
    id_ = check_id(text(document, "id"), field="id")
    return DeliveryMethod(id_, localized(document, "name"), price, money(document, "free_from"), (days[0], days[1]), texts(document, "countries"))


def _category(document: dict[str, Any]) -> CategoryRule:
    refuse_unknown(document, frozenset({"category", "days", "returnable", "condition"}))
    returnable = document.get("returnable", True)
    if type(returnable) is not bool:
        raise wrong_type(returnable, "true or false", field="returnable")
    return CategoryRule(check_id(text(document, "category"), field="category"), whole(document, "days"), returnable, localized(document, "condition"))
