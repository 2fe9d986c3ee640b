"""Clusters that are known by hand, and how stable those of the demo's shoppers are."""

import numpy as np
import pytest

from shopkeeper.shoppers.clustering import agreement, cluster, k_means, silhouette

CORNERS = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])


def blobs(count: int = 30, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.arange(3 * count) % 3
    return CORNERS[truth] + rng.normal(0, 0.5, (3 * count, 2)), truth


def test_three_heaps_are_found_and_three_are_said():
    points, truth = blobs()
    found = cluster(points, seed=7)
    assert len(found.centres) == 3
    assert agreement(found.labels, truth) == 1.0
    assert found.silhouette > 0.8


def test_the_same_seed_gives_the_same_clusters_and_the_largest_comes_first():
    points = np.concatenate([blobs()[0], CORNERS[:1] + np.random.default_rng(2).normal(0, 0.5, (40, 2))])
    one, other = k_means(points, 3, seed=3), k_means(points, 3, seed=3)
    assert (one[0] == other[0]).all()
    assert np.bincount(one[0]).tolist() == sorted(np.bincount(one[0]).tolist(), reverse=True)


@pytest.mark.parametrize("points", [np.zeros((5, 2)), np.zeros((1, 2)), np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])])
def test_points_that_do_not_differ_are_one_cluster(points):
    assert set(cluster(points, seed=1).labels.tolist()) == {0}


def test_the_silhouette_of_two_pairs_is_known_by_hand():
    points = np.array([[0.0], [1.0], [10.0], [11.0]])
    # inside 1; to the other pair 10.5 and 9.5 on average
    assert silhouette(points, np.array([0, 0, 1, 1]), seed=0) == pytest.approx((9.5 / 10.5 + 8.5 / 9.5) / 2)


def test_the_adjusted_rand_index_is_known_by_hand():
    assert agreement(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0])) == 1.0
    assert agreement(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])) == pytest.approx(-0.5)
