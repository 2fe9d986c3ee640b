import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.domain.ids import ProductId
from shopkeeper.errors import Broken
from shopkeeper.recommend import gram as gram_module
from shopkeeper.recommend.fit import solve
from shopkeeper.recommend.gram import Gram, gram_of, steps_before_and_after
from shopkeeper.recommend.histories import Histories

IDS = [ProductId(letter) for letter in "abcdefgh"]
SHOPPERS = st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=12), min_size=1, max_size=8)


def shoppers(*sequences, ids=IDS):
    return Histories.from_sequences(ids, [np.array(sequence, dtype=np.int32) for sequence in sequences])


def tables(gram: Gram):
    """Everything in the sums, bit for bit, by product."""
    order = sorted(range(len(gram.ids)), key=lambda number: gram.ids[number])
    return [table.toarray()[np.ix_(order, order)].tobytes() for table in (gram.together, gram.past, gram.follows)]


class TestSums:
    def test_together_counts_the_shoppers_who_have_both(self):
        together = gram_of(shoppers([0, 1], [0, 1, 2], [2])).together.toarray()
        assert together[:3, :3].tolist() == [[2, 2, 1], [2, 2, 1], [1, 1, 2]]

    def test_the_past_decays_and_the_next_item_weighs_one(self):
        before, after = steps_before_and_after(shoppers([0, 1, 2]))
        assert before.toarray()[:, :3] == pytest.approx(np.array([[1, 0, 0], [math.exp(-1), 1, 0]]), abs=1 / 4096)
        assert after.toarray()[:, :3] == pytest.approx(np.array([[0, 1, math.exp(-1 / 1.5)], [0, 0, 1]]), abs=1 / 4096)

    def test_a_single_purchase_teaches_no_transition(self):
        gram = gram_of(shoppers([3]))
        assert (gram.past.nnz, gram.follows.nnz, gram.together.nnz) == (0, 0, 1)

    def test_at_most_five_steps_ahead_count(self):
        _, after = steps_before_and_after(shoppers([0, 1, 2, 3, 4, 5, 6, 7]))
        assert np.flatnonzero(after.toarray()[0]).tolist() == [1, 2, 3, 4, 5]

    def test_items_of_one_order_share_a_step(self):
        made = Histories(tuple(IDS), np.array([0, 1, 2], np.int32), np.array([0, 0, 1], np.int32), np.array([0, 3]))
        before, after = steps_before_and_after(made)
        assert before.toarray()[:, :3].tolist() == [[1, 1, 0]]
        assert after.toarray()[:, :3].tolist() == [[0, 0, 1]]

    def test_many_shoppers_in_parts_give_the_same_sums(self, monkeypatch):
        made = shoppers([0, 1, 2], [3, 1], [4, 0, 1, 5], [6], [2, 1, 0])
        whole = tables(gram_of(made))
        monkeypatch.setattr(gram_module, "_SHOPPERS_AT_ONCE", 2)
        assert tables(gram_of(made)) == whole


class TestAddingAndErasing:
    @settings(max_examples=60, deadline=None)
    @given(SHOPPERS, SHOPPERS)
    def test_adding_and_erasing_leaves_the_very_bits_of_before(self, there, new):
        before = gram_of(shoppers(*there))
        after = before.plus(shoppers(*new)).minus(shoppers(*new))
        assert tables(after) == tables(before)
        assert after.shoppers == before.shoppers

    @settings(max_examples=60, deadline=None)
    @given(SHOPPERS, st.data())
    def test_erasing_a_shopper_equals_a_refit_without_that_shopper(self, there, data):
        gone = data.draw(st.integers(0, len(there) - 1))
        made = shoppers(*there)
        erased = gram_of(made).minus(made.only([gone]))
        rest = made.only([shopper for shopper in range(made.shoppers) if shopper != gone])
        assert tables(erased) == tables(gram_of(rest))

    def test_the_weights_after_an_erasure_equal_those_of_a_refit(self):
        rng = np.random.default_rng(0)
        made = shoppers(*[rng.permutation(8)[: rng.integers(2, 7)] for _ in range(40)])
        erased = solve(gram_of(made).minus(made.only([7])))
        refit = solve(gram_of(made.only([shopper for shopper in range(40) if shopper != 7])))
        for mine, theirs in ((erased.together, refit.together), (erased.following, refit.following)):
            assert mine.columns.tolist() == theirs.columns.tolist()
            assert mine.weights.tolist() == theirs.weights.tolist()
            assert mine.counts.tolist() == theirs.counts.tolist()

    def test_new_products_come_with_new_shoppers(self):
        grown = gram_of(shoppers([0, 1])).plus(shoppers([0, 1], ids=[ProductId("a"), ProductId("new")]))
        assert grown.ids[-1] == "new"
        assert grown.together[0, 8] == 1
        assert grown.together[0, 0] == 2

    def test_who_was_never_in_cannot_be_taken_out(self):
        with pytest.raises(Broken, match="never in it"):
            gram_of(shoppers([0])).minus(shoppers([0], ids=[ProductId("unknown")]))


def test_what_is_saved_is_read_again(tmp_path):
    gram = gram_of(shoppers([0, 1, 2], [2, 1]))
    gram.save(tmp_path / "gram.npz")
    read = Gram.load(tmp_path / "gram.npz")
    assert (read.ids, read.shoppers) == (gram.ids, gram.shoppers)
    assert tables(read) == tables(gram)
