"""Seeded chance that stays the same when something is added elsewhere: each subject throws dice of its own.

A single random stream would deal every product new cards as soon as one product more is drawn before it. Here the stream is named by what it is
for (`Dice(7, "mug", 12)`), and only `random.Random.random()` is used, whose sequence Python promises to keep between versions.
"""

from bisect import bisect_right
from collections.abc import Sequence
from math import cos, exp, log, pi, sqrt
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Throws for one subject, named by `seed` and `keys`. The same name always throws the same sequence."""

    def __init__(self, seed: int, *keys: object) -> None:
        self.throw = Random("/".join(str(key) for key in (seed, *keys))).random
        """A float in [0, 1)."""

    def chance(self, p: float) -> bool:
        """True with probability `p`."""
        return self.throw() < p

    def below(self, n: int) -> int:
        """A whole number in 0 … n - 1."""
        return int(self.throw() * n)

    def between(self, low: float, high: float) -> float:
        """A float in [low, high)."""
        return low + (high - low) * self.throw()

    def pick(self, choices: Sequence[T]) -> T:
        """One of `choices`, all equally likely."""
        return choices[self.below(len(choices))]

    def pick_by(self, choices: Sequence[T], running: Sequence[float]) -> T:
        """One of `choices` by weight; `running` are the running sums of the weights (the last is their total)."""
        return choices[min(bisect_right(running, self.throw() * running[-1]), len(choices) - 1)]

    def shuffled(self, choices: Sequence[T]) -> list[T]:
        """`choices` in a random order (Fisher–Yates)."""
        cards = list(choices)
        for last in range(len(cards) - 1, 0, -1):
            other = self.below(last + 1)
            cards[last], cards[other] = cards[other], cards[last]
        return cards

    def some(self, choices: Sequence[T], n: int) -> list[T]:
        """`n` different ones of `choices` (all where there are fewer), in their given order."""
        kept = sorted(self.shuffled(range(len(choices)))[:n])
        return [choices[i] for i in kept]

    def normal(self, mean: float = 0.0, deviation: float = 1.0) -> float:
        """A normal deviate (Box & Muller 1958)."""
        return mean + deviation * sqrt(-2.0 * log(1.0 - self.throw())) * cos(2.0 * pi * self.throw())

    def poisson(self, mean: float) -> int:
        """A Poisson count (Knuth, TAOCP vol. 2, 3.4.1); meant for small means."""
        limit, product, count = exp(-mean), self.throw(), 0
        while product > limit:
            product *= self.throw()
            count += 1
        return count
