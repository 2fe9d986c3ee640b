"""Nearest words: by a distance that is checked against its definition."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.search.spelling import Spelling, alignment_distances

WORDS = [("sony", 9), ("headphone", 50), ("wireless", 40), ("keyboard", 30), ("printer", 8), ("painter", 2), ("abc123", 5), ("cat", 7), ("耳机", 3)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("snoy", "sony"),
        ("wireles", "wireless"),
        ("headphnoe", "headphone"),
        ("hedphonee", "headphone"),
        ("pronter", "printer"),
        ("keybaord", "keyboard"),
        ("kebard", None),
        ("cst", None),
        ("abc124", None),
        ("耳鸡", None),
        ("zzzzzzzz", None),
        ("", None),
    ],
)
def test_the_nearest_known_word_is_meant_if_it_is_near(typed: str, meant: str | None) -> None:
    assert Spelling.of(WORDS).correct(typed) == meant


def test_a_catalogue_without_words_mends_nothing() -> None:
    assert Spelling.empty().correct("headphone") is None


def _by_definition(one: str, two: str) -> int:
    @cache
    def distance(i: int, j: int) -> int:
        if min(i, j) == 0:
            return max(i, j)
        best = min(distance(i - 1, j) + 1, distance(i, j - 1) + 1, distance(i - 1, j - 1) + (one[i - 1] != two[j - 1]))
        if i > 1 and j > 1 and one[i - 1] == two[j - 2] and one[i - 2] == two[j - 1]:
            best = min(best, distance(i - 2, j - 2) + 1)
        return best

    return distance(len(one), len(two))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(alphabet="abc", min_size=5, max_size=5), min_size=1, max_size=5), st.text(alphabet="abc", min_size=1, max_size=7))
def test_distances_are_those_of_the_definition(words: list[str], word: str) -> None:
    table = np.frombuffer("".join(words).encode(), dtype=np.uint8).reshape(len(words), 5)
    assert alignment_distances(table, word).tolist() == [_by_definition(each, word) for each in words]
