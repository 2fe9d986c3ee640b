"""Promotion: a price cut as data: what it gives, to what, when, to whom, and what it may be combined with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from shopkeeper.domain.ids import ProductId, PromotionId, check_id
from shopkeeper.domain.money import Money
from shopkeeper.domain.product import Market
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput

PromotionKind = Literal["percentage", "amount_off", "buy_x_get_y", "free_shipping"]
PROMOTION_KINDS: Final[tuple[PromotionKind, ...]] = get_args(PromotionKind)
Stacking = Literal["combinable", "exclusive"]
STACKINGS: Final[tuple[Stacking, ...]] = get_args(Stacking)
WHOLE: Final = 10_000
"""A hundred percent in basis points."""
MAX_NAMED: Final = 2_000


@dataclass(frozen=True, slots=True)
class Conditions:
    """When a promotion holds. `products`, `categories` and `brands` name what it is for (any of them; none = everything).

    A category is the key of a step (`tea`) or a path of keys (`tea > cups`). `min_spend` counts what it is for, at the selling price before any
    promotion. `per_shopper` and `total` limit how many orders may use it; `first_order`: only a shopper without an earlier order.
    """

    starts: datetime | None = None
    ends: datetime | None = None
    min_spend: Money | None = None
    products: tuple[ProductId, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    markets: tuple[Market, ...] = ()
    first_order: bool = False
    per_shopper: int | None = None
    total: int | None = None

    def __post_init__(self) -> None:
        for field in ("starts", "ends"):
            moment: datetime | None = getattr(self, field)
            if moment is not None and moment.tzinfo is None:
                raise BadInput("has no time zone", field=field, value=moment.isoformat(), hint="Write it as 2026-01-31T00:00:00Z.")
        if self.starts is not None and self.ends is not None and self.ends <= self.starts:
            raise BadInput("ends before it starts", field="ends", value=self.ends.isoformat())
        for field in ("per_shopper", "total"):
            limit: int | None = getattr(self, field)
            if limit is not None and limit < 1:
                raise BadInput(f"{limit} is no limit", field=field, value=limit, hint="Use 1 or more, or leave it out.")
        for field in ("products", "categories", "brands", "markets"):
            if len(getattr(self, field)) > MAX_NAMED:
                raise BadInput(f"names more than {MAX_NAMED}", field=field, value=len(getattr(self, field)))


@dataclass(frozen=True, slots=True)
class Promotion:
    """A promotion. `basis_points` of the price go with `percentage` (1,000 = 10 %) and off the pieces given by `buy_x_get_y` (10,000 = free);
    `amount` with `amount_off`. `code` "" = it holds by itself, else the shopper has to type the code.

    `combinable` ones hold together; an `exclusive` one holds alone. Which of the two is better for the shopper is what counts.
    """

    id: PromotionId
    name: LocalizedText
    kind: PromotionKind
    basis_points: int = 0
    amount: Money | None = None
    buy: int = 0
    get: int = 0
    code: str = ""
    stacking: Stacking = "combinable"
    conditions: Conditions = Conditions()
    active: bool = True

    def __post_init__(self) -> None:
        check_id(self.id, field="id")
        if not self.name:
            raise BadInput("is empty", field="name", value="", hint="Say in zh or en what the shopper reads beside the discount.")
        if self.kind not in PROMOTION_KINDS:
            raise BadInput(f"{self.kind!r} is not a kind", field="kind", value=self.kind, hint=f"Known: {', '.join(PROMOTION_KINDS)}.")
        if self.stacking not in STACKINGS:
            raise BadInput(f"{self.stacking!r} is not known", field="stacking", value=self.stacking, hint=f"Known: {', '.join(STACKINGS)}.")
        if self.code != folded_code(self.code) or len(self.code) > 60:
            raise BadInput("is not written in capitals without spaces", field="code", value=self.code[:80], hint="Such as WELCOME10.")
        _check_gift(self)

    def running(self, now: datetime) -> bool:
        """True if it is switched on and its dates hold."""
        begun = self.conditions.starts is None or self.conditions.starts <= now
        over = self.conditions.ends is not None and now >= self.conditions.ends
        return self.active and begun and not over


def folded_code(typed: str) -> str:
    """A coupon code as it is compared: white space taken out, in capitals."""
    return "".join(typed.split()).upper()


def _check_gift(promotion: Promotion) -> None:
    """Raise unless exactly what the kind needs is given, within its bounds."""
    kind = promotion.kind
    if kind in ("percentage", "buy_x_get_y"):
        if not 1 <= promotion.basis_points <= WHOLE:
            raise BadInput(
                f"{promotion.basis_points} is out of range", field="basis_points", value=promotion.basis_points, hint="1,000 = 10 %; at most 10,000."
            )
    elif promotion.basis_points:
        raise BadInput(f"has no meaning with {kind}", field="basis_points", value=promotion.basis_points)
    if (kind == "amount_off") != (promotion.amount is not None):
        raise BadInput("is needed with amount_off, and only there", field="amount", value=str(promotion.amount))
    if promotion.amount is not None and promotion.amount.minor < 1:
        raise BadInput("gives nothing", field="amount", value=str(promotion.amount))
    if kind == "buy_x_get_y":
        if not (1 <= promotion.buy <= 100 and 1 <= promotion.get <= 100):
            raise BadInput("are pieces, 1 to 100 each", field="buy", value=(promotion.buy, promotion.get))
    elif promotion.buy or promotion.get:
        raise BadInput(f"has no meaning with {kind}", field="buy", value=(promotion.buy, promotion.get))
