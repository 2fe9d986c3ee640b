"""Titles and descriptions: chosen sentences, their slots filled with the product's own facts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shopkeeper.domain.texts import LANGS, Lang, LocalizedText
from shopkeeper.errors import Broken
from shopkeeper.simulation.catalogue.specs import Brand, Common, ProductType, Texts, Value
from shopkeeper.simulation.dice import Dice

_SLOT = re.compile(r"\{(\w+)\}")
_GAP_IN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_TOUCHING = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u4e00-\u9fff])")
_SENTENCE_START = re.compile(r"(^|[.!?]\s+|\n)([a-z])")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a text may say about one product; `facets` are the chosen values by name."""

    kind: ProductType
    brand: Brand
    series: LocalizedText
    facets: tuple[tuple[str, Value], ...]
    features: tuple[Value, ...]
    colours: tuple[LocalizedText, ...]
    sizes: tuple[LocalizedText, ...]
    options: tuple[tuple[str, tuple[LocalizedText, ...]], ...] = ()


def listed(names: Sequence[str], lang: Lang) -> str:
    """Return the names as a list in a sentence: `红、蓝、绿`, `red, blue and green`."""
    if lang == "zh":
        return "、".join(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


_NUMBERS_EN = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
_NUMBERS_ZH = ("零", "一", "两", "三", "四", "五", "六", "七", "八")


def slots(facts: Facts, lang: Lang) -> dict[str, str]:
    """Return what each `{slot}` of a sentence stands for in `lang`; `a_<slot>` carries the English article."""
    filled = {"brand": facts.brand.name.get(lang), "series": facts.series.get(lang), "noun": facts.kind.noun.get(lang)}
    filled |= {name: value.name.get(lang) for name, value in facts.facets}
    for name, names in facts.options:
        filled[f"{name}_range"] = (
            names[0].get(lang) if len(names) == 1 else f"{names[0].get(lang)}{'至' if lang == 'zh' else ' to '}{names[-1].get(lang)}"
        )
        filled[f"{name}_list"] = listed([n.get(lang) for n in names], lang)
    if facts.colours:
        filled["colour"] = facts.colours[0].get(lang)
        filled["colours"] = listed([name.get(lang) for name in facts.colours], lang)
        filled["n_colours"] = (_NUMBERS_ZH if lang == "zh" else _NUMBERS_EN)[len(facts.colours)]
    if facts.sizes:
        filled["first_size"], filled["last_size"] = facts.sizes[0].get(lang), facts.sizes[-1].get(lang)
        filled["n_sizes"] = (_NUMBERS_ZH if lang == "zh" else _NUMBERS_EN)[len(facts.sizes)]
    if lang == "en":
        filled |= {f"a_{name}": f"{'an' if text[:1].lower() in 'aeiou8' else 'a'} {text}" for name, text in list(filled.items())}
    return filled


def fill(sentence: str, filled: dict[str, str]) -> str:
    """Return the sentence with every slot filled; a slot that the facts do not know is a mistake in the word list."""

    def value(slot: re.Match[str]) -> str:
        if slot[1] not in filled:
            raise Broken(f"the sentence {sentence!r} names {slot[1]!r}, which the product does not have", hint="Mend the word list.")
        return filled[slot[1]]

    return _SLOT.sub(value, sentence)


def _both(text: LocalizedText, facts: Facts) -> LocalizedText:
    filled = {lang: fill(text.get(lang), slots(facts, lang)) for lang in LANGS}
    return LocalizedText(zh=spaced(filled["zh"]), en=filled["en"])


def spaced(text: str) -> str:
    """Chinese text with a space wherever a Han character touches a Latin letter or a digit, as careful print sets it."""
    return _TOUCHING.sub(" ", text)


def title(facts: Facts, dice: Dice) -> LocalizedText:
    """Return the product's title in both languages, after one of its type's patterns."""
    return _both(dice.pick(facts.kind.titles), facts)


def description(facts: Facts, common: Common, dice: Dice) -> LocalizedText:
    """Return the description: an opening and what it is made of, then what it does, then how it is offered and kept. Two paragraphs."""
    said = lambda values: [dice.pick(value.says) for value in values if value.says]  # noqa: E731 - two uses, same dice
    first: list[LocalizedText] = [dice.pick(facts.kind.openings), *said([value for _, value in facts.facets])]
    second: list[LocalizedText] = said(dice.shuffled(facts.features))
    if len(facts.colours) > 1:
        second.append(dice.pick(common.colour_lines))
    if len(facts.sizes) > 1:
        second.append(dice.pick(common.size_lines))
    second.append(dice.pick(facts.kind.closings))
    return LocalizedText(**{lang: "\n\n".join(_paragraph(part, facts, lang) for part in (first, second)) for lang in LANGS})


def _paragraph(sentences: Sequence[LocalizedText] | Texts, facts: Facts, lang: Lang) -> str:
    filled = slots(facts, lang)
    text = ("" if lang == "zh" else " ").join(fill(sentence.get(lang), filled) for sentence in sentences)
    return spaced(_GAP_IN_CHINESE.sub("", text)) if lang == "zh" else _SENTENCE_START.sub(lambda m: m[1] + m[2].upper(), text)
