"""What a merchant is told about the data that came in: each wording under a stable code, Chinese and English side by side in `wordings.toml`.

    raise BadInput(told("below_zero", value="-3"), hint=told("hint.zero_or_more"))

A `Told` is the English text, so logs and messages are as ever; who faces a merchant says it in another language by its code and values.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

FILE: Final = Path(__file__).with_suffix(".toml")
Lang = Literal["zh", "en"]


class Told(str):
    """A text in English that knows its `code` and the `values` in it; make it with `told`."""

    __slots__ = ("code", "values")
    code: str
    values: Mapping[str, Any]

    def __reduce__(self) -> tuple[Any, ...]:
        return _told, (self.code, dict(self.values))


def told(code: str, /, **values: object) -> Told:
    """The text of `code`; values that are texts of their own may be `Told` too. KeyError for an unknown code or a missing value."""
    return _told(code, values)


def _told(code: str, values: Mapping[str, object]) -> Told:
    text = Told(_wording(code)["en"].format(**values))
    text.code, text.values = code, values
    return text


def say(code: str, values: Mapping[str, Any], lang: Lang) -> str:
    """The text of `code` in `lang`; `values` may be as `plain_values` made them."""
    return _wording(code)[lang].format(**{name: _said(value, lang) for name, value in values.items()})


def plain_values(text: str) -> dict[str, Any]:
    """The values in a `Told` as JSON can keep them; empty for another text."""
    return {name: _plain(value) for name, value in text.values.items()} if isinstance(text, Told) else {}


def code_of(text: str) -> str:
    """The code of a `Told`; empty for another text."""
    return text.code if isinstance(text, Told) else ""


@cache
def wordings() -> Mapping[str, Mapping[str, str]]:
    """Every wording by code, each with `zh` and `en`."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def _wording(code: str) -> Mapping[str, str]:
    return wordings()[code]


def _said(value: object, lang: Lang) -> object:
    if isinstance(value, Mapping):
        return say(value["code"], value["values"], lang)
    return say(value.code, value.values, lang) if isinstance(value, Told) else value


def _plain(value: object) -> object:
    if isinstance(value, Told):
        return {"code": value.code, "values": plain_values(value)}
    return value if isinstance(value, int | float) else str(value)
