"""Changes of a cart, each a pure function from a cart to the next one. What cannot be done is refused with the reason and the way on."""

from dataclasses import replace
from datetime import datetime

from shopkeeper.domain.cart import MAX_CART_LINES, MAX_CODE, MAX_COUPONS, MAX_PIECES, Cart, CartLine, LineKey
from shopkeeper.domain.ids import VariantId
from shopkeeper.domain.product import Offer, Product
from shopkeeper.domain.promotion import folded_code
from shopkeeper.errors import BadInput, NotFound, Refused
from shopkeeper.orders.pricing import counted, offered


def added(cart: Cart, product: Product | None, variant_id: VariantId, quantity: int, *, currency: str, now: datetime) -> Cart:
    """`quantity` more pieces of the version; a line that is there already grows, its price is seen anew."""
    offer = _sellable(product, variant_id, cart, currency)
    assert product is not None, "an unknown product was refused above"
    there = cart.line((product.id, variant_id))
    if there is None and len(cart.lines) >= MAX_CART_LINES:
        raise Refused(f"The cart is full: {MAX_CART_LINES} different products fit.", status=409, field="product_id", value=product.id)
    _check_pieces(quantity, field="quantity")
    wanted = quantity + (there.quantity if there is not None else 0)
    _check_pieces(wanted, field="quantity")
    _check_stock(offer, wanted)
    line = CartLine(product.id, variant_id, wanted, offer.price_at(now), there.added if there is not None else now)
    kept = tuple(line if one.key == line.key else one for one in cart.lines)
    return replace(cart, lines=kept if there is not None else (*cart.lines, line), updated=now)


def changed(cart: Cart, key: LineKey, quantity: int, product: Product | None, *, currency: str, now: datetime) -> Cart:
    """The line with exactly `quantity` pieces, 0 = taken out. Fewer pieces are always allowed, even of what is hardly left."""
    there = cart.line(key)
    if quantity == 0:
        return removed(cart, key, now=now)
    if there is None:
        raise NotFound("is not in the cart", field="product_id", value=key[0], hint="Add it first.")
    _check_pieces(quantity, field="quantity")
    offer = _sellable(product, key[1], cart, currency)
    if quantity > there.quantity:
        _check_stock(offer, quantity)
    line = replace(there, quantity=quantity, price_seen=offer.price_at(now))
    return replace(cart, lines=tuple(line if one.key == key else one for one in cart.lines), updated=now)


def removed(cart: Cart, key: LineKey, *, now: datetime) -> Cart:
    """The cart without the line; the same cart where it is not in it."""
    if cart.line(key) is None:
        return cart
    return replace(cart, lines=tuple(one for one in cart.lines if one.key != key), updated=now)


def merged(into: Cart, other: Cart) -> Cart:
    """One cart of two: of each version the *larger* quantity, every code, what both hold in the place and at the price seen that it has in `into`.

    The larger and not the sum, because the two are one shopper's: what stands in both was most likely put there twice for one purpose, and merging a
    second time then changes nothing. Beyond the limit of lines the ones added last to `other` stay out.
    """
    theirs = {line.key: line for line in other.lines}
    lines = [
        replace(line, quantity=theirs[line.key].quantity) if line.key in theirs and theirs[line.key].quantity > line.quantity else line
        for line in into.lines
    ]
    known = {line.key for line in lines}
    lines += [line for line in other.lines if line.key not in known][: MAX_CART_LINES - len(lines)]
    coupons = tuple(dict.fromkeys((*into.coupons, *other.coupons)))[:MAX_COUPONS]
    moments = [moment for moment in (into.updated, other.updated) if moment is not None]
    return replace(into, lines=tuple(lines), coupons=coupons, updated=max(moments, default=None))


def with_coupon(cart: Cart, typed: str, *, now: datetime) -> Cart:
    """The cart with the code, which may or may not hold: the quote says what came of it."""
    code = folded_code(typed)
    if not code or len(code) > MAX_CODE or not code.isprintable():
        raise BadInput("is not a code", field="code", value=typed[:80], hint=f"1 to {MAX_CODE} letters and digits.")
    if code in cart.coupons:
        return cart
    if len(cart.coupons) >= MAX_COUPONS:
        raise Refused(f"The cart holds {MAX_COUPONS} codes already.", status=409, field="code", value=code, hint="Take one out first.")
    return replace(cart, coupons=(*cart.coupons, code), updated=now)


def without_coupon(cart: Cart, typed: str, *, now: datetime) -> Cart:
    """The cart without the code."""
    code = folded_code(typed)
    return replace(cart, coupons=tuple(one for one in cart.coupons if one != code), updated=now) if code in cart.coupons else cart


def _sellable(product: Product | None, variant_id: VariantId, cart: Cart, currency: str) -> Offer:
    _, offer, fault = offered(product, variant_id, cart.market, currency)
    if fault == "gone":
        raise NotFound("there is no such product or version in this shop", field="variant_id", value=variant_id)
    if fault == "not_sold" or offer is None:
        raise Refused("This version is not for sale here.", status=409, field="variant_id", value=variant_id, hint="Choose another version.")
    if fault == "sold_out":
        raise Refused("This version is sold out.", status=409, field="variant_id", value=variant_id, hint="Choose another version.")
    return offer


def _check_pieces(quantity: int, *, field: str) -> None:
    if not 1 <= quantity <= MAX_PIECES:
        hint = f"1 to {MAX_PIECES} pieces of one version fit into a cart; for more, ask the shop."
        raise BadInput(f"{quantity} pieces is out of range", field=field, value=quantity, hint=hint)


def _check_stock(offer: Offer, wanted: int) -> None:
    if counted(offer) and offer.stock is not None and offer.stock < wanted:
        raise Refused(f"Only {offer.stock} left; {wanted} were asked for.", status=409, field="quantity", value=wanted, hint="Take fewer.")
