"""The language that a client asks for in Accept-Language (RFC 9110, 12.5.4)."""

from collections.abc import Sequence
from typing import TypeVar

Code = TypeVar("Code", bound=str)


def best_language(header: str, offered: Sequence[Code]) -> Code:
    """The one of `offered` that `header` likes best; the first where it likes none."""
    wanted: list[tuple[float, int, int]] = []
    for place, part in enumerate(header[:500].split(",")):
        tag, _, parameters = part.partition(";")
        quality = _quality(parameters)
        wanted += [(-quality, place, n) for n, lang in enumerate(offered) if quality > 0 and tag.strip().lower().partition("-")[0] == lang]
    return offered[min(wanted)[2]] if wanted else offered[0]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
