"""A price in sentences, in Chinese and English, so that pages, the API and the assistant say the same."""

from shopkeeper.domain.money import Money, written
from shopkeeper.domain.placed_order import OrderStatus, Payer, PlacedOrder
from shopkeeper.domain.quote import Coupon, DeliveryQuote, LineDiscount, Quote, QuoteLine
from shopkeeper.domain.texts import LocalizedText

STATUS_WORDS: dict[OrderStatus, LocalizedText] = {
    "placed": LocalizedText("待付款", "Waiting for payment"),
    "paid": LocalizedText("已付款", "Paid"),
    "packed": LocalizedText("已打包", "Packed"),
    "shipped": LocalizedText("已发出", "On its way"),
    "delivered": LocalizedText("已送达", "Delivered"),
    "cancelled": LocalizedText("已取消", "Cancelled"),
}


def explain_line(line: QuoteLine) -> tuple[LocalizedText, ...]:
    """How the line's price comes about, and what the shopper should know of it; one sentence each."""
    told = [sentence] if (sentence := _fault(line)) is not None else []
    if line.price_changed:
        before, after = written(line.price_seen), written(line.unit_price)
        told.append(LocalizedText(f"价格有变：放入购物车时 {before}，现在 {after}。", f"Price changed: {before} when you added it, now {after}."))
    if line.fault is None:
        if line.unit_price < line.list_price:
            saved, was = written(line.list_price - line.unit_price), written(line.list_price)
            told.append(LocalizedText(f"促销价，每件比原价 {was} 省 {saved}。", f"Sale price: {saved} less than {was} for each."))
        told += [explain_discount(part) for part in line.discounts]
    return tuple(told)


def explain_discount(part: LineDiscount) -> LocalizedText:
    """A discount with its name and what it saves."""
    amount = written(part.amount)
    return LocalizedText(f"{part.name.get('zh')}：省 {amount}", f"{part.name.get('en')}: saves {amount}")


def explain_delivery(delivery: DeliveryQuote) -> LocalizedText:
    """What delivery costs, and why nothing, if it costs nothing."""
    zh, en = delivery.name.get("zh"), delivery.name.get("en")
    if delivery.discount is not None:
        fee, why = written(delivery.fee), delivery.discount.name
        return LocalizedText(f"{zh}：{fee}，{why.get('zh')}，免运费", f"{en}: {fee}, free with {why.get('en')}")
    if not delivery.fee.minor:
        return LocalizedText(f"{zh}：免运费", f"{en}: free")
    return LocalizedText(f"{zh}：{written(delivery.fee)}", f"{en}: {written(delivery.fee)}")


def explain_coupon(coupon: Coupon) -> LocalizedText:
    """What came of a code."""
    need = written(coupon.need) if coupon.need is not None else ""
    return {
        "applied": LocalizedText("已使用。", "Applied."),
        "unknown": LocalizedText("没有这个优惠码，请检查拼写。", "There is no such code; check the spelling."),
        "not_yet": LocalizedText("活动还没有开始。", "It does not hold yet."),
        "over": LocalizedText("活动已结束。", "It has ended."),
        "min_spend": LocalizedText(f"还差 {need} 可用。", f"Spend {need} more on what it is for to use it."),
        "nothing_fits": LocalizedText("购物车里没有适用的商品。", "Nothing in the cart is covered by it."),
        "first_order": LocalizedText("仅限首单使用。", "It is for a first order only."),
        "used_up": LocalizedText("已被领完。", "It has been used up."),
        "used_by_you": LocalizedText("您已经用过了。", "You have used it already."),
        "not_better": LocalizedText("现有优惠更划算，未使用。", "The offers that hold already save you more, so it was not used."),
    }[coupon.state]


def explain_total(quote: Quote) -> LocalizedText:
    """The sum as a sum."""
    return _sum(quote.goods, quote.discount, quote.delivery.paid if quote.delivery is not None else None, quote.total)


def explain_placed(order: PlacedOrder) -> LocalizedText:
    """The sum of an order that was placed, as a sum: goods before discounts, what they saved, delivery, total."""
    saved = Money(sum(part.amount.minor for line in order.lines for part in line.discounts), order.currency)
    paid = Money(sum(line.paid.minor for line in order.lines), order.currency)
    return _sum(paid + saved, saved, order.delivery_paid, order.total)


def _sum(goods: Money, discount: Money, delivery: Money | None, total: Money) -> LocalizedText:
    parts = [written(goods)]
    if discount.minor:
        parts.append(f"− {written(discount)}")
    if delivery is not None:
        parts.append(f"+ {written(delivery)}")
    sum_, whole = " ".join(parts), written(total)
    return LocalizedText(f"商品、优惠、运费：{sum_} = {whole}，含税。", f"Goods, discounts, delivery: {sum_} = {whole}, tax included.")


def explain_refund(refund: Money, *, at_once: bool) -> LocalizedText:
    """What is paid back, and when."""
    amount = written(refund)
    if at_once:
        return LocalizedText(f"确认后退回 {amount}，原路返回。", f"{amount} is paid back the way you paid, as soon as you confirm.")
    return LocalizedText(f"收到退货后退回 {amount}，原路返回。", f"{amount} is paid back the way you paid, when the goods have arrived.")


def explain_postage(payer: Payer) -> LocalizedText:
    """Who pays the way back."""
    if payer == "shop":
        return LocalizedText("寄回运费由本店承担。", "We pay the postage back.")
    return LocalizedText("寄回运费由您承担。", "You pay the postage back.")


def _fault(line: QuoteLine) -> LocalizedText | None:
    if line.fault is None:
        return None
    return {
        "gone": LocalizedText("这件商品已经下架，请移除。", "No longer in the shop; take it out."),
        "not_sold": LocalizedText("这个款式目前不出售，请移除。", "Not for sale at the moment; take it out."),
        "sold_out": LocalizedText("已售罄，请移除。", "Sold out; take it out."),
        "too_many": LocalizedText(f"只剩 {line.available} 件，请减少数量。", f"Only {line.available} left; take fewer."),
    }[line.fault]
