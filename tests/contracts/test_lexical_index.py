"""One suite for every full-text index behind `ports.lexical`, built on disk and in memory."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shopkeeper.adapters.lexical.postings import PostingsIndexes
from shopkeeper.adapters.lexical.tantivy_index import TantivyIndexes
from shopkeeper.errors import Broken
from shopkeeper.ports.lexical import Alternative, Group, LexicalDocument, LexicalIndex, LexicalIndexes, TextField
from shopkeeper.ports.progress import Silent

FIELDS = (TextField("title", 3.0), TextField("body", 1.0), TextField("codes", 0.1, counts=False))

DOCUMENTS: list[LexicalDocument] = [
    {"title": ["red", "dress"], "body": ["summer", "light"]},
    {"title": ["blue", "dress"], "body": ["red", "lining", "summer"]},
    {"title": ["red", "shoe"], "codes": ["sku-1"]},
    {"title": ["连衣裙", "雪纺"], "body": ["红色"]},
    {},
    {"title": ["lamp"], "body": ["filler"] * 40 + ["red"]},
]

Open = Callable[[list[LexicalDocument]], LexicalIndex]


@pytest.fixture(params=[PostingsIndexes, TantivyIndexes], ids=lambda made: made.name)
def indexes(request: pytest.FixtureRequest) -> LexicalIndexes:
    return request.param()


@pytest.fixture(params=["on disk", "in memory"])
def opened(request: pytest.FixtureRequest, indexes: LexicalIndexes, tmp_path: Path) -> Open:
    def open_index(documents: list[LexicalDocument]) -> LexicalIndex:
        if request.param == "in memory":
            return indexes.in_memory(documents, fields=FIELDS)
        indexes.build(iter(documents), tmp_path, fields=FIELDS, progress=Silent())
        return indexes.open(tmp_path)

    return open_index


def word(*terms: str, weight: float = 1.0, required: bool = True) -> Group:
    return Group(tuple(Alternative((term,)) for term in terms), weight, required)


def rows(index: LexicalIndex, *groups: Group, least: int = 0) -> list[int]:
    return index.search(groups, least=least).rows.tolist()


def best(index: LexicalIndex, *groups: Group, least: int = 0) -> int:
    found = index.search(groups, least=least)
    return int(found.rows[found.scores.argmax()])


def test_every_row_that_holds_the_term_in_any_field_is_found_in_ascending_order(opened: Open) -> None:
    index = opened(DOCUMENTS)
    assert index.documents == len(DOCUMENTS)
    assert rows(index, word("red")) == [0, 1, 2, 5]
    assert rows(index, word("sku-1")) == [2]
    assert rows(index, word("连衣裙")) == [3]
    assert rows(index, word("green")) == []


def test_scores_are_positive_and_a_heavier_field_and_a_shorter_text_win(opened: Open) -> None:
    found = opened(DOCUMENTS).search([word("red")])
    assert found.rows.dtype == np.int32
    assert found.scores.dtype == np.float32
    assert (found.scores > 0).all()
    scores = dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True))
    assert min(scores[0], scores[2]) > scores[1] > scores[5]


def test_least_says_how_many_required_groups_must_be_met(opened: Open) -> None:
    index = opened(DOCUMENTS)
    both = (word("red"), word("dress"))
    assert rows(index, *both) == [0, 1, 2, 5]
    assert rows(index, *both, least=1) == [0, 1, 2, 5]
    assert rows(index, *both, least=2) == [0, 1]
    assert best(index, *both, least=2) == 0


def test_a_group_that_is_not_required_only_adds_to_the_score(opened: Open) -> None:
    index = opened(DOCUMENTS)
    assert rows(index, word("dress"), word("lining", required=False), least=1) == [0, 1]
    assert best(index, word("dress"), word("lining", required=False), least=1) == 1


def test_the_best_alternative_of_a_group_scores_and_any_will_do(opened: Open) -> None:
    index = opened(DOCUMENTS)
    assert rows(index, word("shoe", "连衣裙", "green"), least=1) == [2, 3]
    light = Group((Alternative(("dress",), 0.1), Alternative(("light",))))
    assert best(index, light) == 0
    alone = index.search([word("shoe")]).scores[0]
    again = index.search([word("shoe", "shoe")]).scores[0]
    assert again == pytest.approx(alone, rel=1e-3)


def test_an_alternative_of_several_terms_needs_them_all(opened: Open) -> None:
    index = opened(DOCUMENTS)
    assert rows(index, Group((Alternative(("red", "dress")),))) == [0, 1]
    assert rows(index, Group((Alternative(("red", "green")),))) == []
    assert rows(index, Group((Alternative(("red", "green")), Alternative(("shoe",))))) == [2]


def test_weights_multiply_scores(opened: Open) -> None:
    index = opened(DOCUMENTS)
    plain = index.search([word("shoe")]).scores[0]
    doubled = index.search([word("shoe", weight=2.0)]).scores[0]
    assert doubled == pytest.approx(2 * plain, rel=1e-3)


def test_frequencies_count_documents_not_fields_or_occurrences(opened: Open) -> None:
    index = opened([*DOCUMENTS, {"title": ["red", "red"], "body": ["red"]}])
    assert index.frequencies(["red", "dress", "filler", "green"]) == [5, 2, 1, 0]


def test_the_vocabulary_is_listed_by_prefix_in_order(opened: Open) -> None:
    index = opened(DOCUMENTS)
    assert [term for term, _ in index.vocabulary("l")] == ["lamp", "light", "lining"]
    assert dict(index.vocabulary("雪")) == {"雪纺": 1}
    assert "dress" in dict(index.vocabulary())


def test_the_terms_of_a_row_are_known_for_more_like_this(opened: Open) -> None:
    terms = opened(DOCUMENTS).terms_of(0)
    assert {"red", "dress", "summer", "light"} <= set(terms)
    assert terms["dress"] > terms["summer"] > 0


def test_an_empty_index_and_an_empty_query_find_nothing(opened: Open) -> None:
    assert rows(opened([]), word("red")) == []


def test_no_groups_find_nothing(opened: Open) -> None:
    assert rows(opened(DOCUMENTS)) == []


def test_marked_terms_and_long_ones_are_terms_like_others(opened: Open) -> None:
    index = opened([{"title": ["·花", "~和服", "^run", "x" * 60]}])
    for term in ("·花", "~和服", "^run", "x" * 60):
        assert rows(index, word(term)) == [0]


def test_a_damaged_index_is_refused_and_says_what_to_do(indexes: LexicalIndexes, tmp_path: Path) -> None:
    with pytest.raises(Broken, match="build it anew"):
        indexes.open(tmp_path)
    indexes.build(iter(DOCUMENTS), tmp_path, fields=FIELDS, progress=Silent())
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(Broken, match=r"cannot be read|not whole"):
        indexes.open(tmp_path).search([word("red")])


def test_postings_use_the_idf_and_the_mean_length_that_they_are_given() -> None:
    base = PostingsIndexes().in_memory(DOCUMENTS, fields=FIELDS)
    fresh = PostingsIndexes().in_memory([DOCUMENTS[0]], fields=FIELDS, like=base)
    in_base = base.search([word("dress")], idf={"dress": 2.0})
    in_fresh = fresh.search([word("dress")], idf={"dress": 2.0})
    assert in_fresh.scores[0] == pytest.approx(in_base.scores[0], rel=1e-3)
