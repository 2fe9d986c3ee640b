"""Laws that hold for every cart and every set of promotions."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.domain.cart import Cart
from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.money import Money
from shopkeeper.domain.product import Product
from shopkeeper.domain.promotion import Conditions, Promotion
from shopkeeper.domain.quote import Quote
from shopkeeper.orders.allocate import allocate, share_of_pieces
from shopkeeper.orders.pricing import Shopping, quote
from tests.orders.goods import CNY, NOON, cart, line, promotion, rules, ware

CATEGORIES = ("cups", "tea", "pots")
FLAT = rules('[[delivery]]\nid = "flat"\nname = { en = "Flat" }\nprice = "8.00 CNY"\n')


@st.composite
def goods(draw: Any) -> tuple[Cart, dict[ProductId, Product]]:
    """A cart of up to five products, some sold out or scarce."""
    products, lines = {}, []
    for n in range(draw(st.integers(1, 5))):
        price = draw(st.integers(1, 50_000)) / 100
        product = ware(f"p{n}", price, stock=draw(st.none() | st.integers(0, 6)), category=draw(st.sampled_from(CATEGORIES)))
        products[product.id] = product
        lines.append(line(product.id, draw(st.integers(1, 7)), price))
    return cart(*lines), products


@st.composite
def offers(draw: Any, spend: bool = True) -> Promotion:
    """A promotion of any kind, for everything or one category, with or without a minimum."""
    kind = draw(st.sampled_from(["percentage", "amount_off", "buy_x_get_y", "free_shipping"]))
    gift: dict[str, Any] = {
        "percentage": lambda: {"basis_points": draw(st.integers(1, 10_000))},
        "amount_off": lambda: {"amount": Money(draw(st.integers(1, 60_000)), CNY)},
        "buy_x_get_y": lambda: {"buy": draw(st.integers(1, 3)), "get": draw(st.integers(1, 3)), "basis_points": draw(st.integers(1, 10_000))},
        "free_shipping": dict,
    }[kind]()
    conditions = Conditions(
        categories=draw(st.sampled_from([(), ("cups",), ("tea", "pots")])),
        min_spend=Money(draw(st.integers(1, 60_000)), CNY) if spend and draw(st.booleans()) else None,
    )
    return promotion(
        f"o{draw(st.integers(0, 10**9))}", kind, conditions=conditions, stacking=draw(st.sampled_from(["combinable", "exclusive"])), **gift
    )


def price(shopping: tuple[Cart, dict[ProductId, Product]], promotions: list[Promotion], shop: Any = FLAT) -> Quote:
    of, products = shopping
    return quote(of, products, Shopping(promotions, shop, CNY), now=NOON)


many: st.SearchStrategy[list[Promotion]] = st.lists(offers(), max_size=4, unique_by=lambda one: one.id)


@given(goods(), many)
@settings(max_examples=300, deadline=None)
def test_the_total_is_the_sum_of_its_parts_and_nothing_is_below_zero(shopping: Any, promotions: list[Promotion]) -> None:
    found = price(shopping, promotions)
    delivery = found.delivery.paid.minor if found.delivery is not None else 0
    assert found.total.minor == sum(one.gross.minor for one in found.lines) - sum(part.amount.minor for part in found.discounts) + delivery
    assert found.total.minor == sum(one.paid.minor for one in found.lines) + delivery
    assert all(one.paid.minor >= 0 and all(part.amount.minor > 0 for part in one.discounts) for one in found.lines)
    for part in found.discounts:
        on_lines = sum(mine.amount.minor for one in found.lines for mine in one.discounts if mine.promotion_id == part.promotion_id)
        assert on_lines == part.amount.minor


@given(goods(), many, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_order_of_lines_and_of_promotions_changes_no_amount(shopping: Any, promotions: list[Promotion], chance: Any) -> None:
    of, products = shopping
    lines, shuffled = list(of.lines), list(promotions)
    chance.shuffle(lines)
    chance.shuffle(shuffled)
    one, other = price(shopping, promotions), price((replace(of, lines=tuple(lines)), products), shuffled)
    assert {each.product_id: each.paid for each in one.lines} == {each.product_id: each.paid for each in other.lines}
    assert (one.total, one.token) == (other.total, other.token)


@given(goods(), many)
@settings(max_examples=200, deadline=None)
def test_promotions_never_make_it_dearer_and_are_no_worse_than_the_best_of_them_alone(shopping: Any, promotions: list[Promotion]) -> None:
    together = price(shopping, promotions, rules()).total
    assert together <= price(shopping, [], rules()).total
    assert all(together <= price(shopping, [one], rules()).total for one in promotions)


@given(goods(), many, st.integers(0, 4))
@settings(max_examples=200, deadline=None)
def test_one_exclusive_promotion_holds_alone(shopping: Any, promotions: list[Promotion], at: int) -> None:
    found = price(shopping, promotions)
    freed = [found.delivery.discount.promotion_id] if found.delivery is not None and found.delivery.discount is not None else []
    used = {part.promotion_id for part in found.discounts} | set(freed)
    if any(one.stacking == "exclusive" for one in promotions if one.id in used):
        assert len(used) == 1


@given(goods(), st.none() | offers(spend=False), st.integers(0, 4))
@settings(max_examples=300, deadline=None)
def test_without_minimum_and_free_from_one_more_piece_never_lowers_the_total(shopping: Any, offer: Promotion | None, at: int) -> None:
    of, products = shopping
    of = replace(of, lines=tuple(one for one in of.lines if products[one.product_id].buyable()))
    products = {
        id_: ware(id_, float(product.variants[0].offers[0].price.amount), category=product.categories[0][1].key) for id_, product in products.items()
    }
    if not of.lines:
        return
    grown = of.lines[at % len(of.lines)]
    more = replace(of, lines=tuple(replace(one, quantity=one.quantity + 1) if one is grown else one for one in of.lines))
    promotions = [] if offer is None else [offer]
    assert price((more, products), promotions).total >= price((of, products), promotions).total


@given(st.integers(0, 10_000), st.lists(st.integers(0, 5_000), max_size=8))
def test_an_allocation_keeps_its_sum_and_no_part_exceeds_its_weight(amount: int, weights: list[int]) -> None:
    whole = sum(weights)
    parts = allocate(min(amount, whole), weights)
    assert sum(parts) == min(amount, whole)
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


@given(st.integers(0, 10_000), st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_pieces_settled_in_any_parts_are_worth_the_whole(amount: int, parts: list[int]) -> None:
    left, pieces = amount, sum(parts)
    for part in parts:
        left -= share_of_pieces(left, pieces, part)
        pieces -= part
        assert left >= 0
    assert left == 0
