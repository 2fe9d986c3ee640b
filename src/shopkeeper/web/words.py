"""Words: every text of the pages in the shop's languages, from `words/<lang>.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from markupsafe import Markup, escape

from shopkeeper.domain.texts import Lang
from shopkeeper.web.formats import number

Wording: TypeAlias = str | Mapping[str, str]
"""A text, or a text by plural category: `one` and `other` (Unicode CLDR; Chinese needs only `other`, written as a plain text)."""

FOLDER: Final = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class Words:
    """The texts in one language; calling it with a key gives the text, its `{names}` filled and everything escaped."""

    lang: Lang
    wordings: Mapping[str, Wording]

    def __call__(self, key: str, /, **values: object) -> Markup:
        """The text of `key` as markup. `n` chooses the plural and whole numbers are grouped; an unknown key or name raises `KeyError`."""
        wording = self.wordings[key]
        if not isinstance(wording, str):
            wording = wording["one" if values.get("n") == 1 else "other"]
        shown = {name: number(value, self.lang) if type(value) is int else value for name, value in values.items()}
        return escape(wording).format(**shown)

    def __contains__(self, key: str) -> bool:
        return key in self.wordings


@cache
def words(lang: Lang) -> Words:
    """The texts in `lang`, read once."""
    with (FOLDER / f"{lang}.toml").open("rb") as file:
        return Words(lang, dict(_flat(tomllib.load(file), "")))


def _flat(table: Mapping[str, object], prefix: str) -> list[tuple[str, Wording]]:
    found: list[tuple[str, Wording]] = []
    for name, value in table.items():
        if isinstance(value, Mapping) and set(value) != {"one", "other"}:
            found += _flat(value, f"{prefix}{name}.")
        else:
            found.append((prefix + name, value))  # type: ignore[arg-type]  # TOML holds nothing but tables and texts here; a test reads every file
    return found
