"""Dice: seeded chance with a stream for each subject."""

from collections import Counter
from statistics import fmean, pstdev

from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.simulation.dice import Dice


def test_the_same_name_throws_the_same_sequence_and_another_name_does_not():
    first, again, other = Dice(7, "mug", 1), Dice(7, "mug", 1), Dice(7, "mug", 2)
    thrown = [first.throw() for _ in range(5)]
    assert [again.throw() for _ in range(5)] == thrown
    assert [other.throw() for _ in range(5)] != thrown


def test_a_sequence_is_the_same_on_every_machine():
    dice = Dice(7, "pinned")
    assert [dice.below(1000) for _ in range(4)] == [195, 757, 662, 853]


@settings(max_examples=40)
@given(st.lists(st.integers(), max_size=20), st.integers(min_value=0, max_value=25), st.integers())
def test_some_keeps_the_order_and_takes_each_place_once(choices: list[int], n: int, seed: int):
    places = list(range(len(choices)))
    taken = Dice(seed, "some").some(places, n)
    assert taken == sorted(set(taken))
    assert len(taken) == min(n, len(choices))


@settings(max_examples=40)
@given(st.lists(st.integers(), max_size=20), st.integers())
def test_shuffling_loses_nothing(choices: list[int], seed: int):
    assert Counter(Dice(seed, "shuffle").shuffled(choices)) == Counter(choices)


def test_picking_by_weight_follows_the_weights():
    dice = Dice(7, "weights")
    drawn = Counter(dice.pick_by("abc", [1.0, 1.0, 4.0]) for _ in range(8000))
    assert drawn["b"] == 0
    assert 0.22 < drawn["a"] / 8000 < 0.28


def test_normal_and_poisson_have_their_moments():
    dice = Dice(7, "moments")
    normals = [dice.normal(3.0, 2.0) for _ in range(8000)]
    counts = [dice.poisson(1.5) for _ in range(8000)]
    assert abs(fmean(normals) - 3.0) < 0.1
    assert abs(pstdev(normals) - 2.0) < 0.1
    assert abs(fmean(counts) - 1.5) < 0.06
    assert abs(pstdev(counts) ** 2 - 1.5) < 0.12
