"""What one promotion takes off the lines of a cart: pure functions from what lines still cost to the parts taken off them.

Lines come sorted by their key, so nothing here depends on the order in which they were put into the cart. Amounts are minor units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import Product
from shopkeeper.domain.promotion import WHOLE, Promotion
from shopkeeper.orders.allocate import allocate


@dataclass(frozen=True, slots=True)
class Priced:
    """A line as promotions see it: `price` of one piece before any promotion."""

    product_id: ProductId
    categories: tuple[str, ...]
    brand: str
    quantity: int
    price: int

    @property
    def gross(self) -> int:
        """All pieces before promotions."""
        return self.price * self.quantity


def category_keys(product: Product) -> tuple[str, ...]:
    """Every name by which a rule may mean one of the product's categories: the key of each step, and each path `a > b` from the root."""
    keys: dict[str, None] = {}
    for path in product.categories:
        steps = [label.key for label in path]
        keys.update(dict.fromkeys(steps))
        keys.update(dict.fromkeys(" > ".join(steps[:depth]) for depth in range(2, len(steps) + 1)))
    return tuple(keys)


def eligible(promotion: Promotion, lines: Sequence[Priced]) -> list[int]:
    """The places of the lines that the promotion is for."""
    conditions = promotion.conditions
    products, categories, brands = set(conditions.products), set(conditions.categories), set(conditions.brands)
    if not (products or categories or brands):
        return list(range(len(lines)))
    return [
        place for place, line in enumerate(lines) if line.product_id in products or line.brand in brands or not categories.isdisjoint(line.categories)
    ]


def missing_spend(promotion: Promotion, lines: Sequence[Priced]) -> int:
    """How much must still be spent on what the promotion is for, before promotions; 0 where its minimum is reached or it has none."""
    wanted = promotion.conditions.min_spend
    return 0 if wanted is None else max(0, wanted.minor - sum(lines[place].gross for place in eligible(promotion, lines)))


def taken_off(promotion: Promotion, lines: Sequence[Priced], left: Sequence[int]) -> list[int]:
    """What the promotion takes off each line that still costs `left`; never more than that."""
    places = eligible(promotion, lines)
    if promotion.kind == "buy_x_get_y":
        parts = _given_pieces(promotion, [lines[place] for place in places])
        parts = [min(part, left[place]) for part, place in zip(parts, places, strict=True)]
    else:
        costs = [left[place] for place in places]
        parts = allocate(_whole_cut(promotion, sum(costs)), costs)
    off = [0] * len(lines)
    for place, part in zip(places, parts, strict=True):
        off[place] = part
    return off


def _whole_cut(promotion: Promotion, cost: int) -> int:
    """What is taken off `cost` as a whole; a percentage is rounded down to whole minor units."""
    if promotion.kind == "percentage":
        return cost * promotion.basis_points // WHOLE
    if promotion.kind == "amount_off" and promotion.amount is not None:
        return min(promotion.amount.minor, cost)
    return 0


def _given_pieces(promotion: Promotion, lines: Sequence[Priced]) -> list[int]:
    """Pieces sorted from dear to cheap in groups of buy + get: of each group the cheapest `get` are given.

    The last group may be incomplete: then what stands beyond its first `buy` pieces is given all the same, so that one more piece never costs less
    than none.
    """
    dear_first = sorted(range(len(lines)), key=lambda i: (-lines[i].price, i))
    off, at = [0] * len(lines), 0
    for i in dear_first:
        until = at + lines[i].quantity
        given = _given_among(until, promotion) - _given_among(at, promotion)
        off[i] = given * (lines[i].price * promotion.basis_points // WHOLE)
        at = until
    return off


def _given_among(pieces: int, promotion: Promotion) -> int:
    groups, rest = divmod(pieces, promotion.buy + promotion.get)
    return groups * promotion.get + max(0, rest - promotion.buy)


def shopper_may(promotion: Promotion, uses: Mapping[str, tuple[int, int]], *, first_order: bool) -> str:
    """Why this shopper may not use the promotion (a `CouponState`), or an empty string. `uses`: by id, how often by all and by this shopper."""
    by_all, by_shopper = uses.get(promotion.id, (0, 0))
    conditions = promotion.conditions
    if conditions.first_order and not first_order:
        return "first_order"
    if conditions.total is not None and by_all >= conditions.total:
        return "used_up"
    if conditions.per_shopper is not None and by_shopper >= conditions.per_shopper:
        return "used_by_you"
    return ""
