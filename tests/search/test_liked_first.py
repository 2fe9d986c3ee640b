"""Suggestions of one kind stand in the order of what the shopper is drawn to."""

from dataclasses import dataclass

from shopkeeper.ranking.columns import columns_of
from shopkeeper.search.completing import _liked_first
from tests.api.conftest import catalogue
from tests.conftest import NOON


@dataclass
class View:
    columns: object


@dataclass
class Completion:
    text: str


def test_what_is_liked_comes_first_and_what_was_turned_from_last():
    view = View(columns_of(catalogue(), NOON))
    candidates = [Completion("Sonido"), Completion("Bose")]
    assert [one.text for one in _liked_first(candidates, "brand", view, {"Bose": 1.0})] == ["Bose", "Sonido"]  # type: ignore[arg-type]  # small fakes
    assert [one.text for one in _liked_first(candidates, "brand", view, {"Sonido": -0.5})] == ["Bose", "Sonido"]  # type: ignore[arg-type]
    assert [one.text for one in _liked_first(candidates, "brand", view, {})] == ["Sonido", "Bose"]  # type: ignore[arg-type]
