"""Texts in several languages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self

from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

Lang = Literal["zh", "en"]
LANGS: Final[tuple[Lang, ...]] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """One text in up to one wording per language, kept in the order of `LANGS`; may be empty."""

    zh: str = ""
    en: str = ""

    @classmethod
    def of(cls, texts: Mapping[str, str] | Iterable[tuple[str, str]]) -> Self:
        """Return the text from `{lang: wording}`; an unknown language is refused by name."""
        wordings = dict(texts)
        for lang in wordings:
            if lang not in LANGS:
                raise BadInput(told("not_language", lang=lang), field="lang", value=lang, hint=told("hint.known", known=", ".join(LANGS)))
        return cls(**wordings)

    def get(self, lang: Lang) -> str:
        """The wording in `lang`, else in any other language, else an empty string: a shopper sees some text rather than none."""
        return getattr(self, lang) or self.zh or self.en

    def __iter__(self) -> Iterator[tuple[Lang, str]]:
        """The (language, wording) pairs that are not empty."""
        for lang in LANGS:
            if wording := getattr(self, lang):
                yield lang, wording

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


@dataclass(frozen=True, slots=True)
class Label:
    """A value that people read and filters name: a stable `key` (`red`), shown as `names` (红色, red) or, without names, as the key."""

    key: str
    names: LocalizedText = LocalizedText()

    def __post_init__(self) -> None:
        if not self.key.strip():
            raise BadInput(told("empty"), field="key", value=self.key, hint=told("hint.leave_out"))

    def shown(self, lang: Lang) -> str:
        """What a shopper reads in `lang`."""
        return self.names.get(lang) or self.key
