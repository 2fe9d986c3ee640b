"""Reviews: what buyers say, sentence by sentence about what the product really is like."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from math import exp
from typing import Any, Final

from shopkeeper.domain.ids import CustomerId, ProductId, ReviewId
from shopkeeper.domain.order import Order, OrderLine
from shopkeeper.domain.review import Review
from shopkeeper.domain.texts import Lang
from shopkeeper.simulation.behaviour.adversaries import Push
from shopkeeper.simulation.catalogue.specs import Aspect
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.shoppers import Shopper
from shopkeeper.simulation.wares import Ware

WRITES: Final = 0.6
"""The share of bought lines that a review is written about: more than in most shops, so that a demo has something to read."""
REFUNDED_PENALTY: Final = 1.6


@dataclass(frozen=True, slots=True)
class SaidReview:
    """A review and, hidden from the shop, what was said in it: (aspect, praised) pairs in the order of the text. `ring` is the ring that had it
    written, -1 for a buyer's own."""

    review: Review
    said: tuple[tuple[str, bool], ...]
    ring: int = -1


@lru_cache(maxsize=1)
def _phrases() -> dict[str, Any]:
    with (files("shopkeeper.simulation.catalogue") / "words" / "reviews.toml").open("rb") as source:
        return tomllib.load(source)


def reviews(
    orders: Sequence[Order], shoppers: Mapping[CustomerId, Shopper], wares: Mapping[ProductId, Ware], *, seed: int, now: datetime
) -> tuple[SaidReview, ...]:
    """Return what buyers say of these orders, by time; a shopper reviews a product once."""
    found: list[SaidReview] = []
    seen: set[tuple[str, ProductId]] = set()
    for order in orders:
        if order.customer_id is None:
            continue
        shopper = shoppers[order.customer_id]
        if shopper.family == "adversarial":
            continue
        for line in order.lines:
            if (shopper.id, line.product_id) not in seen and (said := _review(order, line, shopper, wares[line.product_id], seed, now)) is not None:
                seen.add((shopper.id, line.product_id))
                found.append(said)
    found.sort(key=lambda said: (said.review.written, said.review.id))
    return tuple(found)


def ring_reviews(pushes: Sequence[Push], *, seed: int, now: datetime) -> tuple[SaidReview, ...]:
    """Return what rings had written, by time: five stars, general praise in nearly the same words, within days of each other."""
    found: list[SaidReview] = []
    for push in pushes:
        plan, own = Dice(seed, "ring words", push.shopper.ring), Dice(seed, "ring review", push.shopper.id)
        written = push.starts + timedelta(hours=20 + own.below(60), minutes=own.below(60))
        if written >= now:
            continue
        lang = push.shopper.lang
        shared = [_in(pair, lang) for pair in plan.some(_phrases()["ring"], 4)]
        text = ("" if lang == "zh" else " ").join(own.some(shared, 3))
        review = Review(
            id=ReviewId(f"r-{push.shopper.id}-{push.product}"),
            product_id=push.product,
            text=text,
            written=written,
            rating=5.0,
            title=_in(plan.pick(_phrases()["titles"]["5"]), lang) if own.chance(0.5) else "",
            lang=lang,
            customer_id=push.shopper.id,
            verified=push.buys,
        )
        found.append(SaidReview(review, (), push.shopper.ring))
    return tuple(sorted(found, key=lambda said: (said.review.written, said.review.id)))


def _review(order: Order, line: OrderLine, shopper: Shopper, ware: Ware, seed: int, now: datetime) -> SaidReview | None:
    dice = Dice(seed, "review", order.id, line.product_id)
    written = order.placed + timedelta(days=3 + dice.below(20), hours=dice.below(15), minutes=dice.below(60))
    if not dice.chance(WRITES) or written >= now:
        return None
    came_back = any(back.product_id == line.product_id for back in order.returns)
    latent = 4.2 + 0.6 * ware.quality + dice.normal(0.0, 0.75) - (REFUNDED_PENALTY if came_back else 0.0)
    rating = max(1, min(5, round(latent)))
    said = tuple(_said(ware, rating, dice))
    text = "".join(_sentences(said, line, ware, shopper.lang, rating, dice))
    titles = _phrases()["titles"][str(rating)]
    review = Review(
        id=ReviewId(f"r-{order.id.removeprefix('o-')}-{line.product_id}"),
        product_id=line.product_id,
        text=text.strip(),
        written=written,
        rating=float(rating),
        title=_in(dice.pick(titles), shopper.lang) if dice.chance(0.6) else "",
        lang=shopper.lang,
        customer_id=shopper.id,
        verified=True,
    )
    return SaidReview(review, tuple((aspect.key, praised) for aspect, praised in said))


def _said(ware: Ware, rating: int, dice: Dice) -> Iterator[tuple[Aspect, bool]]:
    """Which aspects come up, and whether each is praised: by how good the product is there, and by the stars that are given."""
    own = sum(aspect.key in ware.kind.aspects for aspect, _ in ware.aspects)
    chosen = dice.some(range(own), 1 + dice.below(2)) + (dice.some(range(own, len(ware.aspects)), 1) if dice.chance(0.55) else [])
    for place in chosen:
        aspect, standing = ware.aspects[place]
        yield aspect, dice.chance(1.0 / (1.0 + exp(-(0.9 * standing + 1.7 * (rating - 3.1)))))


def _sentences(said: Sequence[tuple[Aspect, bool]], line: OrderLine, ware: Ware, lang: Lang, rating: int, dice: Dice) -> Iterator[str]:
    gap = "" if lang == "zh" else " "
    phrases = _phrases()
    if dice.chance(0.5):
        yield _filled(_in(dice.pick(phrases["openers"]), lang), line, ware, lang) + gap
    for aspect, praised in sorted(said, key=lambda pair: pair[1] != (rating >= 4)):
        yield _filled(dice.pick(aspect.good if praised else aspect.bad).get(lang), line, ware, lang) + gap
    if dice.chance(0.3):
        yield _in(dice.pick(phrases["closers"][str(rating)]), lang)


def _in(pair: Sequence[str], lang: Lang) -> str:
    return pair[0] if lang == "zh" else pair[1]


def _filled(sentence: str, line: OrderLine, ware: Ware, lang: Lang) -> str:
    """The sentence with the product's noun and the bought colour in place."""
    colour = ""
    if "{colour}" in sentence:
        variant = next(variant for variant in ware.product.variants if variant.id == line.variant_id)
        colour = dict(variant.options)["colour"].shown(lang)
    filled = sentence.replace("{noun}", ware.kind.noun.get(lang)).replace("{colour}", colour)
    return filled[:1].upper() + filled[1:]
