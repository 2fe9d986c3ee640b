"""Cancel, return, exchange: what the shop's rules allow, what it means in money and stock, and the order after it. Pure.

`plan` either raises `RuleRefused`, which names the rule and its page, or returns what would be done. Asking and confirming run the same function, so
that what was promised is what is done.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import orjson

from shopkeeper.domain.ids import PolicyId, ProductId, VariantId
from shopkeeper.domain.money import Money
from shopkeeper.domain.placed_order import (
    ORDER_STATUSES,
    Changed,
    Exchange,
    OrderReturn,
    OrderStatus,
    Payer,
    PlacedLine,
    PlacedOrder,
    ReturnReason,
    Step,
    StockChange,
)
from shopkeeper.domain.product import Product
from shopkeeper.domain.shop_rules import CategoryRule, ShopRules
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput, NotFound, Refused
from shopkeeper.orders.allocate import share_of_pieces
from shopkeeper.orders.lifecycle import advanced, cancelled
from shopkeeper.orders.pricing import counted, offered
from shopkeeper.orders.refusals import RuleRefused

FAULTS: Final[frozenset[ReturnReason]] = frozenset({"faulty", "wrong_item"})
"""Reasons that no category and no short window stands against."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel the whole order."""


@dataclass(frozen=True, slots=True)
class ReturnPieces:
    """Send pieces of a line back for money."""

    line: int
    quantity: int
    reason: ReturnReason = "changed_mind"


@dataclass(frozen=True, slots=True)
class ExchangePieces:
    """Send pieces of a line back for as many of another version."""

    line: int
    quantity: int
    to_variant: VariantId
    reason: ReturnReason = "wrong_size"


@dataclass(frozen=True, slots=True)
class Advance:
    """The shop takes the order one step on its way, or cancels it; `note` is kept with the step and read by the shop alone."""

    to: OrderStatus
    note: str = ""

    def __post_init__(self) -> None:
        if len(self.note) > MAX_NOTE or not self.note.isprintable():
            raise BadInput(f"is longer than {MAX_NOTE} characters, or has some that cannot be printed", field="note", value=self.note[:80])


@dataclass(frozen=True, slots=True)
class Receive:
    """The goods of the return or exchange `back` have arrived at the shop."""

    back: str


Action: TypeAlias = Cancel | ReturnPieces | ExchangePieces | Advance | Receive
OF_THE_SHOP: Final = (Advance, Receive)
"""Actions that no shopper can take."""
MAX_NOTE: Final = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """What an action would do: the change, the money that is paid back (at once, or when the goods have arrived), who pays the way back, and what the
    goods must be like."""

    changed: Changed
    refund: Money
    postage: Payer | None = None
    policy: PolicyId | None = None
    conditions: tuple[LocalizedText, ...] = ()


def token_of(order: PlacedOrder, action: Action) -> str:
    """What confirms `action` on `order` as it stands: it holds for this action and this version of the order and no other."""
    asked = replace(action, note="") if isinstance(action, Advance) else action  # what is noted may still be written on the page that confirms
    said = [order.id, order.version, type(action).__name__, asked]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:32]


def plan(order: PlacedOrder, action: Action, rules: ShopRules, products: Mapping[ProductId, Product], *, now: datetime, key: str = "") -> Plan:
    """What `action` would do now under `rules`; `RuleRefused` says which rule does not allow it."""
    if isinstance(action, Cancel):
        return _plan_cancel(order, rules, now, key)
    if isinstance(action, Advance):
        return _plan_of_shop(order, advanced(order, action.to, by="shop", at=now, key=key, note=action.note))
    if isinstance(action, Receive):
        return _plan_of_shop(order, received(order, action.back, restock=rules.restock, at=now, key=key))
    line = _line(order, action.line, action.quantity)
    if isinstance(action, ReturnPieces):
        _check_window(order, line, action.reason, rules, now, days=rules.return_days, rule="returns", policy=rules.return_policy)
        return _plan_return(order, line, action, rules, now, key)
    _check_window(order, line, action.reason, rules, now, days=rules.exchange_days, rule="exchange", policy=rules.exchange_policy)
    return _plan_exchange(order, line, action, rules, products, now, key)


def received(order: PlacedOrder, id_: str, *, restock: bool, at: datetime, key: str = "") -> Changed:
    """The order when the pieces of a return or exchange have arrived: the refund is due, unharmed pieces go back into stock. Again: no change."""
    for back in order.returns:
        if back.id == id_:
            return Changed(order) if back.received is not None else _return_received(order, back, restock=restock, at=at, key=key)
    for swap in order.exchanges:
        if swap.id == id_:
            return Changed(order) if swap.received is not None else _exchange_received(order, swap, restock=restock, at=at, key=key)
    raise NotFound(f"the order has no return or exchange {id_!r}", field="id", value=id_)


def last_moment(order: PlacedOrder, line: PlacedLine, reason: ReturnReason, rules: ShopRules, *, exchange: bool = False) -> datetime | None:
    """Until when the line may be returned (or exchanged) for `reason`, None where the order has not arrived. `plan` knows what else is in the way."""
    delivered = order.moment("delivered")
    days = rules.exchange_days if exchange else rules.return_days
    return None if delivered is None else delivered + timedelta(days=_days(line, reason, rules, days))


def _plan_of_shop(before: PlacedOrder, changed: Changed) -> Plan:
    """What the shop itself does: nothing but the order's own state stands in its way."""
    last = changed.order.steps[-1] if len(changed.order.steps) > len(before.steps) else None
    nothing = Money(0, before.currency)
    return Plan(changed, nothing if last is None or last.refund is None else last.refund)


def _plan_cancel(order: PlacedOrder, rules: ShopRules, now: datetime, key: str) -> Plan:
    if order.status == "cancelled" or ORDER_STATUSES.index(order.status) > ORDER_STATUSES.index(rules.cancel_until):
        told = {
            "cancelled": LocalizedText("订单已经取消了。", "The order is cancelled already."),
            "packed": LocalizedText("订单已打包，不能取消；收到后可以申请退货。", "The order is packed and cannot be cancelled; you can return it."),
            "shipped": LocalizedText(
                "订单已发出，不能取消；收到后可以申请退货。", "The order is on its way and cannot be cancelled; you can return it."
            ),
            "delivered": LocalizedText("订单已送达，不能取消；可以申请退货。", "The order has arrived and cannot be cancelled; you can return it."),
        }[order.status]
        raise RuleRefused("cancel.until", told, policy=rules.cancel_policy)
    changed = cancelled(order, by="shopper", at=now, key=key)
    return Plan(changed, changed.order.steps[-1].refund or Money(0, order.currency), None, rules.cancel_policy)


def _plan_return(order: PlacedOrder, line: PlacedLine, action: ReturnPieces, rules: ShopRules, now: datetime, key: str) -> Plan:
    worth = share_of_pieces(line.paid.minor - line.settled, line.left, action.quantity)
    grown = replace(line, returned=line.returned + action.quantity, settled=line.settled + worth)
    lines = tuple(grown if one.number == line.number else one for one in order.lines)
    whole = all(one.left == 0 for one in lines)
    refund = Money(worth, order.currency) + (order.delivery_paid if whole and rules.refund_delivery else Money(0, order.currency))
    postage = rules.postage.get(action.reason, "shopper")
    back = OrderReturn(f"{order.id}-R{len(order.returns) + 1}", line.number, action.quantity, action.reason, now, postage, refund)
    step = Step("return_asked", now, "shopper", key, back.id)
    after = replace(order, lines=lines, returns=(*order.returns, back), steps=(*order.steps, step), version=order.version + 1)
    return Plan(Changed(after), refund, postage, rules.return_policy, _conditions(line, action.reason, rules))


def _return_received(order: PlacedOrder, back: OrderReturn, *, restock: bool, at: datetime, key: str) -> Changed:
    line = order.line(back.line)
    assert line is not None, "a return names a line of its order"
    again = min(back.quantity, line.taken) if restock and back.reason != "faulty" else 0
    lines = tuple(replace(one, taken=one.taken - again) if one.number == line.number else one for one in order.lines)
    returns = tuple(replace(one, received=at) if one.id == back.id else one for one in order.returns)
    step = Step("return_received", at, "shop", key, back.id, refund=back.refund)
    stock = (StockChange(line.product_id, line.variant_id, order.market, again),) if again else ()
    return Changed(replace(order, lines=lines, returns=returns, steps=(*order.steps, step), version=order.version + 1), stock)


def _plan_exchange(
    order: PlacedOrder, line: PlacedLine, action: ExchangePieces, rules: ShopRules, products: Mapping[ProductId, Product], now: datetime, key: str
) -> Plan:
    product = products.get(line.product_id)
    variant, offer, fault = offered(product, action.to_variant, order.market, order.currency)
    if product is None or variant is None:
        told = LocalizedText("只能换同一商品的其他款式。", "Only another version of the same product can be had in exchange.")
        raise RuleRefused("exchange.same_product", told, policy=rules.exchange_policy)
    if variant.id == line.variant_id and action.reason not in FAULTS:
        told = LocalizedText("换货要选另一个款式。", "Choose another version to exchange it for.")
        raise RuleRefused("exchange.same_product", told, policy=rules.exchange_policy)
    takes = counted(offer) if offer is not None else False
    if offer is None or fault or (takes and (offer.stock or 0) < action.quantity):
        told = LocalizedText("想换的款式库存不足。", "There are not enough pieces of that version left.")
        raise RuleRefused("exchange.in_stock", told, policy=rules.exchange_policy)
    _, now_sold, _ = offered(product, line.variant_id, order.market, order.currency)
    if offer.price_at(now) not in (line.unit_price, now_sold.price_at(now) if now_sold is not None else None):
        told = LocalizedText(
            "换货只限同价款式；价格不同的请退货后重新购买。", "Only a version at the same price; return it and buy the other one instead."
        )
        raise RuleRefused("exchange.same_price", told, policy=rules.exchange_policy)
    worth = share_of_pieces(line.paid.minor - line.settled, line.left, action.quantity)
    out = min(action.quantity, line.taken)
    shrunk = replace(
        line, quantity=line.quantity - action.quantity, paid=Money(line.paid.minor - worth, order.currency), taken=line.taken - out, discounts=()
    )
    number = max(one.number for one in order.lines) + 1
    new = PlacedLine(
        number=number,
        product_id=line.product_id,
        variant_id=variant.id,
        title=line.title,
        options=tuple(LocalizedText(label.shown("zh"), label.shown("en")) for _, label in variant.options),
        categories=line.categories,
        quantity=action.quantity,
        unit_price=line.unit_price,
        discounts=(),
        paid=Money(worth, order.currency),
        taken=action.quantity if takes else 0,
        replaces=line.number,
    )
    postage = rules.postage.get(action.reason, "shopper")
    id_ = f"{order.id}-X{len(order.exchanges) + 1}"
    swap = Exchange(id_, line.number, action.quantity, number, action.reason, now, postage, out)
    lines = (*(shrunk if one.number == line.number else one for one in order.lines), new)
    step = Step("exchange_asked", now, "shopper", key, id_)
    after = replace(order, lines=lines, exchanges=(*order.exchanges, swap), steps=(*order.steps, step), version=order.version + 1)
    stock = (StockChange(line.product_id, variant.id, order.market, -action.quantity),) if takes else ()
    return Plan(Changed(after, stock), Money(0, order.currency), postage, rules.exchange_policy, _conditions(line, action.reason, rules))


def _exchange_received(order: PlacedOrder, swap: Exchange, *, restock: bool, at: datetime, key: str) -> Changed:
    line = order.line(swap.line)
    assert line is not None, "an exchange names a line of its order"
    again = swap.restock if restock and swap.reason != "faulty" else 0
    exchanges = tuple(replace(one, received=at) if one.id == swap.id else one for one in order.exchanges)
    step = Step("exchange_received", at, "shop", key, swap.id)
    stock = (StockChange(line.product_id, line.variant_id, order.market, again),) if again else ()
    return Changed(replace(order, exchanges=exchanges, steps=(*order.steps, step), version=order.version + 1), stock)


def _line(order: PlacedOrder, number: int, quantity: int) -> PlacedLine:
    line = order.line(number)
    if line is None:
        raise NotFound(f"the order has no line {number}", field="line", value=number)
    if not 1 <= quantity <= line.left:
        raise Refused(f"{line.left} pieces of this line are left; {quantity} were asked for.", status=409, field="quantity", value=quantity)
    return line


def _own_rules(line: PlacedLine, rules: ShopRules) -> list[CategoryRule]:
    return [one for one in rules.return_categories if one.category in line.categories]


def _conditions(line: PlacedLine, reason: ReturnReason, rules: ShopRules) -> tuple[LocalizedText, ...]:
    """What the goods must be like, unless they are faulty."""
    return () if reason in FAULTS else tuple(dict.fromkeys(one.condition for one in _own_rules(line, rules) if one.condition))


def _check_window(
    order: PlacedOrder,
    line: PlacedLine,
    reason: ReturnReason,
    rules: ShopRules,
    now: datetime,
    *,
    days: int,
    rule: str,
    policy: PolicyId | None,
) -> None:
    """Raise unless the order has arrived, the line may come back for this reason, and its days are not over. Of several categories the strictest."""
    delivered = order.moment("delivered")
    if delivered is None or order.status == "cancelled":
        told = LocalizedText("收到货之后才能申请；还没发出的订单可以取消。", "Possible once it has arrived; before it is sent, cancel the order.")
        raise RuleRefused(f"{rule}.delivered", told, policy=policy)
    if reason not in FAULTS and not all(one.returnable for one in _own_rules(line, rules)):
        told = LocalizedText("这类商品没有质量问题不能退换。", "Goods of this kind can come back only if they are faulty.")
        raise RuleRefused(f"{rule}.category", told, policy=policy)
    days = _days(line, reason, rules, days)
    if now > delivered + timedelta(days=days):
        told = LocalizedText(f"已超过签收后 {days} 天的期限。", f"The {days} days after delivery are over.")
        raise RuleRefused(f"{rule}.days", told, policy=policy)


def _days(line: PlacedLine, reason: ReturnReason, rules: ShopRules, days: int) -> int:
    """How many days after delivery the line may come back for `reason`, where `days` hold in general."""
    if reason in FAULTS:
        return rules.faulty_days
    return min((one.days for one in _own_rules(line, rules) if one.days is not None), default=days)
