import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.errors import Refused
from shopkeeper.recommend import ridge
from shopkeeper.recommend.ease import dense_ease, fit_ease
from shopkeeper.recommend.tables import csr
from shopkeeper.recommend.transitions import dense_transitions, fit_transitions


def bought(seed, shoppers=60, items=12, share=0.25):
    return (np.random.default_rng(seed).random((shoppers, items)) < share).astype(np.float64)


class TestEase:
    def test_two_items_by_hand(self):
        # X'X = [[2, 1], [1, 2]], l2 = 1: A = [[3, 1], [1, 3]]; b = 1 / 3 each way
        together = csr(np.array([[2.0, 1.0], [1.0, 2.0]]))
        assert dense_ease(together, l2=1.0) == pytest.approx(np.array([[0, 1 / 3], [1 / 3, 0]]))
        assert fit_ease(together, l2=1.0).toarray() == pytest.approx(np.array([[0, 1 / 3], [1 / 3, 0]]))

    @settings(max_examples=20, deadline=None)
    @given(st.integers(0, 1_000), st.floats(1, 100))
    def test_with_all_items_as_neighbours_the_sparse_form_is_the_dense_one(self, seed, l2):
        table = bought(seed)
        # an item that nobody bought beside j has weights in the dense form only; here every pair occurs at least once
        together = csr(table.T @ table + 1.0)
        assert fit_ease(together, l2=l2).toarray() == pytest.approx(dense_ease(together, l2=l2), abs=2e-4)

    def test_each_column_is_the_ridge_regression_of_its_item_on_the_others(self):
        table = bought(3)
        weights = dense_ease(csr(table.T @ table), l2=10.0)
        others = np.delete(np.arange(12), 4)
        x, y = table[:, others], table[:, 4]
        expected = np.linalg.solve(x.T @ x + 10.0 * np.eye(11), x.T @ y)
        assert weights[others, 4] == pytest.approx(expected, abs=1e-5)


class TestTransitions:
    def test_the_dense_form_solves_the_normal_equations(self):
        rng = np.random.default_rng(0)
        before, after = rng.random((50, 8)), rng.random((50, 8))
        gram, follows = before.T @ before, before.T @ after
        expected = np.linalg.solve(gram + 5.0 * np.eye(8), follows)
        np.fill_diagonal(expected, 0.0)
        assert dense_transitions(csr(gram), csr(follows), l2=5.0) == pytest.approx(expected, abs=1e-4)

    def test_an_item_never_speaks_for_itself(self):
        table = bought(1)
        assert not fit_transitions(csr(table.T @ table), csr(table.T @ table)).diagonal().any()


class TestNeighbours:
    def test_the_support_holds_those_that_explain_most_alone(self):
        # item 2 is predicted by 0 (3 of 3 times) and 1 (3 of 30): both C = 3, but 0 is the better predictor
        gram = csr(np.array([[3.0, 1.0, 3.0], [1.0, 30.0, 3.0], [3.0, 3.0, 6.0]]))
        weights = ridge.neighbour_ridge(gram, gram, l2=1.0, support=1).toarray()
        assert weights[0, 2] == pytest.approx(3 / 4)
        assert weights[1, 2] == 0

    def test_equals_at_the_cut_go_together(self):
        gram = np.full((5, 5), 1.0) + np.diag([1.0, 1.0, 1.0, 1.0, 8.0])
        gram[0, 4] = gram[4, 0] = 5.0
        weights = ridge.neighbour_ridge(csr(gram), csr(gram), l2=1.0, support=2).toarray()
        assert np.flatnonzero(weights[:, 4]).tolist() == [0]

    def test_where_all_are_equal_all_stay(self):
        gram = np.full((4, 4), 1.0) + np.eye(4)
        assert np.count_nonzero(ridge.neighbour_ridge(csr(gram), csr(gram), l2=1.0, support=2).toarray()) == 12

    @settings(max_examples=15, deadline=None)
    @given(st.integers(0, 1_000), st.integers(1, 6))
    def test_reading_rows_and_searching_entries_give_the_same_block(self, seed, support):
        table = bought(seed)
        gram = csr(table.T @ table)
        weights = []
        for cost in (0, 10**9):
            ridge._SEARCH_COST, before = cost, ridge._SEARCH_COST
            weights.append(ridge.neighbour_ridge(gram, gram, l2=10.0, support=support).toarray())
            ridge._SEARCH_COST = before
        assert weights[0] == pytest.approx(weights[1])

    @settings(max_examples=20, deadline=None)
    @given(st.integers(0, 1_000), st.permutations(range(12)))
    def test_the_numbers_of_the_items_do_not_matter(self, seed, order):
        table = bought(seed)
        gram, permuted = table.T @ table, table[:, order].T @ table[:, order]
        weights = ridge.neighbour_ridge(csr(gram), csr(gram), l2=10.0, support=4).toarray()
        assert ridge.neighbour_ridge(csr(permuted), csr(permuted), l2=10.0, support=4).toarray() == pytest.approx(
            weights[np.ix_(order, order)], abs=1e-6
        )

    def test_no_items_have_no_weights(self):
        assert ridge.neighbour_ridge(csr((0, 0)), csr((0, 0)), l2=1.0).shape == (0, 0)

    def test_the_dense_form_is_refused_where_it_would_not_fit(self, monkeypatch):
        monkeypatch.setattr(ridge, "DENSE_LIMIT", 5)
        with pytest.raises(Refused, match="too many"):
            dense_ease(csr(np.eye(6)))
