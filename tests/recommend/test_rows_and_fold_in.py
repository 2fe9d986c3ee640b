import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.recommend.fold_in import ItemWeights, best, score, strongest_source
from shopkeeper.recommend.rows import Rows, rows_of
from shopkeeper.recommend.tables import csr

WEIGHTS = np.array([[0, 0.5, 0.25, -1.0], [0.125, 0, 0, 0], [0, 0, 0, 0.75], [0, 0, 0, 0]])
NOTHING = rows_of(csr((4, 4), dtype=np.float32))


class TestRows:
    def test_a_row_holds_the_largest_positive_weights_first(self):
        columns, weights, _ = rows_of(csr(WEIGHTS)).row(0)
        assert columns.tolist() == [1, 2]
        assert weights.tolist() == [0.5, 0.25]

    def test_a_row_is_cut_to_its_length(self):
        assert rows_of(csr(WEIGHTS), length=1).row(0)[0].tolist() == [1]

    def test_equals_at_the_cut_go_together(self):
        assert rows_of(csr(np.array([[0, 0.5, 0.25, 0.25]] + [[0] * 4] * 3)), length=2).row(0)[0].tolist() == [1]

    def test_counts_are_looked_up_for_each_pair(self):
        rows = rows_of(csr(WEIGHTS), csr(np.arange(16).reshape(4, 4)))
        assert (rows.count(0, 2), rows.count(2, 3), rows.count(3, 0)) == (2, 11, 0)

    def test_what_is_saved_is_mapped_again(self, tmp_path):
        rows = rows_of(csr(WEIGHTS), csr(np.arange(16).reshape(4, 4)))
        rows.save(tmp_path, "together")
        again = Rows.open(tmp_path, "together")
        assert isinstance(again.weights, np.memmap)
        assert [part.tolist() for part in again.row(0)] == [part.tolist() for part in rows.row(0)]

    def test_no_items_are_no_rows(self):
        assert rows_of(csr((0, 0))).size == 0


class TestScore:
    def test_the_latest_item_weighs_half_of_its_row_in_each_table(self):
        both = ItemWeights(rows_of(csr(WEIGHTS)), rows_of(csr(WEIGHTS)))
        assert score(both, np.array([0]), np.array([0])).tolist() == [0, 0.5, 0.25, 0]

    def test_older_items_fade_faster_among_the_transitions(self):
        items, ages = np.array([2, 0]), np.array([3, 0])
        together = score(ItemWeights(rows_of(csr(WEIGHTS)), NOTHING), items, ages)
        following = score(ItemWeights(NOTHING, rows_of(csr(WEIGHTS))), items, ages)
        assert together[3] == pytest.approx(0.5 * 0.75 * math.exp(-3 / 3))
        assert following[3] == pytest.approx(0.5 * 0.75 * math.exp(-3 / 2))

    def test_no_history_says_nothing(self):
        both = ItemWeights(rows_of(csr(WEIGHTS)), NOTHING)
        assert not score(both, np.zeros(0, np.int64), np.zeros(0, np.int64)).any()

    @settings(max_examples=30, deadline=None)
    @given(st.integers(0, 500), st.lists(st.integers(0, 9), min_size=1, max_size=6, unique=True))
    def test_the_sparse_sum_equals_the_matrix_product(self, seed, items):
        table = np.random.default_rng(seed).integers(0, 8, (10, 10)) / 8.0
        ages = np.arange(len(items))[::-1]
        expected = 0.5 * np.exp(-ages / 3) @ table[items] + 0.5 * np.exp(-ages / 2) @ table.T[items]
        weights = ItemWeights(rows_of(csr(table)), rows_of(csr(table.T)))
        assert score(weights, np.array(items), ages) == pytest.approx(expected)


def test_the_reason_names_the_item_that_adds_most():
    weights = ItemWeights(rows_of(csr(WEIGHTS)), NOTHING)
    assert strongest_source(weights, np.array([2, 0]), np.array([9, 0]), 1) == 0
    assert strongest_source(weights, np.array([2, 0]), np.array([1, 0]), 3) == 2
    assert strongest_source(weights, np.array([1]), np.array([0]), 3) is None


def test_the_best_are_ordered_and_positive():
    assert best(np.array([0.0, 0.3, -1.0, 0.9, 0.5]), 2).tolist() == [3, 4]
    assert best(np.array([0.0, 0.3]), 5).tolist() == [1]
