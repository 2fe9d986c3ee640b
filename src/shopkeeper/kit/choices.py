"""A word from outside, as one of the words that are known."""

from collections.abc import Sequence
from typing import TypeVar

from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

Word = TypeVar("Word", bound=str)


def chosen(given: str, known: Sequence[Word], *, field: str) -> Word:
    """The one of `known` that `given` is. Raises BadInput, naming what is known."""
    for word in known:
        if word == given:
            return word
    raise BadInput(told("not_known", given=given), field=field, value=given, hint=told("hint.known", known=", ".join(known)))
