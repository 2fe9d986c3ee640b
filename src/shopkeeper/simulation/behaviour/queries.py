"""What shoppers type: a type of product, often narrowed by colour, material, brand or price, sometimes misspelt."""

from dataclasses import dataclass
from typing import Final

from shopkeeper.domain.product import Product
from shopkeeper.domain.texts import Lang
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.wares import Ware

TYPO_SHARE: Final = 0.09

# What a pinyin keyboard offers first when one does not look: same sound, wrong character.
_SOUNDS_LIKE: Final = {
    "杯": "被", "裙": "群", "机": "几", "壶": "胡", "包": "饱", "鞋": "邪", "灯": "登", "霜": "双", "笔": "比", "锅": "郭", "茶": "查", "衫": "山",
    "毯": "坦", "裤": "库", "垫": "电", "袜": "瓦", "碗": "晚", "箱": "想", "耳": "尔", "枕": "诊", "刀": "到", "罐": "灌", "线": "现", "球": "求",
    "液": "业", "乳": "如", "浴": "玉", "板": "版", "拍": "排", "图": "途", "巾": "今", "咖": "卡", "拖": "托", "架": "价", "绒": "荣", "带": "代",
}  # fmt: skip

# How people say it when they do not use the shop's word.
_ALSO_CALLED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "mug": (("杯子", "coffee mug"), ("水杯", "cup")),
    "headphones": (("耳机", "headset"), ("头戴式耳机", "over ear headphones")),
    "earbuds": (("蓝牙耳机", "bluetooth earphones"), ("无线耳机", "earphones")),
    "power-bank": (("移动电源", "portable charger"),),
    "duvet-set": (("床上四件套", "duvet cover set"),),
    "sneakers": (("运动鞋", "sneakers"), ("板鞋", "casual shoes")),
    "sweatshirt": (("卫衣", "hoodie"),),
    "body-wash": (("沐浴液", "shower gel"),),
    "sunscreen": (("防晒霜", "sun cream"),),
    "frying-pan": (("煎锅", "skillet"),),
    "cutting-board": (("菜板", "cutting board"),),
    "suitcase": (("拉杆箱", "luggage"),),
    "cardigan": (("针织开衫", "knit cardigan"),),
    "plush-toy": (("公仔", "teddy"),),
    "kettle": (("手冲壶", "pour over kettle"),),
    "throw": (("毯子", "blanket"),),
    "backpack": (("书包", "rucksack"),),
    "notebook": (("本子", "notepad"),),
}


@dataclass(frozen=True, slots=True)
class Query:
    """A query and, hidden from the shop, what was meant: the type, and where they were said a colour family, a brand, a material.

    `correct` is the text as it would stand without the slip, the same as `text` where `typo` is False.
    """

    text: str
    correct: str
    lang: Lang
    kind: str
    colour: str = ""
    brand: str = ""
    material: str = ""

    @property
    def typo(self) -> bool:
        """True if it is misspelt."""
        return self.text != self.correct

    @property
    def picky(self) -> bool:
        """True if more was named than the type."""
        return bool(self.colour or self.brand or self.material)

    def fits(self, product: Product) -> int:
        """How many of the named wishes `product` meets."""
        has = {(name, label.key) for name, labels in product.attributes for label in labels}
        asked = (("colour_family", self.colour), ("material", self.material))
        return sum((name, key) in has for name, key in asked if key) + (product.brand is not None and product.brand.key == self.brand)

    def mended(self) -> "Query":
        """The query as somebody types it again who sees the slip."""
        return Query(self.correct, self.correct, self.lang, self.kind, self.colour, self.brand, self.material)


def query_for(ware: Ware, lang: Lang, dice: Dice) -> Query:
    """Return what somebody types in `lang` who wants something such as `ware`."""
    kind, product = ware.kind, ware.product
    others = _ALSO_CALLED.get(kind.key, ())
    noun = kind.noun.get(lang)
    if others and dice.chance(0.35):
        noun = dice.pick(others)[lang == "en"]
    attributes = dict(product.attributes)
    match dice.pick_by(("plain", "colour", "material", "brand", "price"), (0.46, 0.62, 0.80, 0.91, 1.0)):
        case "colour" if "colour_family" in attributes:
            label = attributes["colour_family"][0]
            said, wish = label.names.get(lang), {"colour": label.key}
        case "material" if "material" in attributes:
            label = attributes["material"][0]
            said, wish = label.names.get(lang).removeprefix("a "), {"material": label.key}
        case "brand" if product.brand is not None:
            said, wish = product.brand.names.get(lang), {"brand": product.brand.key}
        case "price":
            text = f"{noun} {_limit(ware, lang)}" if lang == "zh" else f"{noun} {_limit(ware, lang)}".lower()
            return _typed(text, lang, kind.key, {}, dice)
        case _:
            said, wish = "", {}
    text = f"{said}{' ' if said and (lang == 'en' or dice.chance(0.3)) else ''}{noun}"
    return _typed(text.lower(), lang, kind.key, wish, dice)


def _limit(ware: Ware, lang: Lang) -> str:
    """A round price above the type's middle, as people say it."""
    low, high = ware.kind.price
    if lang == "zh":
        return f"{_round((low + high) / 2 * 1.2)}元以内"
    return f"under ${_round((low + high) / 2 * 1.2 / 6.1)}"


def _round(amount: float) -> int:
    step = 10 if amount < 100 else 50 if amount < 500 else 100
    return max(step, round(amount / step) * step)


def _typed(text: str, lang: Lang, kind: str, wish: dict[str, str], dice: Dice) -> Query:
    slipped = _slip(text, lang, dice) if dice.chance(TYPO_SHARE) else text
    return Query(slipped, text, lang, kind, **wish)


def _slip(text: str, lang: Lang, dice: Dice) -> str:
    """The text with one slip of the finger: in Chinese a character of the same sound, in English two letters swapped, one left out or doubled."""
    if lang == "zh":
        places = [place for place, letter in enumerate(text) if letter in _SOUNDS_LIKE]
        if not places:
            return text
        place = dice.pick(places)
        return text[:place] + _SOUNDS_LIKE[text[place]] + text[place + 1 :]
    places = [place for place in range(1, len(text) - 1) if text[place - 1 : place + 2].isascii() and text[place - 1 : place + 2].isalpha()]
    if not places:
        return text
    place = dice.pick(places)
    match dice.below(3):
        case 0:
            return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        case 1:
            return text[:place] + text[place + 1 :]
        case _:
            return text[:place] + text[place] + text[place:]
