"""Which of the shop's languages a text is in, by its script."""

import re
from typing import Final

from shopkeeper.domain.texts import Lang, LocalizedText

_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")


def lang_of(text: str, lang: Lang | None = None) -> Lang:
    """`lang` where it is known; else zh if there is any Chinese character in the text, else en."""
    return lang if lang is not None else "zh" if _HAN.search(text) else "en"


def localized_text(text: str, lang: Lang | None = None) -> LocalizedText:
    """The text under its language; empty for an empty one."""
    if not text:
        return LocalizedText()
    return LocalizedText(zh=text) if lang_of(text, lang) == "zh" else LocalizedText(en=text)
