"""A catalogue of any size for measuring speed: words by Zipf's law, Chinese and English, seeded. Nothing in it means anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Offer, Product, Variant
from shopkeeper.domain.texts import Label, LocalizedText

SYLLABLES: Final = (
    "ba be bi bo ca ce co da de do fa fe fo ga go ha he ka ke la le lo ma me mi mo na ne no pa pe po ra re ri ro sa se so ta te to va ve vo"
)
HAN: Final = "红黄蓝白黑大小长短方圆软硬轻重新手机电脑耳麦包箱鞋帽衣裤裙袜床被枕灯桌椅柜锅碗盘杯刀叉茶酒米面油盐糖奶果花草木石金银铜铁纸笔书画"
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
DRAWN_AT_A_TIME: Final = 1_000
COMMON_SHARE: Final = 0.3
"""Share of the products whose title holds the most common word of each language."""


@dataclass(frozen=True, slots=True)
class Words:
    """A vocabulary, the most frequent word first, with each word's probability."""

    words: tuple[str, ...]
    weights: np.ndarray


def english(count: int, rng: np.random.Generator) -> Words:
    """Return `count` made-up English words of two to four syllables."""
    syllables = SYLLABLES.split()
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(rng.choice(syllables, size=int(rng.integers(2, 5)))) + "x"] = None
    return _zipf(tuple(made))


def chinese(count: int, rng: np.random.Generator) -> Words:
    """Return `count` made-up Chinese words of two characters."""
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(rng.choice(list(HAN), size=2))] = None
    return _zipf(tuple(made))


def _zipf(words: tuple[str, ...]) -> Words:
    weights = 1.0 / np.arange(2, len(words) + 2)
    return Words(words, weights / weights.sum())


def _drawn(vocabulary: Words, rows: int, columns: int, rng: np.random.Generator) -> list[list[str]]:
    """Return `rows` lists of words; the most frequent word is left for the titles that get it on purpose."""
    weights = vocabulary.weights[1:] / vocabulary.weights[1:].sum()
    places = rng.choice(len(weights), size=(rows, columns), p=weights) + 1
    return [[vocabulary.words[place] for place in row] for row in places.tolist()]


class Catalogue:
    """`size` products, the same for the same seed; `queries` come from the same words."""

    def __init__(self, size: int, seed: int = 0) -> None:
        self.size = size
        self._seed = seed
        rng = np.random.default_rng(seed)
        self.english = english(20_000, rng)
        self.chinese = chinese(3_000, rng)
        self.brands = [
            Label(f"brand-{n}", LocalizedText(zh=f"{word}牌", en=word.capitalize())) for n, word in enumerate(self.english.words[2_000:2_500])
        ]
        self.categories = [
            tuple(Label(f"c{top}" + (f"-{leaf}" if leaf else ""), LocalizedText(zh=self.chinese.words[-1 - top * 20 - leaf])) for leaf in (0, low))
            for top in range(20)
            for low in range(1, 16)
        ]

    def products(self) -> Iterator[Product]:
        """Yield the products in the order of their ids."""
        rng = np.random.default_rng(self._seed + 1)
        for start in range(0, self.size, DRAWN_AT_A_TIME):
            count = min(DRAWN_AT_A_TIME, self.size - start)
            latin = _drawn(self.english, count, 40, rng)
            han = _drawn(self.chinese, count, 24, rng)
            for place in range(count):
                yield self._product(start + place, latin[place], han[place], rng)

    def _product(self, number: int, latin: list[str], han: list[str], rng: np.random.Generator) -> Product:
        common = rng.random() < COMMON_SHARE
        title = [*latin[:7], self.english.words[0]] if common else latin[:8]
        zh_title = [*han[:4], self.chinese.words[0]] if common else han[:5]
        identity = f"sku-{number:07d}"
        price = int(rng.integers(100, 500_000))
        sale = price * 8 // 10 if rng.random() < 0.2 else None
        offer = Offer(
            Money(price, Currency("CNY")),
            sale_price=None if sale is None else Money(sale, Currency("CNY")),
            stock=int(rng.integers(0, 40)),
        )
        values = rng.integers(0, 12, size=6)
        return Product(
            id=ProductId(identity),
            title=LocalizedText(en=" ".join(title), zh="".join(zh_title) + f" {number % 9000 + 100}GB"),
            description=LocalizedText(en=" ".join(latin[8:]), zh="，".join("".join(han[5 + i : 8 + i]) for i in range(0, 18, 3))),
            variants=(Variant(VariantId(identity), offers=(offer,)),),
            brand=self.brands[int(rng.zipf(1.3)) % len(self.brands)],
            categories=(self.categories[int(rng.integers(len(self.categories)))],),
            attributes=tuple((f"attribute-{n}", (Label(f"value-{value}"),)) for n, value in enumerate(values.tolist())),
            created=EPOCH + timedelta(minutes=number),
            rating=round(float(rng.uniform(2, 5)), 1),
            rating_count=int(rng.integers(0, 500)),
        )

    def queries(self, count: int, *, seed: int = 7) -> list[str]:
        """Return queries of one to three words, half of them Chinese."""
        rng = np.random.default_rng(seed)
        asked = []
        for number in range(count):
            words = self.chinese if number % 2 else self.english
            chosen = rng.choice(words.words[:2_000], size=int(rng.integers(1, 4)), p=words.weights[:2_000] / words.weights[:2_000].sum())
            asked.append(("" if number % 2 and rng.random() < 0.5 else " ").join(chosen))
        return asked

    def broad_queries(self) -> list[str]:
        """The most common word of each language: about three products in ten."""
        return [self.english.words[0], self.chinese.words[0]]
