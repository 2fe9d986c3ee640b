"""English word forms: `headphones` finds headphone.

Two strengths: plurals are folded into one term; the Snowball stem (Porter2, https://snowballstem.org/algorithms/english/stemmer.html), which
merges more than shoppers mean (`universal`, `university`), is a second, weaker way to the same product.
"""

from functools import lru_cache
from typing import Final

_SINGULAR_S = "news series species lens jeans bus gas plus bias canvas atlas christmas yes this is was has its us as always does his iris windows"
_PLURALS = """
    men:man women:woman children:child feet:foot teeth:tooth mice:mouse knives:knife shelves:shelf scarves:scarf lives:life leaves:leaf
    movies:movie cookies:cookie ties:tie shoes:shoe lenses:lens buses:bus gases:gas caches:cache headaches:headache toes:toe canoes:canoe
"""
_UNCHANGED: Final = frozenset(_SINGULAR_S.split())
_IRREGULAR: Final = {plural: singular for plural, _, singular in (pair.partition(":") for pair in _PLURALS.split())}
_SHORTEST: Final = 4


@lru_cache(maxsize=65_536)
def fold_plural(word: str) -> str:
    """Return the singular of an English word in small letters (rules after Harman 1991, "How effective is suffixing?", the S-stemmer).

    >>> [fold_plural(w) for w in ("headphones", "batteries", "glasses", "watches", "glass", "usb")]
    ['headphone', 'battery', 'glass', 'watch', 'glass', 'usb']
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < _SHORTEST or not word.endswith("s") or word in _UNCHANGED or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > _SHORTEST else word[:-1]
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the Snowball English stem of a word in small letters.

    >>> stem("running"), stem("charger"), stem("charging")
    ('run', 'charger', 'charg')
    """
    return _snowball().stemWord(word)


@lru_cache(maxsize=1)
def _snowball():
    import Stemmer

    return Stemmer.Stemmer("english")
