import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.metrics import ranking

GRADES = {"a": 3, "b": 2, "c": 0, "d": 1}


class TestNdcg:
    def test_the_ideal_order_is_one(self):
        assert ranking.ndcg(["a", "b", "d", "c"], GRADES) == pytest.approx(1.0)

    def test_gains_are_two_to_the_grade_minus_one(self):
        # 7 at place 1, 3 at place 2 (log2 3), 1 at place 3 (log2 4 = 2)
        assert ranking.dcg([3, 2, 1], 10) == pytest.approx(7 + 3 / math.log2(3) + 0.5)

    def test_a_swap_of_the_first_two_costs_what_the_formula_says(self):
        ideal = 7 + 3 / math.log2(3) + 0.5
        swapped = 3 + 7 / math.log2(3) + 0.5
        assert ranking.ndcg(["b", "a", "d"], GRADES) == pytest.approx(swapped / ideal)

    def test_an_unjudged_item_takes_a_place_and_gains_nothing(self):
        assert ranking.ndcg(["x", "a"], {"a": 1}) == pytest.approx(1 / math.log2(3))

    def test_the_condensed_list_passes_unjudged_items_over(self):
        assert ranking.ndcg_condensed(["x", "y", "a"], {"a": 1, "c": 0}) == 1.0
        assert ranking.condensed(["x", "c", "y", "a"], {"a": 1, "c": 0}) == ["c", "a"]

    def test_only_the_first_k_places_and_k_ideal_places_count(self):
        assert ranking.ndcg(["a", "b"], {"a": 1, "b": 1, "c": 1}, k=2) == 1.0
        assert ranking.ndcg(["x", "a"], {"a": 1}, k=1) == 0.0

    def test_without_a_relevant_item_there_is_no_figure(self):
        assert math.isnan(ranking.ndcg(["a"], {"a": 0}))
        assert math.isnan(ranking.ndcg(["a"], {}))


class TestJudgements:
    def test_judged_share_counts_the_shown_ones(self):
        assert ranking.judged_share(["a", "x", "c", "y"], GRADES, k=4) == 0.5
        assert ranking.judged_share(["a"], GRADES, k=10) == 1.0
        assert math.isnan(ranking.judged_share([], GRADES))

    def test_bpref_by_hand(self):
        # relevant a, b, d; wrong c; bound min(3, 1) = 1: what stands below c loses all
        assert ranking.bpref(["a", "x", "c", "b", "d"], GRADES) == pytest.approx(1 / 3)
        assert ranking.bpref(["a", "b", "d", "c"], GRADES) == pytest.approx(1.0)
        # R = 2, N = 3, bound 2: a is below one wrong item (1 - 1/2), b below two (0)
        assert ranking.bpref(["n1", "a", "n2", "b"], {"a": 1, "b": 1, "n1": 0, "n2": 0, "n3": 0}) == pytest.approx(0.25)

    def test_bpref_without_wrong_judgements_is_the_recall(self):
        assert ranking.bpref(["x", "a"], {"a": 1, "b": 2}) == 0.5

    def test_bpref_needs_something_relevant(self):
        assert math.isnan(ranking.bpref(["a"], {"a": 0}))


class TestSets:
    def test_precision_recall_hit_and_reciprocal_rank(self):
        ranked, relevant = ["x", "a", "y", "b"], {"a", "b", "c"}
        assert ranking.precision(ranked, relevant, 4) == 0.5
        assert ranking.recall(ranked, relevant, 4) == pytest.approx(2 / 3)
        assert ranking.recall(ranked, relevant, 1) == 0.0
        assert ranking.hit_rate(ranked, relevant, 2) == 1.0
        assert ranking.reciprocal_rank(ranked, relevant) == 0.5
        assert ranking.reciprocal_rank(ranked, relevant, k=1) == 0.0

    def test_average_precision_by_hand(self):
        assert ranking.average_precision(["a", "x", "b"], {"a", "b"}) == pytest.approx((1 + 2 / 3) / 2)
        assert ranking.average_precision(["a"], {"a", "b"}, k=1) == 1.0

    @pytest.mark.parametrize("metric", [ranking.recall, ranking.hit_rate, ranking.reciprocal_rank, ranking.average_precision])
    def test_without_a_relevant_item_there_is_no_figure(self, metric):
        assert math.isnan(metric(["a"], set()))


class TestRanks:
    def test_one_target_figures_follow_the_rank(self):
        assert ranking.ndcg_of_ranks([1, 3, 10, 11]) == pytest.approx([1.0, 0.5, 1 / math.log2(11), 0.0])
        assert ranking.hits_of_ranks([1, 5, 6], k=5).tolist() == [1.0, 1.0, 0.0]

    @settings(max_examples=30)
    @given(st.permutations(list("abcdefghijklmn")), st.sampled_from("abcdefghijklmn"))
    def test_rank_figures_equal_list_figures(self, ranked, target):
        rank = ranked.index(target) + 1
        assert ranking.ndcg_of_ranks([rank])[0] == pytest.approx(ranking.ndcg(ranked, {target: 1}))
        assert ranking.hits_of_ranks([rank])[0] == ranking.recall(ranked, {target})


class TestLists:
    def test_coverage_is_the_share_of_the_catalogue_in_the_first_k(self):
        assert ranking.coverage([["a", "b"], ["a", "c"]], 4, k=2) == 0.75
        assert ranking.coverage([["a", "b"], ["a", "c"]], 4, k=1) == 0.25
        assert math.isnan(ranking.coverage([], 0))

    def test_novelty_is_the_mean_self_information_in_bits(self):
        shares = {"a": 0.5, "b": 0.25, "c": 0.25}
        assert ranking.novelty([["a", "b"]], shares) == pytest.approx(1.5)

    def test_a_never_sold_item_is_as_novel_as_the_rarest(self):
        assert ranking.novelty([["new"]], {"a": 0.75, "b": 0.25, "z": 0.0}) == pytest.approx(2.0)

    def test_novelty_of_nothing_is_no_figure(self):
        assert math.isnan(ranking.novelty([[]], {"a": 1.0}))
        assert math.isnan(ranking.novelty([["a"]], {}))


@settings(max_examples=50)
@given(st.permutations(list("abcdef")), st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 3)))
def test_every_figure_lies_between_zero_and_one(ranked, judged):
    relevant = {item for item, grade in judged.items() if grade}
    figures = [
        ranking.ndcg(ranked, judged, 3),
        ranking.ndcg_condensed(ranked, judged, 3),
        ranking.bpref(ranked, judged),
        ranking.average_precision(ranked, relevant),
        ranking.recall(ranked, relevant, 3),
        ranking.judged_share(ranked, judged, 3),
    ]
    known = np.array([figure for figure in figures if not math.isnan(figure)])
    assert ((known >= 0) & (known <= 1 + 1e-12)).all()
